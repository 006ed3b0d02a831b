//! Checking a packet against what is held. Nothing is written here.

use std::collections::{BTreeMap, BTreeSet};

use detente_accord::Rejection;
use detente_accord::record::packet::{LogPart, Packet};
use detente_accord::record::{Held, HeldNote, KeySet, LogId, Offer, Position, Ring, sealed};
use detente_tlog::{
    Checkpoint, Evidence, Frontier, Hash, KeyType, MemoryTree, TreeSize, leaf_hash, roots_of_full_form,
};

use super::evidence::Fork;
use crate::{Accord, Error, Refused, held};

/// A packet that may be kept: what is new in it.
pub(super) struct Checked<'p> {
    /// For each log that grows: the first new index, the new leaves and the note over them.
    pub(super) grown: BTreeMap<LogId, Grown<'p>>,
    /// Notes whose signatures hold, by hash.
    pub(super) notes: BTreeMap<[u8; 32], &'p [u8]>,
    /// What is held once all of it is kept, without the new notes.
    pub(super) after: Held,
    /// The keys that follow from it.
    pub(super) ring: Ring,
    /// Evidence that convicts somebody.
    pub(super) evidence: Vec<&'p [u8]>,
}

/// How a log grows.
pub(super) struct Grown<'p> {
    pub(super) first: u64,
    pub(super) leaves: Vec<&'p [u8]>,
    pub(super) note: &'p [u8],
}

/// Why a packet is not kept.
pub(super) enum Fault {
    Refused(Refused),
    Fork(Fork),
    Ahead { note: Vec<u8>, here: u64, there: u64 },
    Error(Error),
}

impl From<Refused> for Fault {
    fn from(refused: Refused) -> Fault {
        Fault::Refused(refused)
    }
}

fn failed(error: impl Into<Error>) -> Fault {
    Fault::Error(error.into())
}

pub(super) fn check<'p>(accord: &Accord<'_>, packet: &'p Packet<'p>) -> Result<Checked<'p>, Fault> {
    let mut checked = Checked {
        grown: BTreeMap::new(),
        notes: BTreeMap::new(),
        after: accord.held.clone(),
        ring: Ring::of(&accord.charter, &accord.held),
        evidence: Vec::new(),
    };
    read_public(packet, &mut checked.after)?;
    let mut left: BTreeSet<&LogId> = packet.logs.keys().collect();
    // An entry of one log may give the keys of another: whatever can be checked now is, until nothing is left.
    loop {
        checked.ring = Ring::of(&accord.charter, &checked.after);
        let known = left.iter().find(|log| checked.ring.keyset(log).is_some());
        let Some(log) = known.copied() else { break };
        left.remove(log);
        let part = packet.logs.get(log).ok_or_else(|| Refused::UnknownLog(log.clone()))?;
        check_log(accord, &mut checked, log, part)?;
    }
    if let Some(log) = left.first() {
        return Err(Refused::UnknownLog((*log).clone()).into());
    }
    check_bound(accord, packet, &checked)?;
    for (hash, note) in &packet.notes {
        check_note(accord, &mut checked, *hash, note)?;
    }
    check_sealed(packet, &checked.after)?;
    for evidence in packet.evidence.values() {
        if !convicts(&checked, evidence) {
            return Err(Refused::EvidenceEmpty.into());
        }
        checked.evidence.push(evidence);
    }
    if checked.ring.current(&packet.from).is_none() {
        return Err(Refused::UnknownSender(packet.from.clone()).into());
    }
    Ok(checked)
}

/// Key sets and offers in form; whether an entry binds them is seen once all entries are there.
fn read_public(packet: &Packet<'_>, after: &mut Held) -> Result<(), Fault> {
    for bytes in packet.keysets.values() {
        let keys = KeySet::decode(bytes).map_err(failed)?;
        after.keysets.insert(keys.commitment(), keys);
    }
    for (party, bytes) in &packet.offers {
        let offer = Offer::read(bytes).map_err(failed)?;
        if offer.party().id() != party {
            return Err(Refused::FileUnbound(format!("offer/{party}.json")).into());
        }
        after.offers.insert(offer.hash(), offer);
    }
    Ok(())
}

/// Every key set and offer must be one that the record binds.
fn check_bound(accord: &Accord<'_>, packet: &Packet<'_>, checked: &Checked<'_>) -> Result<(), Fault> {
    for (log, bytes) in &packet.keysets {
        let keys = KeySet::decode(bytes).map_err(failed)?;
        if checked.ring.keyset(log) != Some(&keys) {
            return Err(Refused::FileUnbound(format!("keys/{log}.json")).into());
        }
    }
    for (party, bytes) in &packet.offers {
        let offer = Offer::read(bytes).map_err(failed)?;
        let founder = accord.charter.party(party).is_some_and(|founder| founder == offer.party());
        let joined = checked.ring.keyset(&LogId::new(party.clone(), 0)) == Some(offer.party().keys());
        if !founder && !joined {
            return Err(Refused::FileUnbound(format!("offer/{party}.json")).into());
        }
    }
    Ok(())
}

