//! When entries reached whom: from machine receipts, and from cosignatures.

use std::collections::BTreeMap;

use detente_psi::Time;

use super::holders::Holders;
use crate::PartyId;
use crate::jcs::Value;
use crate::record::held::{Held, Position};
use crate::record::leaf::{Leaf, Rel, Target};

/// Receipts by entry and receiver.
#[derive(Clone, Default)]
pub(crate) struct Moments {
    received: BTreeMap<Position, BTreeMap<PartyId, Time>>,
}

impl Moments {
    pub(crate) fn of(held: &Held, holders: &Holders) -> Moments {
        let mut moments = Moments::default();
        for (log, entries) in &held.logs {
            for leaf in entries.iter().filter_map(|entry| entry.leaf.as_deref()) {
                if leaf.said.kind == "ack" && leaf.said.party == log.party {
                    let _ = moments.take(held, holders, leaf);
                }
            }
        }
        moments
    }

    /// Takes a receipt, or one again whose own times are others now: they come earlier, never later. Gives the entries
    /// that were received at another time than was known.
    pub(crate) fn take(&mut self, held: &Held, holders: &Holders, leaf: &Leaf) -> Vec<Position> {
        let mut changed = Vec::new();
        let (Some(Value::Array(times)), Some(Value::Array(results))) =
            (leaf.said.public.get("at"), leaf.said.public.get("result"))
        else {
            return changed;
        };
        let place = Position::new(leaf.log(), leaf.place.seq);
        for ((reference, at), result) in leaf.said.refs.iter().zip(times).zip(results) {
            let Target::Entry { log, seq, leaf: hash } = &reference.target else { continue };
            let entry = Position::new(log.clone(), *seq);
            let is_it = held.entry(&entry).is_some_and(|held| held.hash == *hash);
            let Value::Integer(at) = at else { continue };
            if reference.rel != Rel::Acks
                || !is_it
                || log.party == leaf.said.party
                || *result != Value::text("accepted")
            {
                continue;
            }
            let at = clamped(Time(*at), &place, holders);
            // A receiver has one first receipt; what it says later moves no clock.
            let of_entry = self.received.entry(entry.clone()).or_default();
            let first = of_entry.get(&leaf.said.party).copied();
            if first.is_none_or(|first| at < first) {
                of_entry.insert(leaf.said.party.clone(), at);
                changed.push(entry);
            }
        }
        changed
    }

    /// When each other node received an entry.
    pub(crate) fn received(&self, position: &Position) -> BTreeMap<PartyId, Time> {
        self.received.get(position).cloned().unwrap_or_default()
    }
}

/// A time that an entry claims, moved into what can be proved about that entry. An open end moves nothing.
fn clamped(at: Time, place: &Position, holders: &Holders) -> Time {
    let interval = holders.named_interval(place);
    let no_later = interval.not_after.map_or(at, |end| at.min(Time(end.saturating_mul(1000) + 999)));
    interval.not_before.map_or(no_later, |start| no_later.max(Time(start.saturating_mul(1000))))
}
