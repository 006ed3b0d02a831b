//! Type 4: domain names, and the names inside URLs and e-mail addresses.
//!
//! UTS-46 non-transitional processing decides what a name is. Most names are plain ASCII without `xn--`, for
//! which UTS-46 comes down to a check byte by byte; that short way stands here beside the long one, and a
//! property test holds them equal.

use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};

use super::{open, seal};
use crate::{Kind, Note, Notes, Reason};

/// A name on its own: one trailing dot and one leading `*.` or `.` are taken off.
pub(super) fn domain(text: &str, out: &mut Vec<u8>, notes: &mut Notes) -> Result<Kind, Reason> {
    let name = match text.strip_prefix("*.").or_else(|| text.strip_prefix('.')) {
        Some(below) => {
            notes.insert(Note::WildcardStripped);
            below
        }
        None => text,
    };
    let start = open(Kind::Domain, out);
    append(name, out)?;
    seal(start, out, Reason::BadName)?;
    Ok(Kind::Domain)
}

/// Appends the A-labels of a name that may end in one dot. On `Err` a part of it may have been appended.
pub(super) fn append(name: &str, out: &mut Vec<u8>) -> Result<(), Reason> {
    let name = name.strip_suffix(FULL_STOPS).unwrap_or(name);
    match append_plain(name.as_bytes(), out) {
        Some(result) => result,
        None => append_by_uts46(name, out),
    }
}

/// The short way. `None` if the name needs the long one: it is not ASCII or has an `xn--` label.
fn append_plain(name: &[u8], out: &mut Vec<u8>) -> Option<Result<(), Reason>> {
    let start = out.len();
    let mut seen = 0_u8;
    out.extend(name.iter().map(|&byte| {
        let folded = FOLDED[usize::from(byte)];
        seen |= folded;
        folded
    }));
    let folded = &out[start..];
    if seen & NOT_IN_NAMES == 0 && !has_punycode(folded) {
        return Some(check(folded));
    }
    out.truncate(start);
    if name.is_ascii() && !has_punycode(name) { Some(Err(Reason::BadName)) } else { None }
}

fn append_by_uts46(name: &str, out: &mut Vec<u8>) -> Result<(), Reason> {
    let ascii = Uts46::new()
        .to_ascii(name.as_bytes(), STD3_LESS_UNDERSCORE, Hyphens::CheckFirstLast, DnsLength::Verify)
        .map_err(|_| Reason::BadName)?;
    check(ascii.as_bytes())?;
    out.extend_from_slice(ascii.as_bytes());
    Ok(())
}

/// What canon/1 asks of a folded name: labels of 1 to 63 bytes without a hyphen at either end, two of them
/// at least, 253 bytes at most; the last begins with a letter, has two characters and no underscore.
fn check(name: &[u8]) -> Result<(), Reason> {
    if name.len() > NAME_BYTES_MAX {
        return Err(Reason::BadName);
    }
    let mut labels = 0;
    let mut last: &[u8] = &[];
    let mut label_start = 0;
    for dot in memchr::memchr_iter(b'.', name).chain([name.len()]) {
        let label = &name[label_start..dot];
        let (Some(&first), Some(&end)) = (label.first(), label.last()) else { return Err(Reason::BadName) };
        if label.len() > LABEL_BYTES_MAX || first == b'-' || end == b'-' {
            return Err(Reason::BadName);
        }
        labels += 1;
        last = label;
        label_start = dot + 1;
    }
    if labels < 2 {
        return Err(Reason::BadName);
    }
    let starts_with_letter = last.first().is_some_and(u8::is_ascii_lowercase);
    if starts_with_letter && last.len() >= 2 && !last.contains(&b'_') {
        Ok(())
    } else {
        Err(Reason::BadLastLabel)
    }
}

fn has_punycode(name: &[u8]) -> bool {
    name.windows(4).any(|four| four.eq_ignore_ascii_case(b"xn--"))
}

/// The dots of UTS-46, of which one may stand at the end.
const FULL_STOPS: [char; 4] = ['.', '\u{3002}', '\u{ff0e}', '\u{ff61}'];

const NAME_BYTES_MAX: usize = 253;
const LABEL_BYTES_MAX: usize = 63;

/// STD3 allows letters, digits and hyphens; names that carry records also hold underscores.
const STD3_LESS_UNDERSCORE: AsciiDenyList = AsciiDenyList::new(true, "!\"#$%&'()*+,/:;<=>?@[\\]^`{|}~");

/// Marks a byte that no plain name holds.
const NOT_IN_NAMES: u8 = 0x80;

/// Letters in lower case, digits, `-`, `_` and `.` as they are, everything else [`NOT_IN_NAMES`].
const FOLDED: [u8; 256] = {
    let mut table = [NOT_IN_NAMES; 256];
    let mut byte = 0;
    while byte < 256 {
        let character = byte as u8;
        if character.is_ascii_alphanumeric() || matches!(character, b'-' | b'_' | b'.') {
            table[byte] = character.to_ascii_lowercase();
        }
        byte += 1;
    }
    table
};
