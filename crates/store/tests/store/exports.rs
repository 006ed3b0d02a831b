//! The sealed export: opens with its passphrase, unchanged, or not at all.

use std::fs;

use detente_store::{Access, Error, Home, SEAL_RANDOM_BYTES, looks_like_export};
use tempfile::TempDir;

use crate::child::{self, Process};
use crate::world::{Other, Place, domains, listing, owner, stored_ask};

const PASSPHRASE: &str = "correct horse battery staple";

/// An export of a home with an ask in it.
fn export() -> Vec<u8> {
    let place = Place::new();
    let stored = stored_ask(&owner().us(), &Other::new("b", 2).card, &domains(&["canary.example"]), 1);
    let mut home = place.open();
    home.put_ask(&stored).unwrap();
    home.export(PASSPHRASE, [5; SEAL_RANDOM_BYTES]).unwrap()
}

/// Imports into a fresh place and asserts the refusal, and that nothing stays.
fn check(file: &[u8], passphrase: &str, expected: &str) {
    let folder = TempDir::new().unwrap();
    let error = Home::import(&folder.path().join("home"), file, passphrase).err();
    assert_eq!(error.map(|error| format!("{error:?}")).as_deref(), Some(expected));
    assert!(listing(folder.path()).is_empty());
}

#[test]
fn an_export_brings_keys_and_database_back() {
    let file = export();
    assert!(looks_like_export(&file));
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a/new/place");
    let home = Home::import(&path, &file, PASSPHRASE).unwrap();
    assert_eq!(home.card(), &owner().card);
    assert_eq!(home.asks(None).unwrap().len(), 1);
    assert_eq!(home.us().node.public(), owner().keys.node.public());
    drop(home);
    assert!(Home::open(&path, Access::Write).is_ok());
}

#[test]
fn an_export_shows_nothing_of_the_home() {
    let file = export();
    let key = fs::read_to_string(Place::new().home().join("keys/desk.key")).unwrap();
    let key = key.split(' ').nth(2).unwrap().trim().as_bytes();
    for needle in [key, b"canary.example", b"SQLite format", &[101; 32]] {
        assert!(!file.windows(needle.len()).any(|window| window == needle));
    }
}

#[test]
fn a_wrong_passphrase_opens_nothing() {
    let file = export();
    for wrong in ["", "Correct horse battery staple", "correct horse battery staple "] {
        check(&file, wrong, "NotOpened");
    }
}

#[test]
fn a_flipped_byte_is_refused() {
    let file = export();
    let length = file.len();
    // Magic, cost, salt, nonce, the seeds, the database, the tag.
    for (place, expected) in [
        (0, "NotAnExport"),
        (7, "NotAnExport"),
        (8, "NotOpened"),
        (11, "NotAnExport"),
        (12, "NotOpened"),
        (15, "NotAnExport"),
        (16, "NotOpened"),
        (32, "NotOpened"),
        (55, "NotOpened"),
        (56, "NotOpened"),
        (150, "NotOpened"),
        (length / 2, "NotOpened"),
        (length - 1, "NotOpened"),
    ] {
        let mut flipped = file.clone();
        flipped[place] ^= 1;
        check(&flipped, PASSPHRASE, expected);
    }
}

#[test]
fn a_cut_export_is_refused() {
    let file = export();
    check(b"", PASSPHRASE, "NotAnExport");
    check(&file[..55], PASSPHRASE, "NotAnExport");
    check(&file[..56], PASSPHRASE, "NotOpened");
    check(&file[..file.len() - 1], PASSPHRASE, "NotOpened");
    check(&[&file[..], &[0]].concat(), PASSPHRASE, "NotOpened");
}

#[test]
fn an_import_never_writes_over_a_home() {
    let place = Place::new();
    let before = fs::read(place.home().join("home.db")).unwrap();
    let again = Home::import(&place.home(), &export(), PASSPHRASE);
    assert!(matches!(again, Err(Error::Exists(_))));
    assert_eq!(fs::read(place.home().join("home.db")).unwrap(), before);
}

#[test]
fn a_hostile_cost_is_refused_without_being_paid() {
    let folder = TempDir::new().unwrap();
    let mut process = Process::start("exports::task_refuse_hostile_costs", "costs", folder.path());
    let peak_kib: u64 = process.says().parse().unwrap();
    assert!(peak_kib < 64 << 10, "{peak_kib} KiB for files that ask for more than 256 MiB");
}

#[test]
fn task_refuse_hostile_costs() {
    if child::task().is_some_and(|(task, _)| task == "costs") {
        let hostile = |memory: u32, passes: u32| {
            let header = [&b"DETHOME\x01"[..], &memory.to_le_bytes(), &passes.to_le_bytes()].concat();
            [header, vec![0; 1000]].concat()
        };
        for (memory, passes) in [
            (u32::MAX, 1),
            ((256 << 10) + 1, 1),
            (1 << 20, 3),
            (64 << 10, 11),
            (64 << 10, u32::MAX),
            (64 << 10, 0),
            (0, 3),
            (7, 3),
        ] {
            check(&hostile(memory, passes), PASSPHRASE, "NotAnExport");
        }
        let status = fs::read_to_string("/proc/self/status").unwrap();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        child::say(peak.trim().trim_end_matches(" kB"));
    }
}
