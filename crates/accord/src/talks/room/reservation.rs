//! Reservations, and what the others say of them.
//!
//! The rules are those of articles 19 to 23 of the Vienna Convention on the Law of Treaties, with the periods and
//! the regime of the accord. Between two parties a reservation is a counter-proposal: silence never accepts it.

use std::collections::{BTreeMap, BTreeSet};

use detente_psi::Time;

use super::{NormPhase, Room};
use crate::PartyId;
use crate::record::{Position, Regime, Rel, Reservations};
use crate::talks::step::{Phase, step};
use crate::talks::{Around, Due, Event, Now, Owed, Refusal, When};

/// What a reservation says it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ReservationKind {
    /// A reservation.
    Reservation,
    /// How its author reads the norm: it changes nothing.
    Interpretative,
    /// The same as a condition: treated as a reservation.
    Conditional,
    /// Another text, which the other side may take.
    CounterProposal,
}

impl ReservationKind {
    /// The kind of this word.
    pub fn parse(word: &str) -> Option<ReservationKind> {
        use ReservationKind::{Conditional, CounterProposal, Interpretative, Reservation};
        [Reservation, Interpretative, Conditional, CounterProposal]
            .into_iter()
            .find(|kind| kind.name() == word)
    }

    /// Its word.
    pub fn name(self) -> &'static str {
        match self {
            ReservationKind::Reservation => "reservation",
            ReservationKind::Interpretative => "interpretative-declaration",
            ReservationKind::Conditional => "conditional-declaration",
            ReservationKind::CounterProposal => "counter-proposal",
        }
    }
}

/// What a reservation does to a norm.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum ReservationEffect {
    /// The norm, or a part of it, is not to apply: then a simple objection comes to nearly the same as acceptance.
    Exclude,
    /// It applies otherwise.
    Modify,
    /// It applies under a condition.
    Condition,
    /// Nothing.
    None,
}

impl ReservationEffect {
    /// The effect of this word.
    pub fn parse(word: &str) -> Option<ReservationEffect> {
        use ReservationEffect::{Condition, Exclude, Modify, None};
        [Exclude, Modify, Condition, None].into_iter().find(|effect| effect.name() == word)
    }

    /// Its word.
    pub fn name(self) -> &'static str {
        match self {
            ReservationEffect::Exclude => "exclude",
            ReservationEffect::Modify => "modify",
            ReservationEffect::Condition => "condition",
            ReservationEffect::None => "none",
        }
    }
}

/// When a reservation was made to a norm.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Made {
    /// Before its author agreed to the norm.
    InTime,
    /// After that: it counts only if nobody objects.
    Late,
}

/// What a party said of a reservation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Said {
    /// It accepts it.
    Accept,
    /// It does not take a counter-proposal.
    Decline,
    /// It objects; the norm applies between them as far as the reservation does not reach.
    Objection,
    /// It objects, and does not want the norm to be in force between them.
    NoAccord,
}

/// One such statement.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Response {
    /// The entry.
    pub position: Position,
    /// Whose.
    pub by: PartyId,
    /// What it says.
    pub said: Said,
    /// The ground of an objection.
    pub ground: Option<String>,
    /// When it reached the author of the reservation.
    pub reached: When,
    /// Whether its author said again that it stands.
    pub maintained: bool,
    /// When its withdrawal was received by the author of the reservation, if it was withdrawn.
    pub withdrawn: Option<Withdrawal>,
}

/// Something was taken back.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Withdrawal {
    /// The entry.
    pub position: Position,
    /// Whether a part remains.
    pub is_part: bool,
    /// When each other party received it: it operates then.
    pub received: BTreeMap<PartyId, Time>,
    /// Acceptances that its author had not seen: those of a counter-proposal stand.
    crossed: BTreeSet<PartyId>,
}

impl Withdrawal {
    /// Whether it operates for a party at a time.
    pub fn operates(&self, party: &PartyId, at: Time) -> bool {
        self.received.get(party).is_some_and(|received| *received <= at)
    }
}

