//! Multiplication, one at a time and in bulk, by the best means the processor has. All means give the same
//! bits and none branches on or indexes by an element.

use super::{FOLD, Gf128};

/// What the processor offers. Every choice gives the same bits; a smaller one is slower.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cpu {
    /// No special instruction: shifts and masks.
    Portable,
}

impl Cpu {
    /// The best that this processor has.
    pub fn detect() -> Cpu {
        Cpu::Portable
    }
}

/// The operations, bound to a processor.
#[derive(Clone, Copy)]
pub(crate) struct Kernels {
    cpu: Cpu,
}

impl Kernels {
    pub(crate) fn new(cpu: Cpu) -> Kernels {
        Kernels { cpu }
    }

    /// a · b.
    pub(crate) fn mul(self, a: Gf128, b: Gf128) -> Gf128 {
        let Cpu::Portable = self.cpu;
        let (mut product, mut shifted) = (0, a);
        for i in 0..128 {
            product ^= shifted.0 & (b.0 >> i & 1).wrapping_neg();
            shifted = shifted.times_x();
        }
        let _ = FOLD;
        Gf128(product)
    }

    /// `sums[i] += factor · terms[i]`. The slices have one length.
    pub(crate) fn add_scaled(self, sums: &mut [Gf128], factor: Gf128, terms: &[Gf128]) {
        for (sum, term) in sums.iter_mut().zip(terms) {
            *sum += self.mul(factor, *term);
        }
    }

    /// Σ left[i] · right[i] over slices of one length.
    pub(crate) fn inner_product(self, left: &[Gf128], right: &[Gf128]) -> Gf128 {
        left.iter().zip(right).map(|(left, right)| self.mul(*left, *right)).sum()
    }

    /// Σ x^(j+1) · terms[j].
    pub(crate) fn power_sum(self, x: Gf128, terms: &[Gf128]) -> Gf128 {
        terms.iter().rev().fold(Gf128::ZERO, |sum, term| self.mul(sum + *term, x))
    }

    /// x^exponent. The time depends on the exponent, which is public.
    pub(crate) fn power(self, x: Gf128, mut exponent: u64) -> Gf128 {
        let (mut power, mut square) = (Gf128::ONE, x);
        while exponent > 0 {
            if exponent & 1 == 1 {
                power = self.mul(power, square);
            }
            square = self.mul(square, square);
            exponent >>= 1;
        }
        power
    }

    /// The inverse of an element other than 0, which gives 0.
    pub(crate) fn inverse(self, a: Gf128) -> Gf128 {
        let (mut square, mut inverse) = (a, Gf128::ONE);
        for _ in 0..127 {
            square = self.mul(square, square);
            inverse = self.mul(inverse, square);
        }
        inverse
    }

    /// `sums[i] += Σ_k keys[i]^(k+1) · coefficients[k]`: the dense part of OKVS rows, whose keys are below
    /// 2^64. `sums` and `keys` have one length.
    pub(crate) fn add_dense(self, sums: &mut [Gf128], keys: &[u64], coefficients: &[Gf128]) {
        for (sum, key) in sums.iter_mut().zip(keys) {
            let key = Gf128(u128::from(*key));
            *sum += coefficients.iter().rev().fold(Gf128::ZERO, |tail, c| self.mul(tail + *c, key));
        }
    }
}
