//! How threads begin, for the tables beside.

use detente_accord::record::Position;

use crate::world::{DAY, HOUR, Saying, World, saying};

/// How a thread begins.
pub(super) type Open = fn(&mut World) -> Position;

pub(super) fn say(world: &mut World, saying: Saying) -> Position {
    let at = world.send(&saying);
    assert_eq!(world.effect(&at), "took", "a step on the way: {} {}", saying.act.kind, saying.act.name);
    at
}

pub(super) fn asked(world: &mut World) -> Position {
    say(world, saying("a", "inquiry", "release").word("kind", "incident"))
}

pub(super) fn denied(world: &mut World) -> (Position, Position) {
    let asked = asked(world);
    let denied = say(world, saying("b", "denial", "denial").about(&[&asked]));
    (asked, denied)
}

pub(super) fn notice(world: &mut World, kind: &str) -> Position {
    say(world, issue(kind))
}

pub(super) fn issue(kind: &str) -> Saying {
    let issue = saying("a", "notice", "issue").to("b").word("kind", kind);
    match kind {
        "incident" | "early-warning" => issue.number("known_since", 1),
        "oversight-hold" => issue.number("hold_d", 30),
        _ => issue,
    }
}

pub(super) fn offer() -> Saying {
    saying("a", "undertaking", "offer").to("b").number("from", 1).number("until", 1_900_000_000_000)
}

pub(super) fn offered(world: &mut World) -> Position {
    say(world, offer())
}

pub(super) fn accepted(world: &mut World) -> Position {
    let offered = offered(world);
    say(world, saying("b", "undertaking", "accept").about(&[&offered]));
    offered
}

pub(super) fn put() -> Saying {
    saying("a", "claim", "put").to("b")
}

pub(super) fn claimed(world: &mut World) -> Position {
    say(world, put())
}

pub(super) fn committed(world: &mut World) -> Position {
    say(world, saying("a", "exhibit", "commit").to("b").number("count", 5))
}

pub(super) fn checked(world: &mut World) -> Position {
    let by = world.now.0 + DAY;
    say(world, saying("a", "comcheck", "send").to("b").number("by", by))
}

pub(super) fn norm(world: &mut World) -> Position {
    say(world, saying("a", "norm", "propose"))
}

pub(super) fn verification(world: &mut World) -> Position {
    let norm = norm(world);
    say(world, saying("a", "verification", "propose").about(&[&norm]).to("b"))
}

pub(super) fn reported(world: &mut World) -> Position {
    say(world, saying("a", "contact", "report").to("b"))
}

pub(super) fn disclosed(world: &mut World) -> Position {
    let asked = asked(world);
    say(world, saying("a", "disclosure", "propose").about(&[&asked]).to("b"))
}

pub(super) fn suspended(world: &mut World) -> Position {
    say(world, saying("a", "suspension", "suspend").to("b").number("days", 30))
}

pub(super) fn announce(world: &World, id: &str) -> Saying {
    let from = world.now.0 + HOUR;
    saying("a", "exercise", "announce").word("id", id).number("from", from).number("until", from + DAY)
}

pub(super) fn announced(world: &mut World) -> Position {
    let announce = announce(world, "ex1");
    say(world, announce)
}

pub(super) fn nominate(world: &World) -> Saying {
    let until = world.now.0 + 365 * DAY;
    saying("a", "observer", "nominate").word("party", "n").word("sort", "joint").number("until", until)
}

pub(super) fn nominated(world: &mut World) -> Position {
    let nominate = nominate(world);
    say(world, nominate)
}

pub(super) fn request(world: &mut World) -> Position {
    let asked = asked(world);
    say(world, saying("o", "observer", "ask").about(&[&asked]).to("a"))
}