/// Where a reservation to a norm stands between its author and another party.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    /// The accord does not admit it.
    NotPermitted,
    /// It changes nothing by its kind.
    NoEffect,
    /// It was withdrawn.
    Withdrawn,
    /// It may still be objected to, until then; without a time: the other has not received it, or silence does not
    /// accept it.
    Pending {
        /// The end of the period.
        until: Option<Time>,
    },
    /// Accepted by word.
    Accepted,
    /// Accepted, because nobody objected in time, or the objection was withdrawn.
    Lapsed,
    /// Objected to.
    Objected,
    /// Objected to, and no norm between them is wanted.
    NoAccord,
    /// A counter-proposal that was not taken.
    Declined,
    /// It needed acceptance by all, and somebody objected.
    Rejected,
}

impl Standing {
    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Standing::NotPermitted => "not-permitted",
            Standing::NoEffect => "notified",
            Standing::Withdrawn => "withdrawn",
            Standing::Pending { .. } => "pending",
            Standing::Accepted => "accepted-expressly",
            Standing::Lapsed => "accepted-by-lapse",
            Standing::Objected => "objected-simple",
            Standing::NoAccord => "objected-no-accord",
            Standing::Declined => "declined",
            Standing::Rejected => "rejected",
        }
    }
}

/// A reservation.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reservation {
    /// The entry.
    pub position: Position,
    /// Whose.
    pub by: PartyId,
    /// The norms, and whether it was made in time to each; those that the regime does not admit have nothing.
    pub norms: BTreeMap<Position, Option<Made>>,
    /// What it is; between two parties a reservation is a counter-proposal.
    pub kind: ReservationKind,
    /// Whether it says so itself.
    pub is_forced: bool,
    /// What it does.
    pub effect: ReservationEffect,
    /// Whether it works both ways.
    pub reciprocal: bool,
    /// When each other party received it: the period starts there.
    pub received: BTreeMap<PartyId, Time>,
    /// What the others said, in causal order.
    pub responses: Vec<Response>,
    /// What was taken back of it, in causal order.
    pub withdrawals: Vec<Withdrawal>,
    /// The other parties when it was made.
    others: BTreeSet<PartyId>,
    period_ms: u64,
    all_must_accept: bool,
}

impl Reservation {
    fn of(event: &Event, norms: BTreeMap<Position, Option<Made>>, around: &Around<'_>) -> Reservation {
        let rules = &around.rules.reservations;
        let said =
            event.word("kind").and_then(ReservationKind::parse).unwrap_or(ReservationKind::Reservation);
        let is_forced = around.parties.len() == 2
            && matches!(said, ReservationKind::Reservation | ReservationKind::Conditional);
        Reservation {
            position: event.position.clone(),
            by: event.by().clone(),
            norms,
            kind: if is_forced { ReservationKind::CounterProposal } else { said },
            is_forced,
            effect: event
                .word("effect")
                .and_then(ReservationEffect::parse)
                .unwrap_or(ReservationEffect::None),
            reciprocal: event.flag("reciprocal"),
            received: event.received.clone(),
            responses: Vec::new(),
            withdrawals: Vec::new(),
            others: around.parties.iter().filter(|party| *party != event.by()).cloned().collect(),
            period_ms: rules.objection.ms(),
            all_must_accept: rules.all_must_accept,
        }
    }

    /// Whether it changes anything by its kind.
    pub fn has_effect(&self) -> bool {
        self.kind != ReservationKind::Interpretative && self.effect != ReservationEffect::None
    }

    /// What remains of it was said by this entry.
    pub fn narrowed(&self, party: &PartyId, at: Time) -> Option<&Position> {
        let part = self.withdrawals.iter().rfind(|taken| taken.is_part && taken.operates(party, at));
        part.map(|taken| &taken.position)
    }

    fn is_withdrawn_for(&self, party: &PartyId, at: Time) -> bool {
        let whole = self.withdrawals.iter().filter(|taken| !taken.is_part);
        whole.into_iter().any(|taken| taken.operates(party, at) && !taken.crossed.contains(party))
    }

    fn due(&self, party: &PartyId) -> Due {
        let start = self.received.get(party).copied();
        Due::new(Owed::Objection, party, &self.by, start, self.period_ms)
    }

