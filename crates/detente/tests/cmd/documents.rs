//! JSON documents: the keys that scripts depend on. Keys may be added, never taken away.

use serde_json::Value;

use crate::world::{Ran, Stage, World};

/// Asserts the schema of a document and that these keys stand in it; a dotted key is inside an object, `0`
/// the first element of an array.
#[track_caller]
fn check(ran: &Ran, schema: &str, keys: &[&str]) {
    let document = ran.json();
    assert_eq!(document["schema"], schema);
    for key in keys {
        let pointer = format!("/{}", key.replace('.', "/"));
        assert!(document.pointer(&pointer).is_some(), "{schema} has no {key}: {document:#}");
    }
}

const COUNTS: [&str; 5] = ["read", "items", "held_back", "dropped", "notes"];

fn counts(of: &str) -> Vec<String> {
    COUNTS.iter().map(|key| format!("{of}.{key}")).collect()
}

fn with<'a>(keys: &[&'a str], more: &'a [String]) -> Vec<&'a str> {
    keys.iter().copied().chain(more.iter().map(String::as_str)).collect()
}

#[test]
fn try_keeps_its_keys() {
    let world = World::at(Stage::Paired);
    let more = [counts("ours"), counts("theirs")].concat();
    let keys = with(
        &["suite", "code", "common_count", "common.0.type", "common.0.value", "seconds", "bytes"],
        &more,
    );
    let tried = world.run(&["try", "ours.txt", "theirs.txt", "--json"]);
    check(&tried, "detente.try.v1", &keys);
    assert_eq!((&tried.json()["suite"], &tried.json()["code"]), (&"voprf".into(), &Value::Null));
    assert_eq!(tried.err, "");
}

#[test]
fn list_show_and_canon_keep_their_keys() {
    let world = World::at(Stage::Paired);
    let shown = world.run(&["list", "show", "ours.txt", "--json"]);
    check(&shown, "detente.list.v1", &["items.ipv4", "items.domain", "dropped", "read", "held_back"]);
    let canon = world.run(&["list", "canon", "ours.txt", "--json"]);
    check(&canon, "detente.canon.v1", &["items.0.type", "items.0.value"]);
}

#[test]
fn home_documents_keep_their_keys() {
    let world = World::at(Stage::Paired);
    let made = world.home("c", &["init", "CERT-C", "--json"]);
    check(&made, "detente.init.v1", &["id", "name", "home", "words.5"]);
    check(&world.a(&["card", "--words", "--json"]), "detente.card-words.v1", &["id", "words.5"]);
    world.write("passphrase", "six words of a dice list\n");
    let saved = world.a(&["home", "export", "--to", "saved", "--passphrase-file", "passphrase", "--json"]);
    check(&saved, "detente.home-export.v1", &["id", "file", "size_bytes"]);
    let brought = world.home("d", &["home", "import", "saved", "--passphrase-file", "passphrase", "--json"]);
    check(&brought, "detente.home-import.v1", &["id", "home"]);
    check(
        &world.run(&["--version", "--json"]),
        "detente.version.v1",
        &["version", "file_format", "suites.1", "canon_profile"],
    );
}

#[test]
fn peer_documents_keep_their_keys() {
    let world = World::at(Stage::Asked);
    let keys = [
        "id",
        "name",
        "contact",
        "revision",
        "words.5",
        "compared",
        "compared_at",
        "added_at",
        "budget_items",
    ];
    world.a(&["peer", "remove", "cert-b"]).ok();
    let added = world.a(&["peer", "add", "b.card", "--json"]);
    check(&added, "detente.peer.v1", &keys);
    assert_eq!(added.json()["compared"], Value::Null);
    let keys = [&keys[..], &["budget_left_items", "open_asks.0.terms", "open_asks.0.until"]].concat();
    check(&world.a(&["peer", "show", "cert-b", "--json"]), "detente.peer.v1", &keys);
    check(
        &world.a(&["peer", "list", "--json"]),
        "detente.peers.v1",
        &["peers.0.id", "peers.0.budget_left_items"],
    );
    check(
        &world.a(&["peer", "set", "cert-b", "--budget", "7", "--json"]),
        "detente.peer.v1",
        &["budget_left_items"],
    );
    check(&world.a(&["peer", "remove", "cert-b", "--json"]), "detente.peer-removed.v1", &["id"]);
}

