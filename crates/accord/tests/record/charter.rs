//! Charters: read whole or refused by name.

use detente_accord::jcs::Value;
use detente_accord::limits::CHARTER_BYTES_MAX;
use detente_accord::record::{
    Accept, Adoption, AmendBy, Chair, Charter, Clock, KeySet, KeySetFields, Legal, ObserverOf, Offer,
    OfferFields, Office, OneUpTo, Party, PartyFields, Pq, Quorum, RecordId, Regime, Rules, RulesFile, Titled,
};
use detente_accord::{Rejection, Time, b64};
use proptest::prelude::*;

use crate::founders::{at, charter, id, members, ml_dsa, offer, party, replayable, secret, titled};

const UNKNOWN: &str = "set of fields (one is unknown)";

/// Every object of the charter with fixed fields: where it stands, and how rejections call it.
const OBJECTS: [(&str, &str); 14] = [
    ("", "charter"),
    ("quorum", "charter quorum"),
    ("parties/0", "charter party"),
    ("parties/3", "charter party"),
    ("parties/3/observes", "charter observer"),
    ("parties/0/keys", "keyset"),
    ("rules", "rules"),
    ("rules/silence_procedure", "rules.silence_procedure"),
    ("rules/reservations", "rules.reservations"),
    ("rules/clocks", "rules.clocks"),
    ("rules/officers", "rules.officers"),
    ("rules/matching", "rules.matching"),
    ("rules/limits", "rules.limits"),
    ("rules/observers", "rules.observers"),
];

fn value() -> Value {
    Value::decode(charter().bytes()).unwrap()
}

fn bad(part: &'static str, field: &'static str) -> Result<(), Rejection> {
    Err(Rejection::BadField { part, field })
}

/// Changes the good charter and asserts how it is taken.
fn check(what: &str, change: impl FnOnce(&mut Value), expected: Result<(), Rejection>) {
    let mut value = value();
    change(&mut value);
    assert_eq!(Charter::decode(&value.encode()).map(|_| ()), expected, "{what}");
}

fn check_set(path: &str, new: Value, expected: Result<(), Rejection>) {
    let what = format!("{path} = {}", String::from_utf8_lossy(&new.encode()));
    check(&what, |value| *at(value, path) = new, expected);
}

fn text(text: impl Into<String>) -> Value {
    Value::text(text)
}

fn texts(texts: &[&str]) -> Value {
    Value::Array(texts.iter().map(|text| Value::text(*text)).collect())
}

fn numbers(numbers: &[u64]) -> Value {
    Value::Array(numbers.iter().map(|n| Value::Integer(*n)).collect())
}

fn object<const N: usize>(members: [(&str, Value); N]) -> Value {
    Value::object(members)
}

fn key(seed: u8) -> Value {
    text(b64::encode(secret(seed).public().bytes()))
}

/// The names of an object's fields, as the rejections know them.
fn fields(path: &str) -> Vec<String> {
    members(&mut value(), path).keys().cloned().collect()
}

#[test]
fn a_charter_keeps_its_bytes_and_says_what_it_says() {
    let charter = charter();
    let again = Charter::decode(charter.bytes()).unwrap();
    assert_eq!(again, charter);
    assert_eq!(charter.record_id(), RecordId::of(charter.bytes()));
    assert_eq!(charter.domain(), "accord.example");
    assert_eq!(charter.title(), "On the restraint of three");
    let ids: Vec<&str> = charter.parties().iter().map(|party| party.id().as_str()).collect();
    assert_eq!(ids, ["a", "b", "c", "o"]);
    assert_eq!(charter.speakers().count(), 3);
    assert_eq!(charter.party(&id("b")), Some(&party("b", 20)));
    assert_eq!(charter.party(&id("d")), None);
    assert_eq!(charter.rules(), &titled().rules);
    assert!(!charter.is_bare());
    assert!(!charter.safety_not_met());
    assert_eq!(value().encode(), charter.bytes());
}

