//! Well-formed files that our rules refuse: whom they are for, what they follow, how much they ask.

use std::collections::BTreeMap;

use detente_accord::exchange::{
    ReceivedAnswer, ReceivedAsk, ReceivedResult, RunSecrets, accept, answer_file, ask_file,
};
use detente_accord::file::{self, Kind};
use detente_accord::limits::{CLOCK_TOLERANCE_MS, DAY_MS};
use detente_accord::{Acceptance, Class, ListCommitment, Proposal, Rejection, Time};
use detente_indicators::Kind as ItemKind;
use detente_psi::Sequential;
use detente_psi::size::SizeClass;

use crate::judge::{Desk, take_answer, take_result};
use crate::world::{NOW, PROFILE, Party, Run, addresses, borrowed, entropy, resign};

/// How an ask is taken by an answerer whose desk was changed.
fn check<'a>(run: &'a Run, change: impl FnOnce(&mut Desk<'a>), expected: Result<(), Rejection>) {
    let mut desk = Desk::of(run);
    change(&mut desk);
    assert_eq!(desk.take(&run.ask).map(|_| ()), expected);
}

#[test]
fn an_ask_stands_until_its_last_millisecond() {
    let run = Run::kept();
    let until = run.proposal.terms().until;
    check(run, |desk| desk.now = until, Ok(()));
    check(run, |desk| desk.now = Time(until.0 + 1), Err(Rejection::Expired { until_ms: until.0 }));
}

#[test]
fn clocks_may_differ_by_a_day() {
    let run = Run::kept();
    check(run, |desk| desk.now = Time(NOW.0 - CLOCK_TOLERANCE_MS), Ok(()));
    check(run, |desk| desk.now = Time(NOW.0 - CLOCK_TOLERANCE_MS - 1), Err(Rejection::NotYet));
}

#[test]
fn the_budget_is_charged_by_class() {
    let run = Run::kept();
    check(run, |desk| desk.budget_left = 256, Ok(()));
    check(run, |desk| desk.budget_left = 255, Err(Rejection::OverBudget { asked: 256, left: 255 }));
    check(run, |desk| desk.budget_left = 0, Err(Rejection::OverBudget { asked: 256, left: 0 }));
}

#[test]
fn another_profile_is_refused() {
    let run = Run::kept();
    check(run, |desk| desk.profile = [8; 32], Err(Rejection::OtherProfile));
    assert_eq!(run.proposal.terms().profile, PROFILE);
}

#[test]
fn an_ask_for_somebody_else_is_refused() {
    let run = Run::kept();
    let c = Party::new("c", 3);
    check(run, |desk| desk.us = &c, Err(Rejection::NotAddressedToUs { to: "b".into() }));
}

#[test]
fn an_impostor_with_the_right_name_is_refused() {
    let run = Run::kept();
    let impostor = Party::new("a", 9);
    check(run, |desk| desk.peer = &impostor, Err(Rejection::BadSignature { part: "file" }));
    // One who has the node key alone still lacks the desk's.
    let forged = Proposal::make(
        &detente_accord::Us { card: &run.a.card, desk: &impostor.desk, node: &run.a.node },
        &run.b.card,
        run.proposal.terms().clone(),
        run.proposal.list().clone(),
        &BTreeMap::new(),
        &mut entropy(5),
    );
    let list = borrowed(&run.asked);
    let ask = ask_file(&run.a.us(), &forged, &run.ask_secrets, &list, &Sequential).unwrap();
    assert_eq!(Desk::of(run).take(&ask).err(), Some(Rejection::BadSignature { part: "statement" }));
}

