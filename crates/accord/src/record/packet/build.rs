//! Making packets. Equal parts give equal bytes, in whatever order they came.

use std::collections::BTreeMap;

use detente_tlog::{EntryBundle, TILE_WIDTH};
use sha2::{Digest, Sha256};

use super::{FIRST, Growth, KIND, Packet};
use crate::jcs::Value;
use crate::record::manifest::Manifest;
use crate::record::names::{LogId, RecordId};
use crate::record::path;
use crate::record::sealed::WrappedKey;
use crate::record::tar::{self, Member};
use crate::{PartyId, Rejection, Time, b64};

/// A packet that is being put together.
pub struct PacketBuilder {
    record: RecordId,
    from: PartyId,
    to: PartyId,
    made: Time,
    pub(super) members: BTreeMap<String, Vec<u8>>,
}

impl PacketBuilder {
    /// An empty packet.
    pub fn new(record: RecordId, from: PartyId, to: PartyId, made: Time) -> PacketBuilder {
        PacketBuilder { record, from, to, made, members: BTreeMap::new() }
    }

    /// Adds entries of a log from index `first` on, cut where tiles end.
    ///
    /// # Errors
    /// [`Rejection::Log`] for an entry over the limit.
    pub fn entries(&mut self, log: &LogId, first: u64, leaves: &[&[u8]]) -> Result<(), Rejection> {
        let (mut first, mut leaves) = (first, leaves);
        while !leaves.is_empty() {
            let room = (TILE_WIDTH - first % TILE_WIDTH) as usize;
            let (run, rest) = leaves.split_at(room.min(leaves.len()));
            let end = first + run.len() as u64;
            let bytes = EntryBundle::new(run.to_vec()).map_err(Rejection::Log)?.to_bytes();
            self.members.insert(format!("log/{log}/entries/{first}-{end}"), bytes);
            (first, leaves) = (end, rest);
        }
        Ok(())
    }

    /// Adds the newest note of a log.
    pub fn checkpoint(&mut self, log: &LogId, note: &[u8]) {
        self.members.insert(format!("log/{log}/checkpoint"), note.to_vec());
    }

    /// Adds how a log grew from the size that the receiver holds.
    pub fn growth(&mut self, log: &LogId, growth: &Growth) {
        self.members.insert(format!("log/{log}/growth"), growth.to_bytes());
    }

    /// Adds a note that an entry names, or that carries cosignatures.
    pub fn note(&mut self, note: &[u8]) {
        self.by_hash("note/", "", note);
    }

    /// Adds a sealed file.
    pub fn sealed(&mut self, file: &[u8]) {
        self.by_hash("sealed/", "", file);
    }

    /// Adds the key of a sealed file, wrapped for a reader.
    pub fn key(&mut self, sha256: &[u8; 32], reader: &PartyId, key: &WrappedKey) {
        // The longest id and a hash just fit into the name of a member.
        self.members.insert(format!("k/{reader}/{}", path::hex(sha256)), key.bytes().to_vec());
    }

    /// Adds the offer of a party that joins.
    pub fn offer(&mut self, party: &PartyId, offer: &[u8]) {
        self.members.insert(format!("offer/{party}.json"), offer.to_vec());
    }

    /// Adds the key set of an epoch after 0.
    pub fn keyset(&mut self, log: &LogId, keyset: &[u8]) {
        self.members.insert(format!("keys/{log}.json"), keyset.to_vec());
    }

    /// Adds a rules file.
    pub fn rules(&mut self, rules: &[u8]) {
        self.by_hash("rules/", ".json", rules);
    }

    /// Adds an evidence file.
    pub fn evidence(&mut self, evidence: &[u8]) {
        self.by_hash("evidence/", ".evidence", evidence);
    }

    /// The bytes of the packet. They are read again before they are given out.
    ///
    /// # Errors
    /// Those of [`Packet::read`].
    pub fn finish(&self) -> Result<Vec<u8>, Rejection> {
        let members: Vec<Member<'_>> =
            self.members.iter().map(|(name, bytes)| Member { name, bytes }).collect();
        let described = Value::object([
            ("accord", Value::text(b64::encode(self.record.bytes()))),
            ("files", Manifest::of(&members).to_value()),
            ("from", Value::text(self.from.as_str())),
            ("kind", Value::text(KIND)),
            ("made", Value::Integer(self.made.0)),
            ("to", Value::text(self.to.as_str())),
            ("v", Value::Integer(1)),
        ]);
        let described = described.encode();
        let first = Member { name: FIRST, bytes: &described };
        let all: Vec<Member<'_>> = std::iter::once(first).chain(members).collect();
        let bytes = tar::write(&all).map_err(Rejection::NotArchive)?;
        Packet::read(&bytes)?;
        Ok(bytes)
    }

    fn by_hash(&mut self, folder: &str, ending: &str, bytes: &[u8]) {
        let hash = Sha256::digest(bytes).into();
        self.members.insert(format!("{folder}{}{ending}", path::hex(&hash)), bytes.to_vec());
    }
}
