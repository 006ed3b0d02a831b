//! Terms, acceptance and list: every field missing, unknown, of the wrong type or out of bounds, by name.
//!
//! The changed statements go through the reader of stored terms, which checks the shape and no signature:
//! a peer can sign any of these, and name them in the list beside them.

use detente_accord::jcs::Value;
use detente_accord::limits::{ASK_DAYS_MAX, DAY_MS, HELD_CLASS_MAX};
use detente_accord::{Acceptance, Proposal, Rejection, b64};
use sha2::{Digest, Sha256};

use crate::world::{NOW, Run, at, members};

const UNKNOWN: &str = "set of fields (one is unknown)";

/// Where a change is made.
#[derive(Clone, Copy)]
enum Place {
    Terms,
    AskedList,
    Consent,
    HeldList,
}

/// Changes one statement and asserts how its reader takes it.
fn check(place: Place, change: impl FnOnce(&mut Value), expected: Result<(), Rejection>) {
    let run = Run::kept();
    let (mut value, index) = match place {
        Place::Terms => (run.proposal.to_value(), "0"),
        Place::AskedList => (run.proposal.to_value(), "1"),
        Place::Consent => (run.acceptance.to_value(), "0"),
        Place::HeldList => (run.acceptance.to_value(), "1"),
    };
    change(at(&mut value, &[index, "statement"]));
    if matches!(place, Place::Terms) {
        let preimage =
            [&b"detente/statement/v1\0"[..], &at(&mut value, &["0", "statement"]).encode()].concat();
        *at(&mut value, &["1", "statement", "refs", "0", "sid"]) =
            text(&b64::encode(&Sha256::digest(preimage)));
    }
    let bytes = value.encode();
    let found = match place {
        Place::Terms | Place::AskedList => Proposal::read_stored(&bytes).map(|_| ()),
        Place::Consent | Place::HeldList => Acceptance::read_stored(&bytes).map(|_| ()),
    };
    assert_eq!(found, expected);
}

fn part(place: Place) -> &'static str {
    match place {
        Place::Terms | Place::Consent => "terms",
        Place::AskedList | Place::HeldList => "list",
    }
}

fn bad(place: Place, field: &'static str) -> Result<(), Rejection> {
    Err(Rejection::BadField { part: part(place), field })
}

fn set(path: &'static [&'static str], value: Value) -> impl FnOnce(&mut Value) {
    move |statement| *at(statement, path) = value
}

fn text(text: &str) -> Value {
    Value::text(text)
}

/// The list is about other terms than those beside it.
fn list_names_others() -> Result<(), Rejection> {
    Err(Rejection::Contradiction { field: "list" })
}

const ALL: [Place; 4] = [Place::Terms, Place::AskedList, Place::Consent, Place::HeldList];

#[test]
fn untouched_statements_read() {
    for place in ALL {
        check(place, |_| (), Ok(()));
    }
}

#[test]
fn terms_that_were_changed_on_their_way_are_a_contradiction_and_not_a_term_that_we_refuse() {
    let run = Run::kept();
    let mut value = run.proposal.to_value();
    *at(&mut value, &["0", "statement", "pub", "suite"]) = text("vole");
    assert_eq!(Proposal::read_stored(&value.encode()).map(|_| ()), list_names_others());
}

#[test]
fn every_missing_common_field_is_named() {
    for place in ALL {
        for field in [
            "v", "type", "aud", "accord", "party", "made", "nonce", "refs", "commits", "pub", "sealed",
            "exercise",
        ] {
            check(place, |statement| drop(members(statement).remove(field)), bad(place, field));
        }
    }
}

#[test]
fn unknown_common_fields_are_refused() {
    for place in ALL {
        check(
            place,
            |statement| drop(members(statement).insert("zz".into(), Value::Null)),
            bad(place, UNKNOWN),
        );
        let inside =
            |statement: &mut Value| drop(members(at(statement, &["pub"])).insert("zz".into(), Value::Null));
        check(place, inside, bad(place, UNKNOWN));
    }
}

