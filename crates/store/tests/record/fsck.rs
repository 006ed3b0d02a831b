//! A record checked against itself: every copy, every bit.

use std::fs;
use std::path::{Path, PathBuf};

use detente_store::record::{Access, Depth, Error, FindingKind, ItemKeyFor, Outgoing, Record};
use detente_tlog::{Hash, KeyName};
use rusqlite::Connection;

use crate::world::{
    INSTANCE, NOTHING, Place, borrowed, check, files, fill, leaves, log_key, note, origin, tree,
};

/// A record with two logs, their files, and something in every table.
fn full(size: u64) -> Place {
    let place = Place::new();
    let mut record = place.open();
    for party in ["a", "b"] {
        fill(&mut record, &origin(party), size);
        let note = note(party, size, tree(size).root(), 1);
        record.put_note(&note).unwrap();
        record.write_checkpoint(&origin(party), &note).unwrap();
    }
    record.put_pending(&note("b", size + 5, tree(size + 5).root(), 0)).unwrap();
    record.put_public_file("offer", "c.json", b"{}").unwrap();
    record.put_evidence(b"evidence").unwrap();
    record.put_outgoing(&Outgoing { recipient: "b", kind: "head", body: b"body" }).unwrap();
    let hash = record.put_sealed(b"sealed").unwrap();
    record.put_item_key(&hash, ItemKeyFor::Us, b"key").unwrap();
    place
}

/// The names of what a full check finds.
fn findings(place: &Place) -> Vec<&'static str> {
    let mut record = Record::open(&place.path(), Access::Read).unwrap();
    record.fsck(Depth::Full, |_| ()).unwrap().findings.iter().map(|finding| finding.name()).collect()
}

fn sql(place: &Place, name: &str, sql: &str) {
    assert_eq!(Connection::open(place.path().join(name)).unwrap().execute(sql, []).unwrap(), 1, "{sql}");
}

#[test]
fn a_sound_record_is_clean_and_tells_how_far_it_is() {
    let place = full(700);
    let mut record = place.open();
    let mut told = Vec::new();
    let report = record.fsck(Depth::Full, |progress| told.push((progress.done, progress.total))).unwrap();
    assert_eq!((report.findings.len(), report.leaves, report.notes), (0, 1400, 3));
    // Three bundles, three tiles of hashes and one above them, for each log.
    assert_eq!(report.tile_files, 14);
    assert_eq!(told, [(700, 700), (700, 700)]);
    let report = record.fsck(Depth::Incremental, |_| ()).unwrap();
    assert_eq!((report.findings.len(), report.leaves), (0, 0));
}

#[test]
fn names_what_differs() {
    let leaf = 1u64 << 53 | 300;
    for (database, change, due) in [
        (
            "record.db",
            format!("UPDATE leaf SET bytes = x'00' WHERE place = {leaf}"),
            vec!["leaf", "tile-file", "root"],
        ),
        ("record.db", format!("DELETE FROM leaf WHERE place = {leaf}"), vec!["sequence"]),
        ("record.db", format!("INSERT INTO leaf VALUES ({}, x'00')", 1u64 << 53 | 700), vec!["sequence"]),
        ("record.db", "UPDATE log SET root = zeroblob(32) WHERE number = 1".into(), vec!["root"]),
        ("record.db", "UPDATE log SET size = 699 WHERE number = 1".into(), vec!["sequence"]),
        (
            "record.db",
            format!("UPDATE tile SET hashes = zeroblob(8192) WHERE place = {}", 1u64 << 53 | 1 << 46),
            vec!["tile"],
        ),
        ("record.db", "UPDATE note SET bytes = x'00' WHERE log = 1".into(), vec!["note"]),
        (
            "record.db",
            "UPDATE note SET root = zeroblob(32) WHERE log = 1".into(),
            vec!["newest-note", "note"],
        ),
        (
            "record.db",
            "UPDATE public_file SET bytes = x'00' WHERE kind = 'offer'".into(),
            vec!["public-file"],
        ),
        (
            "record.db",
            "UPDATE public_file SET bytes = x'00' WHERE kind = 'charter'".into(),
            vec!["charter", "public-file"],
        ),
        ("record.db", "UPDATE evidence SET bytes = x'00'".into(), vec!["evidence"]),
        ("content.db", "UPDATE sealed SET ciphertext = x'00'".into(), vec!["sealed"]),
    ] {
        let place = full(700);
        sql(&place, database, &change);
        let found = findings(&place);
        assert!(due.iter().all(|name| found.contains(name)), "{change}: {found:?}, not {due:?}");
    }
}

