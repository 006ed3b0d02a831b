//! Inquiries: a question with clocks, and a typed answer.

use detente_psi::Time;

use super::stance::{self, Stance};
use super::step::{phases, row, step};
use super::thread::Machine;
use super::{Around, Due, Event, Now, Owed, Phase, Proof, Refusal, Side, Sides, Span, Step, When};
use crate::PartyId;
use crate::record::Position;
use crate::record::Rules;
use InquiryPhase::{
    Accepted, Acknowledged, Answered, AnsweredPartly, Closed, Contested, FollowUp, Holding,
    MoreInformationWanted, Released, Withdrawn,
};

phases! {
    /// Where an inquiry stands.
    InquiryPhase {
        /// On the record; nobody has acknowledged it.
        Released = "released",
        /// A person of the asked party has it.
        Acknowledged = "acknowledged",
        /// An answer is being worked on.
        Holding = "holding",
        /// The ball is with the asker.
        MoreInformationWanted = "more-information-wanted",
        /// Answered in part.
        AnsweredPartly = "answered-partly",
        /// Answered.
        Answered = "answered",
        /// The asker accepts the answer.
        Accepted = "accepted",
        /// The asker contests it.
        Contested = "contested",
        /// The asker asks on.
        FollowUp = "follow-up",
        /// Closed by the asker.
        Closed = "closed",
        /// Withdrawn or cancelled by the asker.
        Withdrawn = "withdrawn",
    }
}

/// Phases in which the asked party has the ball.
const OPEN: &[InquiryPhase] = &[Released, Acknowledged, Holding, AnsweredPartly, FollowUp];
/// Phases in which an answer has a place. A later one widens or narrows what was said; only the asker closes.
const ANSWERABLE: &[InquiryPhase] =
    &[Released, Acknowledged, Holding, MoreInformationWanted, AnsweredPartly, FollowUp, Answered, Contested];
/// Phases in which there is an answer.
const WITH_ANSWER: &[InquiryPhase] = &[AnsweredPartly, Answered, Accepted, Contested];
const NOT_OVER: &[InquiryPhase] = &[
    Released,
    Acknowledged,
    Holding,
    MoreInformationWanted,
    AnsweredPartly,
    Answered,
    Accepted,
    Contested,
    FollowUp,
];
const ALL: &[InquiryPhase] = InquiryPhase::ALL;

/// The machine. Where an answer leads depends on its type: see [`Inquiry`].
pub const STEPS: &[Step<InquiryPhase>] = &[
    row("reply", "acknowledge", Side::Addressee, &[Released], Some(Acknowledged)),
    row("reply", "acknowledge", Side::Addressee, &[FollowUp], None),
    row("reply", "holding", Side::Addressee, OPEN, Some(Holding)),
    row("reply", "more-information-wanted", Side::Addressee, OPEN, Some(MoreInformationWanted)),
    row("reply", "extend-ask", Side::Addressee, OPEN, None),
    row("reply", "answer", Side::Addressee, ANSWERABLE, Some(Answered)),
    row("denial", "denial", Side::Addressee, ANSWERABLE, Some(Answered)),
    row("inquiry", "supply", Side::Opener, &[MoreInformationWanted], Some(Acknowledged)),
    row("inquiry", "supply", Side::Opener, NOT_OVER, None),
    row("inquiry", "extend-grant", Side::Opener, OPEN, None),
    row("inquiry", "extend-grant", Side::Opener, &[MoreInformationWanted], None),
    row("inquiry", "follow-up", Side::Opener, WITH_ANSWER, Some(FollowUp)),
    row("inquiry", "follow-up", Side::Opener, &[Closed], Some(FollowUp)),
    row("inquiry", "accept", Side::Opener, &[AnsweredPartly, Answered, Contested], Some(Accepted)),
    row("inquiry", "close", Side::Opener, NOT_OVER, Some(Closed)),
    row("position", "note", Side::Anybody, ALL, None),
    row("position", "contest", Side::Opener, WITH_ANSWER, Some(Contested)),
    row("position", "contest", Side::Opener, &[FollowUp, Closed], None),
    row("position", "corroborate", Side::Anybody, ALL, None),
    row("withdrawal", "withdraw", Side::Opener, NOT_OVER, Some(Withdrawn)),
    row("withdrawal", "cancel", Side::Opener, NOT_OVER, Some(Withdrawn)),
];