#[test]
fn every_missing_field_is_named() {
    for (path, part) in OBJECTS {
        for field in fields(path) {
            let mut value = value();
            members(&mut value, path).remove(&field);
            let refused = Charter::decode(&value.encode()).unwrap_err();
            let Rejection::BadField { part: found, field: named } = refused else { panic!("{refused}") };
            assert_eq!((found, named), (part, field.as_str()), "{path}");
        }
    }
    for field in fields("rules/witnesses/0") {
        let mut value = value();
        members(&mut value, "rules/witnesses/0").remove(&field);
        let refused = Charter::decode(&value.encode()).unwrap_err();
        let Rejection::BadField { part, field: named } = refused else { panic!("{refused}") };
        assert_eq!((part, named), ("rules.witnesses", field.as_str()));
    }
}

#[test]
fn every_unknown_field_is_refused() {
    for (path, part) in OBJECTS.into_iter().chain([("rules/witnesses/0", "rules.witnesses")]) {
        for name in ["0", "zz"] {
            check(path, |value| drop(members(value, path).insert(name.into(), text(""))), bad(part, UNKNOWN));
        }
    }
    // A party observes nothing.
    let observes = object([("by", text("*")), ("delay_d", Value::Integer(0)), ("scope", text("full"))]);
    check(
        "observes",
        |value| drop(members(value, "parties/0").insert("observes".into(), observes)),
        bad("charter party", UNKNOWN),
    );
}

#[test]
fn every_field_of_another_type_is_named() {
    for (path, part) in OBJECTS.into_iter().chain([("rules/witnesses/0", "rules.witnesses")]) {
        for field in fields(path) {
            let inner = if path.is_empty() { field.clone() } else { format!("{path}/{field}") };
            // What is an object of its own is refused under its own name.
            let expected = OBJECTS.into_iter().find(|(known, _)| *known == inner);
            for other in [Value::Null, Value::Array(vec![Value::Null])] {
                let mut value = value();
                *at(&mut value, &inner) = other;
                let refused = Charter::decode(&value.encode()).unwrap_err();
                let Rejection::BadField { part: found, field: named } = refused else { panic!("{refused}") };
                let nested = match inner.as_str() {
                    "parties/3/keys" => Some(("keyset", "object")),
                    "parties" => Some(("charter party", "object")),
                    "rules/witnesses" => Some(("rules.witnesses", "object")),
                    _ => None,
                };
                let found = (found, named);
                let due = expected.map_or((part, field.as_str()), |(_, part)| (part, "object"));
                assert!(found == due || Some(found) == nested, "{inner}: {found:?}");
            }
        }
    }
}

#[test]
fn the_head_of_a_charter_has_its_limits() {
    check_set("v", Value::Integer(2), bad("charter", "v"));
    check_set("kind", text("detente/offer"), bad("charter", "kind"));
    for domain in ["", ".a", "a.", "-a", "a-", "A", "a_b", "a/b", "\u{e4}"] {
        check_set("domain", text(domain), bad("charter", "domain"));
    }
    check_set("domain", text("x".repeat(128)), Ok(()));
    check_set("domain", text("x".repeat(129)), bad("charter", "domain"));
    check_set("title", text("t".repeat(200)), Ok(()));
    check_set("title", text("t".repeat(201)), bad("charter", "title"));
    let padded = [charter().bytes(), &vec![b' '; CHARTER_BYTES_MAX]].concat();
    assert_eq!(Charter::decode(&padded).map(|_| ()), bad("charter", "size"));
    assert!(matches!(Charter::decode(b"{} "), Err(Rejection::NotCanonical { part: "charter", .. })));
    assert_eq!(Charter::decode(b"[]").map(|_| ()), bad("charter", "object"));
}

