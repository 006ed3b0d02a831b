//! Whether a statement has come to whom it is addressed, in words that claim no more than the record shows.

use detente_psi::Time;

use super::Now;
use crate::PartyId;
use crate::record::{Held, Position, State};

/// How far a statement has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Delivery {
    /// The other node says that it received it.
    Delivered {
        /// When.
        at: Time,
    },
    /// The other node cosigned, or named, a head over it, and gave no receipt: it knows that it exists. Its content
    /// was not delivered.
    Known,
    /// Released long ago, and nothing from the other node.
    Tendered {
        /// Since.
        since: Time,
    },
    /// Released.
    Sent,
}

impl Delivery {
    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Delivery::Delivered { .. } => "delivered",
            Delivery::Known => "known to exist, content not delivered",
            Delivery::Tendered { .. } => "tendered",
            Delivery::Sent => "sent",
        }
    }
}

/// How far an entry has come to a party at a time. `None` for an entry that is in no thread.
pub fn delivery(state: &State, position: &Position, to: &PartyId, now: &Now<'_>) -> Option<Delivery> {
    let (_, thread) = state.talks().thread_of(position)?;
    let event = thread.events().iter().find(|event| event.position == *position)?;
    if let Some(at) = event.received_by(to).filter(|at| *at <= now.time) {
        return Some(Delivery::Delivered { at });
    }
    let holders = state.holders();
    let knows = holders.held_by(position).contains(&to) || holders.acknowledged_by(position).contains(&to);
    let since = Time(event.said().0.saturating_add(now.rules.clocks.tendered.ms()));
    Some(match (knows, since <= now.time) {
        (true, _) => Delivery::Known,
        (false, true) => Delivery::Tendered { since },
        (false, false) => Delivery::Sent,
    })
}

/// The newest machine receipt in a party's logs, by its own clock: the last sign of its node.
pub fn last_receipt(held: &Held, party: &PartyId) -> Option<Time> {
    let logs = held.logs.iter().filter(|(log, _)| log.party == *party);
    let leaves = logs.flat_map(|(_, entries)| entries.iter().filter_map(|entry| entry.leaf.as_deref()));
    leaves.filter(|leaf| leaf.said.kind == "ack").map(|leaf| leaf.place.time).max()
}
