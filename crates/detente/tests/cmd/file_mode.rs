//! Three files between two homes, from nothing to a receipt on both sides.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::world::{OURS, Stage, THEIRS, World};

#[test]
fn two_parties_find_what_is_in_common_and_both_hold_a_receipt() {
    let world = World::empty();
    world.write("ours.txt", OURS);
    world.write("theirs.txt", THEIRS);
    for (home, name) in [("a", "CERT-A"), ("b", "CERT-B")] {
        let made = world.home(home, &["init", name, "--contact", "soc@example.org"]);
        assert!(made.ok().out.contains("Your six words: "), "{made:?}");
        world.write(&format!("{home}.card"), &world.home(home, &["card"]).ok().out);
    }
    for (one, other) in [("a", "b"), ("b", "a")] {
        let words = world.home(other, &["card", "--words"]).out;
        assert_eq!(words.split_whitespace().count(), 6);
        let added = world.home(
            one,
            &["peer", "add", &format!("{other}.card"), "--words", words.trim(), "--compared", "in-person"],
        );
        assert!(added.ok().out.contains("compared in person"), "{added:?}");
    }

    let asked = world.a(&["ask", "ours.txt", "--peer", "cert-b", "--purpose", "phishing", "-o", "ask.dtn"]);
    assert!(asked.ok().out.contains("They learn"), "{asked:?}");
    let answered = world.b(&["answer", "ask.dtn", "theirs.txt", "--yes", "-o", "answer.dtn"]);
    answered.ok();
    for said in [
        "\"CERT-A\" (cert-a)",
        "in person",
        "\"phishing\"",
        "at most 256 items",
        "They learn",
        "We learn",
        "256 of 200 000",
    ] {
        assert!(answered.err.contains(said), "the terms do not say {said}: {answered:?}");
    }
    let opened = world.a(&["open", "answer.dtn", "-o", "result.dtn", "--csv", "common.csv"]);
    opened.ok();
    assert!(opened.out.contains("They learned"), "{opened:?}");
    assert_eq!(
        String::from_utf8(world.bytes("common.csv")).unwrap(),
        "type,value,source,line\r\ndomain,common-one.example,ours.txt,3\r\ndomain,common-two.example,ours.txt,4\r\n\
         ipv4,1.2.3.4,ours.txt,5\r\n"
    );
    assert!(world.b(&["receipt", "add", "result.dtn"]).ok().out.contains("We learned"));
    for home in ["a", "b"] {
        let listed = world.home(home, &["receipt", "list"]);
        assert!(listed.ok().out.contains("cert-a asked cert-b  closed  signed by cert-"), "{listed:?}");
    }
}

#[test]
fn an_answer_that_is_opened_again_gives_the_same() {
    let world = World::at(Stage::Answered);
    let first = world.a(&["open", "answer.dtn", "-o", "one.dtn", "--json"]);
    let second = world.a(&["open", "answer.dtn", "-o", "two.dtn", "--json"]);
    assert_eq!(first.ok().json()["common"], second.ok().json()["common"]);
    assert_eq!(world.bytes("one.dtn"), world.bytes("two.dtn"));
    assert_eq!(world.a(&["receipt", "list", "--json"]).json()["receipts"].as_array().unwrap().len(), 1);
}

#[test]
fn an_ask_that_comes_again_gets_the_stored_answer_and_costs_nothing() {
    let world = World::at(Stage::Answered);
    // Another list, no yes: nothing of it is read or asked for.
    world.write("others.txt", "203.0.113.9\n");
    let again = world.b(&["answer", "ask.dtn", "others.txt", "-o", "again.dtn", "--json"]);
    assert_eq!(again.ok().json()["again"], true);
    assert_eq!(again.json()["charged_items"], 0);
    assert_eq!(world.bytes("again.dtn"), world.bytes("answer.dtn"));
    assert_eq!(world.b(&["peer", "show", "cert-a", "--json"]).json()["budget_left_items"], 200_000 - 256);
}