#[test]
fn parties_are_sorted_distinct_and_at_least_two() {
    let swap = |value: &mut Value| {
        let Value::Array(parties) = at(value, "parties") else { panic!() };
        parties.swap(0, 1);
    };
    check("order", swap, bad("charter", "parties"));
    check_set("parties/1/party", text("a"), bad("charter", "parties"));
    let one = |value: &mut Value| {
        let Value::Array(parties) = at(value, "parties") else { panic!() };
        parties.drain(1..3);
    };
    check("one party and an observer", one, bad("charter", "parties"));
    let many = |value: &mut Value| {
        let Value::Array(parties) = at(value, "parties") else { panic!() };
        let first = parties[0].clone();
        parties.resize(33, first);
    };
    check("33", many, bad("charter", "parties"));
}

#[test]
fn a_party_has_its_limits() {
    let part = "charter party";
    for wrong in ["", "A", "0a", "a.b", &"a".repeat(33)] {
        check_set("parties/0/party", text(wrong), bad(part, "party"));
    }
    check_set("parties/0/name", text("n".repeat(200)), Ok(()));
    check_set("parties/0/name", text("n".repeat(201)), bad(part, "name"));
    check_set("parties/0/standing", text("witness"), bad(part, "standing"));
    check_set("parties/0/standing", text("observer"), bad(part, "observes"));
    check_set("parties/3/standing", text("party"), bad(part, UNKNOWN));
    check_set("parties/0/sort", text("cert"), bad(part, "sort"));
    for sort in
        ["state", "csirt", "isac", "company", "campaign", "election-office", "provider", "platform", "other"]
    {
        check_set("parties/0/sort", text(sort), Ok(()));
    }
    for wrong in [text("AAAA"), text(""), text(format!("{}=", "A".repeat(43)))] {
        let expected = if wrong == text(format!("{}=", "A".repeat(43))) { Ok(()) } else { bad(part, "next") };
        check_set("parties/0/next", wrong, expected);
    }
    // Stray bits behind the last byte are another text for the same hash.
    check_set("parties/0/next", text(format!("{}B=", "A".repeat(42))), bad(part, "next"));
    check_set("parties/0/root", text("AAAA"), bad(part, "root"));
    check_set("parties/0/recovery", text(""), bad(part, "recovery"));
}

#[test]
fn offices_have_keys_and_roles_that_fit() {
    let part = "charter party";
    let one = |roles: &[&str]| object([("chief", texts(&["hod"])), ("desk", texts(roles))]);
    check_set("parties/0/offices", one(&["do", "ro", "hod", "te", "rec", "key"]), Ok(()));
    for wrong in [&[][..], &["ro", "do"], &["do", "do"], &["ob"], &["node"], &["chair"], &["do", "ob"]] {
        check_set("parties/0/offices", one(wrong), bad(part, "offices"));
    }
    check_set("parties/3/offices", object([("watch", texts(&["do"]))]), bad(part, "offices"));
    check_set("parties/0/offices", object([]), bad(part, "offices"));
    check_set("parties/0/offices", object([("desk", texts(&["do"]))]), bad(part, "offices"));
    let other = object([("chief", texts(&["hod"])), ("desk2", texts(&["do"]))]);
    check_set("parties/0/offices", other, bad(part, "offices"));
    for wrong in [object([("recovery", key(99))]), object([("a_b", key(99))]), object([("0", key(99))])] {
        check_set("parties/0/keys/roles", wrong, bad("keyset", "roles"));
    }
    // Keys and offices must be of the same seats.
    check_set("parties/0/keys/roles", object([]), bad(part, "offices"));
    for (name, ok) in [("desk", true), ("a-0", true), ("recovery", false), ("", false), ("Desk", false)] {
        assert_eq!(Office::parse(name).is_some(), ok, "{name}");
    }
    assert_eq!(Office::parse(&"o".repeat(33)), None);
}

