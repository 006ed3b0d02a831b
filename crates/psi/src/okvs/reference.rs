//! An encoder written for comparison: the same order of steps as the product, with sets where that has counts,
//! masks and XORs, and arithmetic bit by bit. And the lists that tests encode.

use std::collections::{BTreeMap, BTreeSet};

use super::{Bins, Rows, Shape};
use crate::field::Gf128;
use crate::item::{Items, RunList};
use crate::oracle::Ro;
use crate::par::Sequential;
use crate::seed::Seed;
use crate::size::SizeClass;

/// A row as a reader of the definition would write it down.
pub(super) struct Row {
    pub(super) bin: u128,
    pub(super) positions: [usize; 3],
    key: Gf128,
    pub(super) value: Gf128,
}

impl Row {
    /// The row of an item.
    pub(super) fn of(item: &[u8], key: &[u8; 32], shape: &Shape) -> Row {
        let mut padded = [item, &[0x80]].concat();
        padded.resize(padded.len().next_multiple_of(64), 0);
        let hash = *blake3::keyed_hash(key, &padded).as_bytes();
        let word = |start: usize| {
            hash[start..start + 8].iter().rev().fold(0u128, |sum, byte| sum << 8 | u128::from(*byte))
        };
        let (bins, sparse) = (shape.bins as u128, shape.sparse as u128);
        // The digits of one product, least significant first.
        let digits = (word(0) * (bins * sparse * (sparse - 1) * (sparse - 2))) >> 64;
        let (p2, digits) = (digits % (sparse - 2), digits / (sparse - 2));
        let (p1, digits) = (digits % (sparse - 1), digits / (sparse - 1));
        let (p0, bin) = (digits % sparse, digits / sparse);
        // The p1-th of the columns other than p0, then the p2-th of those that are left.
        let mut left: Vec<usize> = (0..shape.sparse).collect();
        let positions = [p0, p1, p2].map(|p| left.remove(p as usize));
        Row { bin, positions, key: Gf128(word(8)), value: Gf128(word(16) | word(24) << 64) }
    }

    pub(super) fn key(&self) -> u64 {
        self.key.0 as u64
    }

    fn dense(&self, count: usize) -> Vec<Gf128> {
        std::iter::successors(Some(self.key), |power| Some(mul(*power, self.key))).take(count).collect()
    }
}

/// The slots of one bin, or `None` if the rows do not fit.
pub(super) fn encode(rows: &[Row], shape: &Shape) -> Option<Vec<Gf128>> {
    let (order, gaps) = peel(rows, shape.sparse);
    let dense = solve(rows, &order, &gaps, shape)?;
    let mut sparse = vec![Gf128::ZERO; shape.sparse];
    for (row, pivot) in order.iter().rev() {
        let row = &rows[*row];
        let others: Gf128 = row.positions.iter().filter(|p| *p != pivot).map(|p| sparse[*p]).sum();
        sparse[*pivot] = row.value + others + inner_product(&row.dense(shape.dense), &dense);
    }
    Some([sparse, dense].concat())
}

pub(super) fn decode(row: &Row, slots: &[Gf128], shape: &Shape) -> Gf128 {
    let sparse: Gf128 = row.positions.iter().map(|p| slots[*p]).sum();
    sparse + inner_product(&row.dense(shape.dense), &slots[shape.sparse..])
}

/// The peeled rows with their pivots, and the gap rows.
fn peel(rows: &[Row], columns: usize) -> (Vec<(usize, usize)>, Vec<usize>) {
    let mut members = vec![BTreeSet::new(); columns];
    for (index, row) in rows.iter().enumerate() {
        row.positions.iter().for_each(|p| assert!(members[*p].insert(index)));
    }
    let mut stack: Vec<usize> = (0..columns).filter(|c| members[*c].len() == 1).collect();
    let mut left: BTreeSet<usize> = (0..rows.len()).collect();
    let (mut order, mut gaps) = (Vec::new(), Vec::new());
    while let Some(first_left) = left.first().copied() {
        let row = match stack.pop() {
            Some(pivot) if members[pivot].len() == 1 => {
                let row = *members[pivot].first().expect("one member");
                order.push((row, pivot));
                row
            }
            Some(_) => continue,
            None => {
                gaps.push(first_left);
                first_left
            }
        };
        left.remove(&row);
        for p in rows[row].positions {
            members[p].remove(&row);
            if members[p].len() == 1 {
                stack.push(p);
            }
        }
    }
    (order, gaps)
}

