//! AdBlock filter lists: `||name^` blocks a name and all below it. Every other rule is counted and not taken:
//! exceptions (`@@`), cosmetic rules (`##`), rules with paths or wildcards.

use std::io::BufRead;

use super::ReadError;
use super::lines::for_each_line;
use super::text::{is_comment, trimmed};
use crate::canon::Declared;
use crate::{Candidate, Intake, Marking, Reason};

/// Offers the name of every rule that blocks one.
pub(super) fn read(input: &mut dyn BufRead, intake: &mut Intake<'_>) -> Result<(), ReadError> {
    for_each_line(input, intake, |intake, line, number| {
        let line = trimmed(line);
        // `##.banner` hides an element; a single `#` begins a comment.
        if line.is_empty() || (is_comment(line) && !line.starts_with(b"##")) {
            return Ok(());
        }
        match blocked_name(line) {
            Some(text) => intake.offer_below(Candidate {
                declared: Declared::Host,
                text,
                line: number,
                marking: Marking::default(),
            }),
            None => intake.refuse(number, Reason::NotAnIndicator, line),
        }
        Ok(())
    })
}

fn blocked_name(rule: &[u8]) -> Option<&[u8]> {
    let rule = rule.strip_prefix(b"||")?;
    let end = memchr::memchr(b'^', rule)?;
    let (name, after) = (&rule[..end], &rule[end + 1..]);
    let is_whole = after.is_empty() || after == b"|" || after.starts_with(b"$");
    // `$badfilter` switches another rule off.
    let switches_off = memchr::memmem::find(after, b"badfilter").is_some();
    (is_whole && !switches_off && memchr::memchr2(b'/', b'*', name).is_none()).then_some(name)
}
