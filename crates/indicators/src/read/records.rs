//! Records of comma- or tab-separated values (RFC 4180): cells may be quoted, and a quoted cell may hold line
//! feeds. A quote that no other quote closes within [`LINE_BYTES_MAX`] is a character like any other, so that
//! one stray quote costs no row.

use std::io::BufRead;
use std::ops::Range;

use memchr::{memchr, memchr_iter};

use super::ReadError;
use super::lines::for_each_line;
use crate::Intake;
use crate::limits::LINE_BYTES_MAX;

/// One record.
pub(super) struct Record<'r> {
    text: &'r [u8],
    cells: &'r [Range<usize>],
    /// The physical line it begins on, counted from 1.
    pub(super) line: u64,
}

impl<'r> Record<'r> {
    /// The cell in this column, counted from 0; empty where the record has none.
    pub(super) fn cell(&self, column: usize) -> &'r [u8] {
        self.cells.get(column).and_then(|range| self.text.get(range.clone())).unwrap_or_default()
    }

    /// All cells.
    pub(super) fn cells(&self) -> impl Iterator<Item = &'r [u8]> {
        let text = self.text;
        self.cells.iter().map(move |range| text.get(range.clone()).unwrap_or_default())
    }
}

/// Hands every record that is not empty to `take`.
///
/// # Errors
/// What the source or `take` fails with.
pub(super) fn for_each_record<'i>(
    input: &mut dyn BufRead,
    delimiter: u8,
    intake: &mut Intake<'i>,
    mut take: impl FnMut(&mut Intake<'i>, &Record<'_>) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    let mut splitter = Splitter::new(delimiter);
    for_each_line(input, intake, |intake, line, number| {
        splitter.line(line, number, &mut |record| take(intake, record))
    })?;
    splitter.literally(&mut |record| take(intake, record))
}

/// The records that lie wholly in the head of a file, with their cells, at most `count` of them.
pub(super) fn sample(head: &[u8], delimiter: u8, count: usize) -> Vec<Vec<Vec<u8>>> {
    let mut records: Vec<Vec<Vec<u8>>> = Vec::new();
    let mut splitter = Splitter::new(delimiter);
    for (number, line) in (1..).zip(head.split(|&byte| byte == b'\n')) {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        // The closure never fails, and a record that is not closed here is not part of the sample.
        let _ = splitter.line(line, number, &mut |record| {
            records.push(record.cells().map(<[u8]>::to_vec).collect());
            Ok(())
        });
        if records.len() >= count {
            break;
        }
    }
    records
}

type Take<'t> = dyn FnMut(&Record<'_>) -> Result<(), ReadError> + 't;

struct Splitter {
    delimiter: u8,
    cells: Vec<Range<usize>>,
    /// The cells of a record with quotes, without them.
    plain: Vec<u8>,
    /// The physical lines of a record whose quote is still open, each with a line feed.
    open: Vec<u8>,
    first_line: u64,
}

impl Splitter {
    fn new(delimiter: u8) -> Splitter {
        Splitter { delimiter, cells: Vec::new(), plain: Vec::new(), open: Vec::new(), first_line: 0 }
    }

    fn line(&mut self, line: &[u8], number: u64, take: &mut Take<'_>) -> Result<(), ReadError> {
        if self.open.is_empty() {
            if line.is_empty() {
                return Ok(());
            }
            self.first_line = number;
            if memchr(b'"', line).is_none() {
                return self.unquoted(line, number, take);
            }
            self.cells.clear();
            self.plain.clear();
        }
        if self.quoted(line) {
            self.open.clear();
            let record = Record { text: &self.plain, cells: &self.cells, line: self.first_line };
            return take(&record);
        }
        self.open.extend_from_slice(line);
        self.open.push(b'\n');
        if self.open.len() > LINE_BYTES_MAX { self.literally(take) } else { Ok(()) }
    }

    /// Splits a line in which quotes mean nothing.
    fn unquoted(&mut self, line: &[u8], number: u64, take: &mut Take<'_>) -> Result<(), ReadError> {
        self.cells.clear();
        let mut start = 0;
        for end in memchr_iter(self.delimiter, line).chain([line.len()]) {
            self.cells.push(start..end);
            start = end + 1;
        }
        take(&Record { text: line, cells: &self.cells, line: number })
    }

    /// Takes the next physical line of a record with quotes; tells whether the record ends with it.
    fn quoted(&mut self, line: &[u8]) -> bool {
        let mut inside = !self.open.is_empty();
        if inside {
            self.plain.push(b'\n');
        } else {
            self.cells.push(0..0);
        }
        let mut cell_begins = !inside;
        let mut rest = line;
        while let Some((&byte, after)) = rest.split_first() {
            rest = after;
            if inside {
                match (byte, after.first()) {
                    (b'"', Some(b'"')) => {
                        self.plain.push(b'"');
                        rest = &after[1..];
                    }
                    (b'"', _) => inside = false,
                    _ => self.plain.push(byte),
                }
            } else if byte == self.delimiter {
                self.end_cell();
                self.cells.push(self.plain.len()..self.plain.len());
                cell_begins = true;
                continue;
            } else if byte == b'"' && cell_begins {
                inside = true;
            } else {
                self.plain.push(byte);
            }
            cell_begins = false;
        }
        if !inside {
            self.end_cell();
        }
        !inside
    }

    fn end_cell(&mut self) {
        let end = self.plain.len();
        if let Some(cell) = self.cells.last_mut() {
            cell.end = end;
        }
    }

    /// Gives up on an open quote: each of the lines kept for it is a record of its own.
    fn literally(&mut self, take: &mut Take<'_>) -> Result<(), ReadError> {
        let open = std::mem::take(&mut self.open);
        let lines = open.split(|&byte| byte == b'\n').filter(|line| !line.is_empty());
        for (number, line) in (self.first_line..).zip(lines) {
            self.unquoted(line, number, take)?;
        }
        Ok(())
    }
}