#[test]
fn an_observer_has_a_scope_and_somebody_who_named_it() {
    let part = "charter observer";
    for scope in ["existence-only", "metadata", "full-except-sealed", "full"] {
        check_set("parties/3/observes/scope", text(scope), Ok(()));
    }
    check_set("parties/3/observes/scope", text("everything"), bad(part, "scope"));
    check_set("parties/3/observes/by", text("*"), Ok(()));
    for wrong in ["", "d", "o", "**"] {
        check_set("parties/3/observes/by", text(wrong), bad(part, "by"));
    }
    check_set("parties/3/observes/delay_d", Value::Integer(36_500), Ok(()));
    check_set("parties/3/observes/delay_d", Value::Integer(36_501), Ok(()));
}

#[test]
fn a_quorum_can_be_met() {
    let part = "charter quorum";
    for (k, f, expected) in [
        (1, 0, Ok(())),
        (2, 2, Ok(())),
        (0, 0, bad(part, "k")),
        (3, 0, bad(part, "k")),
        (1, 3, bad(part, "f")),
    ] {
        let quorum = object([("f", Value::Integer(f)), ("k", Value::Integer(k)), ("pq", text("carried"))]);
        check_set("quorum", quorum, expected);
    }
    check_set("quorum/pq", text("required"), Ok(()));
    check_set("quorum/pq", text("any"), bad(part, "pq"));
}

#[test]
fn required_needs_keys_and_names_that_no_policy_uses() {
    for field in ["log_pq", "mirror_pq"] {
        let without = |value: &mut Value| {
            *at(value, "quorum/pq") = text("required");
            *at(value, &format!("parties/1/keys/{field}")) = text("");
        };
        check(field, without, bad("charter quorum", "pq"));
    }
    // An observer stands in no group.
    let observer = |value: &mut Value| {
        *at(value, "quorum/pq") = text("required");
        *at(value, "parties/3/keys/mirror_pq") = text("");
    };
    check("observer", observer, Ok(()));
    for (name, expected) in [
        ("b-ed", Ok(())),
        ("a-ed", bad("charter", "parties")),
        ("a-pq", bad("charter", "parties")),
        ("all", Ok(())),
    ] {
        let mut text = titled();
        text.quorum.pq = Pq::Required;
        text.parties = vec![party("a", 1), party(name, 20)];
        text.rules = Rules::bare([&id("a"), &id(name)]);
        text.quorum.k = 1;
        assert_eq!(Charter::titled(&text).map(|_| ()), expected, "{name}");
    }
    for name in ["g", "none"] {
        let mut text = titled();
        text.parties = vec![party("a", 1), party(name, 20)];
        text.rules = Rules::bare([&id("a"), &id(name)]);
        text.quorum.k = 1;
        assert!(Charter::titled(&text).is_ok(), "{name} is no word of a policy without required groups");
        text.quorum.pq = Pq::Required;
        assert_eq!(Charter::titled(&text).map(|_| ()), bad("charter", "parties"), "{name}");
    }
}

#[test]
fn keys_are_admitted_and_stand_once() {
    let small = text(b64::encode(&[0; 32]));
    for path in [
        "parties/0/root",
        "parties/0/recovery",
        "parties/0/keys/log_ed",
        "parties/0/keys/mirror_ed",
        "parties/0/keys/roles/desk",
        "rules/witnesses/0/ed",
    ] {
        check_set(path, small.clone(), Err(Rejection::BadKey));
        // The root key of another party, the log key of an observer, the key of a witness.
        for other in ["parties/1/root", "parties/3/keys/log_ed", "rules/witnesses/1/ed"] {
            let again = at(&mut value(), other).clone();
            check_set(path, again, Err(Rejection::BadKey));
        }
    }
    for path in ["parties/0/keys/log_pq", "parties/0/keys/mirror_pq", "rules/witnesses/0/pq"] {
        check_set(path, text(""), Ok(()));
        for other in ["parties/1/keys/log_pq", "parties/3/keys/mirror_pq", "rules/witnesses/1/pq"] {
            let again = at(&mut value(), other).clone();
            check_set(path, again, Err(Rejection::BadKey));
        }
    }
    let short = text(b64::encode(&ml_dsa(9).bytes()[1..]));
    check_set("parties/0/keys/log_pq", short.clone(), bad("keyset", "log_pq"));
    check_set("parties/0/keys/mirror_pq", short.clone(), bad("keyset", "mirror_pq"));
    check_set("rules/witnesses/0/pq", short, bad("rules.witnesses", "pq"));
    check_set("parties/0/keys/log_ed", text(""), bad("keyset", "log_ed"));
}