#[test]
fn a_leaf_is_named_by_its_place() {
    let place = full(700);
    sql(&place, "record.db", &format!("UPDATE leaf SET bytes = x'00' WHERE place = {}", 2u64 << 53 | 300));
    let mut record = Record::open(&place.path(), Access::Read).unwrap();
    let findings = record.fsck(Depth::Full, |_| ()).unwrap().findings;
    assert_eq!(findings[0].to_string(), format!("{}: leaf 300 and its hash differ", origin("b")));
    check(Record::open(&place.path(), Access::Write), "differs");
}

#[test]
fn a_flipped_bit_in_any_file_of_tiles_is_found() {
    let place = full(300);
    let mut record = place.open();
    let folder = place.path().join("tiles");
    for (path, bytes) in files(&folder) {
        // Some forty bits of each file, in every byte position of one.
        let step = (bytes.len() * 8 / 40) | 1;
        for bit in (0..bytes.len() * 8).step_by(step) {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            fs::write(&path, flipped).unwrap();
            let found = record.fsck(Depth::Full, |_| ()).unwrap();
            let name = if path.ends_with("checkpoint") { "checkpoint" } else { "tile-file" };
            // A checkpoint file that is no note any more says nothing about sizes.
            let is_named = found.findings.iter().any(|finding| finding.name() == name);
            assert!(is_named, "{} bit {bit}: {:?}", path.display(), found.findings);
        }
        fs::remove_file(&path).unwrap();
        let is_found = !record.fsck(Depth::Full, |_| ()).unwrap().is_clean();
        assert!(is_found || path.ends_with("checkpoint"), "{} is gone", path.display());
        fs::write(&path, bytes).unwrap();
    }
    assert!(record.fsck(Depth::Full, |_| ()).unwrap().is_clean());
}

/// All that a record answers.
fn dump(record: &Record) -> Result<Vec<Vec<u8>>, Error> {
    let mut all = vec![record.instance().to_vec(), record.charter()?];
    for log in record.logs()? {
        all.push(format!("{log:?}").into_bytes());
        all.extend(record.leaves(&log.origin, 0..u64::MAX, usize::MAX)?);
        all.extend(record.notes(&log.origin, 0, 1000)?.into_iter().map(|note| note.bytes));
        all.extend(record.pending(&log.origin)?.map(|note| note.bytes));
        for size in 0..=log.size {
            all.push(record.root_at(&log.origin, size)?.as_bytes().to_vec());
        }
    }
    for name in record.public_files("offer")? {
        all.extend(record.public_file("offer", &name)?);
    }
    for hash in record.evidence_hashes()? {
        all.extend(record.evidence(&hash)?);
    }
    Ok(all)
}

/// A copy of a database, in memory where the system has such a folder.
fn copies() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory).unwrap() } else { tempfile::tempdir().unwrap() }
}

/// Flips bits of the database, one at a time. Each is found when the record is opened for writing, or before a
/// root is given out, or changes nothing of what the record answers.
fn flip_bits(step: usize) {
    let place = Place::new();
    let mut record = place.open();
    fill(&mut record, &origin("a"), 70);
    record.put_note(&note("a", 70, tree(70).root(), 0)).unwrap();
    record.put_evidence(b"evidence").unwrap();
    let sound = dump(&record).unwrap();
    drop(record);
    let copies = copies();
    let copy: PathBuf = copies.path().join("record");
    let original = fs::read(place.path().join("record.db")).unwrap();
    let others: Vec<_> =
        files(&place.path()).into_iter().filter(|(path, _)| !path.ends_with("record.db")).collect();
    let (mut flips, mut found) = (0, 0);
    // Bytes that are zero are free room, nearly all of them.
    let bits = (0..original.len() * 8).filter(|bit| original[bit / 8] != 0 || bit % 1024 == 0);
    for bit in bits.step_by(step) {
        let _ = fs::remove_dir_all(&copy);
        use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
        fs::DirBuilder::new().mode(0o700).create(&copy).unwrap();
        let mut flipped = original.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        for (path, bytes) in others.iter().chain([&(place.path().join("record.db"), flipped)]) {
            let to = copy.join(path.file_name().unwrap());
            fs::write(&to, bytes).unwrap();
            fs::set_permissions(&to, fs::Permissions::from_mode(0o600)).unwrap();
        }
        flips += 1;
        let outcome = Record::open(&copy, Access::Write).and_then(|mut record| {
            let root = record.root_checked(&origin("a"))?;
            Ok((root, dump(&record)?, record.fsck(Depth::Full, |_| ())?.is_clean()))
        });
        match outcome {
            Err(_) | Ok((_, _, false)) => found += 1,
            // The signer compares it with its own.
            Ok(_) if Record::open(&copy, Access::Read).unwrap().instance() != &INSTANCE => found += 1,
            Ok((root, answers, true)) => {
                assert!(root == (70, tree(70).root()) && answers == sound, "bit {bit} was not found");
            }
        }
    }
    println!("{flips} bits flipped, {found} found, the others change nothing");
    assert!(found * 2 > flips, "only {found} of {flips} found");
}

