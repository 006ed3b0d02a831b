//! Waits that double up to a limit, scattered so that nodes which lost each other together don't return together.

use detente_accord::Time;

use crate::limits::RETRY_MS_MIN;

/// Where the scatter of waits comes from: numbers that follow from a seed, no secret.
#[derive(Clone, Debug)]
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Dice {
        Dice(seed)
    }

    /// The generator SplitMix64 by Steele, Lea and Flood, 2014.
    fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From half of `ms` to all of it.
    pub(super) fn scattered(&mut self, ms: u64) -> u64 {
        let half = ms / 2;
        half + self.draw() % (ms - half + 1)
    }

    /// When to try again after so many failures in a row.
    pub(super) fn again(&mut self, now: Time, failures: u32, ms_max: u64) -> Time {
        let doubled = RETRY_MS_MIN.saturating_mul(1 << failures.min(32));
        Time(now.0.saturating_add(self.scattered(doubled.min(ms_max))))
    }
}
