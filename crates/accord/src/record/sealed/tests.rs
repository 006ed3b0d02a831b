use super::*;
use crate::record::leaf::Place;
use crate::{Time, b64};

fn record() -> RecordId {
    RecordId::from_bytes([1; 32])
}

fn party() -> PartyId {
    PartyId::parse("a").unwrap()
}

fn openings(text: &str, count: u8) -> Vec<Opening> {
    let opening = |i: u8| Opening {
        salt: [i; 32],
        label: format!("f{i:03}"),
        value: if i == 0 { Value::text(text) } else { Value::Null },
    };
    (0..count).map(opening).collect()
}

/// A leaf that commits to these fields and names these sealed files.
fn leaf_of(fields: &[Opening], sealed: &[SealedItem]) -> Leaf {
    let commitment = |opening: &Opening| opening.commitment(record().bytes(), &party());
    let commits =
        fields.iter().map(|field| (field.label.clone(), Value::text(b64::encode(&commitment(field)))));
    let sealed = sealed.iter().map(|item| {
        Value::object([
            ("sha256", Value::text(b64::encode(&item.sha256))),
            ("size", Value::Integer(item.size)),
        ])
    });
    let mut statement = vec![
        ("v", Value::Integer(1)),
        ("accord", Value::text(b64::encode(record().bytes()))),
        ("party", Value::text("a")),
        ("type", Value::text("inquiry")),
        ("made", Value::Integer(1)),
        ("nonce", Value::text(b64::encode(&[7; 16]))),
        ("aud", Value::text("all")),
        ("refs", Value::Array(Vec::new())),
        ("pub", Value::Object(Default::default())),
        ("sealed", Value::Array(sealed.collect())),
        ("exercise", Value::Bool(false)),
    ];
    if fields.len() <= 32 {
        statement.push(("commits", Value::Object(commits.collect())));
    } else {
        let root = root(fields.iter().map(commitment));
        let tree = Value::object([
            ("count", Value::Integer(fields.len() as u64)),
            ("root", Value::text(b64::encode(root.as_bytes()))),
        ]);
        statement.push(("commits", Value::Object(Default::default())));
        statement.push(("tree", tree));
    }
    let statement =
        Value::Object(statement.into_iter().map(|(key, value)| (key.to_owned(), value)).collect());
    let place = Place { epoch: 0, seq: 0, time: Time(1), heads: Vec::new() };
    Leaf::encode(&place, &statement, &[]).unwrap()
}

fn seal(fields: &[Opening], nonce: u8) -> Sealed {
    let belongs = Belongs { record: &record(), party: &party(), nonce: &[nonce; 16] };
    seal_fields(belongs, fields, &mut Entropy::from_random([9; 32])).ok().unwrap()
}

fn open(leaf: &Leaf, sealed: &Sealed) -> Result<usize, Rejection> {
    open_fields(&record(), leaf, &sealed.item, &sealed.file, &sealed.key).map(|fields| fields.len())
}

#[test]
fn opens_what_was_sealed() {
    for count in [0, 1, 32, 33, 200] {
        let fields = openings("Is this yours?", count);
        let sealed = seal(&fields, 7);
        let leaf = leaf_of(&fields, std::slice::from_ref(&sealed.item));
        assert_eq!(open(&leaf, &sealed), Ok(usize::from(count)));
    }
}

#[test]
fn the_size_tells_a_class_and_no_more() {
    for (bytes, class) in [(0, 1024), (1020, 1024), (1021, 2048), ((1 << 20) - 4, 1 << 20)] {
        let belongs = Belongs { record: &record(), party: &party(), nonce: &[7; 16] };
        let sealed = seal_part(belongs, &vec![1; bytes], &mut Entropy::from_random([9; 32])).ok().unwrap();
        assert_eq!(sealed.item.size, class);
        assert_eq!(sealed.file.len() as u64, 24 + class + 16);
        let leaf = leaf_of(&[], std::slice::from_ref(&sealed.item));
        let part = open_part(&record(), &leaf, &sealed.item, &sealed.file, &sealed.key).unwrap();
        assert_eq!(*part, vec![1; bytes]);
    }
    let belongs = Belongs { record: &record(), party: &party(), nonce: &[7; 16] };
    let refused = seal_part(belongs, &vec![1; (1 << 20) - 3], &mut Entropy::from_random([9; 32])).err();
    assert_eq!(refused, Some(Rejection::TooLargeToSeal { bytes: (1 << 20) - 3 }));
}

