use std::collections::BTreeMap;

use super::*;
use crate::PartyId;
use crate::record::leaf::Place;
use crate::record::{Attachment, Draft, RecordId, SealedItem};
use crate::{Entropy, Time};

fn item(index: u64, first: u64, size: u64) -> Opening {
    let item = ExhibitItem {
        index,
        kind: "log".into(),
        name: format!("extract {index}"),
        media: "text/plain".into(),
        sha256: [index as u8; 32],
        size,
        first,
    };
    item.opening([0x40 + index as u8; 32])
}

/// A commitment to these items, and the field that lists them.
fn commit(items: &[Opening], sealed: usize) -> (Leaf, Opening) {
    let (record, author) = (RecordId::from_bytes([7; 32]), PartyId::parse("a").unwrap());
    let mut draft = Draft::new("exhibit", [("act", Value::text("commit")), ("to", Value::text("b"))]);
    draft.aud = "own".into();
    draft.values = BTreeMap::from([(ITEMS, listed(items, record.bytes(), &author))]);
    let bytes = zeroize::Zeroizing::new(vec![1]);
    draft.attachments =
        items.iter().map(|opening| Attachment { opening: opening.clone(), bytes: bytes.clone() }).collect();
    let labels = &["custody", "items", "meta", "text"];
    let committed = draft.commit(record, author, Time(5), labels, &mut Entropy::from_random([3; 32]));
    let sealed: Vec<SealedItem> =
        (0..sealed).map(|n| SealedItem { sha256: [n as u8; 32], size: 1024 }).collect();
    let signed = committed.sign(&sealed, &[]);
    let list = signed.openings.iter().find(|opening| opening.label == ITEMS).unwrap().clone();
    let place = Place { epoch: 0, seq: 3, time: Time(5), heads: Vec::new() };
    (Leaf::encode(&place, &signed.statement, &signed.sigs).unwrap(), list)
}

#[test]
fn an_item_alone_is_checked_against_the_commitment() {
    let items = [item(0, 1, 10), item(1, 2, 1 << 20), item(2, 4, 10)];
    let (leaf, list) = commit(&items, 5);
    let opened = OpenedItems { list, items: vec![items[1].clone()] };
    let read = OpenedItems::read(&opened.to_value()).unwrap();
    assert!(read == opened);
    let checked = read.check(&leaf).unwrap();
    assert_eq!((checked[0].index, checked[0].places()), (1, 2..4));
    let shown = String::from_utf8(opened.to_value().encode()).unwrap();
    assert!(shown.contains("extract 1") && !shown.contains("extract 0") && !shown.contains("extract 2"));
}

#[test]
fn what_was_not_committed_to_is_refused_by_name() {
    let items = [item(0, 1, 10), item(1, 2, 10)];
    let (leaf, list) = commit(&items, 3);
    let name = |list: &Opening, items: &[&Opening]| {
        let items = items.iter().map(|item| (*item).clone()).collect();
        match (OpenedItems { list: list.clone(), items }).check(&leaf) {
            Ok(_) => "opens".to_owned(),
            Err(Rejection::SealedContradicts { label }) => label,
            Err(other) => other.name().to_owned(),
        }
    };
    let salted = Opening { salt: [1; 32], ..items[1].clone() };
    let moved = Opening { label: "item-0".into(), ..items[1].clone() };
    let other_list = Opening { salt: [9; 32], ..list.clone() };
    for (list, items, due) in [
        (&list, vec![&items[0], &items[1]], "opens"),
        (&list, vec![], "opens"),
        (&list, vec![&items[1], &items[0]], "item-0"),
        (&list, vec![&items[1], &items[1]], "item-1"),
        (&list, vec![&salted], "item-1"),
        (&list, vec![&item(1, 2, 11)], "item-1"),
        (&list, vec![&item(2, 2, 10)], "item-2"),
        (&list, vec![&moved], "bad-field"),
        (&list, vec![&item(1, 0, 10)], "bad-field"),
        (&list, vec![&item(1, 8, 10)], "bad-field"),
        (&list, vec![&item(1, 2, 0)], "bad-field"),
        (&list, vec![&item(32, 2, 10)], "bad-field"),
        (&other_list, vec![&items[0]], "items"),
    ] {
        assert_eq!(name(list, &items), due);
    }
}

#[test]
fn an_item_whose_parts_are_not_in_the_statement_does_not_open() {
    let items = [item(0, 1, 10), item(1, 2, 10)];
    let (leaf, list) = commit(&items, 2);
    let opened = OpenedItems { list, items: vec![items[1].clone()] };
    assert_eq!(opened.check(&leaf), Err(Rejection::SealedContradicts { label: "item-1".into() }));
}

#[test]
fn classes_are_those_of_the_sealed_parts() {
    for (size, class) in [
        (1, 1024),
        (1020, 1024),
        (1021, 2048),
        ((1 << 20) - 4, 1 << 20),
        ((1 << 20) - 3, (1 << 20) + 1024),
        (2 * ((1 << 20) - 4), 2 << 20),
    ] {
        assert_eq!(size_class(size), class, "{size}");
    }
}
