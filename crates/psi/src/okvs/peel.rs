//! Peeling: putting rows into an order in which each brings a column of its own. No value is looked at here.
//!
//! A column with a single row left is that row's *pivot*: the slot can be chosen last and fits whatever the
//! others are. Removing the row leaves other columns with a single row, and so on. When no such column is left
//! but rows are, the first of these becomes a *gap* row, for the dense slots to satisfy, and peeling goes on.
//!
//! The result is laid down to the bit. Columns wait on a stack: first those that start with a single row, in
//! ascending order, then, as rows are removed, each that comes down to one, in the order p0, p1, p2 of the
//! removed row; the last one put there is taken first.

use zeroize::{Zeroize, ZeroizeOnDrop};

use super::Rows;
use super::encode::EncodeFailed;
use super::rows::Positions;

/// An upper bound on columns and rows that is a power of two: masking an index by it proves to the compiler
/// that arrays of this size are never overrun.
pub(super) const COLUMNS_MAX: usize = 1 << 15;
const MASK: usize = COLUMNS_MAX - 1;

/// The state of peeling one bin, and its result. Wiped on drop.
#[derive(Zeroize, ZeroizeOnDrop)]
pub(super) struct Peeling {
    /// Of each column the number of its rows, times [`ONE_ROW`], plus the XOR of their numbers: a column with one
    /// row left knows which one it is without a list of its rows.
    columns: Box<[u32; COLUMNS_MAX]>,
    stack: Box<[u16; COLUMNS_MAX]>,
    /// How many columns are on the stack.
    height: usize,
    order: Vec<Step>,
    gaps: Vec<u16>,
}

/// One row in the order of peeling, packed as four numbers of 16 bits.
#[derive(Clone, Copy, Zeroize)]
pub(super) struct Step(u64);

/// One row in the count of a column; above it the count, below it the XOR of row numbers.
const ONE_ROW: u32 = 1 << 16;

impl Peeling {
    pub(super) fn new() -> Peeling {
        Peeling {
            columns: boxed(),
            stack: boxed(),
            height: 0,
            order: Vec::with_capacity(COLUMNS_MAX),
            gaps: Vec::with_capacity(COLUMNS_MAX),
        }
    }

    /// Peels rows over `columns` columns.
    ///
    /// # Errors
    /// [`EncodeFailed`] if there are more than `gaps_max` gap rows.
    pub(super) fn run(&mut self, rows: &Rows, columns: usize, gaps_max: usize) -> Result<(), EncodeFailed> {
        assert!(rows.len() < COLUMNS_MAX && columns < COLUMNS_MAX, "a bin within the bounds of the table");
        self.count(rows.positions(), columns);
        self.order.clear();
        self.gaps.clear();
        loop {
            self.peel(rows.positions());
            if self.order.len() + self.gaps.len() == rows.len() {
                return Ok(());
            }
            if self.gaps.len() == gaps_max {
                return Err(EncodeFailed);
            }
            let row = self.first_left(rows.len());
            self.remove(row, rows.positions()[row]);
            self.gaps.push(row as u16);
        }
    }

    /// The peeled rows, first to last.
    pub(super) fn order(&self) -> &[Step] {
        &self.order
    }

    /// The gap rows in the order in which they were found.
    pub(super) fn gaps(&self) -> &[u16] {
        &self.gaps
    }

    /// Enters all rows into their columns and puts the columns with a single row on the stack.
    fn count(&mut self, positions: &[Positions], columns: usize) {
        self.columns[..columns].fill(0);
        for (row, positions) in positions.iter().enumerate() {
            for p in positions.get() {
                let column = &mut self.columns[p & MASK];
                *column = column.wrapping_add(ONE_ROW) ^ row as u32;
            }
        }
        self.height = 0;
        for column in 0..columns {
            self.push_if_single(column);
        }
    }

    /// Removes rows while some column has a single one.
    fn peel(&mut self, positions: &[Positions]) {
        while self.height > 0 {
            self.height -= 1;
            let pivot = usize::from(self.stack[self.height & MASK]);
            let column = self.columns[pivot & MASK];
            // Since it was put on the stack, the column may have lost its row to another pivot.
            if column / ONE_ROW == 1 {
                let row = (column % ONE_ROW) as usize;
                self.remove(row, positions[row]);
                self.order.push(Step::new(row, pivot, positions[row]));
            }
        }
    }

    /// Takes a row out of its columns.
    fn remove(&mut self, row: usize, positions: Positions) {
        for p in positions.get() {
            let column = &mut self.columns[p & MASK];
            *column = column.wrapping_sub(ONE_ROW) ^ row as u32;
            self.push_if_single(p);
        }
    }

    /// Without a branch, which would be mispredicted every other time. A column is pushed at most once, since
    /// its count only falls: the stack has room.
    fn push_if_single(&mut self, column: usize) {
        self.stack[self.height & MASK] = column as u16;
        self.height = self.height.wrapping_add(usize::from(self.columns[column & MASK] / ONE_ROW == 1));
    }

    /// The least row that is neither peeled nor a gap row, below `rows`.
    fn first_left(&self, rows: usize) -> usize {
        let mut left = zeroize::Zeroizing::new(vec![true; rows]);
        self.order.iter().for_each(|step| left[step.row()] = false);
        self.gaps.iter().for_each(|row| left[usize::from(*row)] = false);
        left.iter().position(|left| *left).expect("a row is left")
    }
}

impl Step {
    fn new(row: usize, pivot: usize, positions: Positions) -> Step {
        let [p0, p1, p2] = positions.get();
        let first = if pivot == p0 { p1 } else { p0 };
        let second = if pivot == p2 { p1 } else { p2 };
        Step((row as u64) << 48 | (second as u64) << 32 | (first as u64) << 16 | pivot as u64)
    }

    pub(super) fn row(self) -> usize {
        (self.0 >> 48) as usize
    }

    /// The column that the row brings.
    pub(super) fn pivot(self) -> usize {
        (self.0 & 0xffff) as usize
    }

    /// The row's other columns.
    pub(super) fn others(self) -> [usize; 2] {
        [self.0 >> 16 & 0xffff, self.0 >> 32 & 0xffff].map(|p| p as usize)
    }
}

/// An array on the heap that never was on the stack.
fn boxed<T: Copy + Default>() -> Box<[T; COLUMNS_MAX]> {
    let slice = vec![T::default(); COLUMNS_MAX].into_boxed_slice();
    slice.try_into().ok().expect("a slice of that length")
}
