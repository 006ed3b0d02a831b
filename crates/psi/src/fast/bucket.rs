//! Buckets: elements with one label, in the order in which they came, in pages of several segments. Which
//! label an element has stands in `stream`.

use zeroize::Zeroizing;

use super::Lanes;
use super::stream::Draws;
use crate::field::Gf128;
use crate::pages::{PAGE, Page, Pool};

/// One bucket: the pieces that the segments gave to it.
pub(super) struct Bucket<const W: usize>(Vec<Piece<W>>);

/// What a segment gave to a bucket. All elements lack the running sum of the segments before.
struct Piece<const W: usize> {
    pages: Vec<[Page; W]>,
    len: usize,
    before: Lanes<W>,
}

impl<const W: usize> Bucket<W> {
    pub(super) fn len(&self) -> usize {
        self.0.iter().map(|piece| piece.len).sum()
    }
}

/// Takes elements in order, sums them up and puts each sum to the bucket it is for.
pub(super) struct Scatter<'p, const W: usize> {
    pool: &'p Pool,
    sum: Lanes<W>,
    tails: Vec<Tail<W>>,
}

/// The open end of a bucket.
struct Tail<const W: usize> {
    open: [Page; W],
    at: usize,
    full: Vec<[Page; W]>,
}

impl<'p, const W: usize> Scatter<'p, W> {
    pub(super) fn new(buckets: usize, pool: &'p Pool) -> Scatter<'p, W> {
        let tail = |_| Tail { open: open(pool), at: 0, full: Vec::new() };
        Scatter { pool, sum: [Gf128::ZERO; W], tails: (0..buckets).map(tail).collect() }
    }

    #[inline]
    pub(super) fn accumulate(&mut self, element: &Lanes<W>, bucket: usize) {
        let tail = &mut self.tails[bucket];
        for (w, (sum, element)) in self.sum.iter_mut().zip(element).enumerate() {
            *sum += *element;
            tail.open[w][tail.at % PAGE] = *sum;
        }
        tail.at += 1;
        if tail.at == PAGE {
            tail.close(self.pool);
        }
    }
}

impl<const W: usize> Tail<W> {
    #[cold]
    fn close(&mut self, pool: &Pool) {
        self.full.push(std::mem::replace(&mut self.open, open(pool)));
        self.at = 0;
    }
}

fn open<const W: usize>(pool: &Pool) -> [Page; W] {
    std::array::from_fn(|_| pool.take())
}

/// The buckets of all segments, and what each segment's sums lack.
pub(super) fn join<const W: usize>(segments: Vec<Scatter<'_, W>>) -> Vec<Bucket<W>> {
    let buckets = segments.first().map_or(0, |segment| segment.tails.len());
    let mut joined: Vec<Bucket<W>> = (0..buckets).map(|_| Bucket(Vec::new())).collect();
    let mut before = [Gf128::ZERO; W];
    for segment in segments {
        for (bucket, tail) in joined.iter_mut().zip(segment.tails) {
            let len = tail.full.len() * PAGE + tail.at;
            let mut pages = tail.full;
            pages.push(tail.open);
            bucket.0.push(Piece { pages, len, before });
        }
        add(&mut before, &segment.sum);
    }
    joined
}

fn add<const W: usize>(sum: &mut Lanes<W>, element: &Lanes<W>) {
    sum.iter_mut().zip(element).for_each(|(sum, element)| *sum += *element);
}

/// Appends the elements of a bucket to `out` in the order of a uniform permutation (Fisher and Yates, from
/// the inside out), and gives its pages back.
pub(super) fn shuffle<const W: usize>(
    bucket: Bucket<W>,
    mut draws: Draws,
    out: &mut Zeroizing<Vec<Lanes<W>>>,
    pool: &Pool,
) {
    let start = out.len();
    out.resize(start + bucket.len(), [Gf128::ZERO; W]);
    let out = &mut out[start..];
    let mut i = 0;
    for piece in bucket.0 {
        let mut left = piece.len;
        for pages in piece.pages {
            let places = 0..left.min(PAGE);
            for mut element in places.map(|at| std::array::from_fn(|w| pages[w][at])) {
                add(&mut element, &piece.before);
                let q = draws.below(i + 1);
                out[i] = out[q];
                out[q] = element;
                i += 1;
            }
            left -= left.min(PAGE);
            pages.into_iter().for_each(|page| pool.give(page));
        }
    }
}
