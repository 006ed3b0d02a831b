//! The receiver of hostile packets, and what must not change in it.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use detente_accord::record::Position;
use detente_accord::{Entropy, Rejection};
use detente_node::{Access, Accord, Error, Refused, Taken};
use detente_store::Home;
use detente_tlog::Evidence;

use super::forger::{Forger, log_of};
use crate::world::{START, World, copy_folder};

/// Three parties after some exchange: `a` forges, `b` receives, `c` is honest.
pub(crate) struct Stage {
    pub(crate) world: World,
    pub(crate) forger: Forger,
    /// From `c`, not taken yet.
    pub(crate) honest: Vec<u8>,
    copies: std::cell::Cell<u32>,
}

/// Sizes of a's log under which `b` has a signed head.
pub(crate) const NOTED: [u64; 4] = [7, 8, 11, 12];

impl Stage {
    pub(crate) fn new() -> Stage {
        let mut world = World::founded(&["a", "b", "c"]);
        world.exchange(2);
        let mut forger = Forger::of(&world, "a");
        for size in NOTED {
            assert!(forger.size() < size, "a has {} entries already", forger.size());
            let from = forger.size();
            forger = forger.grown(size as usize);
            world.take("b", &forger.packet(from).bytes()).unwrap();
        }
        let back = world.packet("b", "c");
        world.take("c", &back).unwrap();
        let (now, mut entropy) = (world.tick(), world.entropy());
        let first = Position::new(log_of("c"), 0);
        world.open("c").redact(&[first], "gdpr", now, &mut entropy).unwrap();
        let honest = world.packet("c", "b");
        Stage { world, forger, honest, copies: std::cell::Cell::new(0) }
    }

    /// A copy of b's home, for a case that changes it.
    pub(crate) fn copy(&self) -> (Home, PathBuf) {
        self.copies.set(self.copies.get() + 1);
        let from = self.world.parties["b"].home.path();
        let to = from.with_file_name(format!("copy-{}", self.copies.get()));
        copy_folder(from, &to);
        let path = to.join(self.world.parties["b"].path.strip_prefix(from).unwrap());
        (Home::open(&to, detente_store::Access::Write).unwrap(), path)
    }
}

pub(crate) fn open<'h>(home: &'h Home, path: &Path) -> Accord<'h> {
    Accord::open(home, path, Access::Write).unwrap()
}

pub(crate) fn take(accord: &mut Accord<'_>, packet: &[u8]) -> Result<Taken, Error> {
    accord.take(packet, detente_accord::Time(START.0 + 86_400_000), &mut fresh())
}

/// Everything of a receiver that a refused packet must leave as it was.
#[derive(PartialEq, Eq, Debug)]
pub(crate) struct Snapshot {
    digest: String,
    sizes: Vec<(String, u64)>,
    notes: Vec<[u8; 32]>,
    evidence: Vec<[u8; 32]>,
    files: Vec<String>,
    signer: Vec<u8>,
}

pub(crate) fn snapshot(accord: &Accord<'_>) -> Snapshot {
    let record = accord.record();
    let logs = record.logs().unwrap();
    let notes = logs.iter().flat_map(|log| record.notes(&log.origin, 0, 1 << 20).unwrap());
    let kinds = ["charter", "offer", "keyset", "rules"];
    Snapshot {
        digest: accord.state().digest_text(),
        notes: notes.map(|note| note.hash).collect(),
        sizes: logs.iter().map(|log| (log.origin.to_string(), log.size)).collect(),
        evidence: record.evidence_hashes().unwrap(),
        files: kinds.iter().flat_map(|kind| record.public_files(kind).unwrap()).collect(),
        signer: std::fs::read(record.path().join("signer.json")).unwrap(),
    }
}

/// The name of an error, exactly enough to tell one refusal from another.
pub(crate) fn told(error: &Error) -> String {
    match error {
        Error::Refused(Refused::Note { why, .. }) => format!("bad-note {}", why.name()),
        Error::Rejected(Rejection::NotCanonical { fault, .. }) => {
            format!("not-canonical {}", fault.fault.name())
        }
        Error::Rejected(Rejection::BadField { field, .. }) => format!("bad-field {field}"),
        other => other.name().to_owned(),
    }
}

/// The kinds of the evidence files with these hashes.
pub(crate) fn kinds(accord: &Accord<'_>, hashes: &[[u8; 32]]) -> Vec<&'static str> {
    let kind = |hash: &[u8; 32]| {
        Evidence::parse(&accord.record().evidence(hash).unwrap().unwrap()).unwrap().kind().name()
    };
    hashes.iter().map(kind).collect()
}

/// The entries of b's own log from an index on: type, and what became of them.
pub(crate) fn own_entries(accord: &Accord<'_>, from: u64) -> Vec<String> {
    let log = log_of("b");
    let entry = |seq| {
        let position = detente_accord::record::Position::new(log.clone(), seq);
        let kind = &accord.held().leaf(&position).unwrap().said.kind;
        format!("{kind} {}", accord.state().effect(&position).unwrap())
    };
    (from..accord.own_size()).map(entry).collect()
}

/// No two takes draw the same: a nonce that was used once says nothing a second time.
fn fresh() -> Entropy {
    static DRAWN: AtomicU64 = AtomicU64::new(0);
    let mut random = [99; 32];
    random[..8].copy_from_slice(&DRAWN.fetch_add(1, Ordering::Relaxed).to_le_bytes());
    Entropy::from_random(random)
}