fn check_log<'p>(
    accord: &Accord<'_>,
    checked: &mut Checked<'p>,
    log: &LogId,
    part: &'p LogPart<'p>,
) -> Result<(), Fault> {
    let Some(bytes) = part.checkpoint else {
        return match part.runs.is_empty() {
            true => Ok(()),
            false => Err(Refused::NoCheckpoint(log.clone()).into()),
        };
    };
    let bad = |why| Refused::Note { log: log.clone(), why };
    let (checkpoint, note) = checked.ring.open(bytes).map_err(bad)?;
    if note.log != *log {
        return Err(bad(Rejection::Log(detente_tlog::Rejection::OtherOrigin)).into());
    }
    let held = checked.after.size(log);
    if note.size <= held {
        check_old(accord, log, part, bytes, &note)?;
    } else if log.party == *accord.us.id() {
        // Only we can have written it: this home is older than what we have said.
        return Err(Fault::Ahead { note: bytes.to_vec(), here: held, there: note.size });
    } else {
        check_growth(accord, checked, log, part, bytes, &checkpoint)?;
    }
    checked.notes.insert(sha256(bytes), bytes);
    Ok(())
}

/// A head of entries that are held already.
fn check_old(
    accord: &Accord<'_>,
    log: &LogId,
    part: &LogPart<'_>,
    note: &[u8],
    read: &HeldNote,
) -> Result<(), Fault> {
    let origin = accord.charter.names().origin(log);
    let root = accord.record.root_at(&origin, read.size).map_err(failed)?;
    if root != read.root {
        return fork_below(accord, log, note, read);
    }
    for (seq, leaf) in part.entries() {
        if seq >= read.size {
            return Err(Refused::EntriesBeyond { log: log.clone(), size: read.size }.into());
        }
        let held = accord.held.entry(&Position::new(log.clone(), seq));
        if held.is_some_and(|held| held.hash != leaf_hash(leaf)) {
            return Err(Refused::EntryDiffers { log: log.clone(), seq }.into());
        }
    }
    Ok(())
}

/// A signed head with another root than the entries here have at its size.
fn fork_below(accord: &Accord<'_>, log: &LogId, note: &[u8], read: &HeldNote) -> Result<(), Fault> {
    let origin = accord.charter.names().origin(log);
    let ours = largest_note(accord, log, read.size).map_err(failed)?;
    let Some((ours, size)) = ours else { return Err(Refused::RootDiffers(log.clone()).into()) };
    let growth = if size > read.size {
        Some(accord.record.full_form(&origin, read.size, size).map_err(failed)?)
    } else {
        None
    };
    Err(Fault::Fork(Fork { log: log.clone(), notes: [note.to_vec(), ours], growth }))
}

/// The largest note of a log whose entries are here, of this size at least.
fn largest_note(accord: &Accord<'_>, log: &LogId, size_min: u64) -> Result<Option<(Vec<u8>, u64)>, Error> {
    let origin = accord.charter.names().origin(log);
    let notes = accord.held.notes.iter().filter(|(_, note)| note.log == *log && note.size >= size_min);
    let mut largest: Option<([u8; 32], u64)> = None;
    for (hash, note) in notes.filter(|(_, note)| note.size <= accord.held.size(log)) {
        let agrees = accord.record.root_at(&origin, note.size)? == note.root;
        if agrees && largest.is_none_or(|(_, size)| note.size > size) {
            largest = Some((*hash, note.size));
        }
    }
    let Some((hash, size)) = largest else { return Ok(None) };
    Ok(accord.record.note(&hash)?.map(|note| (note.bytes, size)))
}

