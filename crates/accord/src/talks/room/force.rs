//! What is in force: the charter, later texts, and the rules that come with them.

use std::collections::BTreeMap;

use super::{Room, TextPhase};
use crate::PartyId;
use crate::record::{Order, Position};
use crate::talks::{Around, Event, Refusal};

/// A text came into force.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Enactment {
    /// The text.
    pub(super) text: Position,
    /// The entries that put it in force: for a statement it counts only if its author had seen all of them.
    pub(super) needs: Vec<Position>,
}

impl Room {
    /// The text in force whose rules count for a statement, with the rules file it names; none while the charter's
    /// count.
    pub(crate) fn rules_for(&self, position: &Position, order: &Order) -> Option<(u64, [u8; 32])> {
        let had_seen = |enactment: &&Enactment| {
            enactment.needs.iter().all(|entry| entry == position || order.had_seen(position, entry))
        };
        self.last_rules(self.enactments.iter().filter(had_seen))
    }

    /// The same for whoever has seen everything that is here.
    pub(crate) fn rules_now(&self) -> Option<(u64, [u8; 32])> {
        self.last_rules(self.enactments.iter())
    }

    /// A text without a rules file leaves the rules as they are.
    fn last_rules<'a>(&'a self, seen: impl Iterator<Item = &'a Enactment>) -> Option<(u64, [u8; 32])> {
        let texts = seen.filter_map(|enactment| self.texts.get(&enactment.text));
        texts.filter_map(|text| Some((text.rev, text.rules?))).max()
    }

    /// Whether the charter or a later text is in force.
    pub fn is_in_force(&self, is_bare: bool) -> bool {
        self.ended.is_none() && (is_bare || self.is_in_force || !self.enactments.is_empty())
    }

    /// The adopted text that ended the accord.
    pub fn ended(&self) -> Option<&Position> {
        self.ended.as_ref()
    }

    /// Who signed the charter, by which entry.
    pub fn signed(&self) -> &BTreeMap<PartyId, Position> {
        &self.signed
    }

    /// Whether a party applies what is not yet in force.
    pub(super) fn applies_already(&self, party: &PartyId) -> bool {
        let of_text = self.texts.values().filter(|text| text.phase == TextPhase::OpenForSignature);
        self.provisional.contains_key(party)
            || self.signed.contains_key(party)
            || of_text
                .into_iter()
                .any(|text| text.provisional.contains(party) || text.signed.contains_key(party))
    }

    pub(super) fn enact(&mut self, at: &Position, needs: Vec<Position>) {
        let Some(text) = self.texts.get_mut(at) else { return };
        let (replaced, ends) = (text.replaces.clone(), text.is_termination);
        text.phase = if ends { TextPhase::Terminated } else { TextPhase::InForce };
        if ends {
            self.ended.get_or_insert_with(|| at.clone());
        } else {
            self.enactments.push(Enactment { text: at.clone(), needs });
        }
        if let Some(replaced) = replaced.and_then(|replaced| self.texts.get_mut(&replaced)) {
            replaced.phase = TextPhase::Amended;
        }
    }

    /// A text that turned out not to be adopted.
    pub(super) fn undo(&mut self, at: &Position) {
        self.enactments.retain(|enactment| enactment.text != *at);
        if self.ended.as_ref() == Some(at) {
            self.ended = None;
        }
        let Some(text) = self.texts.get_mut(at) else { return };
        let replaced = text.replaces.clone();
        text.roll_back();
        if let Some(replaced) = replaced.and_then(|replaced| self.texts.get_mut(&replaced))
            && replaced.phase == TextPhase::Amended
        {
            replaced.phase = TextPhase::InForce;
        }
    }

    pub(super) fn allows_charter(&self, event: &Event, around: &Around<'_>) -> Result<(), Refusal> {
        match (event.act.kind, event.act.name) {
            ("acceptance", "sign") if self.signed.contains_key(event.by()) => Err(Refusal::Once),
            ("acceptance", "provisional") if !around.rules.provisional => Err(Refusal::NotPermitted),
            ("acceptance", "provisional") if self.provisional.contains_key(event.by()) => Err(Refusal::Once),
            ("acceptance", "sign" | "provisional") => Ok(()),
            ("withdrawal", "cancel") if !self.is_in_force => Ok(()),
            ("withdrawal", "cancel") => Err(Refusal::Phase { phase: "in-force" }),
            _ => Err(Refusal::NotInThread),
        }
    }

    pub(super) fn apply_charter(&mut self, event: &Event, around: &Around<'_>) {
        match event.act.name {
            "sign" => {
                self.signed.insert(event.by().clone(), event.position.clone());
                self.is_in_force |= around.parties.iter().all(|party| self.signed.contains_key(party));
            }
            "provisional" => {
                self.provisional.insert(event.by().clone(), event.position.clone());
            }
            // A signature that put the charter in force crossed this: it stands.
            "cancel" if !self.is_in_force => {
                let target = event.first_target();
                self.signed.retain(|_, entry| Some(&*entry) != target.as_ref());
                self.provisional.retain(|_, entry| Some(&*entry) != target.as_ref());
            }
            _ => {}
        }
    }
}
