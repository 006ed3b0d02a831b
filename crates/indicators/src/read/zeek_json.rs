//! Zeek logs of one JSON object a line (FORMATS, section 8).

use std::io::BufRead;
use std::ops::Range;

use super::ReadError;
use super::held::{Fate, Held};
use super::http_url::{Request, RequestPart};
use super::json::{Parsed, Shape};
use super::json_lines::{Line, first_keys, for_each_record};
use super::mailbox::for_each_address;
use super::zeek_field::{Field, Log, Take};
use crate::canon::Declared;
use crate::{Intake, Kind, Marking};

/// Reads a log; the records of several may be mixed.
pub(crate) fn read(input: &mut dyn BufRead, intake: &mut Intake<'_>) -> Result<(), ReadError> {
    let mut record = Record::default();
    for_each_record(input, intake, |json, held, line| {
        record.read(json)?;
        record.hold(held, line);
        Ok(())
    })
}

/// Whether the first line is a record of Zeek: it names its log, or has a time and what Zeek puts beside it.
pub(crate) fn looks_like(head: &[u8]) -> bool {
    let keys = first_keys(head);
    let has = |wanted: &[u8]| keys.iter().any(|key| key == wanted);
    let is_record = has(b"uid") || has(b"fuid") || has(b"id.orig_h") || has(b"fingerprint");
    has(b"_path") || (has(b"ts") && is_record)
}

/// One record. Which log it belongs to may stand behind its fields.
#[derive(Default)]
struct Record {
    log: Option<Log>,
    text: Vec<u8>,
    fields: Vec<(Field, Range<usize>)>,
    request: Request,
}

impl Record {
    fn read(&mut self, json: &mut Line<'_>) -> Parsed<()> {
        self.log = None;
        self.text.clear();
        self.fields.clear();
        while let Some(key) = json.key()? {
            if key == b"_path" {
                self.log = json.scalar()?.map(Log::of);
                continue;
            }
            match Field::of(key) {
                Some(field) => self.read_field(field, json)?,
                None => json.skip()?,
            }
        }
        Ok(())
    }

    fn read_field(&mut self, field: Field, json: &mut Line<'_>) -> Parsed<()> {
        match json.value()? {
            Shape::Text => self.push(field, json.text()),
            Shape::Array => {
                while json.element()? {
                    if let Some(text) = json.scalar()? {
                        self.push(field, text);
                    }
                }
            }
            other => json.skip_rest(other)?,
        }
        Ok(())
    }

    fn push(&mut self, field: Field, text: &[u8]) {
        let is_unset = matches!(text, b"" | b"-" | b"(empty)");
        if !is_unset {
            let start = self.text.len();
            self.text.extend_from_slice(text);
            self.fields.push((field, start..self.text.len()));
        }
    }

    fn hold(&mut self, held: &mut Held, line: u64) {
        let log = self.log.unwrap_or_else(|| Log::guess(self.fields.iter().map(|(field, _)| *field)));
        let mut push =
            |declared, text: &[u8]| held.push(Fate::Offer(declared), line, Marking::default(), text);
        self.request.clear();
        for (field, range) in &self.fields {
            let text = self.text.get(range.clone()).unwrap_or_default();
            match field.take(log) {
                None => {}
                Some(Take::Value(declared)) => push(declared, text),
                Some(Take::Mailbox) => {
                    for_each_address(text, |part| push(Declared::Kind(Kind::Email), part));
                }
                Some(Take::Host) => {
                    self.request.set(RequestPart::Host, text);
                    push(Declared::Host, text);
                }
                Some(Take::Request(part)) => self.request.set(part, text),
            }
        }
        if let Some(url) = self.request.url() {
            push(Declared::Kind(Kind::Url), url);
        }
    }
}
