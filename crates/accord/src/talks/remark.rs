//! What an observer says: a note, "I see a gap", and a request for an item, which is granted or declined.

use super::step::{phases, row, step};
use super::thread::Machine;
use super::{Around, Due, Event, Now, Phase, Refusal, Side, Sides, Step};
use crate::record::Position;
use RemarkPhase::{Declined, Gap, Granted, Noted, Requested, Withdrawn};

phases! {
    /// Where a remark stands.
    RemarkPhase {
        /// A note.
        Noted = "noted",
        /// The observer sees a gap.
        Gap = "gap",
        /// A request that nobody has answered.
        Requested = "open",
        /// Granted; the content follows.
        Granted = "granted",
        /// Declined, with a reason.
        Declined = "declined",
        /// The observer withdrew it.
        Withdrawn = "withdrawn",
    }
}

const UNANSWERED: &[RemarkPhase] = &[Noted, Gap, Requested];

/// The machine.
pub const STEPS: &[Step<RemarkPhase>] = &[
    row("observer", "grant", Side::Addressee, &[Requested], Some(Granted)),
    row("observer", "decline", Side::Addressee, &[Requested], Some(Declined)),
    row("withdrawal", "withdraw", Side::Opener, UNANSWERED, Some(Withdrawn)),
    row("withdrawal", "cancel", Side::Opener, UNANSWERED, Some(Withdrawn)),
];

/// A remark of an observer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Remark {
    /// Which observer, and to whom.
    pub sides: Sides,
    /// Where it stands.
    pub phase: RemarkPhase,
    /// `note`, `gap`, `ask`.
    pub kind: &'static str,
    /// The entries that it is about.
    pub about: Vec<Position>,
    /// What it says in a code.
    pub code: Option<String>,
}

impl Machine for Remark {
    fn open(event: &Event, _: &Around<'_>) -> Result<Remark, Refusal> {
        if !event.watches {
            return Err(Refusal::NotPermitted);
        }
        Ok(Remark {
            sides: Sides::of(event),
            phase: match event.act.name {
                "ask" => Requested,
                "gap" => Gap,
                _ => Noted,
            },
            kind: event.act.name,
            about: event.targets().collect(),
            code: event.word("code").map(str::to_owned),
        })
    }

    fn allows(&self, event: &Event, _: &Around<'_>) -> Result<(), Refusal> {
        step(STEPS, self.phase, &self.sides, event).map(drop)
    }

    fn apply(&mut self, event: &Event, _: &Around<'_>) {
        if let Ok(Some(to)) = step(STEPS, self.phase, &self.sides, event) {
            self.phase = to;
        }
    }

    fn phase(&self, _: &Now<'_>) -> &'static str {
        self.phase.word()
    }

    fn dues(&self, _: &Now<'_>) -> Vec<Due> {
        Vec::new()
    }
}
