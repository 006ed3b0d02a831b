//! The pairwise table: what each norm is between each two parties. A pure function of the statements and a time.

use std::collections::BTreeSet;

use detente_psi::Time;

use super::reservation::{Made, Standing};
use super::{DeclarationKind, Norm, NormPhase, Reservation, ReservationEffect, Room};
use crate::PartyId;
use crate::record::Position;
use crate::talks::Now;
use crate::talks::step::Phase;

/// One norm between two parties.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cell {
    /// The norm, by the entry that proposed it.
    pub norm: Position,
    /// Its code.
    pub code: String,
    /// The two parties, by id.
    pub pair: (PartyId, PartyId),
    /// What it is between them.
    pub state: CellState,
    /// Whether it is in force only provisionally: the text is not.
    pub provisional: bool,
    /// Declarations that one of the two made and the other takes for a reservation: "disputed: reservation?".
    pub disputed: Vec<Position>,
}

/// What a norm is between two parties.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum CellState {
    /// It is not in force between them.
    NotInForce(NotInForce),
    /// In force as written.
    AsWritten,
    /// In force as modified.
    Modified {
        /// By these reservations.
        by: Vec<Modifier>,
    },
    /// Not applied between them to the extent of these reservations, to which the other objected.
    NotApplied {
        /// The reservations that were objected to.
        to: Vec<Modifier>,
        /// Those that modify it beside.
        modified_by: Vec<Modifier>,
    },
    /// One of them objected, and does not want it to be in force between them.
    NoAccord {
        /// The reservations that were objected to.
        over: Vec<Modifier>,
    },
    /// A reservation may still be objected to, or a counter-proposal accepted.
    Pending {
        /// Over these.
        over: Vec<Modifier>,
        /// Until then; without a time while it waits for a word or a receipt.
        until: Option<Time>,
    },
}

/// Why a norm is not in force between two parties.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum NotInForce {
    /// It stands here, and has not been agreed, or holds no more.
    Phase(NormPhase),
    /// This party, or both, have not agreed to it.
    NotBound(Vec<PartyId>),
    /// No text is in force, or none any more.
    NoText,
    /// A counter-proposal was declined, or a reservation that needed all was objected to.
    Refused(Vec<Modifier>),
}

/// A reservation at work between two parties.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Modifier {
    /// The reservation.
    pub reservation: Position,
    /// Whose.
    pub by: PartyId,
    /// What it does.
    pub effect: ReservationEffect,
    /// Whether it works both ways.
    pub reciprocal: bool,
    /// The entry that says what remains, if a part was withdrawn.
    pub narrowed: Option<Position>,
}

impl CellState {
    /// The words for it.
    pub fn words(&self) -> &'static str {
        match self {
            CellState::NotInForce(_) => "not in force",
            CellState::AsWritten => "in force as written",
            CellState::Modified { .. } => "in force as modified",
            CellState::NotApplied { .. } => "not applied between them to the extent of the reservation",
            CellState::NoAccord { .. } => "no accord between them",
            CellState::Pending { .. } => "pending",
        }
    }

    /// The stable name.
    pub fn name(&self) -> &'static str {
        match self {
            CellState::NotInForce(_) => "not-in-force",
            CellState::AsWritten => "as-written",
            CellState::Modified { .. } => "modified",
            CellState::NotApplied { .. } => "not-applied",
            CellState::NoAccord { .. } => "no-accord",
            CellState::Pending { .. } => "pending",
        }
    }

    /// Whether an objection comes to nearly the same as acceptance here: the reservation excludes. The face says so.
    pub fn is_nearly_excluded(&self) -> bool {
        matches!(self, CellState::NotApplied { to, .. }
            if to.iter().any(|modifier| modifier.effect == ReservationEffect::Exclude))
    }

    /// The reservations that it names.
    pub fn modifiers(&self) -> Vec<&Modifier> {
        match self {
            CellState::NotInForce(NotInForce::Refused(by)) | CellState::Modified { by } => {
                by.iter().collect()
            }
            CellState::NotApplied { to, modified_by } => to.iter().chain(modified_by).collect(),
            CellState::NoAccord { over } | CellState::Pending { over, .. } => over.iter().collect(),
            CellState::NotInForce(_) | CellState::AsWritten => Vec::new(),
        }
    }
}

impl NotInForce {
    /// Why, in a word.
    pub fn word(&self) -> &'static str {
        match self {
            NotInForce::Phase(phase) => phase.word(),
            NotInForce::NotBound(_) => "not-agreed",
            NotInForce::NoText => "no-text-in-force",
            NotInForce::Refused(_) => "reservation-declined",
        }
    }
}

/// The reservations of a pair to a norm, by where they stand.
#[derive(Default)]
struct Standings {
    refused: Vec<Modifier>,
    no_accord: Vec<Modifier>,
    pending: Vec<Modifier>,
    /// The ends of the periods of those; none for one that waits for a word.
    until: Vec<Option<Time>>,
    objected: Vec<Modifier>,
    accepted: Vec<Modifier>,
}

