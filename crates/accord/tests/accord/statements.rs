//! Statements: who signed, for which pair of parties, and what is opened beside them.

use detente_accord::jcs::Value;
use detente_accord::statement::Statement;
use detente_accord::{Proposal, Rejection, SecretKey, b64};
use sha2::{Digest, Sha256};

use crate::world::{Party, Run, at, members};

const CONTEXT: &[u8] = b"detente/statement/v1\0";

/// Changes the terms as they stand in an ask and asserts how the ask's reader takes them, signature included.
fn check(change: impl FnOnce(&mut Value), expected: Result<(), Rejection>) {
    let run = Run::kept();
    let mut value = run.proposal.to_value();
    change(&mut value);
    let found = Proposal::read_stored(&value.encode()).and_then(|read| read.verify(&run.a.card, &run.b.card));
    assert_eq!(found, expected);
}

/// The name of an office's key, worked out here from its description alone.
pub(crate) fn key_name(party: &str, office: &str, key: &SecretKey) -> String {
    let name = format!("{party}/{office}");
    let hash = Sha256::digest([name.as_bytes(), b"\n\x01", key.public().bytes()].concat());
    format!("{name}+{:02x}{:02x}{:02x}{:02x}", hash[0], hash[1], hash[2], hash[3])
}

/// Signs the statement in a signed form anew, as the holder of `key` can.
pub(crate) fn sign_again(signed: &mut Value, name: &str, key: &SecretKey) {
    let bytes = [CONTEXT, &at(signed, &["statement"]).encode()].concat();
    let sig =
        Value::object([("key", Value::text(name)), ("sig", Value::text(b64::encode(&key.sign(&bytes))))]);
    *at(signed, &["sigs"]) = Value::Array(vec![sig]);
}

fn bad_signature() -> Result<(), Rejection> {
    Err(Rejection::BadSignature { part: "statement" })
}

fn bad(part: &'static str, field: &'static str) -> Result<(), Rejection> {
    Err(Rejection::BadField { part, field })
}

#[test]
fn the_signature_can_be_made_from_the_description_alone() {
    let run = Run::kept();
    check(|value| sign_again(at(value, &["0"]), &key_name("a", "desk", &run.a.desk), &run.a.desk), Ok(()));
}

#[test]
fn wrong_signers_are_refused() {
    let (run, stranger) = (Run::kept(), Party::new("a", 9));
    let name = key_name("a", "desk", &run.a.desk);
    // The right name over another key, another key under its own name, another office of the same party.
    check(|value| sign_again(at(value, &["0"]), &name, &stranger.desk), bad_signature());
    let strange = key_name("a", "desk", &stranger.desk);
    check(|value| sign_again(at(value, &["0"]), &strange, &stranger.desk), bad_signature());
    let node = key_name("a", "node", &run.a.node);
    check(|value| sign_again(at(value, &["0"]), &node, &run.a.node), bad_signature());
    let desk_as_node = key_name("a", "node", &run.a.desk);
    check(|value| sign_again(at(value, &["0"]), &desk_as_node, &run.a.desk), bad_signature());
    let identity = key_name("a", "desk", &run.a.identity);
    check(|value| sign_again(at(value, &["0"]), &identity, &run.a.identity), bad_signature());
}

#[test]
fn no_signature_and_two_signatures_are_refused() {
    check(|value| *at(value, &["0", "sigs"]) = Value::Array(Vec::new()), bad_signature());
    let twice = |value: &mut Value| {
        let sig = at(value, &["0", "sigs", "0"]).clone();
        *at(value, &["0", "sigs"]) = Value::Array(vec![sig.clone(), sig]);
    };
    check(twice, bad_signature());
}

#[test]
fn a_signature_is_over_every_byte_of_the_statement() {
    let run = Run::kept();
    let Value::Array(signed) = run.proposal.to_value() else { panic!("a pair") };
    let terms = Statement::from_value(signed[0].clone()).unwrap();
    assert_eq!(terms.verify(run.a.id(), &run.a.desk.public()), Ok(()));
    // `made` is read by nobody before the signature is.
    let mut later = signed[0].clone();
    let made = at(&mut later, &["statement", "made"]);
    let Value::Integer(ms) = *made else { panic!("a time") };
    *made = Value::Integer(ms + 1);
    let later = Statement::from_value(later).unwrap();
    assert_eq!(later.verify(run.a.id(), &run.a.desk.public()), bad_signature());
}

