//! Making and opening a record.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;

use detente_store::record::{Access, Beside, Error, NewRecord, Record};
use rusqlite::Connection;

use crate::child::{self, Process};
use crate::world::{CHARTER, INSTANCE, NOTHING, Place, check, fill, leaf, new_record, origin, tree};

#[test]
fn a_new_record_opens_and_is_for_its_owner_alone() {
    let place = Place::new();
    let mut record = place.open();
    fill(&mut record, &origin("a"), 3);
    assert_eq!((record.instance(), record.record_id()), (&INSTANCE, &new_record().record_id));
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&place.path()), 0o700);
    for name in ["record.db", "record.db-wal", "record.db-shm", "lock"] {
        assert_eq!(mode(&place.path().join(name)), 0o600, "{name}");
    }
}

#[test]
fn a_charter_of_another_record_is_refused_and_nothing_stays() {
    let place = Place::new();
    let path = place.folder.path().join("other");
    let new = NewRecord { record_id: [1; 32], charter: CHARTER, instance: INSTANCE };
    check(Record::create(&path, &new), "other-bytes");
    assert!(!path.exists());
    check(Record::create(&place.path(), &new_record()), "exists");
    check(Record::open(&path, Access::Read), "missing");
}

#[test]
fn a_second_writer_is_told_who_writes_and_a_reader_reads_beside_it() {
    if let Some((_, path)) = child::task() {
        let mut record = Record::open(&path, Access::Write).unwrap();
        fill(&mut record, &origin("a"), 7);
        child::say("open");
        child::wait();
        return;
    }
    let place = Place::new();
    let mut other = Process::start(
        "opening::a_second_writer_is_told_who_writes_and_a_reader_reads_beside_it",
        "hold",
        &place.path(),
    );
    other.says();
    match Record::open(&place.path(), Access::Write).err() {
        Some(Error::Locked { pid, .. }) => assert_eq!(pid, Some(other.pid())),
        error => panic!("{error:?}, not locked"),
    }
    let mut reader = Record::open(&place.path(), Access::Read).unwrap();
    assert_eq!(reader.state(&origin("a")).unwrap().unwrap().root, tree(7).root());
    check(reader.append(&origin("a"), 7, &[b"leaf"], &NOTHING), "opened-for-reading");
    check(reader.root_checked(&origin("a")), "opened-for-reading");
    other.kill();
    assert_eq!(place.open().root_checked(&origin("a")).unwrap().0, 7);
}

#[test]
fn what_was_told_is_there_after_a_kill() {
    if let Some((_, path)) = child::task() {
        let (mut record, a) = (Record::open(&path, Access::Write).unwrap(), origin("a"));
        for seq in record.state(&a).unwrap().map_or(0, |state| state.size).. {
            record.append(&a, seq, &[&leaf(seq)], &Beside::default()).unwrap();
            child::say(&seq.to_string());
        }
    }
    let (place, mut told) = (Place::new(), None);
    for round in 0..8 {
        let mut other =
            Process::start("opening::what_was_told_is_there_after_a_kill", "append", &place.path());
        for _ in 0..5 + round {
            told = Some(other.says().parse::<u64>().unwrap());
        }
        other.kill();
        let mut record = place.open();
        let (size, root) = record.root_checked(&origin("a")).unwrap();
        assert!(told < Some(size), "{told:?} was told, and there are {size}");
        assert_eq!(root, tree(size).root());
    }
}

#[test]
fn refuses_a_newer_schema_by_name_and_another_program_s_database() {
    let place = Place::new();
    let database = Connection::open(place.path().join("record.db")).unwrap();
    database.pragma_update(None, "user_version", 99).unwrap();
    for access in [Access::Read, Access::Write] {
        match Record::open(&place.path(), access).err() {
            Some(Error::NewerSchema { found: 99, .. }) => {}
            error => panic!("{error:?}, not a newer schema"),
        }
    }
    database.pragma_update(None, "application_id", 1).unwrap();
    check(Record::open(&place.path(), Access::Write), "damaged");
}

#[test]
fn refuses_what_others_can_read() {
    for name in ["", "record.db"] {
        let place = Place::new();
        let path = place.path().join(name);
        fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
        check(Record::open(&place.path(), Access::Read), "too-open");
    }
}
