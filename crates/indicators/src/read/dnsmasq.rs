//! dnsmasq configuration: `address=/name/[ip]`, `server=/name/`, `local=/name/`, each of which may list several
//! names and means them and all below them. A `server` with an address forwards and blocks nothing.

use std::io::BufRead;

use super::ReadError;
use super::lines::for_each_line;
use super::text::significant;
use crate::canon::Declared;
use crate::{Candidate, Intake, Kind, Marking, Reason};

/// Offers the names of every blocking line.
pub(super) fn read(input: &mut dyn BufRead, intake: &mut Intake<'_>) -> Result<(), ReadError> {
    for_each_line(input, intake, |intake, line, number| {
        let line = significant(line);
        if line.is_empty() {
            return Ok(());
        }
        let Some(names) = blocked_names(line) else {
            intake.refuse(number, Reason::NotAnIndicator, line);
            return Ok(());
        };
        for text in names.split(|&byte| byte == b'/').filter(|name| !name.is_empty()) {
            let declared = Declared::Kind(Kind::Domain);
            intake.offer_below(Candidate { declared, text, line: number, marking: Marking::default() });
        }
        Ok(())
    })
}

/// What stands between the first and the last slash.
fn blocked_names(line: &[u8]) -> Option<&[u8]> {
    let (rest, takes_target) = match line {
        _ if line.starts_with(b"address=/") => (&line[9..], true),
        _ if line.starts_with(b"server=/") => (&line[8..], false),
        _ if line.starts_with(b"local=/") => (&line[7..], false),
        _ => return None,
    };
    let end = memchr::memrchr(b'/', rest)?;
    let target = &rest[end + 1..];
    (takes_target || target.is_empty()).then_some(&rest[..end])
}
