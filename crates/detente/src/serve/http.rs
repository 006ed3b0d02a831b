//! The HTTP face: HTTP/1.1 with a bound on everything that the other end could draw out.

pub(super) mod answered;
mod pace;
mod patient;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, DefaultBodyLimit};
use axum::middleware::{AddExtension, map_request};
use axum::serve::Listener;
use axum::{Extension, Router};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tower::Layer as _;

use super::limits::{BODY_BYTES_MAX, CONNECTIONS_MAX, HEADER_BYTES_MAX, HEADER_WAIT, HEADERS_MAX};
use super::{Stop, tls};
use patient::Patient;

/// What a request carries of it.
type Whence = Option<ConnectInfo<SocketAddr>>;

/// Where the other end is: the gate counts tries to sign in by address.
pub(super) trait Far {
    /// Its address, where it has one.
    fn far(&self) -> Option<SocketAddr>;
}

impl Far for SocketAddr {
    fn far(&self) -> Option<SocketAddr> {
        Some(*self)
    }
}

impl Far for tokio::net::unix::SocketAddr {
    fn far(&self) -> Option<SocketAddr> {
        None
    }
}

/// Serves until the node stops and open requests are done.
pub(super) async fn serve<L: Listener>(mut listener: L, routes: Router, tls: Option<tls::Current>, stop: Stop)
where
    L::Addr: Far,
{
    let routes = bounded(routes);
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    while let Some((stream, from, place)) = accept(&mut listener, &places, &stop).await {
        let routes = Extension(from.far().map(ConnectInfo)).layer(routes.clone());
        let stop = stop.clone();
        match tls.as_ref().map(|current| current.borrow().clone()) {
            None => tokio::spawn(connection(stream, routes, stop, place)),
            Some(config) => tokio::spawn(async move {
                let handshake = TlsAcceptor::from(config).accept(stream);
                if let Ok(Ok(stream)) = timeout(HEADER_WAIT, handshake).await {
                    connection(stream, routes, stop, place).await;
                }
            }),
        };
    }
    // All places free: all connections done.
    let _ = places.acquire_many(u32::try_from(CONNECTIONS_MAX).unwrap_or(u32::MAX)).await;
}

/// Routes with bounds on bodies.
fn bounded(routes: Router) -> Router {
    routes.layer(DefaultBodyLimit::max(BODY_BYTES_MAX)).layer(map_request(pace::paced))
}

/// The next connection and its place; nothing once the node stops. Who finds no place waits outside.
async fn accept<L: Listener>(
    listener: &mut L,
    places: &Arc<Semaphore>,
    stop: &Stop,
) -> Option<(L::Io, L::Addr, OwnedSemaphorePermit)> {
    let next = async {
        let place = places.clone().acquire_owned().await.ok()?;
        let (stream, from) = listener.accept().await;
        Some((stream, from, place))
    };
    tokio::select! {
        () = stop.told() => None,
        next = next => next,
    }
}

async fn connection<S>(
    stream: S,
    routes: AddExtension<Router, Whence>,
    stop: Stop,
    place: OwnedSemaphorePermit,
) where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let mut builder = Builder::new(TokioExecutor::new()).http1_only();
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_WAIT)
        .max_buf_size(HEADER_BYTES_MAX)
        .max_headers(HEADERS_MAX);
    let io = TokioIo::new(Patient::new(stream));
    let mut connection = std::pin::pin!(builder.serve_connection(io, TowerToHyperService::new(routes)));
    let told = tokio::select! {
        // How a connection ended is its own affair.
        _ = connection.as_mut() => false,
        () = stop.told() => true,
    };
    if told {
        connection.as_mut().graceful_shutdown();
        let _ = connection.await;
    }
    drop(place);
}