    /// Until when a party may object.
    pub fn deadline(&self, party: &PartyId, now: &Now<'_>) -> Option<Time> {
        self.due(party).at(&now.pauses(&self.by, party))
    }

    /// Whether an objection came after its time: noted, without legal effect.
    pub fn is_late(&self, response: &Response, now: &Now<'_>) -> bool {
        let deadline = self.deadline(&response.by, now);
        matches!(response.said, Said::Objection | Said::NoAccord)
            && self.kind != ReservationKind::CounterProposal
            && deadline.is_some_and(|deadline| response.reached.time >= deadline)
    }

    /// Where it stands between its author and one other party, alone.
    fn alone(&self, party: &PartyId, now: &Now<'_>) -> Standing {
        let of_party = || self.responses.iter().filter(|response| response.by == *party);
        if of_party().any(|response| response.said == Said::Accept && response.withdrawn.is_none()) {
            return Standing::Accepted;
        }
        let is_offer = self.kind == ReservationKind::CounterProposal;
        let deadline = self.deadline(party, now);
        let in_time = |response: &&Response| !self.is_late(response, now);
        let last = of_party().filter(in_time).rfind(|response| response.said != Said::Accept);
        let operates = |taken: &Withdrawal| taken.operates(&self.by, now.time);
        match last {
            Some(last) if last.withdrawn.as_ref().is_some_and(operates) => match is_offer {
                true => Standing::Pending { until: None },
                false => Standing::Lapsed,
            },
            Some(_) if is_offer => Standing::Declined,
            Some(last) if last.said == Said::NoAccord => Standing::NoAccord,
            Some(_) => Standing::Objected,
            None if is_offer => Standing::Pending { until: None },
            None => match deadline {
                Some(deadline) if deadline <= now.time => Standing::Lapsed,
                until => Standing::Pending { until },
            },
        }
    }

    /// Where it stands to a norm between its author and another party at a time.
    pub fn standing(&self, norm: &Position, party: &PartyId, now: &Now<'_>) -> Standing {
        let Some(Some(made)) = self.norms.get(norm) else { return Standing::NotPermitted };
        if self.is_withdrawn_for(party, now.time) {
            return Standing::Withdrawn;
        }
        if !self.has_effect() {
            return Standing::NoEffect;
        }
        let needs_all = *made == Made::Late || self.all_must_accept;
        if self.kind == ReservationKind::CounterProposal || !needs_all {
            return self.alone(party, now);
        }
        let each: Vec<Standing> = self.others.iter().map(|other| self.for_all(other, now)).collect();
        if each.contains(&Standing::Rejected) {
            return Standing::Rejected;
        }
        let pending = each.iter().filter_map(|standing| match standing {
            Standing::Pending { until } => Some(until.unwrap_or(Time(u64::MAX))),
            _ => None,
        });
        match pending.max() {
            Some(Time(u64::MAX)) => Standing::Pending { until: None },
            Some(until) => Standing::Pending { until: Some(until) },
            None => self.alone(party, now),
        }
    }

    /// What the word of one party means where the word of all counts: an objection that stood at the end of its
    /// period rejects it for good.
    fn for_all(&self, party: &PartyId, now: &Now<'_>) -> Standing {
        let alone = self.alone(party, now);
        let deadline = self.deadline(party, now);
        let objects = |response: &Response| {
            let ended = |taken: &Withdrawal| {
                taken.received.get(&self.by).is_some_and(|at| deadline.is_none_or(|deadline| *at < deadline))
            };
            response.by == *party
                && matches!(response.said, Said::Objection | Said::NoAccord | Said::Decline)
                && !self.is_late(response, now)
                && !response.withdrawn.as_ref().is_some_and(ended)
        };
        match alone {
            Standing::Accepted => Standing::Accepted,
            _ if self.responses.iter().any(objects) => Standing::Rejected,
            alone => alone,
        }
    }

