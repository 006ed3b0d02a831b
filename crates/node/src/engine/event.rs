//! What the writer can be asked: closed.

use detente_accord::record::RecordId;
use detente_accord::{Entropy, Time};
use detente_store::Home;
use tokio::sync::oneshot;

use crate::{Accord, Error, Found};

/// The time and the randomness of one event.
pub struct Moment {
    /// Now.
    pub now: Time,
    /// Fresh.
    pub entropy: Entropy,
}

/// Looks at an accord.
pub(super) type Look = Box<dyn for<'h> FnOnce(Result<&Accord<'h>, Error>) + Send>;
/// Changes an accord. Gives whether the writer may go on.
pub(super) type Act = Box<dyn for<'h> FnOnce(Result<&mut Accord<'h>, Error>, &mut Moment) -> Next + Send>;
/// Looks at the home: peers, answers, receipts.
pub(super) type See = Box<dyn FnOnce(&Home) + Send>;
/// Works on the home: peers, asks, answers, receipts.
pub(super) type AtHome = Box<dyn FnOnce(&mut Home, &mut Moment) -> Next + Send>;

/// Whether the writer may go on after an event.
pub(super) enum Next {
    /// It may.
    Go,
    /// Going on could fork our log, or lose what was acknowledged.
    Fatal(Error),
}

/// An event.
pub(super) enum Event {
    /// Looks at one accord.
    Look(RecordId, Look),
    /// Changes one accord.
    Act(RecordId, Act),
    /// Looks at the home.
    See(See),
    /// Works on the home.
    Home(AtHome),
    /// Which accords there are.
    List(oneshot::Sender<Result<Vec<Found>, Error>>),
    /// Another process of ours wants the home.
    Lend(oneshot::Sender<()>),
    /// It gave it back.
    Returned,
    /// The end, once everything before it is done.
    Stop,
}
