//! From leaves to the correlation C = B + A·Δ: the code of the terms, batch after batch. The codes themselves
//! are in [`fast`](crate::fast) and [`qc`](crate::qc).

use std::sync::{Mutex, PoisonError};

use super::Code;
use super::grove::Leaves;
use super::noise::NoiseVector;
use super::side::Side;
use crate::fast::Fast;
use crate::field::Gf128;
use crate::pages::{PAGE, Page, Run, Slots};
use crate::par;
use crate::qc::Qc;

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
        let Side { plan, pool, par, .. } = side;
        let mut slots = Slots::default();
        for pages in leaves.into_batches() {
            match self {
                Coder::Fast(code) => {
                    let pages: Vec<Mutex<Option<Page>>> =
                        pages.into_iter().map(|page| Mutex::new(Some(page))).collect();
                    let load = |at: usize, elements: &mut [Gf128; PAGE]| {
                        let page = pages[at].lock().unwrap_or_else(PoisonError::into_inner).take();
                        let page = page.expect("a page is loaded once");
                        elements.copy_from_slice(&page[..]);
                        pool.give(page);
                    };
                    slots.append(code.compress(load, pool, *par), plan.noise.outputs, pool);
                }
                Coder::Qc(code) => {
                    slots.push(Run::new(&code.compress(pool.contiguous(pages), *par), pool));
                }
            }
        }
        pool.clear();
        slots
    }

    /// A of one batch: the code of e, which is β at every hole and zero elsewhere. Every place of e is written
    /// alike, whatever the holes.
    pub(super) fn noise(&self, side: &Side<'_>, noise: &NoiseVector, batch: usize) -> Slots {
        let Side { plan, pool, par, .. } = side;
        let holes = &noise.holes[par::block(noise.holes.len(), plan.noise.blocks, batch)];
        let block_len = plan.noise.block_len();
        let mut slots = Slots::default();
        match self {
            Coder::Fast(code) => {
                let load = |at: usize, elements: &mut [Gf128; PAGE]| {
                    // A page lies within one block.
                    let hole = &holes[at * PAGE / block_len];
                    let first = (at * PAGE % block_len) as u64;
                    (first..).zip(elements).for_each(|(index, element)| *element = hole.value_at(index));
                };
                slots.append(code.compress(load, pool, *par), plan.noise.outputs, pool);
            }
            Coder::Qc(code) => {
                let mut vector = vec![Gf128::ZERO; plan.noise.len()];
                par::for_chunks(*par, &mut vector, block_len, |block, elements| {
                    (0..).zip(elements).for_each(|(index, element)| *element = holes[block].value_at(index));
                });
                slots.push(Run::new(&code.compress(vector, *par), pool));
            }
        }
        pool.clear();
        slots
    }
}
