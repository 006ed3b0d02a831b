//! The thread pool behind [`Par`]: where the matching core's jobs run, and where progress is counted.

use detente_psi::Par;
use indicatif::ProgressBar;
use rayon::prelude::*;

/// Runs jobs on rayon's pool and moves a progress bar.
pub(crate) struct Pool {
    bar: ProgressBar,
}

impl Pool {
    pub(crate) fn with_progress(bar: ProgressBar) -> Pool {
        Pool { bar }
    }
}

impl Par for Pool {
    fn run(&self, jobs: usize, job: &(dyn Fn(usize) + Sync)) {
        self.bar.inc_length(jobs as u64);
        (0..jobs).into_par_iter().for_each(|number| {
            job(number);
            self.bar.inc(1);
        });
    }
}
