//! What convicts a key: made from what came and what was here, kept, and logged.

use std::collections::{BTreeMap, BTreeSet};

use detente_accord::record::convict::{Conviction, convict};
use detente_accord::record::known::Known;
use detente_accord::record::{Charter, Draft, Leaf, LogId, Offer, Party, Ring, Target};
use detente_accord::{Entropy, Rejection, Time};
use detente_store::record::Record;
use detente_tlog::{EntryIndex, Evidence, EvidenceKind, Hash, KeyType, ProofFile, VerifierKey};

use crate::{Accord, Error, Refused, say};

/// Two heads of one log that contradict each other.
pub(super) struct Fork {
    pub(super) log: LogId,
    pub(super) notes: [Vec<u8>; 2],
    pub(super) growth: Option<Vec<Hash>>,
}

/// Notes of a log that are looked at for a proof.
const NOTES_AT_ONCE: usize = 64;

/// The keys of the record, as evidence is judged by them.
pub(super) fn known<'c, 'o>(
    charter: &'c Charter,
    ring: &Ring,
    offers: impl Iterator<Item = &'o Offer>,
) -> Result<Known<'c>, Rejection> {
    let later = ring.logs().filter(|log| log.epoch > 0);
    let keysets: Vec<_> = later.filter_map(|log| Some((log, ring.keyset(log)?))).collect();
    let mut joined: BTreeMap<LogId, &Party> = BTreeMap::new();
    for party in offers.map(Offer::party) {
        let log = LogId::new(party.id().clone(), 0);
        if charter.party(party.id()).is_none() && ring.keyset(&log) == Some(party.keys()) {
            joined.insert(log, party);
        }
    }
    Known::new(charter, keysets, joined.into_values())
}

/// The logs of which two histories are proved by evidence that is kept. It was judged before it was kept.
pub(crate) fn convicted(record: &Record, charter: &Charter) -> Result<BTreeSet<LogId>, Error> {
    let mut logs = BTreeSet::new();
    for hash in record.evidence_hashes()? {
        let Some(bytes) = record.evidence(&hash)? else { continue };
        let Ok(evidence) = Evidence::parse(&bytes) else { continue };
        if is_fork(evidence.kind()) {
            logs.extend(charter.names().log_of(evidence.origin()));
        }
    }
    Ok(logs)
}

fn is_fork(kind: EvidenceKind) -> bool {
    matches!(kind, EvidenceKind::ForkSame | EvidenceKind::ForkGrow | EvidenceKind::ForkLeaf)
}

