//! Reading a record from disk into what the rules work on.

use detente_accord::record::{Charter, Held, HeldEntry, KeySet, Leaf, LogId, Offer, Ring};
use detente_store::record::Record;
use detente_tlog::leaf_hash;

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
            // Signatures were checked before it was stored, and its hash when it was read.
            if let Some(read) = ring.read_stored(&note.bytes) {
                held.notes.insert(note.hash, read);
            }
        }
    }
    Ok(held)
}

/// An entry as it is judged: a leaf that does not read, or that stands elsewhere than it says, says nothing.
pub(crate) fn entry(log: &LogId, seq: u64, bytes: &[u8]) -> HeldEntry {
    let leaf = Leaf::decode(bytes).ok().filter(|leaf| leaf.log() == *log && leaf.place.seq == seq);
    HeldEntry { hash: leaf_hash(bytes), leaf }
}
