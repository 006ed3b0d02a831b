//! Drafts: from a rolling text to one that is in force.

use std::collections::{BTreeMap, BTreeSet};

use detente_psi::Time;

use super::{Outcome, Room, Subject};
use crate::PartyId;
use crate::record::{AmendBy, Position, Rel};
use crate::talks::step::{Phase, step};
use crate::talks::{Around, Event, Refusal, Side, Sides, Step};
use TextPhase::{
    Adopted as IsAdopted, Amended, Clean, InForce, OpenForSignature, RollingText, Terminated, UnderSilence,
    Withdrawn,
};

/// Where a text stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum TextPhase {
    /// It may be revised and bracketed.
    RollingText,
    /// The chair found no bracket in it.
    Clean,
    /// It is adopted unless somebody objects in time.
    UnderSilence,
    /// Adopted; not yet open for signature.
    Adopted,
    /// Open for signature.
    OpenForSignature,
    /// In force.
    InForce,
    /// Another text took its place.
    Amended,
    /// It was in force, and ended the accord.
    Terminated,
    /// Its author took it back.
    Withdrawn,
}

impl Phase for TextPhase {
    fn word(self) -> &'static str {
        match self {
            RollingText => "rolling-text",
            Clean => "clean",
            UnderSilence => "under-silence",
            IsAdopted => "adopted",
            OpenForSignature => "open-for-signature",
            InForce => "in-force",
            Amended => "amended",
            Terminated => "terminated",
            Withdrawn => "withdrawn",
        }
    }
}

impl TextPhase {
    /// The word of the domain for a text that stands here.
    pub fn word_of(self, text: &Text) -> &'static str {
        match (self, text.adopted) {
            (IsAdopted, Some(Adopted::Consensus)) => "consensus-adopted",
            (OpenForSignature, _) if !text.provisional.is_empty() => "provisionally-applied",
            (OpenForSignature, _) if !text.signed.is_empty() => "signed",
            (phase, _) => phase.word(),
        }
    }
}

/// How a text was adopted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Adopted {
    /// Every party said so.
    Consensus,
    /// Nobody objected in time.
    Silence,
}

const fn row(
    kind: &'static str,
    act: &'static str,
    by: Side,
    from: &'static [TextPhase],
    to: Option<TextPhase>,
) -> Step<TextPhase> {
    Step { act: (kind, act), by, from, to }
}

/// The machine of a text. What all must say (adopt, sign) moves it when the last has said it; who is in the chair is
/// judged by the signatures.
pub const TEXT_STEPS: &[Step<TextPhase>] = &[
    row("draft", "revise", Side::Anybody, &[RollingText, Clean], Some(RollingText)),
    row("draft", "clean", Side::Anybody, &[RollingText], Some(Clean)),
    row("draft", "open", Side::Anybody, &[IsAdopted], Some(OpenForSignature)),
    row("bracket", "bracket", Side::Anybody, &[RollingText, Clean], Some(RollingText)),
    row("silence", "silence", Side::Anybody, &[Clean], Some(UnderSilence)),
    row("acceptance", "adopt", Side::Anybody, &[Clean], None),
    row("acceptance", "sign", Side::Anybody, &[OpenForSignature], None),
    row("acceptance", "provisional", Side::Anybody, &[OpenForSignature], None),
    row("withdrawal", "cancel", Side::Opener, &[RollingText, Clean], Some(Withdrawn)),
];

/// A text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Text {
    /// The entry that proposed it.
    pub position: Position,
    /// Who proposed it.
    pub sides: Sides,
    /// Its last revision.
    pub current: Position,
    /// The number it will have when it is in force.
    pub rev: u64,
    /// The rules file that it names.
    pub rules: Option<[u8; 32]>,
    /// The rules files that its revisions named.
    pub files: BTreeSet<[u8; 32]>,
    /// Whether its aim is to end the accord.
    pub is_termination: bool,
    /// The text whose place it takes.
    pub replaces: Option<Position>,
    /// Where it stood after the last act: a silence may have ended since, see [`Room::text_phase`].
    pub phase: TextPhase,
    /// How it was adopted.
    pub adopted: Option<Adopted>,
    /// Who adopted this revision, by which entry.
    pub adopted_by: BTreeMap<PartyId, Position>,
    /// Who signed it, by which entry.
    pub signed: BTreeMap<PartyId, Position>,
    /// Who applies it provisionally.
    pub provisional: BTreeSet<PartyId>,
    /// The last silence it was put under.
    pub silence: Option<Position>,
}

