//! Silence procedures: what nobody objects to by an exact time is adopted.

use std::collections::BTreeSet;

use detente_psi::Time;

use super::{NormPhase, Room, Subject, TextPhase};
use crate::PartyId;
use crate::record::{Adoption, Position};
use crate::talks::{Around, Due, Event, Owed, Proof, Refusal, When};

/// A text or norm under silence.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Silence {
    /// The entry of the chair.
    pub position: Position,
    /// Who was in the chair.
    pub chair: PartyId,
    /// What was put under silence.
    pub on: Subject,
    /// When it was put, by the chair's clock.
    pub placed: Time,
    /// When it ends: a break that counts here or later is late.
    pub until: Time,
    /// Objections and amendments, in causal order.
    pub breaks: Vec<Break>,
    /// What was said to have come out.
    pub confirmations: Vec<Confirmation>,
    /// The chair took it back, or the text changed under it.
    pub overtaken: bool,
    /// Those who may object.
    asked: BTreeSet<PartyId>,
}

/// A written objection or amendment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Break {
    /// The entry.
    pub position: Position,
    /// Whose.
    pub by: PartyId,
    /// Whether it is an amendment: then it is the next draft.
    pub is_amendment: bool,
    /// When it counts: at its receipt by the chair's node, or at the first cosignature over it by another party or
    /// an agreed witness. Not yet while there is neither.
    pub counts: Option<When>,
}

/// What somebody says came out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Confirmation {
    /// The entry.
    pub position: Position,
    /// Whose node or chair.
    pub by: PartyId,
    /// Whether it says "adopted"; else "broken".
    pub adopted: bool,
}

/// What came out, which every node computes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// It runs.
    Running,
    /// Nobody objected in time.
    Adopted,
    /// These objected in time.
    Broken(Vec<PartyId>),
    /// The text changed under it, or the chair took it back.
    Overtaken,
}

impl Outcome {
    /// Its word.
    pub fn word(&self) -> &'static str {
        match self {
            Outcome::Running => "running",
            Outcome::Adopted => "adopted",
            Outcome::Broken(_) => "broken",
            Outcome::Overtaken => "overtaken",
        }
    }
}

impl Silence {
    /// What came out by a time.
    pub fn outcome(&self, at: Time) -> Outcome {
        let broken: Vec<PartyId> = self.breaks_in_time().map(|broken| broken.by.clone()).collect();
        match () {
            () if !broken.is_empty() => Outcome::Broken(broken),
            () if self.overtaken => Outcome::Overtaken,
            () if at >= self.until => Outcome::Adopted,
            () => Outcome::Running,
        }
    }

    /// The breaks that count before the end.
    pub fn breaks_in_time(&self) -> impl Iterator<Item = &Break> {
        self.breaks.iter().filter(|broken| broken.counts.is_some_and(|when| when.time < self.until))
    }

    /// The breaks that count at the end or later: kept, and without effect.
    pub fn late_breaks(&self) -> impl Iterator<Item = &Break> {
        self.breaks.iter().filter(|broken| broken.counts.is_some_and(|when| when.time >= self.until))
    }

    /// Whether it is over and nobody has said what came out: the chair owes that, else any node.
    pub fn wants_confirmation(&self, at: Time) -> bool {
        let outcome = self.outcome(at);
        let is_said = |adopted| self.confirmations.iter().any(|said| said.adopted == adopted);
        match outcome {
            Outcome::Adopted => !is_said(true),
            Outcome::Broken(_) => !is_said(false),
            Outcome::Running | Outcome::Overtaken => false,
        }
    }

    /// Those who may object, the chair among them.
    pub fn asked(&self) -> &BTreeSet<PartyId> {
        &self.asked
    }

    pub(super) fn dues(&self, at: Time) -> Vec<Due> {
        let length = self.until.0.saturating_sub(self.placed.0);
        let over = (self.outcome(at) != Outcome::Running).then_some(self.until);
        let due = |party: &PartyId| Due {
            over,
            ..Due::new(Owed::Silence, party, &self.chair, Some(self.placed), length)
        };
        self.asked.iter().filter(|party| **party != self.chair).map(due).collect()
    }
}

impl Room {
    pub(super) fn outcome_over(&self, silence: Option<&Position>, at: Time) -> Option<Outcome> {
        Some(self.silences.get(silence?)?.outcome(at))
    }

