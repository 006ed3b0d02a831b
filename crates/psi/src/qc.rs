//! The quasi-cyclic code: 2^(k+1) correlated elements, of which few are noise, become p pseudorandom ones.
//!
//! The map is A = a · e₁ + e₂ in F\[x\]/(x^p - 1), where e₁ and e₂ are the first and the second p elements and
//! `a` is a fixed public element; what is left over, N - 2p elements, is dropped. It is linear over F and the
//! same for all three vectors of a correlation. Which noise is used, and what it is good for, stands with the
//! correlation.

use zeroize::Zeroize;

use crate::field::{Gf128, Kernels};
use crate::par::{self, Par};

mod fixed;
mod ring;
#[cfg(test)]
mod vectors;

use fixed::fill_fixed;
use ring::Ring;

/// k, and the largest prime p below 2^k with p = 3 modulo 8 and 2 a primitive root: x^p - 1 has no factors over
/// F2 but x - 1 and one of degree p - 1.
const PRIMES: [(u32, usize); 6] =
    [(14, 16_363), (16, 65_371), (17, 131_059), (18, 262_139), (19, 524_243), (20, 1_048_571)];

/// The code of one k.
pub(crate) struct Qc {
    k: u32,
    ring: Ring,
}

impl Qc {
    /// The smallest k that has `slots` outputs, and how many batches of it that takes: more than one only of
    /// the largest.
    pub(crate) fn params(slots: usize) -> (u32, usize) {
        let [.., (largest, outputs)] = PRIMES;
        let smallest = PRIMES.iter().find(|(_, p)| *p >= slots);
        smallest.map_or((largest, slots.div_ceil(outputs)), |(k, _)| (*k, 1))
    }

    /// p of this k: outputs of a batch.
    pub(crate) fn prime(k: u32) -> usize {
        let (_, p) = PRIMES.into_iter().find(|(some, _)| *some == k).expect("a k of the table");
        p
    }

    /// Prepares the code for `k`, which [`Qc::params`] gives: about half the work of one vector.
    pub(crate) fn new(k: u32, kernels: Kernels, par: &dyn Par) -> Qc {
        let ring = Ring::new(Qc::prime(k), kernels, par, |fixed| fill_fixed(k as u8, fixed, par));
        Qc { k, ring }
    }

    /// How many elements go into the code: 2^(k+1).
    pub(crate) fn inputs(&self) -> usize {
        2 << self.k
    }

    /// How many elements come out: p.
    pub(crate) fn outputs(&self) -> usize {
        self.ring.len()
    }

    /// The compression of a vector of [`Qc::inputs`] elements, in its place: beside it stand, for the time of
    /// the call, half as many.
    pub(crate) fn compress(&self, mut vector: Vec<Gf128>, par: &dyn Par) -> Vec<Gf128> {
        assert_eq!(vector.len(), self.inputs(), "the length of the code");
        let (p, size) = (self.outputs(), self.ring.size());
        // e₂ begins before the product's place ends.
        let mut between = vector[p..size].to_vec();
        vector[p..size].fill(Gf128::ZERO);
        let (product, rest) = vector.split_at_mut(size);
        self.ring.multiply(product, par);
        self.ring.add(&mut product[..between.len()], &between, par);
        self.ring.add(&mut product[between.len()..p], &rest[..2 * p - size], par);
        between.zeroize();
        vector[p..].zeroize();
        vector.truncate(p);
        vector.shrink_to_fit();
        vector
    }

