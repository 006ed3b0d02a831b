//! The HTTP face: HTTP/1.1 with a bound on everything that the other end could draw out.

mod pace;
mod patient;

use std::net::TcpListener;
use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::map_request;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::Stop;
use super::limits::{BODY_BYTES_MAX, CONNECTIONS_MAX, HEADER_BYTES_MAX, HEADER_WAIT, HEADERS_MAX};
use patient::Patient;

/// Serves until the node stops and open requests are done.
pub(super) async fn serve(listener: TcpListener, routes: Router, stop: Stop) {
    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else { return stop.tell() };
    let routes = bounded(routes);
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    while let Some((stream, place)) = accept(&listener, &places, &stop).await {
        tokio::spawn(connection(stream, routes.clone(), stop.clone(), place));
    }
    // All places free: all connections done.
    let _ = places.acquire_many(CONNECTIONS_MAX as u32).await;
}

/// Routes with bounds on bodies.
fn bounded(routes: Router) -> Router {
    routes.layer(DefaultBodyLimit::max(BODY_BYTES_MAX)).layer(map_request(pace::paced))
}

/// The next connection and its place; nothing once the node stops.
async fn accept(
    listener: &tokio::net::TcpListener,
    places: &Arc<Semaphore>,
    stop: &Stop,
) -> Option<(TcpStream, OwnedSemaphorePermit)> {
    let next = async {
        loop {
            let place = places.clone().acquire_owned().await.ok()?;
            match listener.accept().await {
                Ok((stream, _)) => return Some((stream, place)),
                // Out of descriptors, or a connection that was given up: others still come.
                Err(_) => tokio::time::sleep(std::time::Duration::from_millis(50)).await,
            }
        }
    };
    tokio::select! {
        () = stop.told() => None,
        next = next => next,
    }
}

async fn connection(stream: TcpStream, routes: Router, stop: Stop, place: OwnedSemaphorePermit) {
    let _ = stream.set_nodelay(true);
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
