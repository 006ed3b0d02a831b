//! unbound configuration: `local-zone: "name" type`, which means the name and all below it, and
//! `local-data: "name A 0.0.0.0"`, which means the name. Zones that are answered as usual are not blocks.

use std::io::BufRead;

use super::ReadError;
use super::lines::for_each_line;
use super::text::{significant, trimmed};
use crate::canon::Declared;
use crate::{Candidate, Intake, Kind, Marking, Reason};

/// Offers the name of every blocking line.
pub(super) fn read(input: &mut dyn BufRead, intake: &mut Intake<'_>) -> Result<(), ReadError> {
    for_each_line(input, intake, |intake, line, number| {
        let line = significant(line);
        // `server:` opens a section and says nothing itself.
        if line.is_empty() || line == b"server:" {
            return Ok(());
        }
        let declared = Declared::Kind(Kind::Domain);
        let candidate = |text| Candidate { declared, text, line: number, marking: Marking::default() };
        match (line.strip_prefix(b"local-zone:"), line.strip_prefix(b"local-data:")) {
            (Some(zone), _) => match blocked_zone(zone) {
                Some(name) => intake.offer_below(candidate(name)),
                None => intake.refuse(number, Reason::NotAnIndicator, line),
            },
            (_, Some(record)) => match words(record).next() {
                Some(name) => intake.offer(candidate(name)),
                None => intake.refuse(number, Reason::NotAnIndicator, line),
            },
            _ => intake.refuse(number, Reason::NotAnIndicator, line),
        }
        Ok(())
    })
}

fn blocked_zone(zone: &[u8]) -> Option<&[u8]> {
    let mut words = words(zone);
    let name = words.next()?;
    let kind = words.next()?;
    BLOCKING.contains(&kind).then_some(name)
}

/// The words of a value, without the quotes around it.
fn words(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    let words = trimmed(value).split(|byte| matches!(byte, b' ' | b'\t' | b'"' | b'\''));
    words.filter(|word| !word.is_empty())
}

const BLOCKING: [&[u8]; 8] = [
    b"always_nxdomain",
    b"always_null",
    b"always_refuse",
    b"redirect",
    b"refuse",
    b"deny",
    b"static",
    b"inform_deny",
];