impl Text {
    fn of(event: &Event, replaces: Option<Position>) -> Text {
        Text {
            position: event.position.clone(),
            sides: Sides::of(event),
            current: event.position.clone(),
            rev: event.integer("rev").unwrap_or(0),
            rules: event.hash("rules"),
            files: event.hash("rules").into_iter().collect(),
            is_termination: event.word("aim") == Some("termination"),
            replaces,
            phase: RollingText,
            adopted: None,
            adopted_by: BTreeMap::new(),
            signed: BTreeMap::new(),
            provisional: BTreeSet::new(),
            silence: None,
        }
    }

    /// The text is open to changes again.
    pub(super) fn roll_back(&mut self) {
        self.phase = RollingText;
        self.adopted = None;
        self.adopted_by.clear();
        self.signed.clear();
        self.provisional.clear();
    }
}

impl Room {
    /// Where a text stands at a time: a silence ends without anybody's act.
    pub fn text_phase(&self, text: &Text, at: Time) -> TextPhase {
        match text.phase {
            UnderSilence if self.outcome_over(text.silence.as_ref(), at) == Some(Outcome::Adopted) => {
                IsAdopted
            }
            phase => phase,
        }
    }

    fn highest_in_force(&self) -> u64 {
        let in_force = self.texts.values().filter(|text| matches!(text.phase, InForce | Amended));
        in_force.map(|text| text.rev).max().unwrap_or(0)
    }

    fn replaced_text(&self, event: &Event) -> Option<&Text> {
        match self.subjects.get(&event.named(Rel::Replaces).next()?)? {
            Subject::Text(position) => self.texts.get(position),
            _ => None,
        }
    }

    fn may_propose(&self, event: &Event) -> Result<(), Refusal> {
        if event.named(Rel::Replaces).next().is_some() {
            let replaced = self.replaced_text(event).ok_or(Refusal::TargetWithoutEffect)?;
            let phase = self.text_phase(replaced, event.moment());
            if phase != InForce {
                return Err(Refusal::Phase { phase: phase.word() });
            }
        }
        let is_next = event.integer("rev").is_some_and(|rev| rev > self.highest_in_force());
        if is_next { Ok(()) } else { Err(Refusal::OutOfBounds { field: "rev" }) }
    }

    pub(super) fn allows_text(
        &self,
        at: &Position,
        event: &Event,
        around: &Around<'_>,
    ) -> Result<(), Refusal> {
        if event.is("draft", "propose") {
            return self.may_propose(event);
        }
        let text = self.texts.get(at).ok_or(Refusal::TargetWithoutEffect)?;
        let target = event.first_target();
        if event.is("withdrawal", "cancel") && target.as_ref() != Some(at) {
            return self.may_cancel_acceptance(text, event);
        }
        let phase = self.text_phase(text, event.moment());
        step(TEXT_STEPS, phase, &text.sides, event)?;
        let named = if event.is("draft", "revise") { event.named(Rel::Replaces).next() } else { target };
        if named.as_ref() != Some(&text.current) && event.act.kind != "withdrawal" {
            return Err(Refusal::Phase { phase: "revised" });
        }
        match (event.act.kind, event.act.name) {
            ("draft", "revise") if event.integer("rev").is_none_or(|rev| rev < text.rev) => {
                Err(Refusal::OutOfBounds { field: "rev" })
            }
            ("draft", "clean") if self.counter(at).is_any() => Err(Refusal::BracketsOpen),
            ("acceptance", "adopt") if text.adopted_by.contains_key(event.by()) => Err(Refusal::Once),
            ("acceptance", "sign") if text.signed.contains_key(event.by()) => Err(Refusal::Once),
            ("acceptance", "provisional") if !around.rules.provisional => Err(Refusal::NotPermitted),
            ("acceptance", "provisional") if text.provisional.contains(event.by()) => Err(Refusal::Once),
            _ => Ok(()),
        }
    }

