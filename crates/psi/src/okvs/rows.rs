//! Rows: where an item stands in a store, and the value it has there. Encoding and decoding stand elsewhere.
//!
//! The row of item x under the row key r is d = BLAKE3 keyed with r over pad(x), 32 bytes, with the padding of
//! [`lanes`](crate::lanes):
//!
//! - `[0..8)`, an integer u, little-endian, from which bin and positions are drawn one after the other: drawing
//!   below k from u takes the high 64 bits of the product u·k and leaves the low 64 bits as the next u. The
//!   draws are the bin below b, then p0 below m', p1 below m' − 1 and p2 below m' − 2; the positions are made
//!   distinct by raising p1 by one if p1 ≥ p0, then p2 by one if p2 ≥ min(p0, p1), then p2 by one if
//!   p2 ≥ max(p0, p1);
//! - `[8..16)`, the dense key k̂ as an element below 2^64;
//! - `[16..32)`, the value h(x), an element.
//!
//! One compression gives all of it. The draws are the digits of ⌊u·N / 2^64⌋, N = b·m'·(m'−1)·(m'−2), in mixed
//! radix: each combination of bin and positions belongs to ⌊2^64 / N⌋ values of u or to one more. At the
//! largest class N < 2^54.2, so that
//!
//! - a combination comes at most 1 + 2^-9.8 times as often as it should, and the few rows that coincide in
//!   their slots, a dozen at most, at most 1.02 times as often;
//! - a row is further than N / 2^66 < 2^-11.8 from uniform in no event: all but 5 of the 17,421 rows of a full
//!   bin are as good as uniform ones. Five rows more than are there would cost the λ of the table half a bit;
//!   at 2^20 items it is a sixth of a row.
//!
//! Keys k̂ of 64 bits suffice: solving for the dense slots fails when some polynomial in the keys of degree at
//! most 15 vanishes, with probability below 2^-60 by the lemma of Schwartz and Zippel, and only if there is
//! anything to solve.

use std::ops::Range;

use zeroize::{DefaultIsZeroes, Zeroize, ZeroizeOnDrop};

use super::{Bins, Shape};
use crate::field::Gf128;

/// The rows of some entries that share a bin, in the order of the entries. Wiped on drop; to be used again and
/// again, so that memory is not.
#[derive(Zeroize, ZeroizeOnDrop)]
pub(crate) struct Rows {
    positions: Vec<Positions>,
    keys: Vec<u64>,
    values: Vec<Gf128>,
}

/// p0, p1 and p2 of a row, 16 bits each, p0 in the lowest: one load for three numbers that are used together.
#[derive(Clone, Copy, PartialEq, Eq, Default, Zeroize)]
pub(super) struct Positions(u64);

impl Rows {
    /// Room for `capacity` rows.
    pub(crate) fn with_capacity(capacity: usize) -> Rows {
        Rows {
            positions: Vec::with_capacity(capacity),
            keys: Vec::with_capacity(capacity),
            values: Vec::with_capacity(capacity),
        }
    }

    /// Replaces the rows by those of the entries that stand at `part` of `bins.bin(bin)`, in a store of this
    /// shape.
    pub(crate) fn load(&mut self, bins: &Bins, bin: usize, part: Range<usize>, shape: &Shape) {
        self.clear(part.len());
        for hashes in bins.hashes(bin, part) {
            self.positions.extend(hashes.iter().map(|hash| hash.positions(shape)));
            self.keys.extend(hashes.iter().map(RowHash::key));
            self.values.extend(hashes.iter().map(RowHash::value));
        }
    }

    /// How many rows there are.
    pub(crate) fn len(&self) -> usize {
        self.positions.len()
    }

    /// h(x) of each row.
    pub(crate) fn values(&self) -> &[Gf128] {
        &self.values
    }

    /// k̂ of each row.
    pub(super) fn keys(&self) -> &[u64] {
        &self.keys
    }

    pub(super) fn positions(&self) -> &[Positions] {
        &self.positions
    }

    /// Appends the last row once more.
    #[cfg(test)]
    pub(super) fn repeat_last(&mut self) {
        self.positions.extend_from_within(self.positions.len() - 1..);
        self.keys.extend_from_within(self.keys.len() - 1..);
        self.values.extend_from_within(self.values.len() - 1..);
    }

    /// Keeps the lowest `bits` bits of every value.
    #[cfg(test)]
    pub(super) fn shrink_values(&mut self, bits: u32) {
        self.values.iter_mut().for_each(|value| value.0 &= u128::MAX >> (128 - bits));
    }

    /// Removes all rows and makes room for as many as `rows`.
    fn clear(&mut self, rows: usize) {
        if rows > self.positions.capacity() {
            // Not by growing, which would leave unwiped copies behind.
            *self = Rows::with_capacity(rows);
        }
        self.positions.clear();
        self.keys.clear();
        self.values.clear();
    }
}

