//! Finding that a log has forked: two heads under one key that can't both be true.

use std::collections::BTreeSet;

use detente_accord::record::packet::LogPart;
use detente_accord::record::{HeldNote, LogId};
use detente_tlog::{Checkpoint, Hash, MemoryTree, TreeSize, leaf_hash, roots_of_full_form};

use super::check::{Checked, Fault, failed, root_after};
use super::evidence::Fork;
use crate::{Accord, Error, Refused};

/// The root that the entries held here have at the size of a note; `None` beyond them.
pub(super) fn root_here(accord: &Accord<'_>, note: &HeldNote) -> Result<Option<Hash>, Fault> {
    if note.size == 0 {
        return Ok(Some(Hash::of_empty_tree()));
    }
    if note.size > accord.held.size(&note.log) {
        return Ok(None);
    }
    let origin = accord.charter.names().origin(&note.log);
    accord.record.root_at(&origin, note.size).map(Some).map_err(failed)
}

/// A signed head with another root than the entries here have at its size.
pub(super) fn below(accord: &Accord<'_>, log: &LogId, note: &[u8], read: &HeldNote) -> Result<(), Fault> {
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
        let is_larger = largest.is_none_or(|(_, size)| note.size > size);
        if is_larger && accord.record.root_at(&origin, note.size)? == note.root {
            largest = Some((*hash, note.size));
        }
    }
    let Some((hash, size)) = largest else { return Ok(None) };
    Ok(accord.record.note(&hash)?.map(|note| (note.bytes, size)))
}

/// Another head of the same size, here or in the packet, whether its entries have come or not.
pub(super) fn same_size(
    accord: &Accord<'_>,
    checked: &Checked<'_>,
    bytes: &[u8],
    note: &HeldNote,
) -> Result<(), Fault> {
    let differs =
        |other: &HeldNote| other.log == note.log && other.size == note.size && other.root != note.root;
    let came = checked.notes.values().find(|(other, _)| differs(other)).map(|(_, bytes)| bytes.to_vec());
    let other = match came {
        Some(bytes) => Some(bytes),
        None => match accord.notes_of(&note.log, note.size..=note.size).find(|(_, other)| differs(other)) {
            Some((hash, _)) => accord.record.note(hash).map_err(failed)?.map(|stored| stored.bytes),
            None => None,
        },
    };
    let Some(other) = other else { return Ok(()) };
    Err(Fault::Fork(Fork { log: note.log.clone(), notes: [bytes.to_vec(), other], growth: None }))
}

/// A note that contradicts the entries which came in the same packet, under a larger head.
pub(super) fn within_packet(
    accord: &Accord<'_>,
    checked: &Checked<'_>,
    bytes: &[u8],
    note: &HeldNote,
) -> Result<(), Fault> {
    let Some(grown) = checked.grown.get(&note.log) else { return Ok(()) };
    match root_after(accord, checked, &note.log, note.size) {
        Some(root) if root != note.root => {
            let newer = checked.size(accord, &note.log);
            let growth = growth_after(accord, checked, &note.log, note.size, newer);
            let notes = [bytes.to_vec(), grown.note.to_vec()];
            Err(Fault::Fork(Fork { log: note.log.clone(), notes, growth }))
        }
        _ => Ok(()),
    }
}

/// Notes that came before their entries, which are here now and do not fit.
pub(super) fn by_earlier_notes(
    accord: &Accord<'_>,
    checked: &Checked<'_>,
    log: &LogId,
    note: &[u8],
    size: u64,
) -> Result<(), Fault> {
    let held = accord.held.size(log);
    for (hash, earlier) in accord.notes_of(log, held + 1..size) {
        if root_after(accord, checked, log, earlier.size) == Some(earlier.root) {
            continue;
        }
        let Some(stored) = accord.record.note(hash).map_err(failed)? else { continue };
        let growth = growth_after(accord, checked, log, earlier.size, size);
        return Err(Fault::Fork(Fork { log: log.clone(), notes: [stored.bytes, note.to_vec()], growth }));
    }
    Ok(())
}

/// Hashes that rebuild the new root, and another root than ours at a size whose head the log has signed.
pub(super) fn by_growth(
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
    at(accord, log, growth.older, older, growth.hashes.clone(), note)
}

/// The same from a packet that has all entries: the other history is here as a whole.
pub(super) fn by_entries(
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
        at(accord, log, older, root, hashes, note)?;
    }
    Ok(())
}

/// A fork if the log has signed another root at `older` than `root`.
fn at(
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

fn growth_after(
    accord: &Accord<'_>,
    checked: &Checked<'_>,
    log: &LogId,
    older: u64,
    newer: u64,
) -> Option<Vec<Hash>> {
    if older >= newer {
        return None;
    }
    let tree = tree_of(checked.hashes(accord, log)).ok()?;
    detente_tlog::full_form(TreeSize::new(older).ok()?, TreeSize::new(newer).ok()?, &tree).ok()
}

fn tree_of(hashes: impl Iterator<Item = Hash>) -> Result<MemoryTree, detente_tlog::Rejection> {
    let mut tree = MemoryTree::default();
    for hash in hashes {
        tree.append(hash)?;
    }
    Ok(tree)
}
