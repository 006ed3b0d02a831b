//! Trees of pseudorandom values (GGM): S knows all leaves b of a tree, R learns them all but one, the
//! *hole* α, for which it gets b + β·Δ: together c = b + e·Δ, e being β at α and 0 elsewhere. Whether S made
//! its trees as it should is checked by digests, in `grove`.
//!
//! A level stands in the order in which it grows in place: first all left children, then all right ones. The
//! index of a node is thus its path with the root's step in bit 0. Leaves leave in natural order, the root's
//! step in the highest bit.
//!
//! A tree is grown as a *crown* of a few levels and, below each of its nodes, a *branch* that fits the first
//! cache; branches grow a few at a time, to keep the cipher's pipeline full.
//!
//! R's access pattern does not depend on the hole. The node that is not known is kept at zero, so that what
//! grows from it is known: below the crown it is one fixed branch, the *blank*. R grows all branches alike, then
//! the one with the hole once more by itself, and puts it into its place by touching all.

use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::field::{Gf128, mask};
use crate::oracle::Ro;
use crate::prg::FixedKey;

type Node = [u8; 16];

/// The sums of the left and of the right nodes of a level: those at even and at odd places in natural order.
type Sums = [Gf128; 2];

/// Levels of a branch at most: 256 leaves, 4 KiB.
const BRANCH_DEPTH: usize = 8;

/// Branches that grow together.
const TOGETHER: usize = 4;

/// The three public keys of some trees of a run: left child, right child, leaf.
///
/// Made for a few trees and not constants: R holds a child of every node that is hidden from it, so that one
/// guess of a node is tested against all trees ever made under the same keys.
pub(super) struct TreeKeys {
    children: [FixedKey; 2],
    leaf: FixedKey,
    /// The children of a node that is zero: what R computes below the hole.
    of_zero: Sums,
    /// The branch below a crown node that is zero: the sums of its levels and of its leaves.
    blank: Grown,
}

/// What growing branches found: the sums of their levels, and of their leaves.
#[derive(Zeroize, ZeroizeOnDrop)]
struct Grown {
    levels: Vec<Sums>,
    leaves: Gf128,
}

impl Grown {
    fn new(depth: usize) -> Grown {
        Grown { levels: vec![[Gf128::ZERO; 2]; depth], leaves: Gf128::ZERO }
    }

    /// The sums without those of the blank.
    fn without(&self, blank: &Grown) -> Grown {
        let levels = self.levels.iter().zip(&blank.levels);
        let levels = levels.map(|(all, blank)| [all[0] + blank[0], all[1] + blank[1]]);
        Grown { levels: levels.collect(), leaves: self.leaves + blank.leaves }
    }
}

impl TreeKeys {
    /// The keys of group number `group` of a run's trees, which have this depth.
    pub(super) fn new(ro: &Ro, group: usize, depth: usize) -> TreeKeys {
        let mut keys = [0; 48];
        ro.fill("ggm", &[&(group as u64).to_le_bytes()], &mut keys);
        let (keys, _) = keys.as_chunks();
        let [left, right, leaf] = [0, 1, 2].map(|at| FixedKey::new(&keys[at]));
        let mut keys = TreeKeys {
            children: [left, right],
            leaf,
            of_zero: [Gf128::ZERO; 2],
            blank: Grown::new(branch_depth(depth)),
        };
        let mut blank = Nursery::new(depth);
        let mut grown = Grown::new(branch_depth(depth));
        blank.nodes[0] = [0; 16];
        blank.grow_branches(&keys, 1, &mut grown);
        let mut child = Nursery::new(1);
        child.grow(&keys, 1);
        keys.of_zero = child.sums(1);
        keys.blank = grown;
        keys
    }
}

/// Levels of the branches of a tree.
fn branch_depth(depth: usize) -> usize {
    depth.min(BRANCH_DEPTH)
}

/// Room for some branches, used again and again.
#[derive(Zeroize, ZeroizeOnDrop)]
pub(super) struct Nursery {
    nodes: Vec<Node>,
    leaves: Vec<Node>,
    crown: Vec<Node>,
}