    /// The clocks of those who may object.
    pub(super) fn dues(&self) -> Vec<Due> {
        if !self.has_effect() || self.kind == ReservationKind::CounterProposal {
            return Vec::new();
        }
        let is_over = self.withdrawals.iter().find(|taken| !taken.is_part);
        let due = |party: &PartyId| {
            let first = self.responses.iter().find(|response| response.by == *party);
            let over = is_over.and_then(|taken| taken.received.get(party)).copied();
            Due { met: first.map(|response| response.reached), over, ..self.due(party) }
        };
        self.others.iter().map(due).collect()
    }
}

impl Room {
    fn may_reserve(&self, event: &Event) -> Result<(), Refusal> {
        for target in event.named(Rel::To) {
            let norm = self.norms.get(&target).ok_or(Refusal::TargetWithoutEffect)?;
            let phase = self.norm_phase(norm, event.moment());
            step(super::NORM_STEPS, phase, &norm.sides, event)?;
        }
        Ok(())
    }

    pub(super) fn allows_reservation(
        &self,
        at: &Position,
        event: &Event,
        around: &Around<'_>,
    ) -> Result<(), Refusal> {
        if event.is("reservation", "formulate") {
            return self.may_reserve(event);
        }
        let reservation = self.reservations.get(at).ok_or(Refusal::TargetWithoutEffect)?;
        let is_own = reservation.by == *event.by();
        let is_of_reservation = event.first_target().as_ref() == Some(at);
        // One that an acceptance crossed may be said again, by whoever knows of that.
        let whole = reservation.withdrawals.iter().any(|taken| !taken.is_part && taken.crossed.is_empty());
        let mine = |said: &[Said]| {
            let mut own = reservation.responses.iter().filter(|response| response.by == *event.by());
            own.any(|response| said.contains(&response.said) && response.withdrawn.is_none())
        };
        let is_permitted = reservation.norms.values().any(Option::is_some);
        match (event.act.kind, event.act.name) {
            ("withdrawal", "withdraw-part") if !is_of_reservation => Err(Refusal::NotInThread),
            ("withdrawal", _) if is_of_reservation && whole => {
                Err(Refusal::Phase { phase: NormPhase::Withdrawn.word() })
            }
            ("withdrawal", _) if is_of_reservation => Ok(()),
            ("withdrawal", name) => self.may_take_back_response(reservation, event, name),
            ("objection", "maintain") => {
                let target = event.first_target();
                let raised = reservation.responses.iter().find(|r| Some(&r.position) == target.as_ref());
                match raised {
                    Some(raised) if raised.withdrawn.is_some() => {
                        Err(Refusal::Phase { phase: NormPhase::Withdrawn.word() })
                    }
                    Some(_) if whole => Err(Refusal::Phase { phase: "overtaken" }),
                    Some(_) => Ok(()),
                    None => Err(Refusal::TargetWithoutEffect),
                }
            }
            _ if is_own => Err(Refusal::NotYours),
            _ if whole => Err(Refusal::Phase { phase: NormPhase::Withdrawn.word() }),
            _ if !around.parties.contains(event.by()) => Err(Refusal::NotYours),
            ("acceptance" | "objection", _) if !is_permitted => Err(Refusal::NotPermitted),
            ("acceptance" | "objection", _) if mine(&[Said::Accept]) => Err(Refusal::Once),
            ("acceptance", "decline") if reservation.kind != ReservationKind::CounterProposal => {
                Err(Refusal::NotPermitted)
            }
            ("acceptance", "decline") if mine(&[Said::Decline]) => Err(Refusal::Once),
            ("objection", "raise") if mine(&[Said::Objection, Said::NoAccord]) => Err(Refusal::Once),
            ("acceptance", "accept" | "decline") | ("objection", "raise") => Ok(()),
            _ => Err(Refusal::NotInThread),
        }
    }

    /// An objection may be withdrawn at any time; an acceptance binds, and is never taken back.
    fn may_take_back_response(
        &self,
        reservation: &Reservation,
        event: &Event,
        name: &str,
    ) -> Result<(), Refusal> {
        let target = event.first_target();
        let response = reservation.responses.iter().find(|r| Some(&r.position) == target.as_ref());
        match response {
            // What was said of it beside: that an objection is maintained.
            None if name == "cancel" => Ok(()),
            None => Err(Refusal::NotInThread),
            Some(response) if response.said == Said::Accept => {
                Err(Refusal::Phase { phase: Standing::Accepted.word() })
            }
            Some(response) if response.withdrawn.is_some() => {
                Err(Refusal::Phase { phase: NormPhase::Withdrawn.word() })
            }
            Some(_) => Ok(()),
        }
    }