#[test]
fn words_of_the_rules_are_known() {
    for (field, words) in [
        ("legal", &["none-stated", "politically-binding", "contract", "exercise"][..]),
        ("adoption", &["consensus", "silence"]),
        ("amend_by", &["adoption", "signature"]),
        ("chair", &["rotating", "a", "b", "c"]),
    ] {
        for word in words {
            check_set(&format!("rules/{field}"), text(*word), Ok(()));
        }
        let mut value = value();
        *at(&mut value, &format!("rules/{field}")) = text("d");
        let refused = Charter::decode(&value.encode()).unwrap_err();
        assert_eq!(refused, Rejection::BadField { part: "rules", field });
    }
    check_set("rules/chair", text("o"), bad("rules", "chair"));
    for (path, word, part, field) in [
        ("rules/reservations/regime", "some", "rules.reservations", "regime"),
        ("rules/officers/one_up_to", "immediate", "rules.officers", "one_up_to"),
        ("rules/observers/accept", "none", "rules.observers", "accept"),
    ] {
        check_set(path, text(word), bad(part, field));
    }
}

#[test]
fn every_time_is_within_its_limits() {
    let mut paths: Vec<String> = ["suspension_delay", "leave_notice", "invite", "heartbeat", "skew"]
        .map(|field| format!("rules/{field}"))
        .to_vec();
    paths.push("rules/reservations/objection".into());
    paths.extend(fields("rules/clocks").into_iter().map(|field| format!("rules/clocks/{field}")));
    assert_eq!(paths.len(), 26);
    for path in paths {
        let (part, field) = path.rsplit_once('/').unwrap();
        let part = part.replace('/', ".");
        let held = at(&mut value(), &path).clone();
        for seconds in [60, 63_072_000, 59, 63_072_001, 0] {
            let new = match &held {
                Value::Array(clocks) => numbers(&vec![seconds; clocks.len()]),
                _ => Value::Integer(seconds),
            };
            let mut value = value();
            *at(&mut value, &path) = new;
            let found = Charter::decode(&value.encode()).map(|_| ());
            if (60..=63_072_000).contains(&seconds) {
                assert_eq!(found, Ok(()), "{path} {seconds}");
                continue;
            }
            let Err(Rejection::BadField { part: found, field: named }) = found else { panic!("{path}") };
            assert_eq!((found, named), (part.as_str(), field));
        }
    }
    for (field, n) in
        [("ack", 3), ("reply_right", 2), ("contact", 2), ("contact_other", 2), ("disclosure", 2)]
    {
        for wrong in [n - 1, n + 1] {
            let mut value = value();
            *at(&mut value, &format!("rules/clocks/{field}")) = numbers(&vec![600; wrong]);
            let refused = Charter::decode(&value.encode()).unwrap_err();
            assert_eq!(refused, Rejection::BadField { part: "rules.clocks", field });
        }
    }
}

#[test]
fn a_silence_lasts_an_hour_at_least() {
    let part = "rules.silence_procedure";
    for (min, default, expected) in [
        (3600, 3600, Ok(())),
        (3599, 7200, bad(part, "min")),
        (59, 7200, bad(part, "min")),
        (7200, 3600, bad(part, "default")),
        (7200, 63_072_001, bad(part, "default")),
    ] {
        let spans = object([("default", Value::Integer(default)), ("min", Value::Integer(min))]);
        check_set("rules/silence_procedure", spans, expected);
    }
}