#[test]
fn files_pass_through_pipes() {
    let world = World::at(Stage::Paired);
    let pipe = "$D --home a ask - --peer cert-b -o - <ours.txt | $D --home b answer - theirs.txt --yes -o - \
                | $D --home a open - -o - | $D --home b receipt add -";
    let output = std::process::Command::new("sh")
        .args(["-c", pipe])
        .current_dir(world.path())
        .env("D", env!("CARGO_BIN_EXE_detente"))
        .output()
        .unwrap();
    let out = String::from_utf8(output.stdout).unwrap();
    assert!(
        output.status.success() && out.contains("Filed"),
        "{out}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn an_ask_without_anything_in_common_is_the_honest_negative() {
    let world = World::at(Stage::Asked);
    world.write("others.txt", "203.0.113.9\n");
    world.b(&["answer", "ask.dtn", "others.txt", "--yes", "-o", "answer.dtn"]).ok();
    let opened = world.a(&["open", "answer.dtn", "-o", "result.dtn", "--json"]);
    let document = opened.gives(1).json();
    assert_eq!((&document["common_count"], &document["common"]), (&0.into(), &serde_json::json!([])));
    assert!(world.file("result.dtn").exists(), "the peer gets its result all the same");
    world.b(&["receipt", "add", "result.dtn"]).ok();
}

#[test]
fn the_answerer_s_list_is_narrowed_to_the_types_that_were_asked_for() {
    let world = World::at(Stage::Paired);
    world.a(&["ask", "ours.txt", "--peer", "cert-b", "--types", "domain", "-o", "ask.dtn"]).ok();
    let answered = world.b(&["answer", "ask.dtn", "theirs.txt", "--yes", "-o", "answer.dtn", "--json"]);
    assert_eq!(answered.ok().json()["ours"]["items"], 3);
    let opened = world.a(&["open", "answer.dtn", "--json"]).ok().json();
    assert_eq!(opened["common_count"], 2);
}

#[test]
fn a_cap_stops_before_the_result_is_written() {
    let world = World::at(Stage::Paired);
    world.a(&["ask", "ours.txt", "--peer", "cert-b", "--cap", "2", "-o", "ask.dtn"]).ok();
    world.b(&["answer", "ask.dtn", "theirs.txt", "--yes", "-o", "answer.dtn"]).ok();
    let stopped = world.a(&["open", "answer.dtn", "-o", "result.dtn", "--csv", "common.csv"]);
    stopped.fails(3, "more items are in common than the cap of 2 (over-cap)").hints("--yes");
    assert!(!world.file("result.dtn").exists() && !world.file("common.csv").exists());
    assert!(world.a(&["receipt", "list"]).out.contains("no receipts yet"));
    world.a(&["open", "answer.dtn", "-o", "result.dtn", "--yes"]).ok();
}

#[test]
fn files_that_hold_matches_are_the_owner_s_alone() {
    let world = World::at(Stage::Answered);
    world.a(&["open", "answer.dtn", "--csv", "common.csv"]).ok();
    let mode = fs::metadata(world.file("common.csv")).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o600);
}

#[test]
fn a_home_travels_by_export_and_import() {
    let world = World::at(Stage::Answered);
    world.write("passphrase", "six words of a dice list\n");
    let saved = world.a(&["home", "export", "--to", "a.saved", "--passphrase-file", "passphrase"]);
    assert!(saved.ok().out.contains("Whoever has this file and the passphrase is this party"), "{saved:?}");
    let brought = world.home("a2", &["home", "import", "a.saved", "--passphrase-file", "passphrase"]);
    assert!(
        brought.ok().err.contains("warning: what happened after it was saved is not in it"),
        "{brought:?}"
    );
    world.home("a2", &["open", "answer.dtn", "-o", "result.dtn"]).ok();

    world.write("wrong", "six words of another dice list\n");
    let refused = world.home("a3", &["home", "import", "a.saved", "--passphrase-file", "wrong"]);
    refused.fails(2, "the passphrase does not open this export, or the export was changed");
    assert!(!world.file("a3").exists());
    world.write("short", "secret\n");
    let refused = world.a(&["home", "export", "--to", "short.saved", "--passphrase-file", "short"]);
    refused.fails(2, "fewer than 12 characters");
    assert!(!world.file("short.saved").exists());
    world
        .home("a", &["home", "import", "a.saved", "--passphrase-file", "passphrase"])
        .fails(2, "already holds something");
}
