//! Comchecks: whether a person answers on the other side. A failure is a notice, and no breach.

use detente_psi::Time;

use super::due::Course;
use super::step::{phases, row, step};
use super::thread::Machine;
use super::{Around, Due, DueState, Event, Now, Owed, Phase, Refusal, Side, Sides, Span, Step, When};
use crate::PartyId;
use ComcheckPhase::{AlternateTried, Cancelled, HumanAnswered, NodeAnswered, Scored, Sent};

phases! {
    /// Where a comcheck stands.
    ComcheckPhase {
        /// Sent.
        Sent = "sent",
        /// The other node has answered.
        NodeAnswered = "node-answered",
        /// A person has answered.
        HumanAnswered = "human-answered",
        /// No person answered in time, and another way was tried.
        AlternateTried = "alternate-tried",
        /// The sender has noted how it came out.
        Scored = "scored",
        /// Sent in error.
        Cancelled = "cancelled",
    }
}

const UNANSWERED: &[ComcheckPhase] = &[Sent, NodeAnswered, AlternateTried];
const UNSCORED: &[ComcheckPhase] = &[Sent, NodeAnswered, HumanAnswered, AlternateTried];

/// The machine. An alternate waits until a person is late: see [`Comcheck`].
pub const STEPS: &[Step<ComcheckPhase>] = &[
    row("comcheck", "node-answer", Side::Addressee, &[Sent], Some(NodeAnswered)),
    row("comcheck", "human-answer", Side::Addressee, UNANSWERED, Some(HumanAnswered)),
    row("comcheck", "human-answer", Side::Addressee, &[Scored], None),
    row("comcheck", "alternate", Side::Opener, UNANSWERED, Some(AlternateTried)),
    row("comcheck", "score", Side::Opener, UNSCORED, Some(Scored)),
    row("withdrawal", "cancel", Side::Opener, UNANSWERED, Some(Cancelled)),
];

/// A comcheck.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Comcheck {
    /// Who checks, and whom.
    pub sides: Sides,
    /// Where it stands.
    pub phase: ComcheckPhase,
    /// The way: node, file, voice.
    pub path: String,
    /// By when an answer is wanted, if nothing shows when it was received.
    pub by: Time,
    /// When the other node received it.
    pub received: Option<Time>,
    /// When the other node's answer came.
    pub node: Option<When>,
    /// When a person's answer came.
    pub human: Option<When>,
    /// Whether another way was tried.
    pub alternate: bool,
    /// What the sender noted: `ok`, `ok-late`, `failed`.
    pub score: Option<String>,
    human_ms: u64,
    course: Course,
    over: Option<Time>,
}

impl Comcheck {
    fn checked(&self) -> &PartyId {
        // It names one party; without one nobody is checked.
        self.sides.addressee.as_ref().unwrap_or(&self.sides.opener)
    }

    fn human_due(&self) -> Due {
        let due =
            Due::new(Owed::ComcheckAnswer, self.checked(), &self.sides.opener, self.received, self.human_ms);
        Due { course: self.course, ..due.met(self.human).over(self.over) }
    }

    /// Whether nobody had answered when somebody should have, at that time.
    pub fn is_missed(&self, at: Time, suspended: &[Span]) -> bool {
        match self.human_due().state(at, suspended) {
            DueState::NotStarted => self.human.is_none() && at >= self.by,
            DueState::Overdue { .. } => true,
            _ => false,
        }
    }

    /// How it came out by that time, as every node computes it; nothing while it can still come out otherwise.
    pub fn outcome(&self, at: Time, suspended: &[Span]) -> Option<&'static str> {
        let late = match self.human_due().state(at, suspended) {
            DueState::Met { late_ms, .. } => late_ms.is_some(),
            _ => false,
        };
        match self.human {
            Some(_) if late || self.alternate => Some("ok-late"),
            Some(_) => Some("ok"),
            None => self.is_missed(at, suspended).then_some("failed"),
        }
    }
}

impl Machine for Comcheck {
    fn open(event: &Event, around: &Around<'_>) -> Result<Comcheck, Refusal> {
        let sides = Sides::of(event);
        let received = event.starts(sides.one_party(around)?, around.rules);
        let goes_on = around.rules.comcheck_when_suspended;
        Ok(Comcheck {
            sides,
            phase: Sent,
            path: event.word("path").unwrap_or_default().to_owned(),
            by: Time(event.integer("by").unwrap_or(0)),
            received,
            node: None,
            human: None,
            alternate: false,
            score: None,
            human_ms: around.rules.clocks.comcheck_human.ms(),
            course: if goes_on { Course::GoesOn } else { Course::Stops },
            over: None,
        })
    }

    fn allows(&self, event: &Event, around: &Around<'_>) -> Result<(), Refusal> {
        step(STEPS, self.phase, &self.sides, event)?;
        match (event.act.kind, event.act.name) {
            ("comcheck", "alternate") if !self.is_missed(event.latest(), around.suspended) => {
                Err(Refusal::TooEarly)
            }
            ("comcheck", "score") => match self.outcome(event.latest(), around.suspended) {
                None => Err(Refusal::TooEarly),
                Some(outcome) if event.word("score") != Some(outcome) => Err(Refusal::WrongOutcome),
                Some(_) => Ok(()),
            },
            _ => Ok(()),
        }
    }

    fn apply(&mut self, event: &Event, _: &Around<'_>) {
        let reached = event.reached(&self.sides.opener);
        match event.act.name {
            "node-answer" => self.node = self.node.or(Some(reached)),
            "human-answer" => self.human = self.human.or(Some(reached)),
            "alternate" => self.alternate = true,
            "score" => self.score = event.word("score").map(str::to_owned),
            "cancel" => self.over = Some(event.latest()),
            _ => {}
        }
        if let Ok(Some(to)) = step(STEPS, self.phase, &self.sides, event) {
            self.phase = to;
        }
    }

    fn phase(&self, now: &Now<'_>) -> &'static str {
        let suspended = now.pauses(&self.sides.opener, self.checked());
        let missed = self.is_missed(now.time, &suspended);
        if matches!(self.phase, Sent | NodeAnswered) && missed { "missed" } else { self.phase.word() }
    }

    fn dues(&self, _: &Now<'_>) -> Vec<Due> {
        vec![self.human_due()]
    }
}
