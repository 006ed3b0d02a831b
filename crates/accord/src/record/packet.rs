//! The packet: what one node hands another, as one file that may travel in any way.
//!
//! It has entries with the checkpoints over them, the notes that entries name, sealed files with their keys, and
//! the public files beside the logs. A packet only carries: it is not signed, and nothing in it is believed because
//! it came. Reading it checks form and hashes; signatures, proofs and leaves are judged by whoever takes it in.

mod build;
mod growth;
mod read;

pub use build::PacketBuilder;
pub use growth::Growth;

use std::collections::BTreeMap;

use super::names::{LogId, RecordId};
use super::sealed::WrappedKey;
use crate::{PartyId, Time};

/// A packet in form, nothing of it judged. Everything borrows from the file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Packet<'a> {
    /// For which record.
    pub record: RecordId,
    /// Who says it made it.
    pub from: PartyId,
    /// For whom.
    pub to: PartyId,
    /// When, by the sender's clock.
    pub made: Time,
    /// What it has of each log.
    pub logs: BTreeMap<LogId, LogPart<'a>>,
    /// Notes by their hash.
    pub notes: BTreeMap<[u8; 32], &'a [u8]>,
    /// Sealed files by their hash.
    pub sealed: BTreeMap<[u8; 32], &'a [u8]>,
    /// Item keys, by the hash of the sealed file and the reader for whom they are wrapped.
    pub keys: BTreeMap<([u8; 32], PartyId), WrappedKey>,
    /// Offers of parties that join.
    pub offers: BTreeMap<PartyId, &'a [u8]>,
    /// Key sets of epochs after 0.
    pub keysets: BTreeMap<LogId, &'a [u8]>,
    /// Rules files by their hash.
    pub rules: BTreeMap<[u8; 32], &'a [u8]>,
    /// Evidence files by their hash.
    pub evidence: BTreeMap<[u8; 32], &'a [u8]>,
}

/// What a packet has of one log.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct LogPart<'a> {
    /// Runs of entries by ascending index; they may have gaps, and never overlap.
    pub runs: Vec<EntryRun<'a>>,
    /// The newest note that the sender holds.
    pub checkpoint: Option<&'a [u8]>,
    /// Hashes from the size that the receiver holds to the size of the checkpoint.
    pub growth: Option<Growth>,
}

impl<'a> LogPart<'a> {
    /// Every entry with its index, ascending.
    pub fn entries(&self) -> impl Iterator<Item = (u64, &'a [u8])> + '_ {
        self.runs.iter().flat_map(|run| (run.first..).zip(run.leaves.iter().copied()))
    }
}

/// Entries that follow each other, none across a multiple of 256: what one bundle of tiles holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EntryRun<'a> {
    /// The index of the first.
    pub first: u64,
    /// Their bytes.
    pub leaves: Vec<&'a [u8]>,
}

impl EntryRun<'_> {
    /// The index behind the last one.
    pub fn end(&self) -> u64 {
        self.first + self.leaves.len() as u64
    }
}

/// The member that describes the others.
pub(crate) const FIRST: &str = "packet.json";
const PART: &str = "packet.json";
const KIND: &str = "detente/packet";

#[cfg(test)]
mod tests;
