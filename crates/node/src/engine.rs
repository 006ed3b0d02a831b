//! The one writer of a running node: a thread that holds the home and its open accords, and takes events one by one.
//!
//! Everybody else holds a [`NodeHandle`]: links, pages, the API, the socket of the command line. What an event does is
//! durable when its answer comes. While a command of another process has the home (a lease), the node goes on to read,
//! and keeps what would write until the home is back.

mod event;
mod handle;
mod hold;
mod versions;

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use detente_accord::{Entropy, Time};
use tokio::sync::{mpsc, watch};

pub use event::Moment;
pub use handle::{Change, Lease, NodeHandle};

use crate::Error;

/// Events that wait for the writer at most. Whoever sends one more waits: that is the back-pressure.
pub const EVENTS_MAX: usize = 256;

/// Where real time and real randomness enter.
#[derive(Clone)]
pub struct World {
    /// Now.
    pub now: Arc<dyn Fn() -> Time + Send + Sync>,
    /// Fresh random bytes for one act.
    pub entropy: Arc<dyn Fn() -> Entropy + Send + Sync>,
}

/// A running writer.
pub struct Node {
    handle: NodeHandle,
    thread: JoinHandle<Result<(), Error>>,
}

impl Node {
    /// Opens the home at this path and all its accords, for writing, and starts the writer.
    ///
    /// # Errors
    /// Those of opening: [`Error::Home`] where another process has it.
    pub fn start(home: &Path, world: World) -> Result<Node, Error> {
        let (sender, events) = mpsc::channel(EVENTS_MAX);
        let later = sender.downgrade();
        let (changed, changes) = watch::channel(Change::default());
        let (opened, is_open) = std::sync::mpsc::sync_channel(1);
        let path: PathBuf = home.to_owned();
        let of_thread = world.clone();
        let versions = versions::Versions::default();
        let of_writer = versions.clone();
        let thread = thread::Builder::new()
            .name("writer".to_owned())
            .spawn(move || {
                let ways =
                    hold::Ways { events, changed, versions: of_writer, parked: VecDeque::new(), later };
                hold::run(&path, &of_thread, ways, &opened)
            })
            .map_err(|error| Error::Unknown(format!("the writer's thread did not start: {error}")))?;
        match is_open.recv() {
            Ok(()) => Ok(Node { handle: NodeHandle { events: sender, changes, versions, world }, thread }),
            // It ended before it was open: with the reason.
            Err(_) => match thread.join() {
                Ok(Err(error)) => Err(error),
                _ => Err(Error::Stopped),
            },
        }
    }

    /// What everybody else holds.
    pub fn handle(&self) -> NodeHandle {
        self.handle.clone()
    }

    /// Waits for the writer's end: after [`NodeHandle::stop`], or when going on could harm the record.
    ///
    /// # Errors
    /// The fatal one, or [`Error::Stopped`] if the writer panicked.
    pub fn join(self) -> Result<(), Error> {
        drop(self.handle);
        self.thread.join().unwrap_or(Err(Error::Stopped))
    }
}
