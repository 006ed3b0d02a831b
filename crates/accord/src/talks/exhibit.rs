//! Exhibits: things put on record by their fingerprints, opened to readers one by one.

use std::collections::BTreeMap;

use detente_psi::Time;

use super::step::{phases, row, step};
use super::thread::Machine;
use super::{Around, Due, Event, Now, Phase, Refusal, Side, Sides, Step};
use crate::PartyId;
use crate::limits::DAY_MS;
use ExhibitPhase::{Cancelled, Committed, Destroyed, Opened};

phases! {
    /// Where exhibits stand.
    ExhibitPhase {
        /// Their fingerprints are on record.
        Committed = "committed",
        /// Some were opened to somebody.
        Opened = "opened",
        /// Destroyed, and everybody told.
        Destroyed = "destroyed-with-notice",
        /// Committed in error.
        Cancelled = "cancelled",
    }
}

const HELD: &[ExhibitPhase] = &[Committed, Opened];

/// The machine.
pub const STEPS: &[Step<ExhibitPhase>] = &[
    row("exhibit", "open", Side::Opener, HELD, Some(Opened)),
    row("exhibit", "destroy", Side::Opener, HELD, Some(Destroyed)),
    row("withdrawal", "cancel", Side::Opener, &[Committed], Some(Cancelled)),
];

/// Exhibits that were committed together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Exhibit {
    /// Whose they are, and for whose matter they were committed.
    pub sides: Sides,
    /// Where they stand.
    pub phase: ExhibitPhase,
    /// How many.
    pub count: u64,
    /// How many of them were opened, by reader.
    pub opened: BTreeMap<PartyId, u64>,
    committed: Time,
}

impl Exhibit {
    /// Most that any one reader has.
    pub fn opened_most(&self) -> u64 {
        self.opened.values().copied().max().unwrap_or(0)
    }
}

impl Machine for Exhibit {
    fn open(event: &Event, _: &Around<'_>) -> Result<Exhibit, Refusal> {
        let count = event.integer("count").filter(|count| *count > 0);
        Ok(Exhibit {
            sides: Sides::of(event),
            phase: Committed,
            count: count.ok_or(Refusal::OutOfBounds { field: "count" })?,
            opened: BTreeMap::new(),
            committed: event.said(),
        })
    }

    fn allows(&self, event: &Event, _: &Around<'_>) -> Result<(), Refusal> {
        step(STEPS, self.phase, &self.sides, event)?;
        if !event.is("exhibit", "open") {
            return Ok(());
        }
        let before = event.to().and_then(|to| self.opened.get(&to).copied()).unwrap_or(0);
        let opened = event.integer("opened").unwrap_or(0);
        let fits = opened > 0 && opened <= self.count.saturating_sub(before);
        if fits { Ok(()) } else { Err(Refusal::OutOfBounds { field: "opened" }) }
    }

    fn apply(&mut self, event: &Event, _: &Around<'_>) {
        if let Some(to) = event.to().filter(|_| event.is("exhibit", "open")) {
            *self.opened.entry(to).or_default() += event.integer("opened").unwrap_or(0);
        }
        if let Ok(Some(to)) = step(STEPS, self.phase, &self.sides, event) {
            self.phase = to;
        }
    }

    fn phase(&self, now: &Now<'_>) -> &'static str {
        let kept_ms = now.rules.retention_d.saturating_mul(DAY_MS);
        let expired = kept_ms > 0 && now.time.0.saturating_sub(self.committed.0) >= kept_ms;
        if self.phase == Committed && expired { "expired" } else { self.phase.word() }
    }

    fn dues(&self, _: &Now<'_>) -> Vec<Due> {
        Vec::new()
    }
}
