//! The code `fast`, and messages that come in parts: missing, doubled, in another order, cut, late.
//!
//! `testdata/vectors/psi/vole_hostile_parts.txt` lists the cases and how each ends.

use std::collections::BTreeSet;

use super::cases::{End, Harness};
use super::insider::CORRECTIONS;
use super::parties::{Arrival, Party, Run, Said, TIME_LIMIT, items};
use crate::item::{Items, RunList};
use crate::okvs::Bins;
use crate::oracle::Ro;
use crate::par::Sequential;
use crate::rejection::Rejection;
use crate::run;
use crate::seams::{self, Seam};
use crate::seed::Seed;
use crate::vole::Code;

/// Where parts stand among all that is said: two of message 6, two of message 7.
const MASKED: [usize; 2] = [5, 6];
const TAGS: [usize; 2] = [7, 8];

fn of(party: Party) -> impl Fn(Rejection) -> End {
    move |rejection| End::Refused(party, rejection)
}

fn length(expected: usize, found: usize) -> Rejection {
    let (expected, found) = (expected as u64, found as u64);
    if found < expected {
        Rejection::BodyTooShort { expected, found }
    } else {
        Rejection::BodyTooLong { expected, found }
    }
}

/// Parts of message 6 or 7 that come otherwise than they should.
fn order(harness: &mut Harness, at: [usize; 2], party: Party, over: &'static str) {
    let refused = of(party);
    let [(number, first), (_, second)] = at.map(|at| harness.said[at].clone());
    let input = if number == 6 { "masked" } else { "tags" };
    let arrives = |bodies: &[&Vec<u8>]| -> Vec<Arrival> {
        bodies.iter().map(|body| Arrival::Vole(number, (*body).clone())).collect()
    };
    let (whole, rest) = (first.len(), second.len());
    let twice = refused(length(rest, whole));
    harness.check("first part twice", at[0], |_| arrives(&[&first, &first]), &twice);
    let too_soon = refused(length(whole, rest));
    harness.check("second part first", at[0], |_| arrives(&[&second, &first]), &too_soon);
    harness.check("first part never", at[0], |_| Vec::new(), &too_soon);
    harness.check("second part never", at[1], |_| Vec::new(), &End::Waits);
    let after = refused(Rejection::OutOfTurn { stage: over, input });
    harness.check("second part twice", at[1], |_| arrives(&[&second, &second]), &after);
    let abort = |_| vec![Arrival::Vole(0, Vec::new())];
    harness.check("an abort between the parts", at[1], abort, &refused(Rejection::PeerAborted));
    let both = first.len() + second.len();
    let joined = |_| arrives(&[&[&first[..], &second].concat()]);
    harness.check("both parts in one", at[0], joined, &refused(length(whole, both)));
    for (part, at) in at.into_iter().enumerate() {
        let expected = harness.said[at].1.len();
        for found in [0, 16, expected - 16, expected - 1, expected + 1, expected + 16] {
            let name = format!("part {part} with {found} bytes");
            let resize = |body: &mut Vec<u8>| body.resize(found, 0);
            harness.body(&name, at, resize, &refused(length(expected, found)));
        }
    }
}

fn others(harness: &mut Harness) {
    let run = harness.run.clone();
    let refused = of(Party::Answerer);
    let points = |_| vec![Arrival::Vole(4, vec![0; 16])];
    let out_of_turn = Rejection::OutOfTurn { stage: "evaluating", input: "points" };
    harness.check("points instead of the second part", MASKED[1], points, &refused(out_of_turn));
    let late = |by| move |body| vec![Arrival::Late(by, 6, body)];
    harness.check("second part just in time", MASKED[1], late(TIME_LIMIT), &End::Found(run.expected()));
    for (part, at) in MASKED.into_iter().enumerate() {
        let taken = TIME_LIMIT + 1;
        let too_late = refused(Rejection::TooLate { limit: TIME_LIMIT, taken });
        harness.check(&format!("part {part} too late"), at, late(taken), &too_late);
    }
    let bins = run.plan().masked_part(1);
    let left = in_bins(&run, &harness.said, |bin| !bins.contains(&bin));
    let zero = |body: &mut Vec<u8>| body.fill(0);
    assert!(left.len() < run.expected().len());
    harness.body("second part zero", MASKED[1], zero, &End::Found(left));

    let refused = of(Party::Asker);
    let not_ascending = |index| refused(Rejection::TagsNotAscending { index });
    let end = harness.said[TAGS[0]].1.clone();
    let low = |body: &mut Vec<u8>| body[..16].fill(0);
    harness.body("first tag of the second part below all", TAGS[1], low, &not_ascending(1 << 16));
    let same = move |body: &mut Vec<u8>| body[..16].copy_from_slice(&end[end.len() - 16..]);
    harness.body("first tag of the second part repeated", TAGS[1], same, &not_ascending(1 << 16));
    let swap = |body: &mut Vec<u8>| body.as_chunks_mut::<16>().0.swap(3, 4);
    harness.body("two tags of the second part swapped", TAGS[1], swap, &not_ascending((1 << 16) + 4));
    let high = |body: &mut Vec<u8>| body[16 + 16 * 65_535..].fill(0xff);
    harness.body("last tag of the first part above all", TAGS[0], high, &not_ascending(1 << 16));
}

