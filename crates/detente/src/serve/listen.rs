//! The sockets of a node, all bound before any byte of anybody is read.

use std::net::{SocketAddr, TcpListener};

use super::metrics;
use super::tls::Certificate;
use crate::config::Config;
use crate::exit::{Exit, Failure};

/// Every socket but that of the command line, which is in the home.
pub(super) struct Listeners {
    pub(super) web: TcpListener,
    pub(super) web_at: SocketAddr,
    pub(super) peer: Option<TcpListener>,
    pub(super) peer_at: Option<SocketAddr>,
    pub(super) metrics: Option<metrics::Listening>,
    pub(super) metrics_at: Option<String>,
    /// Read with them: its key is readable to nobody once the process is confined, if it lies elsewhere.
    pub(super) certificate: Option<Certificate>,
}

impl Listeners {
    /// Binds them.
    ///
    /// # Errors
    /// An address that is taken; a certificate that cannot be read.
    pub(super) fn bind(config: &Config) -> Result<Listeners, Failure> {
        let certificate = config.tls.as_ref().map(Certificate::read).transpose()?;
        let (web, web_at) = tcp(config.web)?;
        let (peer, peer_at) = config.peer.map(tcp).transpose()?.unzip();
        let (metrics, metrics_at) =
            config.metrics.as_ref().map(metrics::Listening::bind).transpose()?.unzip();
        Ok(Listeners { web, web_at, peer, peer_at, metrics, metrics_at, certificate })
    }
}

/// A listening socket, and the address it took.
fn tcp(at: SocketAddr) -> Result<(TcpListener, SocketAddr), Failure> {
    let bound = || {
        let listener = TcpListener::bind(at)?;
        listener.set_nonblocking(true)?;
        let taken = listener.local_addr()?;
        Ok((listener, taken))
    };
    bound().map_err(|error: std::io::Error| {
        Failure::new(Exit::Temporary, format!("cannot listen at {at}: {error}"))
            .hint("another port: --web or --peer; port 0 takes a free one")
    })
}
