//! A counterpart, or a carrier, that changes what it passes on, with dealt base OTs: every case ends in the named
//! refusal of the named side, or, where a change cannot be seen, with exactly the result it may have.
//! What needs true base OTs stands in `tests/vole/hostile.rs`.
//!
//! `testdata/vectors/psi/vole_hostile.txt` lists the cases and how each ends.

use std::collections::BTreeSet;

use super::cases::{End, Harness, refused, small};
use super::insider::{AnswererShares, AskerShares, CORRECTIONS};
use super::parties::{Arrival, Party, Run, Said, TIME_LIMIT, items};
use crate::common::check_ascending;
use crate::field::{Gf128, Kernels};
use crate::item::{Items, RunList};
use crate::okvs::{self, Bins, Rows};
use crate::oracle::Ro;
use crate::par::Sequential;
use crate::rejection::Rejection;
use crate::run::{self, Direction};
use crate::seams::{self, Seam};
use crate::seed::Seed;

/// S refuses R's part of the correlation.
const INCONSISTENT: End = End::Refused(Party::Answerer, Rejection::CorrelationInconsistent);
const WRONG_TREES: End = End::Refused(Party::Asker, Rejection::TreesInconsistent);

const NAMES: [&str; 7] = ["offer", "correlation", "trees", "points", "digests", "masked", "tags"];

/// Where the listener stands when message `at` is due, and when it has heard it.
const BEFORE: [&str; 7] = ["ready", "offered", "correlated", "grown", "grown", "compressed", "masked"];
const AFTER: [&str; 7] = ["correlated", "growing", "grown", "compressing", "compressing", "sorting", "over"];

fn lengths(harness: &mut Harness) {
    for at in 0..7 {
        let expected = harness.said[at].1.len() as u64;
        let other: [(&str, i64); 7] = [
            ("empty", -(expected as i64)),
            ("half of it", -(expected as i64 / 2)),
            ("16 bytes short", -16),
            ("a byte short", -1),
            ("a byte long", 1),
            ("16 bytes long", 16),
            ("twice as long", expected as i64),
        ];
        for (name, more) in other {
            let found = expected.checked_add_signed(more).expect("a length");
            let rejection = if more < 0 {
                Rejection::BodyTooShort { expected, found }
            } else {
                Rejection::BodyTooLong { expected, found }
            };
            harness.body(name, at, |body| body.resize(found as usize, 0), &refused(at, rejection));
        }
    }
}

fn turns(harness: &mut Harness) {
    for at in 0..7 {
        let out_of_turn = |stage, input| refused(at, Rejection::OutOfTurn { stage, input });
        for other in (0..7).filter(|other| *other != at) {
            let (number, body) = harness.said[other].clone();
            let name = format!("message {number} instead");
            let arrives = |_| vec![Arrival::Vole(number, body.clone())];
            harness.check(&name, at, arrives, &out_of_turn(BEFORE[at], NAMES[other]));
        }
        harness.check("start instead", at, |_| vec![Arrival::Start], &out_of_turn(BEFORE[at], "start"));
        let ask = |_| vec![Arrival::Voprf];
        harness.check("another suite instead", at, ask, &out_of_turn("vole", "ask"));
        let abort = |_| vec![Arrival::Vole(0, Vec::new())];
        harness.check("an abort instead", at, abort, &refused(at, Rejection::PeerAborted));
        let number = harness.said[at].0;
        let aborted = |body| vec![Arrival::Vole(number, body), Arrival::Vole(0, Vec::new())];
        harness.check("an abort behind it", at, aborted, &refused(at, Rejection::PeerAborted));
        let twice = |body: Vec<u8>| vec![Arrival::Vole(number, body.clone()), Arrival::Vole(number, body)];
        harness.check("twice", at, twice, &out_of_turn(AFTER[at], NAMES[at]));
        harness.check("never", at, |_| Vec::new(), &End::Waits);
    }
}

fn offer(harness: &mut Harness) {
    // Nothing in it is wrong by itself, but it is in the keys of every transfer.
    for (name, start, length) in [
        ("com(w)", 0, 32),
        ("com(r_S)", 32, 32),
        ("points", 64, 256 * 64),
        ("vectors", 64 + 256 * 64, 256 * 2336),
    ] {
        harness.field(name, 0, start, length, &INCONSISTENT);
    }
}

