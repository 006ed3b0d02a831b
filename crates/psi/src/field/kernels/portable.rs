//! The means of every processor: integer multiplication, one element at a time, with neither tables nor
//! branches. Constant time wherever integer multiplication is.

use super::lanes::{HH, HL, LH, LL, Lanes, Op, Wide};
use crate::field::Gf128;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Portable;

impl Lanes for Portable {
    const N: usize = 1;

    type V = u128;

    fn run<O: Op>(self, op: O) -> O::Output {
        op.run(self)
    }

    #[inline(always)]
    fn splat(self, element: Gf128) -> u128 {
        element.0
    }

    #[inline(always)]
    fn load(self, elements: &[Gf128]) -> u128 {
        elements[0].0
    }

    #[inline(always)]
    fn store(self, v: u128, elements: &mut [Gf128]) {
        elements[0] = Gf128(v);
    }

    #[inline(always)]
    fn load_lower(self, numbers: &[u64]) -> u128 {
        u128::from(numbers[0])
    }

    #[inline(always)]
    fn transpose(self, _: &mut [u128]) {}

    #[inline(always)]
    fn add(self, a: u128, b: u128) -> u128 {
        a ^ b
    }

    #[inline(always)]
    fn clmul<const HALVES: i32>(self, a: u128, b: u128) -> u128 {
        match HALVES {
            LL => clmul(a as u64, b as u64),
            HL => clmul((a >> 64) as u64, b as u64),
            LH => clmul(a as u64, (b >> 64) as u64),
            HH => clmul((a >> 64) as u64, (b >> 64) as u64),
            _ => unreachable!("one of four"),
        }
    }

    #[inline(always)]
    fn up(self, v: u128) -> u128 {
        v << 64
    }

    #[inline(always)]
    fn down(self, v: u128) -> u128 {
        v >> 64
    }

    #[inline(always)]
    fn fold_lower(self, v: u128) -> u128 {
        let v = u128::from(v as u64);
        v ^ v << 1 ^ v << 2 ^ v << 7
    }

    #[inline(always)]
    fn fold_upper(self, v: u128) -> u128 {
        self.fold_lower(v >> 64)
    }

    /// Karatsuba: half products are dear here.
    #[inline(always)]
    fn product(self, a: u128, b: u128) -> Wide<u128> {
        let low = self.clmul::<LL>(a, b);
        let high = self.clmul::<HH>(a, b);
        Wide { low, mid: self.clmul::<LL>(a ^ a >> 64, b ^ b >> 64) ^ low ^ high, high }
    }
}

/// Every fourth bit.
const HOLES: u64 = 0x1111_1111_1111_1111;
const HOLES_WIDE: u128 = (HOLES as u128) << 64 | HOLES as u128;

/// The carry-less product.
///
/// An integer product has carries. Between bits that stand four apart there is room for sums up to 15, whose
/// lowest bit is the carry-less sum. So both factors are taken apart into four such classes, and the upper
/// four bits of `a` are left out and added at the end, since 16 bits of two classes could meet.
#[inline(always)]
fn clmul(a: u64, b: u64) -> u128 {
    let mut product = 0;
    let classes = |v: u64| [0, 1, 2, 3].map(|class| u128::from(v & HOLES << class));
    let (a_classes, b_classes) = (classes(a & u64::MAX >> 4), classes(b));
    for class in 0..4 {
        let mut sum = 0;
        for i in 0..4 {
            sum ^= a_classes[i].wrapping_mul(b_classes[(4 + class - i) % 4]);
        }
        product ^= sum & HOLES_WIDE << class;
    }
    for i in 60..64 {
        product ^= u128::from(b & (a >> i & 1).wrapping_neg()) << i;
    }
    product
}
