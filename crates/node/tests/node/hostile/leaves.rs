//! Entries that their log should never have signed for, and entries that say nothing.

use detente_accord::b64;
use detente_accord::jcs::Value;

use super::forger::{Forger, remove, set};
use super::stage::Stage;
use super::table::{Case, Expect};

const BAD: &[&str] = &["bad-leaf"];
const AWAY: &[&str] = &["misplaced"];
const LOWER: &[&str] = &["regress"];
const NONE: &[&str] = &[];

pub(crate) fn cases(stage: &Stage) -> Vec<Case> {
    let forger = &stage.forger;
    [unreadable(forger), shapeless(forger), misplaced(stage), lower(stage), effectless(stage)].concat()
}

fn case(
    name: &str,
    forger: &Forger,
    leaf: Vec<u8>,
    kinds: &'static [&'static str],
    effect: &'static str,
) -> Case {
    let mut grown = forger.clone();
    grown.leaves.push(leaf);
    let packet = grown.packet(forger.size()).bytes();
    Case { name: format!("leaf: {name}"), packet, expect: Expect::Leaf(kinds, effect) }
}

fn text(forger: &Forger) -> String {
    String::from_utf8(forger.clone().leaf().encode()).unwrap()
}

/// Bytes that are not the one form of anything.
fn unreadable(forger: &Forger) -> Vec<Case> {
    let good = text(forger);
    let bad = |name: &str, from: &str, to: &str| {
        assert!(good.contains(from), "{from} is not in {good}");
        case(name, forger, good.replacen(from, to, 1).into_bytes(), BAD, "unreadable")
    };
    let raw = |name: &str, bytes: Vec<u8>| case(name, forger, bytes, BAD, "unreadable");
    vec![
        raw("empty", Vec::new()),
        raw("zeros", vec![0; 64]),
        raw("an array", b"[]".to_vec()),
        raw("a number", b"1".to_vec()),
        raw("16 KiB of brackets", vec![b'['; 16_384]),
        raw(
            "not UTF-8",
            good.replace("\"aud\":\"all\"", "\"aud\":\"\u{1}\"").replace('\u{1}', "\u{80}").into_bytes(),
        ),
        bad("white space", "{\"entry\"", "{ \"entry\""),
        bad("a line feed", "\"v\":1}}", "\"v\":1}}\n"),
        bad("a key twice", "\"epoch\":0", "\"epoch\":0,\"epoch\":0"),
        bad("keys out of order", "\"seq\":12,\"time\"", "\"time\":1,\"seq\""),
        bad("a fraction", "\"epoch\":0", "\"epoch\":0.0"),
        bad("an exponent", "\"epoch\":0", "\"epoch\":0e0"),
        bad("a negative zero", "\"epoch\":0", "\"epoch\":-0"),
        bad("a leading zero", "\"seq\":12", "\"seq\":012"),
        bad("two to the 53", "\"seq\":12", "\"seq\":9007199254740992"),
        bad("two to the 63", "\"seq\":12", "\"seq\":9223372036854775808"),
        bad("a text for a number", "\"seq\":12", "\"seq\":\"12\""),
        bad("null", "\"epoch\":0", "\"epoch\":null"),
        bad("an escape that is not the shortest", "\"aud\":\"all\"", "\"aud\":\"\\u0061ll\""),
        bad("a letter outside ASCII", "\"aud\":\"all\"", "\"aud\":\"\u{e4}ll\""),
        bad("an escaped line feed", "\"type\":\"ack\"", "\"type\":\"ack\\n\""),
        bad("a truth that is none", "\"exercise\":false", "\"exercise\":False"),
        bad("cut", "\"v\":1}}", "\"v\":1}"),
    ]
}

