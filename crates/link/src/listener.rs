//! A socket that takes connections.

use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::AbortHandle;

use crate::endpoint::Inner;
use crate::gate::{Gate, Pass};
use crate::limits::{ACCEPT_PAUSE_MS, ACCEPTED_MAX};
use crate::{Connection, Error};

/// A socket that takes connections.
pub struct Listener {
    accepted: mpsc::Receiver<Connection>,
    task: AbortHandle,
}

impl Listener {
    pub(crate) fn new(inner: Arc<Inner>, listener: TcpListener) -> Listener {
        let (sender, accepted) = mpsc::channel(ACCEPTED_MAX);
        let task = tokio::spawn(accept(inner, listener, sender)).abort_handle();
        Listener { accepted, task }
    }

    /// The next connection that a pinned party opened; strangers never get here. `None` after
    /// [`Endpoint::close`](crate::Endpoint::close).
    pub async fn next(&mut self) -> Option<Connection> {
        self.accepted.recv().await
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(inner: Arc<Inner>, listener: TcpListener, accepted: mpsc::Sender<Connection>) {
    let gate = Gate::new(inner.limits.clone());
    while !inner.registry.is_closed() {
        tokio::select! {
            socket = listener.accept() => match socket {
                Ok((socket, from)) => match gate.enter(from.ip()) {
                    Ok(pass) => drop(tokio::spawn(greet(inner.clone(), socket, pass, accepted.clone()))),
                    Err(fault) => inner.counts.refused(fault.name()),
                },
                Err(_) => tokio::time::sleep(Duration::from_millis(ACCEPT_PAUSE_MS)).await,
            },
            () = inner.registry.closing() => {}
        }
    }
}

async fn greet(inner: Arc<Inner>, socket: TcpStream, pass: Pass, accepted: mpsc::Sender<Connection>) {
    let from = socket.peer_addr().map_err(|error| Error::Lost(error.kind()));
    let taken = match from {
        Ok(from) => inner.take_in(socket, from).await,
        Err(error) => Err(error),
    };
    match taken {
        // The pass is held until there is room for it: a node that takes none gets no more of them.
        Ok(connection) => drop(accepted.send(connection).await),
        Err(error) => inner.counts.refused(error.name()),
    }
    drop(pass);
}
