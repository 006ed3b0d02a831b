//! Norms: what the parties bind themselves to, one by one.

use std::collections::{BTreeMap, BTreeSet};

use detente_psi::Time;

use super::{Outcome, Room, Subject};
use crate::PartyId;
use crate::record::{Position, Rel, Role};
use crate::talks::step::{Phase, step};
use crate::talks::{Around, Event, Refusal, Side, Sides, Step};
use NormPhase::{Agreed, Amended, Lapsed, Proposed, Replaced, UnderReview, UnderSilence, Withdrawn};

/// Where a norm stands. It is in force between two parties when it is agreed and a text is in force.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum NormPhase {
    /// On the table.
    Proposed,
    /// It is agreed unless somebody objects in time.
    UnderSilence,
    /// All parties agreed.
    Agreed,
    /// It holds, and is looked at again.
    UnderReview,
    /// Another one took its place.
    Amended,
    /// All said that it should lapse.
    Lapsed,
    /// Its author put another one on the table instead.
    Replaced,
    /// Its author took it back before all had agreed.
    Withdrawn,
}

impl Phase for NormPhase {
    fn word(self) -> &'static str {
        match self {
            Proposed => "proposed",
            UnderSilence => "under-silence",
            Agreed => "agreed",
            UnderReview => "under-review",
            Amended => "amended",
            Lapsed => "lapsed",
            Replaced => "replaced",
            Withdrawn => "withdrawn",
        }
    }
}

impl NormPhase {
    /// Whether all parties have agreed and it still holds.
    pub fn is_agreed(self) -> bool {
        matches!(self, Agreed | UnderReview)
    }
}

/// What a norm is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NormKind {
    /// Something is not done.
    Prohibition,
    /// Something is done.
    Undertaking,
    /// Something is expected by a date, of somebody who answers for it.
    Expectation,
    /// How the parties deal with each other.
    Procedure,
}

impl NormKind {
    /// The kind of this word.
    pub fn parse(word: &str) -> Option<NormKind> {
        [NormKind::Prohibition, NormKind::Undertaking, NormKind::Expectation, NormKind::Procedure]
            .into_iter()
            .find(|kind| kind.name() == word)
    }

    /// Its word.
    pub fn name(self) -> &'static str {
        match self {
            NormKind::Prohibition => "prohibition",
            NormKind::Undertaking => "undertaking",
            NormKind::Expectation => "expectation",
            NormKind::Procedure => "procedure",
        }
    }
}

const fn row(
    kind: &'static str,
    act: &'static str,
    by: Side,
    from: &'static [NormPhase],
    to: Option<NormPhase>,
) -> Step<NormPhase> {
    Step { act: (kind, act), by, from, to }
}

/// The machine of a norm. What all must say moves it when the last has said it.
pub const NORM_STEPS: &[Step<NormPhase>] = &[
    row("bracket", "bracket", Side::Anybody, &[Proposed], None),
    row("silence", "silence", Side::Anybody, &[Proposed], Some(UnderSilence)),
    // Whoever joined later agrees later.
    row("acceptance", "agree", Side::Anybody, &[Proposed, Agreed, UnderReview], None),
    row("norm", "amend", Side::Anybody, &[Agreed, UnderReview], None),
    row("norm", "propose", Side::Opener, &[Proposed], Some(Replaced)),
    row("norm", "review", Side::Anybody, &[Agreed, UnderReview], Some(UnderReview)),
    row("reservation", "formulate", Side::Anybody, &[Proposed, UnderSilence, Agreed, UnderReview], None),
    row("withdrawal", "withdraw", Side::Opener, &[Proposed], Some(Withdrawn)),
    row("withdrawal", "cancel", Side::Opener, &[Proposed], Some(Withdrawn)),
];

/// A norm.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Norm {
    /// The entry that proposed it.
    pub position: Position,
    /// Who proposed it.
    pub sides: Sides,
    /// Its code.
    pub code: String,
    /// What it is.
    pub kind: NormKind,
    /// SHA-256 of the file it was taken from.
    pub source: Option<[u8; 32]>,
    /// When it is to be looked at again.
    pub review: Option<Time>,
    /// Who answers for an expectation, and by when it is met.
    pub owner: Option<(Role, Time)>,
    /// The norm whose place it takes once it is agreed.
    pub replaces: Option<Position>,
    /// Where it stood after the last act: see [`Room::norm_phase`].
    pub phase: NormPhase,
    /// Who agreed, by which entry; not those for whom silence spoke.
    pub agreed: BTreeMap<PartyId, Position>,
    /// The last silence it was put under.
    pub silence: Option<Position>,
    /// What each party last said at its review: whether it is kept.
    pub reviews: BTreeMap<PartyId, (bool, Position)>,
    /// The parties when all of them had agreed.
    bound: BTreeSet<PartyId>,
}

