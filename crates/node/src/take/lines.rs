//! The signature lines of one head, gathered from its notes.

use std::collections::BTreeMap;

use detente_accord::record::{LogId, Ring};
use detente_tlog::{KeyType, Note, SIGNATURE_LINES_MAX, SignatureLine, VerifierKey};

/// One note with every line of these that is by a known key, in the order of the keys: the log's own first.
///
/// Lines by others say nothing, and would let anybody fill a note until no cosignature fits. Of two by one key the
/// earlier counts, so that it does not matter which came first. `None` if the notes are not of one head.
pub(super) fn gather(ring: &Ring, log: &LogId, notes: &[&[u8]]) -> Option<Vec<u8>> {
    let notes = notes.iter().map(|bytes| Note::parse(bytes).ok()).collect::<Option<Vec<_>>>()?;
    let text = notes.first()?.text();
    if notes.iter().any(|note| note.text() != text) {
        return None;
    }
    let own = ring.log_keys(log);
    let others = ring.cosigners().iter().filter(|(cosigner, _)| cosigner.party() != Some(&log.party));
    let keys: Vec<&VerifierKey> = own.iter().chain(others.map(|(_, key)| key)).collect();
    let mut lines: BTreeMap<usize, &SignatureLine<'_>> = BTreeMap::new();
    for line in notes.iter().flat_map(Note::signatures) {
        let Some(key) = keys.iter().position(|key| line.is_by(key)) else { continue };
        let time = |line: &SignatureLine<'_>| {
            keys.get(key).filter(|key| key.kind() != KeyType::Ed25519).and_then(|_| line.stated_time())
        };
        let rank = |line: &SignatureLine<'_>| (time(line), line.line().to_owned());
        if lines.get(&key).is_none_or(|known| rank(line) < rank(known)) {
            lines.insert(key, line);
        }
    }
    let mut note = format!("{text}\n");
    for line in lines.values().take(SIGNATURE_LINES_MAX) {
        note += line.line();
        note += "\n";
    }
    Some(note.into_bytes())
}

/// Whether every line that is by nobody known is one that a later key of this record may have made, and they are
/// few: the entry that gives the key may come after the note.
pub(super) fn may_be_known_later(ring: &Ring, log: &LogId, bytes: &[u8]) -> bool {
    let Ok(note) = Note::parse(bytes) else { return false };
    let own = ring.log_keys(log).iter();
    let keys: Vec<&VerifierKey> = own.chain(ring.cosigners().iter().map(|(_, key)| key)).collect();
    let mirror = ring.names().mirror(log).as_str().to_owned();
    let prefix = mirror.strip_suffix(&log.to_string()).unwrap_or(&mirror);
    let mut unknown = note.signatures().iter().filter(|line| !keys.iter().any(|key| line.is_by(key)));
    let count = note.signatures().iter().filter(|line| !keys.iter().any(|key| line.is_by(key))).count();
    count <= LATER_LINES_MAX && unknown.all(|line| line.name().starts_with(prefix))
}

/// Lines by keys to come under one note.
const LATER_LINES_MAX: usize = 8;
