//! The causal order of entries: within a log by index, across logs by the heads that entries name.
//!
//! There is no order beyond that. Two entries neither of which had seen the other are concurrent, and are shown so.

mod blocks;

use super::held::{Held, Position};
use super::leaf::Leaf;
use super::names::LogId;
use super::roots::Roots;

pub use blocks::Block;

/// Entries in an order that keeps every entry behind what its author had seen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Order {
    logs: Vec<LogId>,
    /// For each log, entry after entry: how many entries of each log its author had seen, by number of the log.
    clocks: Vec<Vec<u64>>,
    sequence: Vec<(usize, u64)>,
    /// Whether an entry had to be placed before what it needs.
    is_forced: bool,
}

/// The next entry of a log.
struct Next {
    rank: u64,
    /// What must stand before it: how many entries of which logs.
    needs: Vec<(usize, u64)>,
}

impl Order {
    /// Orders all entries. `rank` breaks ties among concurrent ones; then the log's name does. The result depends
    /// on the set of entries alone.
    pub(crate) fn of(held: &Held, roots: &Roots, rank: impl Fn(&Position) -> u64) -> Order {
        let logs: Vec<LogId> = held.logs.keys().cloned().collect();
        let clocks = vec![Vec::new(); logs.len()];
        let mut order = Order { logs, clocks, sequence: Vec::new(), is_forced: false };
        let mut open: Vec<Option<Next>> =
            (0..order.logs.len()).map(|log| order.next(held, roots, log, &rank)).collect();
        while let Some(log) = order.choose(&open) {
            let needs = open.get_mut(log).and_then(Option::take).map(|next| next.needs);
            order.push(log, &needs.unwrap_or_default());
            let next = order.next(held, roots, log, &rank);
            if let Some(open) = open.get_mut(log) {
                *open = next;
            }
        }
        order
    }

    /// The log whose next entry comes next.
    fn choose(&mut self, open: &[Option<Next>]) -> Option<usize> {
        let open = || open.iter().enumerate().filter_map(|(log, next)| Some((log, next.as_ref()?)));
        let ready =
            |(_, next): &(usize, &Next)| next.needs.iter().all(|(log, size)| self.done(*log) >= *size);
        let key = |(log, next): &(usize, &Next)| (next.rank, *log);
        // Entries that each name the other's future can't both be true; the first by name goes first then.
        let next = open().filter(ready).min_by_key(key).map(|(log, _)| log);
        let forced = || open().min_by_key(key).map(|(log, _)| log);
        let (next, is_forced) = (next.or_else(forced), next.is_none());
        self.is_forced |= is_forced && next.is_some();
        next
    }

    fn next(&self, held: &Held, roots: &Roots, log: usize, rank: &impl Fn(&Position) -> u64) -> Option<Next> {
        let position = self.position(log, self.done(log));
        let entry = held.entry(&position)?;
        let needs = entry.leaf.as_deref().map(|leaf| self.heads(held, roots, leaf));
        Some(Next { rank: rank(&position), needs: needs.unwrap_or_default() })
    }

    fn push(&mut self, log: usize, needs: &[(usize, u64)]) {
        let clock = self.clock_of_next(log, needs);
        self.sequence.push((log, self.done(log)));
        if let Some(clocks) = self.clocks.get_mut(log) {
            clocks.extend(clock);
        }
    }

    /// Places the next entry of a log behind all others, if its author had seen them all.
    pub(crate) fn append(&mut self, held: &Held, roots: &Roots, log: &LogId) -> Option<()> {
        let log = self.number(log)?;
        let next = self.next(held, roots, log, &|_| 0)?;
        let all: Vec<u64> = (0..self.logs.len()).map(|log| self.done(log)).collect();
        let clock = self.clock_of_next(log, &next.needs);
        let is_last = clock.iter().zip(&all).enumerate().all(|(n, (seen, all))| n == log || seen >= all);
        is_last.then(|| self.push(log, &next.needs))
    }

    /// How many entries of a log are in it.
    pub(crate) fn size(&self, log: &LogId) -> u64 {
        self.number(log).map_or(0, |log| self.done(log))
    }

    /// Whether entries name each other's future, so that one had to be placed before what it needs.
    pub(crate) fn is_forced(&self) -> bool {
        self.is_forced
    }

    /// All positions, causes before effects.
    pub fn positions(&self) -> impl Iterator<Item = Position> {
        self.sequence.iter().map(|(log, seq)| self.position(*log, *seq))
    }

    /// How many entries of `log` the author of the entry at `position` had seen, its own entry included.
    pub fn seen(&self, position: &Position, log: &LogId) -> u64 {
        let clock = self.number(&position.log).and_then(|of| self.clock(of, position.seq));
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

    /// Whether no entry is concurrent with this one: its place is then the same whatever times there are.
    pub(crate) fn stands_alone(&self, position: &Position) -> bool {
        let Some(of) = self.number(&position.log) else { return false };
        let Some(clock) = self.clock(of, position.seq) else { return false };
        let had_seen_it = |(log, seen): (usize, &u64)| {
            // The first entry of each other log that its author had not seen must be behind it.
            let first = self.clock(log, *seen);
            log == of || first.is_none_or(|clock| clock.get(of).is_some_and(|size| *size > position.seq))
        };
        clock.iter().enumerate().all(had_seen_it)
    }

    /// How many entries of a log have their place.
    fn done(&self, log: usize) -> u64 {
        self.clocks.get(log).map_or(0, |clocks| (clocks.len() / self.logs.len().max(1)) as u64)
    }

    fn clock(&self, log: usize, seq: u64) -> Option<&[u64]> {
        let from = usize::try_from(seq).ok()?.checked_mul(self.logs.len())?;
        self.clocks.get(log)?.get(from..from.checked_add(self.logs.len())?)
    }

    fn number(&self, log: &LogId) -> Option<usize> {
        self.logs.binary_search(log).ok()
    }

    fn position(&self, log: usize, seq: u64) -> Position {
        // Numbers of logs come from this list alone.
        Position::new(self.logs.get(log).cloned().expect("a number of a log"), seq)
    }

    /// The heads of an entry that agree with what is held. A head beyond it counts as far as it is held; one with
    /// another root says nothing about the entries that are here.
    fn heads(&self, held: &Held, roots: &Roots, leaf: &Leaf) -> Vec<(usize, u64)> {
        let heads = leaf.place.heads.iter().filter_map(|head| {
            let log = self.number(&head.log)?;
            let here = held.size(&head.log);
            let agrees = head.size > here || roots.get(&head.log, head.size) == Some(&head.root);
            agrees.then_some((log, head.size.min(here)))
        });
        heads.collect()
    }

    /// What the author of the next entry of a log had seen.
    fn clock_of_next(&self, log: usize, needs: &[(usize, u64)]) -> Vec<u64> {
        let before = self.done(log).checked_sub(1).and_then(|last| self.clock(log, last));
        let mut clock = before.map_or_else(|| vec![0; self.logs.len()], <[u64]>::to_vec);
        for (other, size) in needs {
            // What the author of the last entry under that head had seen, this author has seen too.
            let last = size.checked_sub(1).and_then(|last| self.clock(*other, last));
            for (mine, theirs) in clock.iter_mut().zip(last.into_iter().flatten()) {
                *mine = (*mine).max(*theirs);
            }
            if let Some(mine) = clock.get_mut(*other) {
                *mine = (*mine).max(*size);
            }
        }
        if let Some(own) = clock.get_mut(log) {
            *own = self.done(log) + 1;
        }
        clock
    }
}
