//! Undertakings: an offer about the time ahead, and what became of it. "Offer open" is not "declined".

use std::collections::BTreeMap;

use detente_psi::Time;

use super::step::{phases, row, step};
use super::thread::Machine;
use super::{Around, Due, DueState, Event, Now, Owed, Phase, Refusal, Side, Sides, Step, When};
use crate::PartyId;
use crate::record::Position;
use UndertakingPhase::{Declined, Ended, Offered, Reviewed, Running, SaidBroken, Withdrawn};

phases! {
    /// Where an undertaking stands.
    UndertakingPhase {
        /// Offered; nobody has answered.
        Offered = "offered",
        /// Accepted: it runs.
        Running = "running",
        /// Declined.
        Declined = "declined",
        /// The offer was withdrawn before it was accepted.
        Withdrawn = "withdrawn",
        /// Both sides said the same about it.
        Reviewed = "reviewed",
        /// It has ended.
        Ended = "ended",
        /// One side says it was broken, by an inquiry of its own.
        SaidBroken = "said-broken",
    }
}

/// The machine. A review leads on when both sides say the same, an end when both do or its time has passed: see
/// [`Undertaking`].
pub const STEPS: &[Step<UndertakingPhase>] = &[
    row("undertaking", "accept", Side::Addressee, &[Offered], Some(Running)),
    row("undertaking", "decline", Side::Addressee, &[Offered], Some(Declined)),
    row("undertaking", "review", Side::Either, &[Running, SaidBroken], None),
    row("undertaking", "end", Side::Either, &[Running, Reviewed, SaidBroken], None),
    row("undertaking", "say-broken", Side::Either, &[Running, Reviewed], Some(SaidBroken)),
    row("withdrawal", "withdraw", Side::Opener, &[Offered], Some(Withdrawn)),
    row("withdrawal", "cancel", Side::Opener, &[Offered], Some(Withdrawn)),
];

/// What crossed on its way: a withdrawal operates at receipt, so that an answer sent before it stands.
const CROSSED: &[Step<UndertakingPhase>] = &[
    row("undertaking", "accept", Side::Addressee, &[Withdrawn], Some(Running)),
    row("undertaking", "decline", Side::Addressee, &[Withdrawn], Some(Declined)),
];

/// An undertaking.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Undertaking {
    /// Who offers, and to whom.
    pub sides: Sides,
    /// Where it stands.
    pub phase: UndertakingPhase,
    /// What it cites: a norm or an inquiry.
    pub cites: Option<Position>,
    /// From when it runs.
    pub from: Time,
    /// Until when.
    pub until: Time,
    /// When both look at it again.
    pub review: Time,
    /// When the other side's node received the offer.
    pub received: Option<Time>,
    /// When the answer came.
    pub answered: Option<When>,
    /// What each side says came out: `kept`, `not-kept`, `not-agreed`; its last word.
    pub reviews: BTreeMap<PartyId, (String, When)>,
    /// Who said that it has ended.
    pub ends: BTreeMap<PartyId, String>,
    /// Who says that it was broken, by which inquiry.
    pub broken: Vec<(PartyId, Position)>,
    offer_ms: u64,
    lapse_ms: u64,
    over: Option<Time>,
}

impl Undertaking {
    fn offeree(&self) -> &PartyId {
        // An offer names one party; without one nobody owes an answer.
        self.sides.addressee.as_ref().unwrap_or(&self.sides.opener)
    }

    fn offer_due(&self, length_ms: u64) -> Due {
        Due::new(Owed::OfferAnswer, self.offeree(), &self.sides.opener, self.received, length_ms)
    }

    /// When the offer lapses.
    pub fn lapses(&self, suspended: &[super::Span]) -> Option<Time> {
        self.offer_due(self.lapse_ms).at(suspended)
    }

    /// What both sides say came out.
    pub fn outcome(&self) -> Option<&str> {
        let mut said = self.reviews.values().map(|(outcome, _)| outcome.as_str());
        let first = said.next().filter(|_| self.reviews.len() == 2)?;
        said.all(|other| other == first).then_some(first)
    }
}

