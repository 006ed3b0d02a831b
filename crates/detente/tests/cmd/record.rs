//! The record by files alone: an accord, packets, a match in it, bundles for outsiders.

use std::fs;

use serde_json::Value;

use crate::world::{Stage, World, copy, holding};

/// Two parties whose accord is open: each holds the other's log.
pub(crate) fn open_accord() -> World {
    let world = World::at(Stage::Paired);
    world.b(&["accord", "offer", "-o", "b.offer"]).ok();
    world.a(&["accord", "new", "--with", "b.offer", "-o", "charter.dtn"]).ok();
    world.a(&["accord", "sign", "charter.dtn", "--yes"]).ok();
    world.b(&["accord", "sign", "charter.dtn", "--yes"]).ok();
    exchange(&world);
    world
}

/// One packet each way.
fn exchange(world: &World) {
    for (from, to, other) in [("a", "cert-b", "b"), ("b", "cert-a", "a")] {
        world.home(from, &["sync", "out", "--to", to, "-o", "packet.dtn"]).ok();
        world.home(other, &["sync", "in", "packet.dtn"]).ok();
    }
}

fn id(world: &World) -> String {
    let listed = world.a(&["accord", "list", "--json"]).ok().json();
    listed["accords"][0]["accord"].as_str().unwrap().to_owned()
}

fn entries(world: &World, home: &str) -> Vec<Value> {
    world.home(home, &["record", "show", "--json"]).ok().json()["entries"].as_array().unwrap().clone()
}

#[test]
fn an_accord_opens_by_two_packets() {
    let world = open_accord();
    let shown = world.a(&["accord", "show", "--json"]).ok().json();
    assert_eq!(shown["open"], true, "{shown}");
    assert_eq!(shown["members"].as_array().unwrap().len(), 2);
    let again = world.a(&["sync", "in", "packet.dtn", "--json"]).ok().json();
    assert_eq!((&again["new"], &again["acknowledged"]), (&serde_json::json!([]), &false.into()));
    for entry in entries(&world, "a") {
        assert_eq!(entry["effect"], "took", "{entry}");
    }
}

#[test]
fn a_match_enters_both_logs_and_opens_against_them() {
    let world = open_accord();
    world.a(&["ask", "ours.txt", "--peer", "cert-b", "--yes", "-o", "ask.dtn"]).ok();
    world.b(&["answer", "ask.dtn", "theirs.txt", "--yes", "-o", "answer.dtn"]).ok();
    world.a(&["open", "answer.dtn", "-o", "result.dtn"]).ok();
    let run = world.b(&["receipt", "add", "result.dtn", "--json"]).ok().json();
    let run = run["run"].as_str().unwrap().to_owned();
    exchange(&world);
    let said: Vec<String> =
        entries(&world, "a").iter().map(|entry| entry["says"].as_str().unwrap().to_owned()).collect();
    for due in ["terms", "terms consent", "receipt"] {
        assert!(said.iter().any(|said| said == due), "{due}: {said:?}");
    }
    assert_eq!(said.iter().filter(|said| *said == "list commit").count(), 2);
    assert_eq!(said.iter().filter(|said| *said == "handover").count(), 6);
    for entry in entries(&world, "b") {
        assert_eq!(entry["effect"], "took", "{entry}");
    }

    world.a(&["match", "openings", &run, "ours.txt", "-o", "opened.json"]).ok();
    let checked = world.b(&["match", "check-openings", "opened.json", "--json"]).ok().json();
    assert_eq!((&checked["verdict"], checked["items"].as_array().unwrap().len()), (&"verified".into(), 3));
    world.b(&["match", "openings", &run, "theirs.txt", "--like", "opened.json", "-o", "back.json"]).ok();
    world.a(&["match", "check-openings", "back.json"]).ok();
    // An item that was never listed, and another list, open nothing.
    world
        .b(&["match", "openings", &run, "theirs.txt", "--item", "absent.example", "-o", "x.json"])
        .fails(1, "none of these items");
    world
        .b(&["match", "openings", &run, "ours.txt", "--like", "opened.json", "-o", "x.json"])
        .fails(5, "list");
    let changed =
        String::from_utf8(world.bytes("opened.json")).unwrap().replacen("\"index\":", "\"index\":1", 1);
    world.write("changed.json", changed);
    world.b(&["match", "check-openings", "changed.json"]).gives(1);
}