#[test]
fn an_ask_of_more_than_the_largest_class_is_refused_even_if_its_author_could_make_it() {
    let run = Run::kept();
    let mut terms = run.proposal.terms().clone();
    let class = SizeClass::from_u64(57_344).unwrap();
    terms.n_ask = class;
    let list = ListCommitment { class, ..run.proposal.list().clone() };
    let proposal = Proposal::make(&run.a.us(), &run.b.card, terms, list, &BTreeMap::new(), &mut entropy(5));
    let header = |n| file::Header {
        kind: Kind::Ask,
        terms: proposal.terms_id(),
        from: run.a.id().clone(),
        to: run.b.id().clone(),
        n,
        prev: None,
        accept: None,
        pk: None,
    };
    let body = vec![0; 32 * 57_344];
    let ask = file::write(&header(57_344), Some(&proposal.to_value()), &body, &run.a.node);
    let refused = Rejection::AskTooLarge { asked: 57_344, allowed: 49_152 };
    assert_eq!(Desk::of(run).take(&ask).err(), Some(refused.clone()));
    assert_eq!(refused.class(), Class::Policy);
}

/// Terms that allow at most 256 held items.
fn narrow(run: &Run) -> (Proposal, Vec<u8>) {
    let mut terms = run.proposal.terms().clone();
    terms.n_answer_max = SizeClass::MIN;
    let (us, list) = (run.a.us(), run.proposal.list().clone());
    let proposal = Proposal::make(&us, &run.b.card, terms, list, &BTreeMap::new(), &mut entropy(5));
    let ask = ask_file(&us, &proposal, &run.ask_secrets, &borrowed(&run.asked), &Sequential).unwrap();
    (proposal, ask)
}

#[test]
fn a_list_above_the_bound_of_the_terms_is_not_held_against_them() {
    let run = Run::kept();
    let (_, ask) = narrow(run);
    let ask = Desk::of(run).take(&ask).unwrap();
    let counts = BTreeMap::from([(ItemKind::Ipv4, 1)]);
    let accepted = |held: u32| {
        let items = addresses(0..held);
        accept(&run.b.us(), ask.proposal(), &borrowed(&items), &counts, NOW, &mut entropy(6)).map(|_| ())
    };
    assert_eq!(accepted(256), Ok(()));
    assert_eq!(accepted(257), Err(Rejection::ListTooLarge { held: 257, allowed: 256 }));
}

#[test]
fn an_answer_above_the_bound_of_the_terms_is_refused_by_the_asker() {
    let mut run = Run::small();
    let (proposal, ask) = narrow(&run);
    let received = ReceivedAsk::read(&ask).unwrap();
    // An answerer that heeds no bound.
    let held = addresses(0..257);
    let secrets = RunSecrets::draw(&mut entropy(6));
    let class = SizeClass::from_u64(320).unwrap();
    let list = ListCommitment {
        root: secrets.list_salt.root(&borrowed(&held), class),
        class,
        seed: [0; 32],
        nonce: [1; 32],
    };
    let acceptance = Acceptance::make(&run.b.us(), &proposal, NOW, list, &BTreeMap::new(), &mut entropy(7));
    let made =
        answer_file(&run.b.us(), &received, &acceptance, &secrets, &borrowed(&held), &Sequential).unwrap();
    let answer = made.file;
    (run.proposal, run.ask) = (proposal, ask.clone());
    assert_eq!(take_answer(&run, &answer), Err(Rejection::Contradiction { field: "n" }));
}

#[test]
fn two_asks_under_one_terms_are_two_files_with_one_id() {
    let run = Run::kept();
    // The asker asks about other items under the terms that it signed for ten.
    let other = addresses(500..510);
    let second =
        ask_file(&run.a.us(), &run.proposal, &run.ask_secrets, &borrowed(&other), &Sequential).unwrap();
    let (first, second) = (Desk::of(run).take(&run.ask).unwrap(), Desk::of(run).take(&second).unwrap());
    assert_eq!(first.proposal().terms_id(), second.proposal().terms_id());
    assert_ne!(first.hash(), second.hash(), "which is what the claim compares");
}

#[test]
fn an_answer_to_another_ask_is_refused() {
    let run = Run::kept();
    let other = Run::seeded(run.asked.clone(), run.held.clone(), 2);
    assert_eq!(take_answer(run, &other.answer), Err(Rejection::UnknownAsk));
    // Even when it names our terms, or when its consent is to our terms and its body to another ask.
    let renamed = resign(&other.answer, Kind::Answer, &run.b.node, |header, _, _| {
        header.terms = run.proposal.terms_id()
    });
    assert_eq!(take_answer(run, &renamed), Err(Rejection::OtherPredecessor));
    let relinked = resign(&other.answer, Kind::Answer, &run.b.node, |header, _, _| {
        header.terms = run.proposal.terms_id();
        header.prev = Some(file::hash(&run.ask));
    });
    assert_eq!(take_answer(run, &relinked), Err(Rejection::Contradiction { field: "terms" }));
}

