//! Being told to stop: SIGTERM, SIGINT, or the command line. A second signal ends the process at once.

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

use crate::exit::{Exit, Failure};

/// What tells everybody that the node stops. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Stop(watch::Sender<bool>);

impl Stop {
    pub(super) fn new() -> Stop {
        Stop(watch::Sender::new(false))
    }

    /// Begins to stop.
    pub(crate) fn tell(&self) {
        self.0.send_replace(true);
    }

    /// Returns once the node begins to stop. Whatever holds a connection open has to end then.
    pub(crate) async fn told(&self) {
        // The sender is ours, so there is no other end of this wait.
        let _ = self.0.subscribe().wait_for(|told| *told).await;
    }
}

/// The signals that a node hears.
pub(super) struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hang_up: Signal,
}

impl Signals {
    /// Listens for the signals.
    ///
    /// # Errors
    /// Where the operating system does not give them.
    pub(super) fn listen() -> Result<Signals, Failure> {
        let listen = |kind| {
            signal(kind).map_err(|error| {
                Failure::new(Exit::Temporary, format!("signals cannot be listened for: {error}"))
            })
        };
        Ok(Signals {
            terminate: listen(SignalKind::terminate())?,
            interrupt: listen(SignalKind::interrupt())?,
            hang_up: listen(SignalKind::hangup())?,
        })
    }

    /// Whether to stop (or else to reload) at the next signal.
    pub(super) async fn next_is_stop(&mut self) -> bool {
        tokio::select! {
            _ = self.terminate.recv() => true,
            _ = self.interrupt.recv() => true,
            _ = self.hang_up.recv() => false,
        }
    }
}
