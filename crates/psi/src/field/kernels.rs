//! Multiplication, one at a time and in bulk, by the best means the processor has. All means give the same
//! bits and none branches on or indexes by an element.
//!
//! Each operation is written once, over the vectors of [`Lanes`]; only `x86` names instructions.

use super::Gf128;

mod bulk;
mod lanes;
mod portable;
#[cfg(test)]
mod tests;
mod transform;
#[cfg(target_arch = "x86_64")]
mod x86;

pub(super) use lanes::LANES_MAX;
use lanes::{Lanes, Op};
use portable::Portable;

/// What the processor offers. Every choice gives the same bits; a smaller one is slower.
///
/// A value that names an instruction exists only where the processor has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cpu(Level);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    Portable(Portable),
    #[cfg(target_arch = "x86_64")]
    Clmul(x86::Clmul),
    #[cfg(target_arch = "x86_64")]
    Vclmul256(x86::Vclmul256),
    #[cfg(target_arch = "x86_64")]
    Vclmul512(x86::Vclmul512),
}

impl Cpu {
    /// The best that this processor has.
    pub fn detect() -> Cpu {
        Cpu::all_here().last().copied().unwrap_or(Cpu::portable())
    }

    /// No special instruction.
    pub fn portable() -> Cpu {
        Cpu(Level::Portable(Portable))
    }

    /// Everything that this processor has, slowest first.
    pub fn all_here() -> Vec<Cpu> {
        let levels = [
            Some(Level::Portable(Portable)),
            #[cfg(target_arch = "x86_64")]
            x86::Clmul::detect().map(Level::Clmul),
            #[cfg(target_arch = "x86_64")]
            x86::Vclmul256::detect().map(Level::Vclmul256),
            #[cfg(target_arch = "x86_64")]
            x86::Vclmul512::detect().map(Level::Vclmul512),
        ];
        levels.into_iter().flatten().map(Cpu).collect()
    }

    /// Runs `op` with this processor's vectors.
    #[inline]
    pub(super) fn run<O: Op>(self, op: O) -> O::Output {
        match self.0 {
            Level::Portable(lanes) => lanes.run(op),
            #[cfg(target_arch = "x86_64")]
            Level::Clmul(lanes) => lanes.run(op),
            #[cfg(target_arch = "x86_64")]
            Level::Vclmul256(lanes) => lanes.run(op),
            #[cfg(target_arch = "x86_64")]
            Level::Vclmul512(lanes) => lanes.run(op),
        }
    }

    /// Runs `op`, which has one element at a time to work on, with vectors of one element.
    #[inline]
    fn run_single<O: Op>(self, op: O) -> O::Output {
        match self.0 {
            Level::Portable(lanes) => lanes.run(op),
            #[cfg(target_arch = "x86_64")]
            Level::Clmul(lanes) => lanes.run(op),
            #[cfg(target_arch = "x86_64")]
            Level::Vclmul256(lanes) => lanes.single().run(op),
            #[cfg(target_arch = "x86_64")]
            Level::Vclmul512(lanes) => lanes.single().run(op),
        }
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
        self.cpu.run_single(bulk::Mul { a, b })
    }

    /// `sums[i] += factor · terms[i]`. The slices have one length.
    pub(crate) fn add_scaled(self, sums: &mut [Gf128], factor: Gf128, terms: &[Gf128]) {
        assert_eq!(sums.len(), terms.len(), "one length");
        self.cpu.run(bulk::AddScaled { sums, factor, terms });
    }

    /// Σ left[i] · right[i] over slices of one length.
    pub(crate) fn inner_product(self, left: &[Gf128], right: &[Gf128]) -> Gf128 {
        assert_eq!(left.len(), right.len(), "one length");
        self.cpu.run(bulk::InnerProduct { left, right })
    }

    /// Σ x^(j+1) · terms[j].
    pub(crate) fn power_sum(self, x: Gf128, terms: &[Gf128]) -> Gf128 {
        self.cpu.run(bulk::PowerSum { x, terms })
    }

    /// x^exponent. The time depends on the exponent, which is public.
    pub(crate) fn power(self, x: Gf128, exponent: u64) -> Gf128 {
        self.cpu.run_single(bulk::Power { x, exponent })
    }

    /// The inverse of an element other than 0, which gives 0.
    pub(crate) fn inverse(self, a: Gf128) -> Gf128 {
        self.cpu.run_single(bulk::Inverse { a })
    }

    /// `sums[i] += Σ_k keys[i]^(k+1) · coefficients[k]`: the dense part of OKVS rows, whose keys are below
    /// 2^64. `sums` and `keys` have one length.
    pub(crate) fn add_dense(self, sums: &mut [Gf128], keys: &[u64], coefficients: &[Gf128]) {
        assert_eq!(sums.len(), keys.len(), "one length");
        self.cpu.run(bulk::AddDense { sums, keys, coefficients });
    }

    /// `sums[i] += terms[i]`. The slices have one length.
    pub(crate) fn add(self, sums: &mut [Gf128], terms: &[Gf128]) {
        assert_eq!(sums.len(), terms.len(), "one length");
        self.cpu.run(transform::Add { sums, terms });
    }

    /// `factors[i] *= others[i]`. The slices have one length.
    pub(super) fn multiply(self, factors: &mut [Gf128], others: &[Gf128]) {
        assert_eq!(factors.len(), others.len(), "one length");
        self.cpu.run(transform::Multiply { factors, others });
    }

    /// See [`transform::Taylor`].
    pub(super) fn taylor<const INVERSE: bool>(self, matrix: &mut [Gf128], chunk: usize, width: usize) {
        self.cpu.run(transform::Taylor::<INVERSE> { matrix, chunk, width });
    }

    /// See [`transform::TransformRows`].
    pub(super) fn transform_rows<const INVERSE: bool>(self, rows: &mut [&mut [Gf128]], base: usize) {
        self.cpu.run(transform::TransformRows::<INVERSE> { rows, base });
    }

    /// See [`transform::Transform`].
    pub(super) fn transform<const INVERSE: bool>(self, matrix: &mut [Gf128], width: usize, base: usize) {
        self.cpu.run(transform::Transform::<INVERSE> { matrix, width, base });
    }
}
