//! Hashing the entries of a list and sorting them into the bins of a store. What the hashes say beyond the bin
//! is read in [`Rows`](super::Rows).

use std::ops::Range;

use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::Shape;
use super::rows::RowHash;
use crate::common::Tag;
use crate::field::Gf128;
use crate::item::RunList;
use crate::lanes;
use crate::par::{self, Par};

/// Which entries of a list fall into which bin, and their hashes. Wiped on drop: it tells as much about items as
/// they do themselves to somebody who can guess them.
///
/// Hashes are kept, 32 bytes an entry, and stand by bin: hashing the entries of a bin again, or looking up their
/// hashes by index, would mean a cache miss for every one.
#[derive(ZeroizeOnDrop)]
pub(crate) struct Bins {
    blocks: Vec<Block>,
    /// The indices of each bin.
    indices: Vec<Vec<u32>>,
}

/// Entries one job hashes and sorts. Small enough that hashes and sorted hashes fit into a second-level cache,
/// large enough that a block's share of a bin is read in one go.
const BLOCK_ENTRIES: usize = 1 << 14;

impl Bins {
    /// Sorts the entries of `list` into the bins of a store of this shape under the row key `key`. The result
    /// does not depend on how `par` spreads the work.
    pub(crate) fn new(list: &RunList<'_>, key: &[u8; 32], shape: &Shape, par: &dyn Par) -> Bins {
        let jobs = list.len().div_ceil(BLOCK_ENTRIES);
        let block = |job| Block::new(list, par::block(list.len(), BLOCK_ENTRIES, job), key, shape);
        let mut blocks = par::map(par, jobs, block);
        let indices = par::map(par, shape.bins, |bin| collect(&blocks, bin));
        blocks.iter_mut().for_each(Block::forget_indices);
        Bins { blocks, indices }
    }

    /// The indices of the entries in a bin, ascending.
    pub(crate) fn bin(&self, bin: usize) -> &[u32] {
        &self.indices[bin]
    }

    /// The tags of the entries in a bin, given a value for each.
    pub(crate) fn tags(&self, bin: usize, key: &[u8; 32], values: &[Gf128], out: &mut [Tag]) {
        let rows = self.hashes(bin, 0..values.len()).flatten().map(|hash| hash.to_bytes());
        lanes::tags(key, values, rows, out);
    }

    /// The hashes of the entries that stand at `part` of [`Self::bin`], in pieces.
    pub(super) fn hashes(&self, bin: usize, part: Range<usize>) -> impl Iterator<Item = &[RowHash]> {
        let mut offset = 0usize;
        self.blocks.iter().map(move |block| {
            let hashes = &block.hashes[block.range(bin)];
            let start = part.start.saturating_sub(offset).min(hashes.len());
            let end = part.end.saturating_sub(offset).min(hashes.len());
            offset += hashes.len();
            &hashes[start..end]
        })
    }
}

/// One block of a list, sorted by bin, in the order of the list within a bin.
#[derive(Zeroize, ZeroizeOnDrop)]
struct Block {
    indices: Vec<u32>,
    hashes: Vec<RowHash>,
    /// Where each bin starts, and the end.
    starts: Vec<u32>,
}

impl Block {
    fn new(list: &RunList<'_>, range: Range<usize>, key: &[u8; 32], shape: &Shape) -> Block {
        let unsorted = hash(list, range.clone(), key);
        let starts = starts(&unsorted, shape);
        let mut next = Zeroizing::new(starts.clone());
        let (mut indices, mut hashes) = (vec![0; range.len()], vec![RowHash::default(); range.len()]);
        for (index, hash) in range.zip(unsorted.iter()) {
            let next = &mut next[hash.bin(shape)];
            let place = *next as usize;
            (indices[place], hashes[place]) = (index as u32, *hash);
            *next = next.wrapping_add(1);
        }
        Block { indices, hashes, starts }
    }

    /// Where a bin's entries stand.
    fn range(&self, bin: usize) -> Range<usize> {
        self.starts[bin] as usize..self.starts[bin + 1] as usize
    }