impl Accord<'_> {
    /// Keeps the evidence of a fork, stops the log here, and says so in ours. Gives the refusal.
    pub(super) fn keep_fork(
        &mut self,
        fork: Fork,
        now: Time,
        entropy: &mut Entropy,
    ) -> Result<Refused, Error> {
        let Fork { log, notes: [a, b], growth } = fork;
        let bytes = Evidence::of_notes(self.log_key(&log)?, [&a, &b], growth)?;
        let evidence = self.record.put_evidence(&bytes)?;
        self.refresh_convicted()?;
        self.tell_of(&[evidence], now, entropy)?;
        Ok(Refused::Fork { log, evidence })
    }

    /// Keeps evidence that others found, one file for each kind and key: a second one convicts nobody further, and
    /// would only grow every packet.
    pub(super) fn keep_evidence(&mut self, files: &[&[u8]]) -> Result<Vec<[u8; 32]>, Error> {
        let mut held = BTreeSet::new();
        for hash in self.record.evidence_hashes()? {
            held.extend(self.record.evidence(&hash)?.and_then(|bytes| aim(&bytes)));
        }
        let mut new = Vec::new();
        for bytes in files {
            if let Some(aim) = aim(bytes)
                && held.insert(aim)
            {
                new.push(self.record.put_evidence(bytes)?);
            }
        }
        Ok(new)
    }

    /// Says in our log which evidence is here now, and that a log which forked has ended.
    pub(super) fn tell_of(
        &mut self,
        evidence: &[[u8; 32]],
        now: Time,
        entropy: &mut Entropy,
    ) -> Result<(), Error> {
        let mut drafts: Vec<Draft> = Vec::new();
        let mut frozen = BTreeSet::new();
        for hash in evidence {
            let Some(bytes) = self.record.evidence(hash)? else { continue };
            let evidence = Evidence::parse(&bytes)?;
            let names = self.charter.names();
            let Some(log) = names.log_of(evidence.origin()) else { continue };
            if log.party == *self.us.id() {
                continue;
            }
            drafts.push(say::evidence(evidence.kind().name(), names, &log, hash));
            let ends = is_fork(evidence.kind()) && self.state.parties().contains(self.us.id());
            if ends && !self.has_frozen(&log) && frozen.insert(log.clone()) {
                let (size, root) = self.last_common(&log)?;
                drafts.push(say::freeze(names, &log, size, &root));
            }
        }
        if !drafts.is_empty() && self.says_by_itself() {
            self.say_all(drafts, now, entropy)?;
        }
        Ok(())
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

    /// Evidence about the leaves that came: out of form, out of place, or falling back behind what was named. The
    /// first of each kind convicts the key; further ones would let it fill our log.
    pub(super) fn judge_leaves(
        &mut self,
        log: &LogId,
        from: u64,
        now: Time,
        entropy: &mut Entropy,
    ) -> Result<Vec<[u8; 32]>, Error> {
        if self.is_without_fault(log, from) {
            return Ok(Vec::new());
        }
        let known = known(&self.charter, self.state.ring(), self.held.offers.values())?;
        let mut files: Vec<Vec<u8>> = Vec::new();
        for (kind, places) in self.faults_of(log, from, &known)? {
            let proved =
                places.iter().map(|place| self.prove(log, *place)).collect::<Result<Vec<_>, Error>>()?;
            let borrowed: Vec<(&[u8], &[u8])> =
                proved.iter().map(|(proof, leaf)| (proof.as_slice(), leaf.as_slice())).collect();
            let bytes = Evidence::about_leaves(kind, self.log_key(log)?, &borrowed)?;
            // What others would not be convinced by is not said.
            let parsed = Evidence::parse(&bytes)?;
            if matches!(convict(&parsed, &known, true), Ok(Conviction { .. })) {
                files.push(bytes);
            }
        }
        let files: Vec<&[u8]> = files.iter().map(Vec::as_slice).collect();
        let new = self.keep_evidence(&files)?;
        self.tell_of(&new, now, entropy)?;
        Ok(new)
    }

    /// The first entry from `from` on for each fault there is, after the earlier entry with which it disagrees.
    fn faults_of(
        &self,
        log: &LogId,
        from: u64,
        known: &Known<'_>,
    ) -> Result<BTreeMap<EvidenceKind, Vec<u64>>, Error> {
        let mut faults = BTreeMap::new();
        for seq in self.index.unreadable(log, from) {
            faults.entry(self.kind_of_unreadable(log, seq)?).or_insert(vec![seq]);
        }
        for (seq, leaf) in self.leaves_from(log, from) {
            if !known.is_of_record(leaf) {
                faults.entry(EvidenceKind::Misplaced).or_insert(vec![seq]);
            }
        }
        if let Some((earlier, seq)) = self.index.regress(log, from) {
            faults.entry(EvidenceKind::Regress).or_insert(vec![earlier, seq]);
        }
        Ok(faults)
    }

    /// Whether all entries from `from` on are plainly in form: nearly always, and seen without any key.
    fn is_without_fault(&self, log: &LogId, from: u64) -> bool {
        let is_plain = |leaf: &Leaf| {
            let of_files = leaf.said.refs.iter().any(|r| matches!(r.target, Target::Statement { .. }));
            leaf.said.accord == *self.charter.record_id().bytes() && !of_files
        };
        self.index.unreadable(log, from).next().is_none()
            && self.index.regress(log, from).is_none()
            && self.leaves_from(log, from).all(|(_, leaf)| is_plain(leaf))
    }

    fn leaves_from(&self, log: &LogId, from: u64) -> impl Iterator<Item = (u64, &Leaf)> {
        let entries = self.held.logs.get(log).map_or(&[][..], Vec::as_slice);
        let new = (0_u64..).zip(entries).skip(usize::try_from(from).unwrap_or(usize::MAX));
        new.filter_map(|(seq, entry)| Some((seq, entry.leaf.as_deref()?)))
    }

    fn kind_of_unreadable(&self, log: &LogId, seq: u64) -> Result<EvidenceKind, Error> {
        let bytes = self.record.leaf(&self.charter.names().origin(log), seq)?.unwrap_or_default();
        let reads = Leaf::decode(&bytes).is_ok();
        Ok(if reads { EvidenceKind::Misplaced } else { EvidenceKind::BadLeaf })
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

    /// Whether two histories of this log are proved.
    pub(crate) fn is_convicted(&self, log: &LogId) -> bool {
        self.convicted.contains(log)
    }
}

/// What an evidence file is about: the same kind against the same key needs to be kept once.
fn aim(bytes: &[u8]) -> Option<(EvidenceKind, String, Option<String>)> {
    let evidence = Evidence::parse(bytes).ok()?;
    let cosigner = evidence.cosigner().map(|name| name.as_str().to_owned());
    Some((evidence.kind(), evidence.origin().as_str().to_owned(), cosigner))
}
