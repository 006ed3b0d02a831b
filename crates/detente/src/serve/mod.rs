//! A running node: one process that holds the home, and its faces.
//!
//! Started once, by `detente serve`; it ends at SIGTERM or SIGINT, with everything acknowledged on disk.

mod card;
mod confine;
mod control;
mod health;
mod http;
mod limits;
mod listen;
mod service;
mod stop;
mod taken;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use detente_link::Limits;
use detente_node::engine::{Node, World};
use detente_node::links::Links;
use detente_node::live::Live;
use tokio::net::TcpListener;
use tokio::runtime::{self, Runtime};
use tokio::task::JoinHandle;
use tokio::time::timeout;

pub(crate) use service::Service;
pub(crate) use stop::Stop;
pub(crate) use taken::Taken;

use crate::config::Config;
use crate::exit::{Exit, Failure};
use crate::{api, clock, web};
use confine::Confinement;
use listen::Listeners;
use stop::Signals;

/// Runs a node until it is told to stop. `started` is told once, when everything is open, which addresses it took.
///
/// # Errors
/// Those of opening the home; an address that is taken; what ended the writer.
pub(crate) fn run(
    config: Config,
    started: impl FnOnce(&Taken) -> Result<(), Failure>,
) -> Result<Exit, Failure> {
    let node = Node::start(&config.home, world())?;
    let listeners = Listeners::bind(&config)?;
    let runtime = runtime()?;
    let served = runtime.block_on(serve(&node, config, listeners, started));
    runtime.block_on(node.handle().stop());
    let ended = node.join();
    // What still waits for a slow reader is not waited for.
    runtime.shutdown_timeout(Duration::from_secs(1));
    served?;
    ended?;
    Ok(Exit::Done)
}

fn runtime() -> Result<Runtime, Failure> {
    let built = runtime::Builder::new_multi_thread().enable_all().thread_name("serve").build();
    built.map_err(|error| Failure::new(Exit::Temporary, format!("the runtime does not start: {error}")))
}

async fn serve(
    node: &Node,
    config: Config,
    listeners: Listeners,
    started: impl FnOnce(&Taken) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let signals = Signals::listen()?;
    let Listeners { control, web, web_at, peer, peer_at } = listeners;
    let addresses = card::addresses(&config.announce, peer_at);
    let revision = node.handle().home(move |home, _| card::announce(home, addresses)).await?;
    let service = Arc::new(service(node, config, web_at, peer, peer_at).await?);
    let stop = service.stop.clone();
    tokio::spawn(hear(signals, service.clone()));
    tokio::spawn(until_stopped(control.serve(service.clone()), stop.clone()));
    let pages = tokio::spawn(http::serve(web, router(service.clone()), stop.clone()));
    started(&Taken::of(&service, revision))?;
    writer_or_stop(&service).await;
    wind_up(&service, pages).await;
    Ok(())
}

/// Ends what is under way, for as long as the configuration gives it.
async fn wind_up(service: &Service, pages: JoinHandle<()>) {
    let links = service.links.clone();
    let ends = async { tokio::join!(pages, links.stop()) };
    let _ = timeout(service.config.stop_wait, ends).await;
}

/// API and pages.
fn router(service: Arc<Service>) -> Router {
    health::router(service.clone()).merge(api::router(service.clone())).merge(web::router(service))
}

/// Reloads and stops at signals; ends the process at the second one that says stop.
async fn hear(mut signals: Signals, service: Arc<Service>) {
    while !signals.next_is_stop().await {
        // What could not be read again is in the log; the node goes on with what it had.
        let _ = service.reload().await;
    }
    service.stop.tell();
    while !signals.next_is_stop().await {}
    std::process::exit(130);
}

/// Runs one face of the node; where it fails, the node stops.
async fn until_stopped(face: impl Future<Output = Result<(), Failure>>, stop: Stop) {
    if face.await.is_err() {
        stop.tell();
    }
}

/// Returns when the node is told to stop, or when its writer has ended by itself.
async fn writer_or_stop(service: &Service) {
    let mut changes = service.node.changes();
    let ended = async { while changes.changed().await.is_ok() {} };
    tokio::select! {
        () = ended => service.stop.tell(),
        () = service.stop.told() => {}
    }
}

async fn service(
    node: &Node,
    config: Config,
    web: SocketAddr,
    listener: Option<std::net::TcpListener>,
    peer: Option<SocketAddr>,
) -> Result<Service, Failure> {
    let node = node.handle();
    let party = node.see(|home| Ok(home.card().id().clone())).await?;
    let listener = listener
        .map(TcpListener::from_std)
        .transpose()
        .map_err(|error| Failure::new(Exit::Temporary, format!("the port for peers fails: {error}")))?;
    let (links, _offered) = Links::start(node.clone(), listener, Limits::default()).await?;
    let live = Live::new(node.clone());
    let (started, stop, confinement) = (clock::now(), Stop::new(), Confinement::default());
    Ok(Service { node, links, live, config, party, web, peer, started, stop, confinement })
}

/// Real time and real randomness.
fn world() -> World {
    World { now: Arc::new(clock::now), entropy: Arc::new(clock::entropy_or_end) }
}
