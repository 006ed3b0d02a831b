//! Back-ups, and what a restored one may do.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use detente_store::record::{Access, Depth, Error, Field, Record, Refusal, Signer, write_seed};

use crate::world::{Place, check, files, fill, note, origin, seeds, sign, tree};

#[test]
fn a_restored_back_up_signs_nothing_before_the_peers_were_asked() {
    let place = Place::new();
    let (mut record, a) = (place.open(), origin("a"));
    let mut signer = Signer::open(&place.path(), &seeds("a"), &record).unwrap();
    fill(&mut record, &a, 4);
    sign(&mut signer, &mut record, "a").unwrap();
    record
        .put_field(&Field { party: "a", epoch: 0, seq: 3, label: "text", salt: &[1; 32], value: b"v" })
        .unwrap();
    let backup = record.backup(&place.folder.path().join("backups"), 3).unwrap();
    fill(&mut record, &a, 6);
    sign(&mut signer, &mut record, "a").unwrap();
    drop((record, signer));

    let restored = place.folder.path().join("restored");
    let mut record = Record::restore(&backup, &restored).unwrap();
    assert_eq!(record.root_checked(&a).unwrap(), (4, tree(4).root()));
    assert_eq!(record.fields("a", 0, 3).unwrap().len(), 1);
    assert!(record.fsck(Depth::Full, |_| ()).unwrap().is_clean());
    let mut signer = Signer::open(&restored, &seeds("a"), &record).unwrap();
    fill(&mut record, &a, 5);
    match sign(&mut signer, &mut record, "a").err() {
        Some(Error::Refused(Refusal::Recovering(_))) => {}
        error => panic!("{error:?}, not recovering"),
    }
    drop(signer);
    // With the state of the signer from before, on its other disk, no less.
    let mut signer = Signer::open(&place.path(), &seeds("a"), &record).unwrap();
    assert_eq!(signer.recovering()[0].name(), "record-behind");
    check(sign(&mut signer, &mut record, "a"), "recovering");
    check(Record::restore(&backup, &restored), "exists");
    check(Record::restore(&place.folder.path().join("nothing"), &place.folder.path().join("x")), "missing");
}

#[test]
fn a_back_up_has_neither_keys_nor_the_state_of_the_signer_and_is_for_its_owner_alone() {
    let place = Place::new();
    let mut record = place.open();
    let _signer = Signer::open(&place.path(), &seeds("a"), &record).unwrap();
    write_seed(&place.path().join("keys"), "log-0", &[5; 32]).unwrap();
    fill(&mut record, &origin("a"), 300);
    let backup = record.backup(&place.folder.path().join("backups"), 1).unwrap();
    let names: Vec<_> =
        files(&backup).iter().map(|(path, _)| path.strip_prefix(&backup).unwrap().to_owned()).collect();
    assert_eq!(names, ["content.db", "record.db"].map(std::path::PathBuf::from));
    for path in [&backup, &backup.join("record.db"), &backup.join("content.db")] {
        assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o077, 0, "{}", path.display());
    }
}

#[test]
fn as_many_stay_as_are_kept() {
    let place = Place::new();
    let (mut record, to) = (place.open(), place.folder.path().join("backups"));
    let names = || -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(&to)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    };
    for size in 1..=4 {
        fill(&mut record, &origin("a"), size);
        record.backup(&to, 2).unwrap();
    }
    assert_eq!(names(), ["00000003", "00000004"]);
    // One that was cut off is taken away by the next.
    fs::create_dir(to.join("00000005.new")).unwrap();
    record.backup(&to, 2).unwrap();
    record.backup(&to, 0).unwrap();
    assert_eq!(names(), ["00000006"]);
    drop(record);
    let record = Record::restore(&to.join("00000006"), &place.folder.path().join("restored")).unwrap();
    assert_eq!(record.state(&origin("a")).unwrap().unwrap().size, 4);
}

#[test]
fn a_reader_makes_a_back_up_beside_the_writer() {
    let place = Place::new();
    let mut record = place.open();
    fill(&mut record, &origin("b"), 20);
    record.put_note(&note("b", 20, tree(20).root(), 2)).unwrap();
    let reader = Record::open(&place.path(), Access::Read).unwrap();
    let backup = reader.backup(&place.folder.path().join("backups"), 1).unwrap();
    fill(&mut record, &origin("b"), 21);
    let restored = Record::restore(&backup, &place.folder.path().join("restored")).unwrap();
    assert_eq!(restored.latest_note(&origin("b")).unwrap().unwrap().size, 20);
    assert_eq!(restored.root_at(&origin("b"), 20).unwrap(), tree(20).root());
}