impl Standings {
    fn take(&mut self, modifier: Modifier, standing: Standing, made: Made) {
        match (standing, made) {
            (Standing::Accepted | Standing::Lapsed, _) => self.accepted.push(modifier),
            (Standing::Objected, _) => self.objected.push(modifier),
            (Standing::NoAccord, _) => self.no_accord.push(modifier),
            // A late one changes nothing unless it is accepted: the norm was in force before it.
            (_, Made::Late) | (Standing::NotPermitted | Standing::NoEffect | Standing::Withdrawn, _) => {}
            (Standing::Declined | Standing::Rejected, _) => self.refused.push(modifier),
            (Standing::Pending { until }, _) => {
                self.pending.push(modifier);
                self.until.push(until);
            }
        }
    }

    fn state(self) -> CellState {
        let Standings { refused, no_accord, pending, until, objected, accepted } = self;
        match () {
            () if !no_accord.is_empty() => CellState::NoAccord { over: no_accord },
            () if !refused.is_empty() => CellState::NotInForce(NotInForce::Refused(refused)),
            () if !pending.is_empty() => {
                let until: Option<Vec<Time>> = until.into_iter().collect();
                CellState::Pending { over: pending, until: until.and_then(|times| times.into_iter().max()) }
            }
            () if !objected.is_empty() => CellState::NotApplied { to: objected, modified_by: accepted },
            () if !accepted.is_empty() => CellState::Modified { by: accepted },
            () => CellState::AsWritten,
        }
    }
}

impl Room {
    /// Every norm between every two of these parties at a time: norms by position, pairs by id. `is_bare` is
    /// whether the charter is.
    pub fn table(&self, parties: &BTreeSet<PartyId>, is_bare: bool, now: &Now<'_>) -> Vec<Cell> {
        let mut cells = Vec::new();
        for norm in self.norms.values() {
            for one in parties {
                for other in parties.range(one..).filter(|other| *other != one) {
                    cells.push(self.cell(norm, one, other, is_bare, now));
                }
            }
        }
        cells
    }

    /// One norm between two parties at a time.
    pub fn cell(&self, norm: &Norm, one: &PartyId, other: &PartyId, is_bare: bool, now: &Now<'_>) -> Cell {
        let (one, other) = if one <= other { (one, other) } else { (other, one) };
        let in_force = self.is_in_force(is_bare);
        let provisional = !in_force
            && self.ended.is_none()
            && self.applies_already(one)
            && self.applies_already(other)
            && now.rules.provisional;
        let unbound: Vec<PartyId> =
            [one, other].into_iter().filter(|party| !self.is_bound(norm, party, now.time)).cloned().collect();
        let phase = self.norm_phase(norm, now.time);
        let state = match () {
            () if !phase.is_agreed() => CellState::NotInForce(NotInForce::Phase(phase)),
            () if !unbound.is_empty() => CellState::NotInForce(NotInForce::NotBound(unbound)),
            () if !in_force && !provisional => CellState::NotInForce(NotInForce::NoText),
            () => self.standings(norm, one, other, now).state(),
        };
        Cell {
            norm: norm.position.clone(),
            code: norm.code.clone(),
            pair: (one.clone(), other.clone()),
            state,
            provisional,
            disputed: self.disputed(norm, one, other),
        }
    }

    fn standings(&self, norm: &Norm, one: &PartyId, other: &PartyId, now: &Now<'_>) -> Standings {
        let mut standings = Standings::default();
        for reservation in self.reservations.values() {
            let reader = match &reservation.by {
                by if by == one => other,
                by if by == other => one,
                _ => continue,
            };
            if let Some(Some(made)) = reservation.norms.get(&norm.position) {
                let standing = reservation.standing(&norm.position, reader, now);
                standings.take(modifier(reservation, reader, now.time), standing, *made);
            }
        }
        standings
    }

    fn disputed(&self, norm: &Norm, one: &PartyId, other: &PartyId) -> Vec<Position> {
        let between =
            |by: &PartyId, reader: &PartyId| (by == one && reader == other) || (by == other && reader == one);
        let disputed = self.declarations.values().filter(|declaration| {
            declaration.kind == DeclarationKind::Interpretative
                && declaration.withdrawn.is_none()
                && declaration.norms.contains(&norm.position)
                && declaration.disputed_by().any(|reader| between(&declaration.by, reader))
        });
        disputed.map(|declaration| declaration.position.clone()).collect()
    }
}

fn modifier(reservation: &Reservation, reader: &PartyId, at: Time) -> Modifier {
    Modifier {
        reservation: reservation.position.clone(),
        by: reservation.by.clone(),
        effect: reservation.effect,
        reciprocal: reservation.reciprocal,
        narrowed: reservation.narrowed(reader, at).cloned(),
    }
}
