//! The Cantor basis, and the points that it numbers.

use crate::field::Gf128;

/// β_0 = 1, and β_(i+1) is the root of y² + y = β_i that has no term x^0.
const BASIS: [u128; 24] = [
    0x00000000000000000000000000000001,
    0x295ac0b1f4731af9676aac9fa4b20b08,
    0xa2134422cd4054c9ff1099c31bbe8f22,
    0x7959d70ce1ee694253b85b6402b1e848,
    0x08f6b313e935b8e2cabcd8e4694e5644,
    0x49c93216352821984d48b16661e860ec,
    0x053d8555a9979a1ca13fe8ac5560ce0c,
    0x4d52354a3a3d8c865cb10fbabcf00118,
    0x2ccae6ed8d6b4cd0e18c55b8e07d3612,
    0x210d8fbe72672c66588b6244c5d74470,
    0xc211182c85e148b3d047dada84654da4,
    0x104d101e47f1f112fed3b473eeb39df8,
    0xce955ea0da2a682bbf199eb4f675f2ac,
    0xdbacfb2ac336178f19c55b8d6bef4c98,
    0x58770bc4e101ab94f5531b28858156d0,
    0x497f8adb47e0ae828b97b65b221cc4e4,
    0x05aa755df14f64daa10cfc6a1654c578,
    0x82db354523f40c7bbae99a4e3fbe0c54,
    0xba5ba13dbf25ee6b8e808ec2a80c4662,
    0x300b8602354dbc705c2b82c39ef7a93c,
    0xc25f5e75edaa4fa9882e2943d5ee4534,
    0x39092e35de04cc3295d3204b1d1dd922,
    0x8ab363f0b1f0f211cb6e1a7035541fd6,
    0xbe1eca746232042ba1318678293664f4,
];

/// The point of number `index`, below 2^24: the sum of β_j over the bits j of `index`.
#[inline(always)]
pub(crate) const fn point(index: usize) -> Gf128 {
    let [low, mid, high] = [index & 255, index >> 8 & 255, index >> 16 & 255];
    Gf128(POINTS[0][low] ^ POINTS[1][mid] ^ POINTS[2][high])
}

/// The points whose numbers have bits in one byte only.
static POINTS: [[u128; 256]; 3] = [points(0), points(8), points(16)];

const fn points(shift: usize) -> [u128; 256] {
    let mut points = [0; 256];
    let mut index = 1;
    while index < 256 {
        let rest = index & (index - 1);
        points[index] = points[rest] ^ BASIS[shift + index.trailing_zeros() as usize];
        index += 1;
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::{Cpu, Kernels};

    #[test]
    fn each_element_is_a_root_over_the_one_before() {
        let kernels = Kernels::new(Cpu::detect());
        for pair in BASIS.windows(2) {
            let y = Gf128(pair[1]);
            assert!(kernels.mul(y, y) + y == Gf128(pair[0]));
            assert_eq!(y.0 & 1, 0);
        }
    }

    #[test]
    fn points_are_sums_over_the_basis() {
        for index in (0..2000).chain([0xAB_CDEF, 0xFF_FFFF, 0x10_0001]) {
            let sum: Gf128 = (0..24).filter(|j| index >> j & 1 == 1).map(|j| Gf128(BASIS[j])).sum();
            assert!(point(index) == sum, "{index}");
        }
    }
}
