//! Memory in pages of one size, which one pass over a vector gives back and the next takes up again: so no pass
//! needs twice the vector, and threads fill pages of their own without sharing a slice.

use std::sync::{Mutex, PoisonError};

use zeroize::Zeroize;

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
