//! A thread as a whole, and as each author had seen it when it last wrote.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::thread::Machine;
use super::{Around, Event, Refusal};
use crate::PartyId;
use crate::record::{LogId, Order};

/// A machine, with the view of each author beside it: an act is judged by that view, so that it does not matter what
/// else has arrived here.
#[derive(Clone)]
pub struct Views<M> {
    /// What counts, in causal order.
    events: Vec<Arc<Event>>,
    whole: M,
    seen_by: BTreeMap<PartyId, View<M>>,
    /// What a thread begins with that no entry opens.
    start: Option<M>,
}

#[derive(Clone)]
struct View<M> {
    machine: M,
    /// How many events of each log, of those that count, are in it.
    taken: BTreeMap<LogId, usize>,
}

impl<M: Machine> Views<M> {
    pub(super) fn open(event: &Event, around: &Around<'_>) -> Result<Views<M>, Refusal> {
        let whole = M::open(event, around)?;
        Ok(Views { events: vec![Arc::new(event.clone())], whole, seen_by: BTreeMap::new(), start: None })
    }

    /// A thread that no entry opens: whichever is first here, another may be first elsewhere.
    pub(super) fn starting_with(start: M) -> Views<M> {
        Views { events: Vec::new(), whole: start.clone(), seen_by: BTreeMap::new(), start: Some(start) }
    }

    pub(super) fn take(&mut self, event: &Event, order: &Order, around: &Around<'_>) -> Result<(), Refusal> {
        let mut view = self.view_of(event, order);
        let allowed = view.machine.allows(event, around);
        if allowed.is_ok() {
            view.machine.apply(event, around);
            *view.taken.entry(event.position.log.clone()).or_default() += 1;
            self.whole.apply(event, around);
            self.events.push(Arc::new(event.clone()));
        }
        self.seen_by.insert(event.by().clone(), view);
        allowed
    }

    /// The thread as the author of an event had seen it.
    fn view_of(&mut self, event: &Event, order: &Order) -> View<M> {
        let mut view = self.seen_by.remove(event.by()).unwrap_or_else(|| self.first(order));
        let mut of_log: BTreeMap<&LogId, usize> = BTreeMap::new();
        for earlier in &self.events {
            let number = of_log.entry(&earlier.position.log).or_default();
            *number += 1;
            let taken = view.taken.get(&earlier.position.log).copied().unwrap_or(0);
            if *number > taken && order.had_seen(&event.position, &earlier.position) {
                view.machine.apply(earlier, &earlier.around(order));
                *view.taken.entry(earlier.position.log.clone()).or_default() += 1;
            }
        }
        view
    }

    /// What every author has seen: the opening entry.
    fn first(&self, order: &Order) -> View<M> {
        let first = self.events.first().filter(|_| self.start.is_none());
        let opened = first.and_then(|first| M::open(first, &first.around(order)).ok());
        // A thread exists because its first entry opened it.
        let machine = opened.or_else(|| self.start.clone()).unwrap_or_else(|| self.whole.clone());
        let taken = first.map(|first| (first.position.log.clone(), 1)).into_iter().collect();
        View { machine, taken }
    }

    /// The thread with everything that counts.
    pub fn whole(&self) -> &M {
        &self.whole
    }

    /// What counts in it, in causal order.
    pub fn events(&self) -> &[Arc<Event>] {
        &self.events
    }
}