impl Nursery {
    /// Room for trees of this depth.
    pub(super) fn new(depth: usize) -> Nursery {
        let nodes = || vec![[0; 16]; TOGETHER << branch_depth(depth)];
        Nursery { nodes: nodes(), leaves: nodes(), crown: vec![[0; 16]; 1 << (depth - branch_depth(depth))] }
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
    fn sums(&self, width: usize) -> Sums {
        let (left, right) = self.nodes[..2 * width].split_at(width);
        [left, right].map(sum)
    }

    /// Grows `count` branches from the nodes that stand in front, to their leaves, and adds to the sums.
    fn grow_branches(&mut self, keys: &TreeKeys, count: usize, grown: &mut Grown) {
        let depth = grown.levels.len();
        for (l, sums) in grown.levels.iter_mut().enumerate() {
            self.grow(keys, count << l);
            let [even, odd] = self.sums(count << l);
            sums[0] += even;
            sums[1] += odd;
        }
        self.hash_leaves(keys, count << depth);
        grown.leaves += sum(&self.leaves[..count << depth]);
    }

    fn hash_leaves(&mut self, keys: &TreeKeys, count: usize) {
        keys.leaf.hash(&self.nodes[..count], &mut self.leaves[..count]);
    }

    /// Grows all branches of a tree from its crown, a few at a time, into `leaves`.
    fn grow_from_crown(&mut self, keys: &TreeKeys, depth: usize, leaves: &mut [Gf128]) -> Grown {
        let mut grown = Grown::new(branch_depth(depth));
        let together = TOGETHER.min(self.crown.len());
        for first in (0..self.crown.len()).step_by(together) {
            self.nodes[..together].copy_from_slice(&self.crown[first..first + together]);
            self.grow_branches(keys, together, &mut grown);
            for at in 0..together {
                let place = reverse(first + at, depth - branch_depth(depth)) << branch_depth(depth);
                self.write_branch(together, at, &mut leaves[place..][..1 << branch_depth(depth)]);
            }
        }
        grown
    }

    /// Writes the leaves of branch `at` of `together` in natural order.
    fn write_branch(&self, together: usize, at: usize, leaves: &mut [Gf128]) {
        let depth = leaves.len().trailing_zeros() as usize;
        let branch = self.leaves[at..].iter().step_by(together);
        for (path, leaf) in branch.take(leaves.len()).enumerate() {
            leaves[reverse(path, depth)] = Gf128::from_bytes(*leaf);
        }
    }
}

/// The lowest `bits` bits of a path in reverse.
fn reverse(path: usize, bits: usize) -> usize {
    path.reverse_bits().checked_shr(usize::BITS - bits as u32).unwrap_or(0)
}

fn sum(nodes: &[Node]) -> Gf128 {
    nodes.iter().map(|node| Gf128::from_bytes(*node)).sum()
}

/// Grows S's tree from `seed` into `leaves` and calls `level(l, sums)` with the sums of each level, in order.
/// Gives the sum of the leaves.
pub(super) fn grow_full(
    keys: &TreeKeys,
    nursery: &mut Nursery,
    seed: &[u8; 16],
    leaves: &mut [Gf128],
    mut level: impl FnMut(usize, Sums),
) -> Gf128 {
    let depth = leaves.len().trailing_zeros() as usize;
    let crown_depth = depth - branch_depth(depth);
    nursery.nodes[0] = *seed;
    for l in 0..crown_depth {
        nursery.grow(keys, 1 << l);
        level(l, nursery.sums(1 << l));
    }
    nursery.crown.copy_from_slice(&nursery.nodes[..1 << crown_depth]);
    let grown = nursery.grow_from_crown(keys, depth, leaves);
    (crown_depth..).zip(&grown.levels).for_each(|(l, sums)| level(l, *sums));
    grown.leaves
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
        mask(u128::from(self.position >> (depth - 1 - l)))
    }

