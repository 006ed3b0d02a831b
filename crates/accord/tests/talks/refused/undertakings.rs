//! What an offer and an undertaking do not take.

use super::scenes::*;
use super::{Case, case};
use crate::world::{DAY, saying};

pub(super) fn cases() -> Vec<Case> {
    vec![
        case("an acceptance withdrawn alone", "not-permitted", |world| {
            let offered = offered(world);
            let accepted = say(world, saying("b", "undertaking", "accept").about(&[&offered]));
            saying("b", "withdrawal", "withdraw").about(&[&accepted])
        }),
        case("an accepted offer withdrawn", "wrong-phase", |world| {
            let offered = accepted(world);
            saying("a", "withdrawal", "withdraw").about(&[&offered])
        }),
        case("a withdrawal cancelled", "not-permitted", |world| {
            let asked = asked(world);
            let withdrawn = say(world, saying("a", "withdrawal", "withdraw").about(&[&asked]));
            saying("a", "withdrawal", "cancel").about(&[&withdrawn])
        }),
        case("an offer accepted twice", "wrong-phase", |world| {
            let offered = accepted(world);
            saying("b", "undertaking", "accept").about(&[&offered])
        }),
        case("an offer accepted after it was declined", "wrong-phase", |world| {
            let offered = offered(world);
            say(world, saying("b", "undertaking", "decline").about(&[&offered]));
            saying("b", "undertaking", "accept").about(&[&offered])
        }),
        case("an offer accepted after it was withdrawn", "wrong-phase", |world| {
            let offered = offered(world);
            say(world, saying("a", "withdrawal", "withdraw").about(&[&offered]));
            saying("b", "undertaking", "accept").about(&[&offered])
        }),
        case("an offer accepted a month later", "lapsed", |world| {
            let offered = offered(world);
            world.wait(30 * DAY);
            saying("b", "undertaking", "accept").about(&[&offered])
        }),
        case("an offer declined a month later", "lapsed", |world| {
            let offered = offered(world);
            world.wait(31 * DAY);
            saying("b", "undertaking", "decline").about(&[&offered])
        }),
        case("an offer reviewed before it runs", "wrong-phase", |world| {
            let offered = offered(world);
            saying("a", "undertaking", "review").about(&[&offered])
        }),
        case("an offer ended before it runs", "wrong-phase", |world| {
            let offered = offered(world);
            saying("a", "undertaking", "end").about(&[&offered])
        }),
        case("an undertaking said broken by another's inquiry", "ref-author", |world| {
            let (offered, asked) = (accepted(world), asked(world));
            saying("b", "undertaking", "say-broken").about(&[&offered, &asked])
        }),
        case("an undertaking said broken without an inquiry", "ref-missing", |world| {
            let offered = accepted(world);
            saying("a", "undertaking", "say-broken").about(&[&offered])
        }),
        case("an undertaking that ends before it begins", "out-of-bounds", |_| {
            offer().number("from", 5).number("until", 5)
        }),
    ]
}
