//! Three files there and back: the result is that of plain comparison, and the same inputs give the same bytes.

use std::collections::BTreeMap;

use detente_accord::exchange::{
    ReceivedAnswer, ReceivedAsk, RunSecrets, answer_file, ask_file, open, propose,
};
use detente_accord::file;
use detente_accord::limits::{ASKED_CLASS_MAX, BUDGET_ITEMS_DEFAULT};
use detente_accord::{Proposal, Rejection};
use detente_indicators::Kind;
use detente_psi::{Ro, Sequential};

use crate::judge::{Desk, take_answer, take_result};
use crate::world::{Items, Party, Run, addresses, borrowed, entropy, order};

/// Runs the three files and asserts classes and the ranks that are in common.
fn check(asked: Items, held: Items, classes: (u64, u64)) {
    let run = Run::new(asked, held);
    assert_eq!(run.common, run.plain());
    assert_eq!((run.proposal.list().class.get(), run.acceptance.list().class.get()), classes);
    assert!(Desk::of(&run).take(&run.ask).is_ok());
    assert_eq!(take_answer(&run, &run.answer), Ok(run.plain()));
    assert_eq!(take_result(&run, &run.result), Ok(()));
}

#[test]
fn class_256_finds_what_plain_comparison_finds() {
    check(addresses(0..256), addresses(200..456), (256, 256));
}

#[test]
fn class_320_finds_what_plain_comparison_finds() {
    check(addresses(0..257), addresses(256..570), (320, 320));
}

#[test]
fn class_8192_finds_what_plain_comparison_finds() {
    check(addresses(0..8192), addresses(8000..8100), (8192, 256));
}

#[test]
fn class_10240_of_two_proof_chunks_finds_what_plain_comparison_finds() {
    check(addresses(0..8193), addresses(8190..8200), (10_240, 256));
}

#[test]
fn a_large_list_can_be_held_against_a_small_ask() {
    check(addresses(4990..5003), addresses(0..5000), (256, 5120));
}

#[test]
fn one_common_item_among_nothing_but_padding_is_found() {
    check(addresses(5..6), addresses(5..6), (256, 256));
}

#[test]
fn lists_with_nothing_in_common_give_an_empty_result() {
    check(addresses(0..100), addresses(100..200), (256, 256));
}

#[test]
fn an_empty_list_can_be_held() {
    check(addresses(0..10), addresses(0..0), (256, 256));
}

#[test]
fn items_of_every_length_take_part() {
    let item = |length: usize| {
        let header = [[4, 1], (length as u16).to_le_bytes()].concat();
        [header, vec![b'x'; length]].concat()
    };
    let asked: Items = [1, 3, 200, 60_000].map(item).into();
    let held: Items = [3, 60_000, 60_001].map(item).into();
    let run = Run::new(asked, held);
    assert_eq!(run.common.len(), 2);
    assert_eq!(run.common, run.plain());
}

#[test]
fn the_same_inputs_give_the_same_three_files() {
    let (once, again) = (Run::small(), Run::small());
    assert!(once.ask == again.ask && once.answer == again.answer && once.result == again.result);
    // And other randomness gives other files, so the comparison above compares something.
    let other = Run::seeded(once.asked.clone(), once.held.clone(), 2);
    assert!(once.ask != other.ask && once.answer != other.answer && once.result != other.result);
}

#[test]
fn the_kept_secrets_and_the_list_replay_all_three_files() {
    let run = Run::small();
    let kept = |secrets: &RunSecrets| RunSecrets::from_bytes(&secrets.to_bytes()).unwrap();
    let (asker, answerer) = (kept(&run.ask_secrets), kept(&run.answer_secrets));
    let proposal = Proposal::read_stored(&run.proposal.to_private_value().encode()).unwrap();
    let acceptance =
        detente_accord::Acceptance::read_stored(&run.acceptance.to_private_value().encode()).unwrap();

    let asked = borrowed(&run.asked);
    assert!(ask_file(&run.a.us(), &proposal, &asker, &asked, &Sequential).unwrap() == run.ask);
    let ask = ReceivedAsk::read(&run.ask).unwrap();
    let making =
        answer_file(&run.b.us(), &ask, &acceptance, &answerer, &borrowed(&run.held), &Sequential).unwrap();
    assert!(making.file == run.answer);
    let answer = ReceivedAnswer::read(&run.answer).unwrap();
    let opened = open(&run.a.us(), &proposal, &answer, &asker, &asked, &Sequential).unwrap();
    assert!(opened.file == run.result);
}

