//! The sockets of a node, all bound before any byte of anybody is read.

use std::net::{SocketAddr, TcpListener};

use super::control::Control;
use crate::config::Config;
use crate::exit::{Exit, Failure};

/// Every socket.
pub(super) struct Listeners {
    pub(super) control: Control,
    pub(super) web: TcpListener,
    pub(super) web_at: SocketAddr,
    pub(super) peer: Option<TcpListener>,
    pub(super) peer_at: Option<SocketAddr>,
}

impl Listeners {
    /// Binds them.
    ///
    /// # Errors
    /// An address that is taken; pages at an address that is not of this computer alone.
    pub(super) fn bind(config: &Config) -> Result<Listeners, Failure> {
        if !config.web.ip().is_loopback() {
            let why = format!("{} is not an address of this computer alone", config.web);
            return Err(Failure::new(Exit::Configuration, why)
                .hint("pages elsewhere need TLS and an enrolled passkey"));
        }
        let (web, web_at) = tcp(config.web)?;
        let peer = config.peer.map(tcp).transpose()?;
        let peer_at = peer.as_ref().map(|(_, at)| *at);
        let control = Control::bind(&config.home)?;
        Ok(Listeners { control, web, web_at, peer: peer.map(|(listener, _)| listener), peer_at })
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