fn check_growth<'p>(
    accord: &Accord<'_>,
    checked: &mut Checked<'p>,
    log: &LogId,
    part: &'p LogPart<'p>,
    note: &'p [u8],
    checkpoint: &Checkpoint,
) -> Result<(), Fault> {
    let (held, size) = (checked.after.size(log), checkpoint.size().get());
    let is_frozen = accord.state.freezes().by(log).any(|(party, _)| party == accord.us.id())
        || accord.state.freezes().last_valid(log).is_some_and(|last| size > last);
    let all: Vec<(u64, &'p [u8])> = part.entries().collect();
    if let Some((first, _)) = all.first().filter(|(first, _)| *first > held) {
        return Err(Refused::Gap { log: log.clone(), held, first: *first }.into());
    }
    if all.iter().any(|(seq, _)| *seq >= size) {
        return Err(Refused::EntriesBeyond { log: log.clone(), size }.into());
    }
    let new: Vec<&'p [u8]> = (held..)
        .zip(all.iter().filter(|(seq, _)| *seq >= held))
        .map_while(|(due, (seq, leaf))| (due == *seq).then_some(*leaf))
        .collect();
    let there = held + new.len() as u64;
    if there < size {
        // Without the entries nothing can be stored; but hashes alone may show that the log forked.
        fork_by_growth(accord, log, part, note, checkpoint)?;
        return Err(Refused::EntriesMissing { log: log.clone(), size, there }.into());
    }
    let mut frontier = Frontier::default();
    for entry in checked.after.logs.get(log).into_iter().flatten() {
        frontier.append(entry.hash, |_, _| ()).map_err(failed)?;
    }
    for leaf in &new {
        frontier.append(leaf_hash(leaf), |_, _| ()).map_err(failed)?;
    }
    if frontier.root() != *checkpoint.root() {
        fork_by_growth(accord, log, part, note, checkpoint)?;
        fork_by_entries(accord, log, &all, note, checkpoint)?;
        return Err(Refused::RootDiffers(log.clone()).into());
    }
    if is_frozen {
        return Err(Refused::Frozen(log.clone()).into());
    }
    let entries = checked.after.logs.entry(log.clone()).or_default();
    entries.extend((held..).zip(&new).map(|(seq, leaf)| held::entry(log, seq, leaf)));
    checked.grown.insert(log.clone(), Grown { first: held, leaves: new, note });
    Ok(())
}

/// Hashes that rebuild the new root, and another root than ours at a size whose head the log has signed.
fn fork_by_growth(
    accord: &Accord<'_>,
    log: &LogId,
    part: &LogPart<'_>,
    note: &[u8],
    checkpoint: &Checkpoint,
) -> Result<(), Fault> {
    let Some(growth) = part.growth.as_ref().filter(|growth| growth.newer == checkpoint.size()) else {
        return Ok(());
    };
    let Ok((older, newer)) = roots_of_full_form(growth.older, growth.newer, &growth.hashes) else {
        return Ok(());
    };
    if newer != *checkpoint.root() {
        return Ok(());
    }
    fork_at(accord, log, growth.older, older, growth.hashes.clone(), note)
}

/// The same from a packet that has all entries: the other history is here as a whole.
fn fork_by_entries(
    accord: &Accord<'_>,
    log: &LogId,
    all: &[(u64, &[u8])],
    note: &[u8],
    checkpoint: &Checkpoint,
) -> Result<(), Fault> {
    let hashes: Vec<Hash> = all.iter().map(|(_, leaf)| leaf_hash(leaf)).collect();
    let is_whole = all.iter().zip(0..).all(|((seq, _), due)| *seq == due)
        && hashes.len() as u64 == checkpoint.size().get();
    if !is_whole || detente_tlog::root_of_hashes(hashes.iter().copied()) != *checkpoint.root() {
        return Ok(());
    }
    let tree = tree_of(hashes.iter().copied()).map_err(failed)?;
    let sizes: BTreeSet<u64> =
        accord.held.notes.values().filter(|held| held.log == *log).map(|held| held.size).collect();
    for size in sizes.into_iter().filter(|size| *size > 0 && *size < checkpoint.size().get()) {
        let older = TreeSize::new(size).map_err(failed)?;
        let hashes = detente_tlog::full_form(older, checkpoint.size(), &tree).map_err(failed)?;
        let (root, _) = roots_of_full_form(older, checkpoint.size(), &hashes).map_err(failed)?;
        fork_at(accord, log, older, root, hashes, note)?;
    }
    Ok(())
}

/// A fork if the log has signed another root at `older` than `root`.
fn fork_at(
    accord: &Accord<'_>,
    log: &LogId,
    older: TreeSize,
    root: Hash,
    hashes: Vec<Hash>,
    note: &[u8],
) -> Result<(), Fault> {
    let signed = accord
        .held
        .notes
        .iter()
        .find(|(_, held)| held.log == *log && held.size == older.get() && held.root != root);
    let Some((hash, _)) = signed else { return Ok(()) };
    let Some(ours) = accord.record.note(hash).map_err(failed)? else { return Ok(()) };
    Err(Fault::Fork(Fork { log: log.clone(), notes: [ours.bytes, note.to_vec()], growth: Some(hashes) }))
}

/// A note beside the heads: named by an entry, or passed on.
fn check_note<'p>(
    accord: &Accord<'_>,
    checked: &mut Checked<'p>,
    hash: [u8; 32],
    bytes: &'p [u8],
) -> Result<(), Fault> {
    let opened = checked.ring.open(bytes);
    let (_, note) = match opened {
        Ok(opened) => opened,
        Err(Rejection::Log(detente_tlog::Rejection::UnknownOrigin)) => {
            return Err(Refused::FileUnbound("note".into()).into());
        }
        Err(why) => {
            let log = named_log(accord, bytes).unwrap_or_else(|| accord.log.clone());
            return Err(Refused::Note { log, why }.into());
        }
    };
    let is_known = note.size <= accord.held.size(&note.log);
    if is_known {
        let origin = accord.charter.names().origin(&note.log);
        if accord.record.root_at(&origin, note.size).map_err(failed)? != note.root {
            return fork_below(accord, &note.log, bytes, &note);
        }
    } else if note.log.party == *accord.us.id() {
        let here = accord.held.size(&note.log);
        return Err(Fault::Ahead { note: bytes.to_vec(), here, there: note.size });
    } else if let Some(Grown { note: new, .. }) = checked.grown.get(&note.log)
        && let Some(root) = root_after(&checked.after, &note)
        && root != note.root
    {
        // Both notes came in this packet, and the entries fit only one.
        let (_, newer) = checked.ring.open(new).map_err(failed)?;
        let growth = growth_after(&checked.after, &note, newer.size);
        return Err(Fault::Fork(Fork {
            log: note.log.clone(),
            notes: [bytes.to_vec(), new.to_vec()],
            growth,
        }));
    }
    checked.notes.insert(hash, bytes);
    Ok(())
}

