//! How many offices release, and whose.

use detente_accord::jcs::Value;
use detente_accord::record::Position;

use super::scenes::*;
use super::{Case, case};
use crate::world::{ONE, Saying, Shape, TWO, World, effect, saying};

/// What takes two is not released by one; what a party does not hold it does not sign.
pub(super) fn cases() -> Vec<Case> {
    type Last = fn(&mut World) -> Saying;
    let two: &[(&'static str, Last)] = &[
        ("an incident without a second office", |_| issue("incident")),
        ("an early warning", |_| issue("early-warning")),
        ("a hold", |_| issue("oversight-hold")),
        ("an immediate inquiry", |_| saying("a", "inquiry", "release").word("prec", "immediate")),
        ("a priority inquiry", |_| saying("a", "inquiry", "release").word("prec", "priority")),
        ("an inquiry that attributes", |_| {
            saying("a", "inquiry", "release").with("attribution", Value::Bool(true))
        }),
        ("an answer", |world| saying("b", "reply", "answer").about(&[&asked(world)])),
        ("more information wanted", |world| {
            saying("b", "reply", "more-information-wanted").about(&[&asked(world)])
        }),
        ("more time", |world| saying("b", "reply", "extend-ask").about(&[&asked(world)])),
        ("a denial", |world| saying("b", "denial", "denial").about(&[&asked(world)])),
        ("an offer", |_| offer()),
        ("an acceptance", |world| saying("b", "undertaking", "accept").about(&[&offered(world)])),
        ("a refusal of an offer", |world| saying("b", "undertaking", "decline").about(&[&offered(world)])),
        ("a review", |world| saying("b", "undertaking", "review").about(&[&accepted(world)])),
        ("an end", |world| saying("b", "undertaking", "end").about(&[&accepted(world)])),
        ("a claim", |_| put()),
        ("an answer to a claim", |world| saying("b", "claim", "answer").about(&[&claimed(world)])),
        ("a publication", |world| saying("a", "claim", "publish").about(&[&claimed(world)])),
        ("a verification", |world| saying("a", "verification", "propose").about(&[&norm(world)]).to("b")),
        ("a consent to a verification", |world| {
            saying("b", "verification", "agree").about(&[&verification(world)])
        }),
        ("a suspension", |_| saying("a", "suspension", "suspend").to("b")),
        ("a resumption", |world| saying("a", "suspension", "resume").about(&[&suspended(world)])),
        ("a nomination", |world| nominate(world)),
        ("a consent to an observer", |world| saying("b", "observer", "accept").about(&[&nominated(world)])),
        ("a refusal of an observer", |world| saying("b", "observer", "refuse").about(&[&nominated(world)])),
        ("a release", |world| {
            saying("a", "disclosure", "release").about(&[&disclosed(world)]).word("ground", "legal-duty")
        }),
        ("a withdrawal of an offer", |world| saying("a", "withdrawal", "withdraw").about(&[&offered(world)])),
        ("a correction of a denial", |world| {
            let (_, denied) = denied(world);
            saying("b", "correction", "correct").about(&[&denied])
        }),
        ("a resignation", |_| saying("a", "member", "withdraw")),
        ("terms", |_| saying("a", "terms", "terms")),
    ];
    let mut cases = Vec::new();
    for (name, last) in two {
        let last = *last;
        cases.push(case(name, "needs-two-officers", move |world| last(world).signed(&["chief"])));
        cases.push(case(name, "needs-two-officers", move |world| last(world).single("chief")));
        let none = move |world: &mut World| last(world).signed(&[]);
        cases.push(case(name, "needs-officer", none));
    }
    cases
}

/// Who may release alone: the negative tests of a denial.
#[test]
fn one_person_releases_alone_only_where_the_charter_and_the_offices_say_so() {
    let alone = |shape: Shape, before: &[Saying], last: fn(&Position) -> Saying| {
        let mut world = World::found(&shape);
        let asked = say(&mut world, saying("a", "inquiry", "release"));
        for saying in before {
            say(&mut world, saying.clone());
        }
        let at = world.post(&last(&asked));
        let state = world.state();
        (effect(&state, &at), state.is_single(&at))
    };
    let denial = |asked: &Position| saying("b", "denial", "denial").about(&[asked]);
    let one = || Shape { parties: vec![("a", TWO), ("b", ONE)], ..Shape::of(&["a", "b"]) };
    let two = || Shape::of(&["a", "b"]);
    let unlisted = || one().rules(|rules| rules.officers.single.retain(|party| party.as_str() != "b"));
    let never = || one().rules(|rules| rules.officers.never_single = vec!["denial".into()]);
    let desk_leaves = saying("b", "officer", "leave").word("office", "chief").signed(&["chief"]);
    assert_eq!(
        alone(one(), &[], |asked| saying("b", "denial", "denial").about(&[asked]).single("desk")),
        ("took", true)
    );
    assert_eq!(alone(two(), &[], denial), ("took", false));
    for (name, shape, before, last) in [
        (
            "one signature",
            one(),
            vec![],
            (|asked| saying("b", "denial", "denial").about(&[asked]).signed(&["desk"]))
                as fn(&Position) -> Saying,
        ),
        ("not listed", unlisted(), vec![], |asked| {
            saying("b", "denial", "denial").about(&[asked]).single("desk")
        }),
        ("never single", never(), vec![], |asked| {
            saying("b", "denial", "denial").about(&[asked]).single("desk")
        }),
        ("a second office", two(), vec![], |asked| {
            saying("b", "denial", "denial").about(&[asked]).single("desk")
        }),
        ("a second office on leave", two(), vec![desk_leaves], |asked| {
            saying("b", "denial", "denial").about(&[asked]).single("desk")
        }),
        ("two signatures", two(), vec![], |asked| {
            saying("b", "denial", "denial")
                .about(&[asked])
                .with("single", Value::Bool(true))
                .signed(&["chief", "desk"])
        }),
        ("single false", two(), vec![], |asked| {
            saying("b", "denial", "denial").about(&[asked]).with("single", Value::Bool(false))
        }),
    ] {
        assert_eq!(alone(shape, &before, last), ("needs-two-officers", false), "{name}");
    }
}

#[test]
fn offices_of_others_do_not_speak() {
    let mut world = World::trio();
    let asked = asked(&mut world);
    for (signers, why) in [
        ([("a", "chief"), ("a", "desk")], "foreign-office"),
        ([("b", "chief"), ("a", "desk")], "foreign-office"),
        ([("b", "chief"), ("b", "lab")], "unknown-office"),
    ] {
        let denial = saying("b", "denial", "denial").about(&[&asked]).signed_by(&signers);
        assert_eq!(world.try_saying(&denial), why, "{signers:?}");
    }
}
