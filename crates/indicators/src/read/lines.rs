//! Lines out of a stream of blocks. No allocation for a line that lies inside one block, and no line is
//! ever buffered beyond [`LINE_BYTES_MAX`]: a gigabyte without a line feed costs one mebibyte.

use std::io::{BufRead, ErrorKind};

use memchr::memchr;

use super::ReadError;
use crate::limits::{LINE_BYTES_MAX, REJECT_BYTES_MAX};
use crate::{Intake, Reason};

/// Hands every line to `take` with its number, counted from 1, without its line feed and without a carriage
/// return before it. A line over [`LINE_BYTES_MAX`] is counted once as `line-too-long` and skipped.
///
/// # Errors
/// What the source or `take` fails with.
pub(crate) fn for_each_line<'r>(
    input: &mut dyn BufRead,
    intake: &mut Intake<'r>,
    mut take: impl FnMut(&mut Intake<'r>, &[u8], u64) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    let mut number = 1;
    // The beginning of a line whose end lies in a later block.
    let mut begun: Vec<u8> = Vec::new();
    let mut skipping = false;
    loop {
        let block = match input.fill_buf() {
            Ok(block) => block,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error.into()),
        };
        if block.is_empty() {
            break;
        }
        let size = block.len();
        let mut rest = block;
        while let Some(end) = memchr(b'\n', rest) {
            let (line, after) = (&rest[..end], &rest[end + 1..]);
            if skipping {
                skipping = false;
            } else if begun.len() + line.len() > LINE_BYTES_MAX {
                refuse_long(intake, number, &begun, line);
            } else if begun.is_empty() {
                take(intake, without_return(line), number)?;
            } else {
                begun.extend_from_slice(line);
                take(intake, without_return(&begun), number)?;
            }
            begun.clear();
            number += 1;
            rest = after;
        }
        if !skipping && begun.len() + rest.len() > LINE_BYTES_MAX {
            refuse_long(intake, number, &begun, rest);
            begun.clear();
            skipping = true;
        } else if !skipping {
            begun.extend_from_slice(rest);
        }
        input.consume(size);
    }
    if begun.is_empty() { Ok(()) } else { take(intake, without_return(&begun), number) }
}

fn without_return(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// The beginning of the line is enough to find it by; the whole of it would defeat the limit.
fn refuse_long(intake: &mut Intake<'_>, number: u64, begun: &[u8], rest: &[u8]) {
    let head: Vec<u8> = begun.iter().chain(rest).copied().take(REJECT_BYTES_MAX).collect();
    intake.refuse(number, Reason::LineTooLong, &head);
}
