//! Terms of another suite than that of files: what they say, and where they are refused.

use std::collections::BTreeMap;

use detente_accord::exchange::ReceivedAsk;
use detente_accord::jcs::Value;
use detente_accord::receipt::Receipt;
use detente_accord::{Class, ListCommitment, Proposal, Rejection, Suite, b64, file};
use detente_psi::size::SizeClass;
use detente_psi::vole::Code;
use sha2::{Digest, Sha256};

use crate::world::{Run, at, entropy, members, resign};

/// Terms as those of the kept run, about lists of this size and with this code.
fn proposal(size: u64, code: Code) -> Proposal {
    let run = Run::kept();
    let class = SizeClass::from_u64(size).unwrap();
    let mut terms = run.proposal.terms().clone();
    (terms.suite, terms.n_ask, terms.n_answer_max) =
        (Suite::vole(class, code).unwrap(), class, SizeClass::MAX);
    let list = ListCommitment { class, ..run.proposal.list().clone() };
    Proposal::make(&run.a.us(), &run.b.card, terms, list, &BTreeMap::new(), &mut entropy(9))
}

/// Changes the public part and asserts how its reader takes it.
#[track_caller]
fn check(size: u64, code: Code, change: impl FnOnce(&mut Value), expected: Result<(), Rejection>) {
    let mut value = proposal(size, code).to_value();
    change(at(&mut value, &["0", "statement", "pub"]));
    let preimage = [&b"detente/statement/v1\0"[..], &at(&mut value, &["0", "statement"]).encode()].concat();
    *at(&mut value, &["1", "statement", "refs", "0", "sid"]) =
        Value::text(b64::encode(&Sha256::digest(preimage)));
    assert_eq!(Proposal::read_stored(&value.encode()).map(|_| ()), expected);
}

fn bad(field: &'static str) -> Result<(), Rejection> {
    Err(Rejection::BadField { part: "terms", field })
}

#[test]
fn terms_of_vole_carry_its_numbers_and_read_back() {
    for (size, code) in [(256, Code::Qc), (1 << 20, Code::Qc), (1 << 20, Code::Fast), (1 << 24, Code::Fast)] {
        let proposal = proposal(size, code);
        let read = Proposal::read_stored(&proposal.to_value().encode()).unwrap();
        assert_eq!(read.terms(), proposal.terms());
        let Suite::Vole(terms) = &read.terms().suite else { panic!("another suite") };
        assert_eq!(terms.code(), code);
    }
    let mut value = proposal(1 << 20, Code::Fast).to_value();
    let public = members(at(&mut value, &["0", "statement", "pub"]));
    for (field, due) in [("slots", 1_415_808), ("batches", 1), ("bins", 64), ("noise", 1383)] {
        assert_eq!(public[field], Value::Integer(due), "{field}");
    }
    assert_eq!((&public["suite"], &public["code"]), (&Value::text("vole"), &Value::text("fast")));
}

#[test]
fn terms_of_voprf_carry_none_of_them() {
    let mut value = Run::kept().proposal.to_value();
    let public = members(at(&mut value, &["0", "statement", "pub"]));
    assert!(["code", "slots", "batches", "bins", "noise"].iter().all(|field| !public.contains_key(*field)));
}

#[test]
fn numbers_that_do_not_follow_from_the_classes_are_named() {
    for field in ["slots", "batches", "bins", "noise"] {
        for code in [Code::Qc, Code::Fast] {
            let more = |public: &mut Value| {
                let Value::Integer(n) = at(public, &[field]) else { panic!("{field} is no number") };
                *n += 1;
            };
            check(1 << 20, code, more, bad(field));
            check(1 << 20, code, |public| drop(members(public).remove(field)), bad(field));
            check(1 << 20, code, |public| *at(public, &[field]) = Value::text("1"), bad(field));
        }
    }
    // The numbers of another class.
    let other = |public: &mut Value| *at(public, &["n_ask"]) = Value::Integer(1 << 19);
    check(1 << 20, Code::Qc, other, bad("slots"));
}

#[test]
fn codes_that_are_unknown_or_not_offered_are_named() {
    check(1 << 20, Code::Qc, |public| *at(public, &["code"]) = Value::text("best"), bad("code"));
    check(1 << 20, Code::Qc, |public| drop(members(public).remove("code")), bad("code"));
    let not_offered = Rejection::Matching(detente_psi::Rejection::CodeNotOffered { class: 256 });
    assert_eq!((not_offered.name(), not_offered.class()), ("code-not-offered", Class::Policy));
    check(256, Code::Qc, |public| *at(public, &["code"]) = Value::text("fast"), Err(not_offered.clone()));
    assert_eq!(Suite::vole(SizeClass::MIN, Code::Fast), Err(not_offered));
}

#[test]
fn numbers_of_vole_have_no_place_in_terms_of_voprf() {
    let unknown = bad("set of fields (one is unknown)");
    check(256, Code::Qc, |public| *at(public, &["suite"]) = Value::text("voprf"), {
        // The larger list is only for links, and that is found first.
        bad("n_answer")
    });
    let small = |public: &mut Value| {
        *at(public, &["suite"]) = Value::text("voprf");
        *at(public, &["n_answer"]) = Value::Integer(1 << 20);
    };
    check(256, Code::Qc, small, unknown);
}

#[test]
fn files_and_receipts_refuse_it_by_name() {
    let refused = Some(Rejection::NotOffered { term: "suite" });
    let run = Run::kept();
    let proposal = proposal(256, Code::Qc);
    let ask = resign(&run.ask, file::Kind::Ask, &run.a.node, |header, statements, _| {
        header.terms = proposal.terms_id();
        *statements = Some(proposal.to_value());
    });
    assert_eq!(ReceivedAsk::read(&ask).err(), refused);
    let mut receipt = Value::decode(&run.receipt(&run.a).encode()).unwrap();
    *at(&mut receipt, &["terms"]) = proposal.to_value();
    assert_eq!(Receipt::read(&receipt.encode()).err(), refused);
    let text = Rejection::NotOffered { term: "suite" }.to_string();
    assert_eq!(text, "the terms ask for a suite that files do not offer (not-offered)");
}
