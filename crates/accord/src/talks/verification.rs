//! Verification: looking together at what was promised. A sample is drawn from the randomness of both.

use std::collections::{BTreeMap, BTreeSet};

use detente_psi::Time;

use super::stance::{self, Stance};
use super::step::{phases, row, step};
use super::thread::Machine;
use super::{Around, Due, Event, Now, Phase, Refusal, Side, Sides, Step};
use crate::PartyId;
use crate::record::Position;
use VerificationPhase::{Accepted, Cancelled, Disputed, Done, Open, Proposed, Refused, Scheduled};

phases! {
    /// Where a verification stands.
    VerificationPhase {
        /// Proposed.
        Proposed = "proposed",
        /// Agreed, with a date.
        Scheduled = "scheduled",
        /// Refused, with a ground.
        Refused = "refused",
        /// Under way.
        Open = "open",
        /// A report stands.
        Done = "done",
        /// The other side accepts it.
        Accepted = "accepted",
        /// The other side disputes it.
        Disputed = "disputed",
        /// Proposed in error.
        Cancelled = "cancelled",
    }
}

const ALL: &[VerificationPhase] = VerificationPhase::ALL;
const REPORTED: &[VerificationPhase] = &[Done, Accepted, Disputed];

/// The machine.
pub const STEPS: &[Step<VerificationPhase>] = &[
    row("verification", "agree", Side::Addressee, &[Proposed], Some(Scheduled)),
    row("verification", "refuse", Side::Addressee, &[Proposed], Some(Refused)),
    row("verification", "draw", Side::Either, &[Scheduled], None),
    row("verification", "open", Side::Either, &[Scheduled], Some(Open)),
    row("verification", "open", Side::Observer, &[Scheduled], Some(Open)),
    row("verification", "report", Side::Either, &[Open], Some(Done)),
    row("verification", "report", Side::Observer, &[Open], Some(Done)),
    row("verification", "report", Side::Either, REPORTED, None),
    row("verification", "report", Side::Observer, REPORTED, None),
    row("verification", "accept", Side::Either, &[Done], Some(Accepted)),
    row("verification", "accept", Side::Either, &[Accepted, Disputed], None),
    row("verification", "dispute", Side::Either, REPORTED, Some(Disputed)),
    row("objection", "raise", Side::Either, ALL, None),
    row("objection", "maintain", Side::Either, ALL, None),
    row("position", "note", Side::Anybody, REPORTED, None),
    row("position", "contest", Side::Either, REPORTED, None),
    row("position", "corroborate", Side::Anybody, REPORTED, None),
    row("withdrawal", "cancel", Side::Opener, &[Proposed], Some(Cancelled)),
];

/// A report of a verification.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Report {
    /// The entry.
    pub position: Position,
    /// Whose.
    pub by: PartyId,
    /// `pass`, `fail`, `mixed`, `not-done`.
    pub result: String,
    /// How many were looked at.
    pub count: u64,
    /// Whether it speaks for both.
    pub joint: bool,
    /// Its author withdrew it.
    pub withdrawn: bool,
}

/// A verification.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Verification {
    /// Who proposed it, and to whom.
    pub sides: Sides,
    /// Where it stands.
    pub phase: VerificationPhase,
    /// Its kind.
    pub kind: String,
    /// How many are drawn, if it is a sample.
    pub sample: Option<u64>,
    /// When it is to be.
    pub at: Option<Time>,
    /// Who has drawn, with the seed that it opened.
    pub draws: BTreeMap<PartyId, [u8; 32]>,
    /// How many were opened.
    pub opened: Option<u64>,
    /// Reports: a joint one, or one of each.
    pub reports: Vec<Report>,
    /// Who accepts or disputes which report.
    pub judged: BTreeMap<(PartyId, Position), &'static str>,
    /// What was said about reports, and objections.
    pub stances: Vec<Stance>,
}

impl Verification {
    /// Whether both have opened their seeds, where a sample needs them.
    pub fn is_drawn(&self) -> bool {
        let both: BTreeSet<&PartyId> =
            [&self.sides.opener].into_iter().chain(&self.sides.addressee).collect();
        self.sample.is_none() || both.iter().all(|party| self.draws.contains_key(*party))
    }
}

impl Machine for Verification {
    fn open(event: &Event, around: &Around<'_>) -> Result<Verification, Refusal> {
        let sides = Sides::of(event);
        sides.one_party(around)?;
        Ok(Verification {
            sides,
            phase: Proposed,
            kind: event.word("kind").unwrap_or_default().to_owned(),
            sample: event.integer("sample"),
            at: event.integer("at").map(Time),
            draws: BTreeMap::new(),
            opened: None,
            reports: Vec::new(),
            judged: BTreeMap::new(),
            stances: Vec::new(),
        })
    }

    fn allows(&self, event: &Event, _: &Around<'_>) -> Result<(), Refusal> {
        step(STEPS, self.phase, &self.sides, event)?;
        if event.act.kind != "verification" {
            return Ok(());
        }
        let target = event.first_target();
        let report = || self.reports.iter().find(|report| Some(&report.position) == target.as_ref());
        match event.act.name {
            "draw" if self.draws.contains_key(event.by()) => Err(Refusal::Once),
            "open" if !self.is_drawn() => Err(Refusal::TooEarly),
            "report" if self.reports.iter().any(|report| report.by == *event.by() && !report.withdrawn) => {
                Err(Refusal::Once)
            }
            "accept" | "dispute" if report().is_some_and(|report| report.by == *event.by()) => {
                Err(Refusal::NotYours)
            }
            "accept" | "dispute" => {
                let again =
                    target.is_some_and(|target| self.judged.contains_key(&(event.by().clone(), target)));
                if again { Err(Refusal::Once) } else { Ok(()) }
            }
            _ => Ok(()),
        }
    }

    fn apply(&mut self, event: &Event, _: &Around<'_>) {
        let target = event.first_target();
        match (event.act.kind, event.act.name) {
            ("verification", "agree") => self.at = event.integer("at").map(Time),
            ("verification", "draw") => {
                self.draws.extend(event.hash("seed").map(|seed| (event.by().clone(), seed)));
            }
            ("verification", "open") => self.opened = event.integer("count"),
            ("verification", "report") => self.reports.push(Report {
                position: event.position.clone(),
                by: event.by().clone(),
                result: event.word("result").unwrap_or_default().to_owned(),
                count: event.integer("count").unwrap_or(0),
                joint: event.flag("joint"),
                withdrawn: false,
            }),
            ("verification", what @ ("accept" | "dispute")) => {
                self.judged.extend(target.map(|target| ((event.by().clone(), target), what)));
            }
            ("position" | "objection", _) => stance::take(&mut self.stances, event),
            ("withdrawal", _) => {
                stance::take_back(&mut self.stances, target.as_ref());
                let is_it = |report: &&mut Report| Some(&report.position) == target.as_ref();
                self.reports.iter_mut().filter(is_it).for_each(|report| report.withdrawn = true);
            }
            _ => {}
        }
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