/// Fields of the messages that are whole.
fn fields(harness: &mut Harness) {
    let plan = harness.run.plan();
    let inconsistent = of(Party::Answerer)(Rejection::CorrelationInconsistent);
    let wrong_trees = of(Party::Asker)(Rejection::TreesInconsistent);
    let (values, bits) = (plan.value_column_bytes(), plan.bit_column_bytes());
    harness.field("com(w)", 0, 0, 32, &inconsistent);
    harness.field("values, column 64", 1, CORRECTIONS + 64 * values, values, &inconsistent);
    harness.field("choices, column 64", 1, CORRECTIONS + 128 * values + 64 * bits, bits, &inconsistent);
    let proofs = harness.said[1].1.len() - 192;
    harness.field("proofs", 1, proofs, 192, &inconsistent);
    let corrections = 32 + 32 * plan.noise.blocks * plan.noise.depth;
    harness.field("corrections", 2, corrections, 16 * plan.noise.blocks, &wrong_trees);
    harness.field("X", 3, 0, 16, &wrong_trees);
    harness.field("digest", 4, 0, 32, &wrong_trees);
    let broken = |party| of(party)(Rejection::CommitmentBroken);
    harness.field("r_S", 2, 0, 32, &broken(Party::Asker));
    harness.field("r_R", MASKED[0], 0, 32, &broken(Party::Answerer));
    harness.field("w_S", TAGS[0], 0, 16, &broken(Party::Asker));
}

/// The common items in the bins that `which` names.
fn in_bins(run: &Run<'_>, said: &Said, which: impl Fn(usize) -> bool) -> BTreeSet<Vec<u8>> {
    let ro = Ro::for_run(&run::sid(&[1; 32], &run.accept_id, run.direction));
    let key = ro.hash("salt", &[&said[2].1[..32], &said[5].1[..32]]);
    let common: Vec<Vec<u8>> = run.expected().into_iter().collect();
    let (seed, items) = (Seed::from_bytes([0; 32]), Items::new(&common).expect("items in form"));
    let plan = run.plan();
    let randomness = seed.run_randomness(&ro, &[0; 32], &[0; 32]);
    let list = RunList::new(&items, plan.asker(), &ro, &randomness).expect("they fit");
    let bins = Bins::new(&list, &key, &plan.shape, &Sequential);
    let indices = (0..plan.shape.bins).filter(|bin| which(*bin)).flat_map(|bin| bins.bin(bin));
    let items = indices.filter(|index| list.rank(**index as usize).is_some());
    items.map(|index| list.entry(*index as usize).to_vec()).collect()
}

#[test]
fn every_change_of_parts_ends_as_the_list_says() {
    seams::with(&[Seam::DealtTransfers], || {
        let mut harness = Harness::new(Run::new(Code::Fast, items(0..90_000), items(89_000..160_000)));
        order(&mut harness, MASKED, Party::Answerer, "sorting");
        order(&mut harness, TAGS, Party::Asker, "over");
        others(&mut harness);
        fields(&mut harness);
        let list = include_str!("../../../../../testdata/vectors/psi/vole_hostile_parts.txt");
        assert!(list == harness.list, "the list is now:\n{}", harness.list);
    });
}

/// Runs with the parts `at` and `at + 1` exchanged.
fn swapped(run: &Run<'_>, at: usize) -> super::parties::Outcome {
    let mut held = Vec::new();
    run.carried(|index, number, body| {
        let arrival = Arrival::Vole(number, body);
        match index.checked_sub(at) {
            Some(0) => {
                held.push(arrival);
                Vec::new()
            }
            Some(1) => [vec![arrival], std::mem::take(&mut held)].concat(),
            _ => vec![arrival],
        }
    })
}

#[test]
fn parts_of_one_length_in_another_order_lose_their_bins_or_are_refused() {
    seams::with(&[Seam::DealtTransfers], || {
        // Message 6 in parts of 4, 4, 4 and 2 bins.
        let run = Run::new(Code::Fast, items(0..200_000), items(199_000..200_010));
        let (_, said) = run.play();
        let left = in_bins(&run, &said, |bin| !(4..12).contains(&bin));
        let outcome = swapped(&run, 6);
        assert_eq!(outcome.refused, None);
        assert!(outcome.found == Some(left) && outcome.transcripts[0] != outcome.transcripts[1]);

        // Message 7 in three parts of 2^16 tags.
        let run = Run::new(Code::Qc, items(0..10), items(0..190_000));
        let due = Rejection::TagsNotAscending { index: 2 << 16 };
        assert_eq!(swapped(&run, 7).refused, Some((Party::Asker, due)));
    });
}
