//! A steady clock for waits: milliseconds since the links began. It never jumps, as the wall's may.

use detente_accord::Time;
use tokio::time::{Duration, Instant};

/// The clock.
#[derive(Clone, Copy)]
pub(super) struct Clock(Instant);

impl Clock {
    pub(super) fn start() -> Clock {
        Clock(Instant::now())
    }

    pub(super) fn now(&self) -> Time {
        Time(u64::try_from(self.0.elapsed().as_millis()).unwrap_or(u64::MAX))
    }

    pub(super) fn instant(&self, time: Time) -> Instant {
        // Rounded up: a task that wakes before its time would spin until it has come.
        self.0 + Duration::from_millis(time.0.saturating_add(1))
    }

    /// A time of this clock by the wall, which shows `wall` now.
    pub(super) fn on_wall(&self, time: Time, wall: Time) -> Time {
        let now = self.now();
        match time.0.checked_sub(now.0) {
            Some(ahead) => Time(wall.0.saturating_add(ahead)),
            None => Time(wall.0.saturating_sub(now.0 - time.0)),
        }
    }
}
