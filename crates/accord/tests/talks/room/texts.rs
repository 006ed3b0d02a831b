//! Drafts from the first word to force, and the rules that come with them.

use detente_accord::record::{AmendBy, Position, RulesFile};
use sha2::{Digest, Sha256};

use super::{Table, withdraw};
use crate::world::{Saying, saying};

const THREE: &[&str] = &["a", "b", "c"];

fn chaired(rules: &mut detente_accord::record::Rules) {
    rules.chair = detente_accord::record::Chair::Party(crate::world::id("a"));
}

fn phase(table: &Table, text: &Position) -> &'static str {
    table.room(|room| {
        let text = &room.texts()[text];
        room.text_phase(text, table.world.now).word_of(text)
    })
}

fn propose(rev: u64) -> Saying {
    saying("b", "draft", "propose").number("rev", rev).word("aim", "text")
}

fn bracket(by: &'static str, on: &Position, id: &str) -> Saying {
    saying(by, "bracket", "bracket").about(&[on]).word("id", id)
}

fn unbracket(by: &'static str, bracket: &Position, how: &str) -> Saying {
    saying(by, "bracket", "unbracket").about(&[bracket]).word("how", how)
}

fn adopt_all(table: &mut Table, text: &Position, act: &str) {
    for party in THREE {
        table.took(&saying(party, "acceptance", act).about(&[text]));
    }
}

#[test]
fn a_text_goes_from_the_table_into_force() {
    let mut table = Table::with(THREE, chaired);
    let text = table.took(&propose(1));
    assert_eq!(phase(&table, &text), "rolling-text");
    let first = table.took(&bracket("c", &text, "b1"));
    let second = table.took(&bracket("a", &text, "b2"));
    assert_eq!(table.says(&bracket("b", &text, "b1")).1, "once-only");
    assert_eq!(table.says(&saying("a", "draft", "clean").about(&[&text])).1, "brackets-open");
    // Parking works at once, and is not agreement.
    table.took(&unbracket("b", &first, "park"));
    let counter = table.room(|room| room.counter(&text));
    assert_eq!((counter.open, counter.parked), (1, 1));
    assert_eq!(table.says(&unbracket("b", &first, "drop")).1, "wrong-phase");
    table.took(&unbracket("c", &first, "unpark"));
    assert_eq!(table.says(&unbracket("c", &first, "choose")).1, "out-of-bounds");
    assert_eq!(table.says(&unbracket("c", &first, "drop").number("alt", 1)).1, "out-of-bounds");
    // The same alternative, as the last word of everybody.
    for (party, alternative) in [("a", 0), ("b", 1), ("c", 1), ("a", 1)] {
        assert!(table.room(|room| room.brackets()[&first].is_open()));
        table.took(&unbracket(party, &first, "choose").number("alt", alternative));
    }
    let closed = table.room(|room| room.brackets()[&first].clone());
    assert_eq!((closed.is_open(), closed.alternative), (false, Some(1)));
    for party in THREE {
        table.took(&unbracket(party, &second, "merge"));
    }
    table.took(&saying("a", "draft", "clean").about(&[&text]));
    assert_eq!(phase(&table, &text), "clean");
    table.took(&saying("c", "acceptance", "adopt").about(&[&text]));
    assert_eq!(table.says(&saying("c", "acceptance", "adopt").about(&[&text])).1, "once-only");
    // A revision: adoptions and cleanness fall.
    let revised = table.took(&saying("c", "draft", "revise").about(&[&text, &text]).number("rev", 1));
    assert_eq!(phase(&table, &text), "rolling-text");
    assert_eq!(table.says(&saying("a", "draft", "clean").about(&[&text])).1, "wrong-phase");
    assert_eq!(table.says(&saying("b", "draft", "clean").about(&[&revised])).1, "not-in-chair");
    table.took(&saying("a", "draft", "clean").about(&[&revised]));
    adopt_all(&mut table, &revised, "adopt");
    assert_eq!(phase(&table, &text), "consensus-adopted");
    assert_eq!(table.says(&saying("a", "acceptance", "sign").about(&[&revised])).1, "wrong-phase");
    table.took(&saying("a", "draft", "open").about(&[&revised]));
    assert_eq!(phase(&table, &text), "open-for-signature");
    table.took(&saying("b", "acceptance", "provisional").about(&[&revised]));
    assert_eq!(phase(&table, &text), "provisionally-applied");
    adopt_all(&mut table, &revised, "sign");
    assert_eq!(phase(&table, &text), "in-force");
    // The next one takes its place.
    let numbered = propose(1).about(&[&revised]);
    assert_eq!(table.says(&numbered).1, "out-of-bounds");
    let next = table.took(&propose(2).about(&[&revised]));
    table.took(&saying("a", "draft", "clean").about(&[&next]));
    adopt_all(&mut table, &next, "adopt");
    table.took(&saying("a", "draft", "open").about(&[&next]));
    adopt_all(&mut table, &next, "sign");
    assert_eq!((phase(&table, &text), phase(&table, &next)), ("amended", "in-force"));
}

