//! The additive FFT in the Cantor basis: values of a polynomial over GF(2^128) at 2^m points, and back.
//!
//! The points are the sums over the [basis]; those numbered base to base + 2^m - 1 are the ones of one
//! transform, base being a multiple of 2^m. What makes this basis fast: y = x^(2^r) + x, r a power of two,
//! maps the point of number u to the one of number u >> r. So with τ = 2^r the largest power of two below m,
//! a transform of 2^m coefficients is
//!
//! 1. the Taylor expansion at x^(2^τ) + x, additions alone: a polynomial in y whose coefficients, polynomials
//!    in x of degree below 2^τ, become the rows of a matrix;
//! 2. a transform of each column, at the points base >> τ onwards;
//! 3. a transform of each row.
//!
//! The inverse undoes these in reverse. Transforms of at most 2^8 rows are [`Kernels::transform`]; rows of 2^8
//! and of 2^16 elements keep the work inside the caches. No thread is started here, and the jobs given to
//! [`Par`] do not depend on how many there are.

use zeroize::Zeroizing;

use super::{Gf128, Kernels, LANES_MAX};
use crate::par::{self, Par, Sequential};

mod basis;

pub(super) use basis::point;

/// The largest transform is that of 2^LOG_MAX coefficients, and so many points are numbered.
const LOG_MAX: u32 = 24;

/// Elements that one job adds or transforms.
const PIECE: usize = 1 << 14;

/// Elements that fit into the first cache with room to spare.
const TILE: usize = 1 << 11;

/// Replaces coefficients, a power of two of them, by the values at as many points from number `base` on.
pub(crate) fn evaluate(kernels: Kernels, par: &dyn Par, coefficients: &mut [Gf128], base: usize) {
    let Some(row) = row_length(coefficients, base) else {
        return kernel::<false>(kernels, coefficients, base);
    };
    expand::<false>(kernels, par, coefficients, row, base);
    let piece = row.max(PIECE);
    par::for_chunks(par, coefficients, piece, |index, coefficients| {
        let rows = coefficients.chunks_exact_mut(row);
        for (row, base) in rows.zip((base + index * piece..).step_by(row)) {
            evaluate(kernels, &Sequential, row, base);
        }
    });
}

/// Replaces the coefficients of f by those of f · g modulo the product of x - u over the points u from number
/// `base` on, as many as there are coefficients. Of g the values at these points are given.
pub(crate) fn multiply(
    kernels: Kernels,
    par: &dyn Par,
    coefficients: &mut [Gf128],
    values: &[Gf128],
    base: usize,
) {
    assert_eq!(coefficients.len(), values.len(), "one length");
    let Some(row) = row_length(coefficients, base) else {
        kernel::<false>(kernels, coefficients, base);
        kernels.multiply(coefficients, values);
        return kernel::<true>(kernels, coefficients, base);
    };
    expand::<false>(kernels, par, coefficients, row, base);
    let piece = row.max(PIECE);
    par::for_chunks(par, coefficients, piece, |index, coefficients| {
        let rows = coefficients.chunks_exact_mut(row).zip(values[index * piece..].chunks_exact(row));
        for ((row, values), base) in rows.zip((base + index * piece..).step_by(row)) {
            multiply(kernels, &Sequential, row, values, base);
        }
    });
    expand::<true>(kernels, par, coefficients, row, base);
}

/// The length of the rows that so many coefficients are cut into, if it is more than one kernel's work.
fn row_length(coefficients: &[Gf128], base: usize) -> Option<usize> {
    let length = coefficients.len();
    assert!(length.is_power_of_two() && base.is_multiple_of(length), "a coset of a subspace");
    assert!(base + length <= 1 << LOG_MAX, "points that are numbered");
    match length.ilog2() {
        0..=8 => None,
        9..=16 => Some(1 << 8),
        _ => Some(1 << 16),
    }
}

