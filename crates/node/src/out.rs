//! Making a packet: what another party lacks, in one file.

use std::collections::{BTreeMap, BTreeSet};

use detente_accord::record::packet::{Growth, PacketBuilder};
use detente_accord::record::sealed::{ItemKey, WrappedKey};
use detente_accord::record::{Cosigner, HeldNote, Leaf, LogId, Position, Scope, Standing};
use detente_accord::{Entropy, PartyId, Time};
use detente_store::record::ItemKeyFor;
use detente_tlog::TreeSize;

use crate::accord::hex_name;
use crate::held::RULES;
use crate::{Accord, Error};

/// Entries of one packet, in bytes. What is left goes with the next one.
const ENTRY_BYTES_MAX: usize = 64 << 20;
/// Notes of one log in a packet, besides those that entries name.
const NOTES_MAX: usize = 1024;
/// How many leaves are read at a time.
const LEAVES_AT_ONCE: usize = 4096;

/// How much goes into a packet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum What {
    /// What the other has not shown to hold.
    Lacking,
    /// All there is: for somebody who joins, or who lost its disk.
    Everything,
}

/// A packet that was made.
pub struct Outgoing {
    /// The file.
    pub bytes: Vec<u8>,
    /// How many entries are in it.
    pub entries: u64,
    /// How many sealed files.
    pub sealed: usize,
    /// Entries that did not fit and go with the next packet.
    pub left: u64,
}

impl Outgoing {
    /// Whether more than heads is in it.
    pub fn brings_entries(&self) -> bool {
        self.entries > 0 || self.sealed > 0
    }
}

