//! Steps 8 and 9: the notes of a bundle, each checked once, and the heads that entries name.

use std::collections::BTreeMap;

use detente_tlog::{Checkpoint, Note, ProofFile};
use sha2::{Digest, Sha256};

use super::entries::Entries;
use super::{Failure, Options, Reason};
use crate::Rejection;
use crate::record::bundle::Bundle;
use crate::record::held::Position;
use crate::record::known::{Checks, Known, Opened};
use crate::record::names::LogId;

/// Every note of a bundle. Many proofs carry the same one.
pub(super) struct Notes<'a> {
    known: &'a Known<'a>,
    options: Options,
    opened: BTreeMap<&'a [u8], Opened>,
    by_proof: BTreeMap<Position, BTreeMap<u64, &'a [u8]>>,
    by_hash: BTreeMap<[u8; 32], &'a [u8]>,
    by_size: BTreeMap<(LogId, u64), Vec<&'a [u8]>>,
}

impl<'a> Notes<'a> {
    pub(super) fn new(known: &'a Known<'a>, options: Options) -> Notes<'a> {
        let (opened, by_proof) = (BTreeMap::new(), BTreeMap::new());
        Notes { known, options, opened, by_proof, by_hash: BTreeMap::new(), by_size: BTreeMap::new() }
    }

    /// Step 8: every line by a known key holds, in the notes of all proofs and heads. Files in `head/` that are no
    /// notes of the record wait for the next step.
    pub(super) fn open_all(&mut self, bundle: &Bundle<'a>) -> Result<(), Failure> {
        for (id, files) in &bundle.entries {
            for (size, bytes) in &files.proofs {
                let place = || format!("entry/{id}.{size}.tlog-proof");
                let failure = |rejection| Failure::new(Reason::BadSignature, place(), rejection);
                let proof = ProofFile::parse(bytes).map_err(|refused| failure(Rejection::Log(refused)))?;
                self.open(proof.note()).map_err(failure)?;
                self.by_proof.entry(id.clone()).or_default().insert(*size, proof.note());
            }
        }
        for (hash, note) in &bundle.heads {
            if checkpoint(note).is_some_and(|head| self.known.log_of(head.origin()).is_some()) {
                let place = format!("head/{}.note", super::text::hex(hash));
                self.open(note).map_err(|rejection| Failure::new(Reason::BadSignature, place, rejection))?;
                self.by_hash.insert(*hash, note);
            }
        }
        Ok(())
    }

    fn open(&mut self, note: &'a [u8]) -> Result<(), Rejection> {
        if !self.opened.contains_key(note) {
            let checks = Checks { ml_dsa: self.options.ml_dsa, log_line: true };
            let opened = self.known.open(note, checks)?;
            let place = (opened.log.clone(), opened.checkpoint.size().get());
            self.by_size.entry(place).or_default().push(note);
            self.opened.insert(note, opened);
        }
        Ok(())
    }

    /// The notes of the proofs of an entry, by the size of the tree.
    pub(super) fn of_entry(&self, entry: &Position) -> impl Iterator<Item = &Opened> {
        self.by_proof
            .get(entry)
            .into_iter()
            .flat_map(BTreeMap::values)
            .filter_map(|note| self.opened.get(note))
    }

    /// A note of `head/`.
    pub(super) fn head(&self, hash: &[u8; 32]) -> Option<&Opened> {
        self.opened.get(self.by_hash.get(hash)?)
    }

    /// The notes of a log at a size.
    pub(super) fn of_size(&self, log: &LogId, size: u64) -> impl Iterator<Item = &Opened> {
        let notes = self.by_size.get(&(log.clone(), size));
        notes.into_iter().flatten().filter_map(|note| self.opened.get(note))
    }
}

/// Step 9: every file in `head/` is a note of the record under its hash, and the heads that entries name are these.
pub(super) fn check_heads(bundle: &Bundle<'_>, known: &Known<'_>, entries: &Entries) -> Result<(), Failure> {
    let mut heads = BTreeMap::new();
    for (hash, note) in &bundle.heads {
        let place = || format!("head/{}.note", super::text::hex(hash));
        let misfit = || Failure::misfit(Reason::BadHead, place());
        let head = checkpoint(note).ok_or_else(misfit)?;
        let log = known.log_of(head.origin()).ok_or_else(misfit)?;
        if *hash != <[u8; 32]>::from(Sha256::digest(note)) {
            return Err(misfit());
        }
        heads.insert(*hash, (log, head));
    }
    for (id, leaf) in entries.all() {
        for named in &leaf.place.heads {
            let Some((log, head)) = heads.get(&named.note) else { continue };
            let is_same = *log == named.log && head.size().get() == named.size && *head.root() == named.root;
            if !is_same {
                return Err(Failure::misfit(Reason::BadHead, format!("entry/{id}.json")));
            }
        }
    }
    Ok(())
}

fn checkpoint(note: &[u8]) -> Option<Checkpoint> {
    Checkpoint::parse(Note::parse(note).ok()?.text()).ok()
}
