//! Flow records as nfdump writes them with `-o csv` and `-o csv-fast` (FORMATS, section 10).
//!
//! Only the two addresses of a record are values. Absent: IPFIX and NetFlow themselves, aggregated output
//! without addresses, and the times, which are in the collector's zone.

use std::io::BufRead;

use super::ReadError;
use super::lines::for_each_line;
use crate::canon::Declared;
use crate::limits::REJECT_BYTES_MAX;
use crate::{Candidate, Intake, Marking, Reason};

/// Reads flow records.
pub(crate) fn read(input: &mut dyn BufRead, intake: &mut Intake<'_>) -> Result<(), ReadError> {
    let mut columns = None;
    let mut is_over = false;
    for_each_line(input, intake, |intake, line, number| {
        if is_over || line.trim_ascii().is_empty() {
            return Ok(());
        }
        if let Some(header) = Columns::of(line) {
            columns = Some(header);
        } else if first_cell(line) == b"Summary" {
            // What follows are totals, whose header and numbers look like records.
            is_over = true;
        } else {
            record(columns, intake, line, number);
        }
        Ok(())
    })?;
    if columns.is_none() { Err(ReadError::NoColumn) } else { Ok(()) }
}

/// Whether the first line is a header with source and destination addresses.
pub(crate) fn looks_like(head: &[u8]) -> bool {
    let first = head.split(|byte| *byte == b'\n').find(|line| !line.trim_ascii().is_empty());
    first.is_some_and(|line| Columns::of(line).is_some())
}

/// Where the two addresses stand.
#[derive(Clone, Copy)]
struct Columns {
    source: usize,
    destination: usize,
}

impl Columns {
    /// The columns of a header line; `None` if this is none.
    fn of(line: &[u8]) -> Option<Columns> {
        // A record begins with a date or a number, and is not searched for names.
        if !line.trim_ascii_start().first().is_some_and(u8::is_ascii_alphabetic) {
            return None;
        }
        let place = |names: [&[u8]; 2]| cells(line).position(|cell| names.contains(&cell));
        Some(Columns { source: place([b"sa", b"srcAddr"])?, destination: place([b"da", b"dstAddr"])? })
    }
}

fn record(columns: Option<Columns>, intake: &mut Intake<'_>, line: &[u8], number: u64) {
    let cell = |index| cells(line).nth(index);
    let pair = columns.and_then(|columns| cell(columns.source).zip(cell(columns.destination)));
    let Some((source, destination)) = pair else {
        let shown = line.get(..REJECT_BYTES_MAX).unwrap_or(line);
        return intake.refuse(number, Reason::NotAnIndicator, shown);
    };
    for text in [source, destination] {
        let marking = Marking::default();
        intake.offer(Candidate { declared: Declared::Address, text, line: number, marking });
    }
}

fn first_cell(line: &[u8]) -> &[u8] {
    cells(line).next().unwrap_or_default()
}

fn cells(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(|byte| *byte == b',').map(<[u8]>::trim_ascii)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers() {
        assert!(looks_like(b"ts,te,td,sa,da,sp,dp,pr,flg\n"));
        assert!(looks_like(b"\ncnt,af,firstSeen,lastSeen,proto,srcAddr,srcPort,dstAddr,dstPort\r\n"));
        assert!(!looks_like(b"date,source,destination\n"));
        assert!(!looks_like(b""));
    }
}