impl Accord<'_> {
    /// Makes a packet for a party or an observer of the accord.
    ///
    /// # Errors
    /// [`Error::Unknown`] if `to` is not in it; those of the disk.
    pub fn packet_for(
        &self,
        to: &PartyId,
        what: What,
        now: Time,
        entropy: &mut Entropy,
    ) -> Result<Outgoing, Error> {
        if to == self.us.id() || !self.state.members().contains_key(to) {
            return Err(Error::Unknown(format!("{to} is nobody else in this accord")));
        }
        let mut packet = PacketBuilder::new(self.charter.record_id(), self.us.id().clone(), to.clone(), now);
        let mut out = Outgoing { bytes: Vec::new(), entries: 0, sealed: 0, left: 0 };
        let mut room = ENTRY_BYTES_MAX;
        let mut named = BTreeSet::new();
        for log in self.held.logs.keys() {
            let Some((hash, note)) = self.head_for(to, log, room, what)? else { continue };
            let bytes = self.record.note(&hash)?.ok_or_else(|| Error::Unknown("a note is missing".into()))?;
            packet.checkpoint(log, &bytes.bytes);
            let from = self.known_to(to, log, what).min(note.size);
            self.add_growth(&mut packet, log, from, note.size)?;
            out.left += self.held.size(log) - note.size;
            named.extend(self.cosigned_between(log, from, note.size));
            if !self.reads_leaves(to) || (log.party == *to && what == What::Lacking) {
                continue;
            }
            if log.party == *self.us.id() {
                out.sealed += self.add_undelivered(&mut packet, to, log, from, now, entropy)?;
            }
            for seq in from..note.size {
                if let Some(leaf) = self.held.leaf(&Position::new(log.clone(), seq)) {
                    named.extend(leaf.place.heads.iter().map(|head| head.note));
                    out.sealed += self.add_sealed(&mut packet, to, leaf, now, entropy)?;
                }
            }
            room = room.saturating_sub(self.add_entries(&mut packet, log, from, note.size)?);
            out.entries += note.size - from;
        }
        for hash in named {
            if let Some(note) = self.record.note(&hash)? {
                packet.note(&note.bytes);
            }
        }
        self.add_public(&mut packet)?;
        if out.left == 0 && self.reads_leaves(to) {
            self.add_rules(&mut packet)?;
        }
        out.bytes = packet.finish()?;
        Ok(out)
    }

    /// The notes between two sizes that were cosigned: their times bound those of entries. Of each size the one with
    /// the most lines, and the newest where there are many.
    fn cosigned_between(&self, log: &LogId, from: u64, to: u64) -> Vec<[u8; 32]> {
        if self.is_convicted(log) {
            return Vec::new();
        }
        let mut fullest: BTreeMap<u64, (usize, [u8; 32])> = BTreeMap::new();
        for (hash, note) in self.notes_of(log, from + 1..to).filter(|(_, note)| !note.cosigners.is_empty()) {
            let best = fullest.entry(note.size).or_default();
            *best = (*best).max((note.cosigners.len(), *hash));
        }
        fullest.into_values().rev().take(NOTES_MAX).map(|(_, hash)| hash).collect()
    }

    /// How much of a log the other has shown to hold, by its cosignature.
    fn known_to(&self, to: &PartyId, log: &LogId, what: What) -> u64 {
        match what {
            What::Everything => 0,
            What::Lacking if log.party == *to => self.held.size(log),
            What::Lacking if self.is_observer(to) => self.stored_by_observer(to, log),
            What::Lacking => self.state.holders().mirrored(log, to),
        }
    }

    /// An observer that reads entries cosigns what it has stored. Its word counts for what it is sent, and nothing else.
    fn stored_by_observer(&self, to: &PartyId, log: &LogId) -> u64 {
        let by = Cosigner::Observer(to.clone());
        let mut notes = self.notes_of(log, ..).map(|(_, note)| note);
        let size = notes.find(|note| note.cosigners.contains_key(&by)).map_or(0, |note| note.size);
        if self.is_convicted(log) { 0 } else { size.min(self.held.size(log)) }
    }

    fn is_observer(&self, party: &PartyId) -> bool {
        self.charter.party(party).is_some_and(|party| !party.is_party())
    }

    /// The head to send: the largest whose entries are all here and fit; of equal ones that with the most
    /// cosignatures.
    fn head_for(
        &self,
        to: &PartyId,
        log: &LogId,
        room: usize,
        what: What,
    ) -> Result<Option<([u8; 32], HeldNote)>, Error> {
        let mut most = self.fitting(log, self.known_to(to, log, what), room);
        if self.is_observer(to) && log.party == *self.us.id() {
            // A promise that only we hold could be lost with our disk, and the observer would have seen it.
            most = most.min(self.state.holders().held_in_common(log, 1));
        }
        let best = self.largest_head(log, 1..=most)?;
        Ok(best.map(|(hash, note)| (hash, note.clone())))
    }

    /// How many entries of a log fit into the room, from `from` on.
    fn fitting(&self, log: &LogId, from: u64, room: usize) -> u64 {
        let mut left = room;
        let mut size = from;
        for entry in
            self.held.logs.get(log).into_iter().flatten().skip(usize::try_from(from).unwrap_or(usize::MAX))
        {
            let bytes =
                entry.leaf.as_deref().map_or(detente_tlog::ENTRY_BYTES_MAX, |leaf| leaf.bytes().len());
            match left.checked_sub(bytes) {
                Some(rest) => left = rest,
                None => break,
            }
            size += 1;
        }
        size
    }

    fn reads_leaves(&self, to: &PartyId) -> bool {
        match self.charter.party(to).map(|party| party.standing()) {
            Some(Standing::Observer(observes)) => observes.scope != Scope::ExistenceOnly,
            _ => true,
        }
    }

    fn add_growth(&self, packet: &mut PacketBuilder, log: &LogId, from: u64, size: u64) -> Result<(), Error> {
        if from == 0 || from >= size {
            return Ok(());
        }
        let hashes = self.record.full_form(&self.charter.names().origin(log), from, size)?;
        let growth = Growth { older: TreeSize::new(from)?, newer: TreeSize::new(size)?, hashes };
        packet.growth(log, &growth);
        Ok(())
    }

    fn add_entries(
        &self,
        packet: &mut PacketBuilder,
        log: &LogId,
        from: u64,
        to: u64,
    ) -> Result<usize, Error> {
        let origin = self.charter.names().origin(log);
        let (mut next, mut bytes) = (from, 0);
        while next < to {
            let leaves = self.record.leaves(&origin, next..to, LEAVES_AT_ONCE)?;
            if leaves.is_empty() {
                break;
            }
            let borrowed: Vec<&[u8]> = leaves.iter().map(Vec::as_slice).collect();
            packet.entries(log, next, &borrowed)?;
            next += leaves.len() as u64;
            bytes += leaves.iter().map(Vec::len).sum::<usize>();
        }
        Ok(bytes)
    }

    /// Sealed content of entries that the other holds, perhaps from somebody else, and has not said to have received.
    fn add_undelivered(
        &self,
        packet: &mut PacketBuilder,
        to: &PartyId,
        log: &LogId,
        end: u64,
        now: Time,
        entropy: &mut Entropy,
    ) -> Result<usize, Error> {
        let mut count = 0;
        for seq in self.index.sealed_in(log).iter().take_while(|seq| **seq < end) {
            let position = Position::new(log.clone(), *seq);
            let Some(leaf) = self.held.leaf(&position) else { continue };
            // An observer whose content comes later received the entry alone before.
            let due = self.readable_from(to, leaf).unwrap_or(leaf.place.time);
            let acked = self.index.acked(to, &position);
            let has_it = acked.is_some_and(|acked| due <= leaf.place.time || due <= acked);
            if !has_it {
                count += self.add_sealed(packet, to, leaf, now, entropy)?;
            }
        }
        Ok(count)
    }

    /// What somebody may open of one of our own entries, with its keys: the content, and items of an exhibit that
    /// the entry opens.
    fn add_sealed(
        &self,
        packet: &mut PacketBuilder,
        to: &PartyId,
        leaf: &Leaf,
        now: Time,
        entropy: &mut Entropy,
    ) -> Result<usize, Error> {
        let position = Position::new(leaf.log(), leaf.place.seq);
        let Some(content) = leaf.said.sealed.first() else { return Ok(0) };
        if leaf.said.party != *self.us.id() || self.is_redacted(&position) {
            return Ok(0);
        }
        let kept = self.record.item_key(&content.sha256, ItemKeyFor::Recipient(to.as_str()))?;
        let is_due = self.readable_from(to, leaf).is_some_and(|from| from <= now);
        if !is_due && kept.is_none() {
            return Ok(0);
        }
        let mut count = self.add_item(packet, to, &content.sha256, entropy)?;
        let Some(commit) = self.commit_of(&position).filter(|commit| is_due && !self.is_redacted(commit))
        else {
            return Ok(count);
        };
        // What does not open the commitment is told where it arrives.
        for item in self.opened_by(&position).ok().flatten().unwrap_or_default() {
            let parts = self.held.leaf(&commit).and_then(|commit| commit.said.sealed.get(item.places()));
            for part in parts.unwrap_or_default() {
                count += self.add_item(packet, to, &part.sha256, entropy)?;
            }
        }
        Ok(count)
    }

    /// A sealed file with its key: as it was wrapped when the statement was made, or wrapped now.
    fn add_item(
        &self,
        packet: &mut PacketBuilder,
        to: &PartyId,
        sha256: &[u8; 32],
        entropy: &mut Entropy,
    ) -> Result<usize, Error> {
        let Some(file) = self.record.sealed(sha256)? else { return Ok(0) };
        let kept = self.record.item_key(sha256, ItemKeyFor::Recipient(to.as_str()))?;
        let key = match kept {
            Some(kept) => Some(WrappedKey::from_bytes(&kept)?),
            None => {
                let own = self.record.item_key(sha256, ItemKeyFor::Us)?;
                let own = own.and_then(|key| <[u8; 32]>::try_from(key.as_slice()).ok());
                own.map(|own| self.wrapped(&ItemKey::from_bytes(own), to, sha256, entropy))
                    .transpose()?
                    .flatten()
            }
        };
        let Some(key) = key else { return Ok(0) };
        packet.sealed(&file);
        packet.key(sha256, to, &key);
        Ok(1)
    }

    /// Offers, later key sets and evidence: public, small, and needed by everybody.
    fn add_public(&self, packet: &mut PacketBuilder) -> Result<(), Error> {
        let mut parties: Vec<&PartyId> = self.held.offers.values().map(|offer| offer.party().id()).collect();
        parties.dedup();
        for party in parties {
            if let Some(offer) = self.offer_of(party) {
                packet.offer(party, offer.bytes());
            }
        }
        for log in self.state.ring().logs().filter(|log| log.epoch > 0) {
            if let Some(keys) = self.state.ring().keyset(log) {
                packet.keyset(log, &keys.encode());
            }
        }
        for hash in self.record.evidence_hashes()? {
            if let Some(evidence) = self.record.evidence(&hash)? {
                packet.evidence(&evidence);
            }
        }
        Ok(())
    }

    /// Rules files that a draft names: nobody takes in one that none does.
    fn add_rules(&self, packet: &mut PacketBuilder) -> Result<(), Error> {
        for text in self.state.talks().room().texts().values() {
            for hash in &text.files {
                if let Some(file) = self.record.public_file(RULES, &hex_name(hash))? {
                    packet.rules(&file);
                }
            }
        }
        Ok(())
    }
}
