//! What a running node was told: where its home is, where it listens.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

/// Where the pages are, unless another address is named.
pub(crate) const WEB_DEFAULT: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 7480);

/// The configuration of a node, checked.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    /// The home.
    pub(crate) home: PathBuf,
    /// Where peers reach us; nowhere if none is named.
    #[allow(dead_code, reason = "taken once the link is wired in")]
    pub(crate) peer: Option<SocketAddr>,
    /// Where pages and API are. Port 0 takes a free one.
    pub(crate) web: SocketAddr,
    /// The Unix socket of the metrics.
    #[allow(dead_code, reason = "taken once there are metrics")]
    pub(crate) metrics: Option<PathBuf>,
}
