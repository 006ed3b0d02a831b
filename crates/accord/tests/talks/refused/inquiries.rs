//! What an inquiry and its answers do not take.

use super::scenes::*;
use super::{Case, case};
use crate::world::saying;

pub(super) fn cases() -> Vec<Case> {
    vec![
        case("an answer after closing", "wrong-phase", |world| {
            let asked = asked(world);
            say(world, saying("a", "inquiry", "close").about(&[&asked]));
            saying("b", "reply", "answer").about(&[&asked])
        }),
        case("a denial after closing", "wrong-phase", |world| {
            let asked = asked(world);
            say(world, saying("a", "inquiry", "close").about(&[&asked]));
            saying("b", "denial", "denial").about(&[&asked])
        }),
        case("an acknowledgement after closing", "wrong-phase", |world| {
            let asked = asked(world);
            say(world, saying("a", "inquiry", "close").about(&[&asked]));
            saying("b", "reply", "acknowledge").about(&[&asked])
        }),
        case("an answer to what was withdrawn", "wrong-phase", |world| {
            let asked = asked(world);
            say(world, saying("a", "withdrawal", "withdraw").about(&[&asked]));
            saying("b", "reply", "answer").about(&[&asked])
        }),
        case("a second closing", "wrong-phase", |world| {
            let asked = asked(world);
            say(world, saying("a", "inquiry", "close").about(&[&asked]));
            saying("a", "inquiry", "close").about(&[&asked])
        }),
        case("a second acknowledgement", "wrong-phase", |world| {
            let asked = asked(world);
            say(world, saying("b", "reply", "acknowledge").about(&[&asked]));
            saying("b", "reply", "acknowledge").about(&[&asked])
        }),
        case("more time asked twice", "once-only", |world| {
            let asked = asked(world);
            say(world, saying("b", "reply", "extend-ask").about(&[&asked]));
            saying("b", "reply", "extend-ask").about(&[&asked])
        }),
        case("more time asked again after it was granted", "once-only", |world| {
            let asked = asked(world);
            say(world, saying("b", "reply", "extend-ask").about(&[&asked]));
            say(world, saying("a", "inquiry", "extend-grant").about(&[&asked]));
            saying("b", "reply", "extend-ask").about(&[&asked])
        }),
        case("more time granted twice", "once-only", |world| {
            let asked = asked(world);
            say(world, saying("b", "reply", "extend-ask").about(&[&asked]));
            say(world, saying("a", "inquiry", "extend-grant").about(&[&asked]));
            saying("a", "inquiry", "extend-grant").about(&[&asked])
        }),
        case("more time granted that nobody asked for", "nothing-asked", |world| {
            let asked = asked(world);
            saying("a", "inquiry", "extend-grant").about(&[&asked])
        }),
        case("an answer accepted that there is not", "wrong-phase", |world| {
            let asked = asked(world);
            saying("a", "inquiry", "accept").about(&[&asked])
        }),
        case("a follow-up to nothing", "wrong-phase", |world| {
            let asked = asked(world);
            saying("a", "inquiry", "follow-up").about(&[&asked])
        }),
        case("a position on an inquiry", "ref-target", |world| {
            let asked = asked(world);
            saying("b", "position", "contest").about(&[&asked])
        }),
        case("its own denial contested", "not-yours", |world| {
            let (_, denied) = denied(world);
            saying("b", "position", "contest").about(&[&denied])
        }),
        case("its own denial corroborated", "not-yours", |world| {
            let (_, denied) = denied(world);
            saying("b", "position", "corroborate").about(&[&denied])
        }),
        case("a denial contested by a third", "not-yours", |world| {
            let (_, denied) = denied(world);
            saying("c", "position", "contest").about(&[&denied])
        }),
        case("a denial withdrawn twice", "once-only", |world| {
            let (_, denied) = denied(world);
            say(world, saying("b", "withdrawal", "withdraw").about(&[&denied]));
            saying("b", "withdrawal", "withdraw").about(&[&denied])
        }),
        case("a denial withdrawn and cancelled", "once-only", |world| {
            let (_, denied) = denied(world);
            say(world, saying("b", "withdrawal", "withdraw").about(&[&denied]));
            saying("b", "withdrawal", "cancel").about(&[&denied])
        }),
        case("another's denial withdrawn", "ref-author", |world| {
            let (_, denied) = denied(world);
            saying("a", "withdrawal", "withdraw").about(&[&denied])
        }),
        case("a closing cancelled", "not-permitted", |world| {
            let asked = asked(world);
            let closed = say(world, saying("a", "inquiry", "close").about(&[&asked]));
            saying("a", "withdrawal", "cancel").about(&[&closed])
        }),
        case("an acknowledgement withdrawn", "not-permitted", |world| {
            let asked = asked(world);
            let seen = say(world, saying("b", "reply", "acknowledge").about(&[&asked]));
            saying("b", "withdrawal", "withdraw").about(&[&seen])
        }),
    ]
}
