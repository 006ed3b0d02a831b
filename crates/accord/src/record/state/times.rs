//! When the entries of logs were first cosigned, by source.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::record::held::{Cosigner, Position};
use crate::record::names::LogId;

/// For each log and source: the largest heads it cosigned by which times, in seconds. A head that was cosigned no
/// sooner than a larger one shows nothing more, so times rise with sizes.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub(super) struct Times {
    logs: BTreeMap<LogId, BTreeMap<Cosigner, BTreeMap<u64, u64>>>,
}

impl Times {
    /// Takes a cosignature over the first `size` entries; gives the entries that were not cosigned by then before.
    pub(super) fn take(&mut self, log: &LogId, source: &Cosigner, size: u64, time: u64) -> Range<u64> {
        let of_log = match self.logs.get_mut(log) {
            Some(of_log) => of_log,
            None => self.logs.entry(log.clone()).or_default(),
        };
        let steps = match of_log.get_mut(source) {
            Some(steps) => steps,
            None => of_log.entry(source.clone()).or_default(),
        };
        if steps.range(size..).next().is_some_and(|(_, sooner)| *sooner <= time) {
            return 0..0;
        }
        while let Some((smaller, later)) = steps.range(..=size).next_back().map(|(s, t)| (*s, *t)) {
            if later <= time {
                steps.insert(size, time);
                return smaller..size;
            }
            steps.remove(&smaller);
        }
        steps.insert(size, time);
        0..size
    }

    /// When each source first cosigned a head that includes the entry.
    pub(super) fn firsts(&self, position: &Position) -> impl Iterator<Item = u64> {
        let sources = self.logs.get(&position.log).into_iter().flatten();
        let behind = position.seq.saturating_add(1);
        sources.filter_map(move |(_, steps)| steps.range(behind..).next().map(|(_, time)| *time))
    }

    /// The `nth` smallest of them, from 0.
    pub(super) fn nth(&self, position: &Position, nth: usize) -> Option<u64> {
        let mut firsts: Vec<u64> = self.firsts(position).collect();
        firsts.sort_unstable();
        firsts.get(nth).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PartyId;

    fn log() -> LogId {
        LogId::new(PartyId::parse("a").unwrap(), 0)
    }

    fn by(name: &str) -> Cosigner {
        Cosigner::Mirror(PartyId::parse(name).unwrap())
    }

    /// Whatever comes in whatever order: the first time over an entry is the smallest over all heads that include it.
    #[test]
    fn the_first_time_is_the_smallest_over_the_entry() {
        let mut state = 7_u64;
        let mut below = |n: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % n
        };
        for _ in 0..200 {
            let (mut times, mut all) = (Times::default(), Vec::new());
            for _ in 0..12 {
                let (size, time) = (1 + below(10), below(10));
                let before: Vec<_> = (0..12).map(|seq| times.nth(&Position::new(log(), seq), 0)).collect();
                let changed = times.take(&log(), &by("b"), size, time);
                all.push((size, time));
                for seq in 0..12 {
                    let over = all.iter().filter(|(size, _)| *size > seq).map(|(_, time)| *time).min();
                    assert_eq!(times.nth(&Position::new(log(), seq), 0), over, "{all:?} {seq}");
                    assert_eq!(changed.contains(&seq), over != before[seq as usize], "{all:?} {seq}");
                }
            }
        }
    }

    #[test]
    fn each_source_counts_once() {
        let mut times = Times::default();
        times.take(&log(), &by("b"), 3, 10);
        times.take(&log(), &by("b"), 5, 12);
        times.take(&log(), &by("c"), 4, 11);
        let nth = |seq, nth| times.nth(&Position::new(log(), seq), nth);
        assert_eq!((nth(2, 0), nth(2, 1), nth(2, 2)), (Some(10), Some(11), None));
        assert_eq!((nth(3, 0), nth(4, 0), nth(4, 1), nth(5, 0)), (Some(11), Some(12), None, None));
    }
}