#[test]
fn a_machine_entry_that_somebody_signed_is_refused() {
    let run = Run::kept();
    let sign =
        |value: &mut Value| sign_again(at(value, &["1"]), &key_name("a", "desk", &run.a.desk), &run.a.desk);
    check(sign, Err(Rejection::Contradiction { field: "list" }));
}

#[test]
fn terms_of_another_pair_are_refused() {
    let run = Run::kept();
    let contradiction = Err(Rejection::Contradiction { field: "accord" });
    let read = || Proposal::read_stored(&run.proposal.to_value().encode()).unwrap();
    assert_eq!(read().verify(&run.a.card, &Party::new("c", 3).card), contradiction);
    // The same ids under another identity are another pair.
    assert_eq!(read().verify(&run.a.card, &Party::new("b", 9).card), contradiction);
    assert_eq!(read().verify(&run.a.card, &run.b.card), Ok(()));
}

#[test]
fn opened_fields_must_be_committed_to() {
    let opened = |field| bad("terms", field);
    // Another text under the same salt, another salt, another label, an order of one's own, one twice.
    check(
        |value| *at(value, &["0", "disclosed", "1", "2"]) = Value::text("another purpose"),
        opened("opened field"),
    );
    let salt = Value::text(b64::encode(&[0; 32]));
    check(|value| *at(value, &["0", "disclosed", "1", "0"]) = salt, opened("opened field"));
    check(|value| *at(value, &["0", "disclosed", "1", "1"]) = Value::text("text"), opened("opened field"));
    let reversed = |value: &mut Value| {
        let Value::Array(disclosed) = at(value, &["0", "disclosed"]) else { panic!("openings") };
        disclosed.reverse();
    };
    check(reversed, opened("opened field"));
    let twice = |value: &mut Value| {
        let Value::Array(disclosed) = at(value, &["0", "disclosed"]) else { panic!("openings") };
        disclosed.push(disclosed[1].clone());
    };
    check(twice, opened("opened field"));
}

#[test]
fn an_opening_has_exactly_three_parts() {
    let replaced = |with: Value| move |value: &mut Value| *at(value, &["0", "disclosed", "0"]) = with;
    let malformed = bad("statement", "opened field");
    check(replaced(Value::Null), malformed.clone());
    check(replaced(Value::Array(vec![Value::Null])), malformed.clone());
    check(replaced(Value::Array(vec![Value::text("AAAA"), Value::text("text"), Value::Null])), malformed);
}

#[test]
fn the_purpose_must_be_opened() {
    let only = |label: &'static str| {
        move |value: &mut Value| {
            let Value::Array(disclosed) = at(value, &["0", "disclosed"]) else { panic!("openings") };
            disclosed.retain(|opening| matches!(opening, Value::Array(o) if o[1] == Value::text(label)));
        }
    };
    check(only("learns"), bad("terms", "purpose"));
    check(only("purpose"), Ok(()));
}

#[test]
fn an_opening_copied_from_another_party_does_not_fit() {
    let run = Run::kept();
    let Value::Array(theirs) = run.acceptance.to_private_value() else { panic!("a pair") };
    let mut theirs = theirs[0].clone();
    let copied = at(&mut theirs, &["disclosed", "2"]).clone();
    check(|value| *at(value, &["0", "disclosed", "1"]) = copied, bad("terms", "opened field"));
}

#[test]
fn the_signed_form_has_no_other_members() {
    let unknown = "set of fields (one is unknown)";
    check(
        |value| drop(members(at(value, &["0"])).insert("entry".into(), Value::Null)),
        bad("statement", unknown),
    );
    for member in ["disclosed", "sigs", "statement"] {
        check(|value| drop(members(at(value, &["0"])).remove(member)), bad("statement", member));
    }
    check(|value| drop(members(at(value, &["0", "sigs", "0"])).remove("key")), bad("signature", "key"));
    check(
        |value| drop(members(at(value, &["0", "sigs", "0"])).insert("x".into(), Value::Null)),
        bad("signature", unknown),
    );
    check(|value| *value = Value::Array(vec![at(value, &["0"]).clone()]), bad("file", "pair of statements"));
    check(|value| *value = Value::Null, bad("file", "pair of statements"));
}

#[test]
fn a_statement_larger_than_a_leaf_is_refused() {
    let long = Value::Array(vec![Value::Integer((1 << 53) - 1); 1024]);
    let grown =
        |value: &mut Value| drop(members(at(value, &["0", "statement"])).insert("sealed".into(), long));
    check(grown, bad("statement", "size"));
}
