//! Appending, reading back, proofs.

use detente_store::record::{Access, Beside, Outgoing, Record};
use detente_tlog::{
    EntryIndex, Frontier, Hash, TreeSize, check_consistency, check_inclusion, leaf_hash, roots_of_full_form,
};

use crate::world::{NOTHING, Place, borrowed, check, fill, leaf, leaves, note, origin, tree};

#[test]
fn leaves_come_back_in_order_and_roots_are_those_of_the_tree() {
    let place = Place::new();
    let (mut record, a) = (place.open(), origin("a"));
    let mut size = 0;
    for step in [1, 1, 2, 251, 1, 1, 255, 256, 257, 1000, 3] {
        let before = tree(size);
        let grown = record.append(&a, size, &borrowed(&leaves(size, size + step)), &NOTHING).unwrap();
        assert_eq!((grown.old_size, grown.old_root), (size, before.root()));
        size += step;
        assert_eq!((grown.new_size, grown.new_root), (size, tree(size).root()));
        assert_eq!(record.root_checked(&a).unwrap(), (size, grown.new_root));
        assert_eq!(record.state(&a).unwrap().unwrap().root, grown.new_root);
        drop(record);
        record = place.open();
    }
    assert_eq!(record.leaf(&a, 700).unwrap(), Some(leaf(700)));
    assert_eq!(record.leaf(&a, size).unwrap(), None);
    assert_eq!(record.leaves(&a, 250..size, 20).unwrap(), leaves(250, 270));
    assert_eq!(record.leaves(&a, 0..u64::MAX, usize::MAX).unwrap(), leaves(0, size));
    assert_eq!(record.leaf(&origin("b"), 0).unwrap(), None);
}

#[test]
fn proofs_hold_for_every_size() {
    let place = Place::new();
    let (mut record, a) = (place.open(), origin("a"));
    fill(&mut record, &a, 530);
    let roots: Vec<Hash> = (0..=530).map(|size| tree(size).root()).collect();
    for size in (1..=530).step_by(23).chain([255, 256, 257, 511, 512, 513]) {
        let (newer, root) = (TreeSize::new(size).unwrap(), roots[size as usize]);
        assert_eq!(record.root_at(&a, size).unwrap(), root);
        for seq in [0, size / 3, size - 1] {
            let path = record.inclusion_proof(&a, seq, size).unwrap();
            check_inclusion(EntryIndex::new(seq), newer, &leaf_hash(&leaf(seq)), &path, &root).unwrap();
        }
        for older in [0, size / 2, 128.min(size), size] {
            let proof = record.consistency_proof(&a, older, size).unwrap();
            let old = TreeSize::new(older).unwrap();
            check_consistency(old, &roots[older as usize], newer, &root, &proof).unwrap();
            if (1..size).contains(&older) {
                let full = record.full_form(&a, older, size).unwrap();
                assert_eq!(roots_of_full_form(old, newer, &full).unwrap(), (roots[older as usize], root));
            }
        }
    }
    check(record.tree(&a, 531).map(drop), "index-beyond-tree");
    check(record.tree(&origin("b"), 0).map(drop), "unknown-log");
    check(record.inclusion_proof(&a, 530, 530), "index-beyond-tree");
}

#[test]
fn logs_grow_side_by_side() {
    let place = Place::new();
    let mut record = place.open();
    let origins = ["c", "a", "b"].map(origin);
    for end in [10, 300, 301, 900] {
        origins.iter().for_each(|origin| fill(&mut record, origin, end));
    }
    drop(record);
    let record = place.open();
    let logs = record.logs().unwrap();
    assert_eq!(logs.iter().map(|log| log.origin.clone()).collect::<Vec<_>>(), ["a", "b", "c"].map(origin));
    assert!(logs.iter().all(|log| (log.size, log.root) == (900, tree(900).root())));
    assert_eq!(record.leaves(&origins[0], 0..900, 1000).unwrap(), leaves(0, 900));
}

