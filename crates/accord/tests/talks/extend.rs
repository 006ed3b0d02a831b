//! A state taken on entry by entry is the one computed from nothing.

use detente_accord::record::{Held, Position, State};
use detente_accord::talks::Now;
use proptest::prelude::*;

use crate::world::{HOUR, Saying, Shape, World, saying};

/// Everything that a state tells, as text.
fn told(world: &World, state: &State) -> String {
    let now = Now { time: world.now, rules: state.rules(), talks: state.talks() };
    let mut lines = vec![state.digest_text()];
    for position in state.order().positions() {
        let seen: Vec<u64> = world.held().logs.keys().map(|log| state.order().seen(&position, log)).collect();
        let (number, single) = (state.number(&position), state.is_single(&position));
        lines.push(format!("{position} {seen:?} {number:?} {single}"));
    }
    for (root, thread) in state.talks().threads() {
        lines.push(format!("{root} {} {:?}", thread.phase(&now), thread.dues(&now)));
        for event in thread.events() {
            lines.push(format!("  {} {:?} {:?}", event.position, event.received, event.witnessed));
        }
    }
    let room: Vec<&Position> = state.talks().room_events().iter().map(|event| &event.position).collect();
    lines.push(format!("{room:?} {:?} {:?}", state.rules(), state.parties()));
    lines.join("\n")
}

/// What a party says at this step of a schedule, about the last entry that it can be about.
fn saying_of(world: &World, act: u8, by: &'static str) -> Option<Saying> {
    let last = |kind: &str, act: &str, own: bool| {
        let held = world.held();
        let all = held.logs.iter().flat_map(|(log, entries)| {
            entries.iter().filter_map(|entry| entry.leaf.clone()).map(|leaf| (log.clone(), leaf))
        });
        let fits = all.filter(|(log, leaf)| {
            let is_act = leaf.said.public.get("act") == Some(&detente_accord::jcs::Value::text(act));
            leaf.said.kind == kind && is_act && (log.party.as_str() == by) == own
        });
        fits.max_by_key(|(_, leaf)| leaf.place.time).map(|(log, leaf)| Position::new(log, leaf.place.seq))
    };
    let about =
        |kind: &str, act: &str, target: Option<Position>| Some(saying(by, kind, act).about(&[&target?]));
    match act {
        0 | 1 => Some(saying(by, "inquiry", "release")),
        2 => about("reply", "acknowledge", last("inquiry", "release", false)),
        3 => about("reply", "answer", last("inquiry", "release", false)),
        4 => about("denial", "denial", last("inquiry", "release", false)),
        5 => about("inquiry", "accept", last("inquiry", "release", true)),
        6 => about("withdrawal", "withdraw", last("inquiry", "release", true)),
        7 => Some(saying(by, "notice", "issue").word("kind", "change")),
        8 => Some(saying(by, "norm", "propose")),
        9 => Some(saying(by, "suspension", "suspend").to("*").number("days", 30)),
        10 => about("suspension", "resume", last("suspension", "suspend", true)),
        11 => Some(saying(by, "ack", "")),
        12 => Some(saying(by, "officer", "leave").word("office", "chief")),
        _ => Some(saying(by, "member", "withdraw")),
    }
}

/// Notes that one has and the other has not.
fn new_notes(held: &Held, before: &Held) -> Vec<[u8; 32]> {
    held.notes.keys().filter(|hash| !before.notes.contains_key(*hash)).copied().collect()
}

/// Runs a schedule; gives how often the state was taken on, and how often computed again.
fn run(apart: bool, schedule: &[(u8, u8, u8)]) -> (usize, usize) {
    const PARTIES: [&str; 3] = ["a", "b", "c"];
    let mut world = World::found(&Shape::of(&PARTIES).observed_by(&["o"]));
    if apart {
        world.apart();
    }
    let mut before = world.held();
    let mut state = State::of(&world.charter, &before);
    let (mut followed, mut again) = (0, 0);
    for (act, by, about) in schedule {
        let (by, about) = (PARTIES[usize::from(*by) % 3], PARTIES[usize::from(*about) % 3]);
        world.wait(HOUR);
        match act {
            // Two entries at once, of which the second may have what the first opened before it.
            0..=13 => {
                for act in [Some(*act), (about == "b").then_some(7)].into_iter().flatten() {
                    if let Some(saying) = saying_of(&world, act, by) {
                        world.post(&saying);
                    }
                }
            }
            14 if by != about => world.cosign(by, about),
            15 | 16 if by != about => {
                let last = world.size(about) - 1;
                let last = Position::new(
                    world.held().logs.keys().nth(usize::from(about.as_bytes()[0] - b'a')).unwrap().clone(),
                    last,
                );
                world.ack(by, &last);
            }
            _ if by != about => {
                let size = world.size(about);
                world.see(by, about, size);
            }
            _ => {}
        }
        let held = world.held();
        let notes = new_notes(&held, &before);
        match state.extend(&world.charter, &held, &notes) {
            true => followed += 1,
            false => again += 1,
        }
        let anew = State::of(&world.charter, &held);
        assert_eq!(told(&world, &state), told(&world, &anew));
        before = held;
    }
    (followed, again)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, max_shrink_iters: 64, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn the_same_state_by_either_way(
        apart in any::<bool>(),
        schedule in proptest::collection::vec((0..20u8, 0..3u8, 0..3u8), 1..24),
    ) {
        run(apart, &schedule);
    }
}

#[test]
fn what_is_said_by_who_has_seen_all_is_taken_on() {
    let schedule: Vec<(u8, u8, u8)> = (0..12).map(|act| (act, act % 3, 0)).collect();
    let (followed, again) = run(false, &schedule);
    assert_eq!((followed, again), (12, 0));
}

#[test]
fn receipts_and_times_that_come_to_be_known_are_taken_on() {
    // An inquiry, its receipt, a note that is then named, and so again.
    let schedule =
        [(0, 0, 0), (15, 1, 0), (14, 1, 0), (7, 2, 0), (2, 1, 0), (15, 0, 1), (14, 0, 1), (7, 0, 0)];
    assert_eq!(run(false, &schedule), (8, 0));
}

#[test]
fn what_reaches_back_is_computed_again() {
    // A party that leaves; a norm whose times become known.
    assert_eq!(run(false, &[(0, 0, 0), (13, 2, 0)]), (1, 1));
    assert_eq!(run(false, &[(8, 0, 0), (15, 1, 0)]), (1, 1));
}