fn root_after(after: &Held, note: &HeldNote) -> Option<Hash> {
    let entries = after.logs.get(&note.log)?;
    let size = usize::try_from(note.size).ok().filter(|size| *size <= entries.len())?;
    Some(detente_tlog::root_of_hashes(entries.iter().take(size).map(|entry| entry.hash)))
}

fn growth_after(after: &Held, note: &HeldNote, newer: u64) -> Option<Vec<Hash>> {
    if note.size >= newer {
        return None;
    }
    let tree = tree_of(after.logs.get(&note.log)?.iter().map(|entry| entry.hash)).ok()?;
    detente_tlog::full_form(TreeSize::new(note.size).ok()?, TreeSize::new(newer).ok()?, &tree).ok()
}

fn tree_of(hashes: impl Iterator<Item = Hash>) -> Result<MemoryTree, detente_tlog::Rejection> {
    let mut tree = MemoryTree::default();
    for hash in hashes {
        tree.append(hash)?;
    }
    Ok(tree)
}

fn named_log(accord: &Accord<'_>, bytes: &[u8]) -> Option<LogId> {
    let note = detente_tlog::Note::parse(bytes).ok()?;
    let checkpoint = Checkpoint::parse(note.text()).ok()?;
    accord.charter.names().log_of(checkpoint.origin())
}

/// Every sealed file is named by an entry, and every key is for one of them.
fn check_sealed(packet: &Packet<'_>, after: &Held) -> Result<(), Fault> {
    let leaves = after.logs.values().flatten().filter_map(|entry| entry.leaf.as_ref());
    let items: BTreeMap<[u8; 32], _> =
        leaves.flat_map(|leaf| &leaf.said.sealed).map(|item| (item.sha256, item)).collect();
    for (hash, file) in &packet.sealed {
        let item = items.get(hash).ok_or(Refused::SealedUnbound)?;
        sealed::check_file(item, file).map_err(|_| Refused::SealedUnbound)?;
    }
    for (hash, reader) in packet.keys.keys() {
        if !packet.sealed.contains_key(hash) || *reader != packet.to {
            return Err(Refused::KeyUnbound.into());
        }
    }
    Ok(())
}

/// Whether an evidence file holds against a key of this record. What leaves say is judged by the rules.
fn convicts(checked: &Checked<'_>, bytes: &[u8]) -> bool {
    let Ok(evidence) = Evidence::parse(bytes) else { return false };
    let logs: Vec<LogId> = checked.ring.logs().cloned().collect();
    let own = logs.iter().flat_map(|log| checked.ring.log_keys(log));
    let keys: Vec<_> = own
        .filter(|key| key.kind() == KeyType::Ed25519)
        .chain(checked.ring.cosigners().iter().map(|(_, key)| key))
        .collect();
    evidence.judge(&keys).is_ok()
}

pub(super) fn sha256(bytes: &[u8]) -> [u8; 32] {
    use sha2::Digest as _;
    sha2::Sha256::digest(bytes).into()
}
