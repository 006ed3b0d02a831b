//! GF(2^128) in the natural bit order: F2[x] modulo x^128 + x^7 + x^2 + x + 1, bit i of the integer being the
//! coefficient of x^i. This is not the order of GHASH and POLYVAL. Bulk work stands in [`Kernels`].

use std::ops::{Add, AddAssign};

use zeroize::Zeroize;

mod kernels;

pub use kernels::Cpu;
pub(crate) use kernels::Kernels;

/// What x^128 reduces to, but for x^128 itself: x^7 + x^2 + x + 1.
pub(crate) const FOLD: u128 = 0x87;

/// An element; 16 bytes little-endian on the wire.
#[derive(Clone, Copy, PartialEq, Eq, Default, Zeroize)]
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

impl Add for Gf128 {
    type Output = Gf128;

    fn add(self, other: Gf128) -> Gf128 {
        Gf128(self.0 ^ other.0)
    }
}

impl AddAssign for Gf128 {
    fn add_assign(&mut self, other: Gf128) {
        self.0 ^= other.0;
    }
}

impl std::iter::Sum for Gf128 {
    fn sum<I: Iterator<Item = Gf128>>(elements: I) -> Gf128 {
        elements.fold(Gf128::ZERO, Gf128::add)
    }
}
