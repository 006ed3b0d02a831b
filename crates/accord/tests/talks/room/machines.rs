//! Every phase and every act of the machines of texts, norms and brackets: what has a place is listed here once more,
//! by hand; everything else is refused.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use detente_accord::record::{Act, Leaf, LogId, Position, Rules};
use detente_accord::talks::room::{BracketPhase, NORM_STEPS, NormPhase, TEXT_STEPS, TURNS, TextPhase};
use detente_accord::talks::{Event, Phase, Refusal, Setting, Side, Sides, Step, step};

use crate::world::{World, id, saying};

/// `from act side to`, with `-` for an act that moves nothing by itself.
fn rows<P: Phase>(steps: &[Step<P>]) -> Vec<String> {
    let row = |step: &Step<P>, from: P| {
        let (kind, act) = step.act;
        let to = step.to.map_or("-", Phase::word);
        format!("{} {kind}/{act} {:?} {to}", from.word(), step.by)
    };
    let mut rows: Vec<String> =
        steps.iter().flat_map(|step| step.from.iter().map(move |from| row(step, *from))).collect();
    rows.sort();
    rows
}

const TEXT: &[&str] = &[
    "adopted draft/open Anybody open-for-signature",
    "clean acceptance/adopt Anybody -",
    "clean bracket/bracket Anybody rolling-text",
    "clean draft/revise Anybody rolling-text",
    "clean silence/silence Anybody under-silence",
    "clean withdrawal/cancel Opener withdrawn",
    "open-for-signature acceptance/provisional Anybody -",
    "open-for-signature acceptance/sign Anybody -",
    "rolling-text bracket/bracket Anybody rolling-text",
    "rolling-text draft/clean Anybody clean",
    "rolling-text draft/revise Anybody rolling-text",
    "rolling-text withdrawal/cancel Opener withdrawn",
];

const NORM: &[&str] = &[
    "agreed acceptance/agree Anybody -",
    "agreed norm/amend Anybody -",
    "agreed norm/review Anybody under-review",
    "agreed reservation/formulate Anybody -",
    "proposed acceptance/agree Anybody -",
    "proposed bracket/bracket Anybody -",
    "proposed norm/propose Opener replaced",
    "proposed reservation/formulate Anybody -",
    "proposed silence/silence Anybody under-silence",
    "proposed withdrawal/cancel Opener withdrawn",
    "proposed withdrawal/withdraw Opener withdrawn",
    "under-review acceptance/agree Anybody -",
    "under-review norm/amend Anybody -",
    "under-review norm/review Anybody under-review",
    "under-review reservation/formulate Anybody -",
    "under-silence reservation/formulate Anybody -",
];

#[test]
fn the_machines_of_texts_and_norms_are_these() {
    assert_eq!(rows(TEXT_STEPS), TEXT);
    assert_eq!(rows(NORM_STEPS), NORM);
}

#[test]
fn the_machine_of_brackets_is_this() {
    use BracketPhase::{Accepted, Dropped, Merged, Open, Parked};
    let rows: Vec<_> = TURNS.iter().map(|turn| (turn.how, turn.from, turn.to, turn.at_once)).collect();
    let expected: [(&str, &[BracketPhase], BracketPhase, bool); 5] = [
        ("drop", &[Open], Dropped, false),
        ("choose", &[Open], Accepted, false),
        ("merge", &[Open], Merged, false),
        ("park", &[Open], Parked, true),
        ("unpark", &[Parked], Open, true),
    ];
    assert_eq!(rows, expected);
}

/// An act of a party, as a machine sees it: of its leaf it looks at who says it.
fn event(act: &'static Act, leaf: &Arc<Leaf>) -> Event {
    let rules = Arc::new(Rules::bare(&[]));
    let setting = Setting { rules, parties: BTreeSet::new(), observers: Default::default(), is_bare: false };
    Event {
        position: Position::new(LogId::new(leaf.said.party.clone(), 0), 1),
        act,
        leaf: leaf.clone(),
        received: BTreeMap::new(),
        witnessed: None,
        watches: Default::default(),
        setting: Arc::new(setting),
    }
}