#[test]
fn refuses_what_does_not_follow() {
    let place = Place::new();
    let (mut record, a) = (place.open(), origin("a"));
    check(record.append(&a, 1, &[b"late"], &NOTHING), "gap");
    fill(&mut record, &a, 5);
    check(record.append(&a, 4, &[b"again"], &NOTHING), "gap");
    check(record.append(&a, 6, &[b"beyond"], &NOTHING), "gap");
    check(record.append(&a, 5, &[b"fits", &[0; 16_385]], &NOTHING), "leaf-too-large");
    assert_eq!(record.state(&a).unwrap().unwrap().size, 5);
    record.append(&a, 5, &[&[0; 16_384]], &NOTHING).unwrap();
    assert_eq!(record.root_checked(&a).unwrap().0, 6);
}

#[test]
fn entries_and_their_note_come_as_one() {
    let place = Place::new();
    let (mut record, b) = (place.open(), origin("b"));
    let due = note("b", 20, tree(20).root(), 0);
    let hash = record.put_pending(&due).unwrap();
    assert_eq!(record.pending(&b).unwrap().unwrap().hash, hash);
    // Half of the way it stays pending.
    record.store_grown(&b, 0, &borrowed(&leaves(0, 8)), &due).unwrap();
    assert_eq!(record.pending(&b).unwrap().unwrap().hash, hash);
    // Leaves that lead elsewhere leave no trace.
    check(record.store_grown(&b, 8, &borrowed(&leaves(9, 21)), &due), "other-root");
    assert_eq!(record.state(&b).unwrap().unwrap().size, 8);
    let grown = record.store_grown(&b, 8, &borrowed(&leaves(8, 20)), &due).unwrap();
    assert_eq!(grown.new_root, tree(20).root());
    assert_eq!(record.pending(&b).unwrap(), None);
    assert_eq!(record.latest_note(&b).unwrap().unwrap().hash, hash);
    check(record.store_grown(&origin("c"), 0, &[], &due), "other-origin");
}

#[test]
fn what_is_to_be_sent_comes_with_the_leaves() {
    let place = Place::new();
    let (mut record, a) = (place.open(), origin("a"));
    let outbox = ["b", "c"].map(|recipient| Outgoing { recipient, kind: "head", body: b"1" });
    let beside = Beside { outbox: &outbox, ..NOTHING };
    record.append(&a, 0, &[b"one"], &beside).unwrap();
    check(record.append(&a, 0, &[b"two"], &beside), "gap");
    drop(record);
    let mut record = place.open();
    let queued = record.outbox(0, 10).unwrap();
    assert_eq!(queued.iter().map(|one| one.recipient.as_str()).collect::<Vec<_>>(), ["b", "c"]);
    assert_eq!(record.outbox(queued[0].number, 10).unwrap(), queued[1..]);
    record.delivered(&[queued[0].number, queued[1].number]).unwrap();
    record.put_outgoing(&outbox[0]).unwrap();
    assert!(record.outbox(queued[1].number, 10).unwrap()[0].number > queued[1].number);
    let long = vec![0; (4 << 20) + 1];
    check(record.put_outgoing(&Outgoing { body: &long, ..outbox[0] }), "too-large");
}

#[test]
fn the_frontier_is_that_of_the_tree() {
    // The edge of a record that was opened again and one that never closed give the same tree.
    let (one, other) = (Place::new(), Place::new());
    let (mut open, a) = (one.open(), origin("a"));
    for size in 1..=600 {
        fill(&mut open, &a, size);
    }
    for size in [1, 256, 257, 600] {
        fill(&mut other.open(), &a, size);
    }
    let reader = Record::open(&other.path(), Access::Read).unwrap();
    let nodes: Vec<_> = Frontier::nodes(TreeSize::new(600).unwrap()).collect();
    let trees = [open.tree(&a, 600).unwrap(), reader.tree(&a, 600).unwrap()];
    use detente_tlog::HashReader as _;
    for node in nodes {
        assert_eq!(trees[0].hash(node).unwrap(), trees[1].hash(node).unwrap());
    }
}
