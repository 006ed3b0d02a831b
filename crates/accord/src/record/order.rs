//! The causal order of entries: within a log by index, across logs by the heads that entries name.
//!
//! There is no order beyond that. Two entries neither of which had seen the other are concurrent, and are shown so.

use std::collections::BTreeMap;

use detente_tlog::Hash;

use super::held::{Held, Position};
use super::leaf::Leaf;
use super::names::LogId;

/// How many entries of each log the author of an entry had seen, by number of the log.
type Clock = Vec<u64>;

/// Entries in an order that keeps every entry behind what its author had seen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Order {
    logs: Vec<LogId>,
    clocks: Vec<Vec<Clock>>,
    sequence: Vec<(usize, u64)>,
}

impl Order {
    /// Orders all entries. `rank` breaks ties among concurrent ones; then the log's name does. The result depends
    /// on the set of entries alone.
    pub(crate) fn of(
        held: &Held,
        roots: &BTreeMap<(LogId, u64), Hash>,
        rank: impl Fn(&Position) -> u64,
    ) -> Order {
        let logs: Vec<LogId> = held.logs.keys().cloned().collect();
        let mut order = Order { clocks: vec![Vec::new(); logs.len()], sequence: Vec::new(), logs };
        let sizes: Vec<u64> = order.logs.iter().map(|log| held.size(log)).collect();
        loop {
            let open = order.open(&sizes);
            let ready =
                |log: &usize| order.needs(held, roots, *log).iter().all(|(l, size)| order.done(*l) >= *size);
            let key = |log: &usize| (rank(&order.position(*log, order.done(*log))), *log);
            // Entries that each name the other's future can't both be true; the first by name goes first then.
            let next =
                open.iter().copied().filter(ready).min_by_key(key).or(open.iter().copied().min_by_key(key));
            let Some(log) = next else { return order };
            let clock = order.clock_of_next(held, roots, log);
            let seq = order.done(log);
            if let Some(clocks) = order.clocks.get_mut(log) {
                clocks.push(clock);
            }
            order.sequence.push((log, seq));
        }
    }

    /// All positions, causes before effects.
    pub fn positions(&self) -> impl Iterator<Item = Position> {
        self.sequence.iter().map(|(log, seq)| self.position(*log, *seq))
    }

    /// How many entries of `log` the author of the entry at `position` had seen, its own entry included.
    pub fn seen(&self, position: &Position, log: &LogId) -> u64 {
        let clock = self
            .number(&position.log)
            .and_then(|l| self.clocks.get(l)?.get(usize::try_from(position.seq).ok()?));
        clock.zip(self.number(log)).and_then(|(clock, l)| clock.get(l).copied()).unwrap_or(0)
    }

    /// Whether the author of `later` had seen `earlier` when it wrote.
    pub fn had_seen(&self, later: &Position, earlier: &Position) -> bool {
        later != earlier && self.seen(later, &earlier.log) > earlier.seq
    }

    /// Whether neither author had seen the other's entry.
    pub fn are_concurrent(&self, one: &Position, other: &Position) -> bool {
        one != other && !self.had_seen(one, other) && !self.had_seen(other, one)
    }

    fn open(&self, sizes: &[u64]) -> Vec<usize> {
        (0..self.logs.len())
            .filter(|log| sizes.get(*log).is_some_and(|size| self.done(*log) < *size))
            .collect()
    }

    fn done(&self, log: usize) -> u64 {
        self.clocks.get(log).map_or(0, |clocks| clocks.len() as u64)
    }

    fn number(&self, log: &LogId) -> Option<usize> {
        self.logs.binary_search(log).ok()
    }

    fn position(&self, log: usize, seq: u64) -> Position {
        // Numbers of logs come from this list alone.
        Position::new(self.logs.get(log).cloned().expect("a number of a log"), seq)
    }

    /// What must stand before the next entry of a log: how many entries of which other logs.
    fn needs(&self, held: &Held, roots: &BTreeMap<(LogId, u64), Hash>, log: usize) -> Vec<(usize, u64)> {
        let next = self.position(log, self.done(log));
        held.leaf(&next).map_or_else(Vec::new, |leaf| self.heads(held, roots, leaf))
    }

    /// The heads of an entry that agree with what is held. A head beyond it counts as far as it is held; one with
    /// another root says nothing about the entries that are here.
    fn heads(&self, held: &Held, roots: &BTreeMap<(LogId, u64), Hash>, leaf: &Leaf) -> Vec<(usize, u64)> {
        let heads = leaf.place.heads.iter().filter_map(|head| {
            let log = self.number(&head.log)?;
            let here = held.size(&head.log);
            let agrees = head.size > here || roots.get(&(head.log.clone(), head.size)) == Some(&head.root);
            agrees.then_some((log, head.size.min(here)))
        });
        heads.collect()
    }

    fn clock_of_next(&self, held: &Held, roots: &BTreeMap<(LogId, u64), Hash>, log: usize) -> Clock {
        let mut clock = self
            .clocks
            .get(log)
            .and_then(|clocks| clocks.last().cloned())
            .unwrap_or_else(|| vec![0; self.logs.len()]);
        for (other, size) in self.needs(held, roots, log) {
            // What the author of the last entry under that head had seen, this author has seen too.
            let last =
                size.checked_sub(1).and_then(|last| self.clocks.get(other)?.get(usize::try_from(last).ok()?));
            for (mine, theirs) in clock.iter_mut().zip(last.into_iter().flatten()) {
                *mine = (*mine).max(*theirs);
            }
            if let Some(mine) = clock.get_mut(other) {
                *mine = (*mine).max(size);
            }
        }
        if let Some(own) = clock.get_mut(log) {
            *own = self.done(log) + 1;
        }
        clock
    }
}
