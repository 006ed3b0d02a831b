//! Lists and files that are not what they should be: a named refusal, nothing left behind, little memory.

use std::fs;
use std::io::{Read, Write};
use std::process::Stdio;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::world::{Stage, World, program};

/// Gives bytes as a list to a command that reads one, and asserts exit code and words.
#[track_caller]
fn check(bytes: &[u8], flags: &[&str], error: &str) {
    let world = World::at(Stage::Paired);
    world.write("list", bytes);
    let before = world.listing();
    world.run(&[&["list", "show", "list"], flags].concat()).fails(2, error);
    if flags.is_empty() {
        world.run(&["try", "list", "theirs.txt"]).fails(2, error);
        world.run(&["try", "theirs.txt", "list"]).fails(2, error);
    }
    world.a(&[&["ask", "list", "--peer", "cert-b", "-o", "ask.dtn"], flags].concat()).fails(2, error);
    assert_eq!(world.listing(), before, "something was left behind");
    assert!(!world.a(&["peer", "show", "cert-b"]).out.contains("Open ask"), "a refused ask is not kept");
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

#[test]
fn empty_input_is_named() {
    check(b"", &[], "the file is empty");
    check(b" \n\t\r\n", &[], "the file is empty");
}

#[test]
fn binary_input_is_named() {
    let noise: Vec<u8> = (0..20_000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    check(&noise, &[], "list: ");
    check(b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3e\0", &[], "list: ");
    check(b"PK\x03\x04 and so on", &[], "a zip file is not read as it is");
}

#[test]
fn a_list_without_items_cannot_be_asked_about() {
    let world = World::at(Stage::Paired);
    world.write("list", "# nothing here\nnot an indicator !!\n");
    let refused = world.a(&["ask", "list", "--peer", "cert-b", "-o", "ask.dtn"]);
    refused.fails(2, "the list holds no item to ask about").hints("--rejects");
    assert!(!world.file("ask.dtn").exists());
}

#[test]
fn a_truncated_gzip_is_named() {
    let packed = gzip(&b"a.example\n".repeat(50_000));
    check(&packed[..packed.len() / 2], &[], "the gzip file ends too early");
    check(&packed[..packed.len() - 1], &[], "the gzip file ends too early");
    let mut damaged = packed.clone();
    let last = damaged.len() - 6;
    damaged[last] ^= 1;
    check(&damaged, &[], "the gzip file is damaged");
}

#[test]
fn a_zip_bomb_is_named() {
    let zeros = gzip(&vec![b'0'; 96 << 20]);
    assert!(zeros.len() < 1 << 20);
    check(&zeros, &[], "packed bytes unpack to");
    check(&gzip(&gzip(b"a.example\n")), &[], "a compressed file inside a compressed file");
    check(&gzip(&b"a.example\n".repeat(1000)), &["--unpacked-max", "100"], "more than 100 bytes");
}

#[test]
fn deeply_nested_json_is_named() {
    let deep = [b"{\"Event\":".to_vec(), vec![b'['; 1_000_000]].concat();
    check(&deep, &["--format", "misp"], "list: not misp");
}

#[test]
fn duplicate_keys_count_once_in_lists_and_are_refused_in_our_own_files() {
    let world = World::at(Stage::Paired);
    // The last one stands, as in every JSON reader that takes such input; the value is judged as that type.
    let event =
        br#"{"Event":{"Attribute":[{"type":"domain","type":"ip-dst","value":"a.example","to_ids":true}]}}"#;
    world.write("list", event);
    let document = world.run(&["list", "show", "list", "--format", "misp", "--json"]).gives(1).json();
    assert_eq!(
        (&document["read"], &document["dropped"]),
        (&1.into(), &serde_json::json!({"bad-address": 1}))
    );
    let card = String::from_utf8(world.bytes("b.card")).unwrap();
    world.write("twice.card", card.replacen("\"kind\":", "\"kind\":\"detente/card\",\"kind\":", 1));
    world.a(&["peer", "add", "twice.card"]).fails(5, "(duplicate-key at byte");
}

#[test]
fn a_gigabyte_of_one_line_costs_little_memory() {
    let world = World::empty();
    let mut child =
        program(world.path()).args(["list", "show", "-", "--json"]).stdin(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let block = vec![b'a'; 1 << 20];
    for _ in 0..1024 {
        stdin.write_all(&block).unwrap();
    }
    // It waits for more: what it took at its peak stands in its status.
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let peak_kib: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
    assert!(peak_kib < 200 << 10, "{peak_kib} KiB");
    drop(stdin);
    let mut out = String::new();
    child.stdout.take().unwrap().read_to_string(&mut out).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(1), "no items: the honest negative");
    let document: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(document["dropped"]["line-too-long"], 1, "{document:#}");
}

#[test]
fn missing_and_unreadable_paths_are_named() {
    let world = World::at(Stage::Paired);
    for args in [
        &["list", "show", "none.txt"][..],
        &["try", "none.txt", "ours.txt"],
        &["--home", "a", "ask", "none.txt", "--peer", "cert-b", "-o", "x.dtn"],
        &["--home", "b", "answer", "none.txt", "theirs.txt", "-o", "x.dtn"],
        &["--home", "a", "open", "none.txt"],
        &["--home", "a", "receipt", "add", "none.txt"],
        &["--home", "a", "peer", "add", "none.txt"],
        &["--home", "c", "home", "import", "none.txt"],
    ] {
        world.run(args).fails(2, "cannot read none.txt: No such file or directory");
    }
    world.run(&["try", "ours.txt", "theirs.txt", "--types"]).gives(2);
    world.run(&["nonsense"]).gives(2);
    world.a(&["open", "ours.txt"]).fails(2, "ours.txt: not a détente file of this version (bad-magic)");
    world.b(&["answer", "a.card", "theirs.txt", "-o", "x.dtn"]).fails(2, "(bad-magic)");
    world.a(&["receipt", "add", "ours.txt"]).fails(2, "neither a result file nor a receipt");
    world.a(&["peer", "add", "ours.txt"]).fails(2, "this is not a card").hints("`detente card`");
    world.home("c", &["home", "import", "ours.txt"]).fails(2, "this is not an exported home");
}

#[test]
fn a_file_larger_than_any_of_ours_is_not_read() {
    let world = World::at(Stage::Paired);
    let file = fs::File::create(world.file("huge")).unwrap();
    file.set_len(40 << 30).unwrap();
    for args in [
        &["answer", "huge", "theirs.txt", "-o", "x.dtn"][..],
        &["open", "huge"],
        &["receipt", "add", "huge"],
        &["peer", "add", "huge"],
    ] {
        world.a(args).fails(2, "huge is larger than any détente file");
    }
}

#[test]
fn one_file_in_the_place_of_another_is_said_in_words() {
    let world = World::at(Stage::Opened);
    world
        .b(&["answer", "answer.dtn", "theirs.txt", "-o", "x.dtn"])
        .fails(2, "this is an answer, not an ask (other-kind)");
    world.a(&["open", "ask.dtn"]).fails(2, "this is an ask, not an answer (other-kind)");
    world.b(&["receipt", "add", "answer.dtn"]).fails(2, "this is an answer, not a result (other-kind)");
}

#[test]
fn lying_lengths_are_damage() {
    let world = World::at(Stage::Answered);
    let lengths = |header: u16, statements: u16| {
        let mut bytes = world.bytes("ask.dtn");
        bytes[10..12].copy_from_slice(&header.to_le_bytes());
        bytes[12..14].copy_from_slice(&statements.to_le_bytes());
        bytes
    };
    for (header, statements) in [(0, 0), (65535, 65535), (1024, 65535), (2048, 1), (16384, 32768)] {
        world.write("lying.dtn", lengths(header, statements));
        let ran = world.b(&["answer", "lying.dtn", "theirs.txt", "--yes", "-o", "x.dtn"]);
        ran.fails(5, "lying.dtn: ");
        assert!(!world.file("x.dtn").exists());
    }
    for end in [0, 1, 8, 15, 16, 100, 2000] {
        world.write("cut.dtn", &world.bytes("answer.dtn")[..end]);
        world.a(&["open", "cut.dtn"]).fails(if end < 8 { 2 } else { 5 }, "cut.dtn: ");
    }
}
