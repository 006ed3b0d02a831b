//! Buckets: elements with one label, in the order in which they came, in pages of several segments. Which
//! label an element has stands in `stream`.

use zeroize::Zeroizing;

use super::stream::Draws;
use crate::field::Gf128;
use crate::pages::{PAGE, Page, Pool};

/// One bucket: the pieces that the segments gave to it.
pub(super) struct Bucket(Vec<Piece>);

/// What a segment gave to a bucket. All elements lack the running sum of the segments before.
struct Piece {
    pages: Vec<Page>,
    len: usize,
    before: Gf128,
}

impl Bucket {
    pub(super) fn len(&self) -> usize {
        self.0.iter().map(|piece| piece.len).sum()
    }
}

/// Takes elements in order, sums them up and puts each sum to the bucket it is for.
pub(super) struct Scatter<'p> {
    pool: &'p Pool,
    sum: Gf128,
    tails: Vec<Tail>,
}

/// The open end of a bucket.
struct Tail {
    open: Page,
    at: usize,
    full: Vec<Page>,
}

impl<'p> Scatter<'p> {
    pub(super) fn new(buckets: usize, pool: &'p Pool) -> Scatter<'p> {
        let tail = |_| Tail { open: pool.take(), at: 0, full: Vec::new() };
        Scatter { pool, sum: Gf128::ZERO, tails: (0..buckets).map(tail).collect() }
    }

    #[inline]
    pub(super) fn accumulate(&mut self, element: Gf128, bucket: usize) {
        let tail = &mut self.tails[bucket];
        self.sum += element;
        tail.open[tail.at % PAGE] = self.sum;
        tail.at += 1;
        if tail.at == PAGE {
            tail.close(self.pool);
        }
    }
}

impl Tail {
    #[cold]
    fn close(&mut self, pool: &Pool) {
        self.full.push(std::mem::replace(&mut self.open, pool.take()));
        self.at = 0;
    }
}

/// The buckets of all segments, and what each segment's sums lack.
pub(super) fn join(segments: Vec<Scatter<'_>>) -> Vec<Bucket> {
    let buckets = segments.first().map_or(0, |segment| segment.tails.len());
    let mut joined: Vec<Bucket> = (0..buckets).map(|_| Bucket(Vec::new())).collect();
    let mut before = Gf128::ZERO;
    for segment in segments {
        for (bucket, tail) in joined.iter_mut().zip(segment.tails) {
            let len = tail.full.len() * PAGE + tail.at;
            let mut pages = tail.full;
            pages.push(tail.open);
            bucket.0.push(Piece { pages, len, before });
        }
        before += segment.sum;
    }
    joined
}

/// Appends the elements of a bucket to `out` in the order of a uniform permutation (Fisher and Yates, from
/// the inside out), and gives its pages back.
pub(super) fn shuffle(bucket: Bucket, mut draws: Draws, out: &mut Zeroizing<Vec<Gf128>>, pool: &Pool) {
    let start = out.len();
    out.resize(start + bucket.len(), Gf128::ZERO);
    let out = &mut out[start..];
    let mut i = 0;
    for piece in bucket.0 {
        let mut left = piece.len;
        for page in piece.pages {
            for element in &page[..left.min(PAGE)] {
                let q = draws.below(i + 1);
                out[i] = out[q];
                out[q] = *element + piece.before;
                i += 1;
            }
            left -= left.min(PAGE);
            pool.give(page);
        }
    }
}