#[test]
fn an_answer_by_somebody_else_is_refused() {
    let run = Run::kept();
    let c = Party::new("b", 9);
    let forged = resign(&run.answer, Kind::Answer, &c.node, |_, _, _| ());
    assert_eq!(take_answer(run, &forged), Err(Rejection::BadSignature { part: "file" }));
    // The node key alone is not enough: the consent is the desk's.
    let us = detente_accord::Us { card: &run.b.card, desk: &c.desk, node: &run.b.node };
    let list = run.acceptance.list().clone();
    let consent = Acceptance::make(&us, &run.proposal, NOW, list, &BTreeMap::new(), &mut entropy(7));
    let ask = ReceivedAsk::read(&run.ask).unwrap();
    let held = borrowed(&run.held);
    let answer =
        answer_file(&run.b.us(), &ask, &consent, &run.answer_secrets, &held, &Sequential).unwrap().file;
    assert_eq!(take_answer(run, &answer), Err(Rejection::BadSignature { part: "statement" }));
}

#[test]
fn an_answer_of_another_profile_is_refused() {
    let run = Run::kept();
    let mut terms = run.proposal.terms().clone();
    terms.profile = [8; 32];
    // A consent whose profile is not that of the terms it consents to cannot be made by `Acceptance::make`;
    // the same consent held against other terms of ours is refused for the terms first.
    let other = Proposal::make(
        &run.a.us(),
        &run.b.card,
        terms,
        run.proposal.list().clone(),
        &BTreeMap::new(),
        &mut entropy(5),
    );
    assert_eq!(run.acceptance.verify(&other, &run.b.card), Err(Rejection::Contradiction { field: "terms" }));
    assert_eq!(run.acceptance.verify(&run.proposal, &run.b.card), Ok(()));
}

#[test]
fn a_file_for_somebody_else_is_refused() {
    let run = Run::kept();
    let c = Party::new("c", 3);
    let to = |to: &str| Err(Rejection::NotAddressedToUs { to: to.into() });
    let answer = ReceivedAnswer::read(&run.answer).unwrap();
    assert_eq!(answer.verify(&run.b.card, &c.card), to("a"));
    let result = ReceivedResult::read(&run.result).unwrap();
    assert_eq!(result.verify(&run.a.card, &c.card), to("b"));
}

#[test]
fn a_result_follows_exactly_the_answer_that_was_given() {
    let run = Run::kept();
    let other = Run::seeded(run.asked.clone(), run.held.clone(), 2);
    assert_eq!(take_result(run, &other.result), Err(Rejection::UnknownAnswer));
    let relinked = resign(&run.result, Kind::Result, &run.a.node, |header, _, _| header.prev = Some([0; 32]));
    assert_eq!(take_result(run, &relinked), Err(Rejection::OtherPredecessor));
    let forged = resign(&run.result, Kind::Result, &run.b.node, |_, _, _| ());
    assert_eq!(take_result(run, &forged), Err(Rejection::BadSignature { part: "file" }));
}

#[test]
fn an_ask_dated_back_stays_within_its_window() {
    // `until` may not lie more than ninety days behind `made`, so an old date cannot make an ask stand longer.
    let run = Run::kept();
    let mut terms = run.proposal.terms().clone();
    terms.made = Time(NOW.0 - 200 * DAY_MS);
    terms.until = Time(NOW.0 + DAY_MS);
    let proposal = Proposal::make(
        &run.a.us(),
        &run.b.card,
        terms,
        run.proposal.list().clone(),
        &BTreeMap::new(),
        &mut entropy(5),
    );
    let refused = Proposal::read_stored(&proposal.to_value().encode()).err();
    assert_eq!(refused, Some(Rejection::BadField { part: "terms", field: "until" }));
}