    /// The compression of the vector whose element at each place below [`Qc::inputs`] is what `element` gives.
    /// The vector itself never stands in memory.
    pub(crate) fn compress_with(&self, element: impl Fn(usize) -> Gf128 + Sync, par: &dyn Par) -> Vec<Gf128> {
        /// Elements of a job.
        const PIECE: usize = 1 << 12;
        let p = self.outputs();
        let mut vector = vec![Gf128::ZERO; self.ring.size()];
        par::for_chunks(par, &mut vector[..p], PIECE, |piece, elements| {
            (piece * PIECE..).zip(elements).for_each(|(place, first)| *first = element(place));
        });
        self.ring.multiply(&mut vector, par);
        vector[p..].zeroize();
        vector.truncate(p);
        par::for_chunks(par, &mut vector, PIECE, |piece, elements| {
            (p + piece * PIECE..).zip(elements).for_each(|(place, sum)| *sum += element(place));
        });
        vector
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::Cpu;
    use crate::field::tests::elements;
    use crate::par::Sequential;

    /// The compression of a vector that is zero but for `entries`.
    fn compress(code: &Qc, entries: &[(usize, Gf128)]) -> Vec<Gf128> {
        let mut vector = vec![Gf128::ZERO; code.inputs()];
        entries.iter().for_each(|(place, value)| vector[*place] += *value);
        code.compress(vector, &Sequential)
    }

    fn code(k: u32) -> Qc {
        Qc::new(k, Kernels::new(Cpu::detect()), &Sequential)
    }

    #[test]
    fn parameters_are_the_smallest_that_do() {
        for (slots, due) in [
            (1, (14, 1)),
            (16_363, (14, 1)),
            (16_364, (16, 1)),
            (1_048_571, (20, 1)),
            (1_048_572, (20, 2)),
            (1_415_808, (20, 2)),
            (10 * 1_048_571, (20, 10)),
        ] {
            assert_eq!(Qc::params(slots), due);
        }
    }

    #[test]
    fn the_primes_are_as_they_have_to_be() {
        for (k, p) in PRIMES {
            assert_eq!((p.next_power_of_two(), p % 8), (1 << k, 3));
            assert!((2..).take_while(|d| d * d <= p).all(|d| p % d != 0));
            let mut power = 2;
            let order = (1..).find(|_| {
                let last = power;
                power = power * 2 % p;
                last == 1
            });
            assert_eq!(order, Some(p - 1));
        }
    }

    #[test]
    fn unit_vectors_become_rotations_and_unit_vectors() {
        let code = code(14);
        let p = code.outputs();
        let mut a = vec![Gf128::ZERO; p];
        fill_fixed(14, &mut a, &Sequential);
        for place in [0, 1, 77, p - 1] {
            let mut due = a.clone();
            due.rotate_right(place);
            assert!(compress(&code, &[(place, Gf128::ONE)]) == due);
        }
        for place in [0, 1, 20, 21, 22, 16_384 - p, p - 1] {
            let mut due = vec![Gf128::ZERO; p];
            due[place] = Gf128::ONE;
            assert!(compress(&code, &[(p + place, Gf128::ONE)]) == due);
        }
        for place in [2 * p, code.inputs() - 1] {
            let dropped = compress(&code, &[(place, Gf128::ONE)]);
            assert!(dropped == vec![Gf128::ZERO; p]);
        }
    }

    #[test]
    fn a_vector_given_by_its_elements_is_the_same_vector() {
        let code = code(14);
        let vector = elements(7, code.inputs());
        let due = code.compress(vector.clone(), &Sequential);
        assert!(code.compress_with(|place| vector[place], &Sequential) == due);
    }

    #[test]
    fn a_correlation_stays_one() {
        let code = code(16);
        let kernels = Kernels::new(Cpu::detect());
        let (b, delta) = (elements(1, code.inputs()), elements(2, 1)[0]);
        let e: Vec<_> = (0..256).map(|i| (i * 512 + 3 * i % 512, elements(3, 256)[i])).collect();
        let mut c = b.clone();
        for (place, value) in &e {
            c[*place] += kernels.mul(*value, delta);
        }
        let [mut b, c] = [b, c].map(|vector| code.compress(vector, &Sequential));
        kernels.add_scaled(&mut b, delta, &compress(&code, &e));
        assert!(b == c);
    }
}
