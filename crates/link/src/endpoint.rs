//! Our end of all links: dials, listens, and knows who may come in.

use std::net::SocketAddr;
use std::sync::Arc;

use detente_accord::PartyId;
use tokio::net::TcpListener;

use crate::limits::Limits;
use crate::{Code, Connection, Counters, Credentials, Error, Pin};

/// Our end of all links. Cheap to clone.
#[derive(Clone)]
pub struct Endpoint {
    limits: Arc<Limits>,
}

impl Endpoint {
    /// Nobody is pinned yet.
    ///
    /// # Errors
    /// [`Error::Setup`]: a limit outside its bounds, or keys that TLS refuses.
    pub fn new(credentials: Credentials, limits: Limits) -> Result<Endpoint, Error> {
        limits.check()?;
        drop(credentials);
        Ok(Endpoint { limits: Arc::new(limits) })
    }

    /// Replaces everybody who may connect. Connections of parties whose keys are no longer among them are closed.
    pub fn pin(&self, pins: Vec<Pin>) {
        drop(pins);
    }

    /// The connection to a party: the one that stands, or a new one to this address.
    ///
    /// # What the peer learns
    /// Our address, that our node runs, and its version.
    ///
    /// # Errors
    /// [`Error::NotPinned`], [`Error::Ourselves`], [`Error::Unreachable`], [`Error::Handshake`], [`Error::Rejected`],
    /// [`Error::TooSlow`].
    pub async fn dial(&self, to: &PartyId, at: SocketAddr) -> Result<Connection, Error> {
        let _ = (to, at, &self.limits);
        Err(Error::Setup("not-built"))
    }

    /// Takes connections from this socket until the [`Listener`] is dropped.
    pub fn listen(&self, listener: TcpListener) -> Listener {
        Listener { _listener: listener }
    }

    /// The connection to a party that stands now.
    pub fn connection(&self, to: &PartyId) -> Option<Connection> {
        let _ = to;
        None
    }

    /// Closes all connections and takes no more.
    pub fn close(&self, why: Code) {
        let _ = why;
    }

    /// What was counted.
    pub fn counters(&self) -> Counters {
        Counters::default()
    }
}

/// A socket that takes connections.
pub struct Listener {
    _listener: TcpListener,
}

impl Listener {
    /// The next connection that a pinned party opened; strangers never get here. `None` after
    /// [`Endpoint::close`].
    pub async fn next(&mut self) -> Option<Connection> {
        None
    }
}
