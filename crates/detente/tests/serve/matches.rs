//! Live matches as whole programs: over a link, beside a running node and without one, by policy and by an officer.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::running::{Running, ok, open_accord, program};

/// An open accord; b's node runs and can be reached, and a knows where.
fn answering() -> (TempDir, Running) {
    let folder = open_accord();
    let at = folder.path();
    fs::write(at.join("ours.txt"), lines(0, 300)).unwrap();
    fs::write(at.join("theirs.txt"), lines(290, 400)).unwrap();
    ok(at, "b", &["list", "keep", "feed", "theirs.txt", "--yes"]);
    ok(at, "b", &["peer", "set", "cert-a", "--match", "allow", "--list", "feed"]);
    let b = Running::start_home(at, "b", &["--peer", "127.0.0.1:0"]);
    ok(at, "b", &["card", "-o", "b.card"]);
    let words = ok(at, "b", &["card", "--words"]);
    ok(at, "a", &["peer", "add", "b.card", "--words", words.trim(), "--compared", "call"]);
    (folder, b)
}

fn lines(from: u32, count: u32) -> String {
    (from..from + count).map(|n| format!("host-{n}.example.org\n")).collect()
}

fn matched(folder: &Path, args: &[&str]) -> Value {
    let line = [&["match", "ours.txt", "--with", "cert-b", "--yes", "--json"], args].concat();
    serde_json::from_str(&ok(folder, "a", &line)).unwrap()
}

#[track_caller]
fn found(document: &Value) {
    let common = document["common"].as_array().unwrap();
    let values: BTreeSet<&str> = common.iter().map(|row| row["value"].as_str().unwrap()).collect();
    let due: Vec<String> = (290..300).map(|n| format!("host-{n}.example.org")).collect();
    assert_eq!(values, due.iter().map(String::as_str).collect());
    assert_eq!(document["common_count"], 10);
    assert_eq!(common[0]["places"][0]["source"], "ours.txt");
    assert_eq!((&document["schema"], &document["suite"]), (&"detente.match.v1".into(), &"vole".into()));
    assert_eq!(document["peer"], "cert-b");
    assert_eq!(document["theirs"]["class_items"], 448);
    assert_eq!(document["receipt"]["signed_by"], serde_json::json!(["cert-a", "cert-b"]));
    assert_eq!(document["entries"].as_array().unwrap().len(), 6);
}

#[test]
fn a_match_runs_without_a_node_of_our_own() {
    let (folder, _b) = answering();
    found(&matched(folder.path(), &[]));
}

#[test]
fn a_match_runs_beside_our_node_and_both_learn() {
    let (folder, _b) = answering();
    let at = folder.path();
    let _a = Running::start(at, &[]);
    let both = matched(at, &["--reveal", "both"]);
    found(&both);
    assert_eq!(both["reveal"], "both");
    let theirs: Value = serde_json::from_str(&ok(at, "b", &["match", "list", "--json"])).unwrap();
    let theirs = &theirs["matches"][0];
    assert_eq!((&theirs["outcome"], &theirs["common_count"]), (&"done".into(), &10.into()));
    assert_eq!((&theirs["role"], &theirs["charged_items"]), (&"answerer".into(), &544.into()));
}

#[test]
fn an_officer_accepts_what_waits() {
    let (folder, _b) = answering();
    let at = folder.path();
    ok(at, "b", &["peer", "set", "cert-a", "--match", "ask"]);
    let _a = Running::start(at, &[]);
    let line = ["match", "ours.txt", "--with", "cert-b", "--yes", "--no-wait", "--json"];
    let proposed: Value = serde_json::from_str(&ok(at, "a", &line)).unwrap();
    let run = proposed["run"].as_str().unwrap();
    until("b is asked", || ok_or_negative(at, "b", &["match", "asked", "--json"]).contains(run));
    ok(at, "b", &["match", "accept", &run[..8], "--from", "theirs.txt", "--json"]);
    until("a has the result", || {
        ok(at, "a", &["match", "list", "--json"]).contains("\"common_count\": 10")
            || ok(at, "a", &["match", "list", "--json"]).contains("\"common_count\":10")
    });
}

#[test]
fn a_refusal_is_named_and_exits_as_one() {
    let (folder, _b) = answering();
    let at = folder.path();
    ok(at, "b", &["peer", "set", "cert-a", "--match", "refuse"]);
    let line = ["--home", "a", "match", "ours.txt", "--with", "cert-b", "--yes"];
    let ran = program(at).args(line).output().unwrap();
    let said = String::from_utf8(ran.stderr).unwrap();
    assert_eq!(ran.status.code(), Some(3), "{said}");
    assert!(said.contains("cert-b refused the match: policy"), "{said}");
    assert!(said.contains("hint: "), "{said}");
}

fn ok_or_negative(folder: &Path, home: &str, args: &[&str]) -> String {
    let ran = program(folder).args(["--home", home]).args(args).output().unwrap();
    String::from_utf8(ran.stdout).unwrap()
}

/// Waits until it is so: an event of another process, seen through its record.
fn until(what: &str, is_so: impl Fn() -> bool) {
    let end = std::time::Instant::now() + std::time::Duration::from_secs(60);
    while !is_so() {
        assert!(std::time::Instant::now() < end, "{what}");
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
}
