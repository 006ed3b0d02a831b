//! What the engine looks up in the entries that are held, kept as they come: it follows from them alone, and nothing of
//! it is stored. Without it each packet would cost a walk through everything that was ever said.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeBounds;

use detente_accord::record::{Held, HeldNote, Leaf, LogId, Position, Target};
use detente_accord::{PartyId, Time};
use detente_tlog::Frontier;

/// The index of what is held.
#[derive(Default)]
pub(crate) struct Index {
    logs: BTreeMap<LogId, OfLog>,
    /// Notes that entries name.
    notes: BTreeSet<[u8; 32]>,
    /// Which entries name a sealed file: one is its author's, and nobody can keep another from naming it too.
    sealed: BTreeMap<[u8; 32], Vec<Position>>,
    parties: BTreeMap<PartyId, OfParty>,
}

#[derive(Default)]
struct OfLog {
    tree: Frontier,
    /// The largest head of each log that its entries name, and by which of them first.
    heads: BTreeMap<LogId, (u64, u64)>,
    /// Entries that fall back behind a head that an earlier one names: the earlier one, then the entry.
    regress: Vec<(u64, u64)>,
    unreadable: Vec<u64>,
    /// Entries with sealed content.
    sealed: Vec<u64>,
    receipt: Option<Time>,
    /// Notes that are held, by size.
    notes: BTreeMap<u64, Vec<[u8; 32]>>,
}

#[derive(Default)]
struct OfParty {
    /// What it says it has received, and when it last said so.
    acked: BTreeMap<Position, Time>,
    /// What it says has no effect.
    told: BTreeSet<Position>,
}

impl Index {
    pub(crate) fn of(held: &Held) -> Index {
        let mut index = Index::default();
        index.grow(held);
        held.notes.iter().for_each(|(hash, note)| index.add_note(*hash, note));
        index
    }

    /// Takes up what is held beyond what was.
    pub(crate) fn grow(&mut self, held: &Held) {
        for (log, entries) in &held.logs {
            let from = self.size(log);
            for (seq, entry) in (0_u64..).zip(entries).skip(usize::try_from(from).unwrap_or(usize::MAX)) {
                let of_log = self.logs.entry(log.clone()).or_default();
                // A log that is held is within the limit of sizes.
                let _ = of_log.tree.append(entry.hash, |_, _| ());
                match entry.leaf.as_deref() {
                    Some(leaf) => {
                        of_log.take(leaf, seq);
                        self.take(log, leaf, seq);
                    }
                    None => of_log.unreadable.push(seq),
                }
            }
        }
    }

    fn take(&mut self, log: &LogId, leaf: &Leaf, seq: u64) {
        self.notes.extend(leaf.place.heads.iter().map(|head| head.note));
        let position = || Position::new(log.clone(), seq);
        for item in &leaf.said.sealed {
            self.sealed.entry(item.sha256).or_default().push(position());
        }
        let said = match leaf.said.kind.as_str() {
            kind @ ("ack" | "error") => kind,
            _ => return,
        };
        let of_party = self.parties.entry(log.party.clone()).or_default();
        for reference in &leaf.said.refs {
            let Target::Entry { log, seq, .. } = &reference.target else { continue };
            let entry = Position::new(log.clone(), *seq);
            if said == "ack" {
                let last = of_party.acked.entry(entry).or_insert(leaf.place.time);
                *last = (*last).max(leaf.place.time);
            } else {
                of_party.told.insert(entry);
            }
        }
    }

    fn size(&self, log: &LogId) -> u64 {
        self.logs.get(log).map_or(0, |of_log| of_log.tree.size())
    }

    /// The tree over what is held of a log.
    pub(crate) fn tree(&self, log: &LogId) -> Frontier {
        self.logs.get(log).map(|of_log| of_log.tree.clone()).unwrap_or_default()
    }

    /// Whether an entry names a note.
    pub(crate) fn names(&self, note: &[u8; 32]) -> bool {
        self.notes.contains(note)
    }

    /// The entries that name a sealed file, in the order in which they came.
    pub(crate) fn with_sealed(&self, sha256: &[u8; 32]) -> &[Position] {
        self.sealed.get(sha256).map_or(&[], Vec::as_slice)
    }

    /// Takes up a note that is held now.
    pub(crate) fn add_note(&mut self, hash: [u8; 32], note: &HeldNote) {
        let of_log = self.logs.entry(note.log.clone()).or_default();
        of_log.notes.entry(note.size).or_default().push(hash);
    }

    /// The notes of a log with these sizes, by size, the largest first.
    pub(crate) fn notes(&self, log: &LogId, sizes: impl RangeBounds<u64>) -> impl Iterator<Item = &[u8; 32]> {
        let of_log = self.logs.get(log).into_iter();
        let notes = of_log.flat_map(move |of_log| {
            of_log.notes.range((sizes.start_bound().cloned(), sizes.end_bound().cloned())).rev()
        });
        notes.flat_map(|(_, hashes)| hashes)
    }

    /// The entries of a log that have sealed content.
    pub(crate) fn sealed_in(&self, log: &LogId) -> &[u64] {
        self.logs.get(log).map_or(&[], |of_log| &of_log.sealed)
    }

    /// When a party last said that it has received an entry.
    pub(crate) fn acked(&self, by: &PartyId, entry: &Position) -> Option<Time> {
        self.parties.get(by)?.acked.get(entry).copied()
    }

    /// Whether a party has said that an entry has no effect.
    pub(crate) fn has_told(&self, by: &PartyId, entry: &Position) -> bool {
        self.parties.get(by).is_some_and(|of_party| of_party.told.contains(entry))
    }

    /// The largest head of each log that the logs of a party name.
    pub(crate) fn named_by(&self, party: &PartyId) -> BTreeMap<&LogId, u64> {
        let mut named: BTreeMap<&LogId, u64> = BTreeMap::new();
        let own = self.logs.iter().filter(|(log, _)| log.party == *party);
        for (log, (size, _)) in own.flat_map(|(_, of_log)| &of_log.heads) {
            let largest = named.entry(log).or_default();
            *largest = (*largest).max(*size);
        }
        named
    }

    /// The first entry from `from` on that falls back behind a head that an earlier one names: that one, and the entry.
    pub(crate) fn regress(&self, log: &LogId, from: u64) -> Option<(u64, u64)> {
        self.logs.get(log)?.regress.iter().find(|(_, seq)| *seq >= from).copied()
    }

    /// The entries from `from` on that say nothing.
    pub(crate) fn unreadable(&self, log: &LogId, from: u64) -> impl Iterator<Item = u64> {
        let all = self.logs.get(log).map_or(&[][..], |of_log| &of_log.unreadable);
        all.iter().copied().filter(move |seq| *seq >= from)
    }

    /// The time of the newest machine receipt of a party, by its own clock.
    pub(crate) fn receipt_of(&self, party: &PartyId) -> Option<Time> {
        let logs = self.logs.iter().filter(|(log, _)| log.party == *party);
        logs.filter_map(|(_, of_log)| of_log.receipt).max()
    }
}

impl OfLog {
    fn take(&mut self, leaf: &Leaf, seq: u64) {
        for head in &leaf.place.heads {
            match self.heads.get(&head.log) {
                Some((size, earlier)) if *size > head.size => self.regress.push((*earlier, seq)),
                _ => {
                    self.heads.insert(head.log.clone(), (head.size, seq));
                }
            }
        }
        if !leaf.said.sealed.is_empty() {
            self.sealed.push(seq);
        }
        if leaf.said.kind == "ack" {
            self.receipt = self.receipt.max(Some(leaf.place.time));
        }
    }
}
