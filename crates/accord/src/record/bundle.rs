//! The bundle: proof for an outsider, as one file.
//!
//! A bundle claims things, and has everything in it that shows them: leaves with their proofs, the heads they name,
//! the charter whose keys sign. Here is its form: archive, list, names, claims. What it proves is judged by
//! [`verify`](super::verify).

mod build;
mod claim;
mod read;

pub use build::{AnchorToken, BundleBuilder};
pub use claim::Claim;

use std::collections::{BTreeMap, BTreeSet};

use super::held::Position;
use super::names::{LogId, RecordId};
use crate::PartyId;

/// A bundle in form, nothing of it judged. Everything borrows from its members.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Bundle<'a> {
    /// Of which record it says it is.
    pub record: RecordId,
    /// What it claims, in its own order.
    pub claims: Vec<Claim>,
    /// The charter's bytes.
    pub charter: &'a [u8],
    /// Policies of logs.
    pub policies: BTreeMap<LogId, &'a [u8]>,
    /// What it has of entries.
    pub entries: BTreeMap<Position, EntryFiles<'a>>,
    /// Attachments, by the hash that their name says.
    pub contents: BTreeMap<[u8; 32], &'a [u8]>,
    /// Notes, by the hash that their name says.
    pub heads: BTreeMap<[u8; 32], &'a [u8]>,
    /// All leaf hashes of a log at a size.
    pub leaves: BTreeMap<(LogId, u64), &'a [u8]>,
    /// Key sets of later epochs.
    pub keysets: BTreeMap<LogId, &'a [u8]>,
    /// Offers of parties that joined.
    pub offers: BTreeMap<PartyId, &'a [u8]>,
    /// Entries for which there is a token of an outside time stamp.
    pub anchors: BTreeSet<Position>,
    /// Evidence files by their number.
    pub evidence: BTreeMap<u64, &'a [u8]>,
}

/// What a bundle has of one entry.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct EntryFiles<'a> {
    /// The leaf.
    pub leaf: Option<&'a [u8]>,
    /// Proof files by the size of the tree.
    pub proofs: BTreeMap<u64, &'a [u8]>,
    /// The disclosure file.
    pub disclosed: Option<&'a [u8]>,
}

/// The member that describes the others.
pub(crate) const FIRST: &str = "bundle.json";
const PART: &str = "bundle.json";
const KIND: &str = "detente/bundle";

#[cfg(test)]
mod tests;
