//! Homes that earlier versions wrote open with this one, say what they said, and go on.
//!
//! `testdata/homes` has the homes of two parties as each step of the program left them, with an ask that waits for its
//! answer; README.md there says from which commits.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::world::{Ran, World, program, ran};

/// Soon after the homes were made: their asks are open for two weeks.
const SOON: &str = "2026-11-23T09:00:00Z";

/// The homes of a step, unpacked.
struct Homes(World);

impl Homes {
    fn of(step: u8) -> Homes {
        let world = World::empty();
        let packed: PathBuf =
            Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../testdata/homes/step{step}.tar.gz"));
        let tar = Command::new("tar").arg("-xzf").arg(packed).arg("-C").arg(world.path()).status().unwrap();
        assert!(tar.success());
        Homes(world)
    }

    fn run(&self, home: &str, args: &[&str]) -> Ran {
        let mut command = program(self.0.path());
        ran(command.env("DETENTE_NOW", SOON).args(["--home", home]).args(args))
    }

    fn both(&self, args: &[&str]) {
        for home in ["a", "b"] {
            self.run(home, args).ok();
        }
    }

    fn packets(&self) {
        for (from, to) in [("a", "b"), ("b", "a"), ("a", "b")] {
            let party = format!("cert-{to}");
            self.run(from, &["sync", "out", "--to", &party, "-o", "packet"]).ok();
            self.run(to, &["sync", "in", "packet"]).ok();
        }
    }
}

/// What every home can: peers and receipts are there, and the ask that waits is answered.
fn answers(homes: &Homes) {
    for (home, peer) in [("a", "cert-b"), ("b", "cert-a")] {
        let peers = homes.run(home, &["peer", "list", "--json"]).ok().json();
        assert_eq!(peers["peers"][0]["id"], peer, "{peers}");
        let receipts = homes.run(home, &["receipt", "list", "--json"]).ok().json();
        let run = receipts["receipts"][0]["run"].as_str().unwrap().to_owned();
        homes.run(home, &["receipt", "verify", &run]).ok();
    }
    homes.run("b", &["answer", "waiting", "theirs.txt", "--yes", "-o", "late"]).ok();
    let opened = homes.run("a", &["open", "late", "--yes", "-o", "late-result", "--json"]).ok().json();
    assert_eq!(opened["common_count"], 3, "{opened}");
    homes.run("b", &["receipt", "add", "late-result"]).ok();
}

/// What a home with a record can: it is whole, it grows, it goes over, and it is proved.
fn goes_on(homes: &Homes) {
    homes.both(&["record", "fsck"]);
    homes.packets();
    let notice = [
        "notice",
        "issue",
        "--to",
        "cert-b",
        "--kind",
        "early-warning",
        "--known-since",
        "2026-11-20T08:00Z",
        "--text",
        "Still here.",
        "--yes",
    ];
    homes.run("a", &notice).ok();
    homes.packets();
    homes.both(&["record", "fsck"]);
    homes.run("a", &["bundle", "export", "--ref", "cert-a/0/0", "-o", "bundle"]).ok();
    homes.run("b", &["verify", "bundle"]).ok();
}

#[test]
fn homes_of_step_1_open_and_go_on() {
    answers(&Homes::of(1));
}

#[test]
fn homes_of_step_2_open_and_go_on() {
    answers(&Homes::of(2));
}

#[test]
fn homes_of_step_3_open_and_go_on() {
    let homes = Homes::of(3);
    answers(&homes);
    goes_on(&homes);
}

#[test]
fn homes_of_step_4_open_and_go_on() {
    let homes = Homes::of(4);
    let desk = homes.run("b", &["desk", "--json"]).ok().json();
    assert_eq!(desk["we_owe"][0]["code"], "INQ", "{desk}");
    answers(&homes);
    goes_on(&homes);
    let asked = desk["we_owe"][0]["number"].as_str().unwrap();
    homes.run("b", &["ack", asked, "--yes"]).ok();
}
