//! The kinds of threads.

use super::inquiry::Inquiry;
use super::suspension::Suspension;
use super::views::Views;
use super::{Around, Due, Event, Now, Refusal};
use crate::record::Order;

/// A state machine of the talks.
pub trait Machine: Clone {
    /// Opens a thread.
    ///
    /// # Errors
    /// Why the opening entry has no effect.
    fn open(event: &Event, around: &Around<'_>) -> Result<Self, Refusal>;

    /// Whether an act is allowed, by a view of the thread.
    ///
    /// # Errors
    /// Why not.
    fn allows(&self, event: &Event, around: &Around<'_>) -> Result<(), Refusal>;

    /// Takes an act that counts. It may have crossed others: then it is kept and moves what it still can.
    fn apply(&mut self, event: &Event, around: &Around<'_>);

    /// Where the thread stands, in the domain's word.
    fn phase(&self, now: &Now<'_>) -> &'static str;

    /// Its clocks, met and unmet.
    fn dues(&self, now: &Now<'_>) -> Vec<Due>;
}

/// A thread of one kind.
#[derive(Clone)]
pub enum Thread {
    /// An inquiry with its replies.
    Inquiry(Box<Views<Inquiry>>),
    /// A suspension.
    Suspension(Box<Views<Suspension>>),
}

/// The same on whatever machine a thread has.
macro_rules! each {
    ($thread:expr, $views:ident => $do:expr) => {
        match $thread {
            Thread::Inquiry($views) => $do,
            Thread::Suspension($views) => $do,
        }
    };
}

impl Thread {
    /// Whether a statement opens a thread.
    pub(super) fn opens(event: &Event) -> bool {
        matches!((event.act.kind, event.act.name), ("inquiry", "release") | ("suspension", "suspend"))
    }

    pub(super) fn open(event: &Event, around: &Around<'_>) -> Result<Thread, Refusal> {
        match event.act.kind {
            "inquiry" => Ok(Thread::Inquiry(Box::new(Views::open(event, around)?))),
            "suspension" => Ok(Thread::Suspension(Box::new(Views::open(event, around)?))),
            _ => Err(Refusal::NotInThread),
        }
    }

    pub(super) fn take(&mut self, event: &Event, order: &Order, around: &Around<'_>) -> Result<(), Refusal> {
        each!(self, views => views.take(event, order, around))
    }

    /// The entry that opened it.
    pub fn opening(&self) -> Option<&Event> {
        each!(self, views => views.events().first().map(AsRef::as_ref))
    }

    /// What counts in it, in causal order.
    pub fn events(&self) -> &[std::sync::Arc<Event>] {
        each!(self, views => views.events())
    }

    /// The exercise it belongs to.
    pub fn exercise(&self) -> Option<&str> {
        self.opening().and_then(Event::exercise)
    }

    /// Where it stands, in the domain's word.
    pub fn phase(&self, now: &Now<'_>) -> &'static str {
        each!(self, views => views.whole().phase(now))
    }

    /// Its clocks, met and unmet.
    pub fn dues(&self, now: &Now<'_>) -> Vec<Due> {
        each!(self, views => views.whole().dues(now))
    }
}
