//! Random histories of an accord: whoever holds the same set computes the same, in whatever order it came.

use std::collections::BTreeMap;

use detente_accord::Time;
use detente_accord::record::{Effect, Held, LogId, Position, State};

use crate::world::{DAY, HOUR, Saying, Shape, World, effect, saying};

/// A generator that a failure can be replayed from.
struct Draw(u64);

impl Draw {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        x ^ (x >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    fn of<'t, T>(&mut self, all: &'t [T]) -> &'t T {
        &all[self.below(all.len())]
    }
}

/// Openings, and what follows in a thread of that kind.
const OPENINGS: &[(&str, &[&str])] = &[
    (
        "inquiry.release",
        &[
            "reply.acknowledge",
            "reply.holding",
            "reply.more-information-wanted",
            "reply.extend-ask",
            "reply.answer",
            "denial.denial",
            "inquiry.supply",
            "inquiry.extend-grant",
            "inquiry.follow-up",
            "inquiry.accept",
            "inquiry.close",
        ],
    ),
    (
        "undertaking.offer",
        &["undertaking.accept", "undertaking.decline", "undertaking.review", "undertaking.end"],
    ),
    ("claim.put", &["claim.answer", "denial.denial", "claim.maintain", "claim.amend", "claim.publish"]),
    ("notice.issue", &["notice.acknowledge", "notice.update", "notice.close", "denial.denial"]),
    ("exhibit.commit", &["exhibit.open", "exhibit.destroy"]),
    ("comcheck.send", &["comcheck.node-answer", "comcheck.human-answer", "comcheck.score"]),
    ("contact.report", &["contact.report", "contact.supplement", "position.contest", "position.note"]),
    ("suspension.suspend", &["suspension.resume"]),
    ("exercise.announce", &["exercise.start", "exercise.end", "exercise.review"]),
    ("observer.nominate", &["observer.accept", "observer.refuse", "observer.scope", "observer.end"]),
];
const ABOUT_ANY: &[&str] = &["withdrawal.withdraw", "withdrawal.cancel", "correction.correct"];

fn new_saying(party: &'static str, said: &str) -> Saying {
    let (kind, act) = said.split_once('.').unwrap();
    saying(party, kind, act)
}

fn opening(draw: &mut Draw, world: &World, party: &'static str, said: &str, to: &'static str) -> Saying {
    let soon = world.now.0 + HOUR;
    let saying = new_saying(party, said);
    match said {
        "undertaking.offer" => saying.to(to).number("from", 1).number("until", soon + DAY),
        "notice.issue" => saying.to(if draw.below(2) == 0 { "*" } else { to }).word("kind", "change"),
        "exhibit.commit" => saying.to(to).number("count", 5),
        "comcheck.send" => saying.to(to).number("by", soon),
        "exercise.announce" => saying.word("id", "ex1").number("from", soon).number("until", soon + DAY),
        "observer.nominate" => saying.word("party", "n").word("sort", "joint").number("until", soon + DAY),
        _ => saying.to(to),
    }
}

/// A history of three to five parties, some of whom see late, and much of which has no effect.
fn history(seed: u64, length: usize) -> World {
    let mut draw = Draw(seed);
    let names = &["a", "b", "c", "d", "e"][..3 + draw.below(3)];
    let mut world = World::found(&Shape::of(names));
    world.apart();
    // With its opening, each entry that something can follow.
    let mut roots: Vec<(Position, usize)> = Vec::new();
    for _ in 0..length {
        world.wait([HOUR / 4, HOUR, 6 * HOUR, DAY, 5 * DAY][draw.below(5)]);
        let party = *draw.of(names);
        let to = **draw.of(&names.iter().filter(|name| **name != party).collect::<Vec<_>>());
        let size = world.size(to);
        match draw.below(10) {
            0 | 1 => world.see(party, to, size),
            2 => world.cosign(party, to),
            3 | 4 if !roots.is_empty() => {
                let (at, _) = draw.of(&roots).clone();
                if at.log.party.as_str() != party {
                    world.ack(party, &at);
                }
            }
            5 | 6 => {
                let which = draw.below(OPENINGS.len());
                let saying = opening(&mut draw, &world, party, OPENINGS[which].0, to);
                roots.push((world.post(&saying), which));
            }
            _ if !roots.is_empty() => {
                let (at, which) = draw.of(&roots).clone();
                // What refers to an entry that its author has not seen has no effect, and would crowd out the rest.
                world.see(party, at.log.party.as_str(), at.seq + 1);
                let said = if draw.below(6) == 0 { draw.of(ABOUT_ANY) } else { draw.of(OPENINGS[which].1) };
                let saying = new_saying(party, said).about(&[&at]);
                let at = world.post(&if *said == "exhibit.open" { saying.to(to) } else { saying });
                if draw.below(3) == 0 {
                    roots.push((at, which));
                }
            }
            _ => {}
        }
    }
    world
}