    /// A word given in error is taken back as long as it has not made the text what all wanted.
    fn may_cancel_acceptance(&self, text: &Text, event: &Event) -> Result<(), Refusal> {
        let target = event.first_target();
        let is = |entry: &Position| Some(entry) == target.as_ref();
        let open = match text.phase {
            Clean => text.adopted_by.values().any(is),
            OpenForSignature => text.signed.values().any(is) || text.provisional.contains(event.by()),
            _ => false,
        };
        if open { Ok(()) } else { Err(Refusal::Phase { phase: text.phase.word() }) }
    }

    pub(super) fn apply_text(&mut self, at: &Position, event: &Event, around: &Around<'_>) {
        if event.is("draft", "propose") {
            let replaces = self.replaced_text(event).map(|text| text.position.clone());
            self.texts.insert(at.clone(), Text::of(event, replaces));
            return;
        }
        let moment = event.moment();
        let Some(phase) = self.texts.get(at).map(|text| self.text_phase(text, moment)) else { return };
        let overtaken = phase == UnderSilence && event.is("draft", "revise");
        let Some(text) = self.texts.get_mut(at) else { return };
        let by = event.by().clone();
        let moves = match step(TEXT_STEPS, phase, &text.sides, event) {
            Ok(to) => Some(to),
            // It crossed the chair's silence: then the text is not what was put under it.
            Err(_) if overtaken => Some(Some(RollingText)),
            Err(_) => None,
        };
        let is_current = event.first_target().as_ref() == Some(&text.current);
        match (event.act.kind, event.act.name, moves) {
            ("withdrawal", "cancel", _) if event.first_target().as_ref() != Some(at) => {
                let target = event.first_target();
                text.adopted_by.retain(|_, entry| Some(&*entry) != target.as_ref());
                text.signed.retain(|_, entry| Some(&*entry) != target.as_ref());
                text.provisional.remove(&by);
            }
            ("draft", "revise", Some(_)) => {
                text.roll_back();
                text.current = event.position.clone();
                text.rev = event.integer("rev").unwrap_or(text.rev);
                text.rules = event.hash("rules");
                text.files.extend(text.rules);
            }
            // Crossed a revision: it is about a text that is no longer on the table.
            ("draft" | "acceptance", _, _) if !is_current => {}
            ("acceptance", "adopt", Some(_)) => {
                text.adopted_by.insert(by, event.position.clone());
                if around.parties.iter().all(|party| text.adopted_by.contains_key(party)) {
                    (text.phase, text.adopted) = (IsAdopted, Some(Adopted::Consensus));
                    let needs = text.adopted_by.values().cloned().collect();
                    self.enact_if_adopted(at, around, needs);
                }
            }
            ("acceptance", "sign", Some(_)) => {
                text.signed.insert(by, event.position.clone());
                if around.parties.iter().all(|party| text.signed.contains_key(party)) {
                    let needs = text.signed.values().cloned().collect();
                    self.enact(at, needs);
                }
            }
            ("acceptance", "provisional", Some(_)) => {
                text.provisional.insert(by);
            }
            (_, _, Some(Some(to))) => {
                if phase == IsAdopted && text.adopted.is_none() {
                    text.adopted = Some(Adopted::Silence);
                }
                text.phase = to;
            }
            _ => {}
        }
        if overtaken {
            self.overtake_silence(at);
        }
    }

    /// Where adoption puts a text in force, it is in force.
    pub(super) fn enact_if_adopted(&mut self, at: &Position, around: &Around<'_>, needs: Vec<Position>) {
        if around.rules.amend_by == AmendBy::Adoption {
            self.enact(at, needs);
        }
    }
}