#[test]
fn lists_of_the_rules_are_in_order_and_known() {
    let profile = |byte| b64::encode(&[byte; 32]);
    let (one, two) = (profile(1), profile(2));
    let ids: Vec<String> = (0..33).map(|n| format!("N-{n:02}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    for (path, good, wrong) in [
        (
            "rules/languages",
            &[&["en"][..], &["de", "en"], &["zh-Hant-TW"]][..],
            &[
                &[][..],
                &["en", "en"],
                &[""],
                &["e_n"],
                &["1a"],
                &["x"],
                &["en-"],
                &["abcdefghi"],
                &["en-aaaaaaaa-aaaaaaaa-aaaaaaaa-aaaaaaaa"],
            ][..],
        ),
        (
            "rules/reservations/listed",
            &[&[], &["N-1"], &ids],
            &[&["N-2", "N-1"], &["N-1", "N-1"], &[""], &["N_1"]],
        ),
        (
            "rules/officers/single",
            &[&[], &["a"], &["a", "b", "c"]],
            &[&["b", "a"], &["a", "a"], &["d"], &["o"]],
        ),
        (
            "rules/officers/never_single",
            &[&[], &["draft"], &["claim", "denial"]],
            &[&["denial", "claim"], &["asset"], &["Claim"], &["claim", "claim"]],
        ),
        ("rules/matching/suites", &[&[], &["vole"], &["voprf", "vole"]], &[&["psi"], &["vole", "vole"]]),
        (
            "rules/matching/forms",
            &[&[], &["both"], &["items", "both"]],
            &[&["items", "items"], &[""], &["A"], &["counts"]],
        ),
        (
            "rules/matching/profiles",
            &[&[], &[&one], &[&one, &two]],
            &[&[&two, &one], &[&one, &one], &["AAAA"]],
        ),
    ] {
        for list in good {
            check_set(path, texts(list), Ok(()));
        }
        let (part, field) = path.rsplit_once('/').unwrap();
        for list in wrong {
            let mut value = value();
            *at(&mut value, path) = texts(list);
            let found = Charter::decode(&value.encode()).map(|_| ());
            let Err(Rejection::BadField { part: found, field: named }) = found else {
                panic!("{path} {list:?}")
            };
            assert_eq!((found, named), (part.replace('/', ".").as_str(), field), "{list:?}");
        }
    }
}

#[test]
fn ceilings_audiences_observers_and_retention_have_their_limits() {
    let ceiling = |name: &str, n: Value| object([(name, n)]);
    check_set("rules/matching/ceilings", object([]), Ok(()));
    check_set("rules/matching/ceilings", ceiling("email", Value::Integer(1)), Ok(()));
    check_set("rules/matching/ceilings", ceiling("phone", Value::Integer(1)), Ok(()));
    for wrong in [ceiling(&"x".repeat(33), Value::Integer(1)), ceiling("email", text("1"))] {
        check_set("rules/matching/ceilings", wrong, bad("rules.matching", "ceilings"));
    }
    let class = |name: &str, ids: &[&str]| object([(name, texts(ids))]);
    check_set("rules/audiences", class("x_1", &["a", "o"]), Ok(()));
    check_set("rules/audiences", class("x-1", &["a", "o"]), Ok(()));
    check_set("rules/audiences", class("x_1", &[]), Ok(()));
    check_set("rules/audiences", class("x-1", &[]), Ok(()));
    for wrong in [
        class("all", &["a"]),
        class("to", &["a"]),
        class("pair", &["a"]),
        class("own", &["a"]),
        class("1x", &["a"]),
        class("x", &["b", "a"]),
        class("x", &["a", "a"]),
        class("x", &["d"]),
        object([("x", text("a"))]),
    ] {
        check_set("rules/audiences", wrong, bad("rules", "audiences"));
    }
    check_set("rules/observers/max", Value::Integer(33), Ok(()));
    check_set("rules/retention_d", Value::Integer(36_501), Ok(()));
    check_set("rules/purpose", text("p".repeat(4096)), Ok(()));
    check_set("rules/purpose", text("p".repeat(4097)), bad("rules", "purpose"));
}

#[test]
fn agreed_witnesses_are_sorted_and_no_mirrors() {
    let part = "rules.witnesses";
    check_set("rules/witnesses/0/name", text("w3.example"), bad("rules", "witnesses"));
    check_set("rules/witnesses/0/name", text("w2.example"), bad("rules", "witnesses"));
    for wrong in ["", "a b", "a+b", "w.example/m/x", "accord.example/w", "wü.example", &"w".repeat(256)] {
        check_set("rules/witnesses/0/name", text(wrong), bad(part, "name"));
    }
    check_set("rules/witnesses/0/by", text("o"), Ok(()));
    check_set("rules/witnesses/0/by", text("d"), bad(part, "by"));
    check_set("rules/witnesses/0/by", text("*"), bad(part, "by"));
}

#[test]
fn every_flipped_bit_is_refused_or_gives_another_record() {
    let charter = Charter::bare(&offer_without_ml_dsa("a", 1), &offer_without_ml_dsa("b", 20)).unwrap();
    let mut taken = 0;
    for i in 0..charter.bytes().len() {
        for bit in 0..8 {
            let mut flipped = charter.bytes().to_vec();
            flipped[i] ^= 1 << bit;
            if let Ok(other) = Charter::decode(&flipped) {
                assert_ne!(other.record_id(), charter.record_id());
                assert_eq!(other.bytes(), flipped);
                taken += 1;
            }
        }
    }
    assert!(taken > 0, "names and numbers can be changed");
}

fn offer_without_ml_dsa(name: &str, first: u8) -> Offer {
    let fields = offer(name, first).party().clone().into_fields();
    let keys = KeySet::new(KeySetFields {
        log_ed: *fields.keys.log_ed(),
        log_pq: None,
        mirror_ed: *fields.keys.mirror_ed(),
        mirror_pq: None,
        roles: fields.keys.roles().clone(),
    });
    let party = Party::new(PartyFields { keys: keys.unwrap(), ..fields }).unwrap();
    let made = Time(0);
    Offer::make(OfferFields { made, party, sealing: None, transport: None }, &secret(first)).unwrap()
}

#[test]
fn a_rules_file_reads_back_and_is_refused_by_name() {
    let file = RulesFile { rev: 1, title: "Second text".into(), rules: titled().rules };
    let bytes = file.encode();
    assert_eq!(RulesFile::decode(&bytes).as_ref(), Ok(&file));
    for (path, new, expected) in [
        ("v", Value::Integer(2), bad("rules", "v")),
        ("kind", text("detente/charter"), bad("rules", "kind")),
        ("rev", Value::Integer(0), bad("rules", "rev")),
        ("title", text("t".repeat(201)), bad("rules", "title")),
        ("rules/skew", Value::Integer(1), bad("rules", "skew")),
    ] {
        let mut value = Value::decode(&bytes).unwrap();
        *at(&mut value, path) = new;
        assert_eq!(RulesFile::decode(&value.encode()).map(|_| ()), expected);
    }
    for field in ["v", "kind", "rev", "title", "rules"] {
        let mut value = Value::decode(&bytes).unwrap();
        members(&mut value, "").remove(field);
        let refused = RulesFile::decode(&value.encode()).unwrap_err();
        assert_eq!(refused, Rejection::BadField { part: "rules", field });
    }
}

#[test]
fn a_titled_charter_has_a_title_and_every_id_once() {
    let mut text = titled();
    text.title.clear();
    assert_eq!(Charter::titled(&text).map(|_| ()), bad("charter", "title"));
    let mut text = titled();
    text.parties.push(party("a", 100));
    assert_eq!(Charter::titled(&text), Err(Rejection::SameParty { party: "a".into() }));
}

/// What the founders wrote, taken from what was read.
fn text_of(charter: &Charter) -> Titled {
    Titled {
        domain: charter.domain().to_owned(),
        title: charter.title().to_owned(),
        parties: charter.parties().to_vec(),
        quorum: charter.quorum(),
        rules: charter.rules().clone(),
    }
}

fn one_of<T: Copy + std::fmt::Debug + 'static>(all: &'static [T]) -> impl Strategy<Value = T> {
    (0..all.len()).prop_map(|i| all[i])
}

