//! Three homes, a clock that is set, and packets that take four seconds.

use serde_json::Value;

use crate::world::{Ran, World, program, ran};

/// The homes: two parties and the national observer of the first.
pub(super) const HOMES: [(&str, &str); 3] = [("a", "cert-a"), ("b", "cert-b"), ("oa", "oversight-a")];

pub(super) struct Dialogue {
    pub(super) world: World,
}

impl Dialogue {
    /// Homes, compared cards, a signed charter that everybody holds.
    pub(super) fn found() -> Dialogue {
        let world = World::empty();
        world.write("ours.txt", crate::world::OURS);
        world.write("theirs.txt", crate::world::THEIRS);
        let dialogue = Dialogue { world };
        let at = "2026-09-01T08:00:00Z";
        for (home, name) in [("a", "CERT-A"), ("b", "CERT-B"), ("oa", "OVERSIGHT-A")] {
            dialogue.at(at, home, &["init", name]).ok();
            dialogue.at(at, home, &["card", "-o", &format!("{home}.card")]).ok();
        }
        for (one, other) in [("a", "b"), ("a", "oa"), ("b", "a"), ("b", "oa"), ("oa", "a"), ("oa", "b")] {
            let words = dialogue.at(at, other, &["card", "--words"]).out;
            let card = format!("{other}.card");
            let add = ["peer", "add", &card, "--words", words.trim(), "--compared", "call"];
            dialogue.at(at, one, &add).ok();
        }
        for home in ["a", "b"] {
            let file = format!("{home}.offer");
            dialogue.at(at, home, &["accord", "offer", "--office", "chief=hod,ro,te,rec", "-o", &file]).ok();
        }
        let observe = ["accord", "offer", "--observer", "--of", "cert-a", "--scope", "full-except-sealed"];
        dialogue.at(at, "oa", &[&observe[..], &["-o", "oa.offer"]].concat()).ok();
        dialogue.charter(at);
        dialogue
    }

    fn charter(&self, at: &str) {
        self.at(at, "a", &["accord", "rules", "--with", "b.offer", "-o", "rules.json"]).ok();
        let rules = String::from_utf8(self.world.bytes("rules.json")).unwrap();
        self.world.write("rules.json", rules.replace("\"none-stated\"", "\"politically-binding\""));
        let offers = ["--with", "b.offer", "--ours", "a.offer", "--observer", "oa.offer"];
        let text = ["--title", "HAMBURG-1", "--rules", "rules.json", "-o", "charter.dtn"];
        self.at(at, "a", &[&["accord", "new"], &offers[..], &text[..]].concat()).ok();
        for (home, _) in HOMES {
            self.at(at, home, &["accord", "sign", "charter.dtn", "--yes"]).ok();
        }
        self.carry("2026-09-01T08:01:00Z", "a");
        self.carry("2026-09-01T08:02:00Z", "b");
        self.carry("2026-09-01T08:03:00Z", "a");
    }

    /// Runs a command at a time.
    pub(super) fn at(&self, time: &str, home: &str, args: &[&str]) -> Ran {
        let mut command = program(self.world.path());
        ran(command.env("DETENTE_NOW", time).args(["--home", home]).args(args))
    }

    /// Says something at a time, checks its number, and carries it to the others.
    #[track_caller]
    pub(super) fn says(&self, time: &str, home: &str, number: &str, args: &[&str]) -> String {
        let entry = self.keeps(time, home, number, args);
        self.carry(time, home);
        entry
    }

    /// The same without carrying it.
    #[track_caller]
    pub(super) fn keeps(&self, time: &str, home: &str, number: &str, args: &[&str]) -> String {
        let said = self.at(time, home, &[args, &["--yes", "--json"]].concat());
        let said = said.ok().json();
        assert_eq!(said["number"], *number, "{said}");
        said["entry"].as_str().unwrap().to_owned()
    }

    /// Packets from a home to everybody else, received four seconds later, and what their nodes say to that back.
    /// Observers come last: they get nothing that no party holds yet.
    #[track_caller]
    pub(super) fn carry(&self, time: &str, from: &str) {
        let (received, returned) = (later(time, 4), later(time, 8));
        let us = HOMES.iter().find(|(home, _)| *home == from).unwrap();
        for (home, name) in HOMES.iter().filter(|(home, _)| *home != from) {
            self.packet(time, from, &received, (home, name));
            self.packet(&received, home, &returned, *us);
        }
    }

    /// One packet.
    #[track_caller]
    pub(super) fn packet(&self, sent: &str, from: &str, received: &str, to: (&str, &str)) {
        self.at(sent, from, &["sync", "out", "--to", to.1, "-o", "packet.dtn"]).ok();
        self.at(received, to.0, &["sync", "in", "packet.dtn"]).ok();
    }

    /// A document of a home at a time.
    #[track_caller]
    pub(super) fn json(&self, time: &str, home: &str, args: &[&str]) -> Value {
        self.at(time, home, &[args, &["--json"]].concat()).ok().json()
    }
}

/// So many seconds after a time.
pub(super) fn later(time: &str, seconds: i64) -> String {
    let time: jiff::Timestamp = time.parse().unwrap();
    (time + jiff::SignedDuration::from_secs(seconds)).to_string()
}
