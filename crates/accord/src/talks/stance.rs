//! What parties say about what was said: positions and objections, and denials outside an inquiry.

use super::{Event, When};
use crate::PartyId;
use crate::record::Position;

/// What somebody says about an entry of the thread.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stance {
    /// The entry.
    pub position: Position,
    /// Who says it.
    pub by: PartyId,
    /// `note`, `contest`, `corroborate`; of objections `raise`, `maintain`.
    pub what: &'static str,
    /// Which entry it is about.
    pub about: Option<Position>,
    /// Its author withdrew it.
    pub withdrawn: bool,
}

/// A denial of what a notice or a claim says. Repeats are counted, never overwritten.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Denial {
    /// The entry.
    pub position: Position,
    /// Who denies.
    pub by: PartyId,
    /// When it reached whoever opened the thread.
    pub when: When,
    /// Its author withdrew it.
    pub withdrawn: bool,
}

/// Takes a position or an objection.
pub(super) fn take(stances: &mut Vec<Stance>, event: &Event) {
    stances.push(Stance {
        position: event.position.clone(),
        by: event.by().clone(),
        what: event.act.name,
        about: event.first_target(),
        withdrawn: false,
    });
}

/// Marks what its author withdrew.
pub(super) fn take_back(stances: &mut [Stance], target: Option<&Position>) {
    for stance in stances.iter_mut().filter(|stance| Some(&stance.position) == target) {
        stance.withdrawn = true;
    }
}

/// Takes a denial that is addressed to `reader`.
pub(super) fn deny(denials: &mut Vec<Denial>, event: &Event, reader: &PartyId) {
    let (position, by, when) = (event.position.clone(), event.by().clone(), event.reached(reader));
    denials.push(Denial { position, by, when, withdrawn: false });
}

/// Marks a denial that its author withdrew.
pub(super) fn take_denial_back(denials: &mut [Denial], target: Option<&Position>) {
    for denial in denials.iter_mut().filter(|denial| Some(&denial.position) == target) {
        denial.withdrawn = true;
    }
}