impl Norm {
    fn of(event: &Event, replaces: Option<Position>) -> Norm {
        let owner = event.word("owner").and_then(Role::parse).zip(event.integer("due").map(Time));
        Norm {
            position: event.position.clone(),
            sides: Sides::of(event),
            code: event.word("code").unwrap_or_default().to_owned(),
            kind: event.word("kind").and_then(NormKind::parse).unwrap_or(NormKind::Undertaking),
            source: event.hash("source"),
            review: event.integer("review").map(Time),
            owner,
            replaces,
            phase: Proposed,
            agreed: BTreeMap::new(),
            silence: None,
            reviews: BTreeMap::new(),
            bound: BTreeSet::new(),
        }
    }
}

impl Room {
    /// Where a norm stands at a time: a silence ends without anybody's act.
    pub fn norm_phase(&self, norm: &Norm, at: Time) -> NormPhase {
        let adopted = || self.outcome_over(norm.silence.as_ref(), at) == Some(Outcome::Adopted);
        let phase = if norm.phase == UnderSilence && adopted() { Agreed } else { norm.phase };
        if phase.is_agreed() && self.successor(norm, at).is_some() { Amended } else { phase }
    }

    /// The norm that took the place of another. It has its code.
    fn successor(&self, of: &Norm, at: Time) -> Option<&Norm> {
        let replaces = |norm: &&Norm| norm.replaces.as_ref() == Some(&of.position);
        self.norms_of(&of.code).filter(replaces).find(|norm| match norm.phase {
            Agreed | UnderReview | Amended | Lapsed => true,
            UnderSilence => self.outcome_over(norm.silence.as_ref(), at) == Some(Outcome::Adopted),
            _ => false,
        })
    }

    /// Whether a norm binds a party at a time.
    pub fn is_bound(&self, norm: &Norm, party: &PartyId, at: Time) -> bool {
        if !self.norm_phase(norm, at).is_agreed() {
            return false;
        }
        norm.bound.contains(party)
            || norm.agreed.contains_key(party)
            || self.asked_in_silence(norm, at).is_some_and(|asked| asked.contains(party))
    }

    fn replaced_norm(&self, event: &Event) -> Option<&Norm> {
        match self.subjects.get(&event.named(Rel::Replaces).next()?)? {
            Subject::Norm(position) => self.norms.get(position),
            _ => None,
        }
    }

    fn may_propose_norm(&self, event: &Event) -> Result<(), Refusal> {
        let code = event.word("code").unwrap_or_default();
        let is_amendment = event.act.name == "amend";
        let replaced = match event.named(Rel::Replaces).next() {
            Some(_) => Some(self.replaced_norm(event).ok_or(Refusal::TargetWithoutEffect)?),
            None => None,
        };
        if let Some(replaced) = replaced {
            step(NORM_STEPS, self.norm_phase(replaced, event.moment()), &replaced.sides, event)?;
            if replaced.code != code {
                return Err(Refusal::OutOfBounds { field: "code" });
            }
        }
        // A code names one norm that holds: an inquiry cites it by that.
        match self.norm_of_code(code, event.moment()) {
            Some(_) if !is_amendment => Err(Refusal::Once),
            _ => Ok(()),
        }
    }

    pub(super) fn allows_norm(&self, at: &Position, event: &Event, _: &Around<'_>) -> Result<(), Refusal> {
        if Subject::opened_by(event) == Some(Subject::Norm(at.clone())) {
            return self.may_propose_norm(event);
        }
        let norm = self.norms.get(at).ok_or(Refusal::TargetWithoutEffect)?;
        let target = event.first_target();
        if event.act.kind == "withdrawal" && target.as_ref() != Some(at) {
            return self.may_take_back(norm, event);
        }
        let phase = self.norm_phase(norm, event.moment());
        step(NORM_STEPS, phase, &norm.sides, event)?;
        match (event.act.kind, event.act.name) {
            ("acceptance", "agree") if norm.agreed.contains_key(event.by()) => Err(Refusal::Once),
            ("acceptance", "agree") | ("silence", "silence") if self.counter(at).is_any() => {
                Err(Refusal::BracketsOpen)
            }
            ("acceptance", "agree") | ("silence", "silence") if self.is_taken(norm, event.moment()) => {
                Err(Refusal::Phase { phase: Replaced.word() })
            }
            ("norm", "review") if phase != UnderReview && event.word("outcome") != Some("open") => {
                Err(Refusal::TooEarly)
            }
            ("norm", "review") if phase == UnderReview && event.word("outcome") == Some("open") => {
                Err(Refusal::Once)
            }
            _ => Ok(()),
        }
    }

    /// Whether another norm of its code holds, and not the one that it is to replace.
    fn is_taken(&self, norm: &Norm, at: Time) -> bool {
        let holds = self.norm_of_code(&norm.code, at).map(|holds| &holds.position);
        holds.is_some_and(|holds| *holds != norm.position && norm.replaces.as_ref() != Some(holds))
    }

