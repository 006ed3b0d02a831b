//! Why values have 128 bits: with fewer, a store fits more items than it has slots.

use super::reference::{key, with_list};
use super::{Bins, Rows, Scratch, Shape, decode, encode};
use crate::field::{Cpu, Gf128, Kernels};
use crate::item::Items;
use crate::par::Sequential;
use crate::size::SizeClass;

const KEY: u64 = 3;

/// The rows of `count` items from number `start` on, with values of so many bits.
fn rows(start: usize, count: usize, shape: &Shape, bits: u32, rows: &mut Rows) {
    let sorted: Vec<_> =
        (start..start + count).map(|i| [&[1][..], &(i as u32).to_be_bytes()].concat()).collect();
    let items = Items::new(&sorted).expect("items in form");
    with_list(&items, SizeClass::for_count(count as u64).expect("a class"), |list| {
        let bins = Bins::new(list, &key(KEY), shape, &Sequential);
        rows.load(&bins, 0, list.padding()..list.len(), shape);
    });
    rows.shrink_values(bits);
}

/// How many of `tried` items fit a store that was made for the first `made` of them.
fn fitted(made: usize, tried: usize, shape: &Shape, bits: u32) -> usize {
    const AT_ONCE: usize = 1 << 16;
    let kernels = Kernels::new(Cpu::detect());
    let mut rows_of = Rows::with_capacity(0);
    let mut slots = vec![Gf128::ZERO; shape.slots_per_bin()];
    rows(0, made, shape, bits, &mut rows_of);
    encode(&rows_of, shape, kernels, &mut Scratch::new(), &mut slots).expect("few enough items");
    let fitting = (0..tried).step_by(AT_ONCE).map(|start| {
        rows(start, AT_ONCE.min(tried - start), shape, bits, &mut rows_of);
        let mut values = vec![Gf128::ZERO; rows_of.len()];
        decode(&rows_of, &slots, shape, kernels, &mut values);
        values.iter().zip(rows_of.values()).filter(|(value, due)| value == due).count()
    });
    fitting.sum()
}

/// An asker that may hash as many items as it likes fits about one more for each 2^16 that it tries.
#[test]
fn with_values_of_16_bits_a_store_fits_more_items_than_it_has_slots() {
    let shape = Shape { load: 330, ..Shape::for_class(SizeClass::MIN) };
    let slots = shape.slots_per_bin();
    let fitted = fitted(330, 12 << 20, &shape, 16);
    assert!(fitted > slots, "{fitted} items in {slots} slots");
}

#[test]
fn with_values_of_128_bits_a_store_fits_the_items_it_was_made_for() {
    let shape = Shape { load: 330, ..Shape::for_class(SizeClass::MIN) };
    assert_eq!(fitted(330, 1 << 20, &shape, 128), 330);
}
