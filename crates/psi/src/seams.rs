//! Switches that test builds alone have: each takes one defence away, so that a test can show what it keeps
//! off, or one cost. They hold for the thread that turns them on, while its closure runs.

use std::cell::Cell;

/// What can be switched.
#[derive(Clone, Copy)]
pub(crate) enum Seam {
    /// Base OTs carry no bytes of their own; their keys follow from public values. All that is made of the
    /// keys, and what binds them to the transcript, stays as it is.
    DealtTransfers,
    /// S takes any inputs of R to the correlations.
    NoCorrelationCheck,
    /// R takes any trees of S.
    NoTreeCheck,
}

thread_local! {
    static ON: Cell<u8> = const { Cell::new(0) };
}

fn bits(seams: &[Seam]) -> u8 {
    seams.iter().fold(0, |bits, seam| bits | 1 << *seam as u8)
}

/// Runs `test` with these switched.
pub(crate) fn with<T>(seams: &[Seam], test: impl FnOnce() -> T) -> T {
    struct Restore(u8);
    impl Drop for Restore {
        fn drop(&mut self) {
            ON.set(self.0);
        }
    }
    let _restore = Restore(ON.get());
    ON.set(ON.get() | bits(seams));
    test()
}

pub(crate) fn is_on(seam: Seam) -> bool {
    ON.get() & bits(&[seam]) != 0
}
