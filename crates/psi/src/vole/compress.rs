//! From leaves to the correlation C = B + A·Δ: the code of the terms, batch after batch. The codes themselves
//! are in [`fast`](crate::fast) and [`qc`](crate::qc).

use zeroize::Zeroize;

use super::Code;
use super::grove::Leaves;
use super::noise::NoiseVector;
use super::side::Side;
use crate::fast::Fast;
use crate::field::Gf128;
use crate::pages::PAGE;
use crate::par;
use crate::qc::Qc;
use crate::slots::Slots;

/// The code of the terms, ready for use.
pub(super) enum Coder {
    Fast(Fast),
    Qc(Qc),
}

impl Coder {
    pub(super) fn new(side: &Side<'_>) -> Coder {
        match side.plan.code() {
            Code::Fast => Coder::Fast(Fast::new(side.plan.noise.len())),
            Code::Qc => Coder::Qc(Qc::new(Qc::params(side.plan.shape.slots()).0, side.kernels, side.par)),
        }
    }

    /// All batches of leaves: B of S, or C of R. The leaves are used up.
    pub(super) fn leaves(&self, side: &Side<'_>, leaves: Leaves) -> Slots {
        let mut slots = Slots::default();
        for mut leaves in leaves.into_batches() {
            slots.push(match self {
                Coder::Fast(code) => {
                    let load = move |at: usize, elements: &mut [Gf128; PAGE]| {
                        elements.copy_from_slice(&leaves[at * PAGE..][..PAGE]);
                    };
                    truncated(code.compress(load, &side.pool, side.par), side)
                }
                Coder::Qc(code) => code.compress(std::mem::take(&mut *leaves), side.par),
            });
        }
        slots
    }

    /// A of one batch: the code of e, which is β at every hole and zero elsewhere. Every place of e is made
    /// alike, whatever the holes.
    pub(super) fn noise(&self, side: &Side<'_>, noise: &NoiseVector, batch: usize) -> Vec<Gf128> {
        let plan = &side.plan;
        let holes = &noise.holes[par::block(noise.holes.len(), plan.noise.blocks, batch)];
        let (depth, mask) = (plan.noise.depth, plan.noise.block_len() - 1);
        let element = |place: usize| holes[place >> depth].value_at((place & mask) as u64);
        match self {
            Coder::Fast(code) => {
                let load = |at: usize, elements: &mut [Gf128; PAGE]| {
                    (at * PAGE..).zip(elements).for_each(|(place, out)| *out = element(place));
                };
                truncated(code.compress(load, &side.pool, side.par), side)
            }
            Coder::Qc(code) => code.compress_with(element, side.par),
        }
    }
}

/// The outputs that a batch gives, of those that the code has.
fn truncated(mut batch: Vec<Gf128>, side: &Side<'_>) -> Vec<Gf128> {
    batch[side.plan.noise.outputs..].zeroize();
    batch.truncate(side.plan.noise.outputs);
    batch
}
