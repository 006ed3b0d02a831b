//! Live matches: terms, consent and lists on both records first, then the frames of the suite `vole` over a link,
//! then receipts on both records.
//!
//! | step | who | what is durable before the next one |
//! |---|---|---|
//! | 1 | A | `terms` and `list` on A's record, the seed of the run in A's home |
//! | 2 | B | by its policy: `terms refuse`; or `terms consent` and `list`, the seed in B's home |
//! | 3 | both | that the seed is used: before the first frame of each side leaves |
//! | 4 | both | `receipt` with the hash of all frames, or `receipt abort` |
//!
//! A run whose seed is used ends in one of these two, also when the node was killed: what is found half-way at a start
//! is broken off on the record, and its seed never answers again.

mod list;
mod order;
mod view;

use tokio::sync::watch;

pub use list::{Listed, Place};
pub use order::{Choice, Decision, Order, Reveal};
pub use view::{Asked, Found, Learned, Outcome, Role, RunId, RunView, Stage};

use crate::Error;
use crate::engine::NodeHandle;

/// The live matches of a running node. Cheap to clone.
#[derive(Clone)]
pub struct Live {
    #[expect(dead_code, reason = "the first methods that need it come with the next step")]
    node: NodeHandle,
    changes: watch::Receiver<u64>,
}

impl Live {
    /// The live matches of a node that reaches nobody yet.
    pub fn new(node: NodeHandle) -> Live {
        let (_, changes) = watch::channel(0);
        Live { node, changes }
    }

    /// Proposes a match: terms and list are on our record when this returns, and go to the peer from there.
    ///
    /// # Errors
    /// [`Error::Rejected`] by name for an order that cannot be: an uncompared peer, a list that is too large, a code
    /// that is not offered; those of saying something.
    pub async fn start(&self, order: Order) -> Result<RunId, Error> {
        drop(order);
        Err(Error::NotAllowed("live matches do not run in this build"))
    }

    /// All runs, newest first: those that stand on a record, and what has become of them here.
    ///
    /// # Errors
    /// [`Error::Stopped`]; those of the disk.
    pub async fn runs(&self) -> Result<Vec<RunView>, Error> {
        Ok(Vec::new())
    }

    /// One run as it changes; `None`: there is no such run. The sender is gone when the run has ended for good.
    pub async fn watch(&self, run: RunId) -> Option<watch::Receiver<RunView>> {
        let _ = run;
        None
    }

    /// Raised whenever any run has changed. The numbers mean nothing.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changes.clone()
    }

    /// What waits for an officer of ours, oldest first.
    ///
    /// # Errors
    /// As [`Live::runs`].
    pub async fn asked(&self) -> Result<Vec<Asked>, Error> {
        Ok(Vec::new())
    }

    /// Decides about what they ask. What follows from it is on our record when this returns.
    ///
    /// # Errors
    /// [`Error::Unknown`] for a run that waits for nobody; [`Error::Rejected`] by name where our limits are against
    /// it: over budget, a list that is too large, terms that ran out.
    pub async fn decide(&self, run: RunId, decision: Decision) -> Result<(), Error> {
        drop(decision);
        Err(Error::Unknown(format!("no match {run} waits for a decision")))
    }

    /// What came of a run that has ended; `None` while it has not.
    ///
    /// # Errors
    /// [`Error::Unknown`] for a run that is not ours; those of the disk.
    pub async fn result(&self, run: RunId) -> Result<Option<Found>, Error> {
        Err(Error::Unknown(format!("there is no match {run} here")))
    }
}
