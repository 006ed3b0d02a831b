//! Notices: what a party tells others, whether they asked or not. One kind of notice holds its author's hand.

use std::collections::{BTreeMap, BTreeSet};

use detente_psi::Time;

use super::stance::{self, Denial, Stance};
use super::step::{phases, row, step};
use super::thread::Machine;
use super::{Around, Due, Event, Now, Owed, Phase, Refusal, Side, Sides, Step, When};
use crate::PartyId;
use crate::limits::DAY_MS;
use NoticePhase::{Acknowledged, Cancelled, Closed, Issued, Updated};

phases! {
    /// Where a notice stands.
    NoticePhase {
        /// On the record.
        Issued = "issued",
        /// A person of a party that it is addressed to has it.
        Acknowledged = "acknowledged",
        /// Its author said more.
        Updated = "updated",
        /// Closed by its author.
        Closed = "closed",
        /// Issued in error.
        Cancelled = "cancelled",
    }
}

const OPEN: &[NoticePhase] = &[Issued, Acknowledged, Updated];
const NOT_CANCELLED: &[NoticePhase] = &[Issued, Acknowledged, Updated, Closed];
const ALL: &[NoticePhase] = NoticePhase::ALL;

/// The machine.
pub const STEPS: &[Step<NoticePhase>] = &[
    row("notice", "acknowledge", Side::Addressee, &[Issued], Some(Acknowledged)),
    row("notice", "acknowledge", Side::Addressee, &[Acknowledged, Updated], None),
    row("notice", "update", Side::Opener, OPEN, Some(Updated)),
    row("notice", "close", Side::Opener, OPEN, Some(Closed)),
    row("denial", "denial", Side::Addressee, NOT_CANCELLED, None),
    row("position", "note", Side::Anybody, ALL, None),
    row("position", "contest", Side::Opener, ALL, None),
    row("position", "corroborate", Side::Anybody, ALL, None),
    row("withdrawal", "cancel", Side::Opener, OPEN, Some(Cancelled)),
];

/// A notice with everything that was said to it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Notice {
    /// Who gives it, and to whom.
    pub sides: Sides,
    /// Where it stands.
    pub phase: NoticePhase,
    /// `early-warning`, `incident`, `change`, `activity`, `oversight-hold`, `key-compromise`.
    pub kind: String,
    /// `routine`, `priority`, `immediate`.
    pub precedence: String,
    /// Since when its author knew, by its own word.
    pub known_since: Option<Time>,
    /// Whom it is addressed to, and when their nodes received it.
    pub received: BTreeMap<PartyId, Option<Time>>,
    /// A person's first acknowledgement, by party.
    pub acknowledged: BTreeMap<PartyId, When>,
    /// Denials of what it says.
    pub denials: Vec<Denial>,
    /// What was said about those.
    pub stances: Vec<Stance>,
    /// Of a hold: `released` or `stopped`.
    pub outcome: Option<String>,
    /// How often its author said more.
    pub updates: usize,
    last_act: Time,
    /// Parties that have acknowledged the last word.
    current: BTreeSet<PartyId>,
    ack_ms: u64,
    /// How long a hold lasts from its receipt, in milliseconds.
    hold_ms: Option<u64>,
    over: Option<Time>,
}

impl Notice {
    /// Until when its author neither signs nor agrees to a first match; `None` if it holds nothing, an open end
    /// while nobody has received it.
    pub fn hold(&self) -> Option<super::Span> {
        let (length, from) = (self.hold_ms?, self.received.values().flatten().min().copied());
        let until = from.map(|from| Time(from.0.saturating_add(length)));
        let open = OPEN.contains(&self.phase);
        open.then_some(super::Span { from: from.unwrap_or(self.last_act), until })
    }

    /// Whether its author is held at a time.
    pub fn holds(&self, at: Time) -> bool {
        self.hold().is_some_and(|hold| hold.until.is_none_or(|until| at < until))
    }

    fn is_hold(&self) -> bool {
        self.hold_ms.is_some()
    }
}

