//! Logs that were stopped because their key was lost, stolen, or signed two histories.

use std::collections::BTreeMap;

use crate::PartyId;
use crate::record::charter::Charter;
use crate::record::held::{Held, Position};
use crate::record::names::LogId;
use crate::record::order::Order;
use crate::record::ring::{Ring, integer, text};

use super::holders::Holders;

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
    freezes: BTreeMap<LogId, BTreeMap<PartyId, Freeze>>,
    /// Where a log has ended, once as many parties as the quorum have frozen it.
    last_valid: BTreeMap<LogId, u64>,
}

impl Freezes {
    /// The first freeze of each party for each log. `counts` says whether an entry has effect, without regard to
    /// freezes.
    pub(crate) fn of(
        charter: &Charter,
        held: &Held,
        order: &Order,
        ring: &Ring,
        holders: &Holders,
        counts: impl Fn(&Position) -> bool,
    ) -> Freezes {
        let mut all = Freezes::default();
        for position in order.positions().filter(counts) {
            let Some(leaf) = held.leaf(&position).filter(|leaf| leaf.said.kind == "freeze") else { continue };
            let origin = text(leaf, "origin").and_then(|origin| detente_tlog::KeyName::parse(origin).ok());
            let Some(log) = origin.and_then(|origin| ring.names().log_of(&origin)) else { continue };
            let Some(size) = integer(leaf, "size") else { continue };
            let of_log = all.freezes.entry(log).or_default();
            of_log.entry(leaf.said.party.clone()).or_insert(Freeze { position, size });
        }
        let quorum = usize::try_from(charter.quorum().k).unwrap_or(usize::MAX);
        let logs = all.freezes.iter().filter(|(_, by)| by.len() >= quorum);
        all.last_valid = logs.map(|(log, by)| (log.clone(), last_valid(log, by, holders, quorum))).collect();
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
    /// parties held. What is within it binds its author; what is beyond it is void.
    pub fn last_valid(&self, log: &LogId) -> Option<u64> {
        self.last_valid.get(log).copied()
    }

    pub(crate) fn lines(&self) -> impl Iterator<Item = String> {
        self.freezes
            .iter()
            .map(|(log, by)| format!("freeze {log} {by:?} last-valid={:?}", self.last_valid(log)))
    }
}

/// What so many parties held, by what they cosigned, named or said. Nobody goes back behind its own cosignature by
/// freezing: neither a peer to void what another said, nor the author to deny it.
fn last_valid(log: &LogId, by: &BTreeMap<PartyId, Freeze>, holders: &Holders, quorum: usize) -> u64 {
    let mut sizes: BTreeMap<&PartyId, u64> = by.iter().map(|(party, freeze)| (party, freeze.size)).collect();
    for (party, size) in holders.sizes(log) {
        let largest = sizes.entry(party).or_default();
        *largest = (*largest).max(size);
    }
    let mut sizes: Vec<u64> = sizes.into_values().collect();
    sizes.sort_unstable_by(|a, b| b.cmp(a));
    quorum.checked_sub(1).and_then(|k| sizes.get(k).copied()).unwrap_or(0)
}
