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

use crate::field::Gf128;
use crate::pages::{PAGE, Page, Pool, Run, Slots};
use crate::par::{self, Par};
use block::Blocks;
use bucket::{Bucket, Scatter, shuffle};
use stream::{Draws, Labels, Streams};

/// Symbols of a block of the block-diagonal code; half as many come out.
const BLOCK: usize = 64;

/// Elements of W vectors at one place: vectors that go through the code together share its cost.
type Lanes<const W: usize> = [Gf128; W];

/// Segments that a pass falls into: enough for as many threads, few enough that the open pages of all their
/// buckets weigh little.
const SEGMENTS: usize = 8;

/// Vectors below this length go through in one segment, so that every segment has whole blocks.
const SEGMENTED_MIN: usize = 1 << 16;

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

    /// Compresses W vectors at once. Their elements come page by page: `load(index, page, lanes)` writes the
    /// elements of page `index`, given the page itself. Pages are given back to `pool`, results taken from it.
    pub(crate) fn compress<const W: usize>(
        &self,
        pages: Vec<Page>,
        load: impl Fn(usize, &Page, &mut [Lanes<W>; PAGE]) + Sync,
        pool: &Pool,
        par: &dyn Par,
    ) -> [Slots; W] {
        debug_assert_eq!(pages.len() * PAGE, self.len);
        let first = self.first_pass(pages, load, pool, par);
        let second = self.second_pass(first, pool, par);
        self.third_pass(second, pool, par)
    }

    fn segments(&self) -> usize {
        if self.len < SEGMENTED_MIN { 1 } else { SEGMENTS }
    }

    /// Running sums of the input, each to its bucket.
    fn first_pass<const W: usize>(
        &self,
        mut pages: Vec<Page>,
        load: impl Fn(usize, &Page, &mut [Lanes<W>; PAGE]) + Sync,
        pool: &Pool,
        par: &dyn Par,
    ) -> Vec<Bucket<W>> {
        let size = pages.len().div_ceil(self.segments());
        let mut segments = Vec::new();
        while !pages.is_empty() {
            let rest = pages.split_off(size.min(pages.len()));
            segments.push(Mutex::new(std::mem::replace(&mut pages, rest)));
        }
        let scattered = par::map(par, segments.len(), |segment| {
            let mut scatter = Scatter::<W>::new(self.streams.buckets(), pool);
            let mut labels = Labels::new(&self.streams, 0, segment * size * PAGE);
            let mut lanes = Zeroizing::new([[Gf128::ZERO; W]; PAGE]);
            for (at, page) in take(&segments[segment]).into_iter().enumerate() {
                load(segment * size + at, &page, &mut lanes);
                pool.give(page);
                lanes.iter().for_each(|element| scatter.accumulate(element, labels.next()));
            }
            scatter
        });
        bucket::join(scattered)
    }

    /// Shuffles each bucket, and running sums again to buckets.
    fn second_pass<const W: usize>(
        &self,
        buckets: Vec<Bucket<W>>,
        pool: &Pool,
        par: &dyn Par,
    ) -> Vec<Bucket<W>> {
        let groups = Groups::new(buckets, self.segments());
        let scattered = par::map(par, groups.len(), |group| {
            let (start, buckets) = groups.take(group);
            let mut scatter = Scatter::<W>::new(self.streams.buckets(), pool);
            let mut labels = Labels::new(&self.streams, 1, start.element);
            let mut shuffled = Zeroizing::new(Vec::new());
            for (number, bucket) in (start.bucket..).zip(buckets) {
                shuffled.clear();
                shuffle(bucket, Draws::new(&self.streams, 0, number), &mut shuffled, pool);
                shuffled.iter().for_each(|element| scatter.accumulate(element, labels.next()));
            }
            scatter
        });
        bucket::join(scattered)
    }

    /// Shuffles each bucket, and blocks of 64 to 32.
    fn third_pass<const W: usize>(&self, buckets: Vec<Bucket<W>>, pool: &Pool, par: &dyn Par) -> [Slots; W] {
        let groups = Groups::new(buckets, self.segments());
        let parts = par::map(par, groups.len(), |group| {
            let (start, buckets) = groups.take(group);
            let mut part = Part::<W>::new(start.element);
            for (number, bucket) in (start.bucket..).zip(buckets) {
                shuffle(bucket, Draws::new(&self.streams, 1, number), &mut part.waiting, pool);
                part.encode_waiting(&self.blocks, pool);
            }
            part
        });
        self.stitch(parts, pool)
    }

    /// Puts the parts one after the other, with the blocks that reach from one into the next.
    fn stitch<const W: usize>(&self, mut parts: Vec<Part<W>>, pool: &Pool) -> [Slots; W] {
        let mut slots = std::array::from_fn(|_| Slots::default());
        for at in 0..parts.len() {
            let head = parts.get_mut(at + 1).map(|next| std::mem::take(&mut next.head));
            let part = &mut parts[at];
            if let Some(head) = head {
                part.waiting.extend_from_slice(&head);
                part.encode_waiting(&self.blocks, pool);
            }
            debug_assert!(part.waiting.is_empty(), "64 divides the length");
            let runs = std::mem::replace(&mut part.runs, std::array::from_fn(|_| Run::default()));
            slots.iter_mut().zip(runs).for_each(|(slots, run)| slots.push(run));
        }
        slots
    }
}

/// What a group of buckets gives in the third pass.
struct Part<const W: usize> {
    /// The first elements, as many as the last block of the group before still needs.
    head: Zeroizing<Vec<Lanes<W>>>,
    /// How many of them are still to come.
    head_missing: usize,
    /// Elements that do not fill a block yet.
    waiting: Zeroizing<Vec<Lanes<W>>>,
    /// The block that comes next.
    block: usize,
    runs: [Run; W],
}

impl<const W: usize> Part<W> {
    /// A part whose first element is number `element` of the vector.
    fn new(element: usize) -> Part<W> {
        let block = element.div_ceil(BLOCK);
        let runs = std::array::from_fn(|_| Run::default());
        let (head, waiting) = (Zeroizing::new(Vec::new()), Zeroizing::new(Vec::new()));
        Part { head, head_missing: block * BLOCK - element, waiting, block, runs }
    }

    fn encode_waiting(&mut self, blocks: &Blocks, pool: &Pool) {
        let missing = self.head_missing.min(self.waiting.len());
        self.head.extend(self.waiting.drain(..missing));
        self.head_missing -= missing;
        let (whole, _) = self.waiting.as_chunks::<BLOCK>();
        for block in whole {
            let out = blocks.encode(self.block, block);
            for (run, out) in self.runs.iter_mut().zip(out.iter()) {
                run.extend(out, pool);
            }
            self.block += 1;
        }
        let done = whole.len() * BLOCK;
        self.waiting.drain(..done);
    }
}

/// Buckets in groups of neighbours, each for one job to take.
struct Groups<const W: usize>(Vec<(Start, Mutex<Vec<Bucket<W>>>)>);

/// Where a group starts.
#[derive(Clone, Copy)]
struct Start {
    bucket: usize,
    element: usize,
}

impl<const W: usize> Groups<W> {
    fn new(mut buckets: Vec<Bucket<W>>, groups: usize) -> Groups<W> {
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

    fn take(&self, group: usize) -> (Start, Vec<Bucket<W>>) {
        let (start, buckets) = &self.0[group];
        (*start, take(buckets))
    }
}

fn take<T: Default>(shared: &Mutex<T>) -> T {
    std::mem::take(&mut shared.lock().unwrap_or_else(PoisonError::into_inner))
}

#[cfg(test)]
mod tests;
