//! Being told to stop: SIGTERM, SIGINT. A second one ends the process at once.

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::exit::{Exit, Failure};

/// What tells us to stop.
pub(super) struct Stop {
    terminate: Signal,
    interrupt: Signal,
}

/// Listens for the signals.
///
/// # Errors
/// Where the operating system does not give them.
pub(super) fn signals() -> Result<Stop, Failure> {
    let listen = |kind| {
        signal(kind).map_err(|error| {
            Failure::new(Exit::Temporary, format!("signals cannot be listened for: {error}"))
        })
    };
    Ok(Stop { terminate: listen(SignalKind::terminate())?, interrupt: listen(SignalKind::interrupt())? })
}

impl Stop {
    /// Returns at the first signal.
    pub(super) async fn told(mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
        tokio::spawn(self.again());
    }

    async fn again(mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
        std::process::exit(130);
    }
}
