//! What pages, API and the control socket share.

use std::net::SocketAddr;

use detente_accord::{PartyId, Time};
use detente_node::engine::NodeHandle;

use super::Config;

/// A running node, as its faces see it.
pub(crate) struct Service {
    /// The way to the writer.
    pub(crate) node: NodeHandle,
    /// What it was told.
    pub(crate) config: Config,
    /// Whose node this is.
    pub(crate) party: PartyId,
    /// The address that pages and API took.
    pub(crate) web: SocketAddr,
    /// When it started.
    #[allow(dead_code, reason = "for the faces")]
    pub(crate) started: Time,
}

impl Service {
    /// What a browser types: `http://localhost:7480`. Sign-in by passkey needs this name, not the address.
    pub(crate) fn origin(&self) -> String {
        format!("http://localhost:{}", self.web.port())
    }
}
