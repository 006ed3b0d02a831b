//! Disclosures: telling outsiders what the record says. Own words need nobody's consent, another's always do.

use std::collections::BTreeMap;

use detente_psi::Time;

use super::stance::{self, Stance};
use super::step::{phases, row, step};
use super::thread::Machine;
use super::{Around, Due, DueState, Event, Now, Owed, Phase, Refusal, Side, Sides, Span, Step, When};
use crate::PartyId;
use crate::record::Position;
use DisclosurePhase::{Consulted, Proposed, Released, Withdrawn};

phases! {
    /// Where a disclosure stands.
    DisclosurePhase {
        /// Proposed: the other's period runs.
        Proposed = "proposed",
        /// The other has answered.
        Consulted = "consulted",
        /// Released.
        Released = "released",
        /// Withdrawn before its release.
        Withdrawn = "withdrawn",
    }
}

const BEFORE: &[DisclosurePhase] = &[Proposed, Consulted];
const ALL: &[DisclosurePhase] = DisclosurePhase::ALL;

/// The machine. What a release may call itself depends on the answers: see [`Disclosure`].
pub const STEPS: &[Step<DisclosurePhase>] = &[
    row("disclosure", "consult-answer", Side::Addressee, BEFORE, Some(Consulted)),
    row("disclosure", "consult-answer", Side::Addressee, &[Released], None),
    row("disclosure", "release", Side::Opener, BEFORE, Some(Released)),
    row("objection", "raise", Side::Addressee, ALL, None),
    row("objection", "maintain", Side::Addressee, ALL, None),
    row("withdrawal", "withdraw", Side::Opener, BEFORE, Some(Withdrawn)),
    row("withdrawal", "cancel", Side::Opener, BEFORE, Some(Withdrawn)),
];

/// An answer to a proposed disclosure.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Consultation {
    /// The entry.
    pub position: Position,
    /// `agree`, `add`, `object`.
    pub answer: String,
    /// When it reached whoever proposed.
    pub when: When,
}

/// A disclosure.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Disclosure {
    /// Who proposes, and whom it asks.
    pub sides: Sides,
    /// Where it stands.
    pub phase: DisclosurePhase,
    /// `public`, `court`, `committee`, `press`.
    pub audience: String,
    /// The ground that was proposed.
    pub ground: String,
    /// Whether the short period runs.
    pub urgent: bool,
    /// When each asked node received it.
    pub received: BTreeMap<PartyId, Option<Time>>,
    /// The last answer of each.
    pub answers: BTreeMap<PartyId, Consultation>,
    /// On which ground it was released.
    pub released: Option<String>,
    /// Objections.
    pub stances: Vec<Stance>,
    period_ms: u64,
    over: Option<Time>,
}

impl Disclosure {
    fn due_of(&self, party: &PartyId, received: Option<Time>) -> Due {
        Due::new(Owed::Consultation, party, &self.sides.opener, received, self.period_ms)
            .met(self.answers.get(party).map(|answer| answer.when))
            .over(self.over)
    }

    /// Whether everybody asked has agreed, or asked for words that `taken_over` names.
    pub fn is_agreed(&self, taken_over: &[Position]) -> bool {
        let agrees = |party: &PartyId| {
            self.answers.get(party).is_some_and(|answer| match answer.answer.as_str() {
                "agree" => true,
                "add" => taken_over.contains(&answer.position),
                _ => false,
            })
        };
        !self.received.is_empty() && self.received.keys().all(agrees)
    }

    /// Whether everybody asked has answered, or let its period pass by that time.
    pub fn is_period_over(&self, at: Time, suspended: &[Span]) -> bool {
        self.received.iter().all(|(party, received)| {
            let due = self.due_of(party, *received);
            due.met.is_some() || due.at(suspended).is_some_and(|end| end <= at)
        })
    }
}

impl Machine for Disclosure {
    fn open(event: &Event, around: &Around<'_>) -> Result<Disclosure, Refusal> {
        let sides = Sides::of(event);
        if sides.addressee.is_some() {
            sides.one_party(around)?;
        }
        let urgent = event.flag("urgent");
        let [normal, short] = around.rules.clocks.disclosure;
        let starts = |party: PartyId| {
            let start = event.starts(&party, around.rules);
            (party, start)
        };
        Ok(Disclosure {
            sides,
            phase: Proposed,
            audience: event.word("audience").unwrap_or_default().to_owned(),
            ground: event.word("ground").unwrap_or_default().to_owned(),
            urgent,
            received: around.readers(event).into_iter().map(starts).collect(),
            answers: BTreeMap::new(),
            released: None,
            stances: Vec::new(),
            period_ms: if urgent { short } else { normal }.ms(),
            over: None,
        })
    }

    fn allows(&self, event: &Event, around: &Around<'_>) -> Result<(), Refusal> {
        step(STEPS, self.phase, &self.sides, event)?;
        if !event.is("disclosure", "release") {
            return Ok(());
        }
        let taken_over: Vec<Position> = event.targets().skip(1).collect();
        match event.word("ground") {
            Some("agreed") if !self.is_agreed(&taken_over) => Err(Refusal::WrongOutcome),
            Some("own-words-only") if !self.is_period_over(event.latest(), around.suspended) => {
                Err(Refusal::TooEarly)
            }
            _ => Ok(()),
        }
    }

    fn apply(&mut self, event: &Event, _: &Around<'_>) {
        let target = event.first_target();
        let moved = step(STEPS, self.phase, &self.sides, event);
        match (event.act.kind, event.act.name) {
            ("disclosure", "consult-answer") => {
                let (position, when) = (event.position.clone(), event.reached(&self.sides.opener));
                let answer = event.word("answer").unwrap_or_default().to_owned();
                self.answers.insert(event.by().clone(), Consultation { position, answer, when });
            }
            ("disclosure", "release") => self.released = event.word("ground").map(str::to_owned),
            ("objection", _) => stance::take(&mut self.stances, event),
            ("withdrawal", _) => {
                stance::take_back(&mut self.stances, target.as_ref());
                self.answers.retain(|_, answer| Some(&answer.position) != target.as_ref());
                if self.phase == Consulted && self.answers.is_empty() {
                    self.phase = Proposed;
                }
            }
            _ => {}
        }
        if let Ok(Some(to)) = moved {
            self.phase = to;
            self.over = matches!(to, Released | Withdrawn).then(|| event.latest());
        }
    }

    fn phase(&self, now: &Now<'_>) -> &'static str {
        let passed = |(party, received): (&PartyId, &Option<Time>)| {
            let suspended = now.pauses(&self.sides.opener, party);
            matches!(self.due_of(party, *received).state(now.time, &suspended), DueState::Overdue { .. })
        };
        match self.phase {
            Proposed if !self.received.is_empty() && self.received.iter().all(passed) => "own-words-only",
            Consulted if self.is_agreed(&[]) => "agreed-text",
            phase => phase.word(),
        }
    }

    fn dues(&self, _: &Now<'_>) -> Vec<Due> {
        self.received.iter().map(|(party, received)| self.due_of(party, *received)).collect()
    }
}
