//! Cards: read whole or refused by name, replaced only by a later revision of the same identity.

use detente_accord::card::{DESK, NODE};
use detente_accord::jcs::{Fault, Value};
use detente_accord::limits::{CARD_BYTES_MAX, NAME_BYTES_MAX};
use detente_accord::{Card, Rejection, SecretKey, b64};

use crate::world::{Party, at, fields, members};

const CONTEXT: &[u8] = b"detente/card/v1\0";

/// Changes what the card says, signs it as its owner would, and asserts how it is taken.
fn check(change: impl FnOnce(&mut Value), expected: Result<(), Rejection>) {
    let party = Party::new("a", 1);
    let mut value = Value::decode(party.card.bytes()).unwrap();
    change(&mut value);
    let mut unsigned = value.clone();
    members(&mut unsigned).remove("sig");
    let signature = party.identity.sign(&[CONTEXT, &unsigned.encode()].concat());
    if members(&mut value).contains_key("sig") {
        *at(&mut value, &["sig"]) = Value::text(b64::encode(&signature));
    }
    assert_eq!(Card::read(&value.encode()).map(|_| ()), expected);
}

fn bad(field: &'static str) -> Result<(), Rejection> {
    Err(Rejection::BadField { part: "card", field })
}

fn set(field: &'static str, value: Value) -> impl FnOnce(&mut Value) {
    move |card| *at(card, &[field]) = value
}

fn text(text: &str) -> Value {
    Value::text(text)
}

#[test]
fn the_owner_can_sign_a_card_again() {
    check(|_| (), Ok(()));
    check(set("name", text("CERT-A of Somewhere")), Ok(()));
    check(set("contact", text("")), Ok(()));
}

#[test]
fn every_missing_field_is_named() {
    for field in ["id", "identity", "keys", "kind", "name", "revision", "sig", "v"] {
        check(|card| drop(members(card).remove(field)), bad(field));
    }
    // Without its first key it is no card at all.
    check(|card| drop(members(card).remove("contact")), Err(Rejection::BadMagic));
}

#[test]
fn unknown_fields_are_refused() {
    let unknown = "set of fields (one is unknown)";
    check(|card| drop(members(card).insert("zz".into(), Value::Null)), bad(unknown));
}

#[test]
fn wrong_types_and_values_are_named() {
    check(set("v", Value::Integer(2)), bad("v"));
    check(set("v", text("1")), bad("v"));
    check(set("kind", text("detente/other")), bad("kind"));
    check(set("id", text("A")), bad("id"));
    check(set("id", text("1a")), bad("id"));
    check(set("id", text(&"a".repeat(33))), bad("id"));
    check(set("revision", text("1")), bad("revision"));
    check(set("name", text("")), bad("name"));
    check(set("name", text("a\nb")), bad("name"));
    check(set("name", text("a\tb")), bad("name"));
    check(set("name", text(&"n".repeat(NAME_BYTES_MAX + 1))), bad("name"));
    check(set("name", text(&"n".repeat(NAME_BYTES_MAX))), Ok(()));
    check(set("contact", text(&"n".repeat(NAME_BYTES_MAX + 1))), bad("contact"));
    check(set("keys", Value::Null), bad("keys"));
    check(|card| *at(card, &["keys", "node"]) = text("AAAA"), bad("keys"));
    check(|card| drop(members(at(card, &["keys"])).remove(DESK)), bad("keys.desk"));
    check(|card| drop(members(at(card, &["keys"])).remove(NODE)), bad("keys.node"));
}

#[test]
fn one_key_never_serves_two_purposes() {
    let take = |from: &'static [&'static str], to: &'static [&'static str]| {
        move |card: &mut Value| {
            let key = at(card, from).clone();
            *at(card, to) = key;
        }
    };
    check(take(&["keys", "desk"], &["keys", "node"]), Err(Rejection::BadKey));
    check(take(&["identity"], &["keys", "node"]), Err(Rejection::BadKey));
}

#[test]
fn more_keys_than_the_limit_are_refused_and_later_purposes_are_kept() {
    let with = |keys: u8| {
        move |card: &mut Value| {
            for number in 0..keys {
                let key = SecretKey::from_seed(&[200 - number; 32]).public();
                members(at(card, &["keys"]))
                    .insert(format!("later-{number}"), text(&b64::encode(key.bytes())));
            }
        }
    };
    check(with(30), Ok(()));
    check(with(31), bad("keys"));
}

