//! Notes, public files, evidence.

use detente_tlog::KeyName;
use sha2::{Digest as _, Sha256};

use crate::world::{CHARTER, Place, check, fill, note, origin, tree};

#[test]
fn every_note_stays_and_the_latest_is_the_same_for_all() {
    let place = Place::new();
    let (mut record, a) = (place.open(), origin("a"));
    let (root, other) = (tree(3).root(), tree(4).root());
    let notes = [
        note("a", 2, tree(2).root(), 4),
        note("a", 3, root, 0),
        note("a", 3, root, 2),
        note("a", 3, other, 1),
    ];
    for note in notes.iter().chain(&notes) {
        assert_eq!(record.put_note(note).unwrap(), <[u8; 32]>::from(Sha256::digest(note)));
    }
    let latest = record.latest_note(&a).unwrap().unwrap();
    assert_eq!((latest.bytes.as_slice(), latest.size, latest.lines), (notes[2].as_slice(), 3, 3));
    assert_eq!(record.note(&latest.hash).unwrap(), Some(latest));
    assert_eq!(record.notes(&a, 0, 10).unwrap().len(), 4);
    assert_eq!(record.notes(&a, 3, 10).unwrap().len(), 3);
    assert_eq!(record.notes(&a, 0, 1).unwrap()[0].size, 2);
    assert_eq!(record.note(&[0; 32]).unwrap(), None);
    // Two of one size and as many lines: the order is that of their hashes, whichever came first.
    let rivals = [note("b", 9, root, 1), note("b", 9, other, 1)];
    for note in &rivals {
        record.put_note(note).unwrap();
    }
    let smallest = rivals.iter().map(|note| <[u8; 32]>::from(Sha256::digest(note))).min();
    assert_eq!(record.latest_note(&origin("b")).unwrap().map(|note| note.hash), smallest);
}

#[test]
fn refuses_what_is_no_note_of_a_checkpoint() {
    let place = Place::new();
    let mut record = place.open();
    check(record.put_note(b"nothing"), "no-blank-line");
    let note = String::from_utf8(note("a", 3, tree(3).root(), 0)).unwrap();
    check(record.put_note(note.replacen("\n\n", "\nextension\n\n", 1).as_bytes()), "extension-line");
    assert!(record.logs().unwrap().is_empty());
}

#[test]
fn a_log_of_notes_alone_has_no_leaves() {
    let place = Place::new();
    let (mut record, a) = (place.open(), origin("a"));
    record.put_note(&note("a", 3, tree(3).root(), 0)).unwrap();
    assert_eq!(record.state(&a).unwrap().unwrap().size, 0);
    fill(&mut record, &a, 3);
    assert_eq!(record.root_checked(&a).unwrap(), (3, tree(3).root()));
}

#[test]
fn public_files_are_kept_once_and_never_replaced() {
    let place = Place::new();
    let mut record = place.open();
    assert_eq!(record.charter().unwrap(), CHARTER);
    record.put_public_file("offer", "b.json", b"{}").unwrap();
    record.put_public_file("offer", "b.json", b"{}").unwrap();
    check(record.put_public_file("offer", "b.json", b"[]"), "other-bytes");
    record.put_public_file("offer", "a.json", b"[]").unwrap();
    assert_eq!(record.public_files("offer").unwrap(), ["a.json", "b.json"]);
    assert_eq!(record.public_file("offer", "b.json").unwrap().unwrap(), b"{}");
    assert_eq!(record.public_file("rules", "b.json").unwrap(), None);
    check(record.put_public_file("offer", "c.json", &vec![0; (4 << 20) + 1]), "too-large");
}

#[test]
fn evidence_stands_under_its_hash() {
    let place = Place::new();
    let mut record = place.open();
    let hash = record.put_evidence(b"two notes").unwrap();
    assert_eq!(record.put_evidence(b"two notes").unwrap(), hash);
    assert_eq!(record.evidence(&hash).unwrap().unwrap(), b"two notes");
    assert_eq!(record.evidence_hashes().unwrap(), [hash]);
    assert_eq!(record.evidence(&[0; 32]).unwrap(), None);
}

#[test]
fn a_record_takes_so_many_logs_and_no_more() {
    let place = Place::new();
    let mut record = place.open();
    let name = |number: u64| KeyName::parse(&format!("log.example/{number}")).unwrap();
    for number in 0..1000 {
        record.append(&name(number), 0, &[b"leaf"], &crate::world::NOTHING).unwrap();
    }
    check(record.append(&name(1000), 0, &[b"leaf"], &crate::world::NOTHING), "too-many-logs");
    assert_eq!(record.leaf(&name(999), 0).unwrap().unwrap(), b"leaf");
    drop(record);
    assert_eq!(place.open().logs().unwrap().len(), 1000);
}
