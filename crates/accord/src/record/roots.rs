//! The roots of logs at the sizes that entries name or that notes carry, as they follow from the entries.

use std::collections::{BTreeMap, BTreeSet};

use detente_tlog::{Frontier, Hash};

use super::held::{Held, HeldEntry};
use super::leaf::Leaf;
use super::names::LogId;

/// Roots by log and size.
#[derive(Clone, Default)]
pub(crate) struct Roots {
    logs: BTreeMap<LogId, OfLog>,
}

#[derive(Clone, Default)]
struct OfLog {
    /// The tree over what is held.
    frontier: Frontier,
    roots: BTreeMap<u64, Hash>,
    /// Sizes beyond what is held.
    ahead: BTreeSet<u64>,
}

impl Roots {
    pub(crate) fn of(held: &Held) -> Roots {
        let mut roots = Roots::default();
        let entries = held.logs.values().flatten();
        for leaf in entries.filter_map(|entry| entry.leaf.as_deref()) {
            for head in &leaf.place.heads {
                roots.want(&head.log, head.size);
            }
        }
        for note in held.notes.values() {
            roots.want(&note.log, note.size);
        }
        for (log, of_log) in &mut roots.logs {
            of_log.grow(held.logs.get(log).map_or(&[], Vec::as_slice));
        }
        roots
    }

    fn want(&mut self, log: &LogId, size: u64) {
        match self.logs.get_mut(log) {
            Some(of_log) => of_log.ahead.insert(size),
            None => self.logs.entry(log.clone()).or_default().ahead.insert(size),
        };
    }

    /// Takes up what a log has more. Nothing if a head or a note that was there before is of what is new.
    pub(crate) fn grow(&mut self, log: &LogId, held: &Held) -> Option<()> {
        let of_log = self.logs.entry(log.clone()).or_default();
        let size = held.size(log);
        // Which of the new sizes are wanted is seen only later.
        let first = of_log.frontier.size() + 1;
        if !of_log.ahead.is_empty() {
            return None;
        }
        of_log.ahead.extend(first..=size);
        of_log.grow(held.logs.get(log)?);
        Some(())
    }

    /// Finds the roots that an entry's heads need. A size beyond what is held is remembered.
    pub(crate) fn want_heads(&mut self, leaf: &Leaf, held: &Held) {
        for head in &leaf.place.heads {
            if head.size > held.size(&head.log) {
                self.want(&head.log, head.size);
            } else if self.get(&head.log, head.size).is_none() {
                self.find(&head.log, head.size, held);
            }
        }
    }

    /// Finds the root that a note needs. Nothing for a size beyond what is held.
    pub(crate) fn want_note(&mut self, log: &LogId, size: u64, held: &Held) -> Option<()> {
        if self.get(log, size).is_none() && size <= held.size(log) {
            self.find(log, size, held);
        }
        self.get(log, size).map(drop)
    }

    /// Takes the root from the tree over what is held, or goes through the log from its beginning. A node names heads
    /// of which it has a note, and those are here; so it is rarely called.
    fn find(&mut self, log: &LogId, size: u64, held: &Held) {
        let mut frontier = Frontier::default();
        let of_log = self.logs.entry(log.clone()).or_default();
        if of_log.frontier.size() == size {
            of_log.roots.insert(size, of_log.frontier.root());
            return;
        }
        let entries = held.logs.get(log).into_iter().flatten();
        for entry in entries.take(usize::try_from(size).unwrap_or(usize::MAX)) {
            let _ = frontier.append(entry.hash, |_, _| ());
        }
        of_log.roots.insert(size, frontier.root());
    }

    /// The root of a log at a size, if the size is wanted and held.
    pub(crate) fn get(&self, log: &LogId, size: u64) -> Option<&Hash> {
        self.logs.get(log)?.roots.get(&size)
    }
}

impl OfLog {
    /// Takes all entries of the log up from where it stands.
    fn grow(&mut self, entries: &[HeldEntry]) {
        let from = usize::try_from(self.frontier.size()).unwrap_or(usize::MAX);
        for entry in entries.iter().skip(from) {
            // A log that is held is within the limit of sizes.
            let _ = self.frontier.append(entry.hash, |_, _| ());
            if self.ahead.remove(&self.frontier.size()) {
                self.roots.insert(self.frontier.size(), self.frontier.root());
            }
        }
    }
}
