//! Clocks: who owes what by when. A clock starts at the receiver's receipt, stands still while it may, and never
//! outlives what it concerns.

use detente_psi::Time;

use super::When;
use crate::PartyId;

/// What is owed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Owed {
    /// A person's acknowledgement.
    Acknowledgement,
    /// A holding reply.
    Holding,
    /// The answer.
    Answer,
    /// The final answer.
    Final,
    /// What was wanted before an answer.
    Supply,
    /// An answer to an offer.
    OfferAnswer,
    /// A review.
    Review,
    /// A reply to a claim, before it is published.
    RightOfReply,
    /// A report of a contact.
    ContactReport,
    /// An answer to a proposed disclosure.
    Consultation,
    /// A person's answer to a comcheck.
    ComcheckAnswer,
    /// An answer to a request of an observer.
    RequestAnswer,
    /// An objection to a reservation.
    Objection,
    /// An objection to a text under silence.
    Silence,
}

/// From a time to another; without end while it lasts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Span {
    /// From here on.
    pub from: Time,
    /// Until before here.
    pub until: Option<Time>,
}

/// What a suspension does to a clock.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Course {
    /// It stands still: a clock for a response.
    Stops,
    /// Nothing.
    GoesOn,
    /// A date of the calendar does not move, but one that falls inside is due that many milliseconds after the end.
    Date {
        /// How many.
        after_ms: u64,
    },
}

/// One clock.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Due {
    /// What is owed.
    pub what: Owed,
    /// Who owes it.
    pub by: PartyId,
    /// To whom.
    pub to: PartyId,
    /// When it started; it has not while there is no receipt.
    pub start: Option<Time>,
    /// How long it runs, in milliseconds.
    pub length_ms: u64,
    /// When it stood still for reasons of its own thread.
    pub pauses: Vec<Span>,
    /// What met it.
    pub met: Option<When>,
    /// When it ended without being met, because what it concerned did.
    pub over: Option<Time>,
    /// It ends here at the latest: the accord does, or one of the two has left it.
    pub cap: Option<Time>,
    /// What a suspension does to it.
    pub course: Course,
}

/// How a clock stands at a time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DueState {
    /// It has not started: there is no receipt.
    NotStarted,
    /// It runs.
    Running {
        /// Until here.
        at: Time,
    },
    /// It stands still.
    Paused {
        /// Since.
        since: Time,
    },
    /// It was met.
    Met {
        /// By this.
        when: When,
        /// So much too late, in milliseconds; nothing if in time.
        late_ms: Option<u64>,
    },
    /// Its time has passed and nothing met it.
    Overdue {
        /// Since.
        at: Time,
    },
    /// What it concerned is over.
    Over,
}

impl Due {
    /// A clock that nothing has met yet.
    pub fn new(what: Owed, by: &PartyId, to: &PartyId, start: Option<Time>, length_ms: u64) -> Due {
        let (by, to) = (by.clone(), to.clone());
        let course = Course::Stops;
        Due { what, by, to, start, length_ms, pauses: Vec::new(), met: None, over: None, cap: None, course }
    }

    /// A date of the calendar, owed from `start` on.
    pub fn date(what: Owed, by: &PartyId, to: &PartyId, start: Time, date: Time, after_ms: u64) -> Due {
        let length_ms = date.0.saturating_sub(start.0);
        let course = Course::Date { after_ms };
        Due { course, ..Due::new(what, by, to, Some(start), length_ms) }
    }

    /// The same, met by this.
    #[must_use]
    pub fn met(self, met: Option<When>) -> Due {
        Due { met, ..self }
    }

    /// The same, over since then.
    #[must_use]
    pub fn over(self, over: Option<Time>) -> Due {
        Due { over, ..self }
    }

    /// When it ends, with the pauses of its thread and these: those of suspensions. None before it starts, and
    /// while a pause without end keeps it from ending.
    pub fn at(&self, suspended: &[Span]) -> Option<Time> {
        let end = self.uncapped(suspended)?;
        Some(self.cap.map_or(end, |cap| cap.min(end)))
    }

    fn uncapped(&self, suspended: &[Span]) -> Option<Time> {
        if let Course::Date { after_ms } = self.course {
            return self.date_at(suspended, after_ms);
        }
        let mut end = self.start?.0.saturating_add(self.length_ms);
        for pause in self.all_pauses(suspended) {
            let from = pause.from.0.max(self.start?.0);
            // A pause that begins after the end changes nothing: what was overdue stays overdue.
            if from >= end {
                break;
            }
            let until = pause.until?.0;
            end = end.saturating_add(until.saturating_sub(from));
        }
        Some(Time(end))
    }

    fn date_at(&self, suspended: &[Span], after_ms: u64) -> Option<Time> {
        let date = Time(self.start?.0.saturating_add(self.length_ms));
        let falls = |span: &&Span| span.from <= date && span.until.is_none_or(|until| date < until);
        match merged(suspended.to_vec()).iter().find(falls) {
            None => Some(date),
            Some(span) => span.until.map(|until| Time(until.0.saturating_add(after_ms))),
        }
    }

    /// Whether the end of the accord, or of a party's part in it, cuts it short: its time is clamped to that end.
    pub fn is_capped(&self, suspended: &[Span]) -> bool {
        let Some(cap) = self.cap else { return false };
        self.start.is_some() && self.uncapped(suspended).is_none_or(|end| end > cap)
    }

    /// How it stands.
    pub fn state(&self, now: Time, suspended: &[Span]) -> DueState {
        let Some(start) = self.start.filter(|start| *start <= now || self.met.is_some()) else {
            return if self.over.is_some() { DueState::Over } else { DueState::NotStarted };
        };
        let at = self.at(suspended);
        if let Some(when) = self.met {
            let late_ms = at.and_then(|at| when.time.0.checked_sub(at.0));
            return DueState::Met { when, late_ms };
        }
        // What was overdue when its thread ended stays so on record, but nobody owes it any more. Nor does a clock
        // outlive the accord.
        let cut = self.is_capped(suspended) && self.cap.is_some_and(|cap| cap <= now);
        if self.over.is_some() || cut {
            return DueState::Over;
        }
        if let Some(at) = at.filter(|at| *at <= now) {
            return DueState::Overdue { at };
        }
        let pauses = self.all_pauses(suspended);
        let is_now = |pause: &&Span| pause.from <= now && pause.until.is_none_or(|until| now < until);
        match (pauses.iter().find(is_now), at) {
            (Some(pause), _) => DueState::Paused { since: pause.from.max(start) },
            (None, Some(at)) => DueState::Running { at },
            (None, None) => DueState::Paused { since: start },
        }
    }

    fn all_pauses(&self, suspended: &[Span]) -> Vec<Span> {
        let suspended = if self.course == Course::Stops { suspended } else { &[] };
        merged(self.pauses.iter().chain(suspended).copied().collect())
    }
}

/// The same stretches of time, ascending, none of which touches another.
pub(super) fn merged(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable();
    let mut merged: Vec<Span> = Vec::new();
    for span in spans {
        match merged.last_mut() {
            Some(last) if last.until.is_none_or(|until| until >= span.from) => {
                last.until = match (last.until, span.until) {
                    (Some(one), Some(other)) => Some(one.max(other)),
                    _ => None,
                };
            }
            _ => merged.push(span),
        }
    }
    merged
}