/// A transform of at most 2^8 coefficients.
fn kernel<const INVERSE: bool>(kernels: Kernels, elements: &mut [Gf128], base: usize) {
    if elements.len() == 1 << 8 {
        return kernels.transform::<INVERSE>(elements, 1, base);
    }
    // Too few to fill vectors: as the first column of a matrix.
    let mut matrix = Zeroizing::new(vec![Gf128::ZERO; elements.len() * LANES_MAX]);
    for (element, row) in elements.iter().zip(matrix.chunks_exact_mut(LANES_MAX)) {
        row[0] = *element;
    }
    let mut rows: Vec<_> = matrix.chunks_exact_mut(LANES_MAX).collect();
    columns::<INVERSE>(kernels, &mut rows, base);
    for (element, row) in elements.iter_mut().zip(matrix.chunks_exact(LANES_MAX)) {
        *element = row[0];
    }
}

/// Steps 1 and 2, or their inverse, for a matrix with rows of length `row`.
fn expand<const INVERSE: bool>(
    kernels: Kernels,
    par: &dyn Par,
    matrix: &mut [Gf128],
    row: usize,
    base: usize,
) {
    if !INVERSE {
        taylor::<false>(kernels, par, matrix, row);
    }
    let mut strips = strips(matrix, row, (row / 16).max(64));
    par::for_chunks(par, &mut strips, 1, |_, strip| columns::<INVERSE>(kernels, &mut strip[0], base / row));
    if INVERSE {
        taylor::<true>(kernels, par, matrix, row);
    }
}

/// The Taylor expansion at x^row + x.
fn taylor<const INVERSE: bool>(kernels: Kernels, par: &dyn Par, part: &mut [Gf128], row: usize) {
    if part.len() <= row {
        return;
    }
    if part.len() <= TILE {
        return kernels.taylor::<INVERSE>(part, row, 1);
    }
    if !INVERSE {
        taylor_step::<false>(kernels, par, part, row);
    }
    let (low, high) = part.split_at_mut(part.len() / 2);
    taylor::<INVERSE>(kernels, par, low, row);
    taylor::<INVERSE>(kernels, par, high, row);
    if INVERSE {
        taylor_step::<true>(kernels, par, part, row);
    }
}

/// The upper half of `part` stands at x^(row · j), j being a power of two, and x^(row · j) = y^j + x^j.
fn taylor_step<const INVERSE: bool>(kernels: Kernels, par: &dyn Par, part: &mut [Gf128], row: usize) {
    let half = part.len() / 2;
    let shift = half / row;
    let (low, high) = part.split_at_mut(half);
    let (first, last) = high.split_at_mut(half - shift);
    if !INVERSE {
        kernels.add(&mut first[..shift], last);
    }
    par::for_chunks(par, &mut low[shift..], PIECE, |index, sums| {
        kernels.add(sums, &first[index * PIECE..][..sums.len()]);
    });
    if INVERSE {
        kernels.add(&mut first[..shift], last);
    }
}

/// The matrix with rows of length `row` as matrices with rows of length `width`.
fn strips(matrix: &mut [Gf128], row: usize, width: usize) -> Vec<Vec<&mut [Gf128]>> {
    let mut strips: Vec<Vec<_>> = (0..row / width).map(|_| Vec::new()).collect();
    for row in matrix.chunks_exact_mut(row) {
        for (strip, part) in strips.iter_mut().zip(row.chunks_exact_mut(width)) {
            strip.push(part);
        }
    }
    strips
}

