//! Keeping a checked packet: content, entries, notes, then the cosignature, then our own entry that names it all.

use std::collections::BTreeSet;

use detente_accord::record::packet::Packet;
use detente_accord::record::sealed::{ItemKey, WrappedFor, open_fields};
use detente_accord::record::{Effect, HeldNote, Leaf, LogId, Position, Reference, Rel, Target};
use detente_accord::{Entropy, PartyId, Time};
use detente_store::record::{CosignAs, ItemKeyFor};
use detente_tlog::{Checkpoint, Note};

use super::Taken;
use super::check::{Checked, sha256};
use super::lines::{gather, may_be_known_later};
use crate::append::cosign_time;
use crate::held::{KEYSET, OFFER, RULES};
use crate::new::addressee;
use crate::{Accord, Error, say};

/// References of one receipt.
const ACKS_AT_ONCE: usize = 32;

impl Accord<'_> {
    pub(super) fn keep(
        &mut self,
        packet: &Packet<'_>,
        checked: Checked<'_>,
        now: Time,
        entropy: &mut Entropy,
    ) -> Result<Taken, Error> {
        let mut taken = Taken { evidence: self.keep_evidence(&checked.evidence)?, ..Taken::default() };
        self.keep_public(packet)?;
        let mut new = Vec::new();
        for (log, grown) in &checked.grown {
            let origin = self.charter.names().origin(log);
            self.record.store_grown(&origin, grown.first, &grown.leaves, grown.note)?;
            self.derive_files(&origin)?;
            new.extend((grown.first..).zip(&grown.leaves).map(|(seq, _)| Position::new(log.clone(), seq)));
        }
        self.keep_notes(&checked)?;
        self.refresh()?;
        let opened = self.open_sealed(packet)?;
        taken.opened = opened.len();
        if self.recovering().is_empty() {
            self.tell_of(&taken.evidence.clone(), now, entropy)?;
            taken.cosigned = self.cosign(now)?;
            for (log, grown) in &checked.grown {
                taken.evidence.extend(self.judge_leaves(log, grown.first, now, entropy)?);
            }
            // Content may come behind its entry, which another party passed on.
            let known = self.acked_by(self.us.id());
            let late = opened.into_iter().filter(|place| !new.contains(place) && !known.contains(place));
            let due: Vec<Position> = new.iter().cloned().chain(late).collect();
            taken.acknowledged = self.acknowledge(&due, now, entropy)?;
        }
        self.refresh()?;
        taken.new = self.told(new);
        Ok(taken)
    }

    fn keep_public(&mut self, packet: &Packet<'_>) -> Result<(), Error> {
        let files = packet.keysets.values().map(|bytes| (KEYSET, bytes));
        let files = files.chain(packet.offers.values().map(|bytes| (OFFER, bytes)));
        for (kind, bytes) in files.chain(packet.rules.values().map(|bytes| (RULES, bytes))) {
            self.record.put_public_file(kind, &crate::found::hex(&sha256(bytes)), bytes)?;
        }
        Ok(())
    }

    /// Notes that entries name are kept as they are, for ever: their hash is in a leaf. Of the others the known
    /// lines are gathered in one note for each head.
    fn keep_notes(&mut self, checked: &Checked<'_>) -> Result<(), Error> {
        let leaves = checked.after.logs.values().flatten().filter_map(|entry| entry.leaf.as_deref());
        let named: BTreeSet<[u8; 32]> =
            leaves.flat_map(|leaf| &leaf.place.heads).map(|head| head.note).collect();
        for (hash, (read, bytes)) in &checked.notes {
            // An entry that names a note, or gives a key, may come after it. What has lines by nobody is not kept
            // for that.
            if named.contains(hash) || may_be_known_later(&checked.ring, &read.log, bytes) {
                self.record.put_note(bytes)?;
            }
            let best = self.fullest_note(&read.log, read.size, &read.root)?;
            let all: Vec<&[u8]> = best.iter().map(Vec::as_slice).chain([*bytes]).collect();
            if let Some(merged) = gather(&checked.ring, &read.log, &all)
                && best.as_ref() != Some(&merged)
            {
                self.record.put_note(&merged)?;
            }
        }
        Ok(())
    }

    /// The stored note of this head with the most lines that are known.
    fn fullest_note(
        &self,
        log: &LogId,
        size: u64,
        root: &detente_tlog::Hash,
    ) -> Result<Option<Vec<u8>>, Error> {
        let origin = self.charter.names().origin(log);
        let mut best: Option<(usize, [u8; 32])> = None;
        for (hash, note) in &self.held.notes {
            let fits = note.log == *log && note.size == size && note.root == *root;
            if fits && best.is_none_or(|best| (note.cosigners.len(), *hash) > best) {
                best = Some((note.cosigners.len(), *hash));
            }
        }
        let stored = match best {
            Some((_, hash)) => self.record.note(&hash)?,
            None => None,
        };
        Ok(stored.filter(|note| note.origin == origin).map(|note| note.bytes))
    }

    /// Opens what was sealed for us. A file that contradicts its commitments is kept sealed: whoever needs to can
    /// show it with its key.
    fn open_sealed(&mut self, packet: &Packet<'_>) -> Result<Vec<Position>, Error> {
        let secret = self.lasting_seeds()?.sealing();
        let record = self.charter.record_id();
        let mut opened = Vec::new();
        for ((hash, reader), wrapped) in &packet.keys {
            let Some(file) = packet.sealed.get(hash) else { continue };
            let Some(leaf) = self.leaf_with(hash) else { continue };
            let wrapped_for = WrappedFor { record: &record, author: &leaf.said.party, reader, sha256: hash };
            let Ok(key) = wrapped.unwrap(&secret, wrapped_for) else { continue };
            let Some(item) = leaf.said.sealed.iter().find(|item| item.sha256 == *hash) else { continue };
            if self.is_redacted(&leaf) {
                continue;
            }
            self.record.put_sealed(file)?;
            self.record.put_item_key(hash, ItemKeyFor::Us, key.expose())?;
            if let Ok(openings) = open_fields(&record, &leaf, item, file, &ItemKey::from_bytes(*key.expose()))
            {
                self.put_openings(&leaf, &openings)?;
                opened.push(Position::new(leaf.log(), leaf.place.seq));
            }
        }
        Ok(opened)
    }

    fn leaf_with(&self, sealed: &[u8; 32]) -> Option<Leaf> {
        let leaves = self.held.logs.values().flatten().filter_map(|entry| entry.leaf.as_deref());
        leaves.into_iter().find(|leaf| leaf.said.sealed.iter().any(|item| item.sha256 == *sealed)).cloned()
    }

    /// Content that was redacted is not taken in again.
    fn is_redacted(&self, leaf: &Leaf) -> bool {
        self.state.redactions().contains_key(&Position::new(leaf.log(), leaf.place.seq))
    }

    /// Cosigns the newest head of every other log whose entries are all stored here.
    pub(crate) fn cosign(&mut self, now: Time) -> Result<Vec<(LogId, u64)>, Error> {
        let time = cosign_time(now)?;
        let mut cosigned = Vec::new();
        for log in self.held.logs.keys().filter(|log| log.party != *self.us.id()).cloned().collect::<Vec<_>>()
        {
            if self.is_stopped(&log) {
                continue;
            }
            let origin = self.charter.names().origin(&log);
            let (size, root) = self.record.root_checked(&origin)?;
            let Some((hash, note)) = self.newest_note(&log, size, &root) else { continue };
            if note.cosigners.keys().any(|cosigner| cosigner.party() == Some(self.us.id())) {
                continue;
            }
            let Some(stored) = self.record.note(&hash)? else { continue };
            let parsed = Note::parse(&stored.bytes)?;
            let head = Checkpoint::parse(parsed.text())?;
            let before = self.signer()?.signed(&origin).map_or(0, |head| head.size);
            let proof = self.record.consistency_proof(&origin, before.min(size), size)?;
            let lines = self.signer()?.cosign_head(&head, &proof, time, CosignAs::Mirror)?;
            let note = [stored.bytes.as_slice(), lines.as_bytes()].concat();
            let note = gather(self.state.ring(), &log, &[&note]);
            self.record.put_note(&note.ok_or_else(|| Error::Unknown("a note is not in form".into()))?)?;
            self.derive_files(&origin)?;
            cosigned.push((log, size));
        }
        self.refresh()?;
        Ok(cosigned)
    }

    /// Whether we say nothing more for a log: its key signed two histories, or it was ended.
    pub(crate) fn is_stopped(&self, log: &LogId) -> bool {
        self.has_frozen(log) || self.is_convicted(log) || self.state.is_frozen(log)
    }

    /// The note of this head that has the most cosignatures.
    fn newest_note(&self, log: &LogId, size: u64, root: &detente_tlog::Hash) -> Option<([u8; 32], HeldNote)> {
        let fitting = self
            .held
            .notes
            .iter()
            .filter(|(_, note)| note.log == *log && note.size == size && note.root == *root);
        fitting
            .max_by_key(|(hash, note)| (note.cosigners.len(), **hash))
            .map(|(hash, note)| (*hash, note.clone()))
    }

    /// Appends a receipt for what came, if anything did that wants one. Receipts are not receipted: two nodes would
    /// never come to rest.
    pub(crate) fn acknowledge(
        &mut self,
        new: &[Position],
        now: Time,
        entropy: &mut Entropy,
    ) -> Result<bool, Error> {
        let wants = |position: &&Position| {
            let is_receipt = self.held.leaf(position).is_some_and(|leaf| leaf.said.kind == "ack");
            let had_effect = matches!(self.state.effect(position), Some(Effect::Took));
            // Heads of a log that we ended are not named any more, so nothing in it can be referred to. And what has
            // content for us was received once that is here.
            !is_receipt && had_effect && !self.is_stopped(&position.log) && !self.awaits_content(position)
        };
        let references: Vec<Reference> = new
            .iter()
            .filter(wants)
            .map(|position| self.reference(Rel::Acks, position))
            .collect::<Result<_, _>>()?;
        if references.is_empty() || self.held.size(&self.log) == 0 || !self.says_by_itself() {
            return Ok(false);
        }
        let acks = references.chunks(ACKS_AT_ONCE).map(|chunk| say::ack(chunk.to_vec(), now));
        self.say_all(acks.collect(), now, entropy)?;
        Ok(true)
    }

    /// Whether an entry has content for us that has not come.
    fn awaits_content(&self, position: &Position) -> bool {
        let Some(leaf) = self.held.leaf(position).filter(|leaf| !leaf.said.sealed.is_empty()) else {
            return false;
        };
        let is_ours = leaf.said.aud == "all" || addressee(leaf).as_ref() == Some(self.us.id());
        let (party, epoch) = (position.log.party.as_str(), position.log.epoch);
        let is_here =
            || self.record.fields(party, epoch, position.seq).is_ok_and(|fields| !fields.is_empty());
        self.us.is_party() && is_ours && !self.is_redacted(leaf) && !is_here()
    }

    /// The entries that a party says it has received.
    pub(crate) fn acked_by(&self, party: &PartyId) -> BTreeSet<Position> {
        let logs = self.held.logs.iter().filter(|(log, _)| log.party == *party);
        let leaves = logs.flat_map(|(_, entries)| entries).filter_map(|entry| entry.leaf.as_deref());
        let acks = leaves.filter(|leaf| leaf.said.kind == "ack").flat_map(|leaf| &leaf.said.refs);
        acks.filter_map(|reference| match &reference.target {
            Target::Entry { log, seq, .. } => Some(Position::new(log.clone(), *seq)),
            Target::Statement { .. } => None,
        })
        .collect()
    }
}