fn correlation(harness: &mut Harness) {
    harness.field("com(r_R)", 1, 0, 32, &INCONSISTENT);
    harness.field("point U", 1, 32, 32, &INCONSISTENT);
    harness.field("ciphertexts", 1, 64, CORRECTIONS - 64, &INCONSISTENT);
    let plan = harness.run.plan();
    let (values, bits) = (plan.value_column_bytes(), plan.bit_column_bytes());
    let choices = CORRECTIONS + 128 * values;
    for column in [0, 1, 63, 126, 127] {
        let (of_values, of_bits) = (CORRECTIONS + column * values, choices + column * bits);
        harness.field(&format!("values, column {column}"), 1, of_values, values - 48, &INCONSISTENT);
        harness.field(&format!("choices, column {column}"), 1, of_bits, bits - 48, &INCONSISTENT);
        for mask in 0..3 {
            let place = |end: usize| end - 48 + 16 * mask;
            let name = format!("values, column {column}, mask {mask}");
            harness.field(&name, 1, place(of_values + values), 16, &INCONSISTENT);
            let name = format!("choices, column {column}, mask {mask}");
            harness.field(&name, 1, place(of_bits + bits), 16, &INCONSISTENT);
        }
    }
    let proofs = choices + 128 * bits;
    for at in 0..12 {
        let (which, rep, sum) = (["values", "choices"][at / 6], at / 2 % 3, ["X", "Z"][at % 2]);
        harness.field(&format!("{which}, {sum} {rep}"), 1, proofs + 16 * at, 16, &INCONSISTENT);
    }
    let swap = |left: usize, right: usize, length: usize| {
        move |body: &mut Vec<u8>| {
            let (low, high) = body.split_at_mut(right);
            low[left..left + length].swap_with_slice(&mut high[..length]);
        }
    };
    harness.body("two columns swapped", 1, swap(CORRECTIONS, CORRECTIONS + values, values), &INCONSISTENT);
    harness.body("proofs swapped", 1, swap(proofs, proofs + 96, 96), &INCONSISTENT);
    harness.body("proofs zero", 1, |body| body[proofs..].fill(0), &INCONSISTENT);
}

/// R itself changes one column and proves what it holds: exactly the columns of bits of Δ that are set show it.
fn columns(harness: &mut Harness) {
    let run = harness.run.clone();
    let (seeds, lists) = sides(&run);
    let (offer, honest) = (harness.said[0].1.clone(), harness.said[1].1.clone());
    let asker = AskerShares::new(run.parameters(&seeds[0], &lists[0]), &offer, &honest);
    let [delta, choices] = super::insider::deltas(&answerer(&run, &seeds[1], &lists[1]));
    let plan = run.plan();
    for column in 0..256 {
        let (which, bit, start, length) = if column < 128 {
            let length = plan.value_column_bytes();
            ("values", delta.0 >> column & 1, column * length, length)
        } else {
            let (start, length) = (128 * plan.value_column_bytes(), plan.bit_column_bytes());
            ("choices", choices.0 >> (column - 128) & 1, start + (column - 128) * length, length)
        };
        let forged = asker.forge(&honest, |tau| tau[start + (column * 37) % length] ^= 1 << (column % 8));
        let end = if bit == 1 { &INCONSISTENT } else { &End::Found(run.expected()) };
        let name = format!("{which} of R's own making, column {}", column % 128);
        harness.body(&name, 1, |body| body.clone_from(&forged), end);
    }
    let length = plan.value_column_bytes();
    let all = asker.forge(&honest, |tau| (0..128).for_each(|column| tau[column * length] ^= 1));
    harness.body("values of R's own making, all columns", 1, |body| body.clone_from(&all), &INCONSISTENT);
    let none = asker.forge(&honest, |_| ());
    assert!(none == honest);
}

fn answerer<'a>(run: &Run<'a>, seed: &'a Seed, items: &'a Items) -> Box<crate::vole::side::Side<'a>> {
    let role = crate::vole::side::Role::Answerer;
    crate::vole::side::Side::new(&role, run.parameters(seed, items)).expect("a list that fits")
}

/// The seeds and lists of asker and answerer.
fn sides(run: &Run<'_>) -> ([Seed; 2], [Items; 2]) {
    let seeds = [run.asker_seed, run.answerer_seed].map(Seed::from_bytes);
    (seeds, [&run.asker, &run.answerer].map(|list| Items::new(list).expect("items in form")))
}

fn trees(harness: &mut Harness) {
    let broken = refused(2, Rejection::CommitmentBroken);
    harness.field("r_S", 2, 0, 32, &broken);
    let run = harness.run.clone();
    let (seeds, lists) = sides(&run);
    let asker = AskerShares::new(
        run.parameters(&seeds[0], &lists[0]),
        &harness.said[0].1.clone(),
        &harness.said[1].1.clone(),
    );
    let depth = run.plan().noise.depth;
    for tree in [0, 100, 255] {
        for level in [0, depth / 2, depth - 1] {
            for side in 0..2 {
                // R reads one of the two sums and cannot see the other.
                let read = usize::from(asker.noise.holes[tree].choice(depth, level)) == side;
                let end = if read { &WRONG_TREES } else { &End::Found(run.expected()) };
                let start = 32 + 16 * (2 * (tree * depth + level) + side);
                let name = format!("tree {tree}, level {level}, sum {side}");
                harness.field(&name, 2, start, 16, end);
            }
        }
        let start = 32 + 16 * (2 * 256 * depth + tree);
        harness.field(&format!("tree {tree}, correction"), 2, start, 16, &WRONG_TREES);
    }
    let (first, last) = (32, 32 + 16 * 2 * 256 * depth);
    let zero = |body: &mut Vec<u8>| body[first..last].fill(0);
    harness.body("all sums zero", 2, zero, &WRONG_TREES);
    harness.field("X", 3, 0, 16, &WRONG_TREES);
    harness.field("digest", 4, 0, 32, &WRONG_TREES);
}

