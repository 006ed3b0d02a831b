//! What surrounds a thread: rules, parties, and for questions about now the time.

use std::collections::BTreeSet;
use std::sync::Arc;

use detente_psi::Time;

use super::{Span, Talks};
use crate::PartyId;
use crate::record::{Order, Rules};

/// What held at the place of a statement. A clock that runs keeps the rules it started under.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Setting {
    /// The rules in force there.
    pub rules: Arc<Rules>,
    /// The parties whose word counts there.
    pub parties: BTreeSet<PartyId>,
    /// The observers that the charter names.
    pub observers: BTreeSet<PartyId>,
    /// Whether the charter is bare: such an accord is in force as soon as it is open.
    pub is_bare: bool,
}

/// What a machine may look at beside its own thread when it judges an act.
#[derive(Clone, Copy)]
pub struct Around<'a> {
    /// The rules in force at the place of the act.
    pub rules: &'a Rules,
    /// The parties whose word counts there.
    pub parties: &'a BTreeSet<PartyId>,
    /// The observers that the charter names.
    pub observers: &'a BTreeSet<PartyId>,
    /// When response clocks between the two sides of the thread stand still.
    pub suspended: &'a [Span],
    /// Whether the charter is bare.
    pub is_bare: bool,
    /// Who had seen what.
    pub order: &'a Order,
}

impl Around<'_> {
    /// The parties that an act is addressed to: one, or every other one.
    pub fn readers(&self, event: &super::Event) -> Vec<PartyId> {
        match event.to() {
            Some(to) => vec![to],
            None => self.parties.iter().filter(|party| *party != event.by()).cloned().collect(),
        }
    }
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
