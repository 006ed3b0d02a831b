//! Norms and declarations: what moves them.

use super::{Table, norm, object, reserve, withdraw};
use crate::world::{Saying, saying};

const THREE: &[&str] = &["a", "b", "c"];

fn review(by: &'static str, at: &detente_accord::record::Position, outcome: &str) -> Saying {
    saying(by, "norm", "review").about(&[at]).word("outcome", outcome)
}

fn amend(by: &'static str, at: &detente_accord::record::Position, code: &str) -> Saying {
    saying(by, "norm", "amend").about(&[at]).word("code", code).word("kind", "prohibition")
}

#[test]
fn a_norm_is_amended_when_the_new_one_is_agreed() {
    let mut table = Table::of(THREE);
    let old = table.norm("a", "E1");
    assert_eq!(table.says(&amend("b", &old, "E1")).1, "wrong-phase");
    table.all_agree(&old);
    assert_eq!(table.says(&norm("b", "E1")).1, "once-only");
    assert_eq!(table.says(&amend("b", &old, "E2")).1, "out-of-bounds");
    let new = table.took(&amend("b", &old, "E1"));
    let rival = table.took(&amend("c", &old, "E1"));
    table.agree(&new, &["a", "b"]);
    assert_eq!(table.cells(&old)[0], "ab as-written");
    table.agree(&new, &["c"]);
    assert_eq!(table.cells(&old)[0], "ab not-in-force: amended");
    assert_eq!(table.cells(&new)[0], "ab as-written");
    assert_eq!(table.says(&saying("a", "acceptance", "agree").about(&[&rival])).1, "wrong-phase");
    let now = table.world.now;
    assert_eq!(table.room(|room| room.norm_of_code("E1", now).unwrap().position.clone()), new);
}

#[test]
fn a_norm_is_kept_or_lapses_when_all_say_so() {
    let mut table = Table::of(THREE);
    let at = table.norm("a", "E1");
    assert_eq!(table.says(&review("b", &at, "open")).1, "wrong-phase");
    table.all_agree(&at);
    assert_eq!(table.says(&review("b", &at, "lapse")).1, "too-early");
    table.took(&review("b", &at, "open"));
    assert_eq!(table.says(&review("c", &at, "open")).1, "once-only");
    // It holds while it is looked at.
    assert_eq!(table.cells(&at)[0], "ab as-written");
    for (party, outcome) in [("a", "lapse"), ("b", "keep"), ("c", "keep"), ("a", "keep")] {
        assert!(table.room(|room| room.norms()[&at].phase.is_agreed()));
        table.took(&review(party, &at, outcome));
    }
    assert_eq!(table.says(&review("c", &at, "keep")).1, "too-early");
    table.took(&review("c", &at, "open"));
    for party in THREE {
        table.took(&review(party, &at, "lapse"));
    }
    assert_eq!(table.cells(&at)[0], "ab not-in-force: lapsed");
}

#[test]
fn brackets_keep_a_norm_from_being_agreed() {
    let mut table = Table::of(THREE);
    let at = table.norm("a", "E1");
    let bracket = table.took(&saying("b", "bracket", "bracket").about(&[&at]).word("id", "b1"));
    assert_eq!(table.says(&saying("c", "acceptance", "agree").about(&[&at])).1, "brackets-open");
    for party in THREE {
        let drop = saying(party, "bracket", "unbracket").about(&[&bracket]).word("how", "drop");
        table.took(&drop);
    }
    table.all_agree(&at);
    assert_eq!(
        table.says(&saying("b", "bracket", "bracket").about(&[&at]).word("id", "b2")).1,
        "wrong-phase"
    );
}

#[test]
fn a_proposal_is_replaced_or_taken_back_by_its_author() {
    let mut table = Table::of(THREE);
    let first = table.norm("a", "E1");
    let second = table.took(&norm("a", "E1").about(&[&first]));
    assert_eq!(table.says(&saying("b", "acceptance", "agree").about(&[&first])).1, "wrong-phase");
    table.took(&withdraw("a", &second, "withdraw"));
    assert_eq!(table.cells(&second)[0], "ab not-in-force: withdrawn");
    // The last agreement that had not seen the withdrawal stands.
    let third = table.norm("a", "E2");
    table.agree(&third, &["a", "b"]);
    table.world.apart();
    table.quiet();
    let withdrawn = table.took(&withdraw("a", &third, "withdraw"));
    let agreed = table.took(&saying("c", "acceptance", "agree").about(&[&third]));
    assert_eq!(table.cells(&third)[0], "ab as-written", "{withdrawn} {agreed}");
}

