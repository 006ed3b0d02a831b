//! The offices of a party at one place of its log: those of its keys, overlaid by what was said about officers.

use std::collections::BTreeMap;

use super::keyset::{KeySet, Office};
use super::leaf::Leaf;
use super::no_effect::NoEffect;
use super::party::{Party, Role, Roles};
use super::schema::{act_name, word};
use crate::{PartyId, PublicKey, b64};

/// How an office stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SeatState {
    /// It signs.
    Active,
    /// For a while it does not.
    OnLeave,
    /// For a while it may not.
    Suspended,
    /// It signs no more.
    Ended,
    /// Its key is lost; it signs no more.
    KeyLost,
}

/// An office with the key that signs for it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Seat {
    /// Its key.
    pub key: PublicKey,
    /// What it may do.
    pub roles: Roles,
    /// How it stands.
    pub state: SeatState,
}

/// A nomination that was not yet activated.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Nomination {
    key: PublicKey,
    roles: Roles,
}

/// The offices of one party at one place of its log.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Offices {
    party: PartyId,
    recovery: PublicKey,
    seats: BTreeMap<Office, Seat>,
    nominated: BTreeMap<Office, Nomination>,
}

impl Offices {
    /// Those of a charter or an offer, all active.
    pub fn of(party: &Party) -> Offices {
        let roles = |office: &Office| party.offices().get(office).cloned();
        let seats = party.keys().roles().iter().filter_map(|(office, key)| {
            Some((office.clone(), Seat { key: *key, roles: roles(office)?, state: SeatState::Active }))
        });
        Offices {
            party: party.id().clone(),
            recovery: *party.recovery(),
            seats: seats.collect(),
            nominated: BTreeMap::new(),
        }
    }

    /// Whose they are.
    pub fn party(&self) -> &PartyId {
        &self.party
    }

    /// The recovery key, which signs as the office `recovery`.
    pub fn recovery(&self) -> &PublicKey {
        &self.recovery
    }

    /// One of them, whatever its state.
    pub fn seat(&self, office: &Office) -> Option<&Seat> {
        self.seats.get(office)
    }

    /// All that were ever active, by name.
    pub fn seats(&self) -> &BTreeMap<Office, Seat> {
        &self.seats
    }

    /// The key nominated for an office, until it is activated.
    pub fn nominated(&self, office: &Office) -> Option<&PublicKey> {
        self.nominated.get(office).map(|nomination| &nomination.key)
    }

    /// The only office that was activated and is neither ended nor lost, if there is exactly one; on leave or
    /// suspended counts as there.
    pub fn only_seat(&self) -> Option<(&Office, &Seat)> {
        let is_there = |seat: &Seat| !matches!(seat.state, SeatState::Ended | SeatState::KeyLost);
        let mut there = self.seats.iter().filter(|(_, seat)| is_there(seat));
        let only = there.next()?;
        there.next().is_none().then_some(only)
    }

    /// The keys of a new epoch: they replace those of the offices they name, and no others. Roles stay; an office
    /// that was never described gets no seat, because nothing says what it may do.
    pub fn rotate(&mut self, keys: &KeySet) {
        for (office, key) in keys.roles() {
            if let Some(seat) = self.seats.get_mut(office) {
                *seat = Seat { key: *key, roles: seat.roles.clone(), state: SeatState::Active };
                self.nominated.remove(office);
            }
        }
    }

    /// Takes an `officer` statement of the party whose form and signatures were checked. Other types change
    /// nothing.
    ///
    /// # Errors
    /// [`NoEffect::KeyTaken`] for a nominated key that the party uses already; [`NoEffect::WrongState`] if the
    /// office does not stand so that the act can change it.
    pub fn take(&mut self, leaf: &Leaf) -> Result<(), NoEffect> {
        if leaf.said.kind != "officer" {
            return Ok(());
        }
        let office = named_office(leaf).ok_or(NoEffect::FieldForm { field: "office" })?;
        let next = match act_name(leaf) {
            "nominate" => return self.nominate(office, leaf),
            "activate" => return self.activate(office),
            "leave" => SeatState::OnLeave,
            "suspend" => SeatState::Suspended,
            "return" => SeatState::Active,
            "end" => SeatState::Ended,
            "key-lost" => SeatState::KeyLost,
            _ => return Err(NoEffect::UnknownAct),
        };
        let seat = self.seats.get_mut(&office).ok_or(NoEffect::WrongState)?;
        if !seat.state.can_become(next) {
            return Err(NoEffect::WrongState);
        }
        seat.state = next;
        Ok(())
    }

    fn nominate(&mut self, office: Office, leaf: &Leaf) -> Result<(), NoEffect> {
        let key = word(leaf, "key").and_then(b64::decode).and_then(|key| PublicKey::admit(&key).ok());
        let key = key.ok_or(NoEffect::FieldForm { field: "key" })?;
        let roles = leaf.said.public.get("roles").and_then(Roles::from_value);
        let roles = roles.ok_or(NoEffect::FieldForm { field: "roles" })?;
        // A party has offices of a party, an observer those of an observer.
        let is_observer = self.seats.values().any(|seat| seat.roles.has(Role::Ob));
        if !roles.iter().all(|role| (role == Role::Ob) == is_observer) {
            return Err(NoEffect::FieldForm { field: "roles" });
        }
        let others = self.nominated.iter().filter(|(name, _)| **name != office);
        let mut used = self.seats.values().map(|seat| seat.key).chain(others.map(|(_, other)| other.key));
        if key == self.recovery || used.any(|used| used == key) {
            return Err(NoEffect::KeyTaken);
        }
        self.nominated.insert(office, Nomination { key, roles });
        Ok(())
    }

    fn activate(&mut self, office: Office) -> Result<(), NoEffect> {
        let Nomination { key, roles } = self.nominated.remove(&office).ok_or(NoEffect::WrongState)?;
        self.seats.insert(office, Seat { key, roles, state: SeatState::Active });
        Ok(())
    }
}

impl SeatState {
    fn can_become(self, next: SeatState) -> bool {
        match next {
            SeatState::Active => matches!(self, SeatState::OnLeave | SeatState::Suspended),
            SeatState::KeyLost => self != SeatState::KeyLost,
            SeatState::Ended => !matches!(self, SeatState::Ended | SeatState::KeyLost),
            SeatState::OnLeave => matches!(self, SeatState::Active | SeatState::Suspended),
            SeatState::Suspended => matches!(self, SeatState::Active | SeatState::OnLeave),
        }
    }
}

/// The office that an act is about.
pub(crate) fn named_office(leaf: &Leaf) -> Option<Office> {
    Office::parse(word(leaf, "office")?)
}