fn solve(rows: &[Row], order: &[(usize, usize)], gaps: &[usize], shape: &Shape) -> Option<Vec<Gf128>> {
    if gaps.len() > shape.dense {
        return None;
    }
    let step_of: BTreeMap<usize, usize> =
        order.iter().enumerate().map(|(k, (_, pivot))| (*pivot, k)).collect();
    let equations: Vec<Vec<Gf128>> = gaps
        .iter()
        .map(|gap| {
            let mut equation = equation(&rows[*gap], shape.dense);
            let mut open = BTreeSet::new();
            let toggle = |open: &mut BTreeSet<usize>, p: usize| {
                if let Some(step) = step_of.get(&p) {
                    let _ = open.remove(step) || open.insert(*step);
                }
            };
            rows[*gap].positions.iter().for_each(|p| toggle(&mut open, *p));
            while let Some(step) = open.pop_first() {
                let (row, pivot) = order[step];
                add(&mut equation, &self::equation(&rows[row], shape.dense));
                let others = rows[row].positions.into_iter().filter(|p| *p != pivot);
                others.for_each(|p| toggle(&mut open, p));
            }
            equation
        })
        .collect();
    gauss(equations, shape.dense)
}

/// The dense part of a row, then its value.
fn equation(row: &Row, dense: usize) -> Vec<Gf128> {
    [row.dense(dense), vec![row.value]].concat()
}

/// Leftmost pivots; unknowns without one are zero.
fn gauss(mut equations: Vec<Vec<Gf128>>, unknowns: usize) -> Option<Vec<Gf128>> {
    let mut pivots = Vec::new();
    for column in 0..unknowns {
        let rank = pivots.len();
        let Some(found) = (rank..equations.len()).find(|i| equations[*i][column] != Gf128::ZERO) else {
            continue;
        };
        equations.swap(rank, found);
        let pivot = scaled(&equations[rank], inverse(equations[rank][column]));
        for equation in &mut equations {
            let part = scaled(&pivot, equation[column]);
            add(equation, &part);
        }
        equations[rank] = pivot;
        pivots.push(column);
    }
    let mut solution = vec![Gf128::ZERO; unknowns];
    pivots.iter().zip(&equations).for_each(|(column, equation)| solution[*column] = equation[unknowns]);
    (pivots.len() == equations.len()).then_some(solution)
}

fn add(sum: &mut [Gf128], terms: &[Gf128]) {
    sum.iter_mut().zip(terms).for_each(|(sum, term)| *sum += *term);
}

fn scaled(terms: &[Gf128], factor: Gf128) -> Vec<Gf128> {
    terms.iter().map(|term| mul(*term, factor)).collect()
}

fn inner_product(left: &[Gf128], right: &[Gf128]) -> Gf128 {
    left.iter().zip(right).map(|(left, right)| mul(*left, *right)).sum()
}

fn mul(left: Gf128, right: Gf128) -> Gf128 {
    let shifts = std::iter::successors(Some(left), |shifted| Some(shifted.times_x()));
    shifts.take(128).enumerate().filter(|(bit, _)| right.0 >> bit & 1 == 1).map(|(_, term)| term).sum()
}

/// a^(2^128 − 2).
fn inverse(a: Gf128) -> Gf128 {
    (0..127)
        .fold((a, Gf128::ONE), |(power, inverse), _| (mul(power, power), mul(inverse, mul(power, power))))
        .1
}

/// The items of a list for tests: distinct, sorted, of many lengths.
pub(super) fn items(count: usize) -> Items {
    let mut sorted: Vec<Vec<u8>> = (0..count)
        .map(|i| {
            let mut item = vec![1; 1 + i % 80];
            item.extend((i as u32).to_be_bytes().iter().map(|byte| byte ^ 0x5a));
            item
        })
        .collect();
    sorted.sort();
    Items::new(&sorted).expect("valid items")
}

/// Calls `test` with a list that fills `class` with `items`.
pub(super) fn with_list(items: &Items, class: SizeClass, test: impl FnOnce(&RunList<'_>)) {
    let ro = Ro::for_run(&[7; 32]);
    let randomness = Seed::from_bytes([8; 32]).run_randomness(&ro, &[1; 32], &[2; 32]);
    test(&RunList::new(items, class, &ro, &randomness).expect("they fit"));
}

/// A row key for each number.
pub(super) fn key(number: u64) -> [u8; 32] {
    *blake3::hash(&number.to_le_bytes()).as_bytes()
}

/// The rows of the first `count` entries of a bin, and the same from the definition.
pub(super) fn both_rows(
    list: &RunList<'_>,
    (bin, count): (usize, usize),
    key: &[u8; 32],
    shape: &Shape,
) -> (Rows, Vec<Row>) {
    let bins = Bins::new(list, key, shape, &Sequential);
    let count = count.min(bins.bin(bin).len());
    let mut rows = Rows::with_capacity(count);
    rows.load(&bins, bin, 0..count, shape);
    let entries = bins.bin(bin)[..count].iter().map(|index| list.entry(*index as usize));
    (rows, entries.map(|entry| Row::of(entry, key, shape)).collect())
}
