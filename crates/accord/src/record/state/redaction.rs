//! Content that is to go: who asked, and who has said that it is gone there.

use std::collections::{BTreeMap, BTreeSet};

use crate::PartyId;
use crate::record::held::{Held, Position};
use crate::record::leaf::Rel;
use crate::record::order::Order;
use crate::record::ring::place_of;

/// A redaction of one entry's content. The entry itself stays in its log.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Redaction {
    /// The entry that asks for it; the first one counts.
    pub asked: Position,
    /// Holders that have said it is deleted there. Who is missing here has not confirmed.
    pub erased_by: BTreeSet<PartyId>,
}

/// By the entry whose content goes.
pub(crate) fn all(
    held: &Held,
    order: &Order,
    took: impl Fn(&Position) -> bool,
) -> BTreeMap<Position, Redaction> {
    let mut redactions: BTreeMap<Position, Redaction> = BTreeMap::new();
    let mut erased: Vec<(Position, PartyId)> = Vec::new();
    for position in order.positions().filter(took) {
        let Some(leaf) = held.leaf(&position) else { continue };
        let targets = leaf.said.refs.iter().filter(|r| r.rel == Rel::To).filter_map(|r| place_of(&r.target));
        match leaf.said.kind.as_str() {
            "redaction" => {
                // Nobody has another's content deleted.
                for target in targets.filter(|target| target.log.party == leaf.said.party) {
                    let redaction = Redaction { asked: position.clone(), erased_by: BTreeSet::new() };
                    redactions.entry(target).or_insert(redaction);
                }
            }
            "erased" => erased.extend(targets.map(|target| (target, leaf.said.party.clone()))),
            _ => {}
        }
    }
    let mut by: BTreeMap<Position, BTreeSet<PartyId>> = BTreeMap::new();
    for (asked, party) in erased {
        by.entry(asked).or_default().insert(party);
    }
    for redaction in redactions.values_mut() {
        redaction.erased_by.extend(by.get(&redaction.asked).into_iter().flatten().cloned());
    }
    redactions
}
