//! What nobody can do, each with the exact name of the refusal: real leaves, real signatures, one world a case. One table
//! a subject stands in the files beside.

mod claims;
mod exercises;
mod holds;
mod inquiries;
mod notices;
mod officers;
mod readers;
mod scenes;
mod sides;
mod undertakings;

use crate::world::{Saying, World};

/// Prepares a world and gives what is said last.
type Case = (&'static str, &'static str, Box<dyn Fn(&mut World) -> Saying>);

fn case(name: &'static str, why: &'static str, last: impl Fn(&mut World) -> Saying + 'static) -> Case {
    (name, why, Box::new(last))
}

#[test]
fn what_nobody_can_do_is_refused_by_name() {
    let groups = [
        sides::cases(),
        officers::cases(),
        inquiries::cases(),
        undertakings::cases(),
        claims::cases(),
        notices::cases(),
        readers::cases(),
        exercises::cases(),
        holds::cases(),
    ];
    let mut number = 0;
    let mut wrong = Vec::new();
    for (name, why, last) in groups.into_iter().flatten() {
        number += 1;
        let mut world = World::trio();
        let last = last(&mut world);
        let found = world.try_saying(&last);
        if found != why {
            wrong.push(format!(
                "{name}, {} {} by {}: {found}, not {why}",
                last.act.kind, last.act.name, last.party
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(number >= 200, "{number} cases");
}
