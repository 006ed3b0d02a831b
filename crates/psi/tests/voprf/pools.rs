//! Pools to run the machines on. Not tests.

use detente_psi::Par;

/// Spreads jobs over threads that each take every n-th, from the back.
pub(crate) struct Threads(pub(crate) usize);

impl Par for Threads {
    fn run(&self, jobs: usize, job: &(dyn Fn(usize) + Sync)) {
        let threads = self.0;
        std::thread::scope(|scope| {
            for first in 0..threads {
                scope.spawn(move || (0..jobs).rev().filter(|i| i % threads == first).for_each(job));
            }
        });
    }
}

/// The pool the node will use.
pub(crate) struct Rayon;

impl Par for Rayon {
    fn run(&self, jobs: usize, job: &(dyn Fn(usize) + Sync)) {
        use rayon::prelude::*;
        (0..jobs).into_par_iter().for_each(job);
    }
}
