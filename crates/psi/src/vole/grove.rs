//! All trees of a run: message 3, the leaves on both sides, and the digests by which R checks them. How one
//! tree grows is in `trees`.
//!
//! A batch's leaves are taken as a polynomial without constant term, at a point that R reveals when it holds
//! all of them (as in Ferret and Wolverine). S passes with other leaves only by guessing where holes are.

use std::ops::Range;

use zeroize::Zeroizing;

use super::correlate::Shares;
use super::noise::NoiseVector;
use super::plan::{Noise, Plan};
use super::side::Side;
use super::trees::{self, Nursery, TreeKeys};
use crate::field::{Gf128, Kernels};
use crate::oracle::Ro;
use crate::par::{self, Par};

/// Trees of a group: they share keys, and a job grows them. Part of the protocol.
const GROUP: usize = 8;

/// The leaves of each batch, one tree after the other. Wiped on drop.
pub(super) struct Leaves(Vec<Zeroizing<Vec<Gf128>>>);

/// Both sides' shares of the two correlations: y or z of the trees' values, and of their choices.
pub(super) struct TreeShares<'s> {
    pub(super) values: &'s Shares,
    pub(super) bits: &'s Shares,
}

impl TreeShares<'_> {
    /// Of the value of a tree.
    fn value(&self, plan: &Plan, batch: usize, block: usize) -> Gf128 {
        self.values.inputs()[batch * (plan.noise.blocks + 1) + block]
    }
}

/// Grows S's trees. Appends message 3 but for its salt to `body`.
pub(super) fn grow_full(
    side: &Side<'_>,
    shares: &TreeShares<'_>,
    delta: Gf128,
    body: &mut Vec<u8>,
) -> Leaves {
    let Noise { blocks, depth, .. } = side.plan.noise;
    let batches = (0..side.plan.batches).map(|batch| {
        let (leaves, said) = grow(side, |trees, leaves| {
            let (keys, mut nursery) = (group_keys(side, batch, &trees), Nursery::new(depth));
            let (mut sums, mut corrections) = (Vec::new(), Vec::new());
            for (block, leaves) in trees.zip(leaves.chunks_exact_mut(1 << depth)) {
                let tree = batch * blocks + block;
                let sum = trees::grow_full(&keys, &mut nursery, &seed(side, tree), leaves, |l, level| {
                    let q = tree * depth + l;
                    let share = shares.bits.inputs()[q];
                    for (sum, share) in level.into_iter().zip([share, share + delta]) {
                        sums.extend_from_slice(&(sum + pad(&side.ro, q, share)).to_bytes());
                    }
                });
                let correction = shares.value(&side.plan, batch, block) + sum;
                corrections.extend_from_slice(&correction.to_bytes());
            }
            (sums, corrections)
        });
        said.iter().for_each(|(sums, _)| body.extend_from_slice(sums));
        said.iter().for_each(|(_, corrections)| body.extend_from_slice(corrections));
        leaves
    });
    Leaves(batches.collect())
}

/// The keys of the group that `trees` of a batch are.
fn group_keys(side: &Side<'_>, batch: usize, trees: &Range<usize>) -> TreeKeys {
    let Noise { blocks, depth, .. } = side.plan.noise;
    TreeKeys::new(&side.ro, batch * blocks.div_ceil(GROUP) + trees.start / GROUP, depth)
}

fn seed(side: &Side<'_>, tree: usize) -> Zeroizing<[u8; 16]> {
    let mut seed = Zeroizing::new([0; 16]);
    side.ro.fill("seed", &[side.randomness.as_bytes(), &(tree as u64).to_le_bytes()], seed.as_mut());
    seed
}

/// RO("ot"; q, share)[16]: hides a sum from whoever has the other share.
fn pad(ro: &Ro, q: usize, share: Gf128) -> Gf128 {
    let mut pad = [0; 16];
    ro.fill("ot", &[&(q as u64).to_le_bytes(), &share.to_bytes()], &mut pad);
    Gf128::from_bytes(pad)
}

