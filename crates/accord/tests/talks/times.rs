//! What follows from time alone: clocks, lapses, notice, and the words for how far a statement has come.

use detente_accord::Time;
use detente_accord::jcs::Value;
use detente_accord::talks::delivery::{Delivery, delivery};
use detente_accord::talks::{DueState, Owed, Thread};

use crate::world::{DAY, HOUR, SECOND, Shape, World, id, saying, thread};

#[test]
fn an_acceptance_that_crossed_the_withdrawal_of_its_offer_stands() {
    for accept_first in [true, false] {
        let mut world = World::pair();
        let offer = saying("a", "undertaking", "offer").number("from", 1);
        let offered = world.send(&offer.number("until", world.now.0 + 90 * DAY));
        world.apart();
        let withdraw = saying("a", "withdrawal", "withdraw").about(&[&offered]);
        let accept = saying("b", "undertaking", "accept").about(&[&offered]);
        let both = if accept_first { [&accept, &withdraw] } else { [&withdraw, &accept] };
        let said = both.map(|saying| world.wait(SECOND).post(saying));
        world.together();
        for at in &said {
            assert_eq!(world.effect(at), "took");
        }
        assert_eq!(world.phase(&offered), "running", "{accept_first}");
    }
}

#[test]
fn a_review_that_fell_in_a_suspension_is_due_five_days_after_its_end() {
    let mut world = World::pair();
    let review = world.now.0 + 100 * DAY;
    let offer = saying("a", "undertaking", "offer").number("from", 1).number("until", world.now.0 + 90 * DAY);
    let offered = world.send(&offer.number("review", review));
    world.send(&saying("b", "undertaking", "accept").about(&[&offered]));
    assert_eq!(world.due(&offered, Owed::Review).1, DueState::Running { at: Time(review) });
    world.wait(80 * DAY);
    let suspended = world.send(&saying("b", "suspension", "suspend").number("days", 90));
    world.wait(60 * DAY);
    world.send(&saying("b", "suspension", "resume").about(&[&suspended]));
    let due = Time(world.now.0 + 5 * DAY);
    assert_eq!(world.due(&offered, Owed::Review).1, DueState::Running { at: due });
    world.wait(5 * DAY);
    assert_eq!(world.due(&offered, Owed::Review).1, DueState::Overdue { at: due });
}

#[test]
fn no_clock_runs_on_when_a_party_has_left() {
    let mut world = World::trio();
    let left = saying("b", "member", "withdraw");
    world.send(&left);
    let effective = Time(world.now.0 + 90 * DAY);
    world.wait(85 * DAY);
    // Its time of notice still runs: it is asked, it answers, and the clock is clamped to the end.
    let asked = world.send(&saying("a", "inquiry", "release").word("kind", "norm-compliance"));
    assert_eq!(world.effect(&asked), "took");
    let (due, stands) = world.due(&asked, Owed::Answer);
    assert_eq!(stands, DueState::Running { at: effective });
    assert!(due.is_capped(&[]));
    assert_eq!(world.try_saying(&saying("b", "reply", "acknowledge").about(&[&asked])), "took");
    world.wait(5 * DAY);
    assert_eq!(world.due(&asked, Owed::Answer).1, DueState::Over);
    assert_eq!(world.try_saying(&saying("b", "reply", "holding").about(&[&asked])), "not-a-party");
    assert_eq!(world.try_saying(&saying("a", "inquiry", "release").to("b")), "not-permitted");
}

#[test]
fn a_contact_is_nudged_then_one_sided_then_filed_late_and_differs() {
    let mut world = World::pair();
    let at = world.now.0 - 12 * HOUR;
    let reported = world.send(&saying("a", "contact", "report").number("at", at).word("notes", "no"));
    let received = world.now.0;
    world.look(|state, _| {
        let Thread::Contact(views) = thread(state, &reported) else { panic!() };
        assert_eq!(views.whole().nudge(&id("b")), Some(Time(received + 24 * HOUR)));
        assert_eq!(views.whole().reports[0].late_ms, None);
    });
    world.wait(72 * HOUR - SECOND);
    assert_eq!(world.phase(&reported), "reported-by-one");
    world.wait(SECOND);
    assert_eq!(world.phase(&reported), "one-sided");
    world.wait(40 * DAY);
    let other = saying("b", "contact", "report").about(&[&reported]).number("at", at).word("notes", "yes");
    let other = world.send(&other);
    assert_eq!(world.phase(&other), "differing");
    world.look(|state, _| {
        let Thread::Contact(views) = thread(state, &reported) else { panic!() };
        assert_eq!(views.whole().reports[1].late_ms, Some(world.now.0 - at - 72 * HOUR));
        assert_eq!(views.whole().nudge(&id("b")), None);
    });
}

#[test]
fn repeated_denials_are_counted() {
    let mut world = World::pair();
    let put = world.send(&saying("a", "claim", "put"));
    let mut last = world.send(&saying("b", "denial", "denial").about(&[&put]));
    for _ in 0..2 {
        world.wait(DAY);
        last = world.send(&saying("b", "denial", "denial").about(&[&put, &last]));
    }
    assert_eq!(world.effect(&last), "took");
    world.look(|state, _| {
        let Thread::Claim(views) = thread(state, &put) else { panic!() };
        assert_eq!(views.whole().denials.len(), 3);
    });
}