/// JSON in form, in another shape than a leaf has.
fn shapeless(forger: &Forger) -> Vec<Case> {
    let edited = |name: &str, edit: &dyn Fn(&mut Value)| {
        let mut leaf = forger.clone().leaf();
        edit(&mut leaf);
        case(name, forger, leaf.encode(), BAD, "unreadable")
    };
    let with = |name: &str, path: &[&str], value: Value| edited(name, &|leaf| set(leaf, path, value.clone()));
    let head = |party: &str, size: u64| {
        Value::object([
            ("epoch", Value::Integer(0)),
            ("note", Value::text(b64::encode(&[1; 32]))),
            ("party", Value::text(party)),
            ("root", Value::text(b64::encode(&[2; 32]))),
            ("size", Value::Integer(size)),
        ])
    };
    let heads = |heads: Vec<Value>| Value::Array(heads);
    let deep = (0..9).fold(Value::Integer(1), |value, _| Value::Array(vec![value]));
    let reference = |rel: &str| {
        Value::object([
            ("epoch", Value::Integer(0)),
            ("leaf", Value::text(b64::encode(&[1; 32]))),
            ("party", Value::text("b")),
            ("rel", Value::text(rel)),
            ("seq", Value::Integer(0)),
        ])
    };
    vec![
        with("a field more", &["more"], Value::Integer(1)),
        with("a field more in the entry", &["entry", "more"], Value::Integer(1)),
        with("a field more in the statement", &["statement", "more"], Value::Integer(1)),
        edited("no nonce", &|leaf| remove(leaf, &["statement", "nonce"])),
        edited("no signatures field", &|leaf| remove(leaf, &["sigs"])),
        with("version 2", &["statement", "v"], Value::Integer(2)),
        with("a nonce of 15 bytes", &["statement", "nonce"], Value::text("AAAAAAAAAAAAAAAAAAAA")),
        with("a nonce with stray bits", &["statement", "nonce"], Value::text("AAAAAAAAAAAAAAAAAAAAAB==")),
        with("an accord in hex", &["statement", "accord"], Value::text("0".repeat(64))),
        with("a party with a capital", &["statement", "party"], Value::text("A")),
        with("a type with a hyphen", &["statement", "type"], Value::text("a-b")),
        with("a type of 33 letters", &["statement", "type"], Value::text("a".repeat(33))),
        with("an audience of nothing", &["statement", "aud"], Value::text("")),
        with("public fields over 2 KiB", &["statement", "pub", "x"], Value::text("x".repeat(2048))),
        with("too deep", &["statement", "pub", "x"], deep),
        with("a head of size 0", &["entry", "heads"], heads(vec![head("c", 0)])),
        with("a head twice", &["entry", "heads"], heads(vec![head("c", 1), head("c", 1)])),
        with("heads out of order", &["entry", "heads"], heads(vec![head("c", 1), head("b", 1)])),
        with("a head of its own log", &["entry", "heads"], heads(vec![head("a", 1)])),
        with("33 heads", &["entry", "heads"], heads((10..43).map(|i| head(&format!("c{i}"), 1)).collect())),
        with("a reference twice", &["statement", "refs"], heads(vec![reference("acks"), reference("acks")])),
        with("a relation of nobody", &["statement", "refs"], heads(vec![reference("likes")])),
        with(
            "a signature of 63 bytes",
            &["sigs"],
            heads(vec![Value::object([
                ("key", Value::text("a/desk+00000000")),
                ("sig", Value::text(super::forger::base64(&[0; 63]))),
            ])]),
        ),
        with(
            "a signature by no office",
            &["sigs"],
            heads(vec![Value::object([("key", Value::text("a+00000000")), ("sig", Value::text(b64_64()))])]),
        ),
    ]
}

fn b64_64() -> String {
    super::forger::base64(&[0; 64])
}

fn misplaced(stage: &Stage) -> Vec<Case> {
    let forger = &stage.forger;
    let edited = |name: &str, path: &[&str], value: Value, effect| {
        let mut leaf = forger.clone().leaf();
        set(&mut leaf, path, value);
        case(name, forger, leaf.encode(), AWAY, effect)
    };
    let other = stage.world.open("c").held().logs[&super::forger::log_of("b")][0].leaf.clone().unwrap();
    vec![
        edited("a seq too large", &["entry", "seq"], Value::Integer(13), "unreadable"),
        edited("a seq too small", &["entry", "seq"], Value::Integer(0), "unreadable"),
        edited("the largest seq", &["entry", "seq"], Value::Integer((1 << 53) - 1), "unreadable"),
        edited("another epoch", &["entry", "epoch"], Value::Integer(1), "unreadable"),
        edited("another party", &["statement", "party"], Value::text("c"), "unreadable"),
        edited("a party of nobody", &["statement", "party"], Value::text("z"), "unreadable"),
        edited(
            "another record",
            &["statement", "accord"],
            Value::text(b64::encode(&[7; 32])),
            "no effect: other-record",
        ),
        case("an entry of another log, byte for byte", forger, other.bytes().to_vec(), AWAY, "unreadable"),
        case("an own entry again, byte for byte", forger, forger.leaves[5].clone(), AWAY, "unreadable"),
    ]
}

