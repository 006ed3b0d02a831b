//! Logs of one JSON object a line. A malformed line is counted and the next one read: in a log that is
//! being written, the last line is often cut.

use std::io::BufRead;

use super::ReadError;
use super::held::Held;
use super::json::{Fault, Json, Parsed, Shape};
use super::lines::for_each_line;
use crate::limits::REJECT_BYTES_MAX;
use crate::{Intake, Reason};

/// A log line under the reader, behind its opening brace.
pub(crate) type Line<'l> = Json<&'l [u8]>;

/// Hands every line's object to `record`, which puts the values of line number `u64` into the [`Held`];
/// they go to the intake only when the whole line was read without fault.
pub(crate) fn for_each_record(
    input: &mut dyn BufRead,
    intake: &mut Intake<'_>,
    mut record: impl FnMut(&mut Line<'_>, &mut Held, u64) -> Parsed<()>,
) -> Result<(), ReadError> {
    let mut held = Held::default();
    let mut scratch = Vec::new();
    for_each_line(input, intake, |intake, line, number| {
        if line.trim_ascii().is_empty() {
            return Ok(());
        }
        let mut json = Json::new(line, std::mem::take(&mut scratch));
        let read = whole_line(&mut json, |json| record(json, &mut held, number));
        scratch = json.into_text();
        match read {
            Ok(()) => held.release(intake),
            Err(_) => {
                held.truncate(0);
                let shown = line.get(..REJECT_BYTES_MAX).unwrap_or(line);
                intake.refuse(number, Reason::NotAnIndicator, shown);
            }
        }
        Ok(())
    })
}

fn whole_line(json: &mut Line<'_>, record: impl FnOnce(&mut Line<'_>) -> Parsed<()>) -> Parsed<()> {
    if json.value()? != Shape::Object {
        return Err(Fault::Unexpected("not an object"));
    }
    record(json)?;
    if json.at_end()? { Ok(()) } else { Err(Fault::Unexpected("more than one value")) }
}

/// The keys of the first object in `head`, as far as it reaches: what tells the JSON formats apart.
pub(crate) fn first_keys(head: &[u8]) -> Vec<Vec<u8>> {
    let mut json = Json::new(head, Vec::new());
    let mut keys = Vec::new();
    if matches!(json.value(), Ok(Shape::Object)) {
        while let Ok(Some(key)) = json.key() {
            keys.push(key.to_vec());
            if json.skip().is_err() {
                break;
            }
        }
    }
    keys
}
