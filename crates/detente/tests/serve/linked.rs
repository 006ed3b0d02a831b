//! Two nodes over a link on this computer: what is said at one arrives at the other, and a stop is no loss.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::running::{Running, ok, open_accord};

fn says(folder: &Path, home: &str) -> Vec<String> {
    let shown: Value = serde_json::from_str(&ok(folder, home, &["record", "show", "--json"])).unwrap();
    let entries = shown["entries"].as_array().unwrap();
    entries.iter().filter_map(|entry| Some(entry["says"].as_str()?.to_owned())).collect()
}

/// Waits until it is so: an event of another process, seen through its socket or its record.
fn until(what: &str, is_so: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(60);
    while !is_so() {
        assert!(Instant::now() < end, "{what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn line_is_up(folder: &Path, home: &str) -> bool {
    let status: Value = serde_json::from_str(&ok(folder, home, &["node", "status", "--json"])).unwrap();
    status["lines"][0]["up"] == true
}

#[test]
fn what_is_said_beside_a_node_arrives_at_the_other_s() {
    let folder = open_accord();
    let at = folder.path();
    let a = Running::start(at, &["--peer", "127.0.0.1:0"]);
    assert_eq!(a.taken["card_revision"], 2);
    // b learns the address, and can be reached by nobody.
    ok(at, "a", &["card", "-o", "a.card"]);
    let words = ok(at, "a", &["card", "--words"]);
    ok(at, "b", &["peer", "add", "a.card", "--words", words.trim(), "--compared", "call"]);
    let b = Running::start_home(at, "b", &[]);
    until("the line stands on both sides", || line_is_up(at, "a") && line_is_up(at, "b"));
    let before = says(at, "b").len();
    ok(at, "a", &["comcheck", "send", "--to", "cert-b", "--word", "lantern", "--yes"]);
    until("b has what a said", || says(at, "b").len() > before);
    let before = says(at, "a").len();
    ok(at, "b", &["comcheck", "send", "--to", "cert-a", "--word", "anchor", "--yes"]);
    until("a has what b said", || says(at, "a").len() > before);
    // One is killed; what the other says meanwhile arrives once it is back.
    b.signal("KILL");
    b.end();
    ok(at, "a", &["comcheck", "send", "--to", "cert-b", "--word", "harbour", "--yes"]);
    let before = says(at, "b").len();
    let _b = Running::start_home(at, "b", &[]);
    until("b has what was said while it was gone", || says(at, "b").len() > before);
    a.signal("TERM");
    assert_eq!(a.end().status.code(), Some(0));
}
