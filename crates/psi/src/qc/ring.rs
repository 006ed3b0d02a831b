//! Products with one fixed element of F\[x\]/(x^p - 1).
//!
//! The product of two polynomials of degree below 2^k is found modulo s and modulo s + 1, where s is the
//! product of x - u over the first 2^k points of the [`fft`]; the second of these are the points from number
//! 2^k on. If h₀ and h₁ are the two, the product is h₀ + (h₀ + h₁) · s. In the Cantor basis s has few terms, so
//! that this last step and the reduction modulo x^p - 1 are a few additions of shifted vectors, and no vector
//! of 2^(k+1) elements is needed.

use zeroize::Zeroizing;

use crate::field::{Gf128, Kernels, fft};
use crate::par::{self, Par};

/// Elements that one job adds.
const PIECE: usize = 1 << 14;

/// The ring, and the fixed element by its values.
pub(super) struct Ring {
    p: usize,
    kernels: Kernels,
    /// The values of the fixed element at the points from number 0 and from number 2^k on.
    values: [Vec<Gf128>; 2],
}

impl Ring {
    /// `fill` writes the p coefficients of the fixed element.
    pub(super) fn new(p: usize, kernels: Kernels, par: &dyn Par, fill: impl Fn(&mut [Gf128])) -> Ring {
        let size = p.next_power_of_two();
        let mut fixed = vec![Gf128::ZERO; size];
        fill(&mut fixed[..p]);
        let mut values = [fixed.clone(), fixed];
        for (values, base) in values.iter_mut().zip([0, size]) {
            fft::evaluate(kernels, par, values, base);
        }
        Ring { p, kernels, values }
    }

    pub(super) fn len(&self) -> usize {
        self.p
    }

    /// 2^k, the power of two above p.
    pub(super) fn size(&self) -> usize {
        self.values[0].len()
    }

    /// Multiplies the element that `element` begins with by the fixed one. It has [`Ring::size`] places, those
    /// from p on with zeros; afterwards they hold nothing of use.
    pub(super) fn multiply(&self, element: &mut [Gf128], par: &dyn Par) {
        let mut quotient = Zeroizing::new(element.to_vec());
        fft::multiply(self.kernels, par, element, &self.values[0], 0);
        fft::multiply(self.kernels, par, &mut quotient, &self.values[1], self.size());
        self.add(&mut quotient, element, par);
        let (element, quotient) = (self.fold(element), self.fold(&mut quotient));
        par::for_chunks(par, element, PIECE, |index, piece| {
            for term in terms(self.size().ilog2()) {
                self.add_cyclic(piece, quotient, self.p + index * PIECE - (1 << term) % self.p);
            }
        });
    }

    /// `sums[i] += terms[i]`.
    pub(super) fn add(&self, sums: &mut [Gf128], terms: &[Gf128], par: &dyn Par) {
        par::for_chunks(par, sums, PIECE, |index, sums| {
            self.kernels.add(sums, &terms[index * PIECE..][..sums.len()]);
        });
    }

    /// `sums[i] += terms[(start + i) mod p]`, where `terms` are p.
    fn add_cyclic(&self, sums: &mut [Gf128], terms: &[Gf128], start: usize) {
        let terms = terms.split_at(start % self.p);
        let (sums, wrapped) = sums.split_at_mut(sums.len().min(terms.1.len()));
        self.kernels.add(sums, &terms.1[..sums.len()]);
        self.kernels.add(wrapped, &terms.0[..wrapped.len()]);
    }

    /// The first p coefficients, after x^p has become 1.
    fn fold<'a>(&self, coefficients: &'a mut [Gf128]) -> &'a mut [Gf128] {
        let (element, over) = coefficients.split_at_mut(self.p);
        self.kernels.add(&mut element[..over.len()], over);
        element
    }
}

/// The exponents j of the terms x^(2^j) of s: it is x² + x composed k times with itself, where the binomial
/// coefficient of k and j is odd.
fn terms(k: u32) -> impl Iterator<Item = u32> {
    (0..=k).filter(move |j| k & j == *j)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::Cpu;
    use crate::field::tests::elements;
    use crate::par::Sequential;
    use crate::par::tests::Rayon;

    /// a · b by the definition.
    fn slow_product(kernels: Kernels, a: &[Gf128], b: &[Gf128]) -> Vec<Gf128> {
        let p = a.len();
        let mut product = vec![Gf128::ZERO; p];
        for (i, b) in b.iter().enumerate() {
            for (j, a) in a.iter().enumerate() {
                product[(i + j) % p] += kernels.mul(*a, *b);
            }
        }
        product
    }

    fn ring(fixed: &[Gf128], kernels: Kernels, par: &dyn Par) -> Ring {
        Ring::new(fixed.len(), kernels, par, |place| place.copy_from_slice(fixed))
    }

    fn product(ring: &Ring, mut element: Vec<Gf128>, par: &dyn Par) -> Vec<Gf128> {
        element.resize(ring.size(), Gf128::ZERO);
        ring.multiply(&mut element, par);
        element.truncate(ring.len());
        element
    }

    #[test]
    fn products_are_those_of_the_ring() {
        // 61, 509 and 1021 are as the primes in use; the others try every k.
        for p in [3, 5, 11, 29, 61, 101, 251, 509, 1021, 2039] {
            for cpu in Cpu::all_here() {
                let kernels = Kernels::new(cpu);
                let (a, b) = (elements(1, p), elements(2, p));
                let ring = ring(&a, kernels, &Sequential);
                assert!(
                    product(&ring, b.clone(), &Sequential) == slow_product(kernels, &a, &b),
                    "{p} {cpu:?}"
                );
            }
        }
    }

    #[test]
    fn products_are_linear() {
        let p = 16_363;
        let kernels = Kernels::new(Cpu::detect());
        let ring = ring(&elements(1, p), kernels, &Sequential);
        let (b, c, factor) = (elements(2, p), elements(3, p), elements(4, 1)[0]);
        let mut sum = b.clone();
        kernels.add_scaled(&mut sum, factor, &c);
        let [b, c, sum] = [b, c, sum].map(|element| product(&ring, element, &Sequential));
        let mut due = b;
        kernels.add_scaled(&mut due, factor, &c);
        assert!(sum == due);
    }

    #[test]
    fn any_number_of_threads_and_any_instructions_give_the_same() {
        let p = 131_059;
        let (a, b) = (elements(1, p), elements(2, p));
        let mut all = Vec::new();
        for cpu in Cpu::all_here() {
            let ring = ring(&a, Kernels::new(cpu), &Sequential);
            all.push(product(&ring, b.clone(), &Sequential));
        }
        let kernels = Kernels::new(Cpu::detect());
        for count in [1, 2, 3, 16] {
            let par = Rayon::new(count);
            all.push(product(&ring(&a, kernels, &par), b.clone(), &par));
        }
        assert!(all.windows(2).all(|pair| pair[0] == pair[1]));
    }
}