#[test]
fn wrong_common_values_are_named() {
    for place in ALL {
        check(place, set(&["v"], Value::Integer(2)), bad(place, "v"));
        check(place, set(&["type"], text("notice")), bad(place, "type"));
        check(place, set(&["aud"], text("all")), bad(place, "aud"));
        check(place, set(&["accord"], text("AAAA")), bad(place, "accord"));
        check(place, set(&["party"], text("A")), bad(place, "party"));
        check(place, set(&["made"], text("now")), bad(place, "made"));
        check(place, set(&["nonce"], text(&b64::encode(&[0; 32]))), bad(place, "nonce"));
        check(place, set(&["sealed"], Value::Array(vec![Value::Null])), bad(place, "sealed"));
        check(place, set(&["exercise"], Value::Bool(true)), bad(place, "exercise"));
        check(place, set(&["refs"], Value::Null), bad(place, "refs"));
        check(place, set(&["commits", "text"], text("AAAA")), bad(place, "commits"));
        check(
            place,
            |statement| drop(members(at(statement, &["commits"])).remove("meta")),
            bad(place, "commits"),
        );
        let more =
            |statement: &mut Value| drop(members(at(statement, &["commits"])).insert("zz".into(), text("")));
        check(place, more, bad(place, "commits"));
    }
}

#[test]
fn references_have_exactly_their_fields() {
    let place = Place::AskedList;
    let named = |field| Err(Rejection::BadField { part: "statement", field });
    for field in ["party", "rel", "sid"] {
        let without = |statement: &mut Value| drop(members(at(statement, &["refs", "0"])).remove(field));
        check(place, without, named(field));
    }
    check(place, set(&["refs", "0", "rel"], text("about")), named("refs.rel"));
    check(place, set(&["refs", "0", "rel"], text("cites")), list_names_others());
    check(place, set(&["refs", "0", "sid"], text(&b64::encode(&[0; 32]))), list_names_others());
    check(place, set(&["refs"], Value::Array(vec![])), list_names_others());
    let more = |statement: &mut Value| {
        drop(members(at(statement, &["refs", "0"])).insert("log".into(), Value::Null))
    };
    check(place, more, named(UNKNOWN));
}

#[test]
fn every_missing_field_of_the_terms_is_named() {
    let fields = [
        "act",
        "suite",
        "form",
        "types",
        "profile",
        "warninglists",
        "n_ask",
        "n_answer",
        "cap",
        "until",
        "symmetric",
        "single",
        "to",
    ];
    for field in fields {
        let without = |statement: &mut Value| drop(members(at(statement, &["pub"])).remove(field));
        check(Place::Terms, without, bad(Place::Terms, field));
    }
}

#[test]
fn terms_that_files_do_not_offer_are_named() {
    let offered = |term| Err(Rejection::NotOffered { term });
    check(Place::Terms, set(&["pub", "suite"], text("dh")), offered("suite"));
    check(Place::Terms, set(&["pub", "form"], text("count")), offered("result form"));
    check(Place::Terms, set(&["pub", "symmetric"], Value::Bool(true)), offered("result form"));
}

#[test]
fn terms_out_of_bounds_are_named() {
    let place = Place::Terms;
    let check = |field: &'static str, value, expected| {
        check(place, move |s: &mut Value| *at(s, &["pub", field]) = value, expected)
    };
    let list = |kinds: &[&str]| Value::Array(kinds.iter().map(|kind| text(kind)).collect());
    check("act", text("consent"), bad(place, "act"));
    check("single", Value::Bool(false), bad(place, "single"));
    check("to", text(""), bad(place, "to"));
    check("types", list(&[]), bad(place, "types"));
    check("types", list(&["ipv4", "ipv4"]), bad(place, "types"));
    check("types", list(&["domain", "ipv4"]), bad(place, "types"));
    check("types", list(&["phone"]), bad(place, "types"));
    check("types", list(&["ipv4"; 12]), bad(place, "types"));
    check("types", Value::Array(vec![Value::Integer(1)]), bad(place, "types"));
    check("profile", text("AAAA"), bad(place, "profile"));
    check("warninglists", Value::Array(vec![text(&b64::encode(&[0; 32])); 33]), bad(place, "warninglists"));
    check("warninglists", Value::Array(vec![text(&b64::encode(&[0; 32])); 32]), Ok(()));
    check("warninglists", Value::Array(vec![text("AAAA")]), bad(place, "warninglists"));
    for n in [0, 1, 255, 257, 8193, (1 << 53) - 1] {
        check("n_ask", Value::Integer(n), bad(place, "n_ask"));
        check("n_answer", Value::Integer(n), bad(place, "n_answer"));
    }
    check("n_answer", Value::Integer(HELD_CLASS_MAX / 4 * 5), bad(place, "n_answer"));
    check("cap", text("1"), bad(place, "cap"));
    check("until", Value::Integer(NOW.0 - 1), bad(place, "until"));
    check("until", Value::Integer(NOW.0 + ASK_DAYS_MAX * DAY_MS + 1), bad(place, "until"));
    check("until", Value::Integer(NOW.0 + ASK_DAYS_MAX * DAY_MS), Ok(()));
}

