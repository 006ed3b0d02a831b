//! Exercises and real traffic do not mix.

use super::scenes::*;
use super::{Case, case};
use crate::world::{HOUR, Saying, saying};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = vec![
        case("an exercise that nobody announced", "no-such-exercise", |_| {
            saying("a", "inquiry", "release").in_exercise("ex9")
        }),
        case("another exercise than was announced", "no-such-exercise", |world| {
            announced(world);
            saying("a", "inquiry", "release").in_exercise("ex2")
        }),
        case("an exercise that has ended", "no-such-exercise", |world| {
            let announced = announced(world);
            world.wait(2 * HOUR);
            say(world, saying("a", "exercise", "start").about(&[&announced]).word("id", "ex1"));
            say(world, saying("a", "exercise", "end").about(&[&announced]).word("id", "ex1"));
            saying("b", "inquiry", "release").in_exercise("ex1")
        }),
        case("an exercise that was called off", "no-such-exercise", |world| {
            let announced = announced(world);
            say(world, saying("a", "withdrawal", "cancel").about(&[&announced]));
            saying("b", "inquiry", "release").in_exercise("ex1")
        }),
        case("an exercise announced twice", "once-only", |world| {
            announced(world);
            announce(world, "ex1")
        }),
        case("an exercise announced after it began", "out-of-bounds", |world| {
            announce(world, "ex1").number("from", 1)
        }),
        case("an exercise that ends before it begins", "out-of-bounds", |world| {
            announce(world, "ex1").number("until", 1)
        }),
        case("an exercise started before its time", "too-early", |world| {
            let announced = announced(world);
            saying("a", "exercise", "start").about(&[&announced]).word("id", "ex1")
        }),
        case("an exercise started under another id", "out-of-bounds", |world| {
            let announced = announced(world);
            world.wait(2 * HOUR);
            saying("a", "exercise", "start").about(&[&announced]).word("id", "ex2")
        }),
        case("an exercise that is itself an exercise", "exercise", |world| {
            announced(world);
            announce(world, "ex2").in_exercise("ex1")
        }),
        case("an exercise of leaving", "exercise-mixed", |world| {
            announced(world);
            saying("a", "member", "withdraw").in_exercise("ex1")
        }),
        case("an exercise of losing a key", "exercise-mixed", |world| {
            announced(world);
            saying("a", "officer", "key-lost").word("office", "desk").signed(&["chief"]).in_exercise("ex1")
        }),
        case("an id of an exercise without the mark", "exercise", |world| {
            announced(world);
            saying("a", "inquiry", "release").word("ex", "ex1")
        }),
    ];
    let threads: &[(Open, &'static str, &'static str)] = &[
        (asked, "b", "reply.acknowledge"),
        (asked, "b", "denial.denial"),
        (asked, "a", "inquiry.close"),
        (asked, "a", "withdrawal.withdraw"),
        (asked, "a", "correction.correct"),
        (offered, "b", "undertaking.accept"),
        (claimed, "b", "claim.answer"),
        (committed, "a", "exhibit.destroy"),
        (suspended, "a", "suspension.resume"),
        (verification, "b", "verification.agree"),
        (reported, "b", "contact.report"),
        (disclosed, "b", "disclosure.consult-answer"),
        (nominated, "b", "observer.accept"),
    ];
    for (open, actor, said) in threads {
        let (kind, act) = said.split_once('.').unwrap();
        let (open, actor) = (*open, *actor);
        cases.push(case(said, "exercise-mixed", move |world| {
            announced(world);
            let real = open(world);
            saying(actor, kind, act).about(&[&real]).in_exercise("ex1")
        }));
    }
    type Played = (&'static str, fn() -> Saying, &'static str);
    let openings: &[Played] = &[
        ("reply.acknowledge", || saying("a", "inquiry", "release"), "b"),
        ("denial.denial", || saying("a", "inquiry", "release"), "b"),
        ("inquiry.close", || saying("a", "inquiry", "release"), "a"),
        ("undertaking.accept", offer, "b"),
        ("claim.answer", put, "b"),
        ("withdrawal.withdraw", offer, "a"),
        ("correction.correct", offer, "a"),
    ];
    for (said, open, actor) in openings {
        let (kind, act) = said.split_once('.').unwrap();
        let (open, actor) = (*open, *actor);
        cases.push(case(said, "exercise-mixed", move |world| {
            announced(world);
            let played = say(world, open().in_exercise("ex1"));
            saying(actor, kind, act).about(&[&played])
        }));
    }
    cases
}
