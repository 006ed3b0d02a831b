//! Whole runs between two honest machines: the result is the plain intersection, whatever the sets, and the
//! bytes do not depend on threads or on when a machine was made.

use std::collections::BTreeSet;

use detente_psi::{Par, Sequential, size::SizeClass, voprf};
use proptest::prelude::*;

use crate::parties::{Run, replayable, set};
use crate::pools::{Rayon, Threads};

/// Runs both machines and compares the result with the plain intersection.
fn check(asker: &BTreeSet<Vec<u8>>, answerer: &BTreeSet<Vec<u8>>) {
    let run = Run::new(asker.clone(), answerer.clone());
    let ask = run.ask();
    assert_eq!(ask.len() as u64, voprf::ask_bytes(run.asker_class()));
    let answer = run.answer(&ask);
    assert_eq!(answer.body.len() as u64, voprf::answer_bytes(run.asker_class(), answer.class));
    let common = run.finish(&answer).expect("an honest answer is accepted");

    let expected: Vec<usize> =
        asker.iter().enumerate().filter(|(_, item)| answerer.contains(*item)).map(|(rank, _)| rank).collect();
    assert_eq!(common.ranks().collect::<Vec<_>>(), expected);
    for rank in expected {
        assert_eq!(common.item_index(rank), run.asker_class().get() - asker.len() as u64 + rank as u64);
    }
}

#[test]
fn finds_the_intersection_at_the_edges_of_classes() {
    for (asker, answerer) in [(0, 0), (0, 5), (5, 0), (1, 1), (256, 257), (257, 256), (320, 321)] {
        check(&set(0..asker), &set(0..answerer));
    }
}

#[test]
fn finds_all_of_equal_sets_and_none_of_disjoint_ones() {
    check(&set(0..300), &set(0..300));
    check(&set(0..300), &set(300..600));
}

#[test]
fn finds_the_one_item_common_to_lists_of_padding() {
    check(&set(7..8), &set(7..8));
    check(&set(7..8), &set(8..9));
}

#[test]
fn finds_items_of_the_greatest_length() {
    let longest = BTreeSet::from([vec![255; detente_psi::ITEM_BYTES_MAX], vec![1]]);
    check(&longest, &longest);
}

proptest! {
    #![proptest_config(replayable(12))]
    #[test]
    fn finds_the_intersection_of_any_sets(
        asker in prop::collection::btree_set(prop::collection::vec(1u8..4, 1..5), 0..60),
        answerer in prop::collection::btree_set(prop::collection::vec(1u8..4, 1..5), 0..60),
    ) {
        check(&asker, &answerer);
    }
}

#[test]
fn the_same_seeds_give_the_same_bytes_on_any_number_of_threads() {
    let run = Run::new(set(0..2100), set(2000..2300));
    let ask = run.ask();
    let answer = run.answer(&ask);
    let pools: [&dyn Par; 6] = [&Sequential, &Threads(1), &Threads(2), &Threads(3), &Threads(16), &Rayon];
    for par in pools {
        let again = Run { par, ..run.clone() };
        assert!(again.ask() == ask);
        let repeated = again.answer(&ask);
        assert!(repeated.body == answer.body && repeated.pk == answer.pk);
        assert_eq!(
            again.finish(&answer).unwrap().ranks().collect::<Vec<_>>(),
            (2000..2100).collect::<Vec<_>>()
        );
    }
}

#[test]
fn other_terms_seeds_nonces_or_lists_give_unrelated_bytes() {
    let items = set(0..10);
    let run = Run::new(items.clone(), items);
    let ask = run.ask();
    let answer = run.answer(&ask);
    let elements = |body: &[u8]| body.as_chunks::<32>().0.iter().copied().collect::<BTreeSet<_>>();

    let asks = [
        Run { terms_id: [99; 32], ..run.clone() },
        Run { asker_seed: [99; 32], ..run.clone() },
        Run { asker_nonce: [99; 32], ..run.clone() },
    ];
    for other in asks {
        assert!(elements(&other.ask()).is_disjoint(&elements(&ask)));
    }
    let answers = [
        Run { terms_id: [99; 32], ..run.clone() },
        Run { accept_id: [99; 32], ..run.clone() },
        Run { answerer_seed: [99; 32], ..run.clone() },
        Run { asker_nonce: [99; 32], ..run.clone() },
        Run { answerer_nonce: [99; 32], ..run.clone() },
    ];
    for other in answers {
        let changed = other.answer(&ask);
        assert!(changed.pk != answer.pk);
        let tags =
            |body: &[u8]| body[ask.len()..].as_chunks::<16>().0.iter().copied().collect::<BTreeSet<_>>();
        assert!(tags(&changed.body).is_disjoint(&tags(&answer.body)));
        assert!(elements(&changed.body[..ask.len()]).is_disjoint(&elements(&answer.body[..ask.len()])));
    }
}

#[test]
fn a_changed_list_never_meets_an_old_blind() {
    // The items keep their indices; the blinds still differ, since each also hangs on its input.
    let run = Run::new(set(0..10), set(0..10));
    let other = Run::new(set(10..20), set(0..10));
    let elements = |body: &[u8]| body.as_chunks::<32>().0.iter().copied().collect::<BTreeSet<_>>();
    let (old, new) = (elements(&run.ask()), elements(&other.ask()));
    let shared = old.intersection(&new).count() as u64;
    // The dummies stay what they are: they hang on the seed alone.
    assert_eq!(shared, SizeClass::MIN.get() - 10);
}

#[test]
fn lengths_say_nothing_about_counts() {
    let lengths: BTreeSet<_> = [0, 1, 100, 255, 256]
        .into_iter()
        .map(|count| {
            let run = Run::new(set(0..count), set(0..count));
            let ask = run.ask();
            (ask.len(), run.answer(&ask).body.len())
        })
        .collect();
    assert_eq!(lengths, BTreeSet::from([(8192, 8192 + 64 + 4096)]));
}
