//! The additive FFT of up to 2^8 rows, and the sweeps that join such transforms into larger ones. What they
//! compute is told in [`fft`](crate::field::fft).
//!
//! A matrix stands row after row, and each of its columns is transformed for itself.

use super::lanes::{Factor, LANES_MAX, Lanes, Op};
use crate::field::Gf128;
use crate::field::fft::point;

/// Transforms the columns of a matrix of 2^5 to 2^8 rows. `width` is a multiple of [`LANES_MAX`], or 1 if the
/// rows are 2^8.
pub(super) struct Transform<'a, const INVERSE: bool> {
    pub(super) matrix: &'a mut [Gf128],
    pub(super) width: usize,
    pub(super) base: usize,
}

impl<const INVERSE: bool> Op for Transform<'_, INVERSE> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let Transform { matrix, width, base } = self;
        let chunk = 16 * width;
        if !INVERSE {
            taylor::<L, false>(lanes, matrix, chunk, width);
            few_rows::<L, false>(lanes, &mut rows(matrix, chunk), base >> 4);
        }
        if width == 1 {
            short_chunks::<L, INVERSE>(lanes, matrix, base);
        } else {
            for (chunk, i) in matrix.chunks_exact_mut(chunk).zip(0..) {
                columns::<L, INVERSE, 16>(lanes, &mut rows(chunk, width), base + 16 * i);
            }
        }
        if INVERSE {
            few_rows::<L, true>(lanes, &mut rows(matrix, chunk), base >> 4);
            taylor::<L, true>(lanes, matrix, chunk, width);
        }
    }
}

/// Transforms the columns of a matrix of 1, 2, 4, 8 or 16 rows, given one by one. Their length is a multiple of
/// [`LANES_MAX`].
pub(super) struct TransformRows<'a, 'b, const INVERSE: bool> {
    pub(super) rows: &'a mut [&'b mut [Gf128]],
    pub(super) base: usize,
}

impl<const INVERSE: bool> Op for TransformRows<'_, '_, INVERSE> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        few_rows::<L, INVERSE>(lanes, self.rows, self.base);
    }
}

/// The Taylor expansion of each column at x^τ + x, where a `chunk` is τ rows of `width`.
pub(super) struct Taylor<'a, const INVERSE: bool> {
    pub(super) matrix: &'a mut [Gf128],
    pub(super) chunk: usize,
    pub(super) width: usize,
}

impl<const INVERSE: bool> Op for Taylor<'_, INVERSE> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        taylor::<L, INVERSE>(lanes, self.matrix, self.chunk, self.width);
    }
}

/// `sums[i] += terms[i]`.
pub(super) struct Add<'a> {
    pub(super) sums: &'a mut [Gf128],
    pub(super) terms: &'a [Gf128],
}

impl Op for Add<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        add(lanes, self.sums, self.terms);
    }
}

/// `factors[i] *= others[i]`.
pub(super) struct Multiply<'a> {
    pub(super) factors: &'a mut [Gf128],
    pub(super) others: &'a [Gf128],
}

impl Op for Multiply<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let mut factors = self.factors.chunks_exact_mut(L::N);
        let mut others = self.others.chunks_exact(L::N);
        for (a, b) in factors.by_ref().zip(others.by_ref()) {
            lanes.store(lanes.mul(lanes.load(a), lanes.load(b)), a);
        }
        let (a, b) = (factors.into_remainder(), others.remainder());
        lanes.store_some(lanes.mul(lanes.load_some(a), lanes.load_some(b)), a);
    }
}

#[inline(always)]
fn add<L: Lanes>(lanes: L, sums: &mut [Gf128], terms: &[Gf128]) {
    let mut sums = sums.chunks_exact_mut(L::N);
    let mut terms = terms.chunks_exact(L::N);
    for (sum, term) in sums.by_ref().zip(terms.by_ref()) {
        lanes.store(lanes.add(lanes.load(sum), lanes.load(term)), sum);
    }
    for (sum, term) in sums.into_remainder().iter_mut().zip(terms.remainder()) {
        *sum += *term;
    }
}

#[inline(always)]
fn taylor<L: Lanes, const INVERSE: bool>(lanes: L, matrix: &mut [Gf128], chunk: usize, width: usize) {
    let steps = (matrix.len() / chunk).ilog2();
    for step in 0..steps {
        let part = if INVERSE { (2 * chunk) << step } else { matrix.len() >> step };
        for part in matrix.chunks_exact_mut(part) {
            taylor_step::<L, INVERSE>(lanes, part, part.len() / 2 / (chunk / width));
        }
    }
}

