//! Receipts: what they show, and that nothing in them can be changed.

use detente_accord::card::DESK;
use detente_accord::file;
use detente_accord::jcs::Value;
use detente_accord::limits::RECEIPT_BYTES_MAX;
use detente_accord::receipt::{FileFact, Receipt, Shown};
use detente_accord::{Class, Rejection, b64};

use crate::statements::{key_name, sign_again};
use crate::world::{NOW, Party, Run, at, entropy, members};

fn judge(run: &Run, bytes: &[u8]) -> Result<Shown, Rejection> {
    Receipt::read(bytes)?.verify(&run.a.card, &run.b.card)
}

/// Changes the asker's receipt of a small run and asserts the verdict.
fn check(change: impl FnOnce(&mut Value), expected: Result<(), Rejection>) {
    let run = Run::kept();
    let mut value = Value::decode(&run.receipt(&run.a).encode()).unwrap();
    change(&mut value);
    assert_eq!(judge(run, &value.encode()).map(|_| ()), expected);
}

fn mismatch(part: &'static str) -> Result<(), Rejection> {
    Err(Rejection::ReceiptMismatch { part })
}

const BAD_SIGNATURE: Result<(), Rejection> = Err(Rejection::BadSignature { part: "statement" });

/// A value of the same type and another meaning.
fn other(value: &Value) -> Value {
    match value {
        Value::Null => Value::Bool(true),
        Value::Bool(b) => Value::Bool(!b),
        Value::Integer(n) => Value::Integer(n + 1),
        Value::Text(text) if text.len() == 44 => Value::text(b64::encode(&[7; 32])),
        Value::Text(text) if text.len() == 24 => Value::text(b64::encode(&[7; 16])),
        Value::Text(text) => Value::text(format!("{text}x")),
        Value::Array(values) => Value::Array(values.iter().chain([&Value::Null]).cloned().collect()),
        Value::Object(_) => Value::Null,
    }
}

fn leaves(value: &Value, path: &mut Vec<String>, found: &mut Vec<Vec<String>>) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                path.push(key.clone());
                leaves(value, path, found);
                path.pop();
            }
        }
        Value::Array(values) => {
            for (i, value) in values.iter().enumerate() {
                path.push(i.to_string());
                leaves(value, path, found);
                path.pop();
            }
            found.push(path.clone());
        }
        _ => found.push(path.clone()),
    }
}

#[test]
fn a_receipt_shows_its_three_files() {
    let run = Run::kept();
    for author in [&run.a, &run.b] {
        let receipt = run.receipt(author);
        let shown = judge(run, &receipt.encode()).unwrap();
        assert_eq!(shown.files, run.facts().map(|fact| (fact, NOW)).to_vec());
        assert_eq!(shown.closed, Some(NOW));
        assert_eq!(Receipt::read(&receipt.encode()).map(|read| read.encode()), Ok(receipt.encode()));
    }
}

#[test]
fn an_answered_run_shows_two_files_and_is_not_closed() {
    let run = Run::kept();
    let mut receipt = run.receipt(&run.b);
    receipt.handovers.pop();
    receipt.closing = None;
    let shown = judge(run, &receipt.encode()).unwrap();
    assert_eq!(shown.files.len(), 2);
    assert_eq!(shown.closed, None);
}

#[test]
fn no_value_anywhere_in_a_receipt_can_be_changed() {
    let run = Run::kept();
    let bytes = run.receipt(&run.a).encode();
    let value = Value::decode(&bytes).unwrap();
    let mut paths = Vec::new();
    leaves(&value, &mut Vec::new(), &mut paths);
    assert!(paths.len() > 150, "{}", paths.len());
    for path in paths {
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        let mut changed = value.clone();
        let leaf = at(&mut changed, &path);
        *leaf = other(leaf);
        let rejection = judge(run, &changed.encode()).expect_err("a changed receipt was believed");
        assert_eq!(rejection.class(), Class::Integrity, "{path:?}: {rejection}");
    }
}

#[test]
fn a_flip_of_any_byte_of_a_receipt_is_caught() {
    let run = Run::kept();
    let mut bytes = run.receipt(&run.a).encode();
    for place in (0..bytes.len()).step_by(3) {
        let bit = 1 << (place % 8);
        bytes[place] ^= bit;
        assert!(judge(run, &bytes).is_err(), "byte {place}");
        bytes[place] ^= bit;
    }
}

#[test]
fn changed_signatures_are_named() {
    let signature = |path: &'static [&'static str]| {
        move |value: &mut Value| *at(value, path) = Value::text(b64::encode(&[1; 64]))
    };
    check(signature(&["terms", "0", "sigs", "0", "sig"]), BAD_SIGNATURE);
    check(signature(&["acceptance", "0", "sigs", "0", "sig"]), BAD_SIGNATURE);
    check(signature(&["handovers", "0", "sigs", "0", "sig"]), BAD_SIGNATURE);
    check(signature(&["handovers", "1", "sigs", "0", "sig"]), BAD_SIGNATURE);
    check(signature(&["handovers", "2", "sigs", "0", "sig"]), BAD_SIGNATURE);
    check(signature(&["receipt", "sigs", "0", "sig"]), BAD_SIGNATURE);
}

