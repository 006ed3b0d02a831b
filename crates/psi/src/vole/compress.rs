//! From leaves to the correlation C = B + A·Δ: the code of the terms, batch after batch. The codes themselves
//! are in [`fast`](crate::fast) and [`qc`](crate::qc).

use super::grove::Leaves;
use super::noise::NoiseVector;
use super::plan::Plan;
use super::trees::Hole;
use super::{Code, side::Side};
use crate::fast::Fast;
use crate::field::Gf128;
use crate::pages::{PAGE, Page, Run, Slots};
use crate::par;
use crate::qc::Qc;

/// B of S.
pub(super) fn answerer(side: &Side<'_>, leaves: Leaves) -> Slots {
    let Side { plan, pool, par, .. } = side;
    let mut b = Slots::default();
    match plan.code() {
        Code::Fast => {
            let code = Fast::new(plan.noise.len());
            for pages in leaves.into_batches() {
                let load = |_: usize, page: &Page, lanes: &mut [[Gf128; 1]; PAGE]| {
                    lanes.iter_mut().zip(page.iter()).for_each(|(lane, leaf)| *lane = [*leaf]);
                };
                let [batch] = code.compress(pages, load, pool, *par);
                b.append(batch, plan.noise.outputs, pool);
            }
        }
        Code::Qc => {
            let code = qc(side);
            for pages in leaves.into_batches() {
                b.push(Run::new(&code.compress(pool.contiguous(pages), *par), pool));
            }
        }
    }
    b
}

/// A and C of R.
pub(super) fn asker(side: &Side<'_>, noise: &NoiseVector, leaves: Leaves) -> [Slots; 2] {
    let Side { plan, pool, par, .. } = side;
    let mut both = [Slots::default(), Slots::default()];
    match plan.code() {
        Code::Fast => {
            let code = Fast::new(plan.noise.len());
            for (pages, holes) in leaves.into_batches().into_iter().zip(noise.holes.chunks(plan.noise.blocks))
            {
                let load = |at: usize, page: &Page, lanes: &mut [[Gf128; 2]; PAGE]| {
                    load_noise(plan, holes, at, lanes);
                    lanes.iter_mut().zip(page.iter()).for_each(|(lane, leaf)| lane[1] = *leaf);
                };
                let batches = code.compress(pages, load, pool, *par);
                for (all, batch) in both.iter_mut().zip(batches) {
                    all.append(batch, plan.noise.outputs, pool);
                }
            }
        }
        Code::Qc => {
            let code = qc(side);
            let [a, c] = &mut both;
            for (pages, holes) in leaves.into_batches().into_iter().zip(noise.holes.chunks(plan.noise.blocks))
            {
                c.push(Run::new(&code.compress(pool.contiguous(pages), *par), pool));
                a.push(Run::new(&code.compress(noise_vector(side, holes), *par), pool));
            }
        }
    }
    both
}

fn qc(side: &Side<'_>) -> Qc {
    Qc::new(Qc::params(side.plan.shape.slots()).0, side.kernels, side.par)
}

/// e of a batch. Every place is written alike, whatever the holes.
fn noise_vector(side: &Side<'_>, holes: &[Hole]) -> Vec<Gf128> {
    let noise = side.plan.noise;
    let mut vector = vec![Gf128::ZERO; noise.len()];
    par::for_chunks(side.par, &mut vector, noise.block_len(), |block, elements| {
        (0..).zip(elements).for_each(|(index, element)| *element = holes[block].value_at(index));
    });
    vector
}

/// Writes e of the page at `at` to the first lane: β at the hole of its tree, zero elsewhere. A page lies
/// within one tree.
fn load_noise(plan: &Plan, holes: &[Hole], at: usize, lanes: &mut [[Gf128; 2]; PAGE]) {
    let first = at * PAGE;
    let hole = &holes[first >> plan.noise.depth];
    let inside = (first & (plan.noise.block_len() - 1)) as u64;
    for (index, lane) in (inside..).zip(lanes.iter_mut()) {
        lane[0] = hole.value_at(index);
    }
}