/// Where y = x^τ + x and the upper half of `part` stands at x^(τ·j): x^(τ·j) = y^j + x^j, j being a power of
/// two and `shift` being j rows.
#[inline(always)]
fn taylor_step<L: Lanes, const INVERSE: bool>(lanes: L, part: &mut [Gf128], shift: usize) {
    let half = part.len() / 2;
    let (low, high) = part.split_at_mut(half);
    if INVERSE {
        add(lanes, &mut low[shift..], &high[..half - shift]);
    }
    let (first, last) = high.split_at_mut(half - shift);
    add(lanes, &mut first[..shift], last);
    if !INVERSE {
        add(lanes, &mut low[shift..], first);
    }
}

/// The rows of a matrix of at most 16, and no rows.
#[inline(always)]
fn rows(matrix: &mut [Gf128], width: usize) -> [&mut [Gf128]; 16] {
    let mut rows = matrix.chunks_exact_mut(width);
    [(); 16].map(|()| rows.next().unwrap_or_default())
}

#[inline(always)]
fn few_rows<L: Lanes, const INVERSE: bool>(lanes: L, rows: &mut [&mut [Gf128]], base: usize) {
    match rows.iter().take_while(|row| !row.is_empty()).count() {
        2 => columns::<L, INVERSE, 2>(lanes, rows, base),
        4 => columns::<L, INVERSE, 4>(lanes, rows, base),
        8 => columns::<L, INVERSE, 8>(lanes, rows, base),
        16 => columns::<L, INVERSE, 16>(lanes, rows, base),
        rows => assert_eq!(rows, 1, "a power of two"),
    }
}

/// Transforms the columns of a matrix with `ROWS` rows. The factors stand level after level from the highest
/// on: one, then two, four and eight.
#[inline(always)]
fn columns<L: Lanes, const INVERSE: bool, const ROWS: usize>(
    lanes: L,
    rows: &mut [&mut [Gf128]],
    base: usize,
) {
    let zero = lanes.splat(Gf128::ZERO);
    let mut factors = [lanes.factor(zero); 16];
    for level in 0..ROWS.ilog2() {
        let first = ROWS >> (level + 1);
        for i in 0..first {
            factors[first + i] = lanes.factor(lanes.splat(point((base >> level) + 2 * i)));
        }
    }
    for column in (0..rows[0].len()).step_by(L::N) {
        let mut v = [zero; ROWS];
        for (v, row) in v.iter_mut().zip(rows.iter()) {
            *v = lanes.load(&row[column..]);
        }
        match ROWS {
            2 => butterfly::<L, INVERSE>(lanes, &mut v, [0, 1], factors[1]),
            4 => four::<L, INVERSE>(lanes, &mut v, [0, 1, 2, 3], [factors[1], factors[2], factors[3]]),
            8 => eight::<L, INVERSE>(lanes, &mut v, &factors),
            _ => sixteen::<L, INVERSE>(lanes, &mut v, &factors),
        }
        for (v, row) in v.iter().zip(rows.iter_mut()) {
            lanes.store(*v, &mut row[column..]);
        }
    }
}

/// Transforms each chunk of 16 elements, as many chunks at once as a vector has elements.
#[inline(always)]
fn short_chunks<L: Lanes, const INVERSE: bool>(lanes: L, elements: &mut [Gf128], base: usize) {
    let mut offsets = [lanes.factor(lanes.splat(Gf128::ZERO)); 16];
    for (offset, points) in offsets.iter_mut().zip(&OFFSETS) {
        *offset = lanes.factor(lanes.load(points));
    }
    for (chunks, i) in elements.chunks_exact_mut(16 * L::N).zip(0..) {
        let base = base + 16 * L::N * i;
        let mut factors = offsets;
        for level in 0..4 {
            let at_base = lanes.factor(lanes.splat(point(base >> level)));
            for factor in &mut factors[8 >> level..16 >> level] {
                *factor = lanes.add_factor(*factor, at_base);
            }
        }
        let mut v = [lanes.splat(Gf128::ZERO); 16];
        for (v, column) in v.chunks_exact_mut(L::N).zip((0..).step_by(L::N)) {
            for (v, chunk) in v.iter_mut().zip(chunks.chunks_exact(16)) {
                *v = lanes.load(&chunk[column..]);
            }
            lanes.transpose(v);
        }
        sixteen::<L, INVERSE>(lanes, &mut v, &factors);
        for (v, column) in v.chunks_exact_mut(L::N).zip((0..).step_by(L::N)) {
            lanes.transpose(v);
            for (v, chunk) in v.iter().zip(chunks.chunks_exact_mut(16)) {
                lanes.store(*v, &mut chunk[column..]);
            }
        }
    }
}