/// The same set in another order of arrival: logs entry by entry as they come, each from its beginning.
fn arriving(whole: &Held, draw: &mut Draw) -> Held {
    let mut held = Held { keysets: whole.keysets.clone(), offers: whole.offers.clone(), ..Held::default() };
    let mut left: BTreeMap<LogId, usize> =
        whole.logs.iter().map(|(log, entries)| (log.clone(), entries.len())).collect();
    let mut notes: Vec<_> = whole.notes.iter().collect();
    while !left.is_empty() || !notes.is_empty() {
        let pick = draw.below(left.len() + usize::from(!notes.is_empty()));
        let Some(log) = left.keys().nth(pick).cloned() else {
            let (name, note) = notes.swap_remove(draw.below(notes.len()));
            held.notes.insert(*name, note.clone());
            continue;
        };
        let entries = held.logs.entry(log.clone()).or_default();
        entries.push(whole.logs[&log][entries.len()].clone());
        let rest = left.get_mut(&log).unwrap();
        *rest -= 1;
        if *rest == 0 {
            left.remove(&log);
        }
    }
    held
}

fn prefix(whole: &Held, draw: &mut Draw) -> Held {
    let mut held = arriving(whole, draw);
    for entries in held.logs.values_mut() {
        let keep = 1 + draw.below(entries.len());
        entries.truncate(keep);
    }
    held
}

fn run(histories: u64, orders: usize) -> (usize, usize) {
    let (mut took, mut without) = (0, 0);
    for seed in 1..=histories {
        let world = history(seed, 60);
        let whole = world.held();
        let digest = State::of(&world.charter, &whole).digest_text();
        assert_eq!(State::of(&world.charter, &whole).digest_text(), digest, "history {seed}: twice");
        let mut draw = Draw(seed ^ 0xA5A5);
        for order in 0..orders {
            // Somebody that has a part of it first computes that part, and keeps nothing of it.
            let part = prefix(&whole, &mut draw);
            let of_part = State::of(&world.charter, &part).digest_text();
            assert_eq!(
                State::of(&world.charter, &part).digest_text(),
                of_part,
                "history {seed}: a part twice"
            );
            let held = arriving(&whole, &mut draw);
            let found = State::of(&world.charter, &held).digest_text();
            assert_eq!(found, digest, "history {seed}, order {order}");
        }
        let state = State::of(&world.charter, &whole);
        for position in state.order().positions() {
            match state.effect(&position) {
                Some(Effect::Took) => took += 1,
                _ => without += 1,
            }
        }
        for thread in state.talks().threads().values() {
            let now = detente_accord::talks::Now {
                time: Time(world.now.0 + 400 * DAY),
                rules: world.charter.rules(),
                talks: state.talks(),
            };
            // Nothing that time alone does fails, and no clock outlives what it concerns.
            assert!(!thread.phase(&now).is_empty());
            for due in thread.dues(&now) {
                let suspended = now.pauses(&due.by, &due.to);
                assert!(due.start.is_none() || due.at(&suspended).is_some());
            }
        }
    }
    (took, without)
}

#[test]
fn the_state_is_that_of_the_set_in_whatever_order_it_came() {
    let (took, without) = run(40, 5);
    // Histories in which nothing happened would show nothing.
    assert!(took > 800 && without > 100, "{took} took effect, {without} had none");
}

/// Histories times orders: 100 000, or as many histories as `DETENTE_HISTORIES` says.
#[test]
#[ignore = "minutes: cargo xtask slow"]
fn the_state_is_that_of_the_set_in_100000_orders() {
    let histories = std::env::var("DETENTE_HISTORIES").ok().and_then(|n| n.parse().ok()).unwrap_or(1_000);
    run(histories, 100);
}

/// What an author had not seen does not judge it: entries that it could not know change none of its effects.
#[test]
fn what_nobody_had_seen_changes_no_effect() {
    let mut world = World::pair();
    world.apart();
    let asked = world.post(&saying("a", "inquiry", "release"));
    world.see("b", "a", world.size("a"));
    let closed = world.post(&saying("a", "inquiry", "close").about(&[&asked]));
    let denied = world.post(&saying("b", "denial", "denial").about(&[&asked]));
    assert_eq!(world.effect(&denied), "took", "it had not seen that the inquiry was closed");
    assert_eq!(world.effect(&closed), "took");
    assert_eq!(world.phase(&asked), "closed");
    world.see("b", "a", world.size("a"));
    let again = saying("b", "reply", "answer").about(&[&asked]);
    assert_eq!(world.try_saying(&again), "wrong-phase", "now it had");
}

/// Refusals that follow from times: a receipt or a cosignature that comes later may show an earlier or a later one.
const BY_TIME: &[&str] = &["lapsed", "too-early", "wrong-outcome", "on-hold"];

/// What an author had not seen has no say: in a record that holds an entry and what its author had seen, and nothing
/// else, the entry has the effect that it has in the whole.
#[test]
fn an_entry_is_judged_by_what_its_author_had_seen() {
    let (mut compared, mut refused) = (0, 0);
    for seed in 101..=115 {
        let world = history(seed, 60);
        let whole = world.held();
        let state = State::of(&world.charter, &whole);
        for position in state.order().positions() {
            let mut past = whole.clone();
            for (log, entries) in &mut past.logs {
                let seen = state.order().seen(&position, log);
                entries.truncate(usize::try_from(seen).unwrap());
            }
            past.logs.retain(|_, entries| !entries.is_empty());
            let alone = State::with(&world.charter, &past, state.checked().clone());
            let (found, expected) = (effect(&alone, &position), effect(&state, &position));
            if BY_TIME.contains(&found) || BY_TIME.contains(&expected) {
                continue;
            }
            assert_eq!(found, expected, "history {seed}: {position} {:?}", world.leaf(&position).said.public);
            compared += 1;
            refused += usize::from(found != "took");
        }
    }
    assert!(compared > 500 && refused > 50, "{compared} compared, {refused} of them refused");
}
