//! What contacts, disclosures, notices and suspensions do not take.

use super::scenes::*;
use super::{Case, case};
use crate::world::{DAY, saying};

pub(super) fn cases() -> Vec<Case> {
    vec![
        case("a contact reported twice", "once-only", |world| {
            let reported = reported(world);
            say(world, saying("b", "contact", "report").about(&[&reported]));
            saying("b", "contact", "report").about(&[&reported])
        }),
        case("called agreed without an answer", "wrong-outcome", |world| {
            let disclosed = disclosed(world);
            saying("a", "disclosure", "release").about(&[&disclosed]).word("ground", "agreed")
        }),
        case("called agreed after an objection", "wrong-outcome", |world| {
            let disclosed = disclosed(world);
            let answer = saying("b", "disclosure", "consult-answer").about(&[&disclosed]);
            say(world, answer.word("answer", "object"));
            saying("a", "disclosure", "release").about(&[&disclosed]).word("ground", "agreed")
        }),
        case("called agreed without the words asked for", "wrong-outcome", |world| {
            let disclosed = disclosed(world);
            let answer = saying("b", "disclosure", "consult-answer").about(&[&disclosed]);
            say(world, answer.word("answer", "add"));
            saying("a", "disclosure", "release").about(&[&disclosed]).word("ground", "agreed")
        }),
        case("called agreed after a silence", "wrong-outcome", |world| {
            let disclosed = disclosed(world);
            world.wait(20 * DAY);
            saying("a", "disclosure", "release").about(&[&disclosed]).word("ground", "agreed")
        }),
        case("own words before the period is over", "too-early", |world| {
            let disclosed = disclosed(world);
            world.wait(9 * DAY);
            saying("a", "disclosure", "release").about(&[&disclosed]).word("ground", "own-words-only")
        }),
        case("released twice", "wrong-phase", |world| {
            let disclosed = disclosed(world);
            let release = saying("a", "disclosure", "release").about(&[&disclosed]);
            say(world, release.clone().word("ground", "legal-duty"));
            release.word("ground", "legal-duty")
        }),
        case("a notice acknowledged twice", "once-only", |world| {
            let notice = notice(world, "change");
            say(world, saying("b", "notice", "acknowledge").about(&[&notice]));
            saying("b", "notice", "acknowledge").about(&[&notice])
        }),
        case("a notice acknowledged by its author", "not-yours", |world| {
            let notice = notice(world, "change");
            saying("a", "notice", "acknowledge").about(&[&notice])
        }),
        case("a closed notice updated", "wrong-phase", |world| {
            let notice = notice(world, "change");
            say(world, saying("a", "notice", "close").about(&[&notice]));
            saying("a", "notice", "update").about(&[&notice])
        }),
        case("another's notice closed", "ref-author", |world| {
            let notice = notice(world, "change");
            saying("b", "notice", "close").about(&[&notice])
        }),
        case("a hold closed without an outcome", "out-of-bounds", |world| {
            let hold = notice(world, "oversight-hold");
            saying("a", "notice", "close").about(&[&hold])
        }),
        case("a notice that is no hold, released", "out-of-bounds", |world| {
            let notice = notice(world, "change");
            saying("a", "notice", "close").about(&[&notice]).word("outcome", "released")
        }),
        case("an incident without known-since", "field-missing", |_| {
            issue("incident").without("known_since")
        }),
        case("a change with known-since", "field-unknown", |_| issue("change").number("known_since", 1)),
        case("a hold without its length", "field-missing", |_| issue("oversight-hold").without("hold_d")),
        case("a resumption of what was resumed", "wrong-phase", |world| {
            let suspended = suspended(world);
            say(world, saying("a", "suspension", "resume").about(&[&suspended]));
            saying("a", "suspension", "resume").about(&[&suspended])
        }),
    ]
}
