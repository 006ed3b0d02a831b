//! Faults to be found, built in by the feature `planted`: they show that the targets reach what they should.
//! Each stands behind the grammar of its decoder, and no file of the corpus runs into one.

use detente_accord::Rejection;
use detente_accord::jcs::Value;
use detente_indicators::{Item, Kind, List};

const PLANTED: bool = cfg!(feature = "planted");

/// An address 9.x.x.9 in a list.
pub fn in_list(list: &List) {
    if PLANTED {
        let is_due = |item: Item<'_>| matches!(item.bytes(), [1, 1, 4, 0, 9, _, _, 9]);
        assert!(!list.items().any(is_due), "planted: a list with 9.x.x.9");
    }
}

/// A warninglist that hits more than half of what it is shown.
pub fn in_hits(hits: usize) {
    assert!(!(PLANTED && hits >= 5), "planted: a warninglist that hits {hits} items");
}

/// A network of IPv6.
pub fn in_item(item: Item<'_>) {
    let is_due = item.kind() == Some(Kind::Cidr) && item.bytes().len() == 21;
    assert!(!(PLANTED && is_due), "planted: a network of IPv6");
}

/// A large number in an array in an object.
pub fn in_value(value: &Value, depth: usize) {
    match value {
        Value::Integer(number) => {
            let is_due = depth >= 2 && *number > u64::from(u32::MAX) && number % 2 == 0;
            assert!(!(PLANTED && is_due), "planted: a large even number two levels down");
        }
        Value::Array(values) => values.iter().for_each(|value| in_value(value, depth + 1)),
        Value::Object(members) => members.values().for_each(|value| in_value(value, depth + 1)),
        _ => {}
    }
}

/// A file or card that is in form, but whose parts disagree.
pub fn in_rejection(rejection: &Rejection) {
    let is_due = matches!(rejection, Rejection::BadSignature { .. } | Rejection::Contradiction { .. });
    assert!(!(PLANTED && is_due), "planted: {rejection}");
}

/// Terms in form that somebody else signed.
pub fn in_verdict(verdict: &Result<(), Rejection>) {
    if let Err(rejection) = verdict {
        in_rejection(rejection);
    }
}

/// A message in form with an element twice, or the identity in it.
pub fn in_matching(rejection: &detente_psi::Rejection) {
    let is_due = matches!(rejection.name(), "element-repeated" | "element-identity" | "proof-invalid");
    assert!(!(PLANTED && is_due), "planted: {rejection}");
}

/// A path that is long enough for a large tree.
pub fn in_path(size: u64, verdict: &Result<(), detente_tlog::Rejection>) {
    let is_due = size > 1 << 20 && matches!(verdict, Err(detente_tlog::Rejection::PathTooShort { .. }));
    assert!(!(PLANTED && is_due), "planted: a short path in a large tree");
}
