//! The statements that the engine makes by itself, as drafts.

use std::collections::BTreeMap;

use detente_accord::jcs::Value;
use detente_accord::record::{Charter, Draft, LogId, Names, Reference, StatementType};
use detente_accord::{PartyId, Time, b64};
use detente_tlog::Hash;

/// Entry 0 of a log.
pub(crate) fn charter(charter: &Charter) -> Draft {
    Draft::new(
        "charter",
        [
            ("sha256", b64_value(charter.record_id().bytes())),
            ("size", Value::Integer(charter.bytes().len() as u64)),
        ],
    )
}

/// Consent to a titled charter.
pub(crate) fn sign(own_charter_entry: Reference) -> Draft {
    let mut draft = Draft::new("acceptance", [("act", Value::text("sign")), ("to", Value::text("*"))]);
    draft.refs = vec![own_charter_entry];
    draft
}

/// A machine receipt: which entries came, and when. Without entries it carries heads alone.
pub(crate) fn ack(entries: Vec<Reference>, at: Time) -> Draft {
    let count = entries.len();
    let mut draft = if count == 0 {
        Draft::new("ack", [])
    } else {
        let results = vec![Value::text("accepted"); count];
        Draft::new(
            "ack",
            [("at", Value::Array(vec![Value::Integer(at.0); count])), ("result", Value::Array(results))],
        )
    };
    draft.refs = entries;
    draft
}

/// That evidence against a key was found.
pub(crate) fn evidence(kind: &str, names: &Names, log: &LogId, sha256: &[u8; 32]) -> Draft {
    Draft::new(
        "evidence",
        [
            ("kind", Value::text(kind)),
            ("origin", Value::text(names.origin(log).as_str())),
            ("sha256", b64_value(sha256)),
        ],
    )
}

/// That a log ends at a head.
pub(crate) fn freeze(names: &Names, log: &LogId, size: u64, root: &Hash) -> Draft {
    Draft::new(
        "freeze",
        [
            ("origin", Value::text(names.origin(log).as_str())),
            ("root", b64_value(root.as_bytes())),
            ("size", Value::Integer(size)),
        ],
    )
}

/// That our log was taken up again from what others hold.
pub(crate) fn recovery(size: u64, root: &Hash, from: &[PartyId], by_hand: bool) -> Draft {
    Draft::new(
        "recovery",
        [
            ("from", Value::Array(from.iter().map(|party| Value::text(party.as_str())).collect())),
            ("override", Value::Bool(by_hand)),
            ("root", b64_value(root.as_bytes())),
            ("size", Value::Integer(size)),
        ],
    )
}

/// That content is to go.
pub(crate) fn redaction(entries: Vec<Reference>, ground: &str) -> Draft {
    let mut draft =
        Draft::new("redaction", [("ground", Value::text(ground)), ("scope", Value::text("content"))]);
    draft.refs = entries;
    draft
}

/// That content has gone here.
pub(crate) fn erased(redaction: Reference) -> Draft {
    let mut draft = Draft::new("erased", []);
    draft.refs = vec![redaction];
    draft
}

/// The keys of the next epoch, which the epoch before committed to.
pub(crate) fn rotate(epoch: u64, keyset: &[u8; 32], next: &[u8; 32]) -> Draft {
    Draft::new(
        "keys",
        [
            ("act", Value::text("rotate")),
            ("epoch", Value::Integer(epoch)),
            ("keyset", b64_value(keyset)),
            ("next", b64_value(next)),
        ],
    )
}

/// An act on membership.
pub(crate) fn member(
    act: &str,
    public: BTreeMap<String, Value>,
    refs: Vec<Reference>,
    reason: Option<&str>,
) -> Draft {
    let mut draft = Draft::new("member", [("act", Value::text(act)), ("to", Value::text("*"))]);
    draft.public.extend(public);
    draft.refs = refs;
    if let Some(reason) = reason {
        draft.values.insert("reason", Value::text(reason));
    }
    draft
}

fn b64_value(bytes: &[u8; 32]) -> Value {
    Value::text(b64::encode(bytes))
}

/// The labels of a type: a statement commits to all of them.
pub(crate) fn labels(kind: &str) -> &'static [&'static str] {
    StatementType::of(kind).map_or(&[], |kind| kind.labels)
}
