//! The code against a second implementation of it (`testdata/vectors/psi/make.py`).

use serde_json::Value;

use super::*;
use crate::par::Sequential;
use crate::vectors::{array, bytes, elements, hex, is_hashed, noise, number, parse};

fn vectors() -> Value {
    parse(include_str!("../../../../testdata/vectors/psi/fast.json"))
}

#[test]
fn the_book() {
    let rows: Vec<[u8; 4]> = book::all().as_flattened().iter().map(|row| row.to_le_bytes()).collect();
    assert_eq!(*blake3::hash(rows.as_flattened()).as_bytes(), bytes(&vectors()["book_blake3"]));
}

#[test]
fn buckets_of_the_lengths_in_use() {
    for pair in array(&vectors()["label_bits"]) {
        assert_eq!(Streams::new(number(&pair[0])).buckets(), 1 << number(&pair[1]));
    }
}

#[test]
fn compresses_as_the_second_implementation() {
    let vectors = vectors();
    for code in array(&vectors["codes"]) {
        let (len, label_bits) = (number(&code["length"]), number(&code["label_bits"]) as u32);
        let streams = Streams::with_label_bits(len, label_bits);
        let name = format!("{len} elements, {label_bits} bits");

        let mut labels = Labels::new(&streams, 1, 0);
        let labels: Vec<_> = (0..8).map(|_| labels.next() as u32).flat_map(u32::to_le_bytes).collect();
        assert_eq!(labels, hex(&code["labels_hex"]), "{name}");
        let mut draws = Draws::new(&streams, 1, 0);
        // A bound of 2^32 gives the draw itself.
        let draws: Vec<_> = (0..8).map(|_| draws.below(1 << 32) as u32).flat_map(u32::to_le_bytes).collect();
        assert_eq!(draws, hex(&code["draws_hex"]), "{name}");
        assert_eq!(streams.matrices()[..4], hex(&code["matrices_hex"]), "{name}");

        let fast = Fast { len, blocks: Blocks::new(&streams), streams };
        let input = noise(&vectors["key"], len);
        let load = |at: usize, page: &mut [Gf128; PAGE]| page.copy_from_slice(&input[at * PAGE..][..PAGE]);
        let out = fast.compress(load, &Pool::default(), &Sequential);
        assert!(out[..4] == elements(&code["first_hex"]), "{name}");
        assert!(is_hashed(&out, &code["blake3"]), "{name}");
    }
}
