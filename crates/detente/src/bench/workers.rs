//! The threads of one party.

use detente_psi::{Par, Sequential};
use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

use super::order::Order;
use crate::exit::{Exit, Failure};

/// One thread is the caller's own, without a pool around it.
pub(super) enum Workers {
    One,
    Many(ThreadPool),
}

impl Workers {
    pub(super) fn new(order: &Order) -> Result<Workers, Failure> {
        if order.threads.get() == 1 {
            return Ok(Workers::One);
        }
        let pool = ThreadPoolBuilder::new().num_threads(order.threads.get()).build();
        pool.map(Workers::Many)
            .map_err(|error| Failure::new(Exit::Temporary, format!("cannot start threads: {error}")))
    }

    /// Does the work on one of these threads.
    pub(super) fn install<T: Send>(&self, work: impl FnOnce(&dyn Par) -> T + Send) -> T {
        match self {
            Workers::One => work(&Sequential),
            Workers::Many(pool) => pool.install(|| work(&InPool)),
        }
    }
}

/// Runs jobs in the pool that the caller is in.
struct InPool;

impl Par for InPool {
    fn run(&self, jobs: usize, job: &(dyn Fn(usize) + Sync)) {
        (0..jobs).into_par_iter().for_each(job);
    }
}
