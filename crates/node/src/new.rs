//! What is new after a packet was taken in.

use detente_accord::jcs::Value;
use detente_accord::record::{Effect, Position};

use crate::Accord;

/// An entry that came, as it is told to people.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct New {
    /// Where it stands.
    pub position: Position,
    /// Its type and act, such as `terms consent`; none for a leaf that does not read.
    pub says: Option<String>,
    /// What became of it.
    pub effect: Effect,
}

impl Accord<'_> {
    /// Entries from `from` on, for each log, that are held now.
    pub(crate) fn told(&self, positions: impl IntoIterator<Item = Position>) -> Vec<New> {
        let tell = |position: Position| New {
            says: self.held.leaf(&position).map(says),
            effect: self.state.effect(&position).cloned().unwrap_or(Effect::Unreadable),
            position,
        };
        positions.into_iter().map(tell).collect()
    }
}

/// Type and act of a statement, such as `terms consent`.
pub fn says(leaf: &detente_accord::record::Leaf) -> String {
    let act = match leaf.said.public.get("act") {
        Some(Value::Text(act)) if *act != leaf.said.kind => format!(" {act}"),
        _ => String::new(),
    };
    format!("{}{act}", leaf.said.kind)
}

/// To whom a statement is addressed, if to one party.
pub(crate) fn addressee(leaf: &detente_accord::record::Leaf) -> Option<detente_accord::PartyId> {
    match leaf.said.public.get("to")? {
        Value::Text(to) => detente_accord::PartyId::parse(to),
        _ => None,
    }
}