fn masked(harness: &mut Harness) {
    harness.field("r_R", 5, 0, 32, &refused(5, Rejection::CommitmentBroken));
    // R's share of w is bound by nothing but what R itself does with it.
    harness.field("w_R", 5, 32, 16, &End::Found(BTreeSet::new()));
    let run = harness.run.clone();
    let slots = run.plan().slots() as usize;
    let first = |used: bool| (0..slots).find(|slot| touched(&run, &harness.said, *slot).is_empty() != used);
    let [used, unused] = [true, false].map(|used| first(used).expect("20 items use some slots"));
    for slot in BTreeSet::from([used, unused, 200, slots - 6, slots - 5, slots - 1]) {
        let lost = touched(&run, &harness.said, slot);
        let left = run.expected().into_iter().filter(|item| !lost.contains(item)).collect();
        harness.field(&format!("slot {slot}"), 5, 48 + 16 * slot, 16, &End::Found(left));
    }
    let zero = |body: &mut Vec<u8>| body[48..].fill(0);
    harness.body("all slots zero", 5, zero, &End::Found(BTreeSet::new()));
    let turned = |body: &mut Vec<u8>| body[48..].as_chunks_mut::<16>().0.rotate_left(1);
    harness.body("all slots moved by one", 5, turned, &End::Found(BTreeSet::new()));
}

/// The common items whose value hangs on a slot.
fn touched(run: &Run<'_>, said: &Said, slot: usize) -> BTreeSet<Vec<u8>> {
    let ro = Ro::for_run(&run::sid(&[1; 32], &run.accept_id, run.direction));
    let key = ro.hash("salt", &[&said[2].1[..32], &said[5].1[..32]]);
    let common: Vec<Vec<u8>> = run.expected().into_iter().collect();
    let (seeds, items) = (Seed::from_bytes([0; 32]), Items::new(&common).expect("items in form"));
    let plan = run.plan();
    let randomness = seeds.run_randomness(&ro, &[0; 32], &[0; 32]);
    let list = RunList::new(&items, plan.asker(), &ro, &randomness).expect("they fit");
    let bins = Bins::new(&list, &key, &plan.shape, &Sequential);
    let mut rows = Rows::with_capacity(0);
    rows.load(&bins, 0, 0..list.len(), &plan.shape);
    let mut unit = vec![Gf128::ZERO; plan.shape.slots()];
    unit[slot] = Gf128::ONE;
    let mut values = vec![Gf128::ZERO; list.len()];
    okvs::decode(&rows, &unit, &plan.shape, Kernels::new(run.cpu), &mut values);
    let hit = |(index, _): &(usize, &Gf128)| list.rank(*index).is_some();
    let of_items = values.iter().enumerate().filter(hit);
    of_items.filter(|(_, value)| **value != Gf128::ZERO).map(|(i, _)| list.entry(i).to_vec()).collect()
}

