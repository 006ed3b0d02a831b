//! Long vectors in pages of one size, which one stage gives back and the next takes up again: so a run's
//! memory stays near its largest vector, and threads fill pages of their own without sharing a slice.

use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::field::Gf128;

/// Elements of a page: 4 KiB. Small, because every open bucket of a permutation holds one.
pub(crate) const PAGE: usize = 256;

/// A page. Its owner wipes it or gives it back to its pool, which does.
pub(crate) type Page = Box<[Gf128; PAGE]>;

/// Pages that nobody uses at the moment.
#[derive(Default)]
pub(crate) struct Pool(Mutex<Vec<Page>>);

impl Pool {
    /// A page with whatever its last user left.
    pub(crate) fn take(&self) -> Page {
        self.free().pop().unwrap_or_else(|| Box::new([Gf128::ZERO; PAGE]))
    }

    pub(crate) fn give(&self, page: Page) {
        self.free().push(page);
    }

    /// The elements of `pages` in one piece; the pages go to the pool.
    pub(crate) fn contiguous(&self, pages: Vec<Page>) -> Vec<Gf128> {
        let mut elements = Vec::with_capacity(pages.len() * PAGE);
        for page in pages {
            elements.extend_from_slice(&page[..]);
            self.give(page);
        }
        elements
    }

    pub(crate) fn give_all(&self, pages: Vec<Page>) {
        self.free().extend(pages);
    }

    /// Frees the pages that nobody uses, for allocations of other sizes.
    pub(crate) fn clear(&self) {
        wipe(&mut self.free());
    }

    fn free(&self) -> std::sync::MutexGuard<'_, Vec<Page>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.clear();
    }
}

fn wipe(pages: &mut Vec<Page>) {
    pages.iter_mut().for_each(|page| page.zeroize());
    pages.clear();
}

/// Elements in pages, all full but the last.
#[derive(Default)]
pub(crate) struct Run {
    pages: Vec<Page>,
    len: usize,
}

impl Run {
    pub(crate) fn new(elements: &[Gf128], pool: &Pool) -> Run {
        let mut run = Run::default();
        run.extend(elements, pool);
        run
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn extend(&mut self, elements: &[Gf128], pool: &Pool) {
        let mut rest = elements;
        while !rest.is_empty() {
            let at = self.len % PAGE;
            if at == 0 {
                self.pages.push(pool.take());
            }
            let page = self.pages.last_mut().expect("a page was just pushed if there was none");
            let (now, later) = rest.split_at(rest.len().min(PAGE - at));
            page[at..at + now.len()].copy_from_slice(now);
            self.len += now.len();
            rest = later;
        }
    }

    /// Drops what lies beyond `len`; pages that fall free go to the pool.
    fn truncate(&mut self, len: usize, pool: &Pool) {
        self.len = self.len.min(len);
        pool.give_all(self.pages.split_off(self.len.div_ceil(PAGE)));
    }

    /// Copies elements from `start` on.
    fn copy(&self, start: usize, out: &mut [Gf128]) {
        let mut at = start;
        let mut rest = out;
        while !rest.is_empty() {
            let page = &self.pages[at / PAGE][at % PAGE..];
            let (now, later) = rest.split_at_mut(page.len().min(rest.len()));
            now.copy_from_slice(&page[..now.len()]);
            at += now.len();
            rest = later;
        }
    }
}

impl Zeroize for Run {
    fn zeroize(&mut self) {
        wipe(&mut self.pages);
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        self.zeroize();
    }
}

impl ZeroizeOnDrop for Run {}

/// A vector made of runs, one after the other.
#[derive(Default)]
pub(crate) struct Slots(Vec<(usize, Run)>);

impl Slots {
    pub(crate) fn len(&self) -> usize {
        self.0.last().map_or(0, |(start, run)| start + run.len())
    }

    pub(crate) fn push(&mut self, run: Run) {
        self.0.push((self.len(), run));
    }

    /// Appends the first `len` elements of `other`.
    pub(crate) fn append(&mut self, other: Slots, len: usize, pool: &Pool) {
        for (start, mut run) in other.0 {
            run.truncate(len.saturating_sub(start), pool);
            self.push(run);
        }
    }

    /// Appends all of `other`.
    pub(crate) fn extend(&mut self, other: Slots) {
        other.0.into_iter().for_each(|(_, run)| self.push(run));
    }

    /// Copies the elements in `range` to `out`, which has its length.
    pub(crate) fn copy(&self, range: Range<usize>, out: &mut [Gf128]) {
        let mut at = range.start;
        let mut rest = out;
        while at < range.end {
            let (start, run) = &self.0[self.0.partition_point(|(start, _)| *start <= at) - 1];
            let (now, later) = rest.split_at_mut((start + run.len()).min(range.end) - at);
            run.copy(at - start, now);
            at += now.len();
            rest = later;
        }
    }

    /// Frees the runs that end at or before `end`.
    pub(crate) fn drop_before(&mut self, end: usize) {
        for (_, run) in self.0.iter_mut().take_while(|(start, run)| start + run.len() <= end) {
            run.zeroize();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_read_as_one_vector() {
        let (pool, mut slots) = (Pool::default(), Slots::default());
        let all: Vec<Gf128> = (0..1500).map(Gf128).collect();
        for piece in [&all[..1], &all[1..257], &all[257..258], &all[258..1100], &all[1100..]] {
            let mut run = Run::default();
            let (head, tail) = piece.split_at(piece.len() / 3);
            run.extend(head, &pool);
            run.extend(tail, &pool);
            slots.push(run);
        }
        assert_eq!(slots.len(), 1500);
        for range in [0..1500, 0..0, 255..259, 1099..1101, 1499..1500, 300..900] {
            let mut out = vec![Gf128::ZERO; range.len()];
            slots.copy(range.clone(), &mut out);
            assert!(out == all[range]);
        }
    }
}
