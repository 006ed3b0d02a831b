//! The register of contacts outside the record: who reported them, and whether the other side did too.

use std::collections::BTreeMap;

use detente_psi::Time;

use super::compare::{Reported, compare};
use super::stance::{self, Stance};
use super::step::{phases, row, step};
use super::thread::Machine;
use super::{Around, Due, DueState, Event, Now, Owed, Phase, Refusal, Side, Sides, Step, When};
use crate::PartyId;
use crate::record::Position;
use ContactPhase::{Cancelled, ReportedByBoth, ReportedByOne};

phases! {
    /// Where an entry of the register stands.
    ContactPhase {
        /// One side has reported it.
        ReportedByOne = "reported-by-one",
        /// The other side has too.
        ReportedByBoth = "reported-by-both",
        /// Reported in error.
        Cancelled = "cancelled",
    }
}

const REPORTED: &[ContactPhase] = &[ReportedByOne, ReportedByBoth];
const ALL: &[ContactPhase] = ContactPhase::ALL;

/// The machine. The report of the other side is one that cites the first.
pub const STEPS: &[Step<ContactPhase>] = &[
    row("contact", "report", Side::Addressee, REPORTED, Some(ReportedByBoth)),
    row("contact", "supplement", Side::Either, REPORTED, None),
    row("position", "note", Side::Anybody, ALL, None),
    row("position", "contest", Side::Either, ALL, None),
    row("position", "corroborate", Side::Anybody, ALL, None),
    row("withdrawal", "cancel", Side::Opener, &[ReportedByOne], Some(Cancelled)),
];

/// One side's report.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ContactReport {
    /// The entry.
    pub position: Position,
    /// Whose.
    pub by: PartyId,
    /// When the contact was, by its word.
    pub at: Time,
    /// Whether it was planned.
    pub planned: bool,
    /// Whether there are notes: `yes`, `no`, `whose`.
    pub notes: String,
    /// Through which channel.
    pub channel: String,
    /// By how much it was filed late, in milliseconds.
    pub late_ms: Option<u64>,
    /// When it reached the other side.
    pub when: When,
    /// How often its author said more.
    pub supplements: usize,
    /// Its author cancelled it.
    pub withdrawn: bool,
}

impl ContactReport {
    /// What everybody can read of it.
    pub fn public(&self) -> Reported<'_> {
        Reported {
            at: self.at,
            planned: self.planned,
            channel: &self.channel,
            notes: &self.notes,
            place: None,
            topics: None,
        }
    }
}

/// An entry of the register.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Contact {
    /// Who reported first, and to whom.
    pub sides: Sides,
    /// Where it stands.
    pub phase: ContactPhase,
    /// The reports, the first one first.
    pub reports: Vec<ContactReport>,
    /// When each reader's node received the first report.
    pub received: BTreeMap<PartyId, Option<Time>>,
    /// What was said about reports.
    pub stances: Vec<Stance>,
    nudge_ms: u64,
    one_sided_ms: u64,
    over: Option<Time>,
}

impl Contact {
    /// When a reader is reminded: some time after its receipt of the first report.
    pub fn nudge(&self, party: &PartyId) -> Option<Time> {
        let received = (*self.received.get(party)?)?;
        self.report_of(party).is_none().then(|| Time(received.0.saturating_add(self.nudge_ms)))
    }

    /// The report of a party.
    pub fn report_of(&self, party: &PartyId) -> Option<&ContactReport> {
        self.reports.iter().find(|report| report.by == *party && !report.withdrawn)
    }

    /// Whether the public fields of all reports say the same; nothing while there is one. What the reports say
    /// beyond that is content.
    pub fn agree(&self) -> Option<bool> {
        let mut reports = self.reports.iter().filter(|report| !report.withdrawn).map(ContactReport::public);
        let first = reports.next()?;
        let mut rest = reports.peekable();
        rest.peek()?;
        Some(rest.all(|report| compare(&first, &report).fields().is_empty()))
    }

    fn due_of(&self, party: &PartyId, received: Option<Time>) -> Due {
        Due::new(Owed::ContactReport, party, &self.sides.opener, received, self.one_sided_ms)
            .met(self.report_of(party).map(|report| report.when))
            .over(self.over)
    }

