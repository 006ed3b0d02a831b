//! Rows, stores and tags against a second implementation (`testdata/vectors/psi/make.py`).

use serde_json::Value;

use super::*;
use crate::field::{Cpu, Gf128, Kernels};
use crate::item::{Items, RunList};
use crate::oracle::Ro;
use crate::par::Sequential;
use crate::size::SizeClass;
use crate::vectors::{
    SID, array, bytes, element, elements, hex, is_hashed, noise, number, parse, randomness,
};

/// Calls `test` with the vectors and the list that they are about.
fn with_vectors(test: impl FnOnce(&Value, &RunList<'_>)) {
    let vectors = parse(include_str!("../../../../testdata/vectors/psi/okvs.json"));
    let items: Vec<Vec<u8>> = array(&vectors["items_hex"]).iter().map(hex).collect();
    let (items, ro) = (Items::new(&items).expect("sorted items"), Ro::for_run(&SID));
    test(&vectors, &RunList::new(&items, SizeClass::MIN, &ro, &randomness(&ro)).expect("they fit"));
}

#[test]
fn rows_of_items_of_one_block_and_more() {
    with_vectors(|vectors, list| {
        let vector = &vectors["rows"];
        let shape =
            Shape { bins: number(&vector["bins"]), load: 256, sparse: number(&vector["sparse"]), dense: 4 };
        let bins = Bins::new(list, &bytes(&vector["key_hex"]), &shape, &Sequential);
        let mut rows = Rows::with_capacity(0);
        for (rank, due) in array(&vector["rows"]).iter().enumerate() {
            let bin = number(&due["bin"]);
            let index = (list.padding() + rank) as u32;
            let at = bins.bin(bin).binary_search(&index).expect("the entry is in its bin");
            rows.load(&bins, bin, at..at + 1, &shape);
            let positions: Vec<_> = array(&due["positions"]).iter().map(number).collect();
            assert_eq!(rows.positions()[0].get().to_vec(), positions, "item {rank}");
            assert_eq!(rows.keys()[0].to_string(), due["key"].as_str().expect("digits"), "item {rank}");
            assert!(rows.values()[0] == element(&due["value_hex"]), "item {rank}");
        }
    });
}

#[test]
fn stores_and_tags() {
    with_vectors(|vectors, list| {
        let tag_key: [u8; 32] = bytes(&vectors["tag_key_hex"]);
        assert_eq!(Ro::for_run(&SID).hash("tag key", &[]), tag_key);
        for store in array(&vectors["stores"]) {
            check_store(store, list, &tag_key, &vectors["slots_key"]);
        }
    });
}

fn check_store(store: &Value, list: &RunList<'_>, tag_key: &[u8; 32], slots_key: &Value) {
    let [bins, sparse, dense] = ["bins", "sparse", "dense"].map(|field| number(&store[field]));
    let shape = Shape { bins, load: 256, sparse, dense };
    let kernels = Kernels::new(Cpu::detect());
    let bins = Bins::new(list, &bytes(&store["key_hex"]), &shape, &Sequential);
    let count = number(&store["rows"]);
    assert_eq!(count, bins.bin(0).len().min(number(&store["count"])));
    let mut rows = Rows::with_capacity(count);
    rows.load(&bins, 0, 0..count, &shape);

    let mut slots = vec![Gf128::ONE; shape.slots_per_bin()];
    let encoded = encode(&rows, &shape, kernels, &mut Scratch::new(), &mut slots);
    assert_eq!(encoded.is_ok(), store["blake3"].is_string(), "{store}");
    if encoded.is_ok() {
        assert!(slots[sparse..] == elements(&store["dense_hex"]), "{store}");
        assert!(is_hashed(&slots, &store["blake3"]), "{store}");
    }

    let mut decoded = vec![Gf128::ZERO; count];
    decode(&rows, &noise(slots_key, shape.slots_per_bin()), &shape, kernels, &mut decoded);
    assert!(is_hashed(&decoded, &store["decoded_blake3"]), "{store}");
    let mut tags = vec![[0; 16]; count];
    bins.tags(0, tag_key, &decoded, &mut tags);
    assert_eq!(*blake3::hash(tags.as_flattened()).as_bytes(), bytes(&store["tags_blake3"]), "{store}");
}
