//! A thread as a whole, and as each author had seen it when it last wrote.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::aside::{self, Aside};
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
    /// Where the events of each log stand among them.
    by_log: BTreeMap<LogId, Vec<usize>>,
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
        let mut views = Views::starting_with(whole);
        views.start = None;
        views.push(event);
        Ok(views)
    }

    /// A thread that no entry opens: whichever is first here, another may be first elsewhere.
    pub(super) fn starting_with(start: M) -> Views<M> {
        let (events, by_log, seen_by) = Default::default();
        Views { events, by_log, whole: start.clone(), seen_by, start: Some(start) }
    }

    pub(super) fn take(&mut self, event: &Event, order: &Order, around: &Around<'_>) -> Result<(), Refusal> {
        let aside = if M::WHOLE { Aside::Act } else { aside::of(&self.events, event)? };
        let mut view = self.view_of(event, order);
        let allowed = match aside {
            Aside::Act => view.machine.allows(event, around),
            Aside::TakesBack | Aside::Corrects => Ok(()),
        };
        if allowed.is_ok() {
            apply(&mut view.machine, event, around);
            *view.taken.entry(event.position.log.clone()).or_default() += 1;
            apply(&mut self.whole, event, around);
            self.push(event);
        }
        self.seen_by.insert(event.by().clone(), view);
        allowed
    }

    /// The thread as the author of an event had seen it.
    fn view_of(&mut self, event: &Event, order: &Order) -> View<M> {
        let mut view = self.seen_by.remove(event.by()).unwrap_or_else(|| self.first(order));
        // What an author has seen of a log is its beginning, and what is new of it stands behind what was taken.
        let mut new: Vec<usize> = Vec::new();
        for (log, places) in &self.by_log {
            let seen = order.seen(&event.position, log);
            let is_seen = |place: &&usize| self.events.get(**place).is_some_and(|e| e.position.seq < seen);
            let before = new.len();
            let taken = view.taken.entry(log.clone()).or_default();
            new.extend(places.iter().skip(*taken).take_while(is_seen));
            *taken += new.len() - before;
        }
        new.sort_unstable();
        for earlier in new.iter().filter_map(|place| self.events.get(*place)) {
            apply(&mut view.machine, earlier, &earlier.around(order));
        }
        view
    }

    fn push(&mut self, event: &Event) {
        self.by_log.entry(event.position.log.clone()).or_default().push(self.events.len());
        self.events.push(Arc::new(event.clone()));
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

    /// What opened it.
    pub fn opening(&self) -> Option<&Event> {
        self.events.first().map(AsRef::as_ref)
    }

    /// What counts in it, in causal order.
    pub fn events(&self) -> &[Arc<Event>] {
        &self.events
    }
}

/// A correction is shown beside what it corrects, and moves nothing.
fn apply<M: Machine>(machine: &mut M, event: &Event, around: &Around<'_>) {
    if M::WHOLE || event.act.kind != "correction" {
        machine.apply(event, around);
    }
}
