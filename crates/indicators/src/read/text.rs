//! Plain lists: one value a line, or a value followed by columns that blanks separate (`address<TAB>count`).
//! Maltrail's files are of this kind. A line `name` means exactly that name.

use std::io::BufRead;

use super::ReadError;
use super::lines::for_each_line;
use crate::canon::Declared;
use crate::{Candidate, Intake, Marking};

/// Offers the first column of every line that is not a comment.
pub(super) fn read(input: &mut dyn BufRead, intake: &mut Intake<'_>) -> Result<(), ReadError> {
    for_each_line(input, intake, |intake, line, number| {
        let text = first_field(line);
        if !text.is_empty() {
            intake.offer(Candidate {
                declared: Declared::Unknown,
                text,
                line: number,
                marking: Marking::default(),
            });
        }
        Ok(())
    })
}

/// The first blank-separated field; empty for an empty line and for a comment.
pub(super) fn first_field(line: &[u8]) -> &[u8] {
    // Nearly every line of a list is one word: nothing to trim, no comment.
    if line.iter().all(|&byte| OF_WORDS[usize::from(byte)]) {
        return line;
    }
    let line = trimmed(line);
    if is_comment(line) {
        return &[];
    }
    let end = line.iter().position(|&byte| byte == b' ' || byte == b'\t').unwrap_or(line.len());
    trimmed(&line[..end])
}

/// The line without the white space around it and without a comment behind a blank; empty for a comment.
pub(super) fn significant(line: &[u8]) -> &[u8] {
    let line = trimmed(line);
    if is_comment(line) {
        return &[];
    }
    let comment = memchr::memchr_iter(b'#', line)
        .find(|&at| at > 0 && matches!(line[at - 1], b' ' | b'\t'))
        .unwrap_or(line.len());
    trimmed(&line[..comment])
}

/// Whether a trimmed line is a comment or the title of a section.
pub(super) fn is_comment(line: &[u8]) -> bool {
    match line {
        [b'#' | b'!' | b';', ..] => true,
        // `[Adblock Plus 2.0]`, but not `[2001:db8::1]:443`.
        [b'[', inside @ ..] => !inside.starts_with(b".") && memchr::memchr(b':', inside).is_none(),
        _ => false,
    }
}

/// Trims Unicode white space: real lists carry no-break spaces after names.
pub(super) fn trimmed(line: &[u8]) -> &[u8] {
    let line = line.trim_ascii();
    let is_ascii_outside = |byte: Option<&u8>| byte.is_none_or(u8::is_ascii);
    if is_ascii_outside(line.first()) && is_ascii_outside(line.last()) {
        return line;
    }
    std::str::from_utf8(line).map_or(line, |text| text.trim().as_bytes())
}

/// Letters, digits and what stands in names, addresses and URLs, but nothing that a comment begins with.
const OF_WORDS: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        let character = byte as u8;
        table[byte] =
            character.is_ascii_alphanumeric() || matches!(character, b'.' | b'-' | b'_' | b':' | b'/');
        byte += 1;
    }
    table
};
