//! The short way for nearly every value of a list: a name, a dotted address or a hash, of ASCII letters,
//! digits, `-`, `_` and dots, with nothing around it but perhaps a port. No white space to trim, nothing defanged, no `xn--`:
//! the rules come down to one look at every byte. A property test holds it equal to the long way.

use super::scan::Scan;
use super::{Declared, address, hash, is_port, name};
use crate::{Kind, Notes, Reason};

/// The result of the rules for a plain value, or `None` if the value is not plain.
pub(super) fn canonicalise(
    declared: Declared,
    text: &[u8],
    special_use: bool,
    out: &mut Vec<u8>,
) -> Option<Result<(Kind, Notes), Reason>> {
    let host = without_port(text);
    if host.len() > name::NAME_BYTES_MAX {
        return None;
    }
    let is_whole = host.len() == text.len();
    let name = host.strip_suffix(b".").unwrap_or(host);
    let scan = Scan::of(name);
    if scan.has_other || host.first() == Some(&b'.') || name::has_punycode(name, &scan) {
        return None;
    }
    let has_dot = scan.last_label > 0 || name.len() < host.len();
    let is_dotted_digits = has_dot && !scan.has_letter_or_mark;
    let start = out.len();
    let result = match declared {
        Declared::Unknown | Declared::Host | Declared::Address if is_dotted_digits => {
            address::plain_ipv4(host, special_use, out)
        }
        Declared::Unknown if !has_dot => {
            let algorithm = hash::algorithm_of_length(text.len()).filter(|_| is_whole)?;
            if !text.iter().all(u8::is_ascii_hexdigit) {
                return None;
            }
            hash::of_algorithm_bytes(algorithm, text, out)
        }
        Declared::Unknown | Declared::Host | Declared::Kind(Kind::Domain) => {
            name::check(name, &scan).map(|()| name::put_plain(name, out))
        }
        _ => return None,
    };
    if result.is_err() {
        out.truncate(start);
    }
    Some(result.map(|kind| (kind, Notes::default())))
}

/// Takes up to five digits behind a colon off the end.
fn without_port(text: &[u8]) -> &[u8] {
    if !text.last().is_some_and(u8::is_ascii_digit) {
        return text;
    }
    let tail = &text[text.len().saturating_sub(6)..];
    match memchr::memrchr(b':', tail) {
        Some(colon) if std::str::from_utf8(&tail[colon + 1..]).is_ok_and(is_port) => {
            &text[..text.len() - (tail.len() - colon)]
        }
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::by_the_rules;
    use super::*;

    fn check(declared: Declared, text: &str, special_use: bool) -> Result<(), TestCaseError> {
        let (mut short, mut long) = (vec![7], vec![7]);
        if let Some(result) = canonicalise(declared, text.as_bytes(), special_use, &mut short) {
            prop_assert_eq!(result, by_the_rules(declared, text, special_use, &mut long), "{:?}", text);
            prop_assert_eq!(short, long);
        }
        Ok(())
    }

    fn declared() -> impl Strategy<Value = Declared> {
        let kinds = proptest::sample::select(Kind::ALL.to_vec()).prop_map(Declared::Kind);
        let others =
            [Declared::Unknown, Declared::Address, Declared::Host, Declared::Hash, Declared::NotCarried];
        prop_oneof![kinds, proptest::sample::select(others.to_vec())]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn equals_the_long_way_on_names(declared in declared(), special: bool,
            text in "(\\*\\.|\\.)?([a-cxnA-CXN0-2_-]{0,6}\\.){0,4}[a-cxnA-Z0-2_-]{0,6}\\.?(:[0-9]{0,6})?") {
            check(declared, &text, special)?;
        }

        #[test]
        fn equals_the_long_way_on_numbers(declared in declared(), special: bool,
            text in "([0-9]{0,4}\\.){0,5}[0-9]{0,3}(:[0-9]{1,5})?") {
            check(declared, &text, special)?;
        }

        #[test]
        fn equals_the_long_way_on_digits(declared in declared(), special: bool,
            text in "[0-9a-fA-F]{32}|[0-9a-fA-F]{40}|[0-9a-g]{64}|[0-9A-Fz]{128}|[0-9a-f]{1,50}(:80)?") {
            check(declared, &text, special)?;
        }

        #[test]
        fn equals_the_long_way_on_anything(declared in declared(), special: bool, text in "\\PC{0,12}") {
            check(declared, &text, special)?;
        }

        #[test]
        fn equals_the_long_way_at_the_limits(declared in declared(), label in 1_usize..70, labels in 1_usize..8) {
            let name = format!("{}.com", vec!["a".repeat(label); labels].join("."));
            check(declared, &name, false)?;
        }
    }
}
