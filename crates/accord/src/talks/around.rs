//! What surrounds a thread: rules, parties, and for questions about now the time.

use std::collections::BTreeSet;

use detente_psi::Time;

use super::{Span, Talks};
use crate::PartyId;
use crate::record::Rules;

/// What a machine may look at beside its own thread when it judges an act.
#[derive(Clone, Copy)]
pub struct Around<'a> {
    /// The rules in force at the place of the act.
    pub rules: &'a Rules,
    /// The parties whose word counts there.
    pub parties: &'a BTreeSet<PartyId>,
}

/// A moment at which the talks are looked at.
#[derive(Clone, Copy)]
pub struct Now<'a> {
    /// The time.
    pub time: Time,
    /// The rules.
    pub rules: &'a Rules,
    /// The talks: suspensions stop clocks.
    pub talks: &'a Talks,
}

impl Now<'_> {
    /// When clocks between two parties stand still.
    pub fn pauses(&self, one: &PartyId, other: &PartyId) -> Vec<Span> {
        self.talks.pauses(one, other)
    }
}