#[test]
fn a_field_that_opens_nothing_is_named() {
    let said = openings("Is this yours?", 3);
    let contradicts = |label: &str| Err(Rejection::SealedContradicts { label: label.to_owned() });
    let check = |sealed_fields: &[Opening]| {
        let sealed = seal(sealed_fields, 7);
        open(&leaf_of(&said, std::slice::from_ref(&sealed.item)), &sealed)
    };
    assert_eq!(check(&openings("That is yours.", 3)), contradicts("f000"));
    assert_eq!(check(&said[..2]), contradicts("f002"));
    assert_eq!(check(&openings("Is this yours?", 4)), contradicts("f003"));

    let many = openings("Is this yours?", 40);
    let sealed = seal(&many[..39], 7);
    assert_eq!(open(&leaf_of(&many, std::slice::from_ref(&sealed.item)), &sealed), contradicts("*"));
}

#[test]
fn another_file_key_or_statement_is_refused() {
    let fields = openings("Is this yours?", 3);
    let (sealed, other) = (seal(&fields, 7), seal(&fields, 8));
    let leaf = leaf_of(&fields, &[sealed.item.clone(), other.item.clone()]);
    let open = |item, file: &[u8], key: &ItemKey| {
        open_fields(&record(), &leaf, item, file, key).map(|fields| fields.len())
    };
    assert_eq!(open(&sealed.item, &other.file, &sealed.key), Err(Rejection::OtherSealedFile));
    let wrong_key = ItemKey::from_bytes([0; 32]);
    assert_eq!(open(&sealed.item, &sealed.file, &wrong_key), Err(Rejection::DoesNotOpen));
    // Sealed for a statement with another nonce, and put under this one.
    assert_eq!(open(&other.item, &other.file, &other.key), Err(Rejection::DoesNotOpen));
    let unnamed = leaf_of(&fields, std::slice::from_ref(&other.item));
    let refused = open_fields(&record(), &unnamed, &sealed.item, &sealed.file, &sealed.key).err();
    assert_eq!(refused, Some(Rejection::OtherSealedFile));
}

#[test]
fn every_changed_byte_of_a_sealed_file_is_found() {
    let fields = openings("Is this yours?", 3);
    let sealed = seal(&fields, 7);
    let leaf = leaf_of(&fields, std::slice::from_ref(&sealed.item));
    for at in 0..sealed.file.len() {
        let mut file = sealed.file.clone();
        file[at] ^= 1;
        let refused = open_fields(&record(), &leaf, &sealed.item, &file, &sealed.key).err();
        assert_eq!(refused, Some(Rejection::OtherSealedFile), "byte {at}");
    }
}

#[test]
fn padding_has_one_form() {
    let bad = Some(Rejection::BadField { part: PART, field: "padding" });
    let plain = |length: u32, size: usize, mark: u8| {
        let mut plain = length.to_be_bytes().to_vec();
        plain.resize(size - 1, 0);
        plain.push(mark);
        plain
    };
    assert_eq!(unpad(&plain(3, 1024, 0)).map(|content| content.len()), Ok(3));
    assert_eq!(unpad(&plain(3, 1024, 1)).err(), bad);
    assert_eq!(unpad(&plain(3, 2048, 0)).err(), bad);
    assert_eq!(unpad(&plain(1021, 1024, 0)).err(), bad);
    assert_eq!(unpad(&[0, 0, 0]).err(), bad);
}
