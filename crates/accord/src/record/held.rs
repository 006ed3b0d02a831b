//! What a party holds of a record: entries, notes, and the public files that entries bind by hash.

use std::collections::BTreeMap;
use std::sync::Arc;

use detente_tlog::Hash;

use super::keyset::KeySet;
use super::leaf::Leaf;
use super::names::LogId;
use super::offer::Offer;
use super::rules::RulesFile;
use crate::PartyId;

/// The place of an entry.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Position {
    /// Its log.
    pub log: LogId,
    /// Its index there.
    pub seq: u64,
}

impl Position {
    /// The entry at this index of this log.
    pub fn new(log: LogId, seq: u64) -> Position {
        Position { log, seq }
    }
}

impl std::fmt::Display for Position {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.log, self.seq)
    }
}

/// One entry as it is held. A leaf that does not read is kept too: it is in its log, and says nothing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HeldEntry {
    /// The RFC 6962 hash of its bytes.
    pub hash: Hash,
    /// What it says, if it can be read and stands where it says.
    pub leaf: Option<Arc<Leaf>>,
}

/// A note whose signatures were checked when it came.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HeldNote {
    /// The log.
    pub log: LogId,
    /// How many leaves.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
    /// Who cosigned, and when: seconds since 1970. The log's own lines are not among them.
    pub cosigners: BTreeMap<Cosigner, u64>,
}

/// Whose cosignature it is.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Cosigner {
    /// A party that has stored all entries.
    Mirror(PartyId),
    /// An observer that holds heads alone.
    Observer(PartyId),
    /// A witness that the charter names.
    Witness(String),
}

/// Everything held of one record. A set: the order in which its parts came leaves no trace.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Held {
    /// The entries of each log, from index 0 without a gap.
    pub logs: BTreeMap<LogId, Vec<HeldEntry>>,
    /// Notes by SHA-256 of their bytes.
    pub notes: BTreeMap<[u8; 32], HeldNote>,
    /// Key sets of later epochs, by commitment.
    pub keysets: BTreeMap<[u8; 32], KeySet>,
    /// Offers of parties that joined later, by SHA-256 of their bytes.
    pub offers: BTreeMap<[u8; 32], Offer>,
    /// Later texts' titles and rules, by SHA-256 of their bytes.
    pub rules: BTreeMap<[u8; 32], RulesFile>,
}

impl Held {
    /// The entry at a position.
    pub fn entry(&self, position: &Position) -> Option<&HeldEntry> {
        self.logs.get(&position.log)?.get(usize::try_from(position.seq).ok()?)
    }

    /// The leaf at a position, if it can be read.
    pub fn leaf(&self, position: &Position) -> Option<&Leaf> {
        self.entry(position)?.leaf.as_deref()
    }

    /// How many entries of a log are held.
    pub fn size(&self, log: &LogId) -> u64 {
        self.logs.get(log).map_or(0, |entries| entries.len() as u64)
    }
}
