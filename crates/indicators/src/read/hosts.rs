//! Blocking lists in the form of `/etc/hosts`: `0.0.0.0 name [name …]`.

use std::io::BufRead;

use super::ReadError;
use super::lines::for_each_line;
use super::text::significant;
use crate::canon::Declared;
use crate::{Candidate, Intake, Kind, Marking, Reason};

/// Offers every name behind a blocking address. A line that maps names to another address blocks nothing:
/// its names are counted and not taken.
pub(super) fn read(input: &mut dyn BufRead, intake: &mut Intake<'_>) -> Result<(), ReadError> {
    for_each_line(input, intake, |intake, line, number| {
        let mut fields = fields(significant(line));
        let Some(address) = fields.next() else { return Ok(()) };
        if !BLOCKING.contains(&address) {
            intake.refuse(number, Reason::NotAnIndicator, line);
            return Ok(());
        }
        for text in fields.filter(|name| !is_local(name)) {
            let declared = Declared::Kind(Kind::Domain);
            intake.offer(Candidate { declared, text, line: number, marking: Marking::default() });
        }
        Ok(())
    })
}

/// Whether a significant line is of this family.
pub(super) fn is_entry(line: &[u8]) -> bool {
    let mut fields = fields(line);
    fields.next().is_some_and(|address| BLOCKING.contains(&address)) && fields.next().is_some()
}

fn fields(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(|byte| matches!(byte, b' ' | b'\t')).filter(|field| !field.is_empty())
}

/// The names of the machine itself, which every such file begins with.
fn is_local(name: &[u8]) -> bool {
    let name = name.to_ascii_lowercase();
    name.starts_with(b"ip6-") || LOCAL.contains(&name.as_slice())
}

const BLOCKING: [&[u8]; 4] = [b"0.0.0.0", b"127.0.0.1", b"::", b"::1"];

const LOCAL: [&[u8]; 5] = [b"localhost", b"localhost.localdomain", b"local", b"broadcasthost", b"0.0.0.0"];
