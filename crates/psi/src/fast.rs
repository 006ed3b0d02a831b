//! The code `fast`, BAA-32: two accumulators (running sums) with uniform permutations between them, then a
//! block-diagonal code of 64 symbols into 32. It maps N elements to N/2, linearly over F2; the code of a length
//! is a public constant. Why its noise must weigh 820 and what is unreviewed stands in `docs/matching.md`.
//!
//! The vector flows into the accumulators first; the other orientation is another code. Relations between the
//! parties hold under any linear map, so that no protocol test finds a wrong one: the tests here do, by a
//! dense matrix, known values and the structure of the permutations.
//!
//! A permutation is made in two steps that both stay in a cache: every element goes to a bucket that a public
//! stream names, then every bucket is shuffled. Work falls into a fixed number of segments; each keeps its own
//! running sums, and what came before a segment is added where the next step reads it.

use std::sync::{Mutex, PoisonError};

use zeroize::Zeroizing;

mod block;
mod book;
mod bucket;
mod stream;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod vectors;

use crate::field::Gf128;
use crate::pages::{PAGE, Pool};
use crate::par::{self, Par};
use block::Blocks;
use bucket::{Bucket, Scatter, shuffle};
use stream::{Draws, Labels, Streams};

/// Symbols of a block of the block-diagonal code; half as many come out.
const BLOCK: usize = 64;

/// Segments that a pass falls into: enough for as many threads, few enough that the open pages of all their
/// buckets weigh little.
const SEGMENTS: usize = 8;

/// Vectors below this length go through in one segment, so that every segment has whole blocks.
const SEGMENTED_MIN: usize = 1 << 16;

/// Elements that a result has room for at least, a little above 32 MiB: allocators map such a vector for itself
/// and give it back to the system when it goes, and room that is not used costs nothing. Runs of many batches
/// drop them one by one.
const MAPPED: usize = (1 << 21) + 256;

/// The code for vectors of one length.
pub(crate) struct Fast {
    len: usize,
    streams: Streams,
    blocks: Blocks,
}

impl Fast {
    /// The code for `len` elements, a multiple of 256 (`PAGE`).
    pub(crate) fn new(len: usize) -> Fast {
        let streams = Streams::new(len);
        Fast { len, blocks: Blocks::new(&streams), streams }
    }

    /// Compresses a vector that comes page by page: `load(index, elements)` writes the elements of page
    /// `index`. It is dropped, with whatever it owns, once all pages are loaded. Memory comes from `pool`.
    pub(crate) fn compress(
        &self,
        load: impl Fn(usize, &mut [Gf128; PAGE]) + Sync,
        pool: &Pool,
        par: &dyn Par,
    ) -> Vec<Gf128> {
        let first = self.first_pass(load, pool, par);
        let second = self.second_pass(first, pool, par);
        self.third_pass(second, pool, par)
    }

    fn segments(&self) -> usize {
        if self.len < SEGMENTED_MIN { 1 } else { SEGMENTS }
    }

    /// Running sums of the input, each to its bucket.
    fn first_pass(
        &self,
        load: impl Fn(usize, &mut [Gf128; PAGE]) + Sync,
        pool: &Pool,
        par: &dyn Par,
    ) -> Vec<Bucket> {
        let pages = self.len / PAGE;
        let size = pages.div_ceil(self.segments());
        let scattered = par::map(par, pages.div_ceil(size), |segment| {
            let mut scatter = Scatter::new(self.streams.buckets(), pool);
            let mut labels = Labels::new(&self.streams, 0, segment * size * PAGE);
            let mut elements = Zeroizing::new([Gf128::ZERO; PAGE]);
            for page in par::block(pages, size, segment) {
                load(page, &mut elements);
                elements.iter().for_each(|element| scatter.accumulate(*element, labels.next()));
            }
            scatter
        });
        bucket::join(scattered)
    }

    /// Shuffles each bucket, and running sums again to buckets.
    fn second_pass(&self, buckets: Vec<Bucket>, pool: &Pool, par: &dyn Par) -> Vec<Bucket> {
        let groups = Groups::new(buckets, self.segments());
        let scattered = par::map(par, groups.len(), |group| {
            let (start, buckets) = groups.take(group);
            let mut scatter = Scatter::new(self.streams.buckets(), pool);
            let mut labels = Labels::new(&self.streams, 1, start.element);
            let mut shuffled = Zeroizing::new(Vec::new());
            for (number, bucket) in (start.bucket..).zip(buckets) {
                shuffled.clear();
                shuffle(bucket, Draws::new(&self.streams, 0, number), &mut shuffled, pool);
                shuffled.iter().for_each(|element| scatter.accumulate(*element, labels.next()));
            }
            scatter
        });
        bucket::join(scattered)
    }

