//! MISP's CSV export (FORMATS, section 2): columns by name, types and composite values as in its JSON.

use std::io::BufRead;

use super::columns::of_tags;
use super::held::Fate;
use super::misp_type::{self, Part};
use super::records::{Record, for_each_record, sample};
use super::text::trimmed;
use super::{Format, ReadError, stix_pattern};
use crate::canon::Declared;
use crate::{Candidate, Intake, Marking, Reason};

/// Offers the values of every attribute.
pub(super) fn read(input: &mut dyn BufRead, intake: &mut Intake<'_>) -> Result<(), ReadError> {
    let mut columns = None;
    for_each_record(input, b',', intake, |intake, record| {
        match &columns {
            None => columns = Some(Columns::find(record.cells()).ok_or_else(no_header)?),
            Some(columns) => take(columns, record, intake),
        }
        Ok(())
    })
}

/// Whether the first record is the header of such an export.
pub(super) fn looks_like(head: &[u8]) -> bool {
    sample(head, b',', 1)
        .first()
        .and_then(|row| Columns::find(row.iter().map(Vec::as_slice)))
        .is_some_and(|columns| columns.to_ids.is_some() && columns.has_category)
}

struct Columns {
    kind: usize,
    value: usize,
    to_ids: Option<usize>,
    tags: Vec<usize>,
    has_category: bool,
}

impl Columns {
    fn find<'c>(header: impl Iterator<Item = &'c [u8]>) -> Option<Columns> {
        let names: Vec<Vec<u8>> = header.map(|name| trimmed(name).to_ascii_lowercase()).collect();
        let position = |wanted: &str| names.iter().position(|name| name == wanted.as_bytes());
        Some(Columns {
            kind: position("type")?,
            value: position("value")?,
            to_ids: position("to_ids"),
            tags: ["attribute_tag", "event_tag"].into_iter().filter_map(position).collect(),
            has_category: position("category").is_some(),
        })
    }
}

fn no_header() -> ReadError {
    ReadError::MalformedDocument {
        format: Format::MispCsv,
        detail: "the first line names no columns type and value".to_owned(),
    }
}

fn take(columns: &Columns, record: &Record<'_>, intake: &mut Intake<'_>) {
    let value = trimmed(record.cell(columns.value));
    if value.is_empty() {
        return;
    }
    let all = intake.options().all;
    let mapping = misp_type::mapping(trimmed(record.cell(columns.kind)));
    let for_detection = columns.to_ids.is_none_or(|to_ids| is_true(record.cell(to_ids)));
    let marking = columns.tags.iter().fold(Marking::default(), |marking, &tags| {
        marking.and(of_tags(&String::from_utf8_lossy(record.cell(tags))))
    });
    let wanted = all || (for_detection && !mapping.only_with_all);
    let mut put = |fate: Fate, text: &[u8]| {
        let is_carried = !matches!(fate, Fate::Offer(Declared::NotCarried) | Fate::Refuse(_));
        match fate {
            // What is not carried is counted so, whatever its flag says: as in the JSON.
            _ if is_carried && !wanted => intake.refuse(record.line, Reason::NotForDetection, text),
            Fate::Offer(declared) => {
                intake.offer(Candidate { declared, text, line: record.line, marking });
            }
            Fate::Refuse(reason) => intake.refuse(record.line, reason, text),
        }
    };
    for (part, declared) in mapping.values(value) {
        match part {
            Part::Text(text) => put(Fate::Offer(declared), text),
            Part::Pattern => {
                for (fate, text) in stix_pattern::values(value) {
                    put(fate, &text);
                }
            }
        }
    }
}

fn is_true(cell: &[u8]) -> bool {
    let cell = trimmed(cell);
    cell == b"1" || cell.eq_ignore_ascii_case(b"true")
}
