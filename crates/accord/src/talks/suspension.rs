//! Suspension: a normal act. Response clocks stand still, nothing said before loses its validity.

use detente_psi::Time;

use super::step::{Phase, step};
use super::thread::Machine;
use super::{Around, Due, Event, Now, Refusal, Side, Sides, Span, Step};
use crate::PartyId;
use crate::limits::DAY_MS;

/// Where a suspension stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SuspensionPhase {
    /// Said; its delay may still run.
    Said,
    /// Resumed.
    Resumed,
}

impl Phase for SuspensionPhase {
    fn word(self) -> &'static str {
        match self {
            SuspensionPhase::Said => "suspended",
            SuspensionPhase::Resumed => "resumed",
        }
    }
}

/// Only who suspended resumes.
pub const STEPS: &[Step<SuspensionPhase>] = &[Step {
    act: ("suspension", "resume"),
    by: Side::Opener,
    from: &[SuspensionPhase::Said],
    to: Some(SuspensionPhase::Resumed),
}];

/// A suspension.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Suspension {
    sides: Sides,
    phase: SuspensionPhase,
    /// From when it works: its receipt and the charter's delay. So it can't stop a clock about to expire.
    from: Option<Time>,
    /// How long at most, in milliseconds.
    length_ms: u64,
    /// When the resumption was received.
    resumed: Option<Time>,
}

impl Suspension {
    /// When clocks between two parties stand still by it.
    pub fn span(&self, one: &PartyId, other: &PartyId) -> Option<Span> {
        let between = |a: &PartyId, b: &PartyId| {
            *a == self.sides.opener && self.sides.addressee.as_ref().is_none_or(|to| to == b)
        };
        let from = self.from.filter(|_| between(one, other) || between(other, one))?;
        let planned = Time(from.0.saturating_add(self.length_ms));
        let until = self.resumed.map_or(planned, |resumed| resumed.min(planned));
        (from < until).then_some(Span { from, until: Some(until) })
    }

    /// Who suspended, and towards whom; nobody in particular is everybody.
    pub fn sides(&self) -> &Sides {
        &self.sides
    }
}

impl Machine for Suspension {
    fn open(event: &Event, around: &Around<'_>) -> Result<Suspension, Refusal> {
        let sides = Sides::of(event);
        let delay = around.rules.suspension_delay.ms();
        let received = match &sides.addressee {
            Some(to) => event.received_by(to),
            // Towards everybody it works when the last of them has it.
            None => {
                let others = around.parties.iter().filter(|party| *party != event.by());
                let times: Option<Vec<Time>> = others.map(|party| event.received_by(party)).collect();
                times.and_then(|times| times.into_iter().max())
            }
        };
        Ok(Suspension {
            sides,
            phase: SuspensionPhase::Said,
            from: received.map(|at| Time(at.0.saturating_add(delay))),
            length_ms: event.integer("days").unwrap_or(0).saturating_mul(DAY_MS),
            resumed: None,
        })
    }

    fn allows(&self, event: &Event, _: &Around<'_>) -> Result<(), Refusal> {
        step(STEPS, self.phase, &self.sides, event).map(drop)
    }

    fn apply(&mut self, event: &Event, around: &Around<'_>) {
        if let Ok(Some(to)) = step(STEPS, self.phase, &self.sides, event) {
            self.phase = to;
            let readers = around.parties.iter().filter(|party| *party != event.by());
            let reached = readers
                .filter(|party| self.sides.addressee.as_ref().is_none_or(|to| to == *party))
                .map(|party| event.reached(party).time);
            self.resumed = reached.max();
        }
    }

    fn phase(&self, now: &Now<'_>) -> &'static str {
        let expired = |from: Time| now.time.0 >= from.0.saturating_add(self.length_ms);
        match (self.phase, self.from) {
            (SuspensionPhase::Resumed, _) => self.phase.word(),
            (_, Some(from)) if expired(from) => "expired",
            (_, Some(from)) if now.time >= from => self.phase.word(),
            _ => "announced",
        }
    }

    fn dues(&self, _: &Now<'_>) -> Vec<Due> {
        Vec::new()
    }
}