    /// Shuffles each bucket, and blocks of 64 to 32.
    fn third_pass(&self, buckets: Vec<Bucket>, pool: &Pool, par: &dyn Par) -> Vec<Gf128> {
        let groups = Groups::new(buckets, self.segments());
        let mut out = Vec::with_capacity(MAPPED.max(self.len / 2));
        out.resize(self.len / 2, Gf128::ZERO);
        let regions = groups.regions(&mut out);
        let edges = par::map(par, groups.len(), |group| {
            let (start, buckets) = groups.take(group);
            let mut part = Part::new(start.element, take(&regions[group]));
            for (number, bucket) in (start.bucket..).zip(buckets) {
                shuffle(bucket, Draws::new(&self.streams, 1, number), &mut part.waiting, pool);
                part.encode_waiting(&self.blocks);
            }
            (part.head, part.waiting, part.block)
        });
        // The blocks that reach from one group into the next.
        for [(_, tail, number), (head, ..)] in edges.array_windows() {
            let mut block = Zeroizing::new([Gf128::ZERO; BLOCK]);
            if let Some((start, end)) = block.split_at_mut_checked(tail.len()).filter(|_| !tail.is_empty()) {
                start.copy_from_slice(tail);
                end.copy_from_slice(head);
                let coded = self.blocks.encode(*number, &block);
                out[number * coded.len()..][..coded.len()].copy_from_slice(&coded[..]);
            }
        }
        out
    }
}

/// A group of buckets in the third pass.
struct Part<'o> {
    /// The first elements, as many as the last block of the group before still needs.
    head: Zeroizing<Vec<Gf128>>,
    /// How many of them are still to come.
    head_missing: usize,
    /// Elements that do not fill a block yet.
    waiting: Zeroizing<Vec<Gf128>>,
    /// The block that comes next.
    block: usize,
    /// Where it goes, and all after it.
    out: &'o mut [Gf128],
}

impl<'o> Part<'o> {
    /// A part whose first element is number `element` of the vector.
    fn new(element: usize, out: &'o mut [Gf128]) -> Part<'o> {
        let block = element.div_ceil(BLOCK);
        let (head, waiting) = (Zeroizing::new(Vec::new()), Zeroizing::new(Vec::new()));
        Part { head, head_missing: block * BLOCK - element, waiting, block, out }
    }

    fn encode_waiting(&mut self, blocks: &Blocks) {
        let missing = self.head_missing.min(self.waiting.len());
        self.head.extend(self.waiting.drain(..missing));
        self.head_missing -= missing;
        let (whole, _) = self.waiting.as_chunks::<BLOCK>();
        for block in whole {
            let coded = blocks.encode(self.block, block);
            let (now, later) = std::mem::take(&mut self.out).split_at_mut(coded.len());
            now.copy_from_slice(&coded[..]);
            self.out = later;
            self.block += 1;
        }
        let done = whole.len() * BLOCK;
        self.waiting.drain(..done);
    }
}

/// Buckets in groups of neighbours, each for one job to take.
struct Groups(Vec<(Start, Mutex<Vec<Bucket>>)>);

/// Where a group starts.
#[derive(Clone, Copy)]
struct Start {
    bucket: usize,
    element: usize,
}

impl Groups {
    fn new(mut buckets: Vec<Bucket>, groups: usize) -> Groups {
        let size = buckets.len().div_ceil(groups);
        let mut start = Start { bucket: 0, element: 0 };
        let mut groups = Vec::new();
        while !buckets.is_empty() {
            let rest = buckets.split_off(size.min(buckets.len()));
            let group = std::mem::replace(&mut buckets, rest);
            let next = Start {
                bucket: start.bucket + group.len(),
                element: start.element + group.iter().map(Bucket::len).sum::<usize>(),
            };
            groups.push((start, Mutex::new(group)));
            start = next;
        }
        Groups(groups)
    }

    fn len(&self) -> usize {
        self.0.len()
    }

    /// The part of `out` that each group's blocks go to: from the first block that begins in the group to the
    /// first that begins in the next.
    fn regions<'o>(&self, out: &'o mut [Gf128]) -> Vec<Mutex<&'o mut [Gf128]>> {
        let begins =
            |group: usize| self.0.get(group).map(|(start, _)| start.element.div_ceil(BLOCK) * BLOCK / 2);
        let mut rest = out;
        let regions = (0..self.len()).map(|group| {
            let begin = begins(group).unwrap_or(0);
            let len = begins(group + 1).map_or(rest.len(), |end| end - begin);
            let (region, later) = std::mem::take(&mut rest).split_at_mut(len);
            rest = later;
            Mutex::new(region)
        });
        regions.collect()
    }

    fn take(&self, group: usize) -> (Start, Vec<Bucket>) {
        let (start, buckets) = &self.0[group];
        (*start, take(buckets))
    }
}

fn take<T: Default>(shared: &Mutex<T>) -> T {
    std::mem::take(&mut shared.lock().unwrap_or_else(PoisonError::into_inner))
}
