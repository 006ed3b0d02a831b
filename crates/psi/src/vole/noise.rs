//! The noise of a run, drawn by R from ρ: where each tree has its hole and what value e has there, and the
//! point X at which the trees of a batch are checked. How noise becomes leaves is in `trees`.

use zeroize::{Zeroize, ZeroizeOnDrop};

use super::check::Which;
use super::correlate::{Bits, Shares};
use super::plan::{CHECKS, Plan};
use super::trees::Hole;
use crate::field::{Gf128, Kernels, mask};
use crate::oracle::Ro;
use crate::seed::Randomness;

/// All of R's noise.
#[derive(Zeroize, ZeroizeOnDrop)]
pub(super) struct NoiseVector {
    /// One hole a tree, batch after batch.
    pub(super) holes: Vec<Hole>,
    /// X of each batch.
    pub(super) points: Vec<Gf128>,
}

impl NoiseVector {
    pub(super) fn draw(plan: &Plan, ro: &Ro, randomness: &Randomness) -> NoiseVector {
        let element = |label, index: usize| {
            let mut bytes = [0; 16];
            ro.fill(label, &[randomness.as_bytes(), &(index as u64).to_le_bytes()], &mut bytes);
            Gf128::from_bytes(bytes)
        };
        let hole = |tree| Hole {
            position: element("alpha", tree).0 as u64 & (plan.noise.block_len() as u64 - 1),
            value: element("beta", tree),
        };
        NoiseVector {
            holes: (0..plan.batches * plan.noise.blocks).map(hole).collect(),
            points: (0..plan.batches).map(|batch| element("X", batch)).collect(),
        }
    }

    /// c of the first correlation: the values of a batch's trees, then its check value Σ X^(i·L + α_i + 1)·β_i,
    /// batch after batch; then the masks.
    pub(super) fn values(&self, plan: &Plan, kernels: Kernels, masks: [Gf128; CHECKS]) -> Shares {
        let mut values = Vec::with_capacity(plan.values() + CHECKS);
        for (holes, point) in self.holes.chunks_exact(plan.noise.blocks).zip(&self.points) {
            values.extend(holes.iter().map(|hole| hole.value));
            values.push(check_value(kernels, holes, *point, plan.noise.depth));
        }
        values.extend(masks);
        Shares::new(values)
    }

    /// c of the second correlation: what R chooses at each level of each tree.
    pub(super) fn choices(&self, plan: &Plan, masks: [Gf128; CHECKS]) -> Bits {
        let depth = plan.noise.depth;
        let mut packed = vec![0; plan.bits().div_ceil(8)];
        let choices = self.holes.iter().flat_map(|hole| (0..depth).map(|l| hole.choice(depth, l)));
        for (at, choice) in choices.enumerate() {
            packed[at / 8] |= choice << (at % 8);
        }
        Bits { count: plan.bits(), packed, masks }
    }
}

/// The masks of a correlation's check.
pub(super) fn masks(ro: &Ro, randomness: &Randomness, which: Which) -> [Gf128; CHECKS] {
    std::array::from_fn(|rep| {
        let mut bytes = [0; 16];
        let fields = [randomness.as_bytes(), which.name(), &(rep as u64).to_le_bytes()];
        ro.fill("mask", &fields, &mut bytes);
        Gf128::from_bytes(bytes)
    })
}

/// Σ X^(i·L + α_i + 1)·β_i by Horner's rule over the trees.
fn check_value(kernels: Kernels, holes: &[Hole], x: Gf128, depth: usize) -> Gf128 {
    let squares: Vec<Gf128> =
        std::iter::successors(Some(x), |power| Some(kernels.mul(*power, *power))).take(depth + 1).collect();
    let stride = squares[depth];
    let horner = holes.iter().rev().fold(Gf128::ZERO, |sum, hole| {
        kernels.mul(sum, stride) + kernels.mul(power(kernels, &squares, hole.position), hole.value)
    });
    kernels.mul(horner, x)
}

/// x^exponent for a secret exponent, given x^(2^i): every square is multiplied in or replaced by 1.
fn power(kernels: Kernels, squares: &[Gf128], exponent: u64) -> Gf128 {
    let bits = &squares[..squares.len() - 1];
    bits.iter().enumerate().fold(Gf128::ONE, |power, (i, square)| {
        let mask = mask(u128::from(exponent >> i));
        let factor = Gf128::ONE.0 ^ (mask & (square.0 ^ Gf128::ONE.0));
        kernels.mul(power, Gf128(factor))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::Cpu;

    #[test]
    fn the_check_value_is_the_noise_at_the_point() {
        let kernels = Kernels::new(Cpu::detect());
        let (depth, x) = (4, Gf128(0x55_0000_0000_0000_0003));
        let holes =
            [(3, 5), (15, 9), (0, 1 << 90)].map(|(position, value)| Hole { position, value: Gf128(value) });
        let mut noise = vec![Gf128::ZERO; 3 << depth];
        for (block, hole) in holes.iter().enumerate() {
            noise[(block << depth) + hole.position as usize] = hole.value;
        }
        assert!(check_value(kernels, &holes, x, depth) == kernels.power_sum(x, &noise));
    }
}