fn clock() -> impl Strategy<Value = Clock> {
    (60u64..=63_072_000).prop_map(|seconds| Clock::new(seconds).unwrap())
}

prop_compose! {
    fn rules()(
        words in (one_of(Legal::ALL), one_of(Adoption::ALL), one_of(AmendBy::ALL), one_of(Regime::ALL)),
        more in (one_of(OneUpTo::ALL), one_of(Accept::ALL), any::<[bool; 7]>(), 0u64..=36_500),
        purpose in "[ -~\\u{a0}-\\u{2fff}\n\t]{0,60}",
        clocks in (clock(), clock(), clock(), clock(), clock(), [clock(), clock(), clock()], [clock(), clock()]),
        numbers in any::<[u32; 8]>(),
        ceilings in prop::collection::btree_map("[a-z0-9_-]{1,32}", 0u64..(1 << 53), 0..4),
        in_chair in 0usize..4,
    ) -> Rules {
        let ids = ["a", "b", "c"].map(id);
        let mut rules = Rules::bare(&ids);
        (rules.legal, rules.adoption, rules.amend_by, rules.reservations.regime) = words;
        (rules.officers.one_up_to, rules.observers.accept) = (more.0, more.1);
        [rules.provisional, rules.expel, rules.retain_prose, rules.tendered_counts, ..] = more.2;
        [.., rules.comcheck_when_suspended, rules.reservations.late, rules.reservations.all_must_accept] = more.2;
        rules.retention_d = more.3;
        rules.purpose = purpose;
        (rules.skew, rules.heartbeat, rules.invite, rules.clocks.r#final, rules.clocks.offer, ..) = clocks;
        (rules.clocks.ack, rules.clocks.contact) = (clocks.5, clocks.6);
        let numbers = numbers.map(u64::from);
        [rules.matching.items_max, rules.matching.runs_30d, rules.matching.items_30d, ..] = numbers;
        [.., rules.matching.cap, rules.matching.ratio, _, _, _] = numbers;
        [.., rules.limits.statements_d, rules.limits.inquiries_open, rules.limits.bytes_d] = numbers;
        rules.matching.ceilings = ceilings;
        rules.chair = ids.get(in_chair).cloned().map_or(Chair::Rotating, Chair::Party);
        rules
    }
}

proptest! {
    #![proptest_config(replayable(64))]

    #[test]
    fn what_was_written_reads_back_and_is_written_the_same(
        rules in rules(),
        title in "[ -~]{1,60}",
        domain in "[a-z0-9]([a-z0-9.-]{0,20}[a-z0-9])?",
        (k, f, pq) in (1u64..=2, 0u64..=2, one_of(Pq::ALL)),
        order in Just(vec![("a", 1), ("b", 20), ("c", 40)]).prop_shuffle(),
    ) {
        let parties = order.into_iter().map(|(name, first)| party(name, first)).collect();
        let text = Titled { domain, title, parties, quorum: Quorum { k, f, pq }, rules };
        let charter = Charter::titled(&text).unwrap();
        prop_assert_eq!(charter.rules(), &text.rules);
        prop_assert_eq!(charter.quorum(), text.quorum);
        let read = Charter::decode(charter.bytes()).unwrap();
        let again = Charter::titled(&text_of(&read)).unwrap();
        prop_assert_eq!(again.bytes(), charter.bytes());
        let file = RulesFile { rev: k, title: text.title, rules: text.rules };
        prop_assert_eq!(RulesFile::decode(&file.encode()), Ok(file));
    }
}

#[test]
fn an_observer_may_be_named_by_all() {
    let mut text = titled();
    text.parties.push(crate::founders::observer("q", 110, ObserverOf::Joint));
    assert_eq!(Charter::titled(&text).unwrap().parties().len(), 5);
}
