//! Faults to be found, built in by the feature `planted`: they show that the targets reach what they should.
//! Each stands behind the grammar of its decoder, and no file of the corpus runs into one.

use detente_accord::Rejection;
use detente_accord::jcs::Value;
use detente_indicators::warninglist::Warninglist;
use detente_indicators::{Item, Kind, List};

const PLANTED: bool = cfg!(feature = "planted");

/// A name that begins with one of a few letters or a digit, or an address in 100.0.0.0 to 149.255.255.255.
pub fn in_list(list: &List) {
    if PLANTED {
        let is_due = |item: Item<'_>| {
            matches!(
                item.bytes(),
                [4, _, _, _, b'j' | b'k' | b'q' | b'y' | b'z' | b'0'..=b'9', ..] | [1, 1, 4, 0, 100..150, ..]
            )
        };
        assert!(!list.items().any(is_due), "planted: a list with a certain item");
    }
}

/// A warninglist whose name begins with one of the last letters.
pub fn in_warninglist(list: &Warninglist) {
    assert!(
        !(PLANTED && list.name().starts_with(|first: char| first > 't')),
        "planted: a warninglist with a certain name"
    );
}

/// A network of IPv6.
pub fn in_item(item: Item<'_>) {
    let is_due = item.kind() == Some(Kind::Cidr) && item.bytes().len() == 21;
    assert!(!(PLANTED && is_due), "planted: a network of IPv6");
}

/// The number 7 in an array.
pub fn in_value(value: &Value) {
    match value {
        Value::Array(values) => {
            let is_due = values.contains(&Value::Integer(7));
            assert!(!(PLANTED && is_due), "planted: the number 7 in an array");
            values.iter().for_each(in_value);
        }
        Value::Object(members) => members.values().for_each(in_value),
        _ => {}
    }
}

/// A file or card that is in form, but whose parts disagree.
pub fn in_rejection(rejection: &Rejection) {
    let is_due = matches!(
        rejection,
        Rejection::BadSignature { .. }
            | Rejection::Contradiction { .. }
            | Rejection::SealedContradicts { .. }
            | Rejection::BadMember { .. }
    );
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

/// A check of one side's part of a run that does not hold.
pub fn in_run(rejection: &detente_psi::Rejection) {
    let due = ["commitment-broken", "trees-inconsistent", "correlation-inconsistent"];
    assert!(!(PLANTED && due.contains(&rejection.name())), "planted: {rejection}");
}

/// A path that is too short for a large tree.
pub fn in_path(size: u64, verdict: &Result<(), detente_tlog::Rejection>) {
    let is_due = size > 1 << 20 && matches!(verdict, Err(detente_tlog::Rejection::PathTooShort { .. }));
    assert!(!(PLANTED && is_due), "planted: a short path in a large tree");
}

/// An archive with a byte behind a member.
pub fn in_archive(refused: &detente_accord::record::tar::NotArchive) {
    let is_due = refused.fault == detente_accord::record::tar::Fault::BadPadding;
    assert!(!(PLANTED && is_due), "planted: {refused}");
}

/// A bundle in form of which a signature or a head does not hold.
pub fn in_claim(claim: &detente_accord::record::verify::Judged) {
    let is_due = matches!(claim.reason.name(), "bad-signature" | "bad-head" | "policy-differs");
    assert!(!(PLANTED && is_due), "planted: {}", claim.reason.name());
}

/// A file of the log in which a name, a number or an end is wrong.
pub fn in_log(rejection: &detente_tlog::Rejection) {
    let is_due = matches!(rejection.name(), "bad-name" | "number-too-large" | "trailing" | "key-other-id");
    assert!(!(PLANTED && is_due), "planted: {rejection}");
}

/// A file of the record with a key that is refused or a signature that fails, or a leaf with one wrong field.
pub fn in_record(rejection: &Rejection) {
    let is_due = matches!(
        rejection,
        Rejection::BadKey | Rejection::BadSignature { .. } | Rejection::BadField { part: "leaf", .. }
    );
    assert!(!(PLANTED && is_due), "planted: {rejection}");
}

/// A hello whose signature fails, a stream that ends in the middle of a piece.
pub fn in_link(rejection: detente_link::Rejection) {
    use detente_link::Rejection as Of;
    let is_due = matches!(rejection, Of::BadSignature | Of::HalfAPiece | Of::LateFrame);
    assert!(!(PLANTED && is_due), "planted: {}", rejection.name());
}
