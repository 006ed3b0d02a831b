//! Labels: how many others hold an entry, and who can no longer deny having had it.

use std::collections::{BTreeMap, BTreeSet};

use detente_tlog::Hash;

use super::entries::Entries;
use crate::PartyId;
use crate::record::known::Opened;
use crate::record::names::LogId;

/// Who names which head of another's log, in entries that are proved.
pub(super) struct Acknowledgements(BTreeMap<(LogId, u64, Hash), BTreeSet<PartyId>>);

impl Acknowledgements {
    pub(super) fn of(entries: &Entries) -> Acknowledgements {
        let mut named: BTreeMap<_, BTreeSet<PartyId>> = BTreeMap::new();
        for (id, leaf) in entries.all_proved() {
            for head in leaf.place.heads.iter().filter(|head| head.log.party != id.log.party) {
                let place = (head.log.clone(), head.size, head.root);
                named.entry(place).or_default().insert(id.log.party.clone());
            }
        }
        Acknowledgements(named)
    }

    /// Who names a head under which the entry has a proof. `notes` are those of its proofs.
    fn of_entry<'n>(&self, notes: impl Iterator<Item = &'n Opened>) -> BTreeSet<&PartyId> {
        let place = |note: &Opened| (note.log.clone(), note.checkpoint.size().get(), *note.checkpoint.root());
        notes.filter_map(|note| self.0.get(&place(note))).flatten().collect()
    }

    /// The labels of an entry, sorted.
    pub(super) fn labels<'n>(&self, notes: impl Iterator<Item = &'n Opened> + Clone) -> Vec<String> {
        let mut labels = held_labels(notes.clone());
        labels.extend(self.of_entry(notes).into_iter().map(|party| format!("acknowledged({party})")));
        labels.sort_unstable();
        labels
    }
}

/// `held(k)`, with the most holders under any one of the notes, and `logged`.
pub(super) fn held_labels<'n>(notes: impl Iterator<Item = &'n Opened>) -> Vec<String> {
    let most = notes.map(|note| note.holders.len()).max().unwrap_or(0);
    let held = (most > 0).then(|| format!("held({most})"));
    held.into_iter().chain(["logged".to_owned()]).collect()
}
