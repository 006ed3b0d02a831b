//! Reading a record from disk into what the rules work on.

use std::sync::Arc;

use detente_accord::PartyId;
use detente_accord::record::{
    Charter, Held, HeldEntry, HeldNote, KeySet, Leaf, LogId, Offer, Ring, RulesFile,
};
use detente_store::record::Record;
use detente_tlog::{KeyName, Note, leaf_hash};
use sha2::{Digest, Sha256};

use crate::Error;

/// Kinds of public files.
pub(crate) const OFFER: &str = "offer";
pub(crate) const KEYSET: &str = "keyset";
pub(crate) const RULES: &str = "rules";

/// How many leaves are read at a time.
const LEAVES_AT_ONCE: usize = 4096;
/// How many notes of one log are looked at.
const NOTES_MAX: usize = 1 << 20;

/// Everything that is held.
pub(crate) fn load(record: &Record, charter: &Charter) -> Result<Held, Error> {
    let mut held = Held::default();
    for name in record.public_files(KEYSET)? {
        if let Some(keys) = record.public_file(KEYSET, &name)?.and_then(|bytes| KeySet::decode(&bytes).ok()) {
            held.keysets.insert(keys.commitment(), keys);
        }
    }
    for name in record.public_files(OFFER)? {
        if let Some(offer) = record.public_file(OFFER, &name)?.and_then(|bytes| Offer::read(&bytes).ok()) {
            held.offers.insert(offer.hash(), offer);
        }
    }
    for name in record.public_files(RULES)? {
        if let Some(bytes) = record.public_file(RULES, &name)?
            && let Ok(file) = RulesFile::decode(&bytes)
        {
            held.rules.insert(Sha256::digest(&bytes).into(), file);
        }
    }
    let logs = record.logs()?;
    for state in &logs {
        if let Some(log) = charter.names().log_of(&state.origin) {
            let entries = held.logs.entry(log.clone()).or_default();
            while (entries.len() as u64) < state.size {
                let from = entries.len() as u64;
                let leaves = record.leaves(&state.origin, from..state.size, LEAVES_AT_ONCE)?;
                if leaves.is_empty() {
                    break;
                }
                entries.extend((from..).zip(&leaves).map(|(seq, bytes)| entry(&log, seq, bytes)));
            }
        }
    }
    held.logs.retain(|_, entries| !entries.is_empty());
    let ring = Ring::of(charter, &held);
    for state in &logs {
        for note in record.notes(&state.origin, 0, NOTES_MAX)? {
            if let Some(read) = self::note(charter, &ring, &note.bytes) {
                held.notes.insert(note.hash, read);
            }
        }
    }
    Ok(held)
}

/// A note as it is stored. Its signatures were checked before that, and its hash when it was read: but for those by
/// keys that came later.
pub(crate) fn note(charter: &Charter, ring: &Ring, bytes: &[u8]) -> Option<HeldNote> {
    match has_later_line(charter, ring, bytes) {
        true => ring.open(bytes).ok().map(|(_, read)| read),
        false => ring.read_stored(bytes),
    }
}

/// Whether a note has a line by a key that is not the charter's: nobody could check it before that key came.
fn has_later_line(charter: &Charter, ring: &Ring, bytes: &[u8]) -> bool {
    let Ok(note) = Note::parse(bytes) else { return false };
    let is_later = |party: Option<&PartyId>, name: &KeyName| {
        let log =
            party.filter(|party| charter.party(party).is_some()).map(|party| LogId::new(party.clone(), 0));
        let names = charter.names();
        party.is_some() && !log.is_some_and(|log| *name == names.mirror(&log) || *name == names.witness(&log))
    };
    let mut later = ring.cosigners().iter().filter(|(cosigner, key)| is_later(cosigner.party(), key.name()));
    later.any(|(_, key)| note.signatures().iter().any(|line| line.is_by(key)))
}

/// An entry as it is judged: a leaf that does not read, or that stands elsewhere than it says, says nothing.
pub(crate) fn entry(log: &LogId, seq: u64, bytes: &[u8]) -> HeldEntry {
    let leaf = Leaf::decode(bytes).ok().filter(|leaf| leaf.log() == *log && leaf.place.seq == seq);
    HeldEntry { hash: leaf_hash(bytes), leaf: leaf.map(Arc::new) }
}
