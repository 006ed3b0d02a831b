//! GF(2^128) in the natural bit order: F2[x] modulo x^128 + x^7 + x^2 + x + 1, bit i of the integer being the
//! coefficient of x^i. This is not the order of GHASH and POLYVAL. Bulk work stands in [`Kernels`].

use std::ops::{Add, AddAssign};

use subtle::Choice;
use zeroize::DefaultIsZeroes;

pub(crate) mod fft;
mod kernels;

pub use kernels::Cpu;
pub(crate) use kernels::Kernels;
use kernels::LANES_MAX;

/// What x^128 reduces to, but for x^128 itself: x^7 + x^2 + x + 1.
pub(crate) const FOLD: u128 = 0x87;

/// An element; 16 bytes little-endian on the wire.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
#[repr(transparent)]
pub(crate) struct Gf128(pub(crate) u128);

impl Gf128 {
    pub(crate) const BYTES: usize = 16;
    pub(crate) const ZERO: Gf128 = Gf128(0);
    pub(crate) const ONE: Gf128 = Gf128(1);

    pub(crate) fn from_bytes(bytes: [u8; 16]) -> Gf128 {
        Gf128(u128::from_le_bytes(bytes))
    }

    pub(crate) fn to_bytes(self) -> [u8; 16] {
        self.0.to_le_bytes()
    }

    /// The element times x, in constant time.
    pub(crate) fn times_x(self) -> Gf128 {
        Gf128((self.0 << 1) ^ ((self.0 >> 127).wrapping_neg() & FOLD))
    }
}

/// All ones where the lowest bit of `bits` is set, else zero; the other bits do not count.
///
/// A mask made by negation is not enough: the compiler sees that it can only be one of two, and may branch
/// around what it clears. It does not see through a [`Choice`].
pub(crate) fn mask(bits: u128) -> u128 {
    u128::from(Choice::from(bits as u8 & 1).unwrap_u8()).wrapping_neg()
}

impl DefaultIsZeroes for Gf128 {}

impl Add for Gf128 {
    type Output = Gf128;

    #[expect(clippy::suspicious_arithmetic_impl, reason = "addition in characteristic 2")]
    fn add(self, other: Gf128) -> Gf128 {
        Gf128(self.0 ^ other.0)
    }
}

impl AddAssign for Gf128 {
    #[expect(clippy::suspicious_op_assign_impl, reason = "addition in characteristic 2")]
    fn add_assign(&mut self, other: Gf128) {
        self.0 ^= other.0;
    }
}

impl std::iter::Sum for Gf128 {
    fn sum<I: Iterator<Item = Gf128>>(elements: I) -> Gf128 {
        elements.fold(Gf128::ZERO, Gf128::add)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    //! What the tests of this crate's mathematics share.

    use super::{Gf128, mask};

    /// Numbers without pattern, the same in every run (splitmix64).
    pub(crate) fn noise(seed: u64) -> impl FnMut() -> u64 {
        let mut state = seed;
        move || {
            state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let z = (state ^ state >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            let z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
            z ^ z >> 31
        }
    }

    pub(crate) fn elements(seed: u64, count: usize) -> Vec<Gf128> {
        let mut next = noise(seed);
        (0..count).map(|_| Gf128(u128::from(next()) << 64 | u128::from(next()))).collect()
    }

    #[test]
    fn a_mask_is_that_of_the_lowest_bit() {
        assert_eq!([0, 1, 2, 3, u128::MAX].map(mask), [0, u128::MAX, 0, u128::MAX, u128::MAX]);
    }
}