#[test]
fn terms_answer_nothing() {
    let refers = |statement: &mut Value| {
        let reference =
            Value::object([("party", text("b")), ("rel", text("to")), ("sid", text(&b64::encode(&[0; 32])))]);
        *at(statement, &["refs"]) = Value::Array(vec![reference]);
    };
    check(Place::Terms, refers, bad(Place::Terms, "refs"));
}

#[test]
fn every_missing_field_of_a_list_is_named() {
    for place in [Place::AskedList, Place::HeldList] {
        for field in ["act", "to", "canon", "root", "class", "seed", "nonce"] {
            let without = |statement: &mut Value| drop(members(at(statement, &["pub"])).remove(field));
            check(place, without, bad(place, field));
        }
    }
}

#[test]
fn list_fields_out_of_bounds_are_named() {
    for place in [Place::AskedList, Place::HeldList] {
        check(place, set(&["pub", "act"], text("say")), bad(place, "act"));
        check(place, set(&["pub", "to"], text("c")), bad(place, "to"));
        check(place, set(&["pub", "canon"], text("canon-2")), bad(place, "canon"));
        check(place, set(&["pub", "class"], Value::Integer(257)), bad(place, "class"));
        for field in ["root", "seed", "nonce"] {
            check(place, |s: &mut Value| *at(s, &["pub", field]) = text("AAAA"), bad(place, field));
        }
        // Another author, another pair.
        check(place, set(&["party"], text("c")), list_names_others());
        check(place, set(&["accord"], text(&b64::encode(&[0; 32]))), list_names_others());
    }
}

#[test]
fn the_class_of_the_asked_list_is_the_one_of_the_terms() {
    let expected = Err(Rejection::Contradiction { field: "n" });
    check(Place::AskedList, set(&["pub", "class"], Value::Integer(320)), expected);
}

#[test]
fn every_missing_field_of_a_consent_is_named() {
    for field in ["act", "to", "profile", "single"] {
        let without = |statement: &mut Value| drop(members(at(statement, &["pub"])).remove(field));
        check(Place::Consent, without, bad(Place::Consent, field));
    }
}

#[test]
fn consent_names_one_proposal_of_the_party_it_speaks_to() {
    let place = Place::Consent;
    check(place, set(&["pub", "act"], text("terms")), bad(place, "act"));
    check(place, set(&["pub", "single"], Value::Bool(false)), bad(place, "single"));
    check(place, set(&["refs"], Value::Array(Vec::new())), bad(place, "refs"));
    check(place, set(&["refs", "0", "rel"], text("cites")), bad(place, "refs"));
    check(place, set(&["refs", "0", "party"], text("c")), bad(place, "refs"));
    check(place, set(&["pub", "to"], text("c")), bad(place, "refs"));
    let twice = |statement: &mut Value| {
        let reference = at(statement, &["refs", "0"]).clone();
        *at(statement, &["refs"]) = Value::Array(vec![reference.clone(), reference]);
    };
    check(place, twice, bad(place, "refs"));
}

#[test]
fn stored_terms_that_are_not_canonical_are_named() {
    let run = Run::kept();
    let spaced = [&run.proposal.to_value().encode()[..], b" "].concat();
    for found in [Proposal::read_stored(&spaced).err(), Acceptance::read_stored(&spaced).err()] {
        assert_eq!(found.map(|rejection| rejection.name()), Some("not-canonical"));
    }
}
