//! One accord with one peer: what the peer was shown, and whose exchange is running.

use detente_accord::Time;

use super::{Dice, Fate};
use crate::limits::{BUSY_MS, EXCHANGE_MS_MAX, REFUSED_MS_MAX, RETRY_MS_MAX, RETRY_MS_MIN, SLOW_MS};

/// Whose exchange is running.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Turn {
    /// Nobody's.
    Idle,
    /// Ours, with its number.
    Asking { number: u64, until: Time },
    /// The peer's.
    Serving { until: Time },
}

/// One accord with one peer.
#[derive(Clone, Debug)]
pub(super) struct Shared {
    stamp: u64,
    shown: Option<u64>,
    /// The stamp when the running exchange began.
    begun: u64,
    pub(super) turn: Turn,
    failures: u32,
    /// Not before, after a failure.
    wait: Time,
    /// At the latest, if nothing is new.
    slow: Time,
}

impl Shared {
    pub(super) fn new(now: Time, stamp: u64) -> Shared {
        Shared { stamp, shown: None, begun: stamp, turn: Turn::Idle, failures: 0, wait: now, slow: now }
    }

    /// Whether the peer was shown all there is.
    pub(super) fn is_shown(&self) -> bool {
        self.shown == Some(self.stamp)
    }

    /// What we hold differs from before. A long wait ends: the answer may be another now.
    pub(super) fn stands(&mut self, now: Time, stamp: u64) {
        if self.stamp != stamp {
            self.stamp = stamp;
            self.wait = self.wait.min(after(now, RETRY_MS_MIN));
        }
    }

    /// A new line: what ran on the old one is over, and a peer that was away may have lost what it was shown.
    pub(super) fn reconnected(&mut self, now: Time) {
        *self = Shared::new(now, self.stamp);
    }

    /// When an exchange of ours is due, if none runs.
    pub(super) fn due(&self) -> Option<Time> {
        let due = if self.is_shown() { self.slow } else { self.wait };
        (self.turn == Turn::Idle).then_some(due)
    }

    /// When a running exchange is given up.
    pub(super) fn until(&self) -> Option<Time> {
        match self.turn {
            Turn::Idle => None,
            Turn::Asking { until, .. } | Turn::Serving { until } => Some(until),
        }
    }

    pub(super) fn ask(&mut self, now: Time, number: u64) {
        self.turn = Turn::Asking { number, until: after(now, EXCHANGE_MS_MAX) };
        self.begun = self.stamp;
    }

    pub(super) fn serve(&mut self, now: Time) {
        self.turn = Turn::Serving { until: after(now, EXCHANGE_MS_MAX) };
        self.begun = self.stamp;
    }

    /// An exchange is over.
    pub(super) fn over(&mut self, now: Time, ours: Fate, dice: &mut Dice) {
        self.turn = Turn::Idle;
        match ours {
            Fate::Taken(stamp) => {
                // A packet may have had more than we were told of, by time alone: told later, it is shown already.
                // Without this an exchange would follow the other at once, for ever.
                if self.stamp == self.begun {
                    self.stamp = stamp;
                }
                (self.shown, self.failures, self.wait) = (Some(stamp), 0, now);
                self.slow = after(now, dice.scattered(SLOW_MS));
            }
            Fate::Refused => self.failed(now, REFUSED_MS_MAX, dice),
            Fate::Lost => self.failed(now, RETRY_MS_MAX, dice),
            Fate::Declined => self.wait = after(now, dice.scattered(BUSY_MS)),
        }
    }

    fn failed(&mut self, now: Time, ms_max: u64, dice: &mut Dice) {
        // What was shown before may be what was lost.
        self.shown = None;
        self.wait = dice.again(now, self.failures, ms_max);
        self.failures = self.failures.saturating_add(1);
    }
}

pub(super) fn after(now: Time, ms: u64) -> Time {
    Time(now.0.saturating_add(ms))
}