/// Transforms the columns of a matrix that is given by its rows, at most 2^8 of them.
fn columns<const INVERSE: bool>(kernels: Kernels, rows: &mut [&mut [Gf128]], base: usize) {
    if rows.len() <= 16 {
        return kernels.transform_rows::<INVERSE>(rows, base);
    }
    // In a place of their own, as rows that are powers of two apart crowd into few lines of the cache.
    let width = (TILE / rows.len()).min(rows[0].len());
    let mut tile = Zeroizing::new(vec![Gf128::ZERO; rows.len() * width]);
    for column in (0..rows[0].len()).step_by(width) {
        for (copy, row) in tile.chunks_exact_mut(width).zip(rows.iter()) {
            copy.copy_from_slice(&row[column..column + width]);
        }
        kernels.transform::<INVERSE>(&mut tile, width, base);
        for (copy, row) in tile.chunks_exact(width).zip(rows.iter_mut()) {
            row[column..column + width].copy_from_slice(copy);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::Cpu;
    use crate::field::tests::elements;
    use crate::par::tests::Rayon;

    fn all_kernels() -> impl Iterator<Item = Kernels> {
        Cpu::all_here().into_iter().map(Kernels::new)
    }

    /// The value at the point of number `index`, by Horner's rule.
    fn value(kernels: Kernels, coefficients: &[Gf128], index: usize) -> Gf128 {
        let point = point(index);
        coefficients.iter().rev().fold(Gf128::ZERO, |value, c| kernels.mul(value, point) + *c)
    }

    #[test]
    fn evaluates_at_the_points_from_base_on() {
        for (log, count) in [(0, 1), (1, 2), (2, 4), (3, 8), (4, 16), (5, 32), (6, 64), (7, 128), (8, 256)] {
            check_values(log, (0..count).collect());
        }
        for log in 9..=18 {
            let last = (1 << log) - 1;
            check_values(log, vec![0, 1, 255, 256, 300, last / 3, last / 2, last / 2 + 1, last - 1, last]);
        }
    }

    fn check_values(log: u32, indices: Vec<usize>) {
        let coefficients = elements(log.into(), 1 << log);
        for base in [0, 1, 2, 5].map(|base| base << log) {
            let mut values = coefficients.clone();
            evaluate(Kernels::new(Cpu::detect()), &Sequential, &mut values, base);
            for index in &indices {
                let due = value(Kernels::new(Cpu::detect()), &coefficients, base + index);
                assert!(values[*index] == due, "2^{log} at {base} + {index}");
            }
            for kernels in all_kernels() {
                let mut others = coefficients.clone();
                evaluate(kernels, &Sequential, &mut others, base);
                assert!(others == values, "2^{log} at {base}");
            }
        }
    }

    #[test]
    fn multiplication_by_one_changes_nothing() {
        for log in 0..=18 {
            for (kernels, base) in all_kernels().zip([3, 0, 1, 2]) {
                let coefficients = elements(log, 1 << log);
                let mut product = coefficients.clone();
                multiply(kernels, &Sequential, &mut product, &vec![Gf128::ONE; 1 << log], base << log);
                assert!(product == coefficients, "2^{log}");
            }
        }
    }

    #[test]
    fn products_are_those_of_polynomials() {
        for (log, kernels) in (1..=9).flat_map(|log| all_kernels().map(move |kernels| (log, kernels))) {
            let (f, g) = (elements(1, 1 << (log - 1)), elements(2, 1 << (log - 1)));
            let mut due = vec![Gf128::ZERO; 1 << log];
            for (i, f) in f.iter().enumerate() {
                kernels.add_scaled(&mut due[i..i + g.len()], *f, &g);
            }
            let [mut product, mut values] = [f, g].map(|mut half| {
                half.resize(1 << log, Gf128::ZERO);
                half
            });
            evaluate(kernels, &Sequential, &mut values, 0);
            multiply(kernels, &Sequential, &mut product, &values, 0);
            assert!(product == due, "2^{log}");
        }
    }

    #[test]
    fn any_number_of_threads_gives_the_same() {
        let kernels = Kernels::new(Cpu::detect());
        let results: Vec<_> = [1, 2, 3, 16]
            .map(|count| {
                let (mut product, mut values) = (elements(1, 1 << 18), elements(2, 1 << 18));
                evaluate(kernels, &Rayon::new(count), &mut values, 1 << 18);
                multiply(kernels, &Rayon::new(count), &mut product, &values, 1 << 18);
                product
            })
            .into();
        assert!(results.windows(2).all(|pair| pair[0] == pair[1]));
    }
}
