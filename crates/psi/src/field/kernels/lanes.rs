//! Vectors of field elements, and multiplication over them. No instruction is named here.

use crate::field::Gf128;

/// Which halves of two elements are multiplied: the first letter is the left element's half, L being the
/// coefficients of x^0..x^63. The numbers are the immediate operand of PCLMULQDQ.
pub(super) const LL: i32 = 0x00;
pub(super) const HL: i32 = 0x01;
pub(super) const LH: i32 = 0x10;
pub(super) const HH: i32 = 0x11;

/// The most elements a vector has.
pub(crate) const LANES_MAX: usize = 4;

/// The means of one level: vectors of `N` elements. A value exists only where the processor has the means.
///
/// Everything is to be inlined into [`Lanes::run`]; only there the compiler may use the instructions. Hence
/// loops: a closure may stay outside.
pub(crate) trait Lanes: Copy {
    const N: usize;

    type V: Copy;

    /// Runs `op` where the instructions may be used.
    fn run<O: Op>(self, op: O) -> O::Output;

    fn splat(self, element: Gf128) -> Self::V;

    /// The first `N` elements.
    fn load(self, elements: &[Gf128]) -> Self::V;

    /// Into the first `N` elements.
    fn store(self, v: Self::V, elements: &mut [Gf128]);

    /// The first `N` numbers, each as the lower half of an element whose upper half is anything.
    fn load_lower(self, numbers: &[u64]) -> Self::V;

    /// `N` vectors as the rows of a matrix become its columns.
    fn transpose(self, vectors: &mut [Self::V]);

    fn add(self, a: Self::V, b: Self::V) -> Self::V;

    /// The carry-less products of the `HALVES` of each pair of elements.
    fn clmul<const HALVES: i32>(self, a: Self::V, b: Self::V) -> Self::V;

    /// The lower halves, times x^64.
    fn up(self, v: Self::V) -> Self::V;

    /// The upper halves, divided by x^64.
    fn down(self, v: Self::V) -> Self::V;

    /// The lower halves times x^7 + x^2 + x + 1.
    fn fold_lower(self, v: Self::V) -> Self::V;

    /// The upper halves, divided by x^64, times x^7 + x^2 + x + 1.
    fn fold_upper(self, v: Self::V) -> Self::V;

    /// At most `N` elements, and zeros.
    #[inline(always)]
    fn load_some(self, elements: &[Gf128]) -> Self::V {
        let mut padded = [Gf128::ZERO; LANES_MAX];
        padded[..elements.len()].copy_from_slice(elements);
        self.load(&padded)
    }

    /// Into at most `N` elements.
    #[inline(always)]
    fn store_some(self, v: Self::V, elements: &mut [Gf128]) {
        let mut padded = [Gf128::ZERO; LANES_MAX];
        self.store(v, &mut padded);
        elements.copy_from_slice(&padded[..elements.len()]);
    }

    /// The sum of the `N` elements.
    #[inline(always)]
    fn total(self, v: Self::V) -> Gf128 {
        let mut elements = [Gf128::ZERO; LANES_MAX];
        self.store(v, &mut elements);
        elements.into_iter().sum()
    }

    /// The empty sum of products.
    #[inline(always)]
    fn no_product(self) -> Wide<Self::V> {
        let zero = self.splat(Gf128::ZERO);
        Wide { low: zero, mid: zero, high: zero }
    }

    /// a · b, not reduced.
    #[inline(always)]
    fn product(self, a: Self::V, b: Self::V) -> Wide<Self::V> {
        Wide {
            low: self.clmul::<LL>(a, b),
            mid: self.add(self.clmul::<LH>(a, b), self.clmul::<HL>(a, b)),
            high: self.clmul::<HH>(a, b),
        }
    }

    #[inline(always)]
    fn add_wide(self, a: Wide<Self::V>, b: Wide<Self::V>) -> Wide<Self::V> {
        Wide { low: self.add(a.low, b.low), mid: self.add(a.mid, b.mid), high: self.add(a.high, b.high) }
    }

    /// The elements that unreduced products stand for.
    #[inline(always)]
    fn reduce(self, wide: Wide<Self::V>) -> Self::V {
        // The upper half of `high` stands at x^192 and goes to x^64, where it fits beside `mid`; what then
        // stands at x^128 is 64 bits wide and, folded, below x^71.
        let mid = self.add(wide.mid, self.fold_upper(wide.high));
        let over = self.add(wide.high, self.down(mid));
        self.add(self.add(wide.low, self.up(mid)), self.fold_lower(over))
    }

    /// a · b.
    #[inline(always)]
    fn mul(self, a: Self::V, b: Self::V) -> Self::V {
        self.reduce(self.product(a, b))
    }

    #[inline(always)]
    fn factor(self, factor: Self::V) -> Factor<Self::V> {
        // x^64 · (l + h · x^64) = l · x^64 + h · x^128.
        let shifted = self.add(self.up(factor), self.fold_upper(factor));
        Factor { plain: factor, shifted }
    }

    #[inline(always)]
    fn add_factor(self, a: Factor<Self::V>, b: Factor<Self::V>) -> Factor<Self::V> {
        Factor { plain: self.add(a.plain, b.plain), shifted: self.add(a.shifted, b.shifted) }
    }

    /// factor · v, with five half products where [`Lanes::mul`] takes six.
    #[inline(always)]
    fn times(self, factor: Factor<Self::V>, v: Self::V) -> Self::V {
        let low = self.add(self.clmul::<LL>(factor.plain, v), self.clmul::<LH>(factor.shifted, v));
        let mid = self.add(self.clmul::<HL>(factor.plain, v), self.clmul::<HH>(factor.shifted, v));
        self.add(self.add(low, self.up(mid)), self.fold_upper(mid))
    }

    /// The lower half of `half` times v.
    #[inline(always)]
    fn times_lower(self, half: Self::V, v: Self::V) -> Self::V {
        let (low, mid) = (self.clmul::<LL>(half, v), self.clmul::<LH>(half, v));
        self.add(self.add(low, self.up(mid)), self.fold_upper(mid))
    }
}

/// Sums of products before reduction: low + mid · x^64 + high · x^128.
#[derive(Clone, Copy)]
pub(crate) struct Wide<V> {
    pub(super) low: V,
    pub(super) mid: V,
    pub(super) high: V,
}

/// Elements that many others are multiplied by: themselves and their products with x^64, reduced.
#[derive(Clone, Copy)]
pub(crate) struct Factor<V> {
    plain: V,
    shifted: V,
}

/// Work that is written once for all levels. `run` is to be `#[inline(always)]`.
pub(crate) trait Op {
    type Output;

    fn run<L: Lanes>(self, lanes: L) -> Self::Output;
}