    /// Whether a text or norm admits an act on it.
    pub(super) fn allows_on(&self, on: &Subject, event: &Event, around: &Around<'_>) -> Result<(), Refusal> {
        match on {
            Subject::Text(text) => self.allows_text(text, event, around),
            Subject::Norm(norm) => self.allows_norm(norm, event, around),
            _ => Err(Refusal::NotInThread),
        }
    }

    fn may_silence(&self, event: &Event, around: &Around<'_>) -> Result<(), Refusal> {
        let on = self.paper(event).ok_or(Refusal::TargetWithoutEffect)?;
        if around.rules.adoption != Adoption::Silence {
            return Err(Refusal::NotPermitted);
        }
        self.allows_on(on, event, around)?;
        let earliest = event.said().0.saturating_add(around.rules.silence_procedure.min.ms());
        let in_bounds = event.integer("until").is_some_and(|until| until >= earliest);
        if in_bounds { Ok(()) } else { Err(Refusal::OutOfBounds { field: "until" }) }
    }

    pub(super) fn allows_silence(
        &self,
        at: &Position,
        event: &Event,
        around: &Around<'_>,
    ) -> Result<(), Refusal> {
        if event.is("silence", "silence") {
            return self.may_silence(event, around);
        }
        let silence = self.silences.get(at).ok_or(Refusal::TargetWithoutEffect)?;
        let outcome = silence.outcome(event.moment());
        match (event.act.kind, event.act.name) {
            ("silence", "break") if silence.breaks.iter().any(|broken| broken.by == *event.by()) => {
                Err(Refusal::Once)
            }
            // A late one is kept and shown.
            ("silence", "break") => Ok(()),
            ("silence", "confirm") => match (outcome, event.word("outcome")) {
                (Outcome::Running, _) => Err(Refusal::TooEarly),
                (Outcome::Adopted, Some("adopted")) | (Outcome::Broken(_), Some("broken")) => Ok(()),
                _ => Err(Refusal::WrongOutcome),
            },
            ("withdrawal", "cancel") if event.first_target().as_ref() != Some(at) => {
                Err(Refusal::Phase { phase: outcome.word() })
            }
            ("withdrawal", "cancel") if outcome == Outcome::Running => Ok(()),
            ("withdrawal", "cancel") => Err(Refusal::Phase { phase: outcome.word() }),
            _ => Err(Refusal::NotInThread),
        }
    }

    pub(super) fn apply_silence(&mut self, at: &Position, event: &Event, around: &Around<'_>) {
        if event.is("silence", "silence") {
            return self.place_silence(event, around);
        }
        let Some(silence) = self.silences.get_mut(at) else { return };
        match (event.act.kind, event.act.name) {
            ("silence", "break") => {
                silence.breaks.push(Break {
                    position: event.position.clone(),
                    by: event.by().clone(),
                    is_amendment: event.word("by") == Some("amendment"),
                    counts: counts(event, &silence.chair),
                });
                if silence.breaks_in_time().next().is_some() {
                    self.fall_back(at);
                }
            }
            ("silence", "confirm") => {
                let adopted = event.word("outcome") == Some("adopted");
                silence.confirmations.push(Confirmation {
                    position: event.position.clone(),
                    by: event.by().clone(),
                    adopted,
                });
                if let (true, Subject::Text(text)) = (adopted, silence.on.clone()) {
                    self.enact_confirmed(at, &text, event, around);
                }
            }
            ("withdrawal", "cancel") if silence.outcome(event.moment()) == Outcome::Running => {
                silence.overtaken = true;
                let on = silence.on.clone();
                self.unsilence(&on, at);
            }
            _ => {}
        }
    }

    fn place_silence(&mut self, event: &Event, around: &Around<'_>) {
        let Some(on) = self.paper(event).cloned() else { return };
        // What it crossed may have changed the text, or put brackets in it.
        let stands = self.allows_on(&on, event, around).is_ok();
        let silence = Silence {
            position: event.position.clone(),
            chair: event.by().clone(),
            on: on.clone(),
            placed: event.said(),
            until: Time(event.integer("until").unwrap_or(0)),
            breaks: Vec::new(),
            confirmations: Vec::new(),
            overtaken: !stands,
            asked: around.parties.clone(),
        };
        self.silences.insert(event.position.clone(), silence);
        let at = Some(event.position.clone());
        match &on {
            Subject::Text(text) => {
                if let Some(text) = self.texts.get_mut(text).filter(|_| stands) {
                    (text.phase, text.silence) = (TextPhase::UnderSilence, at);
                }
            }
            Subject::Norm(norm) => {
                if let Some(norm) = self.norms.get_mut(norm).filter(|_| stands) {
                    (norm.phase, norm.silence) = (NormPhase::UnderSilence, at);
                }
            }
            _ => {}
        }
    }

