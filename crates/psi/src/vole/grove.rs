//! All trees of a run: message 3, the leaves on both sides, and the digests by which R checks them. How one
//! tree grows is in `trees`.
//!
//! A batch's leaves are taken as a polynomial without constant term, at a point that R reveals when it holds
//! all of them (as in Ferret and Wolverine). S passes with other leaves only by guessing where holes are.

use zeroize::{Zeroize, Zeroizing};

use super::correlate::Shares;
use super::noise::NoiseVector;
use super::plan::{Noise, Plan};
use super::side::Side;
use super::trees::{self, Nursery, TreeKeys};
use crate::field::{Gf128, Kernels};
use crate::oracle::Ro;
use crate::pages::{PAGE, Page, Pool};
use crate::par::{self, Par};

/// Trees that a job grows: their leaves fill whole pages, even at the smallest depth.
const TREES_PER_JOB: usize = 8;

/// The leaves of each batch, in pages.
pub(super) struct Leaves {
    batches: Vec<Vec<Page>>,
}

impl Drop for Leaves {
    fn drop(&mut self) {
        self.batches.iter_mut().flatten().for_each(|page| page.zeroize());
    }
}

/// What a job grew.
struct Grown {
    pages: Vec<Page>,
    /// Its trees' part of a batch of message 3: the masked sums, the corrections.
    sums: Vec<u8>,
    corrections: Vec<u8>,
}

/// Grows S's trees. Gives message 3 but for the salt in front of it, which `body` already holds.
pub(super) fn grow_full(
    side: &Side<'_>,
    values: &Shares,
    bits: &Shares,
    delta: Gf128,
    body: &mut Vec<u8>,
) -> Leaves {
    let plan = &side.plan;
    let keys = TreeKeys::new(&side.ro);
    let batches = (0..plan.batches).map(|batch| {
        let jobs = par::map(side.par, jobs(plan), |job| {
            let trees = par::block(plan.noise.blocks, TREES_PER_JOB, job);
            grow_full_job(side, &keys, values, bits, delta, batch, trees)
        });
        jobs.iter().for_each(|grown| body.extend_from_slice(&grown.sums));
        jobs.iter().for_each(|grown| body.extend_from_slice(&grown.corrections));
        jobs.into_iter().flat_map(|grown| grown.pages).collect()
    });
    Leaves { batches: batches.collect() }
}

fn grow_full_job(
    side: &Side<'_>,
    keys: &TreeKeys,
    values: &Shares,
    bits: &Shares,
    delta: Gf128,
    batch: usize,
    trees: std::ops::Range<usize>,
) -> Grown {
    let Noise { blocks, depth, .. } = side.plan.noise;
    let mut nursery = Nursery::new(depth);
    let mut leaves = Zeroizing::new(vec![Gf128::ZERO; trees.len() << depth]);
    let mut grown = Grown { pages: Vec::new(), sums: Vec::new(), corrections: Vec::new() };
    for (block, leaves) in trees.zip(leaves.chunks_exact_mut(1 << depth)) {
        let tree = batch * blocks + block;
        let seed = Zeroizing::new(seed(side, tree));
        let sum = trees::grow_full(keys, &mut nursery, &seed, leaves, |l, sums| {
            let q = tree * depth + l;
            let share = bits.inputs()[q];
            for (sum, share) in sums.into_iter().zip([share, share + delta]) {
                grown.sums.extend_from_slice(&(sum + pad(&side.ro, q, share)).to_bytes());
            }
        });
        let share = values.inputs()[batch * (blocks + 1) + block];
        grown.corrections.extend_from_slice(&(share + sum).to_bytes());
    }
    grown.pages = to_pages(&leaves, &side.pool);
    grown
}

fn seed(side: &Side<'_>, tree: usize) -> [u8; 16] {
    let mut seed = [0; 16];
    side.ro.fill("seed", &[side.randomness.as_bytes(), &(tree as u64).to_le_bytes()], &mut seed);
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
    values: &Shares,
    bits: &Shares,
    body: &[u8],
) -> Leaves {
    let plan = &side.plan;
    let keys = TreeKeys::new(&side.ro);
    let batches = body.chunks_exact(plan.trees_batch_bytes()).enumerate().map(|(batch, body)| {
        let pages = par::map(side.par, jobs(plan), |job| {
            let trees = par::block(plan.noise.blocks, TREES_PER_JOB, job);
            grow_punctured_job(side, &keys, noise, values, bits, body, batch, trees)
        });
        pages.into_iter().flatten().collect()
    });
    Leaves { batches: batches.collect() }
}

