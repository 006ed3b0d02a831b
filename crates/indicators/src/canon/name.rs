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
    if has_punycode(&out[body..]) {
        out.truncate(start);
        return None;
    }
    let result = check(&out[body..]).and_then(|()| seal(start, out, Reason::BadName));
    Some(result.map(|()| Kind::Domain))
}

/// Appends the A-labels of a name that may end in one dot. On `Err` a part of it may have been appended.
pub(super) fn append(name: &str, out: &mut Vec<u8>) -> Result<(), Reason> {
    let name = name.strip_suffix(FULL_STOPS).unwrap_or(name);
    let start = out.len();
    if name.is_ascii() {
        out.extend_from_slice(name.as_bytes());
        out[start..].make_ascii_lowercase();
        if !has_punycode(&out[start..]) {
            let is_plain = out[start..].iter().all(|&byte| is_in_names(byte));
            return if is_plain { check(&out[start..]) } else { Err(Reason::BadName) };
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
    let mut label_start = 0;
    let mut last: &[u8] = &[];
    let mut at = 0;
    loop {
        let byte = name.get(at);
        if byte.is_none_or(|&byte| byte == b'.') {
            last = &name[label_start..at];
            let (Some(&first), Some(&end)) = (last.first(), last.last()) else { return Err(Reason::BadName) };
            if last.len() > LABEL_BYTES_MAX || first == b'-' || end == b'-' {
                return Err(Reason::BadName);
            }
            labels += 1;
            label_start = at + 1;
        }
        if byte.is_none() {
            break;
        }
        at += 1;
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

/// Whether a label of a folded name begins with `xn--`.
fn has_punycode(folded: &[u8]) -> bool {
    memchr::memchr_iter(b'-', folded).any(|hyphen| {
        hyphen >= 2
            && folded[hyphen - 2..].starts_with(b"xn--")
            && (hyphen == 2 || folded[hyphen - 3] == b'.')
    })
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
