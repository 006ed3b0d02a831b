//! What this process has cost so far, and which phase it was for.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};

use crate::matching::Watch;

/// CPU time of all threads of this process.
pub(super) fn cpu() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    let part = |number: i64| u64::try_from(number).unwrap_or(0);
    Duration::from_secs(part(time.tv_sec)) + Duration::from_nanos(part(time.tv_nsec))
}

/// The most memory that this process had at once, where the system tells.
pub(super) fn peak_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}

/// Books CPU time by phase while it runs.
pub(super) struct Account {
    begun: (Instant, Duration),
    open: Option<(&'static str, Duration)>,
    phases: BTreeMap<String, f64>,
}

/// What was booked.
pub(super) struct Booked {
    pub(super) wall_seconds: f64,
    pub(super) cpu_seconds: f64,
    pub(super) phases: BTreeMap<String, f64>,
}

impl Account {
    pub(super) fn open() -> Account {
        Account { begun: (Instant::now(), cpu()), open: None, phases: BTreeMap::new() }
    }

    /// Books work that is no call of a machine.
    pub(super) fn book<T>(&mut self, phase: &'static str, work: impl FnOnce() -> T) -> T {
        self.begins(phase);
        let done = work();
        self.ends();
        done
    }

    /// Books what this process spent beside the phases, if it serves one party alone: carrying bytes.
    pub(super) fn close(mut self) -> Booked {
        let (wall_begun, cpu_begun) = self.begun;
        let cpu_seconds = (cpu() - cpu_begun).as_secs_f64();
        let beside = cpu_seconds - self.booked();
        self.phases.insert("link".to_owned(), beside.max(0.0));
        Booked { wall_seconds: wall_begun.elapsed().as_secs_f64(), cpu_seconds, phases: self.phases }
    }

    /// Books nothing but the phases, where the process serves both parties.
    pub(super) fn close_shared(self) -> Booked {
        let wall_seconds = self.begun.0.elapsed().as_secs_f64();
        Booked { wall_seconds, cpu_seconds: self.booked(), phases: self.phases }
    }

    fn booked(&self) -> f64 {
        self.phases.values().sum()
    }
}

impl Watch for Account {
    fn begins(&mut self, phase: &'static str) {
        self.open = Some((phase, cpu()));
    }

    fn ends(&mut self) {
        if let Some((phase, begun)) = self.open.take() {
            *self.phases.entry(phase.to_owned()).or_default() += (cpu() - begun).as_secs_f64();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phases_and_link_add_up_to_the_whole() {
        let mut account = Account::open();
        for phase in ["one", "two", "one"] {
            account.book(phase, || (0..100_000_u64).fold(0, |sum, n| std::hint::black_box(sum ^ n)));
        }
        let booked = account.close();
        assert_eq!(booked.phases.keys().collect::<Vec<_>>(), ["link", "one", "two"]);
        assert!((booked.phases.values().sum::<f64>() - booked.cpu_seconds).abs() < 1e-6);
        assert!(booked.cpu_seconds > 0.0);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn linux_tells_the_peak() {
        assert!(peak_bytes().unwrap() > 1 << 20);
    }
}