#[test]
fn the_three_files_keep_their_keys() {
    let world = World::at(Stage::Paired);
    let asked = world.a(&["ask", "ours.txt", "--peer", "CERT-B", "-o", "ask.dtn", "--json"]);
    let keys =
        ["terms", "peer", "purpose", "types.0", "class_items", "until", "file", "size_bytes", "blake3"];
    let more = counts("ours");
    check(&asked, "detente.ask.v1", &with(&keys, &more));
    let answered = world.b(&["answer", "ask.dtn", "theirs.txt", "--yes", "-o", "answer.dtn", "--json"]);
    let keys = [
        "run",
        "terms",
        "peer",
        "purpose",
        "asked_class_items",
        "held_class_items",
        "charged_items",
        "budget_left_items",
        "file",
        "size_bytes",
        "blake3",
        "again",
    ];
    check(&answered, "detente.answer.v1", &with(&keys, &more));
    assert_eq!(answered.json()["terms"], asked.json()["terms"]);
    let opened = world.a(&["open", "answer.dtn", "-o", "result.dtn", "--csv", "common.csv", "--json"]);
    let keys = [
        "suite",
        "run",
        "terms",
        "peer",
        "ours_class_items",
        "theirs_class_items",
        "common_count",
        "common.0.type",
        "common.0.value",
        "common.0.places.0.source",
        "common.0.places.0.line",
        "they_learned",
        "result",
        "csv",
    ];
    check(&opened, "detente.open.v1", &keys);
    assert_eq!(opened.json()["run"], answered.json()["run"]);
    for (document, file) in [(&asked, "ask.dtn"), (&answered, "answer.dtn")] {
        assert_eq!(document.json()["size_bytes"], world.bytes(file).len());
    }
}

#[test]
fn receipt_documents_keep_their_keys() {
    let world = World::at(Stage::Opened);
    check(
        &world.b(&["receipt", "add", "result.dtn", "--json"]),
        "detente.receipt-added.v1",
        &["run", "peer"],
    );
    let listed = world.b(&["receipt", "list", "--json"]);
    let keys = [
        "run",
        "author",
        "asker",
        "answerer",
        "purpose",
        "types",
        "asked_class_items",
        "held_class_items",
        "asked_root",
        "held_root",
        "charged_items",
        "state",
        "kept_at",
    ];
    let inside: Vec<String> = keys.iter().map(|key| format!("receipts.0.{key}")).collect();
    check(&listed, "detente.receipts.v1", &with(&[], &inside));
    let run = listed.json()["receipts"][0]["run"].as_str().unwrap().to_owned();
    check(&world.b(&["receipt", "show", &run, "--json"]), "detente.receipt.v1", &keys);
    let verified = world.b(&["receipt", "verify", &run, "--json"]);
    let keys = ["verdict", "reason", "run", "author", "files.2.blake3", "files.2.size_bytes", "not_proved"];
    check(&verified, "detente.receipt-verdict.v1", &keys);
    let replayed = world.b(&["receipt", "replay", &run, "theirs.txt", "--json"]);
    check(&replayed, "detente.replay.v1", &["verdict", "run", "parts.0.part", "parts.0.same"]);
}

#[test]
fn desk_and_overview_keep_their_keys() {
    let world = crate::record::open_accord();
    let keys = [
        "accord",
        "title",
        "now",
        "alarms",
        "lines.0.peer",
        "lines.0.last_receipt",
        "lines.0.comcheck_due",
        "we_owe",
        "they_owe",
        "under_silence",
        "waiting",
        "exercises",
        "not_delivered",
    ];
    check(&world.a(&["desk", "--json"]), "detente.desk.v1", &keys);
    let keys = [
        "accord",
        "now",
        "gaps",
        "logs.0.entries",
        "logs.1.known",
        "witnesses.named",
        "series",
        "questions",
        "denials",
        "claims.reply_given",
        "silences.broken",
        "contacts.one_sided",
        "shared.sealed_opened",
        "comchecks.by_person",
        "exercise_entries",
        "suspended",
    ];
    let seen = world.a(&["overview", "--json"]);
    check(&seen, "detente.overview.v1", &keys);
    assert_eq!(seen.json()["gaps"], false);
    let later = world.a(&["desk", "--as-of", "2100-01-01T00:00:00Z", "--json"]).ok().json();
    assert_eq!(
        (&later["now"], &later["alarms"][0]["alarm"]),
        (&"2100-01-01T00:00:00Z".into(), &"timer".into())
    );
    world.a(&["desk", "--as-of", "tomorrow"]).fails(2, "is not a time").hints("2026-10-01T08:30:00Z");
    let shown = world.a(&["desk"]).ok().out.clone();
    for words in ["ACCORD of cert-a and cert-b", "WE OWE (0)", "THEY OWE (0)", "UNDER SILENCE        none"] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
}