/// An answer on the record.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answer {
    /// The entry.
    pub position: Position,
    /// `denial`, or the type that it names: `acted`, `no-finding`….
    pub what: String,
    /// When it reached the asker.
    pub when: When,
    /// It came after the asker had closed: kept, and moves nothing.
    pub after_closure: bool,
    /// Its author withdrew it.
    pub withdrawn: bool,
}

/// An inquiry with everything that was said to it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Inquiry {
    /// The entry that asks.
    pub root: Position,
    /// Who asks and who is asked.
    pub sides: Sides,
    /// Where it stands.
    pub phase: InquiryPhase,
    /// `incident`, `norm-compliance`, `clarification`, `assistance`.
    pub kind: String,
    /// `routine`, `priority`, `immediate`.
    pub precedence: String,
    /// The norm it cites.
    pub norm: Option<String>,
    /// Whether it attributes.
    pub attributes: bool,
    /// When the asked node received it.
    pub received: Option<Time>,
    /// A person's acknowledgement.
    pub acknowledged: Option<When>,
    /// The first holding reply, or what counts as one.
    pub holding: Option<When>,
    /// Answers and denials.
    pub answers: Vec<Answer>,
    /// What was said about them.
    pub stances: Vec<Stance>,
    /// How it was closed, accepted or withdrawn.
    pub outcome: Option<String>,
    /// Whether an extension was asked for, and granted.
    pub extension: Extension,
    /// When the last act stood.
    pub last_act: Time,
    /// Since when the ball is with the asker, and until when: what it adds to the answer's clock.
    wanted: Vec<Wanted>,
    /// Where the answer's clock starts: at the receipt of the inquiry, or of the last follow-up.
    answer_from: Option<Time>,
    ack_ms: u64,
    answer_ms: u64,
    over: Option<Time>,
}

/// The one extension of an inquiry.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Extension {
    /// Nobody asked.
    None,
    /// Asked for, so many seconds.
    Asked(u64),
    /// Granted, so many seconds.
    Granted(u64),
}

/// More information was wanted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Wanted {
    /// When the asker received that.
    from: Option<Time>,
    /// When the asked party received the supply; it may have been said and not yet received.
    until: Option<Time>,
    /// The supply.
    supplied: Option<When>,
}

impl Inquiry {
    fn asker(&self) -> &PartyId {
        &self.sides.opener
    }

    fn asked(&self) -> &PartyId {
        // An inquiry names one party; without one nobody is asked, and nobody owes anything.
        self.sides.addressee.as_ref().unwrap_or(&self.sides.opener)
    }

    /// The answer that counts: the last one that was neither withdrawn nor came after closure.
    pub fn answer(&self) -> Option<&Answer> {
        self.answers.iter().rev().find(|answer| !answer.withdrawn && !answer.after_closure)
    }

    /// How often it was denied; repeats are counted, never overwritten.
    pub fn denials(&self) -> usize {
        self.answers.iter().filter(|answer| answer.what == "denial").count()
    }

    /// The word of an answer and the phase it leads to.
    fn take_answer(&mut self, event: &Event) {
        let what =
            if event.act.kind == "denial" { "denial" } else { event.word("answer").unwrap_or("acted") };
        let after_closure = matches!(self.phase, Closed | Withdrawn);
        let when = event.reached(self.asker());
        self.answers.push(Answer {
            position: event.position.clone(),
            what: what.to_owned(),
            when,
            after_closure,
            withdrawn: false,
        });
        if after_closure {
            return;
        }
        self.holding.get_or_insert(when);
        self.acknowledged.get_or_insert(when);
        self.phase = match (what, self.phase) {
            // Contested stays contested until the asker says otherwise.
            (_, Contested) => Contested,
            ("partial", phase) if phase != Answered => AnsweredPartly,
            _ => Answered,
        };
        self.end_wanted(when);
    }