impl Positions {
    fn new(p0: u64, p1: u64, p2: u64) -> Positions {
        Positions(p0 | p1 << 16 | p2 << 32)
    }

    /// p0, p1, p2, each below 2^16.
    pub(super) fn get(self) -> [usize; 3] {
        [self.0 & 0xffff, self.0 >> 16 & 0xffff, self.0 >> 32].map(|p| p as usize)
    }
}

/// The hash that an entry's row follows from, as little-endian words.
#[derive(Clone, Copy, Default)]
pub(super) struct RowHash([u64; 4]);

/// Wiped as a whole rather than word by word.
impl DefaultIsZeroes for RowHash {}

impl RowHash {
    pub(super) fn new(bytes: &[u8; 32]) -> RowHash {
        RowHash(std::array::from_fn(|word| u64::from_le_bytes(std::array::from_fn(|i| bytes[8 * word + i]))))
    }

    pub(super) fn to_bytes(self) -> [u8; 32] {
        let mut bytes = [0; 32];
        let words = bytes.as_chunks_mut().0.iter_mut().zip(self.0);
        words.for_each(|(bytes, word)| *bytes = word.to_le_bytes());
        bytes
    }

    pub(super) fn bin(&self, shape: &Shape) -> usize {
        draw(&mut self.0[0].clone(), shape.bins) as usize
    }

    fn positions(&self, shape: &Shape) -> Positions {
        let mut u = self.0[0];
        draw(&mut u, shape.bins);
        let p0 = draw(&mut u, shape.sparse);
        let mut p1 = draw(&mut u, shape.sparse - 1);
        let mut p2 = draw(&mut u, shape.sparse - 2);
        p1 = p1.wrapping_add(u64::from(p1 >= p0));
        p2 = p2.wrapping_add(u64::from(p2 >= p0.min(p1)));
        p2 = p2.wrapping_add(u64::from(p2 >= p0.max(p1)));
        Positions::new(p0, p1, p2)
    }

    fn key(&self) -> u64 {
        self.0[1]
    }

    fn value(&self) -> Gf128 {
        Gf128(u128::from(self.0[3]) << 64 | u128::from(self.0[2]))
    }
}

/// The high half of u · bound; the low half is the next u.
fn draw(u: &mut u64, bound: usize) -> u64 {
    let product = u128::from(*u) * bound as u128;
    *u = product as u64;
    (product >> 64) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::okvs::reference::{both_rows, items, key, with_list};
    use crate::par::Sequential;
    use crate::size::SizeClass;

    #[test]
    fn rows_follow_the_definition() {
        let shape = Shape { bins: 5, load: 256, sparse: 97, dense: 4 };
        with_list(&items(200), SizeClass::MIN, |list| {
            for bin in 0..shape.bins {
                let (rows, expected) = both_rows(list, (bin, 256), &key(0), &shape);
                assert_eq!(rows.len(), expected.len());
                for (i, row) in expected.iter().enumerate() {
                    assert_eq!(rows.positions()[i].get(), row.positions);
                    assert!(rows.values()[i] == row.value);
                    assert_eq!(rows.keys()[i], row.key());
                }
            }
        });
    }

    #[test]
    fn parts_of_a_bin_make_up_the_bin() {
        let class = SizeClass::from_u64(5 << 13).expect("a class");
        let shape = Shape::for_class(class);
        with_list(&items(100), class, |list| {
            let bins = Bins::new(list, &key(9), &shape, &Sequential);
            let (mut whole, mut part) = (Rows::with_capacity(0), Rows::with_capacity(0));
            let rows = bins.bin(1).len();
            whole.load(&bins, 1, 0..rows, &shape);
            assert_eq!(whole.len(), rows);
            for (start, end) in [(0, 0), (0, 5000), (5000, 5001), (5001, rows), (rows, rows)] {
                part.load(&bins, 1, start..end, &shape);
                assert!(part.positions == whole.positions[start..end]);
                assert!(part.keys == whole.keys[start..end] && part.values == whole.values[start..end]);
            }
        });
    }

    #[test]
    fn positions_are_distinct_and_all_occur() {
        let shape = Shape { bins: 1, load: 256, sparse: 4, dense: 1 };
        let mut seen = std::collections::BTreeSet::new();
        for i in 0..1000u32 {
            let positions = RowHash::new(blake3::hash(&i.to_le_bytes()).as_bytes()).positions(&shape).get();
            let [p0, p1, p2] = positions;
            assert!(p0 != p1 && p0 != p2 && p1 != p2 && positions.iter().all(|p| *p < 4));
            seen.insert(positions);
        }
        assert_eq!(seen.len(), 4 * 3 * 2);
    }

    #[test]
    fn the_largest_class_leaves_bits_to_spare() {
        for class in crate::size::all() {
            let Shape { bins, sparse, .. } = Shape::for_class(class);
            let combinations = (bins * sparse) as f64 * ((sparse - 1) * (sparse - 2)) as f64;
            assert!(combinations.log2() < 54.2);
        }
    }
}
