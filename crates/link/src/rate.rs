//! How often something may happen.

use std::time::Duration;

use tokio::time::Instant;

/// A rate with a burst: who is above it waits.
pub(crate) struct Rate {
    /// Between two events, for long.
    step: Duration,
    /// How far a burst may run ahead.
    ahead: Duration,
    /// When the next event would be due at the even rate.
    due: Instant,
}

impl Rate {
    pub(crate) fn new(per_second: u32, burst: u32) -> Rate {
        let step = Duration::from_secs(1) / per_second.max(1);
        Rate { step, ahead: step.saturating_mul(burst), due: Instant::now() }
    }

    /// Counts an event, and says how long it has to wait.
    pub(crate) fn wait(&mut self) -> Duration {
        let now = Instant::now();
        self.due = self.due.max(now) + self.step;
        self.due.saturating_duration_since(now).saturating_sub(self.ahead)
    }
}
