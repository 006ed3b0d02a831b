//! Receipts through the program: shown, verified, replayed; a changed one is not verified.

use crate::world::{Ran, Stage, World};

fn closed() -> (World, String) {
    let world = World::at(Stage::Opened);
    let run =
        world.b(&["receipt", "add", "result.dtn", "--json"]).ok().json()["run"].as_str().unwrap().to_owned();
    (world, run)
}

#[test]
fn both_sides_and_anybody_with_both_cards_can_verify() {
    let (world, run) = closed();
    for home in ["a", "b"] {
        let file = format!("{home}.receipt");
        world.home(home, &["receipt", "show", &run[..6], "-o", &file]).ok();
        let verified = world.home(home, &["receipt", "verify", &run]);
        assert!(verified.ok().out.starts_with("verified: receipt of run"), "{verified:?}");
        assert!(verified.out.contains("Not proved    that the lists are true or complete"), "{verified:?}");
        world.run(&["receipt", "verify", &file, "--card", "a.card", "--card", "b.card"]).ok();
    }
    // And the other side files it.
    let added = world.a(&["receipt", "add", "b.receipt"]);
    assert!(added.ok().out.contains("\"CERT-B\" (cert-b)"), "{added:?}");
    assert_eq!(world.a(&["receipt", "list", "--json"]).json()["receipts"].as_array().unwrap().len(), 2);
}

#[test]
fn without_a_card_nothing_is_decided() {
    let (world, run) = closed();
    world.a(&["receipt", "show", &run, "-o", "a.receipt"]).ok();
    let ran = world.run(&["receipt", "verify", "a.receipt", "--card", "a.card", "--json"]);
    assert_eq!(ran.gives(2).json()["verdict"], "cannot decide");
    assert!(ran.json()["reason"].as_str().unwrap().contains("cert-b"));
}

#[test]
fn a_changed_receipt_is_not_verified() {
    let (world, run) = closed();
    world.a(&["receipt", "show", &run, "-o", "a.receipt"]).ok();
    let bytes = world.bytes("a.receipt");
    let verify = |bytes: &[u8]| -> Ran {
        world.write("changed.receipt", bytes);
        world.run(&["receipt", "verify", "changed.receipt", "--card", "a.card", "--card", "b.card"])
    };
    assert_eq!(verify(&bytes).code, 0);
    let start = br#"{"acceptance":"#.len();
    for place in (start..bytes.len() - 2).step_by(bytes.len() / 40) {
        let mut flipped = bytes.clone();
        flipped[place] ^= 2;
        let ran = verify(&flipped);
        assert_eq!(ran.code, 1, "byte {place}: {ran:?}");
        assert!(ran.out.starts_with("not verified"), "{ran:?}");
    }
    let ran = world.b(&["receipt", "add", "changed.receipt"]);
    assert_eq!(ran.code, 5, "{ran:?}");
    let ran = world.run(&["receipt", "verify", "ours.txt", "--card", "a.card"]);
    ran.fails(2, "ours.txt is not a receipt");
}

#[test]
fn one_s_own_part_is_replayed_byte_for_byte() {
    let (world, run) = closed();
    for (home, list) in [("a", "ours.txt"), ("b", "theirs.txt")] {
        let replayed = world.home(home, &["receipt", "replay", &run, list]);
        assert!(replayed.ok().out.contains("byte for byte the same"), "{replayed:?}");
        assert!(!replayed.out.contains("differs"), "{replayed:?}");
    }
}

#[test]
fn another_list_does_not_replay() {
    let (world, run) = closed();
    world.write("other.txt", "common-one.example\n");
    for home in ["a", "b"] {
        let replayed = world.home(home, &["receipt", "replay", &run, "other.txt"]);
        assert!(replayed.gives(1).out.contains("not verified"), "{replayed:?}");
        assert!(!replayed.out.contains("the same"), "{replayed:?}");
    }
}

#[test]
fn receipts_that_do_not_exist_are_the_honest_negative() {
    let (world, run) = closed();
    for command in ["show", "verify"] {
        let ran = world.a(&["receipt", command, "ffffffff"]);
        ran.fails(1, "there is no receipt \"ffffffff\"").hints("detente receipt list");
    }
    world.make("c", "CERT-C");
    world.a(&["receipt", "show", &run, "-o", "a.receipt"]).ok();
    world
        .home("c", &["receipt", "replay", "a.receipt", "ours.txt"])
        .fails(1, "this home did not run that match");
}

#[test]
fn a_result_that_is_filed_twice_changes_nothing() {
    let (world, run) = closed();
    let again = world.b(&["receipt", "add", "result.dtn", "--json"]);
    assert_eq!(again.ok().json()["run"].as_str(), Some(run.as_str()));
    assert_eq!(world.b(&["receipt", "list", "--json"]).json()["receipts"].as_array().unwrap().len(), 1);
}
