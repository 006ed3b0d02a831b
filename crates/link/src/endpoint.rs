//! Our end of all links: dials, listens, and knows who may come in.

use std::net::SocketAddr;
use std::sync::Arc;

use detente_accord::{PartyId, SecretKey};
use rustls::ServerConfig;
use tokio::net::TcpListener;

use crate::counters::Counts;
use crate::listener::Listener;
use crate::registry::Registry;
use crate::tls::Tls;
use crate::{Code, Connection, Counters, Credentials, Error, Limits, LinkKeys, Pin};

/// Our end of all links. Cheap to clone.
#[derive(Clone)]
pub struct Endpoint(Arc<Inner>);

/// What the tasks of an endpoint share.
pub(crate) struct Inner {
    pub(crate) registry: Registry,
    pub(crate) tls: Tls,
    pub(crate) responder: Arc<ServerConfig>,
    pub(crate) node: SecretKey,
    pub(crate) keys: LinkKeys,
    pub(crate) limits: Arc<Limits>,
    pub(crate) counts: Arc<Counts>,
}

impl Endpoint {
    /// Nobody is pinned yet.
    ///
    /// # Errors
    /// [`Error::Setup`]: a limit outside its bounds, or keys that TLS refuses.
    pub fn new(credentials: Credentials, limits: Limits) -> Result<Endpoint, Error> {
        limits.check()?;
        let Credentials { party, keys, node } = credentials;
        let tls = Tls::new(keys.tls_secret());
        let registry = Registry::new(party, tls.public());
        let responder = tls.responder(registry.known())?;
        let (limits, counts) = (Arc::new(limits), Arc::new(Counts::default()));
        Ok(Endpoint(Arc::new(Inner { registry, tls, responder, node, keys, limits, counts })))
    }

    /// Replaces everybody who may connect. Connections of parties whose keys are no longer among them are closed.
    pub fn pin(&self, pins: Vec<Pin>) {
        self.0.registry.pin(pins);
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
        let one_at_a_time = self.0.registry.dialling(to);
        let _turn = one_at_a_time.lock().await;
        let pin = self.0.registry.pin_of(to)?;
        if let Some(stands) = self.connection(to) {
            return Ok(stands);
        }
        let called = self.0.call(pin, at).await;
        // The peer dialled at the same time, and its connection is the one that stands.
        let stands = called.or_else(|error| self.connection(to).ok_or(error));
        stands.inspect_err(|error| self.0.counts.refused(error.name()))
    }

    /// Takes connections from this socket until the [`Listener`] is dropped.
    pub fn listen(&self, listener: TcpListener) -> Listener {
        Listener::new(self.0.clone(), listener)
    }

    /// The connection to a party that stands now.
    pub fn connection(&self, to: &PartyId) -> Option<Connection> {
        self.0.registry.connection(to)
    }

    /// Closes all connections and takes no more.
    pub fn close(&self, why: Code) {
        self.0.registry.close(why);
    }

    /// What was counted.
    pub fn counters(&self) -> Counters {
        self.0.counts.counters()
    }
}