    fn file(&mut self, event: &Event, around: &Around<'_>) {
        let planned = event.flag("planned");
        let [if_planned, otherwise] = around.rules.clocks.contact;
        let length = if planned { if_planned } else { otherwise }.ms();
        let at = Time(event.integer("at").unwrap_or(0));
        let other = match &self.sides.addressee {
            Some(to) if to != event.by() => to,
            _ => &self.sides.opener,
        };
        self.reports.push(ContactReport {
            position: event.position.clone(),
            by: event.by().clone(),
            at,
            planned,
            notes: event.word("notes").unwrap_or_default().to_owned(),
            channel: event.word("channel").unwrap_or_default().to_owned(),
            late_ms: event.latest().0.checked_sub(at.0.saturating_add(length)).filter(|late| *late > 0),
            when: event.reached(other),
            supplements: 0,
            withdrawn: false,
        });
    }
}

impl Machine for Contact {
    fn open(event: &Event, around: &Around<'_>) -> Result<Contact, Refusal> {
        let sides = Sides::of(event);
        if sides.addressee.is_some() {
            sides.one_party(around)?;
        }
        let [nudge, one_sided] = around.rules.clocks.contact_other;
        let starts = |party: PartyId| {
            let start = event.starts(&party, around.rules);
            (party, start)
        };
        let mut contact = Contact {
            sides,
            phase: ReportedByOne,
            reports: Vec::new(),
            received: around.readers(event).into_iter().map(starts).collect(),
            stances: Vec::new(),
            nudge_ms: nudge.ms(),
            one_sided_ms: one_sided.ms(),
            over: None,
        };
        contact.file(event, around);
        Ok(contact)
    }

    fn allows(&self, event: &Event, _: &Around<'_>) -> Result<(), Refusal> {
        step(STEPS, self.phase, &self.sides, event)?;
        let again = event.is("contact", "report") && self.report_of(event.by()).is_some();
        if again { Err(Refusal::Once) } else { Ok(()) }
    }

    fn apply(&mut self, event: &Event, around: &Around<'_>) {
        let target = event.first_target();
        let moved = step(STEPS, self.phase, &self.sides, event);
        match (event.act.kind, event.act.name) {
            ("contact", "report") => self.file(event, around),
            ("contact", _) => {
                let is_it = |report: &&mut ContactReport| Some(&report.position) == target.as_ref();
                self.reports.iter_mut().filter(is_it).for_each(|report| report.supplements += 1);
            }
            ("position", _) => stance::take(&mut self.stances, event),
            ("withdrawal", _) => {
                stance::take_back(&mut self.stances, target.as_ref());
                let is_it = |report: &&mut ContactReport| Some(&report.position) == target.as_ref();
                self.reports.iter_mut().filter(is_it).for_each(|report| report.withdrawn = true);
                let standing = self.reports.iter().filter(|report| !report.withdrawn).count();
                if self.phase == ReportedByBoth && standing < 2 {
                    self.phase = ReportedByOne;
                }
            }
            _ => {}
        }
        if let Ok(Some(to)) = moved {
            self.phase = to;
            self.over = (to == Cancelled).then(|| event.latest());
        }
    }

    fn phase(&self, now: &Now<'_>) -> &'static str {
        let passed = |(party, received): (&PartyId, &Option<Time>)| {
            let suspended = now.pauses(&self.sides.opener, party);
            matches!(self.due_of(party, *received).state(now.time, &suspended), DueState::Overdue { .. })
        };
        match self.phase {
            ReportedByOne if !self.received.is_empty() && self.received.iter().all(passed) => "one-sided",
            ReportedByBoth if self.agree() == Some(false) => "differing",
            phase => phase.word(),
        }
    }

    /// Among more than two, nobody knows who was there but by the reports: then nobody owes one.
    fn dues(&self, _: &Now<'_>) -> Vec<Due> {
        let owes = self.received.len() == 1;
        let of_all = self.received.iter().filter(|_| owes);
        of_all.map(|(party, received)| self.due_of(party, *received)).collect()
    }
}