fn tags(harness: &mut Harness) {
    harness.field("w_S", 6, 0, 16, &refused(6, Rejection::CommitmentBroken));
    let run = harness.run.clone();
    let honest = harness.said[6].1.clone();
    let ascending = |body: &[u8]| check_ascending(body[16..].as_chunks().0).err();
    let change = |harness: &mut Harness, name: &str, change: &dyn Fn(&mut [[u8; 16]])| {
        let mut body = honest.clone();
        change(body[16..].as_chunks_mut().0);
        let rejection = ascending(&body).expect("an order that is refused");
        harness.body(name, 6, |message| message.clone_from(&body), &refused(6, rejection));
    };
    change(harness, "first tags swapped", &|tags| tags.swap(0, 1));
    change(harness, "last tags swapped", &|tags| tags.swap(254, 255));
    change(harness, "distant tags swapped", &|tags| tags.swap(3, 200));
    change(harness, "a tag repeated", &|tags| tags[9] = tags[8]);
    change(harness, "the last tag repeated", &|tags| tags[255] = tags[254]);
    change(harness, "all tags equal", &|tags| tags.fill([7; 16]));
    change(harness, "tags descending", &|tags| tags.reverse());
    change(harness, "tags grouped by parity", &|tags| tags.sort_by_key(|tag| (tag[15] & 1, *tag)));
    change(harness, "first byte of a tag", &|tags| tags[128][0] ^= 0x80);
    // Whoever changes a tag and keeps the order takes away the match of that tag, and no other.
    let mut lost = BTreeSet::new();
    for tag in 0..256 {
        let found = run
            .carried(|index, number, mut body| {
                if index == 6 {
                    body[16 + 16 * tag + 15] ^= 1;
                }
                vec![Arrival::Vole(number, body)]
            })
            .found
            .expect("a result");
        let missing: Vec<_> = run.expected().difference(&found).cloned().collect();
        assert!(found.is_subset(&run.expected()) && missing.len() <= 1, "tag {tag}");
        if tag % 32 == 0 {
            let flip = |body: &mut Vec<u8>| body[16 + 16 * tag + 15] ^= 1;
            harness.body(&format!("last byte of tag {tag}"), 6, flip, &End::Found(found));
        }
        assert!(missing.into_iter().all(|item| lost.insert(item)), "tag {tag}");
    }
    assert!(lost == run.expected());
}

fn replays(harness: &mut Harness) {
    let run = harness.run.clone();
    let other_seeds = Run { asker_seed: [50; 32], answerer_seed: [60; 32], ..run.clone() };
    let others = [
        ("another seed", other_seeds),
        ("another session", Run { accept_id: [20; 32], ..run.clone() }),
        ("other nonces", Run { asker_nonce: [30; 32], ..run.clone() }),
        ("the other direction", Run { direction: Direction::ProposerSends, ..run.clone() }),
    ];
    let ends = [
        INCONSISTENT,
        INCONSISTENT,
        refused(2, Rejection::CommitmentBroken),
        WRONG_TREES,
        WRONG_TREES,
        refused(5, Rejection::CommitmentBroken),
        refused(6, Rejection::CommitmentBroken),
    ];
    for (name, other) in others {
        let (_, old) = other.play();
        for (at, end) in ends.iter().enumerate() {
            harness.body(&format!("of {name}"), at, |body| body.clone_from(&old[at].1), end);
        }
    }
    // Of the same session, had R brought another list: it finds what is on all three.
    let (_, old) = Run { asker: items(30..60).into_iter().collect(), ..run.clone() }.play();
    let left = items(30..40);
    harness.body("of another list", 5, |body| body.clone_from(&old[5].1), &End::Found(left));
}

fn times(harness: &mut Harness) {
    let late = |at: usize, by: u64| {
        let number = NAMES.len().min(at + 1) as u16;
        move |body| vec![Arrival::Late(by, number, body)]
    };
    let all = || End::Found(small().expected());
    let taken = TIME_LIMIT + 1;
    let too_late = End::Refused(Party::Answerer, Rejection::TooLate { limit: TIME_LIMIT, taken });
    harness.check("at the last moment", 5, late(5, TIME_LIMIT), &all());
    harness.check("a millisecond too late", 5, late(5, taken), &too_late);
    harness.check("so late that message 6 is", 3, late(3, taken), &too_late);
    harness.check("so late that message 6 is", 4, late(4, taken), &too_late);
    harness.check("late, which is nobody's concern", 1, late(1, taken), &all());
    harness.check("late, which is nobody's concern", 6, late(6, taken), &all());
}

#[test]
fn every_change_ends_as_the_list_says() {
    seams::with(&[Seam::DealtTransfers], || {
        let mut harness = Harness::new(small());
        for group in [lengths, turns, offer, correlation, columns, trees, masked, tags, replays, times] {
            group(&mut harness);
        }
        let list = include_str!("../../../../../testdata/vectors/psi/vole_hostile.txt");
        let names: BTreeSet<_> = harness.list.lines().collect();
        assert!(names.len() >= 300 && names.len() == harness.list.lines().count());
        assert!(list == harness.list, "the list is now:\n{}", harness.list);
    });
}

#[test]
fn a_correlation_that_passes_is_the_one_both_sides_hold() {
    seams::with(&[Seam::DealtTransfers], || {
        let run = small();
        let (_, said) = run.play();
        let (seeds, lists) = sides(&run);
        let asker = AskerShares::new(run.parameters(&seeds[0], &lists[0]), &said[0].1, &said[1].1);
        let answerer = AnswererShares::new(run.parameters(&seeds[1], &lists[1]), &said[0].1, &said[1].1);
        let ((a, c), b) = (asker.slots(&said[2].1), answerer.slots());
        let kernels = Kernels::new(run.cpu);
        assert!((0..b.len()).all(|i| c[i] == b[i] + kernels.mul(a[i], answerer.delta)));
    });
}
