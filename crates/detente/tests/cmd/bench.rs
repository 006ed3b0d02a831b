//! `detente bench psi`: its document, and what happens when one of the two processes fails.

use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::Command;
use std::thread;

use detente_psi::size::SizeClass;
use detente_psi::vole::{Code, Plan};
use serde_json::Value;

use crate::world::{Ran, World, program, ran};

fn keys(object: &Value) -> Vec<&str> {
    let mut keys: Vec<&str> = object.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

/// Asserts what every document of a measurement of `n` items has.
#[track_caller]
fn check(ran: &Ran, n: u64) -> Value {
    assert_eq!(ran.ok().err, "");
    let document = ran.json();
    let all = [
        "bytes",
        "calibration",
        "code",
        "common",
        "n",
        "one_process",
        "ratio",
        "receiver",
        "reveal",
        "runs",
        "schema",
        "security",
        "sender",
        "suite",
        "threads",
        "wall_seconds",
    ];
    assert_eq!(keys(&document), all);
    assert_eq!(keys(&document["bytes"]), ["to_receiver", "to_sender"]);
    assert_eq!(keys(&document["calibration"]), ["aes_blocks_seconds", "blake3_32B_seconds"]);
    for side in ["sender", "receiver"] {
        let side = &document[side];
        assert_eq!(keys(side), ["cpu_seconds", "peak_bytes", "phases"]);
        let phases = side["phases"].as_object().unwrap();
        let sum: f64 = phases.values().map(|seconds| seconds.as_f64().unwrap()).sum();
        assert!((sum - side["cpu_seconds"].as_f64().unwrap()).abs() < 1e-6, "{side}");
        assert!(side["peak_bytes"].as_u64().unwrap() > 1 << 20);
    }
    assert_eq!(document["schema"], "detente.bench.psi.v1");
    assert_eq!(document["security"], "malicious");
    assert_eq!((&document["n"], &document["common"]), (&n.into(), &(n / 2).into()));
    document
}

#[test]
fn small_lists_are_measured_with_voprf() {
    let document = check(&World::empty().run(&["bench", "psi", "--n", "300", "--json"]), 300);
    assert_eq!((&document["suite"], &document["code"]), (&"voprf".into(), &Value::Null));
    assert_eq!((&document["threads"], &document["reveal"]), (&1.into(), &"items".into()));
    // 320 elements there; 320 elements, a proof and 320 tags back.
    assert_eq!(document["bytes"]["to_sender"], 32 * 320);
    assert_eq!(document["bytes"]["to_receiver"], 32 * 320 + 64 + 16 * 320);
}

#[test]
fn thousands_are_measured_with_vole() {
    let world = World::empty();
    let document = check(&world.run(&["bench", "psi", "--n", "3000", "--json"]), 3000);
    assert_eq!((&document["suite"], &document["code"]), (&"vole".into(), &"qc".into()));
    let class = SizeClass::for_count(3000).unwrap();
    let plan = Plan::new(class, class, Code::Qc).unwrap();
    assert_eq!(document["bytes"]["to_sender"], plan.bytes_to_answerer());
    assert_eq!(document["bytes"]["to_receiver"], plan.bytes_to_asker());

    let args =
        ["bench", "psi", "--n", "3000", "--one-process", "--reveal", "both", "--threads", "2", "--json"];
    let both = check(&world.run(&args), 3000);
    let all = plan.bytes_to_answerer() + plan.bytes_to_asker();
    assert_eq!((&both["bytes"]["to_sender"], &both["bytes"]["to_receiver"]), (&all.into(), &all.into()));
}

#[test]
fn fast_is_measured_where_it_is_offered() {
    let world = World::empty();
    let document = check(&world.run(&["bench", "psi", "--n", "110000", "--threads", "2", "--json"]), 110_000);
    assert_eq!((&document["suite"], &document["code"]), (&"vole".into(), &"fast".into()));
    world.run(&["bench", "psi", "--n", "3000", "--code", "fast"]).fails(3, "fast is not offered").hints("qc");
    world.run(&["bench", "psi", "--n", "9", "--suite", "voprf", "--code", "qc"]).fails(2, "has no code");
}

#[test]
fn one_process_does_the_same() {
    let world = World::empty();
    let apart = check(&world.run(&["bench", "psi", "--n", "100", "--json"]), 100);
    let together = check(&world.run(&["bench", "psi", "--n", "100", "--one-process", "--json"]), 100);
    assert_eq!(apart["bytes"], together["bytes"]);
    assert_eq!((&apart["one_process"], &together["one_process"]), (&false.into(), &true.into()));
}

#[test]
fn where_both_learn_both_send_as_much() {
    for place in [&[][..], &["--one-process"]] {
        let args =
            [&["bench", "psi", "--n", "100", "--reveal", "both", "--threads", "2", "--json"], place].concat();
        let document = check(&World::empty().run(&args), 100);
        assert_eq!((&document["reveal"], &document["threads"]), (&"both".into(), &2.into()));
        assert_eq!(document["bytes"]["to_sender"], document["bytes"]["to_receiver"]);
    }
}

#[test]
fn the_table_has_both_sides() {
    let said = World::empty().run(&["bench", "psi", "--n", "50", "--runs", "2"]);
    for part in ["50 items a party, 25 in common", "sender", "receiver", "peak memory", "BLAKE3"] {
        assert!(said.ok().out.contains(part), "{part}: {said:?}");
    }
}

#[test]
fn wrong_orders_are_named() {
    let world = World::empty();
    world.run(&["bench", "psi", "--n", "0"]).fails(2, "--n is at least 1");
    world
        .run(&["bench", "psi", "--n", "29360129"])
        .fails(3, "more than one match can take")
        .hints("29360128");
    assert_eq!(world.run(&["bench", "psi", "--n", "10", "--threads", "0"]).code, 2);
}

/// A party whose other side is `peer`.
fn party(world: &World, peer: impl FnOnce(UnixStream) + Send + 'static) -> Ran {
    let (ours, theirs) = UnixStream::pair().unwrap();
    let peer = thread::spawn(move || peer(theirs));
    let mut command: Command = program(world.path());
    command.args(["bench", "party", "--role", "receiver", "--n", "10"]).stdin(OwnedFd::from(ours));
    let ran = ran(&mut command);
    drop(command);
    peer.join().unwrap();
    ran
}

#[test]
fn a_party_says_when_the_other_is_gone() {
    let world = World::empty();
    party(&world, drop).fails(75, "the other process ended before the match was over");
    let silent = |mut peer: UnixStream| {
        peer.write_all(&[0]).unwrap();
        peer.read_exact(&mut [0; 100]).unwrap();
    };
    party(&world, silent).fails(75, "the other process ended before the match was over");
}

#[test]
fn a_party_refuses_frames_that_cannot_be() {
    let world = World::empty();
    let sends = |number: u16, length: u64| {
        move |mut peer: UnixStream| {
            let frame = [&[0][..], &number.to_le_bytes(), &length.to_le_bytes(), &[7; 64]].concat();
            peer.write_all(&frame).unwrap();
            let _ = peer.read_to_end(&mut Vec::new());
        }
    };
    party(&world, sends(2, 1 << 40)).fails(5, "a frame of 1099511627776 bytes, at most");
    party(&world, sends(9, 0)).fails(5, "a message of the unknown number 9");
    party(&world, sends(2, 64)).fails(5, "bytes");
    party(&world, sends(1, 64)).fails(5, "ask");
}

#[test]
fn a_party_needs_a_socket() {
    World::empty().run(&["bench", "party", "--role", "sender", "--n", "10"]).fails(2, "no socket");
}
