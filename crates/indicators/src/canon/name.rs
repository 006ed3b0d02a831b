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

/// A name of the bytes of plain names alone and without a dot in front. `None` if it has an `xn--` label.
pub(super) fn plain_domain(text: &[u8], out: &mut Vec<u8>) -> Option<Result<Kind, Reason>> {
    let name = text.strip_suffix(b".").unwrap_or(text);
    let start = open(Kind::Domain, out);
    let body = out.len();
    out.extend_from_slice(name);
    out[body..].make_ascii_lowercase();
    let look = look(&out[body..]);
    if look.has_punycode {
        out.truncate(start);
        return None;
    }
    let result = look.verdict.and_then(|()| seal(start, out, Reason::BadName));
    Some(result.map(|()| Kind::Domain))
}

/// Appends the A-labels of a name that may end in one dot. On `Err` a part of it may have been appended.
pub(super) fn append(name: &str, out: &mut Vec<u8>) -> Result<(), Reason> {
    let name = name.strip_suffix(FULL_STOPS).unwrap_or(name);
    let start = out.len();
    if name.is_ascii() {
        out.extend_from_slice(name.as_bytes());
        out[start..].make_ascii_lowercase();
        let look = look(&out[start..]);
        if !look.has_punycode {
            let is_plain = out[start..].iter().all(|&byte| is_in_names(byte));
            return if is_plain { look.verdict } else { Err(Reason::BadName) };
        }
        out.truncate(start);
    }
    append_by_uts46(name, out)
}

fn is_in_names(folded: u8) -> bool {
    matches!(folded, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.')
}

fn append_by_uts46(name: &str, out: &mut Vec<u8>) -> Result<(), Reason> {
    let ascii = Uts46::new()
        .to_ascii(name.as_bytes(), STD3_LESS_UNDERSCORE, Hyphens::CheckFirstLast, DnsLength::Verify)
        .map_err(|_| Reason::BadName)?;
    look(ascii.as_bytes()).verdict?;
    out.extend_from_slice(ascii.as_bytes());
    Ok(())
}

/// What one look at a folded name shows.
struct Look {
    verdict: Result<(), Reason>,
    /// Whether a label begins with `xn--`.
    has_punycode: bool,
}

/// What canon/1 asks of a folded name: labels of 1 to 63 bytes without a hyphen at either end, two of them
/// at least, 253 bytes at most; the last begins with a letter, has two characters and no underscore.
fn look(name: &[u8]) -> Look {
    let mut has_punycode = false;
    let mut is_bad = name.len() > NAME_BYTES_MAX;
    let mut label_start = 0;
    let mut before = b'.';
    for (at, &byte) in name.iter().enumerate() {
        if byte == b'.' {
            is_bad |= before == b'.' || before == b'-' || at - label_start > LABEL_BYTES_MAX;
            label_start = at + 1;
        } else if byte == b'-' {
            is_bad |= before == b'.';
            has_punycode |= before == b'-' && name[label_start..=at] == *b"xn--";
        }
        before = byte;
    }
    let last = &name[label_start..];
    is_bad |= last.is_empty() || before == b'-' || last.len() > LABEL_BYTES_MAX || label_start == 0;
    let verdict = if is_bad {
        Err(Reason::BadName)
    } else if last[0].is_ascii_lowercase() && last.len() >= 2 && !last.contains(&b'_') {
        Ok(())
    } else {
        Err(Reason::BadLastLabel)
    };
    Look { verdict, has_punycode }
}

/// The dots of UTS-46, of which one may stand at the end.
const FULL_STOPS: [char; 4] = ['.', '\u{3002}', '\u{ff0e}', '\u{ff61}'];

/// RFC 1035, without the root's length byte and the final one.
pub(super) const NAME_BYTES_MAX: usize = 253;
const LABEL_BYTES_MAX: usize = 63;

/// STD3 allows letters, digits and hyphens; names that carry records also hold underscores.
const STD3_LESS_UNDERSCORE: AsciiDenyList = AsciiDenyList::new(true, "!\"#$%&'()*+,/:;<=>?@[\\]^`{|}~");

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn both(name: &str) -> (Result<Vec<u8>, Reason>, Result<Vec<u8>, Reason>) {
        let (mut short, mut long) = (Vec::new(), Vec::new());
        let short_result = append(name, &mut short).map(|()| short);
        let bare = name.strip_suffix(FULL_STOPS).unwrap_or(name);
        (short_result, append_by_uts46(bare, &mut long).map(|()| long))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(50_000))]

        #[test]
        fn the_short_way_is_uts_46(name in "([a-zA-Z0-9_-]{0,5}\\.){0,4}[a-zA-Z0-9_-]{0,4}\\.?") {
            let (short, long) = both(&name);
            prop_assert_eq!(short, long);
        }

        #[test]
        fn the_short_way_is_uts_46_on_any_ascii(name in "[\\x00-\\x7f]{0,8}\\.[a-z]{0,3}") {
            let (short, long) = both(&name);
            prop_assert_eq!(short, long);
        }

        #[test]
        fn the_short_way_is_uts_46_on_hyphens_and_lengths(
            label in "[a-z-]{1,3}", times in 1_usize..30, labels in 1_usize..10, last in "[a-z0-9-]{0,3}",
        ) {
            let name = format!("{}.{last}", vec![label.repeat(times); labels].join("."));
            let (short, long) = both(&name);
            prop_assert_eq!(short, long);
        }
    }

    #[test]
    fn every_ascii_character_in_every_place() {
        for byte in 0..=0x7f_u8 {
            let byte = char::from(byte);
            for name in [
                format!("a{byte}b.example"),
                format!("{byte}a.example"),
                format!("a.b{byte}"),
                format!("a.{byte}b"),
            ] {
                let (short, long) = both(&name);
                assert_eq!(short, long, "{name:?}");
            }
        }
    }
}
