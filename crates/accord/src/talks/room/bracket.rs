//! Brackets: what is not agreed in a text or a norm.

use std::collections::BTreeMap;

use super::{Room, Subject};
use crate::PartyId;
use crate::record::Position;
use crate::talks::step::Phase;
use crate::talks::{Around, Event, Refusal};
use BracketPhase::{Accepted, Cancelled, Dropped, Merged, Open, Parked};

/// Where a bracket stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum BracketPhase {
    /// Not agreed.
    Open,
    /// Not agreed, and left for later.
    Parked,
    /// It goes without anything in its place.
    Dropped,
    /// One of its alternatives stands.
    Accepted,
    /// What it held was merged into the text.
    Merged,
    /// Its author put it in error.
    Cancelled,
}

impl Phase for BracketPhase {
    fn word(self) -> &'static str {
        match self {
            Open => "open",
            Parked => "parked",
            Dropped => "dropped",
            Accepted => "accepted",
            Merged => "merged",
            Cancelled => "cancelled",
        }
    }
}

/// One row of the machine: what `how` does, from where.
#[derive(Clone, Copy, Debug)]
pub struct Turn {
    /// The word of an `unbracket`.
    pub how: &'static str,
    /// Where it has a place.
    pub from: &'static [BracketPhase],
    /// Where it leads.
    pub to: BracketPhase,
    /// Whether one party is enough; else all must say the same.
    pub at_once: bool,
}

const fn turn(how: &'static str, from: &'static [BracketPhase], to: BracketPhase, at_once: bool) -> Turn {
    Turn { how, from, to, at_once }
}

/// The machine of a bracket.
pub const TURNS: &[Turn] = &[
    turn("drop", &[Open], Dropped, false),
    turn("choose", &[Open], Accepted, false),
    turn("merge", &[Open], Merged, false),
    turn("park", &[Open], Parked, true),
    turn("unpark", &[Parked], Open, true),
];

/// What a party says of a bracket: the word, and the alternative it chooses.
type Says = (&'static str, Option<u64>);

/// A bracket.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Bracket {
    /// The entry that put it.
    pub position: Position,
    /// Who put it: known in the room, kept off public text.
    pub by: PartyId,
    /// The text or norm that it stands in.
    pub on: Subject,
    /// Its id in that text.
    pub id: String,
    /// Where it stands.
    pub phase: BracketPhase,
    /// The alternative that stands, counted from 0.
    pub alternative: Option<u64>,
    /// What each party last said of it, by which entry.
    pub says: BTreeMap<PartyId, (Says, Position)>,
}

/// How many brackets a text has: "7 open, 2 parked".
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Counter {
    /// Open.
    pub open: usize,
    /// Left for later.
    pub parked: usize,
}

impl Counter {
    /// Whether anything is not agreed. What is parked is not.
    pub fn is_any(self) -> bool {
        self.open + self.parked > 0
    }
}

impl Bracket {
    /// Whether what it holds is not agreed.
    pub fn is_open(&self) -> bool {
        matches!(self.phase, Open | Parked)
    }

    /// Closes it when every party's latest says the same.
    fn close(&mut self, around: &Around<'_>) {
        let mut latest = around.parties.iter().map(|party| self.says.get(party).map(|(says, _)| *says));
        let Some(Some(first)) = latest.next() else { return };
        let turn = TURNS.iter().find(|turn| turn.how == first.0);
        if let Some(turn) = turn.filter(|_| latest.all(|says| says == Some(first)))
            && self.is_open()
        {
            (self.phase, self.alternative) = (turn.to, first.1);
        }
    }
}

impl Room {
    /// How many brackets the text or norm has that this entry proposed.
    pub fn counter(&self, on: &Position) -> Counter {
        let mut counter = Counter::default();
        let here = |bracket: &&Bracket| matches!(&bracket.on, Subject::Text(position) | Subject::Norm(position) if position == on);
        for bracket in self.brackets.values().filter(here) {
            counter.open += usize::from(bracket.phase == Open);
            counter.parked += usize::from(bracket.phase == Parked);
        }
        counter
    }

    /// The text or norm that an event names first.
    pub(super) fn paper(&self, event: &Event) -> Option<&Subject> {
        let subject = self.subjects.get(&event.first_target()?)?;
        matches!(subject, Subject::Text(_) | Subject::Norm(_)).then_some(subject)
    }

    pub(super) fn allows_bracket(
        &self,
        at: &Position,
        event: &Event,
        around: &Around<'_>,
    ) -> Result<(), Refusal> {
        if event.is("bracket", "bracket") {
            let on = self.paper(event).ok_or(Refusal::TargetWithoutEffect)?;
            let id = event.word("id").unwrap_or_default();
            let is_there = |bracket: &Bracket| bracket.on == *on && bracket.id == id && bracket.is_open();
            return match self.brackets.values().any(is_there) {
                true => Err(Refusal::Once),
                false => self.allows_on(on, event, around),
            };
        }
        let bracket = self.brackets.get(at).ok_or(Refusal::TargetWithoutEffect)?;
        let wrong = Err(Refusal::Phase { phase: bracket.phase.word() });
        if event.is("withdrawal", "cancel") {
            return if bracket.is_open() { Ok(()) } else { wrong };
        }
        let turn = turn_of(event).ok_or(Refusal::NotInThread)?;
        let chooses = turn.how == "choose";
        if chooses != event.integer("alt").is_some() {
            return Err(Refusal::OutOfBounds { field: "alt" });
        }
        if turn.from.contains(&bracket.phase) { Ok(()) } else { wrong }
    }

    pub(super) fn apply_bracket(&mut self, at: &Position, event: &Event, around: &Around<'_>) {
        if event.is("bracket", "bracket") {
            return self.open_bracket(event);
        }
        let Some(bracket) = self.brackets.get_mut(at) else { return };
        if event.is("withdrawal", "cancel") {
            let target = event.first_target();
            match target.as_ref() == Some(at) {
                true if bracket.is_open() => bracket.phase = Cancelled,
                true => {}
                false => bracket.says.retain(|_, (_, entry)| Some(&*entry) != target.as_ref()),
            }
            return;
        }
        let Some(turn) = turn_of(event) else { return };
        if turn.at_once {
            if turn.from.contains(&bracket.phase) {
                bracket.phase = turn.to;
            }
        } else {
            let says = ((turn.how, event.integer("alt")), event.position.clone());
            bracket.says.insert(event.by().clone(), says);
            bracket.close(around);
        }
    }

    fn open_bracket(&mut self, event: &Event) {
        let Some(on) = self.paper(event).cloned() else { return };
        let bracket = Bracket {
            position: event.position.clone(),
            by: event.by().clone(),
            on: on.clone(),
            id: event.word("id").unwrap_or_default().to_owned(),
            phase: Open,
            alternative: None,
            says: BTreeMap::new(),
        };
        self.brackets.insert(event.position.clone(), bracket);
        self.reopen(&on, event);
    }
}

fn turn_of(event: &Event) -> Option<&'static Turn> {
    let how = event.word("how")?;
    TURNS.iter().find(|turn| turn.how == how && event.act.name == "unbracket")
}