#[test]
fn somebody_elses_signature_does_not_make_a_card() {
    let (party, other) = (Party::new("a", 1), Party::new("a", 9));
    let mut value = Value::decode(party.card.bytes()).unwrap();
    let signature =
        Value::decode(other.card.bytes()).map(|mut card| at(&mut card, &["sig"]).clone()).unwrap();
    *at(&mut value, &["sig"]) = signature;
    assert_eq!(Card::read(&value.encode()), Err(Rejection::BadSignature { part: "card" }));
}

#[test]
fn what_is_no_card_is_named_so() {
    let card = Party::new("a", 1).card;
    for bytes in [&b""[..], b"\n", b"{}", b"DETENTE\x01", b"contact", &[0; 100]] {
        assert_eq!(Card::read(bytes), Err(Rejection::BadMagic));
    }
    let long = [b"{\"contact\":\"".to_vec(), vec![b'a'; CARD_BYTES_MAX]].concat();
    assert_eq!(Card::read(&long), Err(Rejection::BadMagic));
    let cut = &card.bytes()[..card.bytes().len() - 1];
    let Err(Rejection::NotCanonical { part: "card", fault }) = Card::read(cut) else { panic!("a cut card") };
    assert_eq!(fault.fault, Fault::Truncated);
}

#[test]
fn mail_may_add_one_line_end() {
    let card = Party::new("a", 1).card;
    for end in ["\n", "\r\n"] {
        assert_eq!(Card::read(&[card.bytes(), end.as_bytes()].concat()).as_ref(), Ok(&card));
    }
    assert!(matches!(Card::read(&[card.bytes(), b"\n\n"].concat()), Err(Rejection::NotCanonical { .. })));
    assert!(matches!(Card::read(&[b" ", card.bytes()].concat()), Err(Rejection::BadMagic)));
}

#[test]
fn only_later_revisions_of_the_same_identity_replace() {
    let party = Party::new("a", 1);
    let revised = |revision, name: &str| {
        let mut fields = fields("a", revision, &party.desk, &party.node);
        fields.name = name.to_owned();
        Card::sign(fields, &party.identity).unwrap()
    };
    let held = revised(5, "A");
    assert_eq!(revised(6, "B").replaces(&held), Ok(()));
    assert_eq!(held.replaces(&held), Ok(()));
    assert_eq!(revised(4, "A").replaces(&held), Err(Rejection::OlderCard { held: 5, came: 4 }));
    assert_eq!(revised(5, "B").replaces(&held), Err(Rejection::OlderCard { held: 5, came: 5 }));
    assert_eq!(Party::new("a", 9).card.replaces(&held), Err(Rejection::OtherIdentity));
}

#[test]
fn words_stand_for_the_identity_alone() {
    let party = Party::new("a", 1);
    let desk = SecretKey::from_seed(&[44; 32]);
    let other_desk = Card::sign(fields("a", 2, &desk, &party.node), &party.identity).unwrap();
    assert_eq!(party.card.words(), other_desk.words());
    let other_identity = Card::sign(fields("a", 1, &party.desk, &party.node), &desk).unwrap();
    assert_ne!(party.card.words(), other_identity.words());
}

#[test]
fn words_of_other_parties_differ() {
    let words: std::collections::BTreeSet<_> =
        (1..100).map(|seed| Party::new("a", seed).card.words()).collect();
    assert_eq!(words.len(), 99);
    let card = Party::new("a", 1).card;
    assert!(!card.words_are(""));
    assert!(!card.words_are(&Party::new("a", 2).card.words().join(" ")));
    assert!(card.words_are(&format!(" {} \n", card.words().join("\t"))));
    assert!(!card.words_are(&format!("{} {}", card.words().join(" "), card.words()[5])), "seven words");
}

#[test]
fn names_with_control_characters_are_not_signed() {
    let party = Party::new("a", 1);
    let sign = |name: &str, contact: &str| {
        let mut fields = fields("a", 1, &party.desk, &party.node);
        (fields.name, fields.contact) = (name.to_owned(), contact.to_owned());
        Card::sign(fields, &party.identity).map(|_| ())
    };
    assert_eq!(sign("a\u{1b}[31m", ""), bad("name"));
    assert_eq!(sign("a\nb", ""), bad("name"));
    assert_eq!(sign("a", "\u{7}"), bad("contact"));
    // Direction marks are text; whoever shows a foreign name escapes them.
    assert_eq!(sign("a\u{202e}b", ""), Ok(()));
}
