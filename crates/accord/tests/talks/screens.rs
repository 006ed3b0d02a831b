//! The screens, word for word, over a world in memory; and what an observer counts.

use detente_accord::jcs::Value;
use detente_accord::record::{Adoption, LogId, Position, Regime};
use detente_accord::talks::desk::{Alarm, Desk};
use detente_accord::talks::overview::Overview;
use detente_accord::words::desk::{Around, Waiting, desk};
use detente_accord::words::overview::overview;
use detente_accord::{PartyId, Time};

use crate::world::{DAY, HOUR, SECOND, Shape, World, id, saying};

const MINUTE: u64 = 60 * SECOND;

/// Compares with the file, or writes it: `UPDATE_SCREENS=1`.
#[track_caller]
pub(crate) fn same(name: &str, shown: &str) {
    let path = format!("{}/tests/talks/screens/{name}.txt", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("UPDATE_SCREENS").is_some() {
        std::fs::write(&path, format!("{shown}\n")).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(shown, kept.trim_end_matches('\n'), "{name}");
}

fn desk_of(world: &World, us: &str) -> Desk {
    Desk::of(&world.state(), &world.held(), &world.charter, &id(us), world.now)
}

fn overview_of(world: &World) -> Overview {
    Overview::of(&world.state(), &world.held(), world.now)
}

#[track_caller]
fn shows(world: &World, us: &str, name: &str, around: &Around) {
    for columns in [80, 100] {
        let shown = desk(&desk_of(world, us), around, columns);
        for line in shown.lines() {
            assert!(line.chars().count() <= columns, "{columns}: {line}");
        }
        same(&format!("{name}-{columns}"), &shown);
    }
}

fn hamburg() -> Around {
    Around { accord: "HAMBURG-1".to_owned(), ..Around::default() }
}

/// The first part of the dialogue: asked, more wanted, supplied, denied late, contested, closed.
fn asked_and_denied(world: &mut World) -> (Position, Position) {
    let asked =
        world.send(&saying("a", "inquiry", "release").word("kind", "incident").word("prec", "priority"));
    world.wait(51 * MINUTE);
    world.send(&saying("b", "reply", "acknowledge").about(&[&asked]));
    world.wait(22 * HOUR);
    world.send(&saying("b", "reply", "more-information-wanted").about(&[&asked]));
    world.wait(25 * HOUR);
    world.send(&saying("a", "inquiry", "supply").about(&[&asked]));
    world.wait(53 * HOUR);
    let denied = world.send(&saying("b", "denial", "denial").about(&[&asked]));
    (asked, denied)
}

#[test]
fn an_empty_desk_says_so() {
    let world = World::pair();
    shows(&world, "a", "empty", &hamburg());
}

#[test]
fn a_desk_at_four_in_the_morning() {
    let mut world = World::pair();
    world.wait(20 * HOUR);
    let theirs =
        world.send(&saying("a", "inquiry", "release").word("kind", "incident").word("prec", "priority"));
    world.wait(2 * HOUR);
    world.send(&saying("b", "reply", "holding").about(&[&theirs]));
    world.send(&saying("b", "reply", "extend-ask").number("extra", 3600).about(&[&theirs]));
    world.send(&saying("a", "inquiry", "extend-grant").number("extra", 3600).about(&[&theirs]));
    world.send(&saying("b", "inquiry", "release").word("kind", "incident"));
    world.send(&saying("b", "inquiry", "release").word("kind", "incident").word("prec", "immediate"));
    world.post(&saying("a", "inquiry", "release").word("kind", "clarification"));
    world.wait(46 * MINUTE);
    let mut around = hamburg();
    around.local = Some("09:46 (Fri)".to_owned());
    around.waiting = vec![Waiting {
        name: "7f3a91c2".to_owned(),
        what: "RPL to b".to_owned(),
        signed_by: "desk".to_owned(),
        made: Time(world.now.0 - 16 * MINUTE),
    }];
    shows(&world, "a", "night", &around);
    let screen = desk_of(&world, "a");
    let numbers: Vec<String> =
        screen.we_owe.iter().map(|duty| duty.number.as_ref().unwrap().to_string()).collect();
    assert_eq!(numbers, ["b>a 2026/004", "b>a 2026/003"], "nearest deadline first");
    assert!(screen.undelivered[0].number.as_ref().unwrap().to_string() == "a>b 2026/003");
    // Thirty minutes later the immediate one has run out.
    world.wait(30 * MINUTE);
    around.alarms = vec!["the disk is full".to_owned()];
    shows(&world, "a", "overdue", &around);
}

#[test]
fn what_is_wrong_stands_on_top() {
    let mut world = World::pair();
    world.wait(2 * DAY);
    assert_eq!(desk_of(&world, "a").alarms, [Alarm::Timer { last: Some(Time(world.now.0 - 2 * DAY)) }]);
    world.ack("b", &Position::new(LogId::new(id("a"), 0), 0));
    world.now = Time(world.now.0 - HOUR);
    let skewed = desk_of(&world, "a").alarms;
    assert!(skewed.contains(&Alarm::Clock { by_ms: HOUR, of: "b".to_owned() }), "{skewed:?}");
    let shown = desk(&desk_of(&world, "a"), &hamburg(), 80);
    assert!(
        shown.lines().nth(1).unwrap().starts_with("WRONG    a clock is off: b signed 1 h ahead"),
        "{shown}"
    );
}

#[test]
fn a_denial_that_came_late_is_counted_as_late_and_as_an_answer() {
    let mut world = World::pair();
    let (asked, denied) = asked_and_denied(&mut world);
    let before = overview_of(&world);
    let pair: (PartyId, PartyId) = (id("a"), id("b"));
    assert_eq!((before.questions[&pair].answered, before.questions[&pair].open), (1, 0));
    world.wait(18 * HOUR);
    world.send(&saying("a", "position", "contest").about(&[&denied]));
    world.send(&saying("a", "inquiry", "close").word("outcome", "disagreement-recorded").about(&[&asked]));
    let seen = overview_of(&world);
    let of = &seen.questions[&pair];
    assert_eq!((of.asked, of.disagreement, of.answered, of.open), (1, 1, 0, 0));
    assert_eq!((of.late, of.never_answered), (1, 0));
    let denials = &seen.denials[&id("b")];
    assert_eq!((denials.issued, denials.contested, denials.withdrawn), (1, 1, 0));
    assert!(!seen.has_gaps());
    for columns in [80, 100] {
        let shown = overview(&seen, "HAMBURG-1", columns);
        for line in shown.lines() {
            assert!(line.chars().count() <= columns, "{columns}: {line}");
        }
        same(&format!("overview-{columns}"), &shown);
    }
}

#[test]
fn a_question_nobody_answered_is_neither_yes_nor_no() {
    let mut world = World::pair();
    world.send(&saying("a", "inquiry", "release").word("kind", "incident"));
    world.wait(4 * DAY);
    let seen = overview_of(&world);
    let of = &seen.questions[&(id("a"), id("b"))];
    assert_eq!((of.asked, of.open, of.never_answered, of.late), (1, 1, 1, 0));
    let tomorrow = world.now.0 + DAY;
    let announced = saying("a", "exercise", "announce").word("id", "one");
    world.send(&announced.number("from", tomorrow).number("until", tomorrow + DAY));
    world.send(&saying("a", "inquiry", "release").in_exercise("one"));
    assert_eq!(overview_of(&world).questions[&(id("a"), id("b"))].asked, 1, "exercises stand apart");
    assert_eq!(overview_of(&world).exercise_entries, 1);
}

#[test]
fn a_head_that_goes_further_than_the_log_is_a_gap() {
    let mut world = World::pair();
    asked_and_denied(&mut world);
    let mut held = world.held();
    let log = LogId::new(id("b"), 0);
    held.logs.get_mut(&log).unwrap().truncate(2);
    let state = detente_accord::record::State::of(&world.charter, &held);
    let seen = Overview::of(&state, &held, world.now);
    assert!(seen.has_gaps());
    let shown = overview(&seen, "HAMBURG-1", 100);
    assert!(shown.contains("GAP: ") && !shown.contains("no gaps"), "{shown}");
}

#[test]
fn suspended_days_are_those_that_passed() {
    let mut world = World::pair();
    let suspended = world.send(&saying("b", "suspension", "suspend").number("days", 90).to("a"));
    // It works three days after it was received.
    world.wait(63 * DAY);
    world.send(&saying("b", "suspension", "resume").about(&[&suspended]));
    world.wait(DAY);
    let seen = overview_of(&world);
    assert_eq!(seen.suspended[&(id("a"), id("b"))], 60 * DAY);
}

#[test]
fn the_table_of_pairs_is_a_grid_with_every_cell_in_words() {
    let shape = Shape::of(&["a", "b", "c"]);
    let mut world = World::found(&shape.rules(|rules| rules.reservations.regime = Regime::AnyCompatible));
    for party in ["a", "b", "c"] {
        let own = Position::new(LogId::new(id(party), 0), 0);
        world.send(&saying(party, "acceptance", "sign").to("*").about(&[&own]));
    }
    let norm = world.send(&saying("a", "norm", "propose").word("code", "E2").word("kind", "prohibition"));
    for party in ["a", "b", "c"] {
        if party == "c" {
            world.send(
                &saying("c", "reservation", "formulate")
                    .word("kind", "reservation")
                    .word("effect", "exclude")
                    .about(&[&norm]),
            );
        }
        world.send(&saying(party, "acceptance", "agree").to("*").about(&[&norm]));
    }
    let shown = world.look(|state, now| {
        let parties = state.parties().into_iter().cloned().collect();
        let cells = state.talks().room().table(&parties, false, now);
        detente_accord::words::cells::grid(&cells, |norm| state.number(norm), now.time, 80)
    });
    for line in shown.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
    same("table-80", &shown);
}

#[test]
fn a_text_under_silence_stands_on_the_desk() {
    let shape = Shape::of(&["a", "b"]);
    let mut world = World::found(&shape.rules(|rules| rules.adoption = Adoption::Silence));
    let text = world.send(&saying("a", "draft", "propose").number("rev", 3).word("aim", "text"));
    let clean = world.send(&saying("a", "draft", "clean").about(&[&text]));
    let until = world.now.0 + 3 * DAY;
    let placed = world.send(&saying("a", "silence", "silence").number("until", until).about(&[&text]));
    assert_eq!((world.effect(&clean), world.effect(&placed)), ("took", "took"));
    let shown = desk(&desk_of(&world, "b"), &hamburg(), 80);
    assert!(
        shown.contains("UNDER SILENCE        text rev 3  adopted unless someone objects by 4 Oct 08:00Z"),
        "{shown}"
    );
    assert_eq!(overview_of(&world).silences.running, 1);
    world.send(&saying("b", "silence", "break").word("by", "objection").about(&[&placed]));
    world.wait(4 * DAY);
    assert_eq!((overview_of(&world).silences.broken, overview_of(&world).silences.adopted), (1, 0));
    assert!(desk_of(&world, "b").silences.is_empty());
}

#[test]
fn what_has_not_arrived_is_not_said_to_have_been_looked_over() {
    let mut world = World::pair();
    world.apart();
    world.post(&saying("a", "inquiry", "release").word("kind", "incident"));
    world.wait(30 * HOUR);
    let screen = desk_of(&world, "a");
    assert_eq!((screen.undelivered.len(), screen.they_owe.len()), (1, 0), "no clock runs");
    assert!(screen.undelivered[0].tendered && !screen.undelivered[0].known_to_exist);
    let shown = desk(&screen, &hamburg(), 100);
    let line =
        "NOT DELIVERED        a>b 2026/001 INQ  tendered; not delivered (their node has not answered yet)";
    assert!(shown.contains(line), "{shown}");
    for word in detente_accord::words::forbidden() {
        assert!(!shown.to_lowercase().contains(word), "{word}: {shown}");
    }
    // b names a head over it, and gives no receipt.
    world.see("b", "a", world.size("a"));
    world.post(&saying("b", "inquiry", "release"));
    let shown = desk(&desk_of(&world, "a"), &hamburg(), 100);
    assert!(shown.contains("a>b 2026/001 INQ  known to exist, content not delivered"), "{shown}");
}

#[test]
fn a_frozen_log_is_said_on_top() {
    let mut world = World::pair();
    let root = Value::text(detente_accord::b64::encode(&[1; 32]));
    let names = world.charter.names().origin(&LogId::new(id("b"), 0)).as_str().to_owned();
    world.post(&saying("a", "freeze", "").word("origin", &names).number("size", 1).with("root", root));
    let alarms = desk_of(&world, "a").alarms;
    assert_eq!(alarms, [Alarm::TwoVersions { log: LogId::new(id("b"), 0) }]);
}