    fn take_own_withdrawal(&mut self, event: &Event) {
        let target = event.first_target();
        stance::take_back(&mut self.stances, target.as_ref());
        if let Some(answer) = self.answers.iter_mut().find(|answer| Some(&answer.position) == target.as_ref())
        {
            answer.withdrawn = true;
        }
        if self.answer().is_none() && WITH_ANSWER.contains(&self.phase) {
            self.phase = Acknowledged;
        }
    }

    fn end_wanted(&mut self, when: When) {
        if let Some(wanted) = self.wanted.last_mut().filter(|wanted| wanted.supplied.is_none()) {
            (wanted.until, wanted.supplied) = (Some(when.time), Some(when));
        }
    }

    fn close(&mut self, event: &Event, outcome: Option<&str>) {
        self.outcome = outcome.map(str::to_owned);
        self.over = Some(event.reached(self.asked()).time);
    }

    /// Whether it is the inquiry itself that is withdrawn or cancelled, and not something said in it.
    fn takes_back_all(&self, event: &Event) -> bool {
        event.act.kind == "withdrawal" && event.first_target().as_ref() == Some(&self.root)
    }

    fn response(&self, what: Owed, length_ms: u64, start: Option<Time>) -> Due {
        let mut due = Due::new(what, self.asked(), self.asker(), start, length_ms);
        due.over = self.over;
        due
    }

    fn own_pauses(&self) -> Vec<Span> {
        let span = |wanted: &Wanted| Some(Span { from: wanted.from?, until: wanted.until });
        self.wanted.iter().filter_map(span).collect()
    }

    fn answer_due(&self) -> Due {
        let extra = match self.extension {
            Extension::Granted(seconds) => seconds.saturating_mul(1000),
            _ => 0,
        };
        let mut due = self.response(Owed::Answer, self.answer_ms.saturating_add(extra), self.answer_from);
        due.pauses = self.own_pauses();
        let from = self.answer_from.unwrap_or(Time(0));
        let first = self.answers.iter().find(|answer| {
            !answer.withdrawn && !answer.after_closure && answer.what != "partial" && answer.when.time >= from
        });
        due.met = first.map(|answer| answer.when);
        due
    }
}

impl Machine for Inquiry {
    fn open(event: &Event, around: &Around<'_>) -> Result<Inquiry, Refusal> {
        let sides = Sides::of(event);
        let asked = sides.one_party(around)?.clone();
        let received = event.starts(&asked, around.rules);
        let kind = event.word("kind").unwrap_or_default().to_owned();
        let precedence = event.word("prec").unwrap_or_default().to_owned();
        // A clock longer than the charter's may be given; a shorter one is only a wish.
        let at_least = |field: &str, rule: u64| {
            event.integer(field).map_or(rule, |seconds| seconds.saturating_mul(1000).max(rule))
        };
        Ok(Inquiry {
            root: event.position.clone(),
            ack_ms: at_least("ack_clock", around.rules.clocks.ack_for(&precedence).ms()),
            answer_ms: at_least("clock", answer_ms(around.rules, &kind)),
            phase: Released,
            norm: event.word("norm").map(str::to_owned),
            attributes: event.flag("attribution"),
            kind,
            precedence,
            received,
            acknowledged: None,
            holding: None,
            answers: Vec::new(),
            stances: Vec::new(),
            outcome: None,
            extension: Extension::None,
            last_act: event.said(),
            wanted: Vec::new(),
            answer_from: received,
            over: None,
            sides,
        })
    }