#[test]
fn how_far_a_statement_has_come() {
    let mut world = World::pair();
    world.apart();
    let asked = world.post(&saying("a", "inquiry", "release").word("kind", "incident"));
    let said = world.now;
    let stands = |world: &World| {
        world.look(|state, now| delivery(state, &asked, &id("b"), now).map(|found| (found, found.word())))
    };
    assert_eq!(stands(&world), Some((Delivery::Sent, "sent")));
    world.wait(DAY);
    let since = Time(said.0 + DAY);
    assert_eq!(stands(&world), Some((Delivery::Tendered { since }, "tendered")));
    assert_eq!(world.due(&asked, Owed::Answer).1, DueState::NotStarted, "tendered is not delivered");
    world.cosign("b", "a");
    assert_eq!(stands(&world), Some((Delivery::Known, "known to exist, content not delivered")));
    assert_eq!(world.due(&asked, Owed::Answer).1, DueState::NotStarted);
    world.ack("b", &asked);
    assert_eq!(stands(&world), Some((Delivery::Delivered { at: world.now }, "delivered")));
    assert_eq!(world.due(&asked, Owed::Answer).1, DueState::Running { at: Time(world.now.0 + 72 * HOUR) });
}

#[test]
fn where_tendered_counts_a_clock_starts_by_it() {
    let mut world = World::found(&Shape::of(&["a", "b"]).rules(|rules| rules.tendered_counts = true));
    world.apart();
    let asked = world.post(&saying("a", "inquiry", "release").word("kind", "incident"));
    let said = world.now.0;
    world.wait(DAY - SECOND);
    assert_eq!(world.due(&asked, Owed::Answer).1, DueState::NotStarted);
    world.wait(SECOND);
    assert_eq!(world.due(&asked, Owed::Answer).1, DueState::Running { at: Time(said + DAY + 72 * HOUR) });
}

#[test]
fn a_correction_and_a_repeat_move_no_clock() {
    let mut world = World::pair();
    let asked = world.send(&saying("a", "inquiry", "release").word("kind", "incident"));
    let before = world.due(&asked, Owed::Answer);
    world.wait(HOUR);
    world.send(&saying("a", "correction", "correct").about(&[&asked]));
    world.ack("b", &asked);
    assert_eq!(world.due(&asked, Owed::Answer), before);
    assert_eq!(world.phase(&asked), "released");
}

#[test]
fn a_suspension_that_is_played_stops_no_real_clock() {
    let mut world = World::pair();
    let from = world.now.0 + HOUR;
    let announce = saying("a", "exercise", "announce").word("id", "ex1").number("from", from);
    world.send(&announce.number("until", from + 30 * DAY));
    let asked = world.send(&saying("a", "inquiry", "release").word("kind", "norm-compliance"));
    let before = world.due(&asked, Owed::Answer).1;
    let played = saying("b", "suspension", "suspend").number("days", 30).in_exercise("ex1");
    let played = world.send(&played);
    assert_eq!(world.effect(&played), "took");
    assert_eq!(world.due(&asked, Owed::Answer).1, before);
    let real = world.send(&saying("b", "suspension", "suspend").number("days", 30));
    assert_eq!(world.effect(&real), "took");
    assert_ne!(world.due(&asked, Owed::Answer).1, before);
}

#[test]
fn an_observer_is_narrowed_by_one_and_widened_by_all() {
    let mut world = World::trio();
    let nominate = saying("a", "observer", "nominate").word("party", "n").word("sort", "joint");
    let nominate = nominate.word("scope", "metadata").number("delay_d", 30);
    let nominated = world.send(&nominate.number("until", world.now.0 + 365 * DAY));
    for party in ["b", "c"] {
        world.send(&saying(party, "observer", "accept").about(&[&nominated]));
    }
    let sight = |world: &World| {
        world.look(|state, now| {
            let observer = state.talks().nominated().next().unwrap();
            assert!(observer.watches(now.time));
            (observer.sight.scope.name(), observer.sight.delay_d)
        })
    };
    assert_eq!(sight(&world), ("metadata", 30));
    let scope = |world: &mut World, party, scope: &str, days| {
        let said = saying(party, "observer", "scope").about(&[&nominated]).with("scope", Value::text(scope));
        world.send(&said.number("delay_d", days));
    };
    scope(&mut world, "b", "existence-only", 40);
    assert_eq!(sight(&world), ("existence-only", 40));
    scope(&mut world, "a", "full", 0);
    scope(&mut world, "b", "full", 0);
    assert_eq!(sight(&world), ("existence-only", 40));
    scope(&mut world, "c", "full", 0);
    assert_eq!(sight(&world), ("full", 0));
}

#[test]
fn an_invitation_lapses() {
    let pair = World::pair;
    assert_eq!(pair().joined_after("n", 14 * DAY - SECOND), "took");
    assert_eq!(pair().joined_after("n", 14 * DAY), "lapsed");
}