/// Grows R's trees from message 3 without its salt.
pub(super) fn grow_punctured(
    side: &Side<'_>,
    noise: &NoiseVector,
    shares: &TreeShares<'_>,
    body: &[u8],
) -> Leaves {
    let Noise { blocks, depth, .. } = side.plan.noise;
    let batches = body.chunks_exact(side.plan.trees_batch_bytes()).enumerate().map(|(batch, body)| {
        let (elements, _) = body.as_chunks();
        let (sums, corrections) = elements.split_at(2 * blocks * depth);
        let (leaves, _) = grow(side, |trees, leaves| {
            let (keys, mut nursery) = (group_keys(side, batch, &trees), Nursery::new(depth));
            for (block, leaves) in trees.zip(leaves.chunks_exact_mut(1 << depth)) {
                let tree = batch * blocks + block;
                let hole = &noise.holes[tree];
                let off_path = |l: usize| {
                    let q = tree * depth + l;
                    let [even, odd] = [0, 1].map(|at| Gf128::from_bytes(sums[2 * (block * depth + l) + at]));
                    hole.choose(depth, l, even, odd) + pad(&side.ro, q, shares.bits.inputs()[q])
                };
                let at_hole = Gf128::from_bytes(corrections[block]) + shares.value(&side.plan, batch, block);
                trees::grow_punctured(&keys, &mut nursery, hole, off_path, at_hole, leaves);
            }
        });
        leaves
    });
    Leaves(batches.collect())
}

/// Room for the leaves of a batch; calls `job` with the trees of each job and their part of it.
fn grow<T: Send>(
    side: &Side<'_>,
    job: impl Fn(Range<usize>, &mut [Gf128]) -> T + Sync,
) -> (Zeroizing<Vec<Gf128>>, Vec<T>) {
    let Noise { blocks, depth, .. } = side.plan.noise;
    let mut leaves = Zeroizing::new(vec![Gf128::ZERO; side.plan.noise.len()]);
    let said = par::map_chunks(side.par, &mut leaves, GROUP << depth, |at, leaves| {
        job(par::block(blocks, GROUP, at), leaves)
    });
    (leaves, said)
}

impl Leaves {
    /// The batches, for the code to use up.
    pub(super) fn into_batches(self) -> Vec<Zeroizing<Vec<Gf128>>> {
        self.0
    }

    /// Message 5, or what R compares it with: the digest of each batch at its point. `shares` are those of the
    /// first correlation, y or z.
    pub(super) fn digests(
        &self,
        ro: &Ro,
        kernels: Kernels,
        plan: &Plan,
        shares: &Shares,
        points: impl Iterator<Item = Gf128>,
        par: &dyn Par,
    ) -> Vec<u8> {
        let digests = self.0.iter().zip(points).enumerate().map(|(batch, (leaves, point))| {
            let share = shares.inputs()[(batch + 1) * (plan.noise.blocks + 1) - 1];
            let sum = share + power_sum(kernels, point, leaves, par);
            ro.hash("pprf", &[&(batch as u64).to_le_bytes(), &sum.to_bytes()])
        });
        digests.collect::<Vec<_>>().into_flattened()
    }
}

/// Σ X^(j+1)·leaf_j over a batch.
fn power_sum(kernels: Kernels, x: Gf128, leaves: &[Gf128], par: &dyn Par) -> Gf128 {
    /// Leaves of a job.
    const PIECE: usize = 1 << 16;
    let sums = par::map(par, leaves.len().div_ceil(PIECE), |job| {
        kernels.power_sum(x, &leaves[par::block(leaves.len(), PIECE, job)])
    });
    let stride = kernels.power(x, PIECE as u64);
    sums.iter().rev().fold(Gf128::ZERO, |sum, part| kernels.mul(sum, stride) + *part)
}