/// What a step says: the next phase, `-`, or the name of the refusal.
fn said<P: Phase>(steps: &'static [Step<P>], phase: P, sides: &Sides, event: &Event) -> &'static str {
    match step(steps, phase, sides, event) {
        Ok(to) => to.map_or("-", Phase::word),
        Err(refusal @ Refusal::Phase { phase: named }) => {
            assert_eq!(named, phase.word());
            refusal.name()
        }
        Err(refusal) => refusal.name(),
    }
}

/// Every phase, every act of the record, both sides, against the rows by hand.
fn every_step<P: Phase>(steps: &'static [Step<P>], phases: &[P], rows: &[&str]) {
    let mut world = World::pair();
    let leaf = |world: &mut World, party| {
        let at = world.post(&saying(party, "member", "update"));
        Arc::new(world.leaf(&at).clone())
    };
    let by = [("Opener", leaf(&mut world, "a")), ("Other", leaf(&mut world, "b"))];
    let sides = Sides { opener: id("a"), addressee: None };
    let rows: Vec<Vec<&str>> = rows.iter().map(|row| row.split(' ').collect()).collect();
    let mut steps_taken = 0;
    for phase in phases {
        for act in Act::all() {
            let name = format!("{}/{}", act.kind, act.name);
            for (side, leaf) in &by {
                let of_act: Vec<_> = rows.iter().filter(|row| row[1] == name).collect();
                let of_side: Vec<_> =
                    of_act.iter().filter(|row| row[2] == "Anybody" || row[2] == *side).collect();
                let found = of_side.iter().find(|row| row[0] == phase.word());
                let expected = match (of_act.is_empty(), of_side.is_empty(), found) {
                    (true, _, _) => "not-in-thread",
                    (_, true, _) => "not-yours",
                    (_, _, None) => "wrong-phase",
                    (_, _, Some(row)) => row[3],
                };
                let got = said(steps, *phase, &sides, &event(act, leaf));
                assert_eq!(got, expected, "{} {name} {side}", phase.word());
                steps_taken += 1;
            }
        }
    }
    assert_eq!(steps_taken, phases.len() * Act::all().len() * 2);
}

#[test]
fn every_act_in_every_phase_of_a_text_and_of_a_norm() {
    every_step(TEXT_STEPS, &TEXTS, TEXT);
    every_step(NORM_STEPS, &NORMS, NORM);
}

use NormPhase as N;
use TextPhase as T;

const TEXTS: [TextPhase; 9] = [
    T::RollingText,
    T::Clean,
    T::UnderSilence,
    T::Adopted,
    T::OpenForSignature,
    T::InForce,
    T::Amended,
    T::Terminated,
    T::Withdrawn,
];
const NORMS: [NormPhase; 8] = [
    N::Proposed,
    N::UnderSilence,
    N::Agreed,
    N::UnderReview,
    N::Amended,
    N::Lapsed,
    N::Replaced,
    N::Withdrawn,
];

#[test]
fn no_row_stands_twice_and_each_phase_has_a_word_of_its_own() {
    fn check<P: Phase>(steps: &[Step<P>], phases: &[P]) {
        let mut seen: Vec<(&str, &str, &str, Side)> = Vec::new();
        for step in steps {
            for from in step.from {
                let row = (from.word(), step.act.0, step.act.1, step.by);
                assert!(!seen.contains(&row), "{row:?}");
                seen.push(row);
            }
        }
        let mut words: Vec<&str> = phases.iter().map(|phase| phase.word()).collect();
        words.sort_unstable();
        let all = words.len();
        words.dedup();
        assert_eq!(words.len(), all);
    }
    check(TEXT_STEPS, &TEXTS);
    check(NORM_STEPS, &NORMS);
}
