//! The block-diagonal part: 64 symbols (x, y) become the 32 symbols x + M·y, M being one of the book's
//! matrices, chosen for each block by a public stream.

use zeroize::Zeroizing;

use super::BLOCK;
use super::book::{self, Matrix};
use super::stream::Streams;
use crate::field::Gf128;

/// Symbols that come out of a block.
const HALF: usize = BLOCK / 2;

/// Columns that a table sums up: 16 entries each, eight tables in 2 KiB.
const NIBBLE: usize = 4;

/// The matrix of every block.
pub(super) struct Blocks {
    book: Vec<Matrix>,
    numbers: Vec<u8>,
}

impl Blocks {
    pub(super) fn new(streams: &Streams) -> Blocks {
        Blocks { book: book::all(), numbers: streams.matrices() }
    }

    /// Encodes block `number`.
    pub(super) fn encode(&self, number: usize, block: &[Gf128; BLOCK]) -> Zeroizing<[Gf128; HALF]> {
        let matrix = &self.book[usize::from(self.numbers[number])];
        let mut out = Zeroizing::new([Gf128::ZERO; HALF]);
        let (x, y) = block.split_at(HALF);
        let tables = tables(y);
        for (out, (x, row)) in out.iter_mut().zip(x.iter().zip(matrix)) {
            let sums = tables
                .iter()
                .enumerate()
                .map(|(at, table)| table[(row >> (NIBBLE * at)) as usize % (1 << NIBBLE)]);
            *out = *x + sums.sum();
        }
        out
    }
}

/// For each four symbols the sums of all their subsets. Which entry is read is public.
fn tables(y: &[Gf128]) -> Zeroizing<[[Gf128; 1 << NIBBLE]; HALF / NIBBLE]> {
    let mut tables = Zeroizing::new([[Gf128::ZERO; 1 << NIBBLE]; HALF / NIBBLE]);
    for (table, symbols) in tables.iter_mut().zip(y.chunks_exact(NIBBLE)) {
        for (at, symbol) in symbols.iter().enumerate() {
            for subset in 0..1 << at {
                table[1 << at | subset] = table[subset] + *symbol;
            }
        }
    }
    tables
}
