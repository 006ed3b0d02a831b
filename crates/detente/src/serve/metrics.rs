//! Metrics for Prometheus, on a listener of their own. Names and labels are ours; no text of a peer is among them.

mod gather;

use std::fs;
use std::io;
use std::net::TcpListener;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::{Service, http};
use crate::config::Metrics;
use crate::exit::{Exit, Failure};

/// The listener, bound.
pub(super) enum Listening {
    Socket(std::os::unix::net::UnixListener),
    At(TcpListener),
}

impl Listening {
    /// Binds it, and says where it is. A socket that nobody listens at any more is replaced.
    ///
    /// # Errors
    /// A place that is taken, or cannot be had.
    pub(super) fn bind(metrics: &Metrics) -> Result<(Listening, String), Failure> {
        let bound = match metrics {
            Metrics::Socket(path) => socket(path).map(|bound| (bound, path.display().to_string())),
            Metrics::At(at) => TcpListener::bind(at).and_then(|listener| {
                listener.set_nonblocking(true)?;
                let at = listener.local_addr()?;
                Ok((Listening::At(listener), format!("http://{at}/metrics")))
            }),
        };
        bound.map_err(|error| Failure::new(Exit::Temporary, format!("cannot listen for metrics: {error}")))
    }

    /// Serves until the node stops.
    pub(super) async fn serve(self, service: Arc<Service>) {
        let stop = service.stop.clone();
        let routes = Router::new().route("/metrics", get(metrics)).with_state(service);
        match self {
            Listening::Socket(listener) => {
                if let Ok(listener) = tokio::net::UnixListener::from_std(listener) {
                    http::serve(listener, routes, None, stop).await;
                }
            }
            Listening::At(listener) => {
                if let Ok(listener) = tokio::net::TcpListener::from_std(listener) {
                    http::serve(listener, routes, None, stop).await;
                }
            }
        }
    }
}

/// A socket for our user and group: what gathers metrics has an account of its own.
fn socket(path: &Path) -> io::Result<Listening> {
    let is_dead_socket = fs::symlink_metadata(path).is_ok_and(|there| there.file_type().is_socket())
        && std::os::unix::net::UnixStream::connect(path).is_err();
    if is_dead_socket {
        fs::remove_file(path)?;
    }
    let listener = std::os::unix::net::UnixListener::bind(path)?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o660))?;
    listener.set_nonblocking(true)?;
    Ok(Listening::Socket(listener))
}

async fn metrics(State(service): State<Arc<Service>>) -> Response {
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    match gather::text(&service).await {
        Ok(text) => ([(header::CONTENT_TYPE, kind)], text).into_response(),
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}
