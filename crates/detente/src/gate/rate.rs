//! How often somebody may: buckets that fill with time. Pure.

use std::collections::BTreeMap;

use detente_accord::Time;

/// Buckets by whose they are.
pub(crate) struct Rates<K> {
    /// What a full bucket holds.
    burst: u32,
    /// How long one drop takes.
    drop_ms: u64,
    whose_max: usize,
    /// When the bucket of each would be full again.
    full_at: BTreeMap<K, u64>,
}

impl<K: Ord + Clone> Rates<K> {
    /// Buckets of `burst` that fill within `fill_ms`, for at most so many.
    pub(crate) fn new(burst: u32, fill_ms: u64, whose_max: usize) -> Rates<K> {
        let drop_ms = (fill_ms / u64::from(burst.max(1))).max(1);
        Rates { burst, drop_ms, whose_max, full_at: BTreeMap::new() }
    }

    /// Takes one; otherwise how many milliseconds until there is one.
    ///
    /// # Errors
    /// The time to wait.
    pub(crate) fn take(&mut self, whose: &K, now: Time) -> Result<(), u64> {
        let size_ms = self.drop_ms.saturating_mul(u64::from(self.burst));
        // A clock that was set back must not keep anybody out for longer than an empty bucket does.
        let latest = now.0.saturating_add(size_ms);
        if let Some(full_at) = self.full_at.get_mut(whose) {
            *full_at = (*full_at).min(latest);
        }
        let full_at = self.full_at.get(whose).copied().unwrap_or(now.0).max(now.0);
        let after = full_at.saturating_add(self.drop_ms);
        let over = after.saturating_sub(latest);
        if over > 0 {
            return Err(over);
        }
        self.make_room(whose, now);
        self.full_at.insert(whose.clone(), after);
        Ok(())
    }

    /// Forgets what is full again, and then the fullest: that costs the least.
    fn make_room(&mut self, whose: &K, now: Time) {
        if self.full_at.len() < self.whose_max || self.full_at.contains_key(whose) {
            return;
        }
        self.full_at.retain(|_, full_at| *full_at > now.0);
        if self.full_at.len() >= self.whose_max {
            let fullest =
                self.full_at.iter().min_by_key(|(_, full_at)| **full_at).map(|(key, _)| key.clone());
            fullest.map(|key| self.full_at.remove(&key));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_a_minute_and_then_one_every_twelve_seconds() {
        let mut rates = Rates::new(5, 60_000, 8);
        for _ in 0..5 {
            assert_eq!(rates.take(&1, Time(0)), Ok(()));
        }
        assert_eq!(rates.take(&1, Time(0)), Err(12_000));
        assert_eq!(rates.take(&2, Time(0)), Ok(()));
        assert_eq!(rates.take(&1, Time(11_999)), Err(1));
        assert_eq!(rates.take(&1, Time(12_000)), Ok(()));
        assert_eq!(rates.take(&1, Time(12_000)), Err(12_000));
    }

    #[test]
    fn a_clock_that_was_set_back_keeps_nobody_out_for_long() {
        let mut rates = Rates::new(5, 60_000, 8);
        assert_eq!(rates.take(&1, Time(1_000_000_000)), Ok(()));
        assert_eq!(rates.take(&1, Time(0)), Err(12_000));
        assert_eq!(rates.take(&1, Time(12_000)), Ok(()));
    }

    #[test]
    fn a_crowd_does_not_make_room_for_who_is_over() {
        let mut rates = Rates::new(2, 60_000, 3);
        assert!(rates.take(&0, Time(0)).is_ok() && rates.take(&0, Time(0)).is_ok());
        for other in 1..50 {
            assert_eq!(rates.take(&other, Time(0)), Ok(()));
        }
        assert!(rates.full_at.len() <= 3);
        assert!(rates.take(&0, Time(0)).is_err());
    }
}
