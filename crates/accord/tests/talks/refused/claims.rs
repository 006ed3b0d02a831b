//! What claims, exhibits, comchecks and verifications do not take.

use super::scenes::*;
use super::{Case, case};
use crate::world::{DAY, HOUR, saying};

pub(super) fn cases() -> Vec<Case> {
    vec![
        case("a claim published at once", "too-early", |world| {
            let claimed = claimed(world);
            saying("a", "claim", "publish").about(&[&claimed])
        }),
        case("a claim maintained before the reply", "too-early", |world| {
            let claimed = claimed(world);
            saying("a", "claim", "maintain").about(&[&claimed])
        }),
        case("a claim published an hour before its time", "too-early", |world| {
            let claimed = claimed(world);
            world.wait(71 * HOUR);
            saying("a", "claim", "publish").about(&[&claimed])
        }),
        case("an amended claim published on the old reply", "too-early", |world| {
            let claimed = claimed(world);
            say(world, saying("b", "claim", "answer").about(&[&claimed]));
            say(world, saying("a", "claim", "amend").about(&[&claimed]));
            saying("a", "claim", "publish").about(&[&claimed])
        }),
        case("a claim published twice", "wrong-phase", |world| {
            let claimed = claimed(world);
            say(world, saying("b", "claim", "answer").about(&[&claimed]));
            say(world, saying("a", "claim", "publish").about(&[&claimed]));
            saying("a", "claim", "publish").about(&[&claimed])
        }),
        case("a claim that nobody received, published", "too-early", |world| {
            let claimed = world.post(&put());
            world.wait(100 * DAY);
            saying("a", "claim", "publish").about(&[&claimed])
        }),
        case("more opened than there is", "out-of-bounds", |world| {
            let committed = committed(world);
            saying("a", "exhibit", "open").about(&[&committed]).to("b").number("opened", 6)
        }),
        case("opened again beyond what is left", "out-of-bounds", |world| {
            let committed = committed(world);
            say(world, saying("a", "exhibit", "open").about(&[&committed]).to("b").number("opened", 4));
            saying("a", "exhibit", "open").about(&[&committed]).to("b").number("opened", 2)
        }),
        case("nothing opened", "out-of-bounds", |world| {
            let committed = committed(world);
            saying("a", "exhibit", "open").about(&[&committed]).to("b").number("opened", 0)
        }),
        case("opened to itself", "addressee", |world| {
            let committed = committed(world);
            saying("a", "exhibit", "open").about(&[&committed]).to("a")
        }),
        case("opened after it was destroyed", "wrong-phase", |world| {
            let committed = committed(world);
            say(world, saying("a", "exhibit", "destroy").about(&[&committed]));
            saying("a", "exhibit", "open").about(&[&committed]).to("b")
        }),
        case("an opened exhibit cancelled", "wrong-phase", |world| {
            let committed = committed(world);
            say(world, saying("a", "exhibit", "open").about(&[&committed]).to("b"));
            saying("a", "withdrawal", "cancel").about(&[&committed])
        }),
        case("no exhibit committed", "out-of-bounds", |_| {
            saying("a", "exhibit", "commit").to("b").number("count", 0)
        }),
        case("a failure scored before the time", "too-early", |world| {
            let checked = checked(world);
            saying("a", "comcheck", "score").about(&[&checked]).word("score", "failed")
        }),
        case("an alternate tried before the time", "too-early", |world| {
            let checked = checked(world);
            saying("a", "comcheck", "alternate").about(&[&checked])
        }),
        case("a failure scored where a person answered", "wrong-outcome", |world| {
            let checked = checked(world);
            say(world, saying("b", "comcheck", "human-answer").about(&[&checked]));
            saying("a", "comcheck", "score").about(&[&checked]).word("score", "failed")
        }),
        case("success scored where nobody answered", "wrong-outcome", |world| {
            let checked = checked(world);
            world.wait(3 * HOUR);
            saying("a", "comcheck", "score").about(&[&checked]).word("score", "ok")
        }),
        case("a late answer scored as in time", "wrong-outcome", |world| {
            let checked = checked(world);
            world.wait(3 * HOUR);
            say(world, saying("b", "comcheck", "human-answer").about(&[&checked]));
            saying("a", "comcheck", "score").about(&[&checked]).word("score", "ok")
        }),
        case("scored twice", "wrong-phase", |world| {
            let checked = checked(world);
            say(world, saying("b", "comcheck", "human-answer").about(&[&checked]));
            say(world, saying("a", "comcheck", "score").about(&[&checked]).word("score", "ok"));
            saying("a", "comcheck", "score").about(&[&checked]).word("score", "ok")
        }),
        case("a sample opened before both have drawn", "too-early", |world| {
            let norm = norm(world);
            let proposed = say(
                world,
                saying("a", "verification", "propose").about(&[&norm]).to("b").number("sample", 3),
            );
            say(world, saying("b", "verification", "agree").about(&[&proposed]));
            say(world, saying("a", "verification", "draw").about(&[&proposed]));
            saying("b", "verification", "open").about(&[&proposed])
        }),
        case("a seed drawn twice", "once-only", |world| {
            let proposed = verification(world);
            say(world, saying("b", "verification", "agree").about(&[&proposed]));
            say(world, saying("a", "verification", "draw").about(&[&proposed]));
            saying("a", "verification", "draw").about(&[&proposed])
        }),
        case("a report before anything was opened", "wrong-phase", |world| {
            let proposed = verification(world);
            say(world, saying("b", "verification", "agree").about(&[&proposed]));
            saying("b", "verification", "report").about(&[&proposed])
        }),
        case("its own report accepted", "not-yours", |world| {
            let proposed = verification(world);
            say(world, saying("b", "verification", "agree").about(&[&proposed]));
            say(world, saying("b", "verification", "open").about(&[&proposed]));
            let report = say(world, saying("b", "verification", "report").about(&[&proposed]));
            saying("b", "verification", "accept").about(&[&report])
        }),
        case("an agreed verification cancelled", "wrong-phase", |world| {
            let proposed = verification(world);
            say(world, saying("b", "verification", "agree").about(&[&proposed]));
            saying("a", "withdrawal", "cancel").about(&[&proposed])
        }),
    ]
}
