//! What waits while overseers have their time.

use detente_accord::record::Position;

use super::scenes::*;
use super::{Case, case};
use crate::world::{DAY, World, saying};

pub(super) fn cases() -> Vec<Case> {
    vec![
        case("terms of a first match on hold", "on-hold", |world| {
            notice(world, "oversight-hold");
            saying("a", "terms", "terms").to("c")
        }),
        case("consent to a first match on hold", "on-hold", |world| {
            let terms = say(world, saying("b", "terms", "terms").to("a"));
            notice(world, "oversight-hold");
            saying("a", "terms", "consent").about(&[&terms])
        }),
        case("a signature on hold", "on-hold", |world| {
            notice(world, "oversight-hold");
            let charter = Position::new(detente_accord::record::LogId::new(crate::world::id("a"), 0), 0);
            saying("a", "acceptance", "sign").about(&[&charter])
        }),
        case("terms a day before the hold is over", "on-hold", |world| {
            notice(world, "oversight-hold");
            world.wait(29 * DAY);
            saying("a", "terms", "terms").to("c")
        }),
        case("terms on a hold that nobody received", "on-hold", |world| {
            world.post(&issue("oversight-hold"));
            world.wait(100 * DAY);
            saying("a", "terms", "terms").to("c")
        }),
    ]
}

#[test]
fn who_gives_its_overseers_time_goes_on_when_it_is_over() {
    for released in [true, false] {
        let mut world = World::trio();
        let hold = notice(&mut world, "oversight-hold");
        assert_eq!(world.phase(&hold), "holding");
        assert_eq!(world.try_saying(&saying("a", "terms", "terms").to("c")), "on-hold");
        // Another party's hand is free.
        assert_eq!(world.try_saying(&saying("b", "terms", "terms").to("c")), "took");
        if released {
            say(&mut world, saying("a", "notice", "close").about(&[&hold]).word("outcome", "released"));
            assert_eq!(world.phase(&hold), "released");
        } else {
            world.wait(30 * DAY);
            assert_eq!(world.phase(&hold), "expired");
        }
        assert_eq!(world.try_saying(&saying("a", "terms", "terms").to("c")), "took");
    }
}