    /// A silence was broken in time: the text is a rolling one again.
    fn fall_back(&mut self, at: &Position) {
        match self.silences.get(at).map(|silence| silence.on.clone()) {
            Some(Subject::Text(text)) => {
                let signed = |text: &super::Text| text.adopted != Some(super::Adopted::Consensus);
                let is_of = |text: &super::Text| text.silence.as_ref() == Some(at) && signed(text);
                // Where all have signed since, they have said more than silence could.
                let stands = |text: &super::Text| text.phase == TextPhase::InForce && !text.signed.is_empty();
                if self.texts.get(&text).is_some_and(|text| is_of(text) && !stands(text)) {
                    self.undo(&text);
                }
            }
            Some(Subject::Norm(norm)) => self.propose_again(&norm, at),
            _ => {}
        }
    }

    /// Adoption puts a text in force where the rules say so; the entry that does it is the confirmation.
    fn enact_confirmed(&mut self, at: &Position, text: &Position, event: &Event, around: &Around<'_>) {
        let moment = event.moment();
        let is_adopted = self.outcome_over(Some(at), moment) == Some(Outcome::Adopted);
        let Some(paper) = self.texts.get_mut(text).filter(|text| text.silence.as_ref() == Some(at)) else {
            return;
        };
        if is_adopted && matches!(paper.phase, TextPhase::UnderSilence | TextPhase::InForce) {
            paper.adopted = Some(super::Adopted::Silence);
            if paper.phase == TextPhase::UnderSilence {
                paper.phase = TextPhase::Adopted;
            }
            self.enact_if_adopted(text, around, vec![event.position.clone()]);
        }
    }

    /// What was put under silence was changed by somebody who had not seen it.
    pub(super) fn overtake_silence(&mut self, on: &Position) {
        for silence in self.silences.values_mut() {
            if matches!(&silence.on, Subject::Text(at) | Subject::Norm(at) if at == on)
                && silence.breaks_in_time().next().is_none()
            {
                silence.overtaken = true;
            }
        }
    }

    /// A bracket was put: what it stands in is not clean.
    pub(super) fn reopen(&mut self, on: &Subject, event: &Event) {
        let moment = event.moment();
        match on {
            Subject::Text(at) => {
                let Some(phase) = self.texts.get(at).map(|text| self.text_phase(text, moment)) else {
                    return;
                };
                let is_before =
                    matches!(phase, TextPhase::RollingText | TextPhase::Clean | TextPhase::UnderSilence);
                if let Some(text) = self.texts.get_mut(at).filter(|_| is_before) {
                    text.roll_back();
                }
                if phase == TextPhase::UnderSilence {
                    self.overtake_silence(at);
                }
            }
            Subject::Norm(at) => {
                let Some(phase) = self.norms.get(at).map(|norm| self.norm_phase(norm, moment)) else {
                    return;
                };
                if phase == NormPhase::UnderSilence {
                    self.overtake_silence(at);
                    if let Some(norm) = self.norms.get_mut(at) {
                        norm.phase = NormPhase::Proposed;
                    }
                }
            }
            _ => {}
        }
    }

    fn unsilence(&mut self, on: &Subject, at: &Position) {
        match on {
            Subject::Text(text) => {
                if let Some(text) = self.texts.get_mut(text).filter(|text| text.silence.as_ref() == Some(at))
                {
                    text.phase = TextPhase::Clean;
                }
            }
            Subject::Norm(norm) => {
                if let Some(norm) = self.norms.get_mut(norm).filter(|norm| norm.silence.as_ref() == Some(at))
                {
                    norm.phase = NormPhase::Proposed;
                }
            }
            _ => {}
        }
    }
}

/// When a break counts. The chair's own is in its hands at once, but only a cosignature shows when.
fn counts(event: &Event, chair: &PartyId) -> Option<When> {
    let received = event.received_by(chair).map(|time| When { time, proof: Proof::Receipt });
    let witnessed = event.witnessed.map(|time| When { time, proof: Proof::Cosigned });
    [received, witnessed].into_iter().flatten().min_by_key(|when| when.time)
}
