//! What the rest of a node asks of the writer.

use std::collections::BTreeMap;

use detente_accord::record::RecordId;
use detente_store::Home;
use tokio::sync::{mpsc, oneshot, watch};

use super::World;
use super::event::{Event, Moment, Next};
use super::versions::Versions;
use crate::{Accord, Error, Found};

/// How often something has changed. Compare it; the numbers mean nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Change {
    /// Raised after every event that may have changed an accord or the home.
    pub count: u64,
    /// Whether another process of ours has the home now.
    pub lent: bool,
}

/// The home is another process's until this is dropped.
pub struct Lease(pub(super) mpsc::Sender<Event>);

impl Drop for Lease {
    fn drop(&mut self) {
        // A full queue is waited for elsewhere; drop may stand on a thread of the runtime.
        let events = self.0.clone();
        if let Err(mpsc::error::TrySendError::Full(event)) = events.try_send(Event::Returned) {
            std::thread::spawn(move || events.blocking_send(event));
        }
    }
}

/// A way to the writer. Cheap to clone.
#[derive(Clone)]
pub struct NodeHandle {
    pub(super) events: mpsc::Sender<Event>,
    pub(super) changes: watch::Receiver<Change>,
    pub(super) versions: Versions,
    pub(super) world: World,
}

impl NodeHandle {
    /// Time and randomness of this node.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// Tells when something has changed.
    pub fn changes(&self) -> watch::Receiver<Change> {
        self.changes.clone()
    }

    /// How often each accord may have changed, for whoever looks again at those that did. Raised before
    /// [`NodeHandle::changes`] tells of it.
    pub fn versions(&self) -> BTreeMap<RecordId, u64> {
        self.versions.all()
    }

    /// Looks at an accord.
    ///
    /// # Errors
    /// What `look` gives; [`Error::Unknown`] for an accord that is not in this home; [`Error::Stopped`].
    pub async fn look<T: Send + 'static>(
        &self,
        record: RecordId,
        look: impl for<'h> FnOnce(&Accord<'h>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let (reply, answer) = oneshot::channel();
        let job = Box::new(move |accord: Result<&Accord<'_>, Error>| {
            // Whoever asked may be gone.
            let _ = reply.send(accord.and_then(look));
        });
        self.ask(Event::Look(record, job), answer).await?
    }

    /// Changes an accord. What `act` did is durable when this returns.
    ///
    /// # Errors
    /// As [`NodeHandle::look`]; [`Error::Lent`].
    pub async fn act<T: Send + 'static>(
        &self,
        record: RecordId,
        act: impl for<'h> FnOnce(&mut Accord<'h>, &mut Moment) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let (reply, answer) = oneshot::channel();
        let job = Box::new(move |accord: Result<&mut Accord<'_>, Error>, moment: &mut Moment| {
            finish(reply, accord.and_then(|accord| act(accord, moment)))
        });
        self.ask(Event::Act(record, job), answer).await?
    }

    /// Looks at the home: works while it is lent too.
    ///
    /// # Errors
    /// As [`NodeHandle::look`].
    pub async fn see<T: Send + 'static>(
        &self,
        see: impl FnOnce(&Home) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let (reply, answer) = oneshot::channel();
        let job = Box::new(move |home: &Home| {
            let _ = reply.send(see(home));
        });
        self.ask(Event::See(job), answer).await?
    }

    /// Works on the home.
    ///
    /// # Errors
    /// As [`NodeHandle::look`].
    pub async fn home<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Home, &mut Moment) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let (reply, answer) = oneshot::channel();
        let job = Box::new(move |home: &mut Home, moment: &mut Moment| finish(reply, work(home, moment)));
        self.ask(Event::Home(job), answer).await?
    }

    /// The accords of this home.
    ///
    /// # Errors
    /// Those of the disk; [`Error::Stopped`].
    pub async fn accords(&self) -> Result<Vec<Found>, Error> {
        let (reply, answer) = oneshot::channel();
        self.ask(Event::List(reply), answer).await?
    }

    /// Gives the home to another process of ours, once all events before this one are done.
    ///
    /// # Errors
    /// [`Error::Stopped`].
    pub async fn lend(&self) -> Result<Lease, Error> {
        let (reply, answer) = oneshot::channel();
        self.ask(Event::Lend(reply), answer).await?;
        Ok(Lease(self.events.clone()))
    }

    /// Ends the writer after what was asked before.
    pub async fn stop(&self) {
        // One that has ended needs no telling.
        let _ = self.events.send(Event::Stop).await;
    }

    async fn ask<T>(&self, event: Event, answer: oneshot::Receiver<T>) -> Result<T, Error> {
        self.events.send(event).await.map_err(|_| Error::Stopped)?;
        // A writer that has ended tells of no lease any more; one that runs drops what it can't keep while it is lent.
        let dropped = |_| match self.events.is_closed() {
            false if self.changes.borrow().lent => Error::Lent,
            _ => Error::Stopped,
        };
        answer.await.map_err(dropped)
    }
}

/// Answers, and judges whether the writer may go on.
fn finish<T>(reply: oneshot::Sender<Result<T, Error>>, done: Result<T, Error>) -> Next {
    match done {
        Err(error) if error.is_fatal() => {
            let _ = reply.send(Err(Error::Stopped));
            Next::Fatal(error)
        }
        done => {
            let _ = reply.send(done);
            Next::Go
        }
    }
}