#[test]
fn parties_with_two_offices_match_by_files() {
    let world = World::at(Stage::Paired);
    world.b(&["accord", "offer", "--office", "chief=hod,ro", "-o", "b.offer"]).ok();
    world.a(&["accord", "offer", "--office", "chief=hod,ro", "-o", "a.offer"]).ok();
    world.a(&["accord", "new", "--with", "b.offer", "--ours", "a.offer", "-o", "charter.dtn"]).ok();
    world.a(&["accord", "sign", "charter.dtn", "--yes"]).ok();
    world.b(&["accord", "sign", "charter.dtn", "--yes"]).ok();
    exchange(&world);
    world.a(&["ask", "ours.txt", "--peer", "cert-b", "--yes", "-o", "ask.dtn"]).ok();
    world.b(&["answer", "ask.dtn", "theirs.txt", "--yes", "-o", "answer.dtn"]).ok();
    world.a(&["open", "answer.dtn", "-o", "result.dtn"]).ok();
    world.b(&["receipt", "add", "result.dtn"]).ok();
    exchange(&world);
    exchange(&world);
    for home in ["a", "b"] {
        let entries = entries(&world, home);
        for says in ["terms", "terms consent", "receipt"] {
            let entry = entries.iter().find(|entry| entry["says"] == says).unwrap();
            assert_eq!((&entry["effect"], &entry["single"]), (&"took".into(), &false.into()), "{entry}");
        }
    }
}

#[test]
fn an_outsider_checks_a_bundle_with_the_accord_s_id_alone() {
    let world = open_accord();
    let id = id(&world);
    let exported =
        world.a(&["bundle", "export", "--entries", "cert-a/0/0..1", "-o", "x.detente.tar", "--json"]);
    assert_eq!(exported.ok().json()["verdict"], "verified");
    let verdict = world.run(&["verify", "x.detente.tar", "--accord", &id, "--json"]).gives(0).json();
    let keys: Vec<&String> = verdict.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["claims", "schema", "verdict"]);
    let keys: Vec<&String> = verdict["claims"][0].as_object().unwrap().keys().collect();
    assert_eq!(keys, ["claim", "labels", "not_after", "not_before", "not_proved", "reason", "verdict"]);
    world.run(&["verify", "x.detente.tar", "--charter", "charter.dtn"]).gives(0);
    // Inside a home its own accords count; elsewhere a bundle alone decides nothing.
    world.b(&["verify", "x.detente.tar"]).gives(0);
    let alone = world.run(&["verify", "x.detente.tar"]);
    assert!(alone.gives(2).out.starts_with("cannot decide"), "{alone:?}");
    for unreadable in [["absent.tar", "--accord", &id], ["x.detente.tar", "--charter", "absent.dtn"]] {
        let verdict = world.run(&[&["verify", "--json"], &unreadable[..]].concat()).gives(2).json();
        assert_eq!(verdict["claims"][0]["reason"], "unreadable", "{verdict}");
    }
    world.run(&["verify", "x.detente.tar", "--accord", &"0".repeat(64)]).gives(1);

    let mut bytes = world.bytes("x.detente.tar");
    let at = bytes.len() / 2;
    bytes[at] ^= 1;
    world.write("y.detente.tar", bytes);
    let changed = world.run(&["verify", "y.detente.tar", "--accord", &id]);
    assert!(changed.gives(1).out.starts_with("not verified"), "{changed:?}");

    fs::create_dir(world.file("folder")).unwrap();
    world.a(&["bundle", "export", "--ref", "cert-b/0/0", "-o", "folder"]).ok();
    world.run(&["verify", "folder", "--accord", &id]).gives(0);
    fs::write(world.file("folder/extra"), "x").unwrap();
    world.run(&["verify", "folder", "--accord", &id]).gives(1);
}

#[test]
fn a_flipped_byte_of_a_log_is_found() {
    let world = open_accord();
    world.a(&["record", "fsck"]).ok();
    let accord = fs::read_dir(world.file("a/accords")).unwrap().next().unwrap().unwrap().path();
    let tiles = walk(&accord.join("tiles"));
    let tile = tiles.iter().find(|path| path.to_string_lossy().contains("tile/0/")).unwrap();
    let mut bytes = fs::read(tile).unwrap();
    bytes[7] ^= 1;
    fs::write(tile, bytes).unwrap();
    let found = world.a(&["record", "fsck", "--json"]).gives(5).json();
    assert_eq!(found["clean"], false, "{found}");
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(walk(&path)) } else { found.push(path) }
    }
    found
}

#[test]
fn yesterday_s_copy_signs_nothing_before_it_has_recovered() {
    let world = open_accord();
    copy(&world.file("a"), &world.file("yesterday"));
    world.a(&["ask", "ours.txt", "--peer", "cert-b", "--yes", "-o", "ask.dtn"]).ok();
    exchange(&world);
    // The state of the signer is in no back-up.
    let accords = fs::read_dir(world.file("yesterday/accords")).unwrap();
    for accord in accords {
        let _ = fs::remove_file(accord.unwrap().path().join("signer.json"));
    }
    fs::remove_dir_all(world.file("a")).unwrap();
    copy(&world.file("yesterday"), &world.file("a"));
    world.a(&["accord", "rotate"]).fails(3, "may not be signed").hints("record recover");
    world.b(&["sync", "out", "--to", "cert-a", "--all", "-o", "all.dtn"]).ok();
    let recovered = world.a(&["record", "recover", "all.dtn", "--json"]).ok().json();
    assert_eq!(recovered["from"], serde_json::json!(["cert-b"]));
    assert!(recovered["entries"].as_u64() > recovered["before"].as_u64(), "{recovered}");
    exchange(&world);
    assert!(entries(&world, "b").iter().any(|entry| entry["says"] == "recovery"));
    world.a(&["record", "recover", "all.dtn"]).fails(3, "nothing has to be recovered");
}