/// The factors of the first chunks of 16, for each chunk in the order of [`columns`].
static OFFSETS: [[Gf128; LANES_MAX]; 16] = {
    let mut offsets = [[Gf128::ZERO; LANES_MAX]; 16];
    let mut level = 0;
    while level < 4 {
        let first = 8 >> level;
        let mut at = 0;
        while at < first * LANES_MAX {
            let (i, chunk) = (at / LANES_MAX, at % LANES_MAX);
            offsets[first + i][chunk] = point(((16 * chunk) >> level) + 2 * i);
            at += 1;
        }
        level += 1;
    }
    offsets
};

/// 8 = 2 · 4: the Taylor expansion at x^4 + x, four columns of two rows, two chunks of four rows.
#[inline(always)]
fn eight<L: Lanes, const INVERSE: bool>(lanes: L, v: &mut [L::V], factors: &[Factor<L::V>; 16]) {
    let [_, f1, f2, f3, rest @ ..] = *factors;
    if !INVERSE {
        for i in (4..8).rev() {
            v[i - 3] = lanes.add(v[i - 3], v[i]);
        }
        for i in 0..4 {
            butterfly::<L, false>(lanes, v, [i, i + 4], f1);
        }
    }
    four::<L, INVERSE>(lanes, v, [0, 1, 2, 3], [f2, rest[0], rest[1]]);
    four::<L, INVERSE>(lanes, v, [4, 5, 6, 7], [f3, rest[2], rest[3]]);
    if INVERSE {
        for i in 0..4 {
            butterfly::<L, true>(lanes, v, [i, i + 4], f1);
        }
        for i in 4..8 {
            v[i - 3] = lanes.add(v[i - 3], v[i]);
        }
    }
}

/// 16 = 4 · 4: the Taylor expansion at x^4 + x, four columns of four rows, four chunks of four rows.
#[inline(always)]
fn sixteen<L: Lanes, const INVERSE: bool>(lanes: L, v: &mut [L::V], factors: &[Factor<L::V>; 16]) {
    let [_, f1, f2, f3, rest @ ..] = *factors;
    if !INVERSE {
        for i in (8..16).rev() {
            v[i - 6] = lanes.add(v[i - 6], v[i]);
        }
        for i in [7, 6, 5, 4, 15, 14, 13, 12] {
            v[i - 3] = lanes.add(v[i - 3], v[i]);
        }
        for i in 0..4 {
            four::<L, false>(lanes, v, [i, i + 4, i + 8, i + 12], [f1, f2, f3]);
        }
    }
    for i in 0..4 {
        let factors = [rest[i], rest[4 + 2 * i], rest[5 + 2 * i]];
        four::<L, INVERSE>(lanes, v, [4 * i, 4 * i + 1, 4 * i + 2, 4 * i + 3], factors);
    }
    if INVERSE {
        for i in 0..4 {
            four::<L, true>(lanes, v, [i, i + 4, i + 8, i + 12], [f1, f2, f3]);
        }
        for i in [12, 13, 14, 15, 4, 5, 6, 7] {
            v[i - 3] = lanes.add(v[i - 3], v[i]);
        }
        for i in 8..16 {
            v[i - 6] = lanes.add(v[i - 6], v[i]);
        }
    }
}

/// The Taylor expansion at x^2 + x, then two levels of butterflies.
#[inline(always)]
fn four<L: Lanes, const INVERSE: bool>(
    lanes: L,
    v: &mut [L::V],
    [a, b, c, d]: [usize; 4],
    [upper, first, second]: [Factor<L::V>; 3],
) {
    if !INVERSE {
        v[c] = lanes.add(v[c], v[d]);
        v[b] = lanes.add(v[b], v[c]);
        butterfly::<L, false>(lanes, v, [a, c], upper);
        butterfly::<L, false>(lanes, v, [b, d], upper);
    }
    butterfly::<L, INVERSE>(lanes, v, [a, b], first);
    butterfly::<L, INVERSE>(lanes, v, [c, d], second);
    if INVERSE {
        butterfly::<L, true>(lanes, v, [a, c], upper);
        butterfly::<L, true>(lanes, v, [b, d], upper);
        v[b] = lanes.add(v[b], v[c]);
        v[c] = lanes.add(v[c], v[d]);
    }
}

#[inline(always)]
fn butterfly<L: Lanes, const INVERSE: bool>(
    lanes: L,
    v: &mut [L::V],
    [low, high]: [usize; 2],
    factor: Factor<L::V>,
) {
    if INVERSE {
        v[high] = lanes.add(v[high], v[low]);
        v[low] = lanes.add(v[low], lanes.times(factor, v[high]));
    } else {
        v[low] = lanes.add(v[low], lanes.times(factor, v[high]));
        v[high] = lanes.add(v[high], v[low]);
    }
}