#[test]
fn a_text_that_ends_the_accord_ends_its_norms() {
    let mut table = Table::with(THREE, |rules| {
        chaired(rules);
        rules.amend_by = AmendBy::Adoption;
    });
    let norm = table.norm("a", "E1");
    table.all_agree(&norm);
    assert_eq!(table.cells(&norm)[0], "ab as-written");
    let text = table.took(&propose(1).word("aim", "termination"));
    table.took(&saying("a", "draft", "clean").about(&[&text]));
    adopt_all(&mut table, &text, "adopt");
    assert_eq!(phase(&table, &text), "terminated");
    assert_eq!(table.cells(&norm)[0], "ab not-in-force: no-text-in-force");
}

#[test]
fn a_norm_comes_into_force_with_the_charter() {
    let mut table = Table::unsigned(&["a", "b"], |_| ());
    let norm = table.norm("a", "E1");
    table.all_agree(&norm);
    assert_eq!(table.cells(&norm), ["ab not-in-force: no-text-in-force"]);
    let charter = |party| Position::new(detente_accord::record::LogId::new(crate::world::id(party), 0), 0);
    table.took(&saying("a", "acceptance", "provisional").about(&[&charter("a")]));
    table.took(&saying("b", "acceptance", "sign").about(&[&charter("b")]));
    let cell = table.cell(&norm, "a", "b");
    assert!(cell.provisional && cell.state.words() == "in force as written");
    table.took(&saying("a", "acceptance", "sign").about(&[&charter("a")]));
    let cell = table.cell(&norm, "a", "b");
    assert!(!cell.provisional && cell.state.words() == "in force as written");
    assert_eq!(table.says(&saying("a", "acceptance", "sign").about(&[&charter("a")])).1, "once-only");
}

/// The new rules count for whoever had seen what put them in force, and for nobody before.
#[test]
fn rules_change_with_the_text_that_names_them() {
    let mut table = Table::with(THREE, |rules| {
        chaired(rules);
        rules.amend_by = AmendBy::Adoption;
    });
    let old = table.norm("a", "E1");
    let before = table.reserve("b", &old, "modify");
    let mut rules = table.world.charter.rules().clone();
    rules.reservations.objection = detente_accord::record::Clock::new(86_400).unwrap();
    rules.reservations.regime = detente_accord::record::Regime::Listed;
    rules.reservations.listed = vec!["E2".to_owned()];
    let file = RulesFile { rev: 1, title: "On the restraint of all".into(), rules };
    let hash: [u8; 32] = Sha256::digest(file.encode()).into();
    table.world.rules.insert(hash, file);
    let text = propose(1).word("rules", &detente_accord::b64::encode(&hash));
    let text = table.took(&text);
    table.took(&saying("a", "draft", "clean").about(&[&text]));
    for party in ["b", "c"] {
        table.took(&saying(party, "acceptance", "adopt").about(&[&text]));
    }
    table.world.apart();
    table.quiet();
    let adopted = table.took(&saying("a", "acceptance", "adopt").about(&[&text]));
    // b has not seen the last adoption, though it stands before what b says; c has.
    let blind = table.took(&super::reserve("b", &old, "exclude"));
    table.world.see("c", "a", adopted.seq + 1);
    let seeing = table.took(&super::reserve("c", &old, "exclude"));
    table.room(|room| {
        assert!(room.reservations()[&blind].norms[&old].is_some());
        assert!(room.reservations()[&seeing].norms[&old].is_none());
    });
    table.world.together();
    table.quiet = false;
    assert_eq!(table.world.state().rules().reservations.listed, ["E2"]);
    let new = table.norm("a", "E2");
    let after = table.reserve("b", &new, "modify");
    table.all_agree(&old);
    table.all_agree(&new);
    table.days(2);
    // The one that ran keeps the rule it started under.
    assert_eq!(table.cells(&new)[0], "ab modified by b");
    let standing = |at: &Position, norm: &Position| {
        table.world.look(|state, now| {
            let room = state.talks().room();
            room.reservations()[at].standing(norm, &crate::world::id("a"), now).word()
        })
    };
    assert_eq!([standing(&before, &old), standing(&after, &new)], ["pending", "accepted-by-lapse"]);
}

#[test]
fn a_word_given_in_error_is_taken_back_while_others_are_missing() {
    let mut table = Table::with(THREE, chaired);
    let norm = table.norm("a", "E1");
    let agreed = table.took(&saying("b", "acceptance", "agree").about(&[&norm]));
    assert_eq!(table.says(&saying("b", "acceptance", "agree").about(&[&norm])).1, "once-only");
    table.took(&withdraw("b", &agreed, "cancel"));
    table.agree(&norm, &["a", "c"]);
    assert_eq!(table.cells(&norm)[0], "ab not-in-force: proposed");
    let again = table.took(&saying("b", "acceptance", "agree").about(&[&norm]));
    assert_eq!(table.cells(&norm)[0], "ab as-written");
    assert_eq!(table.says(&withdraw("b", &again, "cancel")).1, "wrong-phase");
    assert_eq!(table.says(&withdraw("a", &norm, "withdraw")).1, "wrong-phase");
    let corrected = saying("b", "correction", "correct").about(&[&again]).to("*");
    let correction = table.took(&corrected);
    assert_eq!(table.room(|room| room.corrections(&again).to_vec()), [correction]);
}