#[test]
fn who_may_say_what_of_a_reservation() {
    let mut table = Table::of(THREE);
    let at = table.norm("a", "E1");
    let made = table.reserve("b", &at, "modify");
    let response = |by, act| saying(by, "acceptance", act).about(&[&made]);
    assert_eq!(table.says(&response("b", "accept")).1, "not-yours");
    assert_eq!(table.says(&object("b", &made, "simple")).1, "not-yours");
    assert_eq!(table.says(&response("a", "decline")).1, "not-permitted");
    let accepted = table.took(&response("a", "accept"));
    assert_eq!(table.says(&response("a", "accept")).1, "once-only");
    assert_eq!(table.says(&withdraw("a", &accepted, "cancel")).1, "wrong-phase");
    let raised = table.object("c", &made, "simple");
    assert_eq!(table.says(&object("c", &made, "no-accord")).1, "once-only");
    table.withdraw("c", &raised);
    assert_eq!(table.says(&withdraw("c", &raised, "withdraw")).1, "wrong-phase");
    assert_eq!(table.says(&saying("c", "objection", "maintain").about(&[&raised])).1, "wrong-phase");
    table.withdraw("b", &made);
    assert_eq!(table.says(&withdraw("b", &made, "withdraw")).1, "wrong-phase");
    assert_eq!(table.says(&object("c", &made, "simple")).1, "wrong-phase");
    assert_eq!(table.says(&withdraw("b", &made, "withdraw-part")).1, "wrong-phase");
}

#[test]
fn a_pledge_is_joined_and_an_interpretation_is_not() {
    let mut table = Table::of(THREE);
    let declare = |kind: &str, open: bool| {
        let open = detente_accord::jcs::Value::Bool(open);
        saying("a", "declaration", "declare").word("kind", kind).with("open", open)
    };
    let pledge = table.took(&declare("pledge", true));
    let closed = table.took(&declare("pledge", false));
    let reading = table.took(&declare("interpretative", true));
    let say = |by, act: &str, at| saying(by, "declaration", act).about(&[at]);
    let joined = table.took(&say("b", "join", &pledge));
    assert_eq!(table.says(&say("b", "join", &pledge)).1, "once-only");
    assert_eq!(table.says(&say("b", "join", &closed)).1, "not-permitted");
    assert_eq!(table.says(&say("b", "join", &reading)).1, "not-permitted");
    assert_eq!(table.says(&say("b", "oppose", &pledge)).1, "not-permitted");
    assert_eq!(table.says(&say("a", "join", &pledge)).1, "not-yours");
    table.took(&say("c", "oppose", &reading));
    table.took(&say("c", "recharacterise", &reading));
    let disputes = |table: &Table| table.room(|room| room.declarations()[&reading].disputed_by().count());
    assert_eq!(disputes(&table), 1);
    table.took(&say("c", "approve", &reading));
    assert_eq!(disputes(&table), 0);
    table.withdraw("b", &joined);
    assert!(table.room(|room| room.declarations()[&pledge].stances.is_empty()));
    table.withdraw("a", &reading);
    assert_eq!(table.says(&say("b", "approve", &reading)).1, "wrong-phase");
}

#[test]
fn an_exercise_has_a_room_of_its_own() {
    let mut table = Table::of(THREE);
    let real = table.norm("a", "E1");
    let (_, effect) = table.says(&saying("b", "acceptance", "agree").about(&[&real]).in_exercise("ex-1"));
    // Without an exercise that runs it may be refused for that; never does it count in the real room.
    assert!(["exercise-mixed", "no-such-exercise"].contains(&effect), "{effect}");
    assert!(table.room(|room| room.norms()[&real].agreed.is_empty()));
    let (_, effect) = table.says(&reserve("b", &real, "modify").in_exercise("ex-1"));
    assert!(["exercise-mixed", "no-such-exercise"].contains(&effect), "{effect}");
}
