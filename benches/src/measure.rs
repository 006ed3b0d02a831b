//! Seconds of a piece of work, and CPU time and memory of another program.

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use wait4::Wait4 as _;

/// The result and the shortest of `rounds` runs, in seconds: what disturbs a run only makes it longer.
pub(crate) fn best_of<T>(rounds: u32, mut work: impl FnMut() -> Result<T>) -> Result<(T, f64)> {
    let mut best: Option<(T, f64)> = None;
    for _ in 0..rounds.max(1) {
        let (result, seconds) = timed(&mut work);
        if best.as_ref().is_none_or(|(_, shortest)| seconds < *shortest) {
            best = Some((result?, seconds));
        }
    }
    best.context("no round")
}

/// The result of a piece of work on this thread and its seconds: those on a processor where the system tells
/// them, because other programs may want the same one.
pub(crate) fn timed<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let (begun, on_processor) = (Instant::now(), processor_seconds());
    let result = work();
    let (took, on_processor_after) = (begun.elapsed().as_secs_f64(), processor_seconds());
    (result, on_processor_after.zip(on_processor).map_or(took, |(after, before)| after - before))
}

/// Seconds of a piece of work that is shorter than the system's clock of processor time can tell: the mean of as
/// many runs as fill [`SHORT_SECONDS`].
pub(crate) fn mean_of_short<T>(mut work: impl FnMut() -> T) -> f64 {
    let mut runs = 1;
    loop {
        let ((), seconds) = timed(|| (0..runs).for_each(|_| drop(std::hint::black_box(work()))));
        if seconds >= SHORT_SECONDS {
            return seconds / f64::from(runs);
        }
        runs *= 4;
    }
}

const SHORT_SECONDS: f64 = 0.2;

/// What this thread has had of a processor so far.
fn processor_seconds() -> Option<f64> {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds: f64 = told.split_whitespace().next()?.parse().ok()?;
    Some(nanoseconds / 1e9)
}

/// What a program cost.
pub(crate) struct Cost {
    pub(crate) wall: Duration,
    /// User and system, all threads and all programs it ran itself.
    pub(crate) cpu: Duration,
    /// Highest resident memory of it, or of the largest program it ran.
    pub(crate) rss_bytes_max: u64,
}

/// Runs a program to its end.
pub(crate) fn cost(command: &mut Command) -> Result<Cost> {
    let begun = Instant::now();
    let name = format!("{command:?}");
    let ended = command.spawn().with_context(|| format!("cannot run {name}"))?.wait4()?;
    ensure!(ended.status.success(), "{name} ended with {}", ended.status);
    let usage = ended.rusage;
    Ok(Cost { wall: begun.elapsed(), cpu: usage.utime + usage.stime, rss_bytes_max: usage.maxrss })
}

/// Megabytes of 10^6 bytes.
pub(crate) fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}
