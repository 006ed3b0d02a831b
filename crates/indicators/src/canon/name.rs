//! Type 4: domain names, and the names inside URLs and e-mail addresses.
//!
//! UTS-46 non-transitional processing decides what a name is. Most names are plain ASCII without `xn--`, for
//! which UTS-46 comes down to a check byte by byte; that short way stands here beside the long one, and a
//! property test holds them equal.

use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};

use super::scan::Scan;
use super::{open, seal};
use crate::item::HEADER_BYTES;
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

/// Appends the item of a plain name in which [`check`] saw nothing wrong, without the dot at its end.
pub(super) fn put_plain(name: &[u8], out: &mut Vec<u8>) -> Kind {
    let start = open(Kind::Domain, out);
    out.extend_from_slice(name);
    out[start + HEADER_BYTES..].make_ascii_lowercase();
    out[start + 2] = name.len() as u8;
    Kind::Domain
}

/// Appends the A-labels of a name that may end in one dot. On `Err` a part of it may have been appended.
pub(super) fn append(name: &str, out: &mut Vec<u8>) -> Result<(), Reason> {
    let name = name.strip_suffix(FULL_STOPS).unwrap_or(name);
    let scan = Scan::of(name.as_bytes());
    if !name.is_ascii() || has_punycode(name.as_bytes(), &scan) {
        return append_by_uts46(name, out);
    }
    if scan.has_other {
        return Err(Reason::BadName);
    }
    check(name.as_bytes(), &scan)?;
    let start = out.len();
    out.extend_from_slice(name.as_bytes());
    out[start..].make_ascii_lowercase();
    Ok(())
}

fn append_by_uts46(name: &str, out: &mut Vec<u8>) -> Result<(), Reason> {
    if name.len() > UNICODE_NAME_BYTES_MAX {
        return Err(Reason::BadName);
    }
    let ascii = Uts46::new()
        .to_ascii(name.as_bytes(), STD3_LESS_UNDERSCORE, Hyphens::CheckFirstLast, DnsLength::Verify)
        .map_err(|_| Reason::BadName)?;
    check(ascii.as_bytes(), &Scan::of(ascii.as_bytes()))?;
    out.extend_from_slice(ascii.as_bytes());
    Ok(())
}

/// What canon/1 says of the labels of a name, of whose bytes [`scan`] has told the classes: labels of 1 to 63
/// bytes without a hyphen at either end, two of them at least, 253 bytes at most; the last begins with a letter,
/// has two characters and no underscore.
pub(super) fn check(name: &[u8], scan: &Scan) -> Result<(), Reason> {
    let last = &name[scan.last_label..];
    let is_bad = scan.has_bad_label || scan.last_label == 0 || last.is_empty() || name.len() > NAME_BYTES_MAX;
    if is_bad {
        Err(Reason::BadName)
    } else if last[0].is_ascii_alphabetic() && last.len() >= 2 && !last.contains(&b'_') {
        Ok(())
    } else {
        Err(Reason::BadLastLabel)
    }
}

/// Whether a label begins with `xn--`, in whatever case.
pub(super) fn has_punycode(name: &[u8], scan: &Scan) -> bool {
    let is_punycode = |label: &[u8]| label.get(..4).is_some_and(|start| start.eq_ignore_ascii_case(b"xn--"));
    scan.has_twin_hyphens && name.split(|&byte| byte == b'.').any(is_punycode)
}

/// The dots of UTS-46, of which one may stand at the end.
const FULL_STOPS: [char; 4] = ['.', '\u{3002}', '\u{ff0e}', '\u{ff61}'];

/// RFC 1035, without the root's length byte and the final one.
pub(super) const NAME_BYTES_MAX: usize = 253;
pub(super) const LABEL_BYTES_MAX: usize = 63;

/// No name of this length in UTF-8 has A-labels of 253 bytes; and the time of punycode grows with the square of
/// a label's length.
const UNICODE_NAME_BYTES_MAX: usize = 4_096;

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
