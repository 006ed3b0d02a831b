//! One statement of the talks, with what is known of its time.

use std::collections::BTreeMap;
use std::sync::Arc;

use detente_psi::Time;

use super::around::{Around, Setting};
use crate::PartyId;
use crate::jcs::Value;
use crate::record::{Act, Leaf, Order, Position, Rel, Rules};
use crate::record::{hash, integer, place_of, text};

/// A statement whose form, references and signatures were checked.
#[derive(Clone, Debug)]
pub struct Event {
    /// Where it stands.
    pub position: Position,
    /// Its row of the table of acts.
    pub act: &'static Act,
    /// The entry.
    pub leaf: Arc<Leaf>,
    /// Whether its author watches: an observer of the accord.
    pub watches: bool,
    /// When each other node received it, by its own machine receipt, clamped into the interval of that receipt.
    pub received: BTreeMap<PartyId, Time>,
    /// The earliest cosignature over it by another party or an agreed witness.
    pub witnessed: Option<Time>,
    /// What held at its place.
    pub setting: Arc<Setting>,
}

/// A time, and what it rests on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct When {
    /// The time.
    pub time: Time,
    /// What shows it.
    pub proof: Proof,
}

/// What a time rests on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Proof {
    /// The machine receipt of whom it was addressed to.
    Receipt,
    /// A cosignature over a head that includes it.
    Cosigned,
    /// Its author's clock alone: shown as "not proved".
    Claimed,
}

impl Event {
    /// What surrounds it.
    pub fn around<'a>(&'a self, order: &'a Order) -> Around<'a> {
        let Setting { rules, parties, observers, is_bare } = self.setting.as_ref();
        Around { rules, parties, observers, suspended: &[], is_bare: *is_bare, order }
    }

    /// The earliest time at which it can be shown to have been there; without anybody's evidence what its author
    /// says.
    pub fn moment(&self) -> Time {
        let shown = self.received.values().copied().chain(self.witnessed);
        shown.fold(self.said(), Time::min)
    }

    /// Its author.
    pub fn by(&self) -> &PartyId {
        &self.leaf.said.party
    }

    /// To whom it is addressed, if to one party.
    pub fn to(&self) -> Option<PartyId> {
        text(&self.leaf, "to").and_then(PartyId::parse)
    }

    /// Whether it is this act.
    pub fn is(&self, kind: &str, act: &str) -> bool {
        self.act.kind == kind && self.act.name == act
    }

    /// A public field that is text.
    pub fn word(&self, field: &str) -> Option<&str> {
        text(&self.leaf, field)
    }

    /// A public field that is an integer.
    pub fn integer(&self, field: &str) -> Option<u64> {
        integer(&self.leaf, field)
    }

    /// A public field that is a hash.
    pub fn hash(&self, field: &str) -> Option<[u8; 32]> {
        hash(&self.leaf, field)
    }

    /// A public field that is `true`.
    pub fn flag(&self, field: &str) -> bool {
        self.leaf.said.public.get(field) == Some(&Value::Bool(true))
    }

    /// The exercise it belongs to.
    pub fn exercise(&self) -> Option<&str> {
        self.word("ex").filter(|_| self.leaf.said.exercise)
    }

    /// The entry that its first reference names.
    pub fn first_target(&self) -> Option<Position> {
        self.leaf.said.refs.first().and_then(|reference| place_of(&reference.target))
    }

    /// The entries that its references name, in their order.
    pub fn targets(&self) -> impl Iterator<Item = Position> {
        self.leaf.said.refs.iter().filter_map(|reference| place_of(&reference.target))
    }

    /// The entries that it names in this relation, in their order.
    pub fn named(&self, rel: Rel) -> impl Iterator<Item = Position> {
        let named = self.leaf.said.refs.iter().filter(move |reference| reference.rel == rel);
        named.filter_map(|reference| place_of(&reference.target))
    }

    /// When it was said, by its author's clock.
    pub fn said(&self) -> Time {
        self.leaf.place.time
    }

    /// When a party's node received it, by that node's receipt. Clocks start here and nowhere else.
    pub fn received_by(&self, party: &PartyId) -> Option<Time> {
        self.received.get(party).copied()
    }

    /// The latest at which it can have been said: its author's clock, or the first cosignature over it if that is
    /// earlier. Nothing becomes possible sooner because its author's clock is fast.
    pub fn latest(&self) -> Time {
        self.witnessed.map_or(self.said(), |witnessed| witnessed.min(self.said()))
    }

    /// When a clock of a party starts by it: at its node's receipt; where the charter lets a tendered entry count, at
    /// the end of that time if this comes first.
    pub fn starts(&self, party: &PartyId, rules: &Rules) -> Option<Time> {
        let tendered = || Time(self.said().0.saturating_add(rules.clocks.tendered.ms()));
        let received = self.received_by(party);
        if !rules.tendered_counts {
            return received;
        }
        Some(received.map_or_else(tendered, |received| received.min(tendered())))
    }

    /// The time that counts when it is asked whether it was in time for `reader`: its receipt; else the first
    /// cosignature over it; else what its author says.
    pub fn reached(&self, reader: &PartyId) -> When {
        let received = self.received_by(reader).map(|time| When { time, proof: Proof::Receipt });
        let witnessed = self.witnessed.map(|time| When { time, proof: Proof::Cosigned });
        received.or(witnessed).unwrap_or(When { time: self.said(), proof: Proof::Claimed })
    }
}
