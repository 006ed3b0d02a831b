//! Claims: who is said to stand behind something. Whoever is named has the right of reply before it is published.

use detente_psi::Time;

use super::stance::{self, Denial, Stance};
use super::step::{phases, row, step};
use super::thread::Machine;
use super::{Around, Due, DueState, Event, Now, Owed, Phase, Refusal, Side, Sides, Span, Step, When};
use crate::PartyId;
use ClaimPhase::{Amended, Answered, Maintained, Published, PutToAccused, Withdrawn};

phases! {
    /// Where a claim stands.
    ClaimPhase {
        /// Before the party that it names.
        PutToAccused = "put-to-accused",
        /// That party has answered.
        Answered = "answered",
        /// Its author maintains it.
        Maintained = "maintained",
        /// Its author has changed it; the right of reply runs again.
        Amended = "amended",
        /// Published.
        Published = "published",
        /// Withdrawn; the original stays on the record.
        Withdrawn = "withdrawn",
    }
}

const UNANSWERED: &[ClaimPhase] = &[PutToAccused, Amended];
const LATER: &[ClaimPhase] = &[Answered, Maintained, Published];
const STANDING: &[ClaimPhase] = &[PutToAccused, Answered, Maintained, Amended, Published];
const ALL: &[ClaimPhase] = ClaimPhase::ALL;

/// The machine. What its author does with a claim waits for the reply or for the end of its time: see [`Claim`].
pub const STEPS: &[Step<ClaimPhase>] = &[
    row("claim", "answer", Side::Addressee, UNANSWERED, Some(Answered)),
    row("claim", "answer", Side::Addressee, LATER, None),
    row("denial", "denial", Side::Addressee, UNANSWERED, Some(Answered)),
    row("denial", "denial", Side::Addressee, LATER, None),
    row("claim", "maintain", Side::Opener, &[PutToAccused, Answered, Amended], Some(Maintained)),
    row("claim", "amend", Side::Opener, STANDING, Some(Amended)),
    row("claim", "publish", Side::Opener, &[PutToAccused, Answered, Maintained, Amended], Some(Published)),
    row("position", "note", Side::Anybody, ALL, None),
    row("position", "contest", Side::Either, ALL, None),
    row("position", "corroborate", Side::Anybody, ALL, None),
    row("withdrawal", "withdraw", Side::Opener, STANDING, Some(Withdrawn)),
    row("withdrawal", "cancel", Side::Opener, STANDING, Some(Withdrawn)),
];

/// A claim with everything that was said to it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Claim {
    /// Who claims, and who is named.
    pub sides: Sides,
    /// Where it stands.
    pub phase: ClaimPhase,
    /// Its level: `machine`, `persona`, `cluster`, a step of ten….
    pub level: String,
    /// Whether the right of reply was skipped, with a reason on the record.
    pub skipped: bool,
    /// When the party that it names received its last form.
    pub received: Option<Time>,
    /// What met the right of reply, for its last form.
    pub answered: Option<When>,
    /// Denials of it.
    pub denials: Vec<Denial>,
    /// What was said about claim and denials.
    pub stances: Vec<Stance>,
    reply_ms: u64,
    over: Option<Time>,
}

impl Claim {
    fn accused(&self) -> &PartyId {
        // A claim names one party; without one nobody is owed a reply.
        self.sides.addressee.as_ref().unwrap_or(&self.sides.opener)
    }

    /// Whether the party that it names was heard, or its time to reply is over at that time. One that has not
    /// received it was not heard.
    pub fn is_reply_given(&self, at: Time, suspended: &[Span]) -> bool {
        let over = || self.reply_due().at(suspended).is_some_and(|end| end <= at);
        self.answered.is_some() || over()
    }

    fn reply_due(&self) -> Due {
        Due::new(Owed::RightOfReply, self.accused(), &self.sides.opener, self.received, self.reply_ms)
    }

    fn hear(&mut self, event: &Event, around: &Around<'_>) {
        self.level = event.word("level").unwrap_or_default().to_owned();
        self.skipped = event.flag("skip");
        self.received = event.starts(self.accused(), around.rules);
        self.answered = None;
    }
}

impl Machine for Claim {
    fn open(event: &Event, around: &Around<'_>) -> Result<Claim, Refusal> {
        let sides = Sides::of(event);
        sides.one_party(around)?;
        let [normal, _] = around.rules.clocks.reply_right;
        let mut claim = Claim {
            sides,
            phase: PutToAccused,
            level: String::new(),
            skipped: false,
            received: None,
            answered: None,
            denials: Vec::new(),
            stances: Vec::new(),
            reply_ms: normal.ms(),
            over: None,
        };
        claim.hear(event, around);
        Ok(claim)
    }

    fn allows(&self, event: &Event, around: &Around<'_>) -> Result<(), Refusal> {
        step(STEPS, self.phase, &self.sides, event)?;
        let waits = matches!((event.act.kind, event.act.name), ("claim", "maintain" | "publish"));
        let heard = self.skipped || self.is_reply_given(event.latest(), around.suspended);
        if waits && !heard { Err(Refusal::TooEarly) } else { Ok(()) }
    }

    fn apply(&mut self, event: &Event, around: &Around<'_>) {
        let reached = event.reached(&self.sides.opener);
        match (event.act.kind, event.act.name) {
            ("claim", "answer") => self.answered = self.answered.or(Some(reached)),
            ("denial", _) => {
                stance::deny(&mut self.denials, event, &self.sides.opener);
                self.answered = self.answered.or(Some(reached));
            }
            ("claim", "amend") => self.hear(event, around),
            ("position", _) => stance::take(&mut self.stances, event),
            ("withdrawal", _) => {
                let target = event.first_target();
                stance::take_back(&mut self.stances, target.as_ref());
                stance::take_denial_back(&mut self.denials, target.as_ref());
            }
            _ => {}
        }
        if let Ok(Some(to)) = step(STEPS, self.phase, &self.sides, event) {
            self.phase = to;
            self.over = matches!(to, Published | Withdrawn).then(|| event.latest());
        }
    }

    fn phase(&self, now: &Now<'_>) -> &'static str {
        let suspended = now.pauses(&self.sides.opener, self.accused());
        let overdue = matches!(self.reply_due().state(now.time, &suspended), DueState::Overdue { .. });
        if UNANSWERED.contains(&self.phase) && overdue { "unanswered" } else { self.phase.word() }
    }

    fn dues(&self, _: &Now<'_>) -> Vec<Due> {
        vec![self.reply_due().met(self.answered).over(self.over)]
    }
}