#[test]
fn a_replay_with_another_list_differs() {
    let run = Run::small();
    let other = addresses(0..11);
    let replayed =
        ask_file(&run.a.us(), &run.proposal, &run.ask_secrets, &borrowed(&other), &Sequential).unwrap();
    assert!(replayed != run.ask);
    assert_ne!(
        run.ask_secrets.list_salt.root(&borrowed(&other), run.proposal.list().class),
        run.proposal.list().root
    );
    assert_eq!(
        run.ask_secrets.list_salt.root(&borrowed(&run.asked), run.proposal.list().class),
        run.proposal.list().root
    );
}

#[test]
fn secrets_of_another_length_are_no_secrets() {
    let bytes = Run::small().ask_secrets.to_bytes();
    assert_eq!(bytes.len(), RunSecrets::BYTES);
    assert!(RunSecrets::from_bytes(&bytes[1..]).is_none());
    assert!(RunSecrets::from_bytes(&[&bytes[..], &[0]].concat()).is_none());
}

/// The two hashes of a result, worked out here from the formulas of MATCHING 21.3.
fn result_body(run: &Run) -> Vec<u8> {
    let ro = Ro::for_ask(&run.proposal.terms_id());
    let rho = run.ask_secrets.seed.asker_randomness(&ro, &run.proposal.list().nonce);
    let rho = rho.as_bytes();
    let count = (run.common.len() as u64).to_le_bytes();
    let count = ro.hash("fm cnt", &[&count, &ro.hash("fm cnt salt", &[rho])]);

    let slots = run.proposal.list().class.min(run.acceptance.list().class).get() as usize;
    let asked = borrowed(&run.asked);
    // Padding has type 0 and sorts first; an item index counts it.
    let padding = run.proposal.list().class.get() as usize - asked.len();
    let mut leaves: Vec<[u8; 32]> = Vec::new();
    for rank in run.plain() {
        let salt = |index: usize| ro.hash("fm open salt", &[rho, &(index as u64).to_le_bytes()]);
        leaves
            .push(ro.hash("fm open", &[&salt(padding + rank), &run.ask_secrets.list_salt.leaf(asked[rank])]));
    }
    let fillers = slots - leaves.len();
    leaves.extend((0..fillers).map(|i| ro.hash("fm nil", &[rho, &(i as u64).to_le_bytes()])));
    leaves.sort_unstable();
    [count, *detente_tlog::root(&leaves).as_bytes()].concat()
}

#[test]
fn the_result_commits_to_count_and_openings_by_the_formulas() {
    for run in [Run::small(), Run::new(addresses(0..10), addresses(50..60))] {
        let file = file::File::read(&run.result, file::Kind::Result).unwrap();
        assert_eq!(file.body, result_body(&run));
    }
}

#[test]
fn results_have_one_size_whatever_is_in_common() {
    let (some, none) = (Run::small(), Run::new(addresses(0..10), addresses(50..60)));
    assert_eq!((some.common.len(), none.common.len()), (3, 0));
    assert_eq!(some.result.len(), none.result.len());
}

#[test]
fn an_ask_above_the_largest_class_is_not_proposed() {
    let (a, b) = (Party::new("a", 1), Party::new("b", 2));
    let items = addresses(0..ASKED_CLASS_MAX as u32 + 1);
    let (list, counts) = (borrowed(&items), BTreeMap::from([(Kind::Ipv4, 1)]));
    let refused = propose(&a.us(), order(&b, &list, &counts), &mut entropy(1)).err();
    assert_eq!(
        refused,
        Some(Rejection::AskTooLarge { asked: ASKED_CLASS_MAX + 1, allowed: ASKED_CLASS_MAX })
    );
    let fits = propose(&a.us(), order(&b, &list[1..], &counts), &mut entropy(1)).unwrap().0;
    assert_eq!(fits.terms().n_ask.get(), ASKED_CLASS_MAX);
    const { assert!(ASKED_CLASS_MAX <= BUDGET_ITEMS_DEFAULT, "the largest ask fits a default budget") };
}

#[test]
fn unsorted_lists_are_refused_by_name() {
    let run = Run::small();
    let mut list = borrowed(&run.asked);
    list.swap(0, 1);
    let refused = ask_file(&run.a.us(), &run.proposal, &run.ask_secrets, &list, &Sequential).unwrap_err();
    assert_eq!(refused.name(), "items-not-ascending");
}
