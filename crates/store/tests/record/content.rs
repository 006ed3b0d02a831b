//! Content beside the logs, and what is left of it after an erasure.

use detente_store::record::{Access, Error, Field, ItemKeyFor, Record};
use rusqlite::Connection;

use crate::world::{Place, check, files, fill, origin};

/// Bytes that stand nowhere else.
fn secret(number: u8) -> Vec<u8> {
    (0..32u8).map(|i| i.wrapping_mul(73) ^ number.wrapping_mul(151) ^ 0x5a).collect()
}

fn salt(number: u8) -> [u8; 32] {
    secret(number).try_into().unwrap()
}

fn field<'a>(seq: u64, label: &'a str, salt: &'a [u8; 32], value: &'a [u8]) -> Field<'a> {
    Field { party: "a", epoch: 0, seq, label, salt, value }
}

#[test]
fn fields_come_back_by_label() {
    let place = Place::new();
    let mut record = place.open();
    let (one, two) = (salt(1), salt(2));
    record
        .put_fields(&[
            field(3, "text", &one, b"b"),
            field(3, "subject", &two, b"a"),
            field(4, "x", &one, b""),
        ])
        .unwrap();
    drop(record);
    let fields = Record::open(&place.path(), Access::Read).unwrap().fields("a", 0, 3).unwrap();
    let shown: Vec<_> = fields.iter().map(|f| (f.label.as_str(), *f.salt, f.value.as_slice())).collect();
    assert_eq!(shown, [("subject", two, &b"a"[..]), ("text", one, &b"b"[..])]);
    let mut record = place.open();
    check(record.put_field(&field(3, "text", &one, &vec![0; (1 << 20) + 1])), "too-large");
    assert!(record.fields("b", 0, 3).unwrap().is_empty());
}

#[test]
fn sealed_items_stand_under_their_hash_with_a_key_for_each_reader() {
    let place = Place::new();
    let mut record = place.open();
    let hash = record.put_sealed(b"ciphertext").unwrap();
    assert_eq!(record.put_sealed(b"ciphertext").unwrap(), hash);
    assert_eq!(record.sealed(&hash).unwrap().unwrap(), b"ciphertext");
    assert_eq!(record.sealed(&[0; 32]).unwrap(), None);
    record.put_item_key(&hash, ItemKeyFor::Us, b"ours").unwrap();
    record.put_item_key(&hash, ItemKeyFor::Recipient("b"), b"wrapped").unwrap();
    assert_eq!(record.item_key(&hash, ItemKeyFor::Us).unwrap().unwrap().as_slice(), b"ours");
    assert_eq!(record.item_key(&hash, ItemKeyFor::Recipient("b")).unwrap().unwrap().as_slice(), b"wrapped");
    assert!(record.item_key(&hash, ItemKeyFor::Recipient("c")).unwrap().is_none());
    check(record.put_sealed(&vec![0; (1 << 20) + 65]), "too-large");
}

#[test]
fn after_an_erasure_no_file_holds_any_of_it() {
    let place = Place::new();
    let mut record = place.open();
    fill(&mut record, &origin("a"), 50);
    // Enough that rows have left the pages they were written to, and values that do not fit into one.
    let filler = vec![0x77; 700];
    for seq in 0..40 {
        record.put_field(&field(seq, "text", &salt(200), &filler)).unwrap();
    }
    let long = secret(3).repeat(1000);
    let (salts, ciphertext) = ([salt(1), salt(2)], secret(4).repeat(300));
    let fields =
        [field(41, "text", &salts[0], &long), field(41, "subject", &salts[1], b"Is this yours? 4711")];
    record.put_fields(&fields).unwrap();
    let hash = record.put_sealed(&ciphertext).unwrap();
    record.put_item_key(&hash, ItemKeyFor::Us, &secret(5)).unwrap();
    record.put_item_key(&hash, ItemKeyFor::Recipient("b"), &secret(6)).unwrap();
    let kept = record.put_sealed(&secret(7).repeat(10)).unwrap();
    record.put_item_key(&kept, ItemKeyFor::Us, &secret(8)).unwrap();
    for seq in 42..60 {
        record.put_field(&field(seq, "text", &salt(200), &filler)).unwrap();
    }
    let mut erased: Vec<Vec<u8>> = [1, 2, 3, 4, 5, 6].map(secret).into();
    erased.push(b"4711".to_vec());
    let found = |needle: &[u8]| {
        let holds = |bytes: &[u8]| bytes.windows(needle.len()).any(|window| window == needle);
        files(&place.path())
            .into_iter()
            .filter(|(_, bytes)| holds(bytes))
            .map(|(path, _)| path)
            .collect::<Vec<_>>()
    };
    assert!(erased.iter().all(|needle| !found(needle).is_empty()), "the search finds what is there");

    record.erase("a", 0, 41, &[hash]).unwrap();
    for needle in &erased {
        assert_eq!(found(needle), Vec::<std::path::PathBuf>::new());
    }
    assert_eq!((record.fields("a", 0, 41).unwrap().len(), record.sealed(&hash).unwrap()), (0, None));
    assert!(record.item_key(&hash, ItemKeyFor::Recipient("b")).unwrap().is_none());
    // The rest is as it was, and so is the log.
    assert_eq!(record.fields("a", 0, 59).unwrap()[0].value.as_slice(), filler);
    assert!(record.sealed(&kept).unwrap().is_some());
    assert_eq!(record.item_key(&kept, ItemKeyFor::Us).unwrap().unwrap().as_slice(), secret(8));
    assert_eq!(record.root_checked(&origin("a")).unwrap().0, 50);
    // Again is nothing.
    record.erase("a", 0, 41, &[hash]).unwrap();
}

#[test]
fn a_reader_in_the_way_is_told_and_the_erasure_is_finished_later() {
    let place = Place::new();
    let mut record = place.open();
    let salt = salt(9);
    record.put_field(&field(1, "text", &salt, b"value")).unwrap();
    let reader = Connection::open(place.path().join("content.db")).unwrap();
    reader.execute_batch("BEGIN; SELECT * FROM field").unwrap();
    match record.erase("a", 0, 1, &[]).err() {
        Some(Error::ReaderInTheWay(path)) => assert_eq!(path, place.path().join("content.db")),
        error => panic!("{error:?}, not a reader in the way"),
    }
    reader.execute_batch("COMMIT").unwrap();
    drop(reader);
    record.erase("a", 0, 1, &[]).unwrap();
    let holds = |bytes: &[u8]| bytes.windows(32).any(|window| window == salt);
    assert!(files(&place.path()).iter().all(|(_, bytes)| !holds(bytes)));
}

#[test]
fn no_salt_ever_stands_in_the_files_of_the_log() {
    let place = Place::new();
    let mut record = place.open();
    record.put_field(&field(1, "text", &salt(1), b"value")).unwrap();
    fill(&mut record, &origin("a"), 2);
    let holds = |bytes: &[u8]| bytes.windows(32).any(|window| window == salt(1));
    for (path, bytes) in files(&place.path()) {
        let is_content = path.file_name().unwrap().to_string_lossy().starts_with("content.db");
        assert!(is_content || !holds(&bytes), "{}", path.display());
    }
}