    /// Frees the indices once they stand elsewhere.
    fn forget_indices(&mut self) {
        self.indices.zeroize();
        self.indices.shrink_to_fit();
    }
}

/// The hashes of the entries in `range`.
fn hash(list: &RunList<'_>, range: Range<usize>, key: &[u8; 32]) -> Zeroizing<Vec<RowHash>> {
    let mut hashes = Zeroizing::new(vec![RowHash::default(); range.len()]);
    let entry = |i| list.stretch(range.start + i);
    lanes::for_each_hash(key, range.len(), entry, |i, hash| hashes[i] = RowHash::new(hash));
    hashes
}

/// Where each bin starts once these are sorted, and the end.
fn starts(hashes: &[RowHash], shape: &Shape) -> Vec<u32> {
    let mut starts = vec![0u32; shape.bins + 1];
    for hash in hashes {
        let size = &mut starts[hash.bin(shape) + 1];
        *size = size.wrapping_add(1);
    }
    for bin in 0..shape.bins {
        starts[bin + 1] += starts[bin];
    }
    starts
}

/// A bin's entries in all blocks, in the order of the list.
fn collect(blocks: &[Block], bin: usize) -> Vec<u32> {
    // Sized exactly: a buffer that grows would leave unwiped copies behind.
    let mut indices = Vec::with_capacity(blocks.iter().map(|block| block.range(bin).len()).sum());
    blocks.iter().for_each(|block| indices.extend_from_slice(&block.indices[block.range(bin)]));
    indices
}

#[cfg(test)]
mod tests {
    use super::super::Rows;
    use super::*;
    use crate::okvs::reference::{Row, items, key, with_list};
    use crate::par::Sequential;
    use crate::size::SizeClass;

    struct Threads;

    impl Par for Threads {
        fn run(&self, jobs: usize, job: &(dyn Fn(usize) + Sync)) {
            use rayon::prelude::*;
            (0..jobs).into_par_iter().for_each(job);
        }
    }

    #[test]
    fn every_entry_is_in_its_bin() {
        let shape = Shape { bins: 7, load: 0, sparse: 50, dense: 1 };
        with_list(&items(100), SizeClass::MIN, |list| {
            let bins = Bins::new(list, &key(1), &shape, &Sequential);
            for index in 0..256u32 {
                let bin = Row::of(list.entry(index as usize), &key(1), &shape).bin as usize;
                assert!(bins.bin(bin).contains(&index));
            }
            assert_eq!((0..7).map(|bin| bins.bin(bin).len()).sum::<usize>(), 256);
            assert!((0..7).all(|bin| bins.bin(bin).is_sorted()));
        });
    }

    #[test]
    fn blocks_join_in_the_order_of_the_list() {
        let class = SizeClass::from_u64(5 << 15).expect("a class");
        let shape = Shape::for_class(class);
        with_list(&items(1000), class, |list| {
            let (one, many) =
                (Bins::new(list, &key(2), &shape, &Sequential), Bins::new(list, &key(2), &shape, &Threads));
            assert!(one.indices == many.indices);
            let (mut left, mut right) = (Rows::with_capacity(0), Rows::with_capacity(0));
            for bin in 0..shape.bins {
                left.load(&one, bin, 0..one.bin(bin).len(), &shape);
                right.load(&many, bin, 0..one.bin(bin).len(), &shape);
                assert!(left.values() == right.values());
            }
            assert!(one.indices.iter().all(|bin| bin.is_sorted() && bin.len() <= shape.load));
            assert_eq!(one.indices.iter().map(Vec::len).sum::<usize>(), list.len());
        });
    }

    #[test]
    fn a_single_bin_holds_the_list() {
        let shape = Shape::for_class(SizeClass::MIN);
        with_list(&items(10), SizeClass::MIN, |list| {
            assert!(Bins::new(list, &key(0), &shape, &Sequential).bin(0).iter().copied().eq(0..256));
        });
    }
}
