//! Two histories of one log, in every way in which the second may come.

use super::forger::{Forger, log_of};
use super::stage::{NOTED, Stage};
use super::table::{Case, Expect};

pub(crate) fn cases(stage: &Stage) -> Vec<Case> {
    let shown = &stage.forger;
    let log = log_of("a");
    let mut cases = Vec::new();
    let mut add = |name: String, packet: Vec<u8>, kind| {
        cases.push(Case { name: format!("fork: {name}"), packet, expect: Expect::Fork(kind) });
    };
    add("same size, with its entry".into(), shown.other(11, 12).packet(11).bytes(), "fork-same");
    add("same size, with all entries".into(), shown.other(0, 12).packet(0).bytes(), "fork-same");
    for size in [1, 2, 3, 4, 5, 7, 8, 11, 12] {
        let other = shown.other(size - 1, size);
        let kind = if size == 12 { "fork-same" } else { "fork-grow" };
        let alone = shown.empty("b").checkpoint(&log, &other.note(size as u64)).bytes();
        add(format!("a head of size {size}"), alone, kind);
        let aside = shown.empty("b").note(&other.note(size as u64)).bytes();
        add(format!("a note of size {size}"), aside, kind);
    }
    for older in NOTED.map(|size| size as usize) {
        for newer in [13, 16, 20, 33] {
            let other = shown.other(older - 1, newer);
            let mut parts = shown.empty("b");
            let hashes = other.growth(older as u64, newer as u64);
            parts.checkpoint(&log, &other.note(newer as u64)).growth(
                &log,
                older as u64,
                newer as u64,
                &hashes,
            );
            add(format!("growth from {older} to {newer}"), parts.bytes(), "fork-grow");
        }
    }
    for (common, newer) in [(0, 13), (5, 13), (7, 16), (11, 20)] {
        let other = shown.other(common, newer);
        add(format!("all entries of {newer}, {common} of them ours"), other.packet(0).bytes(), "fork-grow");
    }
    let other = shown.other(11, 14);
    let mut both = other.packet(12);
    both.growth(&log, 12, 14, &other.growth(12, 14));
    add("new entries and growth".into(), both.bytes(), "fork-grow");
    let (one, two) = (shown.grown(20), shown.other(12, 20));
    let mut beyond = shown.empty("b");
    beyond.note(&one.note(20)).note(&two.note(20));
    add("two notes beyond what is held".into(), beyond.bytes(), "fork-same");
    let mut inside = shown.grown(14).packet(12);
    inside.note(&shown.other(12, 13).note(13));
    add("a head with entries, and a note within them".into(), inside.bytes(), "fork-grow");
    let mut same = shown.grown(14).packet(12);
    same.note(&shown.other(12, 14).note(14));
    add("a head with entries, and a note of its size".into(), same.bytes(), "fork-same");
    let mut below = shown.grown(14).packet(12);
    below.note(&shown.other(3, 8).note(8));
    add("a head with entries, and a note below".into(), below.bytes(), "fork-grow");
    let mut twice = shown.empty("b");
    twice.note(&shown.other(11, 12).note(12)).note(&shown.other(3, 8).note(8));
    let kind = if first_is_newer(&twice) { "fork-same" } else { "fork-grow" };
    add("two forks in one packet".into(), twice.bytes(), kind);
    add("sent on by an honest party".into(), sent_on(stage, &shown.other(11, 12)), "fork-same");
    cases
}

/// Notes are looked at by their names.
fn first_is_newer(parts: &super::forger::Parts) -> bool {
    parts.members.values().next().is_some_and(|note| note.windows(4).any(|line| line == b"\n12\n"))
}

/// The fork in a packet of another sender.
fn sent_on(stage: &Stage, other: &Forger) -> Vec<u8> {
    let third = Forger::of(&stage.world, "c");
    third.empty("b").checkpoint(&log_of("a"), &other.note(12)).bytes()
}