fn lower(stage: &Stage) -> Vec<Case> {
    let forger = &stage.forger;
    let log = super::forger::log_of("b");
    let accord = stage.world.open("b");
    let named = |seq: u64| {
        let position = detente_accord::record::Position::new(super::forger::log_of("a"), seq);
        let leaf = accord.held().leaf(&position).unwrap().clone();
        leaf.place.heads.iter().find(|head| head.log == log).map(|head| head.size)
    };
    let largest = (0..forger.size()).filter_map(named).max().unwrap();
    assert!(largest > 1);
    let head = |size: u64, root: [u8; 32]| {
        Value::Array(vec![Value::object([
            ("epoch", Value::Integer(0)),
            ("note", Value::text(b64::encode(&[1; 32]))),
            ("party", Value::text("b")),
            ("root", Value::text(b64::encode(&root))),
            ("size", Value::Integer(size)),
        ])])
    };
    let edited = |name: &str, heads: Value, kinds, effect| {
        let mut leaf = forger.clone().leaf();
        set(&mut leaf, &["entry", "heads"], heads);
        case(name, forger, leaf.encode(), kinds, effect)
    };
    vec![
        edited("a head that falls back", head(largest - 1, [2; 32]), LOWER, "took"),
        edited("a head that falls to 1", head(1, [2; 32]), LOWER, "took"),
        edited("the same head with another root", head(largest, [2; 32]), NONE, "took"),
        edited("a head nobody has", head(1_000_000, [2; 32]), NONE, "took"),
        edited("the largest head", head((1 << 53) - 1, [2; 32]), NONE, "took"),
    ]
}

/// Entries in form that have no effect: no evidence, for their author may be older or newer than we are.
fn effectless(stage: &Stage) -> Vec<Case> {
    let forger = &stage.forger;
    let edited = |name: &str, edits: &[(&[&str], Value)], effect| {
        let mut leaf = forger.clone().leaf();
        for (path, value) in edits {
            set(&mut leaf, path, value.clone());
        }
        case(name, forger, leaf.encode(), NONE, effect)
    };
    let nonce = {
        let replayed = detente_accord::record::Leaf::decode(&forger.leaves[8]).unwrap();
        super::forger::base64(&replayed.said.nonce)
    };
    let target = |party: &str, seq: u64, leaf: [u8; 32], rel: &str| {
        Value::Array(vec![Value::object([
            ("epoch", Value::Integer(0)),
            ("leaf", Value::text(b64::encode(&leaf))),
            ("party", Value::text(party)),
            ("rel", Value::text(rel)),
            ("seq", Value::Integer(seq)),
        ])])
    };
    let kind = |kind: &str| (&["statement", "type"][..], Value::text(kind));
    let refs = |refs: Value| (&["statement", "refs"][..], refs);
    let public = |members: Vec<(&str, Value)>| {
        let members = members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        (&["statement", "pub"][..], Value::Object(members))
    };
    let ack = || {
        vec![
            ("at", Value::Array(vec![Value::Integer(1)])),
            ("result", Value::Array(vec![Value::text("accepted")])),
        ]
    };
    let ours = stage.world.open("b").held().logs[&super::forger::log_of("b")][0].hash;
    let ours = *ours.as_bytes();
    vec![
        edited("a type of nobody", &[kind("party_time")], "no effect: unknown-type"),
        edited(
            "a field more than its type has",
            &[public(vec![("more", Value::Integer(1))])],
            "no effect: field-unknown",
        ),
        edited("a nonce of before", &[(&["statement", "nonce"], Value::text(nonce))], "no effect: replayed"),
        edited(
            "a target that nobody has",
            &[refs(target("b", 4000, [1; 32], "acks")), public(ack())],
            "no effect: unknown-target",
        ),
        edited(
            "a target of a log of nobody",
            &[refs(target("z", 0, [1; 32], "acks")), public(ack())],
            "no effect: unknown-target",
        ),
        edited(
            "a target by another hash",
            &[refs(target("b", 0, [1; 32], "acks")), public(ack())],
            "no effect: target-differs",
        ),
        edited(
            "a target in another relation",
            &[refs(target("b", 0, ours, "cites")), public(ack())],
            "no effect: ref-extra",
        ),
        edited(
            "a charter again",
            &[
                kind("charter"),
                public(vec![
                    ("sha256", Value::text(b64::encode(forger.record.bytes()))),
                    ("size", Value::Integer(5)),
                ]),
            ],
            "no effect: wrong-state",
        ),
        edited(
            "a freeze by no office",
            &[
                kind("freeze"),
                public(vec![
                    ("origin", Value::text(forger.names.origin(&super::forger::log_of("b")).as_str())),
                    ("root", Value::text(b64::encode(&[0; 32]))),
                    ("size", Value::Integer(0)),
                ]),
            ],
            "no effect: needs-officer",
        ),
        edited(
            "a withdrawal of membership by no office",
            &[kind("member"), public(vec![("act", Value::text("withdraw")), ("to", Value::text("*"))])],
            "no effect: label-missing",
        ),
        edited(
            "a signature that does not hold",
            &[(
                &["sigs"],
                Value::Array(vec![Value::object([
                    ("key", Value::text("a/desk+00000000")),
                    ("sig", Value::text(b64_64())),
                ])]),
            )],
            "no effect: signed-by-office",
        ),
        edited(
            "a signature by an office of another party",
            &[(
                &["sigs"],
                Value::Array(vec![Value::object([
                    ("key", Value::text("b/desk+00000000")),
                    ("sig", Value::text(b64_64())),
                ])]),
            )],
            "no effect: signed-by-office",
        ),
    ]
}
