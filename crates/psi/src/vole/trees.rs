//! Trees of pseudorandom values (GGM): S knows all leaves b of a tree, R learns them all but one, the
//! *hole* α, for which it gets b + β·Δ: together c = b + e·Δ, e being β at α and 0 elsewhere. Whether S made
//! its trees as it should is checked by the digests in `digest`.
//!
//! A level stands in the order in which it grows in place: first all left children, then all right ones. The
//! index of a node is thus its path with the root's step in bit 0. Leaves leave in natural order, the root's
//! step in the highest bit.

use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::field::Gf128;
use crate::oracle::Ro;
use crate::prg::FixedKey;

type Node = [u8; 16];

/// The three public keys of a run's trees: left child, right child, leaf.
///
/// Made for the run and not constants: R holds a child of every hidden node, so that one guess of a node is
/// tested against all trees ever made under the same keys.
pub(super) struct TreeKeys {
    children: [FixedKey; 2],
    leaf: FixedKey,
    /// The children of a node that is all zeros: what R computes below the hole.
    of_zero: [Gf128; 2],
}

impl TreeKeys {
    pub(super) fn new(ro: &Ro) -> TreeKeys {
        let mut keys = [0; 48];
        ro.fill("ggm", &[], &mut keys);
        let (keys, _) = keys.as_chunks();
        let [left, right, leaf] = [0, 1, 2].map(|at| FixedKey::new(&keys[at]));
        let child = |key: &FixedKey| {
            let mut out = [[0; 16]];
            key.hash(&[[0; 16]], &mut out);
            Gf128::from_bytes(out[0])
        };
        let of_zero = [child(&left), child(&right)];
        TreeKeys { children: [left, right], leaf, of_zero }
    }
}

/// Room for one tree, used again for the next.
#[derive(Zeroize, ZeroizeOnDrop)]
pub(super) struct Nursery {
    nodes: Vec<Node>,
    leaves: Vec<Node>,
}

impl Nursery {
    pub(super) fn new(depth: usize) -> Nursery {
        Nursery { nodes: vec![[0; 16]; 1 << depth], leaves: vec![[0; 16]; 1 << depth] }
    }

    /// Turns the `width` nodes of a level into the next one.
    fn grow(&mut self, keys: &TreeKeys, width: usize) {
        let (left, right) = self.nodes[..2 * width].split_at_mut(width);
        keys.children[1].hash(left, right);
        let parents = &mut self.leaves[..width];
        parents.copy_from_slice(left);
        keys.children[0].hash(parents, left);
    }

    /// The sums of the left and of the right nodes of a level of 2 · `width`.
    fn sums(&self, width: usize) -> [Gf128; 2] {
        let (left, right) = self.nodes[..2 * width].split_at(width);
        [left, right].map(sum)
    }

    fn hash_leaves(&mut self, keys: &TreeKeys) {
        keys.leaf.hash(&self.nodes, &mut self.leaves);
    }

    /// Writes the leaves in natural order.
    fn write(&self, leaves: &mut [Gf128]) {
        let shift = usize::BITS - self.leaves.len().trailing_zeros();
        for (path, leaf) in self.leaves.iter().enumerate() {
            leaves[path.reverse_bits().checked_shr(shift).unwrap_or(0)] = Gf128::from_bytes(*leaf);
        }
    }
}

fn sum(nodes: &[Node]) -> Gf128 {
    nodes.iter().map(|node| Gf128::from_bytes(*node)).sum()
}

/// Grows S's tree from `seed` into `leaves` and calls `level(l, [even, odd])` with the sums of each level.
/// Gives the sum of the leaves.
pub(super) fn grow_full(
    keys: &TreeKeys,
    nursery: &mut Nursery,
    seed: &[u8; 16],
    leaves: &mut [Gf128],
    mut level: impl FnMut(usize, [Gf128; 2]),
) -> Gf128 {
    let depth = leaves.len().trailing_zeros() as usize;
    nursery.nodes[0] = *seed;
    for l in 0..depth {
        nursery.grow(keys, 1 << l);
        level(l, nursery.sums(1 << l));
    }
    nursery.hash_leaves(keys);
    nursery.write(leaves);
    sum(&nursery.leaves)
}

/// What R knows of a tree beforehand.
#[derive(Clone, Copy, Zeroize)]
pub(super) struct Hole {
    /// α, in natural order.
    pub(super) position: u64,
    /// β.
    pub(super) value: Gf128,
}

impl Hole {
    /// The step from level l to the next, l = 0 at the root: the bit of α, as a mask.
    fn step(&self, depth: usize, l: usize) -> u128 {
        u128::from(self.position >> (depth - 1 - l) & 1).wrapping_neg()
    }

    /// Which of two sums of level l the tree's OT gives to R: both are read and one is taken, without a branch.
    pub(super) fn choose(&self, depth: usize, l: usize, even: Gf128, odd: Gf128) -> Gf128 {
        let mask = u128::from(self.choice(depth, l)).wrapping_neg();
        Gf128((even.0 & !mask) | (odd.0 & mask))
    }

