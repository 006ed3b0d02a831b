//! Data-parallel work on a pool that is passed in. No thread is started here.

use std::sync::{Mutex, PoisonError};

/// Runs independent jobs, in whatever order and on however many threads it likes.
///
/// Nothing in this crate depends on the order: a job's result goes to the place of its number.
pub trait Par: Sync {
    /// Calls `job(0)`, …, `job(jobs - 1)` once each and returns when all are done.
    fn run(&self, jobs: usize, job: &(dyn Fn(usize) + Sync));
}

/// Runs one job after the other on the calling thread.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sequential;

impl Par for Sequential {
    fn run(&self, jobs: usize, job: &(dyn Fn(usize) + Sync)) {
        (0..jobs).for_each(job);
    }
}

/// The results of `jobs` jobs, in the order of their numbers.
///
/// # Panics
/// If `par` left a job out, which breaks its contract.
pub(crate) fn map<T: Send>(par: &dyn Par, jobs: usize, job: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let slots: Vec<Mutex<Option<T>>> = (0..jobs).map(|_| Mutex::new(None)).collect();
    par.run(jobs, &|index| {
        let result = job(index);
        *slots[index].lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
    });
    slots
        .into_iter()
        .map(|slot| slot.into_inner().unwrap_or_else(PoisonError::into_inner).expect("every job was run"))
        .collect()
}

/// Calls `job(index, chunk)` for the chunks of `size` that `slice` falls into; the last may be shorter.
pub(crate) fn for_chunks<T: Send>(
    par: &dyn Par,
    slice: &mut [T],
    size: usize,
    job: impl Fn(usize, &mut [T]) + Sync,
) {
    map_chunks(par, slice, size, job);
}

/// As [`for_chunks`], and gives what the jobs gave, in the order of the chunks.
pub(crate) fn map_chunks<T: Send, R: Send>(
    par: &dyn Par,
    slice: &mut [T],
    size: usize,
    job: impl Fn(usize, &mut [T]) -> R + Sync,
) -> Vec<R> {
    let chunks: Vec<Mutex<&mut [T]>> = slice.chunks_mut(size).map(Mutex::new).collect();
    map(par, chunks.len(), |index| {
        job(index, &mut chunks[index].lock().unwrap_or_else(PoisonError::into_inner))
    })
}

/// The `index`-th block of `0..total` cut into blocks of `size`; the last one may be shorter.
pub(crate) fn block(total: usize, size: usize, index: usize) -> std::ops::Range<usize> {
    let start = index * size;
    start..total.min(start + size)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use rayon::prelude::*;

    /// A pool with so many threads.
    pub(crate) struct Rayon(rayon::ThreadPool);

    impl Rayon {
        pub(crate) fn new(threads: usize) -> Rayon {
            Rayon(rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool"))
        }
    }

    impl Par for Rayon {
        fn run(&self, jobs: usize, job: &(dyn Fn(usize) + Sync)) {
            self.0.install(|| (0..jobs).into_par_iter().for_each(job));
        }
    }

    struct Backwards;

    impl Par for Backwards {
        fn run(&self, jobs: usize, job: &(dyn Fn(usize) + Sync)) {
            (0..jobs).rev().for_each(job);
        }
    }

    #[test]
    fn results_stand_in_job_order_whatever_the_order_of_work() {
        assert_eq!(map(&Sequential, 5, |i| i * i), [0, 1, 4, 9, 16]);
        assert_eq!(map(&Backwards, 5, |i| i * i), [0, 1, 4, 9, 16]);
        assert!(map(&Sequential, 0, |i| i).is_empty());
    }

    #[test]
    fn blocks_cover_everything_once() {
        assert_eq!([0, 1, 2].map(|i| block(10, 4, i)), [0..4, 4..8, 8..10]);
    }
}