#[test]
fn changed_facts_break_their_signature() {
    let hash = Value::text(b64::encode(&[1; 32]));
    for number in ["0", "1", "2"] {
        let set = |field: &'static str, value: Value| {
            move |receipt: &mut Value| *at(receipt, &["handovers", number, "statement", "pub", field]) = value
        };
        check(set("blake3", hash.clone()), BAD_SIGNATURE);
        check(set("size", Value::Integer(1)), BAD_SIGNATURE);
    }
    for field in ["transcript", "run"] {
        let hash = hash.clone();
        check(move |receipt| *at(receipt, &["receipt", "statement", "pub", field]) = hash, BAD_SIGNATURE);
    }
    let free = |receipt: &mut Value| {
        *at(receipt, &["receipt", "statement", "pub", "charge_items"]) = Value::Integer(0)
    };
    check(free, BAD_SIGNATURE);
}

#[test]
fn a_list_that_nobody_signed_is_bound_by_the_run_number() {
    for side in ["terms", "acceptance"] {
        let swap = move |value: &mut Value| {
            *at(value, &[side, "1", "statement", "pub", "root"]) = Value::text(b64::encode(&[1; 32]));
        };
        check(swap, mismatch("run"));
    }
}

#[test]
fn files_out_of_place_are_named() {
    let swap = |one: usize, other: usize| {
        move |value: &mut Value| {
            let Value::Array(handovers) = at(value, &["handovers"]) else { panic!("handovers") };
            handovers.swap(one, other);
        }
    };
    check(swap(0, 1), mismatch("files"));
    check(swap(1, 2), mismatch("files"));
    let keep = |count: usize| {
        move |value: &mut Value| {
            let Value::Array(handovers) = at(value, &["handovers"]) else { panic!("handovers") };
            handovers.truncate(count);
        }
    };
    for count in 0..3 {
        check(keep(count), mismatch("files"));
    }
    check(|value| drop(members(value).remove("receipt")), mismatch("files"));
    for count in [0, 1] {
        let open = |value: &mut Value| {
            keep(count)(value);
            members(value).remove("receipt");
        };
        check(open, mismatch("files"));
    }
    let answered = |value: &mut Value| {
        keep(2)(value);
        members(value).remove("receipt");
    };
    check(answered, Ok(()));
}

#[test]
fn another_author_is_named() {
    check(|value| *at(value, &["author"]) = Value::text("b"), BAD_SIGNATURE);
    check(|value| *at(value, &["author"]) = Value::text("c"), mismatch("author"));
}

#[test]
fn statements_of_another_run_do_not_fit() {
    let run = Run::kept();
    let second = Run::seeded(run.asked.clone(), run.held.clone(), 2);
    let theirs = Value::decode(&second.receipt(&second.a).encode()).unwrap();
    let take = |path: &'static [&'static str]| {
        let theirs = theirs.clone();
        move |value: &mut Value| *at(value, path) = at(&mut theirs.clone(), path).clone()
    };
    check(take(&["handovers", "0"]), mismatch("terms"));
    check(take(&["receipt"]), mismatch("terms"));
    check(take(&["acceptance"]), Err(Rejection::Contradiction { field: "terms" }));
    check(take(&["terms"]), Err(Rejection::Contradiction { field: "terms" }));
    check(take(&["terms", "1"]), Err(Rejection::Contradiction { field: "list" }));
}

