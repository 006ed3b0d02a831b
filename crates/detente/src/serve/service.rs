//! What pages, API and the control socket share.

use std::net::SocketAddr;
use std::sync::Arc;

use detente_accord::{PartyId, Time};
use detente_node::engine::NodeHandle;
use detente_node::links::Links;
use detente_node::live::Live;

use super::Stop;
use super::confine::Confinement;
use super::http::answered::Answered;
use super::log::Level;
use super::tls::Certificate;
use crate::config::{Config, sources};
use crate::exit::Failure;
use crate::gate::Gate;

/// A running node, as its faces see it.
pub(crate) struct Service {
    /// The way to the writer.
    pub(crate) node: NodeHandle,
    /// Who may come in, and who may do what.
    pub(crate) gate: Arc<Gate>,
    /// The lines to the peers.
    pub(crate) links: Links,
    /// The live matches.
    #[allow(dead_code, reason = "for the faces")]
    pub(crate) live: Live,
    /// What it was told.
    pub(crate) config: Config,
    /// Whose node this is.
    pub(crate) party: PartyId,
    /// The address that pages and API took.
    #[allow(dead_code, reason = "for the faces")]
    pub(crate) web: SocketAddr,
    /// The address at which peers reach us.
    pub(crate) peer: Option<SocketAddr>,
    /// Where the metrics are.
    pub(crate) metrics: Option<String>,
    /// When it started.
    pub(crate) started: Time,
    /// Tells that it stops: streams to browsers have to end then.
    pub(crate) stop: Stop,
    /// How the process is confined.
    pub(crate) confinement: Confinement,
    /// Answers of pages and API so far.
    pub(super) answered: Arc<Answered>,
    /// What is logged.
    pub(super) level: Level,
    /// TLS of the pages.
    pub(super) certificate: Option<Certificate>,
}

impl Service {
    /// What a browser types: `http://localhost:7480`. Sign-in by passkey needs this name, not the address.
    pub(crate) fn origin(&self) -> String {
        self.gate.place().origin().to_owned()
    }

    /// Reads again what may change while the node runs.
    ///
    /// # Errors
    /// What cannot be read; the node goes on with what it had.
    pub(super) async fn reload(&self) -> Result<(), Failure> {
        let file = self.config.file.as_deref();
        let raw = sources(file)?;
        let read = Config::check(&raw, &self.config.home, file)?;
        self.level.set(&read.log);
        self.certificate.as_ref().map(Certificate::reload).transpose()?;
        self.links.reload().await?;
        tracing::info!("read again: log level, TLS key, peers");
        Ok(())
    }
}
