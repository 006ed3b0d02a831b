//! The line to one peer: dialled for ever, asked for a word when it is quiet, given up when it stays so.

use detente_accord::Time;

use super::Dice;
use super::shared::after;
use crate::limits::{DIAL_MS_MAX, PING_MS, RETRY_MS_MAX, SILENCE_MS_MAX};

/// How the line stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Line {
    /// Down: the next dial is due then.
    Down { since: Time, due: Time },
    /// A dial of ours runs.
    Dialling { since: Time, until: Time },
    /// A connection stands. When it did last ask for a word, and whether one ever came.
    Up { since: Time, heard: Time, asked: Time, spoke: bool },
}

/// What a line wants.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Want {
    Dial,
    Ping,
    HangUp,
}

impl Line {
    pub(super) fn new(now: Time) -> Line {
        Line::Down { since: now, due: now }
    }

    pub(super) fn is_up(&self) -> bool {
        matches!(self, Line::Up { .. })
    }

    pub(super) fn connected(now: Time) -> Line {
        Line::Up { since: now, heard: now, asked: now, spoke: false }
    }

    pub(super) fn heard(&mut self, now: Time) {
        if let Line::Up { heard, spoke, .. } = self {
            (*heard, *spoke) = (now, true);
        }
    }

    /// Goes down, and gives how many tries have failed in a row.
    pub(super) fn ended(&mut self, now: Time, failures: u32, dice: &mut Dice) -> u32 {
        // A peer that takes the call, says nothing and hangs up is no better than one that is away.
        let failures = if matches!(self, Line::Up { spoke: true, .. }) { 0 } else { failures };
        let since = match *self {
            Line::Down { since, .. } | Line::Dialling { since, .. } => since,
            Line::Up { .. } => now,
        };
        *self = Line::Down { since, due: dice.again(now, failures, RETRY_MS_MAX) };
        failures.saturating_add(1)
    }

    pub(super) fn deadline(&self) -> Time {
        match *self {
            Line::Down { due, .. } => due,
            Line::Dialling { until, .. } => until,
            Line::Up { heard, asked, .. } => {
                after(heard.max(asked), PING_MS).min(after(heard, SILENCE_MS_MAX))
            }
        }
    }

    /// What is due now. A dial and a ping count as begun.
    pub(super) fn due(&mut self, now: Time) -> Option<Want> {
        if now < self.deadline() {
            return None;
        }
        match self {
            Line::Down { since, .. } => {
                *self = Line::Dialling { since: *since, until: after(now, DIAL_MS_MAX) };
                Some(Want::Dial)
            }
            Line::Up { heard, .. } if now >= after(*heard, SILENCE_MS_MAX) => Some(Want::HangUp),
            Line::Up { asked, .. } => {
                *asked = now;
                Some(Want::Ping)
            }
            Line::Dialling { .. } => Some(Want::HangUp),
        }
    }
}
