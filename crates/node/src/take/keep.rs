//! Keeping a checked packet: content, entries, notes, then the cosignature, then our own entry that names it all.

use std::collections::BTreeSet;
use std::sync::Arc;

use detente_accord::record::packet::Packet;
use detente_accord::record::sealed::{WrappedFor, open_fields};
use detente_accord::record::{Effect, HeldNote, Leaf, LogId, Position, Reference, Rel};
use detente_accord::{Entropy, Time};
use detente_store::record::{CosignAs, ItemKeyFor};
use detente_tlog::{Checkpoint, Note};

use super::Taken;
use super::check::{Checked, sha256};
use super::lines::{gather, may_be_known_later};
use crate::append::cosign_time;
use crate::held::{KEYSET, OFFER, RULES};
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
        if checked.changes_keys() {
            self.refresh()?;
        } else {
            // In memory as on disk, without reading the disk again.
            checked.grow(&mut self.held);
            for note in checked.grown.values().map(|grown| grown.note) {
                self.hold_note(sha256(note), note);
            }
            self.follow();
        }
        if !taken.evidence.is_empty() {
            self.refresh_convicted()?;
        }
        let opened = self.open_sealed(packet)?;
        taken.opened = opened.len();
        if self.recovering().is_empty() {
            self.tell_of(&taken.evidence.clone(), now, entropy)?;
            taken.cosigned = self.cosign(now)?;
            for (log, grown) in &checked.grown {
                taken.evidence.extend(self.judge_leaves(log, grown.first, now, entropy)?);
            }
            // Content may come behind its entry, which another party passed on, or days later to an observer: that
            // is said a second time, or it would be sent for ever.
            let known = |place: &Position| self.index.acked(self.us.id(), place).is_some();
            let said = |place: &Position| known(place) && !self.is_delayed(place);
            let late = opened.into_iter().filter(|place| !new.contains(place) && !said(place));
            let due: Vec<Position> = new.iter().cloned().chain(late).collect();
            taken.acknowledged = self.acknowledge(&due, now, entropy)?;
            self.confirm_silences(now, entropy)?;
            taken.answered = !new.is_empty() && self.answer(&new, now, entropy)?;
        }
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
        let named: BTreeSet<[u8; 32]> =
            checked.new_leaves().flat_map(|leaf| &leaf.place.heads).map(|head| head.note).collect();
        for (hash, (read, bytes)) in &checked.notes {
            // Before this one is held too: it may have as many lines, and others.
            let best = self.fullest_note(&read.log, read.size, &read.root)?;
            // An entry that names a note, or gives a key, may come after it. What has lines by nobody is not kept
            // for that.
            let is_named = named.contains(hash) || self.index.names(hash);
            if is_named || may_be_known_later(checked.ring(self), &read.log, bytes) {
                self.keep_note(bytes)?;
            }
            let all: Vec<&[u8]> = best.iter().map(Vec::as_slice).chain([*bytes]).collect();
            if let Some(merged) = gather(checked.ring(self), &read.log, &all)
                && best.as_ref() != Some(&merged)
            {
                self.keep_note(&merged)?;
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
        let fitting = self.notes_of(log, size..=size).filter(|(_, note)| note.root == *root);
        let best = fitting.map(|(hash, note)| (note.cosigners.len(), *hash)).max();
        let stored = match best {
            Some((_, hash)) => self.record.note(&hash)?,
            None => None,
        };
        Ok(stored.filter(|note| note.origin == origin).map(|note| note.bytes))
    }

    /// Opens what was sealed for us, and gives the entries whose content is here now and was not before. A file that
    /// contradicts its commitments is kept sealed: whoever needs to can show it with its key.
    fn open_sealed(&mut self, packet: &Packet<'_>) -> Result<Vec<Position>, Error> {
        let mut opened = Vec::new();
        if packet.keys.is_empty() {
            return Ok(opened);
        }
        let secret = self.lasting_seeds()?.sealing();
        let record = self.charter.record_id();
        for ((hash, reader), wrapped) in &packet.keys {
            let Some(file) = packet.sealed.get(hash) else { continue };
            let unwrapped = self.naming(hash).find_map(|leaf| {
                let of = WrappedFor { record: &record, author: &leaf.said.party, reader, sha256: hash };
                Some((wrapped.unwrap(&secret, of).ok()?, leaf.clone()))
            });
            let Some((key, leaf)) = unwrapped else { continue };
            let position = Position::new(leaf.log(), leaf.place.seq);
            let Some(item) = leaf.said.sealed.iter().find(|item| item.sha256 == *hash) else { continue };
            let is_new = self.record.item_key(hash, ItemKeyFor::Us)?.is_none();
            if self.is_redacted(&position) || !is_new {
                continue;
            }
            self.record.put_sealed(file)?;
            if let Ok(openings) = open_fields(&record, &leaf, item, file, &key) {
                self.put_openings(&leaf, &openings)?;
                opened.push(position);
            } else {
                // Perhaps a part of an exhibit: what opened it may have come before.
                opened.extend(self.opens_of(&position).map(|(open, _)| open));
            }
            // Last: whatever is cut off before is done again.
            self.record.put_item_key(hash, ItemKeyFor::Us, key.expose())?;
        }
        opened.sort_unstable();
        opened.dedup();
        Ok(opened)
    }

    /// The entries that name a sealed file.
    fn naming(&self, file: &[u8; 32]) -> impl Iterator<Item = &Arc<Leaf>> {
        let places = self.index.with_sealed(file).iter();
        places.filter_map(|place| self.held.entry(place)?.leaf.as_ref())
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
            self.keep_note(&note.ok_or_else(|| Error::Unknown("a note is not in form".into()))?)?;
            self.derive_files(&origin)?;
            cosigned.push((log, size));
        }
        self.follow();
        Ok(cosigned)
    }

    /// Whether we say nothing more for a log: its key signed two histories, or it was ended.
    pub(crate) fn is_stopped(&self, log: &LogId) -> bool {
        self.has_frozen(log) || self.is_convicted(log) || self.state.is_frozen(log)
    }

    /// The note of this head that has the most cosignatures.
    fn newest_note(&self, log: &LogId, size: u64, root: &detente_tlog::Hash) -> Option<([u8; 32], HeldNote)> {
        let fitting = self.notes_of(log, size..=size).filter(|(_, note)| note.root == *root);
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

    /// Whether we read the content of an entry some days after it was said.
    fn is_delayed(&self, position: &Position) -> bool {
        let leaf = self.held.leaf(position);
        leaf.is_some_and(|leaf| {
            self.readable_from(self.us.id(), leaf).is_some_and(|from| from > leaf.place.time)
        })
    }

    /// Whether an entry has content for us, due at once, that has not come.
    fn awaits_content(&self, position: &Position) -> bool {
        let Some(leaf) = self.held.leaf(position).filter(|leaf| !leaf.said.sealed.is_empty()) else {
            return false;
        };
        let is_due = self.readable_from(self.us.id(), leaf) == Some(leaf.place.time);
        is_due && !self.is_redacted(position) && !self.is_content_here(position).unwrap_or(true)
    }

    /// Whether the fields of an entry are here, and every item of an exhibit that it opens to us.
    fn is_content_here(&self, position: &Position) -> Result<bool, Error> {
        let (party, epoch) = (position.log.party.as_str(), position.log.epoch);
        if self.record.fields(party, epoch, position.seq)?.is_empty() {
            return Ok(false);
        }
        let commit = self.commit_of(position).filter(|commit| !self.is_redacted(commit));
        let Some(commit) = commit.and_then(|commit| self.held.leaf(&commit)) else { return Ok(true) };
        for item in self.opened_by(position)?.unwrap_or_default() {
            if !self.is_item_here(commit, &item)? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
