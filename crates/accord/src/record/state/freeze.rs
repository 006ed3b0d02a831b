//! Logs that were stopped because their key was lost, stolen, or signed two histories.

use std::collections::BTreeMap;

use crate::PartyId;
use crate::record::charter::Charter;
use crate::record::held::{Held, Position};
use crate::record::names::LogId;
use crate::record::order::Order;
use crate::record::ring::{Ring, integer, text};

/// One party's word that a log has ended, and where.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Freeze {
    /// The entry.
    pub position: Position,
    /// The last head that counts, by this party's account.
    pub size: u64,
}

/// All of them, by log and party.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Freezes {
    quorum: usize,
    freezes: BTreeMap<LogId, BTreeMap<PartyId, Freeze>>,
}

impl Freezes {
    /// The first freeze of each party for each log.
    pub(crate) fn of(charter: &Charter, held: &Held, order: &Order, ring: &Ring) -> Freezes {
        let mut all = Freezes {
            quorum: usize::try_from(charter.quorum().k).unwrap_or(usize::MAX),
            ..Freezes::default()
        };
        for position in order.positions() {
            let Some(leaf) = held.leaf(&position).filter(|leaf| leaf.said.kind == "freeze") else { continue };
            let origin = text(leaf, "origin").and_then(|origin| detente_tlog::KeyName::parse(origin).ok());
            let Some(log) = origin.and_then(|origin| ring.names().log_of(&origin)) else { continue };
            let Some(size) = integer(leaf, "size") else { continue };
            let of_log = all.freezes.entry(log).or_default();
            of_log.entry(leaf.said.party.clone()).or_insert(Freeze { position, size });
        }
        all
    }

    /// Who has frozen a log.
    pub fn by(&self, log: &LogId) -> impl Iterator<Item = (&PartyId, &Freeze)> {
        self.freezes.get(log).into_iter().flatten()
    }

    /// Logs that anybody has frozen.
    pub fn logs(&self) -> impl Iterator<Item = &LogId> {
        self.freezes.keys()
    }

    /// The last size that counts, once as many parties as the quorum have frozen the log: the largest that so many
    /// of them held. What is within it binds its author; what is beyond it is void.
    pub fn last_valid(&self, log: &LogId) -> Option<u64> {
        let mut sizes: Vec<u64> = self.by(log).map(|(_, freeze)| freeze.size).collect();
        sizes.sort_unstable_by(|a, b| b.cmp(a));
        self.quorum.checked_sub(1).and_then(|k| sizes.get(k).copied())
    }

    pub(crate) fn lines(&self) -> impl Iterator<Item = String> {
        self.freezes
            .iter()
            .map(|(log, by)| format!("freeze {log} {by:?} last-valid={:?}", self.last_valid(log)))
    }
}
