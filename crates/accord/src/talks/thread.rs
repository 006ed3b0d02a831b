//! The kinds of threads.

use super::claim::Claim;
use super::comcheck::Comcheck;
use super::contact::Contact;
use super::disclosure::Disclosure;
use super::exercise::Exercise;
use super::exhibit::Exhibit;
use super::inquiry::Inquiry;
use super::notice::Notice;
use super::observer::Observer;
use super::remark::Remark;
use super::suspension::Suspension;
use super::undertaking::Undertaking;
use super::verification::Verification;
use super::views::Views;
use super::{Around, Due, Event, Now, Refusal};
use crate::record::Order;

/// A state machine of the talks.
pub trait Machine: Clone + std::fmt::Debug {
    /// Whether one thread holds all of its kind: then withdrawing its first entry does not end it, and the machine
    /// itself judges withdrawals, corrections and positions.
    const WHOLE: bool = false;

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
    /// A notice.
    Notice(Box<Views<Notice>>),
    /// An undertaking.
    Undertaking(Box<Views<Undertaking>>),
    /// A claim with its right of reply.
    Claim(Box<Views<Claim>>),
    /// Exhibits.
    Exhibit(Box<Views<Exhibit>>),
    /// A comcheck.
    Comcheck(Box<Views<Comcheck>>),
    /// A verification.
    Verification(Box<Views<Verification>>),
    /// What an observer says or asks.
    Remark(Box<Views<Remark>>),
    /// An observer that was nominated.
    Observer(Box<Views<Observer>>),
    /// A contact outside the record.
    Contact(Box<Views<Contact>>),
    /// A disclosure.
    Disclosure(Box<Views<Disclosure>>),
    /// An exercise.
    Exercise(Box<Views<Exercise>>),
}

/// The same on whatever machine a thread has.
macro_rules! each {
    ($thread:expr, $views:ident => $do:expr) => {
        match $thread {
            Thread::Inquiry($views) => $do,
            Thread::Suspension($views) => $do,
            Thread::Notice($views) => $do,
            Thread::Undertaking($views) => $do,
            Thread::Claim($views) => $do,
            Thread::Exhibit($views) => $do,
            Thread::Comcheck($views) => $do,
            Thread::Verification($views) => $do,
            Thread::Remark($views) => $do,
            Thread::Observer($views) => $do,
            Thread::Contact($views) => $do,
            Thread::Disclosure($views) => $do,
            Thread::Exercise($views) => $do,
        }
    };
}

/// What opens a thread. A contact's report opens one unless it answers another's.
const OPENINGS: &[(&str, &[&str])] = &[
    ("inquiry", &["release"]),
    ("suspension", &["suspend"]),
    ("notice", &["issue"]),
    ("undertaking", &["offer"]),
    ("claim", &["put"]),
    ("exhibit", &["commit"]),
    ("comcheck", &["send"]),
    ("verification", &["propose"]),
    ("observer", &["nominate", "note", "gap", "ask"]),
    ("contact", &["report"]),
    ("disclosure", &["propose"]),
    ("exercise", &["announce"]),
];

impl Thread {
    /// Whether a statement opens a thread.
    pub(super) fn opens(event: &Event) -> bool {
        OPENINGS.iter().any(|(kind, acts)| *kind == event.act.kind && acts.contains(&event.act.name))
    }

    pub(super) fn open(event: &Event, around: &Around<'_>) -> Result<Thread, Refusal> {
        match event.act.kind {
            "inquiry" => Ok(Thread::Inquiry(views(event, around)?)),
            "suspension" => Ok(Thread::Suspension(views(event, around)?)),
            "notice" => Ok(Thread::Notice(views(event, around)?)),
            "undertaking" => Ok(Thread::Undertaking(views(event, around)?)),
            "claim" => Ok(Thread::Claim(views(event, around)?)),
            "exhibit" => Ok(Thread::Exhibit(views(event, around)?)),
            "comcheck" => Ok(Thread::Comcheck(views(event, around)?)),
            "verification" => Ok(Thread::Verification(views(event, around)?)),
            "contact" => Ok(Thread::Contact(views(event, around)?)),
            "disclosure" => Ok(Thread::Disclosure(views(event, around)?)),
            "exercise" => Ok(Thread::Exercise(views(event, around)?)),
            "observer" if event.act.name == "nominate" => Ok(Thread::Observer(views(event, around)?)),
            "observer" => Ok(Thread::Remark(views(event, around)?)),
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

    /// Its clocks, met and unmet. None outlives the accord, or the part of either side in it.
    pub fn dues(&self, now: &Now<'_>) -> Vec<Due> {
        let mut dues = each!(self, views => views.whole().dues(now));
        for due in &mut dues {
            let ends = [now.talks.ended(), now.talks.left(&due.by), now.talks.left(&due.to)];
            due.cap = ends.into_iter().flatten().chain(due.cap).min();
        }
        dues
    }

    /// What its machine has come to, in full: the same wherever the same set is held.
    pub(super) fn text(&self) -> String {
        each!(self, views => format!("{:?}", views.whole()))
    }
}

fn views<M: Machine>(event: &Event, around: &Around<'_>) -> Result<Box<Views<M>>, Refusal> {
    Ok(Box::new(Views::open(event, around)?))
}
