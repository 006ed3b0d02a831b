//! The operations of [`Kernels`](super::Kernels) over vectors.

use super::lanes::{LANES_MAX, Lanes, Op};
use crate::field::Gf128;

pub(super) struct Mul {
    pub(super) a: Gf128,
    pub(super) b: Gf128,
}

impl Op for Mul {
    type Output = Gf128;

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) -> Gf128 {
        element(lanes, lanes.mul(lanes.splat(self.a), lanes.splat(self.b)))
    }
}

pub(super) struct AddScaled<'a> {
    pub(super) sums: &'a mut [Gf128],
    pub(super) factor: Gf128,
    pub(super) terms: &'a [Gf128],
}

impl Op for AddScaled<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let factor = lanes.factor(lanes.splat(self.factor));
        let mut sums = self.sums.chunks_exact_mut(L::N);
        let mut terms = self.terms.chunks_exact(L::N);
        for (sum, term) in sums.by_ref().zip(terms.by_ref()) {
            let product = lanes.times(factor, lanes.load(term));
            lanes.store(lanes.add(lanes.load(sum), product), sum);
        }
        let (sum, term) = (sums.into_remainder(), terms.remainder());
        let product = lanes.times(factor, lanes.load_some(term));
        lanes.store_some(lanes.add(lanes.load_some(sum), product), sum);
    }
}

pub(super) struct InnerProduct<'a> {
    pub(super) left: &'a [Gf128],
    pub(super) right: &'a [Gf128],
}

impl Op for InnerProduct<'_> {
    type Output = Gf128;

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) -> Gf128 {
        let mut left = self.left.chunks_exact(L::N);
        let mut right = self.right.chunks_exact(L::N);
        let mut sum = lanes.no_product();
        for (a, b) in left.by_ref().zip(right.by_ref()) {
            sum = lanes.add_wide(sum, lanes.product(lanes.load(a), lanes.load(b)));
        }
        let (a, b) = (lanes.load_some(left.remainder()), lanes.load_some(right.remainder()));
        lanes.total(lanes.reduce(lanes.add_wide(sum, lanes.product(a, b))))
    }
}

pub(super) struct PowerSum<'a> {
    pub(super) x: Gf128,
    pub(super) terms: &'a [Gf128],
}

/// Vectors that are multiplied before their sum is reduced.
const POWERS: usize = 8;

impl Op for PowerSum<'_> {
    type Output = Gf128;

    /// Horner's rule from the top, a block of `POWERS` vectors a step: the lanes of `sum` are multiplied by
    /// x^(elements of a block), the block's elements by x^1, x^2, …, and their sum is reduced once.
    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) -> Gf128 {
        let block = POWERS * L::N;
        let (powers, shift) = powers(lanes, self.x);
        let (blocks, top) = self.terms.split_at(self.terms.len() / block * block);
        let mut sum = lanes.no_product();
        for (power, terms) in powers.iter().zip(top.chunks(L::N)) {
            sum = lanes.add_wide(sum, lanes.product(*power, lanes.load_some(terms)));
        }
        for block in blocks.rchunks_exact(block) {
            let mut next = lanes.product(shift, lanes.reduce(sum));
            for (power, terms) in powers.iter().zip(block.chunks_exact(L::N)) {
                next = lanes.add_wide(next, lanes.product(*power, lanes.load(terms)));
            }
            sum = next;
        }
        lanes.total(lanes.reduce(sum))
    }
}

/// x^1, x^2, … as vectors, and the last power in each lane. By doubling: a chain of products, each waiting for
/// the one before, would take longer than a short sum.
#[inline(always)]
fn powers<L: Lanes>(lanes: L, x: Gf128) -> ([L::V; POWERS], L::V) {
    let x = lanes.splat(x);
    let square = lanes.mul(x, x);
    let first = [x, square, lanes.mul(square, x), lanes.mul(square, square)];
    let mut elements = [Gf128::ZERO; LANES_MAX];
    for (place, power) in elements.iter_mut().zip(first) {
        *place = element(lanes, power);
    }
    let mut powers = [lanes.load(&elements); POWERS];
    let mut shift = first[L::N - 1];
    let mut done = 1;
    while done < POWERS {
        for i in 0..done {
            powers[done + i] = lanes.mul(powers[i], shift);
        }
        shift = lanes.mul(shift, shift);
        done *= 2;
    }
    (powers, shift)
}

pub(super) struct Power {
    pub(super) x: Gf128,
    pub(super) exponent: u64,
}

impl Op for Power {
    type Output = Gf128;

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) -> Gf128 {
        let (mut power, mut square) = (lanes.splat(Gf128::ONE), lanes.splat(self.x));
        let mut exponent = self.exponent;
        while exponent > 0 {
            if exponent & 1 == 1 {
                power = lanes.mul(power, square);
            }
            square = lanes.mul(square, square);
            exponent >>= 1;
        }
        element(lanes, power)
    }
}

pub(super) struct Inverse {
    pub(super) a: Gf128,
}

impl Op for Inverse {
    type Output = Gf128;

    /// a^(2^128 - 2) is the square of e_127, where e_n = a^(2^n - 1): e_2n = e_n^(2^n) · e_n and
    /// e_(n+1) = e_n^2 · a, from e_1 by way of e_3, e_7, e_15, e_31 and e_63.
    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) -> Gf128 {
        let a = lanes.splat(self.a);
        let mut e = a;
        for n in [1, 3, 7, 15, 31, 63] {
            let mut raised = e;
            for _ in 0..n {
                raised = lanes.mul(raised, raised);
            }
            e = lanes.mul(raised, e);
            e = lanes.mul(lanes.mul(e, e), a);
        }
        element(lanes, lanes.mul(e, e))
    }
}

pub(super) struct AddDense<'a> {
    pub(super) sums: &'a mut [Gf128],
    pub(super) keys: &'a [u64],
    pub(super) coefficients: &'a [Gf128],
}

impl Op for AddDense<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let mut sums = self.sums.chunks_exact_mut(L::N);
        let mut keys = self.keys.chunks_exact(L::N);
        for (sum, keys) in sums.by_ref().zip(keys.by_ref()) {
            let dense = dense(lanes, lanes.load_lower(keys), self.coefficients);
            lanes.store(lanes.add(lanes.load(sum), dense), sum);
        }
        let sum = sums.into_remainder();
        let mut padded = [0; LANES_MAX];
        padded[..sum.len()].copy_from_slice(keys.remainder());
        let dense = dense(lanes, lanes.load_lower(&padded), self.coefficients);
        lanes.store_some(lanes.add(lanes.load_some(sum), dense), sum);
    }
}

/// Σ_k keys^(k+1) · coefficients[k] by Horner's rule.
#[inline(always)]
fn dense<L: Lanes>(lanes: L, keys: L::V, coefficients: &[Gf128]) -> L::V {
    let mut sum = lanes.splat(Gf128::ZERO);
    for coefficient in coefficients.iter().rev() {
        sum = lanes.times_lower(keys, lanes.add(sum, lanes.splat(*coefficient)));
    }
    sum
}

/// The first element of a vector.
#[inline(always)]
fn element<L: Lanes>(lanes: L, v: L::V) -> Gf128 {
    let mut element = [Gf128::ZERO];
    lanes.store_some(v, &mut element);
    element[0]
}
