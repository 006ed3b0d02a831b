//! Sorting the entries of a list into the bins of a store. Their rows are hashed again when a bin is worked on:
//! keeping them all would take eight times the memory of the indices.

use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::Shape;
use super::rows::row_bin;
use crate::item::RunList;
use crate::lanes;
use crate::par::{self, Par};

/// Which entries of a list fall into which bin. Wiped on drop: it tells as much about items as their hashes do.
#[derive(Zeroize, ZeroizeOnDrop)]
pub(crate) struct Bins {
    bins: Vec<Vec<u32>>,
}

/// Entries one job sorts. Small enough to spread a large class over processors and to stay in the cache of one,
/// large enough that a job's share of each bin is copied in one piece.
const BLOCK_ENTRIES: usize = 1 << 16;

impl Bins {
    /// Sorts the entries of `list` into the bins of a store of this shape under the row key `key`. The result
    /// does not depend on how `par` spreads the work.
    pub(crate) fn new(list: &RunList<'_>, key: &[u8; 32], shape: &Shape, par: &dyn Par) -> Bins {
        let jobs = list.len().div_ceil(BLOCK_ENTRIES);
        let blocks = par::map(par, jobs, |job| Block::new(list, job, key, shape));
        Bins { bins: par::map(par, shape.bins, |bin| collect(&blocks, bin)) }
    }

    /// The indices of the entries in a bin, ascending.
    pub(crate) fn bin(&self, bin: usize) -> &[u32] {
        &self.bins[bin]
    }
}

/// The entries of one block of the list, sorted by bin, ascending within a bin.
#[derive(ZeroizeOnDrop)]
struct Block {
    indices: Vec<u32>,
    /// Where each bin starts in `indices`, and the end.
    starts: Vec<usize>,
}

impl Block {
    fn new(list: &RunList<'_>, job: usize, key: &[u8; 32], shape: &Shape) -> Block {
        let range = par::block(list.len(), BLOCK_ENTRIES, job);
        let bins = bin_numbers(list, range.clone(), key, shape);
        let starts = starts(&bins, shape.bins);
        let mut indices = vec![0; bins.len()];
        let mut next = Zeroizing::new(starts.clone());
        for (index, bin) in range.zip(bins.iter()) {
            let place = &mut next[usize::from(*bin)];
            indices[*place] = index as u32;
            *place = place.wrapping_add(1);
        }
        Block { indices, starts }
    }

    fn bin(&self, bin: usize) -> &[u32] {
        &self.indices[self.starts[bin]..self.starts[bin + 1]]
    }
}

/// The bin of each entry in `range`.
fn bin_numbers(
    list: &RunList<'_>,
    range: std::ops::Range<usize>,
    key: &[u8; 32],
    shape: &Shape,
) -> Zeroizing<Vec<u16>> {
    let mut bins = Zeroizing::new(vec![0; range.len()]);
    // A single bin needs no hash.
    if shape.bins > 1 {
        lanes::for_each_hash(
            key,
            range.len(),
            |i| ([], list.entry(range.start + i)),
            // No shape has 2^16 bins.
            |i, hash| bins[i] = row_bin(hash, shape) as u16,
        );
    }
    bins
}

/// Where each of `count` bins starts once sorted, and the end.
fn starts(bins: &[u16], count: usize) -> Vec<usize> {
    let mut starts = vec![0usize; count + 1];
    for bin in bins {
        let size = &mut starts[usize::from(*bin) + 1];
        *size = size.wrapping_add(1);
    }
    for bin in 0..count {
        starts[bin + 1] += starts[bin];
    }
    starts
}

/// A bin's entries in all blocks, in the order of the list.
fn collect(blocks: &[Block], bin: usize) -> Vec<u32> {
    // Sized exactly: a buffer that grows would leave unwiped copies behind.
    let mut indices = Vec::with_capacity(blocks.iter().map(|block| block.bin(bin).len()).sum());
    blocks.iter().for_each(|block| indices.extend_from_slice(block.bin(bin)));
    indices
}

#[cfg(test)]
mod tests {
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
            for index in (0..256u32).filter(|i| list.entry(*i as usize).len() < 64) {
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
            assert!(one.bins == many.bins);
            assert!(one.bins.iter().all(|bin| bin.is_sorted() && bin.len() <= shape.load));
            assert_eq!(one.bins.iter().map(Vec::len).sum::<usize>(), list.len());
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