#[expect(clippy::too_many_arguments, reason = "what a tree needs of the run, the batch and the message")]
fn grow_punctured_job(
    side: &Side<'_>,
    keys: &TreeKeys,
    noise: &NoiseVector,
    values: &Shares,
    bits: &Shares,
    body: &[u8],
    batch: usize,
    trees: std::ops::Range<usize>,
) -> Vec<Page> {
    let Noise { blocks, depth, .. } = side.plan.noise;
    let (elements, _) = body.as_chunks();
    let (sums, corrections) = elements.split_at(2 * blocks * depth);
    let mut nursery = Nursery::new(depth);
    let mut leaves = Zeroizing::new(vec![Gf128::ZERO; trees.len() << depth]);
    for (block, leaves) in trees.zip(leaves.chunks_exact_mut(1 << depth)) {
        let tree = batch * blocks + block;
        let hole = &noise.holes[tree];
        let side_sum = |l: usize| {
            let q = tree * depth + l;
            let [even, odd] = [0, 1].map(|side| Gf128::from_bytes(sums[2 * (block * depth + l) + side]));
            // Both are read and one is taken, without a branch on the hole.
            let mask = u128::from(hole.choice(depth, l)).wrapping_neg();
            Gf128((even.0 & !mask) | (odd.0 & mask)) + pad(&side.ro, q, bits.inputs()[q])
        };
        let share = values.inputs()[batch * (blocks + 1) + block];
        let at_hole = Gf128::from_bytes(corrections[block]) + share;
        trees::grow_punctured(keys, &mut nursery, hole, side_sum, at_hole, leaves);
    }
    to_pages(&leaves, &side.pool)
}

fn jobs(plan: &Plan) -> usize {
    debug_assert_eq!((TREES_PER_JOB.min(plan.noise.blocks) << plan.noise.depth) % PAGE, 0);
    plan.noise.blocks.div_ceil(TREES_PER_JOB)
}

fn to_pages(elements: &[Gf128], pool: &Pool) -> Vec<Page> {
    let page = |elements: &[Gf128; PAGE]| {
        let mut page = pool.take();
        page.copy_from_slice(elements);
        page
    };
    elements.as_chunks().0.iter().map(page).collect()
}

impl Leaves {
    /// The batches, for the code to use up.
    pub(super) fn into_batches(mut self) -> Vec<Vec<Page>> {
        std::mem::take(&mut self.batches)
    }

    /// Message 5, or what R compares it with: the digest of each batch at its point. `shares` holds y or z of
    /// the first correlation.
    pub(super) fn digests(
        &self,
        ro: &Ro,
        kernels: Kernels,
        plan: &Plan,
        shares: &Shares,
        points: impl Iterator<Item = Gf128>,
        par: &dyn Par,
    ) -> Vec<u8> {
        let digests = self.batches.iter().zip(points).enumerate().map(|(batch, (pages, point))| {
            let share = shares.inputs()[(batch + 1) * (plan.noise.blocks + 1) - 1];
            let sum = share + power_sum(kernels, point, pages, par);
            ro.hash("pprf", &[&(batch as u64).to_le_bytes(), &sum.to_bytes()])
        });
        digests.collect::<Vec<_>>().into_flattened()
    }
}

/// Σ X^(j+1)·leaf_j over the pages of a batch.
fn power_sum(kernels: Kernels, x: Gf128, pages: &[Page], par: &dyn Par) -> Gf128 {
    const PAGES_PER_JOB: usize = 256;
    let stride = kernels.power(x, PAGE as u64);
    let parts = par::map(par, pages.len().div_ceil(PAGES_PER_JOB), |job| {
        let pages = &pages[par::block(pages.len(), PAGES_PER_JOB, job)];
        let horner = |sum, page: &Page| kernels.mul(sum, stride) + kernels.power_sum(x, &page[..]);
        pages.iter().rev().fold(Gf128::ZERO, horner)
    });
    let stride = kernels.power(stride, PAGES_PER_JOB as u64);
    parts.iter().rev().fold(Gf128::ZERO, |sum, part| kernels.mul(sum, stride) + *part)
}