    pub(super) fn apply_reservation(&mut self, at: &Position, event: &Event, around: &Around<'_>) {
        if event.is("reservation", "formulate") {
            let norms = event
                .named(Rel::To)
                .filter_map(|norm| Some((norm.clone(), self.made(&norm, event, around)?)));
            let reservation = Reservation::of(event, norms.collect(), around);
            self.reservations.insert(at.clone(), reservation);
            return;
        }
        let Some(reservation) = self.reservations.get_mut(at) else { return };
        let target = event.first_target();
        let is_of_reservation = target.as_ref() == Some(at);
        let said = match (event.act.kind, event.act.name, event.word("effect")) {
            ("acceptance", "accept", _) => Said::Accept,
            ("acceptance", "decline", _) => Said::Decline,
            ("objection", "raise", Some("no-accord")) => Said::NoAccord,
            ("objection", "raise", _) => Said::Objection,
            ("objection", "maintain", _) => {
                let raised = reservation.responses.iter_mut().find(|r| Some(&r.position) == target.as_ref());
                raised.into_iter().for_each(|raised| raised.maintained = true);
                return;
            }
            ("withdrawal", _, _) if is_of_reservation => {
                let withdrawal = reservation.withdrawal(event, around);
                reservation.withdrawals.push(withdrawal);
                return;
            }
            ("withdrawal", _, _) => {
                let withdrawal = reservation.withdrawal(event, around);
                let taken = reservation.responses.iter_mut().find(|r| Some(&r.position) == target.as_ref());
                taken.into_iter().for_each(|taken| taken.withdrawn = Some(withdrawal.clone()));
                return;
            }
            _ => return,
        };
        reservation.respond(event, said);
    }

    /// Whether a reservation is in time to a norm; nothing inside if the regime does not admit it, nothing at all
    /// if it is no norm.
    fn made(&self, norm: &Position, event: &Event, around: &Around<'_>) -> Option<Option<Made>> {
        let norm = self.norms.get(norm)?;
        let kind = event.word("kind").and_then(ReservationKind::parse);
        if kind == Some(ReservationKind::Interpretative) {
            return Some(Some(Made::InTime));
        }
        let rules = &around.rules.reservations;
        let late = self.is_bound(norm, event.by(), event.moment()) || norm.agreed.contains_key(event.by());
        let made = if late { Made::Late } else { Made::InTime };
        let admitted = admits(rules, &norm.code) && (made == Made::InTime || rules.late);
        Some(admitted.then_some(made))
    }
}

fn admits(rules: &Reservations, code: &str) -> bool {
    match rules.regime {
        Regime::None => false,
        Regime::Listed => rules.listed.iter().any(|listed| listed == code),
        Regime::AnyCompatible => true,
    }
}

impl Reservation {
    fn withdrawal(&self, event: &Event, around: &Around<'_>) -> Withdrawal {
        let is_offer = self.kind == ReservationKind::CounterProposal;
        let unseen = |response: &&Response| {
            is_offer
                && response.said == Said::Accept
                && !around.order.had_seen(&event.position, &response.position)
        };
        Withdrawal {
            position: event.position.clone(),
            is_part: event.act.name == "withdraw-part",
            received: event.received.clone(),
            crossed: self.responses.iter().filter(unseen).map(|response| response.by.clone()).collect(),
        }
    }

    fn respond(&mut self, event: &Event, said: Said) {
        // It was allowed, so its author had not seen a withdrawal that stands here.
        if self.kind == ReservationKind::CounterProposal && said == Said::Accept {
            for taken in &mut self.withdrawals {
                taken.crossed.insert(event.by().clone());
            }
        }
        self.responses.push(Response {
            position: event.position.clone(),
            by: event.by().clone(),
            said,
            ground: event.word("ground").map(str::to_owned),
            reached: event.reached(&self.by),
            maintained: false,
            withdrawn: None,
        });
    }
}