    /// An agreement, or what was said at a review, given in error: as long as all have not said the same.
    fn may_take_back(&self, norm: &Norm, event: &Event) -> Result<(), Refusal> {
        let target = event.first_target();
        let is = |entry: &Position| Some(entry) == target.as_ref();
        let open = match norm.phase {
            Proposed => norm.agreed.values().any(is),
            UnderReview => norm.reviews.values().any(|(_, entry)| is(entry)),
            _ => false,
        };
        if open { Ok(()) } else { Err(Refusal::Phase { phase: norm.phase.word() }) }
    }

    pub(super) fn apply_norm(&mut self, at: &Position, event: &Event, around: &Around<'_>) {
        if Subject::opened_by(event) == Some(Subject::Norm(at.clone())) {
            return self.put_norm(event);
        }
        let moment = event.moment();
        let Some(phase) = self.norms.get(at).map(|norm| self.norm_phase(norm, moment)) else { return };
        self.settle_norm(at, moment);
        let Some(norm) = self.norms.get_mut(at) else { return };
        let target = event.first_target();
        let by = event.by().clone();
        match (event.act.kind, event.act.name) {
            ("withdrawal", _) if target.as_ref() != Some(at) => {
                if norm.phase == Proposed {
                    norm.agreed.retain(|_, entry| Some(&*entry) != target.as_ref());
                }
                norm.reviews.retain(|_, (_, entry)| Some(&*entry) != target.as_ref());
            }
            // It crossed an agreement that was the last one: that stands.
            ("withdrawal", _) if matches!(phase, Proposed | UnderSilence) => norm.phase = Withdrawn,
            // An agreement stands that was given before a withdrawal was known; so it can be the last one even so.
            ("acceptance", "agree") => {
                norm.agreed.insert(by, event.position.clone());
                let all = around.parties.iter().all(|party| norm.agreed.contains_key(party));
                if all && matches!(phase, Proposed | UnderSilence | Withdrawn) {
                    (norm.phase, norm.bound) = (Agreed, around.parties.clone());
                }
            }
            ("norm", "review") if phase.is_agreed() => {
                norm.phase = UnderReview;
                let keeps = match event.word("outcome") {
                    Some("keep") => true,
                    Some("lapse") => false,
                    _ => return norm.reviews.clear(),
                };
                norm.reviews.insert(by, (keeps, event.position.clone()));
                let all =
                    |keep| around.parties.iter().all(|p| norm.reviews.get(p).is_some_and(|r| r.0 == keep));
                let (kept, lapsed) = (all(true), all(false));
                if kept || lapsed {
                    norm.phase = if kept { Agreed } else { Lapsed };
                    norm.reviews.clear();
                }
            }
            _ => {}
        }
    }

    fn put_norm(&mut self, event: &Event) {
        let replaces = self.replaced_norm(event).map(|norm| norm.position.clone());
        let is_amendment = event.act.name == "amend";
        if let Some(replaced) = replaces.as_ref().and_then(|at| self.norms.get_mut(at))
            && !is_amendment
            && replaced.phase == Proposed
        {
            replaced.phase = Replaced;
        }
        let norm = Norm::of(event, replaces.filter(|_| is_amendment));
        self.codes.entry(norm.code.clone()).or_default().insert(norm.position.clone());
        self.norms.insert(norm.position.clone(), norm);
    }

    fn asked_in_silence(&self, norm: &Norm, at: Time) -> Option<&BTreeSet<PartyId>> {
        let silence = self.silences.get(norm.silence.as_ref()?)?;
        (silence.outcome(at) == Outcome::Adopted).then_some(silence.asked())
    }

    /// A norm that silence has agreed goes on from there.
    fn settle_norm(&mut self, at: &Position, moment: Time) {
        let Some(norm) = self.norms.get(at).filter(|norm| norm.phase == UnderSilence) else { return };
        let Some(asked) = self.asked_in_silence(norm, moment).cloned() else { return };
        if let Some(norm) = self.norms.get_mut(at) {
            (norm.phase, norm.bound) = (Agreed, asked);
        }
    }

    /// A silence over it was broken in time. Where all have agreed by their word since, that stands.
    pub(super) fn propose_again(&mut self, at: &Position, silence: &Position) {
        let Some(norm) = self.norms.get_mut(at) else { return };
        let is_said = |norm: &Norm| norm.bound.iter().all(|party| norm.agreed.contains_key(party));
        let by_silence = norm.phase == UnderSilence || (norm.phase.is_agreed() && !is_said(norm));
        if norm.silence.as_ref() == Some(silence) && by_silence {
            norm.phase = Proposed;
            norm.bound.clear();
        }
    }
}