    fn allows(&self, event: &Event, _: &Around<'_>) -> Result<(), Refusal> {
        step(STEPS, self.phase, &self.sides, event)?;
        match (event.act.kind, event.act.name, self.extension) {
            ("reply", "extend-ask", Extension::Asked(_) | Extension::Granted(_)) => Err(Refusal::Once),
            ("inquiry", "extend-grant", Extension::None) => Err(Refusal::NothingAsked),
            ("inquiry", "extend-grant", Extension::Granted(_)) => Err(Refusal::Once),
            _ => Ok(()),
        }
    }

    fn apply(&mut self, event: &Event, around: &Around<'_>) {
        self.last_act = self.last_act.max(event.said());
        let reached_asker = event.reached(self.asker());
        match (event.act.kind, event.act.name) {
            ("denial", _) | ("reply", "answer") => return self.take_answer(event),
            ("reply", _) => {
                self.acknowledged.get_or_insert(reached_asker);
                if event.act.name != "acknowledge" && event.act.name != "extend-ask" {
                    self.holding.get_or_insert(reached_asker);
                }
            }
            ("position", _) => stance::take(&mut self.stances, event),
            ("withdrawal", _) if !self.takes_back_all(event) => return self.take_own_withdrawal(event),
            _ => {}
        }
        match (event.act.kind, event.act.name) {
            ("reply", "more-information-wanted") => {
                self.wanted.push(Wanted {
                    from: event.starts(self.asker(), around.rules),
                    until: None,
                    supplied: None,
                });
            }
            ("inquiry", "supply") => {
                let when = event.reached(self.asked());
                if let Some(wanted) = self.wanted.last_mut().filter(|wanted| wanted.supplied.is_none()) {
                    wanted.supplied = Some(when);
                    wanted.until = (when.proof == Proof::Receipt).then_some(when.time);
                }
            }
            ("reply", "extend-ask") if self.extension == Extension::None => {
                self.extension = Extension::Asked(event.integer("extra").unwrap_or(0));
            }
            ("inquiry", "extend-grant") => {
                self.extension = Extension::Granted(event.integer("extra").unwrap_or(0));
            }
            ("inquiry", "follow-up") => {
                self.answer_from = event.starts(self.asked(), around.rules);
                self.over = None;
                self.outcome = None;
            }
            ("inquiry", "accept") => self.outcome = event.word("outcome").map(str::to_owned),
            ("inquiry", "close") => self.close(event, event.word("outcome")),
            ("withdrawal", "cancel") => self.close(event, Some("cancelled")),
            ("withdrawal", _) => self.close(event, Some("withdrawn")),
            _ => {}
        }
        if let Ok(Some(to)) = step(STEPS, self.phase, &self.sides, event) {
            self.phase = to;
        }
    }

    fn phase(&self, now: &Now<'_>) -> &'static str {
        let idle = now.time.0.saturating_sub(self.last_act.0) >= now.rules.clocks.dormant.ms();
        match self.phase {
            Closed | Withdrawn => self.phase.word(),
            _ if idle => "dormant",
            phase => phase.word(),
        }
    }

    fn dues(&self, now: &Now<'_>) -> Vec<Due> {
        let clocks = &now.rules.clocks;
        let mut ack = self.response(Owed::Acknowledgement, self.ack_ms, self.received);
        ack.met = self.acknowledged;
        let mut holding = self.response(Owed::Holding, clocks.holding.ms(), self.received);
        holding.met = self.holding;
        let mut last = self.response(Owed::Final, clocks.r#final.ms(), self.received);
        last.pauses = self.own_pauses();
        last.met = self.answer_due().met;
        let supplies = self.wanted.iter().map(|wanted| {
            let mut due = Due::new(Owed::Supply, self.asker(), self.asked(), wanted.from, clocks.supply.ms());
            due.met = wanted.supplied;
            due.over = self.over;
            due
        });
        [ack, holding, self.answer_due(), last].into_iter().chain(supplies).collect()
    }
}

fn answer_ms(rules: &Rules, kind: &str) -> u64 {
    match kind {
        "incident" | "assistance" => rules.clocks.answer_incident.ms(),
        _ => rules.clocks.answer_norm.ms(),
    }
}