impl Machine for Notice {
    fn open(event: &Event, around: &Around<'_>) -> Result<Notice, Refusal> {
        let precedence = event.word("prec").unwrap_or_default().to_owned();
        let starts = |party: PartyId| {
            let start = event.starts(&party, around.rules);
            (party, start)
        };
        Ok(Notice {
            sides: Sides::of(event),
            phase: Issued,
            kind: event.word("kind").unwrap_or_default().to_owned(),
            known_since: event.integer("known_since").map(Time),
            received: around.readers(event).into_iter().map(starts).collect(),
            acknowledged: BTreeMap::new(),
            denials: Vec::new(),
            stances: Vec::new(),
            outcome: None,
            updates: 0,
            last_act: event.said(),
            current: BTreeSet::new(),
            ack_ms: around.rules.clocks.ack_for(&precedence).ms(),
            hold_ms: event.integer("hold_d").map(|days| days.saturating_mul(DAY_MS)),
            precedence,
            over: None,
        })
    }

    fn allows(&self, event: &Event, _: &Around<'_>) -> Result<(), Refusal> {
        step(STEPS, self.phase, &self.sides, event)?;
        let ends = event.is("notice", "close");
        match (event.act.kind, event.act.name) {
            ("notice", "acknowledge") if self.current.contains(event.by()) => Err(Refusal::Once),
            // Only a hold comes out one way or the other, and only when it is closed.
            ("notice", "update" | "close") if event.word("outcome").is_some() != (ends && self.is_hold()) => {
                Err(Refusal::OutOfBounds { field: "outcome" })
            }
            _ => Ok(()),
        }
    }

    fn apply(&mut self, event: &Event, _: &Around<'_>) {
        self.last_act = self.last_act.max(event.said());
        let target = event.first_target();
        match (event.act.kind, event.act.name) {
            ("notice", "acknowledge") => {
                let reached = event.reached(&self.sides.opener);
                self.acknowledged.entry(event.by().clone()).or_insert(reached);
                self.current.insert(event.by().clone());
            }
            ("notice", "update") => {
                self.updates += 1;
                self.current.clear();
            }
            ("notice", "close") => {
                self.outcome = event.word("outcome").map(str::to_owned);
                self.over = Some(event.latest());
            }
            ("denial", _) => stance::deny(&mut self.denials, event, &self.sides.opener),
            ("position", _) => stance::take(&mut self.stances, event),
            ("withdrawal", "cancel") if step(STEPS, self.phase, &self.sides, event).is_ok() => {
                self.over = Some(event.latest());
            }
            _ => {}
        }
        if event.act.kind == "withdrawal" {
            stance::take_back(&mut self.stances, target.as_ref());
            stance::take_denial_back(&mut self.denials, target.as_ref());
        }
        if let Ok(Some(to)) = step(STEPS, self.phase, &self.sides, event) {
            self.phase = to;
        }
    }

    fn phase(&self, now: &Now<'_>) -> &'static str {
        let idle = now.time.0.saturating_sub(self.last_act.0) >= now.rules.clocks.dormant.ms();
        let received = self.received.values().flatten().any(|at| *at <= now.time);
        match (self.phase, self.outcome.as_deref()) {
            (Cancelled, _) => self.phase.word(),
            (Closed, Some("released")) => "released",
            (Closed, Some(_)) => "stopped",
            (Closed, None) => self.phase.word(),
            _ if self.is_hold() => {
                if self.holds(now.time) {
                    "holding"
                } else {
                    "expired"
                }
            }
            _ if idle => "expired",
            (Issued, _) if received => "received",
            (phase, _) => phase.word(),
        }
    }

    fn dues(&self, _: &Now<'_>) -> Vec<Due> {
        let due = |(party, received): (&PartyId, &Option<Time>)| {
            Due::new(Owed::Acknowledgement, party, &self.sides.opener, *received, self.ack_ms)
                .met(self.acknowledged.get(party).copied())
                .over(self.over)
        };
        self.received.iter().map(due).collect()
    }
}