#[test]
fn an_author_that_signs_something_else_is_caught() {
    let sign = |path: &'static [&'static str], change: &'static dyn Fn(&mut Value)| {
        move |value: &mut Value| {
            let a = Party::new("a", 1);
            let signed = at(value, path);
            change(signed);
            sign_again(signed, &key_name("a", DESK, &a.desk), &a.desk);
        }
    };
    let closing = &["receipt"];
    check(sign(closing, &|_| ()), Ok(()));
    check(
        sign(closing, &|s| *at(s, &["statement", "pub", "charge_items"]) = Value::Integer(0)),
        mismatch("charge"),
    );
    check(
        sign(closing, &|s| *at(s, &["statement", "pub", "charge_runs"]) = Value::Integer(0)),
        mismatch("charge"),
    );
    check(
        sign(closing, &|s| *at(s, &["statement", "pub", "transcript"]) = Value::text(b64::encode(&[1; 32]))),
        mismatch("files"),
    );
    check(
        sign(closing, &|s| *at(s, &["statement", "pub", "run"]) = Value::text(b64::encode(&[1; 16]))),
        mismatch("run"),
    );
    check(
        sign(closing, &|s| *at(s, &["statement", "refs", "2", "sid"]) = Value::text(b64::encode(&[1; 32]))),
        mismatch("terms"),
    );
    check(sign(closing, &|s| *at(s, &["statement", "party"]) = Value::text("b")), mismatch("terms"));
    let bad = |part, field| Err(Rejection::BadField { part, field });
    check(sign(closing, &|s| *at(s, &["statement", "pub", "to"]) = Value::text("c")), bad("receipt", "to"));
    check(
        sign(closing, &|s| *at(s, &["statement", "pub", "act"]) = Value::text("notice")),
        bad("receipt", "act"),
    );
    let ask = &["handovers", "0"];
    check(sign(ask, &|_| ()), Ok(()));
    check(sign(ask, &|s| *at(s, &["statement", "pub", "file"]) = Value::text("answer")), mismatch("files"));
    check(
        sign(ask, &|s| *at(s, &["statement", "pub", "file"]) = Value::text("letter")),
        bad("handover", "file"),
    );
    check(
        sign(ask, &|s| *at(s, &["statement", "pub", "run"]) = Value::text(b64::encode(&[1; 16]))),
        mismatch("run"),
    );
    check(
        sign(ask, &|s| *at(s, &["statement", "refs", "1", "sid"]) = Value::text(b64::encode(&[1; 32]))),
        mismatch("terms"),
    );
    // A hash that the closing receipt does not repeat.
    check(
        sign(ask, &|s| *at(s, &["statement", "pub", "blake3"]) = Value::text(b64::encode(&[1; 32]))),
        mismatch("files"),
    );
}

#[test]
fn a_closing_receipt_over_other_files_is_named() {
    let run = Run::kept();
    let mut facts = run.facts();
    facts[2] = FileFact { hash: [1; 32], ..facts[2] };
    let mut receipt = run.receipt(&run.a);
    receipt.closing = Some(run.signed().sign_closing(&run.a.us(), &facts, Some(3), NOW, &mut entropy(3)));
    assert_eq!(judge(run, &receipt.encode()), Err(Rejection::ReceiptMismatch { part: "files" }));
}

#[test]
fn the_asker_s_count_is_committed_to_and_not_shown() {
    let run = Run::kept();
    let receipt = run.receipt(&run.a);
    let closing = receipt.closing.clone().unwrap();
    assert_eq!(closing.opened("outcome"), Some(&Value::object([("common", Value::Integer(3))])));
    let read = Receipt::read(&receipt.encode()).unwrap().closing.unwrap();
    assert_eq!(read.opened("outcome"), None);
    assert_eq!(run.receipt(&run.b).closing.unwrap().opened("outcome"), Some(&Value::Null));
}

#[test]
fn cards_of_others_do_not_verify_a_receipt() {
    let run = Run::kept();
    let receipt = run.receipt(&run.a);
    let (c, again) = (Party::new("c", 3), Party::new("a", 9));
    let contradiction = Some(Rejection::Contradiction { field: "accord" });
    assert_eq!(receipt.verify(&c.card, &run.b.card).err(), contradiction);
    assert_eq!(receipt.verify(&again.card, &run.b.card).err(), contradiction);
    assert_eq!(
        receipt.verify(&run.b.card, &run.a.card).err(),
        Some(Rejection::BadSignature { part: "statement" })
    );
}

#[test]
fn what_is_no_receipt_is_named_so() {
    let run = Run::kept();
    let bytes = run.receipt(&run.a).encode();
    let name = |bytes: &[u8]| Receipt::read(bytes).err().map(|rejection| rejection.name());
    for other in [&b""[..], b"{}", run.a.card.bytes(), &run.result] {
        assert_eq!(name(other), Some("bad-magic"));
    }
    assert_eq!(name(&[&bytes[..], &vec![b' '; RECEIPT_BYTES_MAX]].concat()), Some("bad-magic"));
    assert_eq!(name(&bytes[..bytes.len() - 1]), Some("not-canonical"));
    assert_eq!(name(&[&bytes[..], b"\n"].concat()), None, "mail may add a line end");
    for (field, value) in [("v", Value::Integer(2)), ("kind", Value::text("other")), ("zz", Value::Null)] {
        let mut value_with = Value::decode(&bytes).unwrap();
        members(&mut value_with).insert(field.into(), value);
        assert_eq!(name(&value_with.encode()), Some("bad-field"), "{field}");
    }
}

#[test]
fn a_receipt_binds_what_the_files_say_of_themselves() {
    let run = Run::kept();
    let facts = run.facts();
    assert_eq!(
        facts.map(|fact| fact.size),
        [run.ask.len() as u64, run.answer.len() as u64, run.result.len() as u64]
    );
    assert_eq!(facts[0].hash, file::hash(&run.ask));
}
