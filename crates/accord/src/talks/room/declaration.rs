//! Declarations: how a party reads a norm, or what it pledges by itself. They never change what is in force.

use std::collections::BTreeMap;

use super::{Room, Subject};
use crate::PartyId;
use crate::record::{Position, Rel};
use crate::talks::{Event, Refusal};

/// What a declaration is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DeclarationKind {
    /// How its author reads a norm.
    Interpretative,
    /// What its author pledges by itself.
    Pledge,
}

/// What a party says of another's declaration.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stance {
    /// It joins the pledge.
    Join,
    /// It reads the norm in the same way.
    Approve,
    /// It does not.
    Oppose,
    /// It takes it for a reservation.
    Recharacterise,
}

impl Stance {
    fn of(act: &str) -> Option<Stance> {
        match act {
            "join" => Some(Stance::Join),
            "approve" => Some(Stance::Approve),
            "oppose" => Some(Stance::Oppose),
            "recharacterise" => Some(Stance::Recharacterise),
            _ => None,
        }
    }

    /// Its word.
    pub fn name(self) -> &'static str {
        match self {
            Stance::Join => "join",
            Stance::Approve => "approve",
            Stance::Oppose => "oppose",
            Stance::Recharacterise => "recharacterise",
        }
    }
}

/// A declaration.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Declaration {
    /// The entry.
    pub position: Position,
    /// Whose.
    pub by: PartyId,
    /// What it is.
    pub kind: DeclarationKind,
    /// Whether others may join.
    pub open: bool,
    /// The norms it is about.
    pub norms: Vec<Position>,
    /// What each other party last said of it, by which entry.
    pub stances: BTreeMap<PartyId, (Stance, Position)>,
    /// The entry that withdrew it.
    pub withdrawn: Option<Position>,
}

impl Declaration {
    /// Those that take it for a reservation.
    pub fn disputed_by(&self) -> impl Iterator<Item = &PartyId> {
        let disputes = |(_, (stance, _)): &(&PartyId, &(Stance, Position))| *stance == Stance::Recharacterise;
        self.stances.iter().filter(disputes).map(|(party, _)| party)
    }
}

impl Room {
    pub(super) fn allows_declaration(&self, at: &Position, event: &Event) -> Result<(), Refusal> {
        if event.is("declaration", "declare") {
            return Ok(());
        }
        let declaration = self.declarations.get(at).ok_or(Refusal::TargetWithoutEffect)?;
        let target = event.first_target();
        let is_pledge = declaration.kind == DeclarationKind::Pledge;
        let own_stance = declaration.stances.get(event.by());
        if event.act.kind == "withdrawal" {
            let is_there = match target.as_ref() == Some(at) {
                true => declaration.withdrawn.is_none(),
                false => own_stance.is_some_and(|(_, entry)| Some(entry) == target.as_ref()),
            };
            return if is_there { Ok(()) } else { Err(Refusal::Phase { phase: "withdrawn" }) };
        }
        let stance = Stance::of(event.act.name).ok_or(Refusal::NotInThread)?;
        match stance {
            _ if declaration.by == *event.by() => Err(Refusal::NotYours),
            _ if declaration.withdrawn.is_some() => Err(Refusal::Phase { phase: "withdrawn" }),
            Stance::Join if !is_pledge || !declaration.open => Err(Refusal::NotPermitted),
            stance if stance != Stance::Join && is_pledge => Err(Refusal::NotPermitted),
            stance if own_stance.is_some_and(|(said, _)| *said == stance) => Err(Refusal::Once),
            _ => Ok(()),
        }
    }

    pub(super) fn apply_declaration(&mut self, at: &Position, event: &Event) {
        if event.is("declaration", "declare") {
            let is_norm = |target: &Position| matches!(self.subjects.get(target), Some(Subject::Norm(_)));
            let is_pledge = event.word("kind") == Some("pledge");
            let declaration = Declaration {
                position: at.clone(),
                by: event.by().clone(),
                kind: if is_pledge { DeclarationKind::Pledge } else { DeclarationKind::Interpretative },
                open: event.flag("open"),
                norms: event.named(Rel::Cites).filter(is_norm).collect(),
                stances: BTreeMap::new(),
                withdrawn: None,
            };
            self.declarations.insert(at.clone(), declaration);
            return;
        }
        let Some(declaration) = self.declarations.get_mut(at) else { return };
        let target = event.first_target();
        if event.act.kind == "withdrawal" {
            match target.as_ref() == Some(at) {
                true => declaration.withdrawn = Some(event.position.clone()),
                false => declaration.stances.retain(|_, (_, entry)| Some(&*entry) != target.as_ref()),
            }
        } else if let Some(stance) = Stance::of(event.act.name) {
            declaration.stances.insert(event.by().clone(), (stance, event.position.clone()));
        }
    }
}
