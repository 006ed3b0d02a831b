//! Tables of comma-, semicolon- or tab-separated values. The values of one column are candidates; an empty
//! cell is none.

use std::io::BufRead;

use super::columns::{self, Columns};
use super::records::{Record, for_each_record, sample};
use super::text::trimmed;
use super::{Column, ReadError};
use crate::limits::HEAD_LINES;
use crate::{Candidate, Intake, Marking};

/// Reads a table whose beginning is `head`.
pub(super) fn read(
    input: &mut dyn BufRead,
    head: &[u8],
    delimiter: u8,
    column: Option<&Column>,
    intake: &mut Intake<'_>,
) -> Result<(), ReadError> {
    let columns = find_columns(head, delimiter, column)?;
    let mut header_is_due = columns.has_header;
    for_each_record(input, delimiter, intake, |intake, record| {
        if is_comment(record.cell(0)) {
            return Ok(());
        }
        if std::mem::take(&mut header_is_due) {
            return Ok(());
        }
        take(&columns, record, intake);
        Ok(())
    })
}

/// The delimiter by which the first lines that are not comments have columns.
pub(super) fn delimiter(head: &[u8]) -> u8 {
    let line = head.split(|&byte| byte == b'\n').find(|line| !is_comment(line) && !trimmed(line).is_empty());
    let line = line.unwrap_or_default();
    let semicolons = memchr::memchr_iter(b';', line).count();
    if memchr::memchr(b',', line).is_none() && semicolons > 0 { b';' } else { b',' }
}

fn find_columns(head: &[u8], delimiter: u8, column: Option<&Column>) -> Result<Columns, ReadError> {
    let rows = sample(head, delimiter, HEAD_LINES);
    let comments = rows.iter().take_while(|row| is_comment_row(row)).count();
    let header = rows[..comments].last().and_then(|row| uncommented(row));
    let body: Vec<Vec<Vec<u8>>> =
        rows[comments..].iter().filter(|row| !is_comment_row(row)).cloned().collect();
    // A comment of as many cells as the rows below it is their header (abuse.ch writes it so).
    let header =
        header.filter(|header| body.first().is_some_and(|row| row.len() == header.len() && row.len() > 1));
    Columns::find(&body, header.as_deref(), column)
}

/// Whether the first row, or the comment above it, names columns that are known.
pub(super) fn has_known_header(head: &[u8], delimiter: u8) -> bool {
    let rows = sample(head, delimiter, HEAD_LINES);
    let comments = rows.iter().take_while(|row| is_comment_row(row)).count();
    let commented = rows[..comments].last().and_then(|row| uncommented(row));
    let names_columns = |row: &Vec<Vec<u8>>| row.len() > 1 && columns::is_header(row, None);
    rows.get(comments).is_some_and(names_columns) || commented.as_ref().is_some_and(names_columns)
}

/// Whether this is a comment cut into cells.
pub(super) fn is_comment_row(row: &[Vec<u8>]) -> bool {
    is_comment(first_cell(row))
}

fn first_cell(row: &[Vec<u8>]) -> &[u8] {
    row.first().map_or(&[], Vec::as_slice)
}

fn uncommented(row: &[Vec<u8>]) -> Option<Vec<Vec<u8>>> {
    let mut row = row.to_vec();
    let first = row.first_mut()?;
    let start = first.iter().position(|&byte| byte != b'#' && byte != b' ')?;
    first.drain(..start);
    Some(row)
}

fn is_comment(cell: &[u8]) -> bool {
    trimmed(cell).starts_with(b"#")
}

fn take(columns: &Columns, record: &Record<'_>, intake: &mut Intake<'_>) {
    let text = trimmed(record.cell(columns.value));
    if text.is_empty() {
        return;
    }
    let declared = match columns.kind {
        Some(kind) => columns.declared(record.cell(kind)),
        None => columns.declared,
    };
    let marking = columns.marking(|column| record.cell(column)).and(marked_cells(record));
    intake.offer(Candidate { declared, text, line: record.line, marking });
}

/// A cell that is a marking as a whole counts, whatever its column is called.
fn marked_cells(record: &Record<'_>) -> Marking {
    let mut marking = Marking::default();
    for cell in record.cells() {
        if let [b't' | b'T' | b'p' | b'P', _, _, b':', ..] = cell
            && let Ok(cell) = std::str::from_utf8(cell)
        {
            marking = marking.and(Marking::from_tag(cell));
        }
    }
    marking
}