    /// e at `index` of the block: β at the hole and zero elsewhere, without a branch.
    pub(super) fn value_at(&self, index: u64) -> Gf128 {
        Gf128(self.value.0 & equal(index, self.position))
    }

    /// What R chooses in the tree's OT of level l: the side off the path.
    pub(super) fn choice(&self, depth: usize, l: usize) -> u8 {
        1 ^ (self.position >> (depth - 1 - l) & 1) as u8
    }
}

/// Grows R's tree into `leaves`: `side(l)` is the sum of the nodes off the path at level l, `at_hole` is what
/// the sum of all leaves and the value at the hole come to: corr + z.
///
/// No memory access and no branch depends on the hole: the node that is not known is kept at zero, its
/// children are known constants then, and every place of a level is touched to mend two of them.
pub(super) fn grow_punctured(
    keys: &TreeKeys,
    nursery: &mut Nursery,
    hole: &Hole,
    side: impl Fn(usize) -> Gf128,
    at_hole: Gf128,
    leaves: &mut [Gf128],
) {
    let depth = leaves.len().trailing_zeros() as usize;
    nursery.nodes[0] = [0; 16];
    let mut path = Zeroizing::new(0);
    for l in 0..depth {
        nursery.grow(keys, 1 << l);
        let step = hole.step(depth, l);
        // Both children of the zero node are to change: the one off the path to what makes the sum of its
        // side right, the one on the path to zero.
        let [even, odd] = nursery.sums(1 << l);
        let off_path = |sum: Gf128| (side(l) + sum).0;
        let left = (step & off_path(even)) | (!step & keys.of_zero[0].0);
        let right = (!step & off_path(odd)) | (step & keys.of_zero[1].0);
        let (lefts, rights) = nursery.nodes[..2 << l].split_at_mut(1 << l);
        add_at(lefts, *path, left);
        add_at(rights, *path, right);
        *path |= (step as u64 & 1) << l;
    }
    nursery.hash_leaves(keys);
    let sum = sum(&nursery.leaves);
    add_at(&mut nursery.leaves, *path, (at_hole + sum).0);
    nursery.write(leaves);
}

/// All ones where two indices, far below 2^63, are equal; else zero.
fn equal(a: u64, b: u64) -> u128 {
    ((a ^ b).wrapping_sub(1) as i64 >> 63) as i128 as u128
}

/// Adds `difference` to the node at `place`, touching all.
fn add_at(nodes: &mut [Node], place: u64, difference: u128) {
    for (index, node) in (0u64..).zip(nodes) {
        let mask = equal(index, place);
        *node = (u128::from_le_bytes(*node) ^ (difference & mask)).to_le_bytes();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> TreeKeys {
        TreeKeys::new(&Ro::for_run(&[3; 32]))
    }

    fn full(depth: usize) -> (Vec<Gf128>, Vec<[Gf128; 2]>, Gf128) {
        let (mut leaves, mut levels) = (vec![Gf128::ZERO; 1 << depth], Vec::new());
        let sum = grow_full(&keys(), &mut Nursery::new(depth), &[8; 16], &mut leaves, |l, sums| {
            assert_eq!(l, levels.len());
            levels.push(sums);
        });
        (leaves, levels, sum)
    }

    /// The leaf under each path by the definition, step by step from the root.
    #[test]
    fn leaves_stand_in_natural_order() {
        let (depth, keys) = (5, keys());
        let hash = |key: &FixedKey, node: Node| {
            let mut out = [[0; 16]];
            key.hash(&[node], &mut out);
            out[0]
        };
        let (leaves, levels, sum) = full(depth);
        let mut nodes = vec![[8; 16]];
        for sums in levels {
            nodes =
                nodes.iter().flat_map(|node| [0, 1].map(|side| hash(&keys.children[side], *node))).collect();
            let side = |parity: usize| {
                super::sum(&nodes.iter().copied().skip(parity).step_by(2).collect::<Vec<_>>())
            };
            assert!(sums[0] == side(0) && sums[1] == side(1));
        }
        assert!(nodes.iter().zip(&leaves).all(|(node, leaf)| leaf.to_bytes() == hash(&keys.leaf, *node)));
        assert!(sum == leaves.iter().copied().sum());
    }

    #[test]
    fn a_punctured_tree_differs_by_the_value_at_the_hole_alone() {
        for depth in [0, 1, 2, 7] {
            let (leaves, levels, sum) = full(depth);
            for position in 0..1 << depth {
                let hole = Hole { position, value: Gf128(77) };
                let product = Gf128(0x1234_5678);
                let side = |l: usize| levels[l][usize::from(hole.choice(depth, l))];
                let mut punctured = vec![Gf128::ZERO; 1 << depth];
                // corr = y + Σ leaves, and z = y + value·Δ.
                grow_punctured(&keys(), &mut Nursery::new(depth), &hole, side, sum + product, &mut punctured);
                for (at, (leaf, known)) in (0..).zip(leaves.iter().zip(&punctured)) {
                    let expected = if at == position { *leaf + product } else { *leaf };
                    assert!(*known == expected, "depth {depth}, hole {position}, leaf {at}");
                }
            }
        }
    }
}
