//! Rows: where an item stands in a store, and the value it has there. Encoding and decoding stand elsewhere.
//!
//! The row of item x under the row key r is d = BLAKE3 keyed with r over pad(x) (see [`lanes`]), 32 bytes:
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
//! radix; at the largest class N < 2^54.2. Each combination of bin and positions thus belongs to at least
//! ⌊2^64 / N⌋ > 2^9.8 values of u and at most one more: it comes at most 1 + 2^-9.8 times as often as it
//! should, and everything coarser than a full combination is closer still. The probability that k given rows
//! fall on given slots grows by no more than (1 + 2^-9.8)^k; what decides whether encoding fails are sets of
//! at most a dozen rows on the same few slots, so 2^-40 stays 2^-40 but for a factor of 1.02.
//!
//! Keys k̂ of 64 bits suffice: solving for the dense slots fails when some polynomial in the keys of degree at
//! most 15 vanishes, with probability below 2^-60 by the lemma of Schwartz and Zippel, and only if there is
//! anything to solve.

use zeroize::{Zeroize, ZeroizeOnDrop};

use super::Shape;
use crate::field::Gf128;
use crate::item::RunList;
use crate::lanes;

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

    /// Replaces the rows by those of the entries of `list` at `indices`, in a store of this shape under `key`.
    ///
    /// Which bin a row names is not looked at: `indices` come from [`Bins`](super::Bins).
    pub(crate) fn hash(&mut self, list: &RunList<'_>, indices: &[u32], key: &[u8; 32], shape: &Shape) {
        self.resize(indices.len());
        let Rows { positions, keys, values } = self;
        lanes::for_each_hash(
            key,
            indices.len(),
            |i| ([], list.entry(indices[i] as usize)),
            |i, hash| {
                positions[i] = row_positions(hash, shape);
                keys[i] = word(hash, 8);
                values[i] = Gf128(u128::from(word(hash, 24)) << 64 | u128::from(word(hash, 16)));
            },
        );
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

    fn resize(&mut self, rows: usize) {
        if rows > self.positions.capacity() {
            // Not by growing, which would leave unwiped copies behind.
            *self = Rows::with_capacity(rows);
        }
        self.positions.resize(rows, Positions::default());
        self.keys.resize(rows, 0);
        self.values.resize(rows, Gf128::ZERO);
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

/// The bin that the row with this hash names.
pub(super) fn row_bin(hash: &[u8; 32], shape: &Shape) -> u64 {
    draw(&mut word(hash, 0), shape.bins)
}

fn row_positions(hash: &[u8; 32], shape: &Shape) -> Positions {
    let mut u = word(hash, 0);
    draw(&mut u, shape.bins);
    let p0 = draw(&mut u, shape.sparse);
    let mut p1 = draw(&mut u, shape.sparse - 1);
    let mut p2 = draw(&mut u, shape.sparse - 2);
    p1 = p1.wrapping_add(u64::from(p1 >= p0));
    p2 = p2.wrapping_add(u64::from(p2 >= p0.min(p1)));
    p2 = p2.wrapping_add(u64::from(p2 >= p0.max(p1)));
    Positions::new(p0, p1, p2)
}

/// The high half of u · bound; the low half is the next u.
fn draw(u: &mut u64, bound: usize) -> u64 {
    let product = u128::from(*u) * bound as u128;
    *u = product as u64;
    (product >> 64) as u64
}

/// The eight bytes from `start` as an integer.
fn word(hash: &[u8; 32], start: usize) -> u64 {
    u64::from_le_bytes(std::array::from_fn(|i| hash[start + i]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::okvs::reference::{both_rows, items, key, with_list};
    use crate::size::SizeClass;

    #[test]
    fn rows_follow_the_definition() {
        let shape = Shape { bins: 5, load: 256, sparse: 97, dense: 4 };
        with_list(&items(200), SizeClass::MIN, |list| {
            // Entries 57 and up are items; long ones take several blocks and are tested with the hash.
            let short: Vec<u32> = (0..256).filter(|i| list.entry(*i as usize).len() < 64).collect();
            let (rows, expected) = both_rows(list, &short, &key(0), &shape);
            assert_eq!(rows.len(), expected.len());
            for (i, row) in expected.iter().enumerate() {
                assert_eq!(rows.positions()[i].get(), row.positions);
                assert!(rows.values()[i] == row.value);
                assert_eq!(rows.keys()[i], row.key());
            }
        });
    }

    #[test]
    fn positions_are_distinct_and_all_occur() {
        let shape = Shape { bins: 1, load: 256, sparse: 4, dense: 1 };
        let mut seen = std::collections::BTreeSet::new();
        for i in 0..1000u32 {
            let positions = row_positions(blake3::hash(&i.to_le_bytes()).as_bytes(), &shape).get();
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