#[test]
fn content_goes_and_the_proof_stays() {
    let world = open_accord();
    let reason = "a-reason-that-nobody-else-writes";
    world.a(&["accord", "leave", "--reason", reason]).ok();
    exchange(&world);
    let entry = entries(&world, "b").into_iter().find(|entry| entry["says"] == "member withdraw").unwrap();
    let place = entry["entry"].as_str().unwrap().to_owned();
    assert!(entry["content"].to_string().contains(reason), "sealed for b, and opened there: {entry}");
    world.a(&["record", "redact", &place, "--ground", "gdpr-17"]).ok();
    exchange(&world);
    world.b(&["record", "erase"]).ok();
    for home in ["a", "b"] {
        assert_eq!(holding(&world.file(home), reason.as_bytes()), Vec::<String>::new());
        world.home(home, &["record", "fsck"]).ok();
    }
    // The packet that brought it once brings it no more.
    world.a(&["bundle", "export", "--ref", &place, "--disclose", "all", "-o", "x.detente.tar"]).ok();
    let id = id(&world);
    let shown = world.run(&["verify", "x.detente.tar", "--accord", &id]);
    assert!(!shown.gives(0).out.contains(reason));
}

#[test]
fn what_does_not_belong_is_refused_by_name() {
    let world = open_accord();
    world.write("empty.dtn", "");
    world.a(&["sync", "in", "empty.dtn"]).fails(2, "not an archive");
    world.a(&["sync", "out", "--to", "nobody", "-o", "x.dtn"]).fails(2, "nobody else in this accord");
    world.a(&["sync", "out", "--to", "cert-a", "-o", "x.dtn"]).fails(2, "nobody else in this accord");
    world.b(&["sync", "out", "--to", "cert-a", "-o", "for-a.dtn"]).ok();
    world.b(&["sync", "in", "for-a.dtn"]).fails(3, "addressed to cert-a").hints("hand it to");
    world.make("c", "CERT-C");
    world.home("c", &["sync", "in", "for-a.dtn"]).fails(3, "not in this home").hints("accord sign");
    world.home("c", &["accord", "sign", "charter.dtn", "--yes"]).gives(3);
    world.a(&["accord", "sign", "ours.txt", "--yes"]).gives(5);
    world.a(&["bundle", "export", "--ref", "cert-a/0/99", "-o", "x.tar"]).gives(2);
    world.a(&["bundle", "export", "-o", "x.tar"]).fails(2, "nothing to prove");
    world.a(&["record", "redact", "cert-b/0/0", "--ground", "x"]).fails(3, "only its author");
}

#[test]
fn a_third_party_joins_and_everybody_sees_it_as_one() {
    let world = open_accord();
    world.make("c", "CERT-C");
    for (one, other) in [("a", "c"), ("b", "c"), ("c", "a"), ("c", "b")] {
        world.compare(one, other);
    }
    let send = |from: &str, to: &str, flags: &[&str]| {
        let packet = ["sync", "out", "--to", &format!("cert-{to}"), "-o", "packet.dtn"];
        world.home(from, &[&packet[..], flags].concat()).ok();
        world.home(to, &["sync", "in", "packet.dtn"]).ok();
    };
    world.home("c", &["accord", "offer", "--office", "chief=hod,key", "-o", "c.offer"]).ok();
    world.a(&["accord", "invite", "c.offer", "--reason", "as agreed"]).ok();
    send("a", "b", &[]);
    world.b(&["accord", "consent", "cert-c"]).ok();
    send("b", "a", &[]);
    world.home("c", &["accord", "sign", "charter.dtn", "--yes"]).ok();
    // Before the invitation has come there is nothing to sign on to.
    world.home("c", &["accord", "sign-on"]).fails(2, "nobody has invited");
    send("a", "c", &["--all"]);
    send("b", "c", &["--all"]);
    world.home("c", &["accord", "sign-on"]).ok();
    for (from, to) in [("c", "a"), ("c", "b"), ("a", "c"), ("b", "c"), ("a", "b"), ("b", "a")] {
        send(from, to, &[]);
    }
    for home in ["a", "b", "c"] {
        let shown = world.home(home, &["accord", "show", "--json"]).ok().json();
        let members: Vec<&str> = shown["members"]
            .as_array()
            .unwrap()
            .iter()
            .map(|member| member["standing"].as_str().unwrap())
            .collect();
        assert_eq!(members, ["party", "party", "party"], "{home}");
        for entry in entries(&world, home) {
            assert_eq!(entry["effect"], "took", "{home}: {entry}");
        }
    }
}