#[test]
fn a_flipped_bit_in_the_database_is_found_before_anything_is_signed() {
    flip_bits(211);
}

#[test]
#[ignore = "minutes: cargo test -p detente-store --release --test record -- --ignored every_flipped_bit"]
fn every_flipped_bit_in_the_database_is_found_before_anything_is_signed() {
    flip_bits(1);
}

#[test]
fn every_flipped_bit_of_a_new_leaf_is_found_before_it_is_signed() {
    let place = Place::new();
    let (mut record, a) = (place.open(), origin("a"));
    fill(&mut record, &a, 40);
    record.root_checked(&a).unwrap();
    let (first, last) = (leaves(40, 41), leaves(41, 42));
    record.append(&a, 40, &borrowed(&[first[0].clone(), last[0].clone()]), &NOTHING).unwrap();
    let place_of_leaf = 1u64 << 53 | 41;
    let other = Connection::open(place.path().join("record.db")).unwrap();
    let set = |bytes: &[u8]| {
        let change = "UPDATE leaf SET bytes = ?1 WHERE place = ?2";
        assert_eq!(other.execute(change, rusqlite::params![bytes, place_of_leaf]).unwrap(), 1);
    };
    for bit in 0..last[0].len() * 8 {
        let mut flipped = last[0].clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        set(&flipped);
        check(record.root_checked(&a), "differs");
    }
    set(&last[0]);
    assert_eq!(record.root_checked(&a).unwrap(), (42, tree(42).root()));
    // And so is one of the tree.
    let tile = |hash: Hash, at: usize| {
        let mut tile: Vec<u8> = other.query_row("SELECT hashes FROM tile", [], |row| row.get(0)).unwrap();
        tile[at] ^= hash.as_bytes()[0] | 1;
        other.execute("UPDATE tile SET hashes = ?1", [tile]).unwrap();
    };
    let sound: Vec<u8> = other.query_row("SELECT hashes FROM tile", [], |row| row.get(0)).unwrap();
    fill(&mut record, &a, 43);
    tile(tree(1).root(), 32 * 42);
    check(record.root_checked(&a), "differs");
    drop(sound);
}

#[test]
fn a_damaged_log_is_set_aside_and_stored_again_from_a_mirror() {
    let place = full(700);
    sql(&place, "record.db", &format!("UPDATE leaf SET bytes = x'00' WHERE place = {}", 2u64 << 53 | 300));
    check(Record::open(&place.path(), Access::Write), "differs");
    let (a, b) = (origin("a"), origin("b"));
    let mut record = Record::open(&place.path(), Access::Repair).unwrap();
    let damaged: Vec<_> =
        record.damaged_logs().map(|(origin, error)| (origin.clone(), error.name())).collect();
    assert_eq!(damaged, [(b.clone(), "differs")]);
    check(record.append(&b, 700, &[b"leaf"], &NOTHING), "differs");
    check(record.root_checked(&b), "differs");
    fill(&mut record, &a, 701);
    record.reset_log(&b).unwrap();
    let note = note("b", 700, tree(700).root(), 1);
    record.store_grown(&b, 0, &borrowed(&leaves(0, 700)), &note).unwrap();
    drop(record);
    let mut record = place.open();
    assert!(record.fsck(Depth::Full, |_| ()).unwrap().is_clean());
    assert_eq!(record.root_checked(&a).unwrap().0, 701);
}

#[test]
fn every_signature_of_every_note_is_verified() {
    let place = Place::new();
    let mut record = place.open();
    let a = origin("a");
    record.put_note(&note("a", 3, tree(3).root(), 2)).unwrap();
    record.put_note(&note("b", 3, tree(3).root(), 0)).unwrap();
    let key = log_key("a").verifier().clone();
    let keys = |origin: &KeyName| if *origin == a { vec![key.clone()] } else { Vec::new() };
    assert!(record.check_signatures(keys).unwrap().is_empty());
    // The text of one note under the signature of another.
    let text = String::from_utf8(note("a", 4, tree(4).root(), 0)).unwrap();
    let lines = String::from_utf8(note("a", 5, tree(5).root(), 0)).unwrap();
    let (text, lines) = (text.split_once("\n\n").unwrap().0, lines.split_once("\n\n").unwrap().1.to_owned());
    let forged = record.put_note(format!("{text}\n\n{lines}").as_bytes()).unwrap();
    let found = record.check_signatures(keys).unwrap();
    assert_eq!(
        found.into_iter().map(|finding| finding.kind).collect::<Vec<_>>(),
        [FindingKind::Signature { hash: forged }]
    );
    let nobody = |_: &KeyName| vec![log_key("c").verifier().clone()];
    assert_eq!(record.check_signatures(nobody).unwrap().len(), 3);
}
