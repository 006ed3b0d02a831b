//! The drafting room of an accord: texts, brackets, silences, norms, reservations, objections, declarations.
//!
//! All of it is one machine, because it hangs together: a reservation is in time up to its author's agreement to the
//! norm, a norm is in force with the text. What follows from time alone (a silence that ended, a period that
//! lapsed) is computed when somebody looks.

mod bracket;
mod declaration;
mod force;
mod norm;
mod reservation;
mod silence;
mod subject;
mod table;
mod text;

use std::collections::{BTreeMap, BTreeSet};

pub use bracket::{Bracket, BracketPhase, Counter, TURNS, Turn};
pub use declaration::{Declaration, DeclarationKind, Stance};
pub use norm::{NORM_STEPS, Norm, NormKind, NormPhase};
pub use reservation::{
    Made, Reservation, ReservationEffect, ReservationKind, Response, Said, Standing, Withdrawal,
};
pub use silence::{Break, Confirmation, Outcome, Silence};
pub use subject::Subject;
pub use table::{Cell, CellState, Modifier, NotInForce};
pub use text::{Adopted, TEXT_STEPS, Text, TextPhase};

use super::thread::Machine;
use super::{Around, Due, Event, Now, Refusal};
use crate::PartyId;
use crate::record::Position;
use force::Enactment;

/// The room with everything that is on the table.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Room {
    texts: BTreeMap<Position, Text>,
    norms: BTreeMap<Position, Norm>,
    /// Norms by their codes: one is looked for at every proposal.
    codes: BTreeMap<String, BTreeSet<Position>>,
    brackets: BTreeMap<Position, Bracket>,
    silences: BTreeMap<Position, Silence>,
    reservations: BTreeMap<Position, Reservation>,
    declarations: BTreeMap<Position, Declaration>,
    /// What each entry of the room is about.
    subjects: BTreeMap<Position, Subject>,
    /// Corrections, by what they correct: shown beside it.
    corrections: BTreeMap<Position, Vec<Position>>,
    /// Who signed the charter, and who applies it provisionally.
    signed: BTreeMap<PartyId, Position>,
    provisional: BTreeMap<PartyId, Position>,
    /// Whether the charter is in force.
    is_in_force: bool,
    /// The adopted text that ended the accord.
    ended: Option<Position>,
    enactments: Vec<Enactment>,
}

impl Room {
    /// Texts by the entry that proposed them.
    pub fn texts(&self) -> &BTreeMap<Position, Text> {
        &self.texts
    }

    /// Norms by the entry that proposed them.
    pub fn norms(&self) -> &BTreeMap<Position, Norm> {
        &self.norms
    }

    /// Brackets by the entry that put them.
    pub fn brackets(&self) -> &BTreeMap<Position, Bracket> {
        &self.brackets
    }

    /// Silences by the entry of the chair.
    pub fn silences(&self) -> &BTreeMap<Position, Silence> {
        &self.silences
    }

    /// Reservations by the entry that formulated them.
    pub fn reservations(&self) -> &BTreeMap<Position, Reservation> {
        &self.reservations
    }

    /// Declarations by the entry that made them.
    pub fn declarations(&self) -> &BTreeMap<Position, Declaration> {
        &self.declarations
    }

    /// What an entry is about; nothing if it is none of the room.
    pub fn subject(&self, position: &Position) -> Option<&Subject> {
        self.subjects.get(position)
    }

    /// What corrects an entry, in causal order.
    pub fn corrections(&self, position: &Position) -> &[Position] {
        self.corrections.get(position).map_or(&[], Vec::as_slice)
    }

    /// The norm of this code that is agreed; the last one proposed, if one took the place of another.
    pub fn norm_of_code(&self, code: &str, now: detente_psi::Time) -> Option<&Norm> {
        self.norms_of(code).find(|norm| self.norm_phase(norm, now).is_agreed())
    }

    /// All norms of a code, in the order of their positions.
    fn norms_of(&self, code: &str) -> impl Iterator<Item = &Norm> {
        self.codes.get(code).into_iter().flatten().filter_map(|at| self.norms.get(at))
    }

    /// What an event is about: what it opens, or what the entry it names first is about.
    fn subject_of(&self, event: &Event) -> Result<Subject, Refusal> {
        if let Some(opened) = Subject::opened_by(event) {
            return Ok(opened);
        }
        let target = event.first_target().ok_or(Refusal::TargetWithoutEffect)?;
        match self.subjects.get(&target) {
            Some(subject) => Ok(subject.clone()),
            None if event.act.kind == "acceptance" && target.log.party == *event.by() && target.seq == 0 => {
                Ok(Subject::Charter)
            }
            None => Err(Refusal::TargetWithoutEffect),
        }
    }
}

impl Machine for Room {
    const WHOLE: bool = true;

    fn open(event: &Event, around: &Around<'_>) -> Result<Room, Refusal> {
        let mut room = Room::default();
        room.allows(event, around)?;
        room.apply(event, around);
        Ok(room)
    }

    fn allows(&self, event: &Event, around: &Around<'_>) -> Result<(), Refusal> {
        let subject = self.subject_of(event)?;
        if event.act.kind == "correction" {
            return Ok(());
        }
        match &subject {
            Subject::Charter => self.allows_charter(event, around),
            Subject::Text(text) => self.allows_text(text, event, around),
            Subject::Norm(norm) => self.allows_norm(norm, event, around),
            Subject::Bracket(bracket) => self.allows_bracket(bracket, event, around),
            Subject::Silence(silence) => self.allows_silence(silence, event, around),
            Subject::Reservation(reservation) => self.allows_reservation(reservation, event, around),
            Subject::Declaration(declaration) => self.allows_declaration(declaration, event),
        }
    }

    fn apply(&mut self, event: &Event, around: &Around<'_>) {
        let Ok(subject) = self.subject_of(event) else { return };
        self.subjects.insert(event.position.clone(), subject.clone());
        if event.act.kind == "correction" {
            let target = event.first_target().unwrap_or_else(|| event.position.clone());
            return self.corrections.entry(target).or_default().push(event.position.clone());
        }
        match &subject {
            Subject::Charter => self.apply_charter(event, around),
            Subject::Text(text) => self.apply_text(text, event, around),
            Subject::Norm(norm) => self.apply_norm(norm, event, around),
            Subject::Bracket(bracket) => self.apply_bracket(bracket, event, around),
            Subject::Silence(silence) => self.apply_silence(silence, event, around),
            Subject::Reservation(reservation) => self.apply_reservation(reservation, event, around),
            Subject::Declaration(declaration) => self.apply_declaration(declaration, event),
        }
    }

    fn phase(&self, now: &Now<'_>) -> &'static str {
        let texts = self.texts.values();
        let last = texts.max_by_key(|text| (text.rev, &text.position));
        last.map_or("concept", |text| self.text_phase(text, now.time).word_of(text))
    }

    fn dues(&self, now: &Now<'_>) -> Vec<Due> {
        let silences = self.silences.values().flat_map(|silence| silence.dues(now.time));
        silences.chain(self.reservations.values().flat_map(Reservation::dues)).collect()
    }
}
