//! What convicts a key: made from what came and what was here, kept, and logged.

use detente_accord::record::{HeldEntry, LogId, Position};
use detente_accord::{Entropy, Time};
use detente_tlog::{EntryIndex, Evidence, EvidenceKind, Hash, KeyType, Note, ProofFile, VerifierKey};

use crate::{Accord, Error, Refused, say};

/// Two heads of one log that contradict each other.
pub(super) struct Fork {
    pub(super) log: LogId,
    pub(super) notes: [Vec<u8>; 2],
    pub(super) growth: Option<Vec<Hash>>,
}

/// Notes of a log that are looked at for a proof.
const NOTES_AT_ONCE: usize = 64;

impl Accord<'_> {
    /// Keeps the evidence of a fork, stops the log here, and says so in ours. Gives the refusal.
    pub(super) fn keep_fork(
        &mut self,
        fork: Fork,
        now: Time,
        entropy: &mut Entropy,
    ) -> Result<Refused, Error> {
        let Fork { log, notes: [a, b], growth } = fork;
        let kind = if growth.is_some() { EvidenceKind::ForkGrow } else { EvidenceKind::ForkSame };
        let key = self.log_key(&log)?;
        let bytes = Evidence::of_notes(key, [&a, &b], growth)?;
        let evidence = self.record.put_evidence(&bytes)?;
        let is_new = !self.has_frozen(&log);
        if is_new && log.party != *self.us.id() && self.recovering().is_empty() {
            let names = self.charter.names();
            let (size, root) = self.last_common(&log)?;
            let drafts = vec![
                say::evidence(kind.name(), names, &log, &evidence),
                say::freeze(names, &log, size, &root),
            ];
            self.say_all(drafts, now, entropy)?;
        }
        Ok(Refused::Fork { log, evidence })
    }

    /// The last head of a log that as many parties as the quorum hold in common, as far as we can see; at least
    /// what we hold ourselves counts.
    pub(crate) fn last_common(&self, log: &LogId) -> Result<(u64, Hash), Error> {
        let k = usize::try_from(self.charter.quorum().k).unwrap_or(usize::MAX);
        let size = match self.state.holders().held_in_common(log, k) {
            0 => self.held.size(log),
            size => size.min(self.held.size(log)),
        };
        Ok((size, self.record.root_at(&self.charter.names().origin(log), size)?))
    }

    /// Evidence about the leaves that came: out of form, out of place, or falling back behind what was named.
    pub(super) fn judge_leaves(
        &mut self,
        log: &LogId,
        from: u64,
        now: Time,
        entropy: &mut Entropy,
    ) -> Result<Vec<[u8; 32]>, Error> {
        let mut found = Vec::new();
        for seq in from..self.held.size(log) {
            let position = Position::new(log.clone(), seq);
            let Some((kind, others)) = self.fault_of(&position)? else { continue };
            let places: Vec<u64> = others.into_iter().chain([seq]).collect();
            let proved =
                places.iter().map(|place| self.prove(log, *place)).collect::<Result<Vec<_>, Error>>()?;
            let borrowed: Vec<(&[u8], &[u8])> =
                proved.iter().map(|(proof, leaf)| (proof.as_slice(), leaf.as_slice())).collect();
            let bytes = Evidence::about_leaves(kind, self.log_key(log)?, &borrowed)?;
            found.push((kind, self.record.put_evidence(&bytes)?));
        }
        let names = self.charter.names();
        let drafts: Vec<_> =
            found.iter().map(|(kind, hash)| say::evidence(kind.name(), names, log, hash)).collect();
        if !drafts.is_empty() && self.recovering().is_empty() {
            self.say_all(drafts, now, entropy)?;
        }
        Ok(found.into_iter().map(|(_, hash)| hash).collect())
    }

    /// What is wrong with an entry for good, and with which earlier entry it disagrees.
    fn fault_of(&self, position: &Position) -> Result<Option<(EvidenceKind, Option<u64>)>, Error> {
        let Some(entry) = self.held.entry(position) else { return Ok(None) };
        if let Some(leaf) = &entry.leaf {
            let fallen = leaf.place.heads.iter().find_map(|head| {
                let before = self.held.logs.get(&position.log).into_iter().flatten().zip(0..position.seq);
                let larger = |(entry, _): &(&HeldEntry, u64)| {
                    let heads = entry.leaf.iter().flat_map(|leaf| &leaf.place.heads);
                    heads.into_iter().any(|other| other.log == head.log && other.size > head.size)
                };
                before.into_iter().find(larger).map(|(_, seq)| seq)
            });
            return Ok(fallen.map(|earlier| (EvidenceKind::Regress, Some(earlier))));
        }
        let origin = self.charter.names().origin(&position.log);
        let bytes = self.record.leaf(&origin, position.seq)?.unwrap_or_default();
        let reads = detente_accord::record::Leaf::decode(&bytes).is_ok();
        Ok(Some((if reads { EvidenceKind::Misplaced } else { EvidenceKind::BadLeaf }, None)))
    }

    /// A proof file and the leaf, under the newest head that covers it, with the log's own line alone.
    fn prove(&self, log: &LogId, seq: u64) -> Result<(Vec<u8>, Vec<u8>), Error> {
        let origin = self.charter.names().origin(log);
        let leaf = self.record.leaf(&origin, seq)?.unwrap_or_default();
        for note in self.record.notes(&origin, seq + 1, NOTES_AT_ONCE)? {
            if note.size <= self.held.size(log) && self.record.root_at(&origin, note.size)? == note.root {
                let path = self.record.inclusion_proof(&origin, seq, note.size)?;
                return Ok((ProofFile::write(EntryIndex::new(seq), &path, &note.bytes)?, leaf));
            }
        }
        Err(Error::Unknown(format!("no head covers {log}/{seq}")))
    }

    fn log_key(&self, log: &LogId) -> Result<&VerifierKey, Error> {
        let keys = self.state.ring().log_keys(log);
        let key = keys.iter().find(|key| key.kind() == KeyType::Ed25519);
        key.ok_or_else(|| Error::Unknown(format!("the key of log {log} is not known")))
    }

    pub(crate) fn has_frozen(&self, log: &LogId) -> bool {
        self.state.freezes().by(log).any(|(party, _)| party == self.us.id())
    }
}

/// The lines of two notes of one checkpoint, as one note.
pub(crate) fn merge(one: &[u8], other: &[u8]) -> Option<Vec<u8>> {
    let (one, other) = (Note::parse(one).ok()?, Note::parse(other).ok()?);
    one.merged(&[other]).map(String::into_bytes)
}
