//! Every level against the definition, a loop over bits.

use proptest::prelude::*;

use super::*;
use crate::field::tests::{elements, noise};

/// a · b by the definition.
fn slow_mul(a: Gf128, b: Gf128) -> Gf128 {
    let (mut product, mut shifted) = (Gf128::ZERO, a);
    for i in 0..128 {
        product.0 ^= shifted.0 & (b.0 >> i & 1).wrapping_neg();
        shifted = shifted.times_x();
    }
    product
}

fn slow_power(x: Gf128, exponent: u64) -> Gf128 {
    (0..exponent).fold(Gf128::ONE, |power, _| slow_mul(power, x))
}

fn all_kernels() -> impl Iterator<Item = Kernels> {
    Cpu::all_here().into_iter().map(Kernels::new)
}

fn number() -> impl Strategy<Value = u128> {
    let edge =
        prop::sample::select(vec![0, 1, 2, 0x87, 1 << 63, 1 << 64, 1 << 127, u128::MAX, u64::MAX.into()]);
    prop_oneof![4 => any::<u128>(), 1 => edge]
}

#[test]
fn x_to_the_128_is_the_fold() {
    for kernels in all_kernels() {
        assert_eq!(kernels.mul(Gf128(1 << 127), Gf128(2)).0, 0x87);
        assert_eq!(kernels.mul(Gf128(u128::MAX), Gf128::ONE).0, u128::MAX);
    }
}

#[test]
fn multiplication_agrees_with_the_definition_a_million_times() {
    let (left, right) = (elements(1, 1_000_000), elements(2, 1_000_000));
    let all: Vec<Kernels> = all_kernels().collect();
    for (a, b) in left.into_iter().zip(right) {
        let product = slow_mul(a, b);
        assert!(all.iter().all(|kernels| kernels.mul(a, b) == product), "{:x} · {:x}", a.0, b.0);
    }
}

#[test]
fn the_best_level_is_the_last_one() {
    assert_eq!(Cpu::all_here().first(), Some(&Cpu::portable()));
    assert_eq!(Cpu::all_here().last(), Some(&Cpu::detect()));
}

#[test]
fn bulk_operations_agree_with_the_definition_at_every_length() {
    for length in (0..=70).chain([127, 128, 129, 300]) {
        check_bulk(length);
    }
}

fn check_bulk(length: usize) {
    let (left, right, x) = (elements(3, length), elements(4, length), elements(5, 1)[0]);
    let scaled: Vec<Gf128> = left.iter().zip(&right).map(|(l, r)| *l + slow_mul(x, *r)).collect();
    let inner: Gf128 = left.iter().zip(&right).map(|(l, r)| slow_mul(*l, *r)).sum();
    let powers = left.iter().rev().fold(Gf128::ZERO, |sum, term| slow_mul(sum + *term, x));
    for kernels in all_kernels() {
        let mut sums = left.clone();
        kernels.add_scaled(&mut sums, x, &right);
        assert!(sums == scaled, "add_scaled of {length} by {:?}", kernels.cpu);
        assert!(
            kernels.inner_product(&left, &right) == inner,
            "inner_product of {length} by {:?}",
            kernels.cpu
        );
        assert!(kernels.power_sum(x, &left) == powers, "power_sum of {length} by {:?}", kernels.cpu);
    }
}

#[test]
fn dense_parts_agree_with_the_definition_at_every_length() {
    let mut next = noise(6);
    for length in 0..=70 {
        let (sums, coefficients) = (elements(7, length), elements(8, length % 6));
        let keys: Vec<u64> = (0..length).map(|_| next()).collect();
        let dense = |key: &u64| -> Gf128 {
            let terms = coefficients.iter().zip(1..);
            terms.map(|(c, power)| slow_mul(*c, slow_power(Gf128((*key).into()), power))).sum()
        };
        let due: Vec<Gf128> = sums.iter().zip(&keys).map(|(sum, key)| *sum + dense(key)).collect();
        for kernels in all_kernels() {
            let mut sums = sums.clone();
            kernels.add_dense(&mut sums, &keys, &coefficients);
            assert!(sums == due, "add_dense of {length} by {:?}", kernels.cpu);
        }
    }
}

#[test]
fn powers_and_inverses_agree_with_the_definition() {
    let x = elements(9, 1)[0];
    for kernels in all_kernels() {
        for exponent in (0..40).chain([1000, 4097]) {
            assert!(kernels.power(x, exponent) == slow_power(x, exponent), "{exponent} by {:?}", kernels.cpu);
        }
        for a in elements(10, 50) {
            assert!(kernels.mul(kernels.inverse(a), a) == Gf128::ONE);
        }
        assert!(kernels.inverse(Gf128::ZERO) == Gf128::ZERO);
        assert!(kernels.inverse(Gf128::ONE) == Gf128::ONE);
    }
}

proptest! {
    #[test]
    fn multiplication_is_that_of_a_field(a in number(), b in number(), c in number()) {
        let [a, b, c] = [a, b, c].map(Gf128);
        for kernels in all_kernels() {
            let mul = |a, b| kernels.mul(a, b);
            prop_assert!(mul(a, b) == slow_mul(a, b));
            prop_assert!(mul(a, b) == mul(b, a));
            prop_assert!(mul(a, mul(b, c)) == mul(mul(a, b), c));
            prop_assert!(mul(a, b + c) == mul(a, b) + mul(a, c));
        }
    }
}