impl Machine for Undertaking {
    fn open(event: &Event, around: &Around<'_>) -> Result<Undertaking, Refusal> {
        let sides = Sides::of(event);
        let received = event.starts(sides.one_party(around)?, around.rules);
        let time = |field: &str| Time(event.integer(field).unwrap_or(0));
        if time("until") <= time("from") {
            return Err(Refusal::OutOfBounds { field: "until" });
        }
        Ok(Undertaking {
            sides,
            phase: Offered,
            cites: event.first_target(),
            from: time("from"),
            until: time("until"),
            review: time("review"),
            received,
            answered: None,
            reviews: BTreeMap::new(),
            ends: BTreeMap::new(),
            broken: Vec::new(),
            offer_ms: around.rules.clocks.offer.ms(),
            lapse_ms: around.rules.clocks.offer_lapse.ms(),
            over: None,
        })
    }

    fn allows(&self, event: &Event, around: &Around<'_>) -> Result<(), Refusal> {
        step(STEPS, self.phase, &self.sides, event)?;
        let answers = matches!(event.act.name, "accept" | "decline");
        let reached = event.reached(&self.sides.opener).time;
        if answers && self.lapses(around.suspended).is_some_and(|lapses| reached >= lapses) {
            return Err(Refusal::Lapsed);
        }
        Ok(())
    }

    fn apply(&mut self, event: &Event, _: &Around<'_>) {
        let moved = step(STEPS, self.phase, &self.sides, event);
        match event.act.name {
            "accept" | "decline" => self.answered = Some(event.reached(&self.sides.opener)),
            "review" => {
                let other =
                    if *event.by() == self.sides.opener { self.offeree() } else { &self.sides.opener };
                let said = (event.word("outcome").unwrap_or_default().to_owned(), event.reached(other));
                self.reviews.insert(event.by().clone(), said);
            }
            "end" => {
                let outcome = event.word("outcome").unwrap_or_default().to_owned();
                self.ends.insert(event.by().clone(), outcome);
                // Nobody ends alone what runs for both; when its time is over, each may say so.
                if self.ends.len() == 2 || event.latest() >= self.until {
                    (self.phase, self.over) = (Ended, Some(event.latest()));
                }
            }
            "say-broken" => {
                let inquiry = event.targets().nth(1);
                self.broken.extend(inquiry.map(|inquiry| (event.by().clone(), inquiry)));
            }
            "withdraw" | "cancel" if moved.is_ok() => self.over = Some(event.latest()),
            _ => {}
        }
        let crossed = step(CROSSED, self.phase, &self.sides, event);
        if let Some(to) = moved.ok().flatten().or(crossed.ok().flatten()) {
            self.phase = to;
        }
        if self.phase == Running && self.outcome().is_some() {
            self.phase = Reviewed;
        }
        if matches!(self.phase, Running | Declined) {
            self.over = None;
        }
    }

    fn phase(&self, now: &Now<'_>) -> &'static str {
        let suspended = now.pauses(&self.sides.opener, self.offeree());
        let passed = |length_ms: u64| {
            matches!(self.offer_due(length_ms).state(now.time, &suspended), DueState::Overdue { .. })
        };
        match self.phase {
            Offered if passed(self.lapse_ms) => "lapsed",
            Offered if passed(self.offer_ms) => "offer-open",
            phase => phase.word(),
        }
    }

    fn dues(&self, now: &Now<'_>) -> Vec<Due> {
        let answer = self.offer_due(self.offer_ms).met(self.answered).over(self.over);
        let accepted = self.answered.filter(|_| !matches!(self.phase, Offered | Declined | Withdrawn));
        let after = now.rules.clocks.after_resume.ms();
        let review = |by: &PartyId, to: &PartyId| {
            let start = accepted?.time;
            let met = self.reviews.get(by).map(|(_, when)| *when);
            Some(Due::date(Owed::Review, by, to, start, self.review, after).met(met).over(self.over))
        };
        let (one, other) = (&self.sides.opener, self.offeree());
        std::iter::once(answer).chain(review(one, other)).chain(review(other, one)).collect()
    }
}
