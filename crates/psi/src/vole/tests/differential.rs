//! The suite against plain sets, with dealt base OTs.

use std::collections::BTreeSet;
use std::ops::Range;

use rayon::prelude::*;

use super::parties::{Run, items};
use crate::field::tests::noise;
use crate::seams::{self, Seam};
use crate::vole::Code;

/// Counts at and around the edges of the smaller classes.
const COUNTS: [u64; 14] = [0, 1, 2, 17, 100, 254, 255, 256, 257, 319, 320, 321, 384, 513];

/// Two lists for each number: the counts, the overlap and the lengths of items all follow from it.
fn pair(number: u64) -> (BTreeSet<Vec<u8>>, BTreeSet<Vec<u8>>) {
    let mut next = noise(number);
    let mut pick = |bound: u64| next() % bound;
    let [asker, answerer] =
        [0, 0].map(|_: u64| if pick(2) == 0 { COUNTS[pick(14) as usize] } else { pick(257) });
    // Where the answerer's numbers begin: at the asker's, behind them, or in between.
    let start = match pick(4) {
        0 => 0,
        1 => asker,
        _ => pick(asker + 1),
    };
    let item = |i: u64| {
        let digest = blake3::hash(&[number.to_le_bytes(), i.to_le_bytes()].concat());
        let length = match digest.as_bytes()[31] {
            ..=9 => 1 + usize::from(digest.as_bytes()[30]) % 3,
            10..=250 => 4 + usize::from(digest.as_bytes()[30]) % 60,
            _ => 64 + usize::from(digest.as_bytes()[30]) % 237,
        };
        let mut item = vec![0; length];
        blake3::Hasher::new().update(digest.as_bytes()).finalize_xof().fill(&mut item);
        item[0] |= 1;
        item
    };
    ((0..asker).map(item).collect(), (start..start + answerer).map(item).collect())
}

/// Compares, several pairs at a time.
fn check(numbers: Range<u64>) {
    numbers.into_par_iter().for_each(|number| {
        let (asker, answerer) = pair(number);
        let run = Run::new(Code::Qc, asker, answerer);
        seams::with(&[Seam::DealtTransfers], || assert!(run.play().0 == run.expected(), "pair {number}"));
    });
}

#[test]
fn two_thousand_pairs_give_the_plain_intersection() {
    check(0..2000);
}

#[test]
#[ignore = "minutes: cargo xtask slow"]
fn eight_thousand_more_pairs_give_the_plain_intersection() {
    check(2000..10_000);
}

/// One run with each side's list.
fn check_lists(code: Code, asker: BTreeSet<Vec<u8>>, answerer: BTreeSet<Vec<u8>>) {
    let run = Run::new(code, asker, answerer);
    seams::with(&[Seam::DealtTransfers], || assert!(run.play().0 == run.expected()));
}

#[test]
fn finds_all_of_equal_lists_and_none_of_disjoint_ones() {
    for count in [1, 255, 256, 257, 5000] {
        check_lists(Code::Qc, items(0..count), items(0..count));
        check_lists(Code::Qc, items(0..count), items(count..2 * count));
    }
}

#[test]
fn finds_items_of_the_greatest_length() {
    let longest =
        BTreeSet::from([vec![255; crate::ITEM_BYTES_MAX], vec![254; crate::ITEM_BYTES_MAX], vec![1]]);
    let mut other = longest.clone();
    other.pop_last();
    check_lists(Code::Qc, longest.clone(), longest.clone());
    check_lists(Code::Qc, longest, other);
}

#[test]
fn the_code_fast_gives_the_plain_intersection() {
    check_lists(Code::Fast, items(0..82_000), items(81_990..82_010));
    check_lists(Code::Fast, items(0..98_304), items((0..300_000).step_by(7)));
}

#[test]
fn the_code_qc_in_two_batches_gives_the_plain_intersection() {
    let (asker, answerer) = (items(0..700_000), items(699_900..700_100));
    check_lists(Code::Qc, asker, answerer);
}