    /// Which of two sums of level l the tree's OT gives to R: both are read and one is taken, without a branch.
    pub(super) fn choose(&self, depth: usize, l: usize, even: Gf128, odd: Gf128) -> Gf128 {
        let mask = mask(u128::from(self.choice(depth, l)));
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

/// Grows R's tree into `leaves`: `off_path(l)` is the sum of the nodes on the side off the path at level l,
/// `at_hole` what the sum of all leaves and the value at the hole come to: corr + z.
pub(super) fn grow_punctured(
    keys: &TreeKeys,
    nursery: &mut Nursery,
    hole: &Hole,
    off_path: impl Fn(usize) -> Gf128,
    at_hole: Gf128,
    leaves: &mut [Gf128],
) {
    let depth = leaves.len().trailing_zeros() as usize;
    let (branch_depth, crown_depth) = (branch_depth(depth), depth - branch_depth(depth));
    nursery.nodes[0] = [0; 16];
    let mut path = Zeroizing::new(0);
    for l in 0..crown_depth {
        let step = hole.step(depth, l);
        nursery.grow_around(keys, 1 << l, &mut path, step, off_path(l), [Gf128::ZERO; 2]);
    }
    // Without a crown the only branch is the one with the hole.
    let mut others = Grown::new(branch_depth);
    if crown_depth > 0 {
        nursery.crown.copy_from_slice(&nursery.nodes[..1 << crown_depth]);
        others = nursery.grow_from_crown(keys, depth, leaves).without(&keys.blank);
    }
    nursery.nodes[0] = [0; 16];
    *path = 0;
    for (l, others) in others.levels.iter().enumerate() {
        let level = crown_depth + l;
        nursery.grow_around(keys, 1 << l, &mut path, hole.step(depth, level), off_path(level), *others);
    }
    let branch_len = 1 << branch_depth;
    nursery.hash_leaves(keys, branch_len);
    let known = others.leaves + sum(&nursery.leaves[..branch_len]);
    add_at(&mut nursery.leaves[..branch_len], *path, (at_hole + known).0);
    let mut branch = Zeroizing::new([Gf128::ZERO; 1 << BRANCH_DEPTH]);
    nursery.write_branch(1, 0, &mut branch[..branch_len]);
    for (number, leaves) in (0..).zip(leaves.chunks_exact_mut(branch_len)) {
        let mask = mask(equal(number, hole.position >> branch_depth));
        for (leaf, own) in leaves.iter_mut().zip(branch.iter()) {
            leaf.0 ^= mask & (leaf.0 ^ own.0);
        }
    }
}

impl Nursery {
    /// Grows the next level below `width` nodes of which the one on `path` is not known and zero. `off_path` is
    /// the sum of the side off the path; of it, `elsewhere` are the sums of nodes that do not stand here.
    ///
    /// Both children of the zero node are to change: the one off the path to what makes the sum of its side
    /// right, the one on the path to zero.
    fn grow_around(
        &mut self,
        keys: &TreeKeys,
        width: usize,
        path: &mut u64,
        step: u128,
        off_path: Gf128,
        elsewhere: Sums,
    ) {
        self.grow(keys, width);
        let [even, odd] = self.sums(width);
        let missing = |sum: Gf128, elsewhere: Gf128| (off_path + sum + elsewhere).0;
        let left = (step & missing(even, elsewhere[0])) | (!step & keys.of_zero[0].0);
        let right = (!step & missing(odd, elsewhere[1])) | (step & keys.of_zero[1].0);
        let (lefts, rights) = self.nodes[..2 * width].split_at_mut(width);
        add_at(lefts, *path, left);
        add_at(rights, *path, right);
        *path |= (step as u64 & 1) * width as u64;
    }
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

    fn keys(depth: usize) -> TreeKeys {
        TreeKeys::new(&Ro::for_run(&[3; 32]), 5, depth)
    }

    fn full(depth: usize) -> (Vec<Gf128>, Vec<[Gf128; 2]>, Gf128) {
        let (mut leaves, mut levels) = (vec![Gf128::ZERO; 1 << depth], Vec::new());
        let sum = grow_full(&keys(depth), &mut Nursery::new(depth), &[8; 16], &mut leaves, |l, sums| {
            assert_eq!(l, levels.len());
            levels.push(sums);
        });
        (leaves, levels, sum)
    }

    /// The leaf under each path by the definition, step by step from the root.
    #[test]
    fn leaves_stand_in_natural_order() {
        let depth = 11;
        let keys = keys(depth);
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
        for depth in [0, 1, 2, 7, 8, 9, 10, 12] {
            let (keys, (leaves, levels, sum)) = (keys(depth), full(depth));
            for position in (0..1 << depth).step_by(1 + (1 << depth) / 100) {
                let hole = Hole { position, value: Gf128(77) };
                let product = Gf128(0x1234_5678);
                let side = |l: usize| levels[l][usize::from(hole.choice(depth, l))];
                let mut punctured = vec![Gf128::ZERO; 1 << depth];
                // corr = y + Σ leaves, and z = y + value·Δ.
                grow_punctured(&keys, &mut Nursery::new(depth), &hole, side, sum + product, &mut punctured);
                for (at, (leaf, known)) in (0..).zip(leaves.iter().zip(&punctured)) {
                    let expected = if at == position { *leaf + product } else { *leaf };
                    assert!(*known == expected, "depth {depth}, hole {position}, leaf {at}");
                }
            }
        }
    }
}
