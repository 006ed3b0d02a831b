//! The dense slots: a small linear system for the rows that peeling left over. Rare, so written for clarity.

use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::encode::EncodeFailed;
use super::peel::Peeling;
use super::rows::Positions;
use super::{Rows, Shape};
use crate::field::{Gf128, Kernels};

/// Chooses the dense slots D such that the gap rows hold as soon as all others do.
///
/// A gap row, with every pivot in it replaced by what the pivot's own row says of it, and again until no pivot
/// is left, is an equation in D alone, the slots that are nobody's pivot being zero.
///
/// # Errors
/// [`EncodeFailed`] if the equations have no solution for every right side.
pub(super) fn solve(
    peeling: &Peeling,
    rows: &Rows,
    shape: &Shape,
    kernels: Kernels,
    dense: &mut [Gf128],
) -> Result<(), EncodeFailed> {
    let pivots = Pivots::new(peeling, shape.sparse);
    let mut equations: Vec<Equation> = peeling
        .gaps()
        .iter()
        .map(|row| Equation::of_gap(usize::from(*row), &pivots, peeling, rows, shape.dense, kernels))
        .collect();
    eliminate(&mut equations, kernels, dense)
}

/// For each column the step of the peeling order whose pivot it is, if any.
#[derive(ZeroizeOnDrop)]
struct Pivots(Vec<Option<u16>>);

impl Pivots {
    fn new(peeling: &Peeling, columns: usize) -> Pivots {
        let mut steps = vec![None; columns];
        for (index, step) in peeling.order().iter().enumerate() {
            steps[step.pivot()] = Some(index as u16);
        }
        Pivots(steps)
    }

    /// Adds 1 modulo 2 to the coefficient of a column's pivot.
    fn toggle(&self, coefficients: &mut [bool], column: usize) {
        if let Some(step) = self.0[column] {
            coefficients[usize::from(step)] ^= true;
        }
    }
}

/// Σ coefficients\[k\]·D\[k\] = constant.
#[derive(Zeroize, ZeroizeOnDrop)]
struct Equation {
    coefficients: Vec<Gf128>,
    constant: Gf128,
}

impl Equation {
    fn of_gap(
        row: usize,
        pivots: &Pivots,
        peeling: &Peeling,
        rows: &Rows,
        dense: usize,
        kernels: Kernels,
    ) -> Equation {
        let mut equation = Equation { coefficients: vec![Gf128::ZERO; dense], constant: Gf128::ZERO };
        equation.add_row(rows, row, kernels);
        let mut open = Zeroizing::new(vec![false; peeling.order().len()]);
        let positions: Positions = rows.positions()[row];
        positions.get().into_iter().for_each(|column| pivots.toggle(&mut open, column));
        // A row's other pivots belong to later steps: one sweep meets them all.
        for (index, step) in peeling.order().iter().enumerate() {
            if open[index] {
                equation.add_row(rows, step.row(), kernels);
                step.others().into_iter().for_each(|column| pivots.toggle(&mut open, column));
            }
        }
        equation
    }

    /// Adds the dense part and the value of a row.
    fn add_row(&mut self, rows: &Rows, row: usize, kernels: Kernels) {
        let key = Gf128(u128::from(rows.keys()[row]));
        let mut power = key;
        for coefficient in &mut self.coefficients {
            *coefficient += power;
            power = kernels.mul(power, key);
        }
        self.constant += rows.values()[row];
    }

    fn scale(&mut self, factor: Gf128, kernels: Kernels) {
        self.coefficients.iter_mut().for_each(|c| *c = kernels.mul(*c, factor));
        self.constant = kernels.mul(self.constant, factor);
    }

    fn add_scaled(&mut self, factor: Gf128, other: &Equation, kernels: Kernels) {
        kernels.add_scaled(&mut self.coefficients, factor, &other.coefficients);
        self.constant += kernels.mul(factor, other.constant);
    }
}

/// Gauss and Jordan with the leftmost possible pivots; unknowns that no equation needs are zero.
fn eliminate(
    equations: &mut [Equation],
    kernels: Kernels,
    unknowns: &mut [Gf128],
) -> Result<(), EncodeFailed> {
    let mut solved = Vec::with_capacity(equations.len());
    for column in 0..unknowns.len() {
        let rank = solved.len();
        let Some(found) = (rank..equations.len()).find(|i| equations[*i].coefficients[column] != Gf128::ZERO)
        else {
            continue;
        };
        equations.swap(rank, found);
        clear_column(equations, rank, column, kernels);
        solved.push(column);
    }
    if solved.len() < equations.len() {
        return Err(EncodeFailed);
    }
    unknowns.fill(Gf128::ZERO);
    for (equation, column) in equations.iter().zip(solved) {
        unknowns[column] = equation.constant;
    }
    Ok(())
}

/// Makes the coefficient of `column` 1 in the equation `pivot` and 0 in all others.
fn clear_column(equations: &mut [Equation], pivot: usize, column: usize, kernels: Kernels) {
    let inverse = kernels.inverse(equations[pivot].coefficients[column]);
    equations[pivot].scale(inverse, kernels);
    let (before, rest) = equations.split_at_mut(pivot);
    let Some((pivot, after)) = rest.split_first_mut() else { return };
    for equation in before.iter_mut().chain(after) {
        let factor = equation.coefficients[column];
        equation.add_scaled(factor, pivot, kernels);
    }
}
