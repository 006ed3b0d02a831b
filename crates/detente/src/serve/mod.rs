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
mod log;
mod metrics;
mod notify;
mod panics;
mod service;
mod stop;
mod taken;
mod tls;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::middleware::map_response_with_state;
use detente_link::Limits;
use detente_node::engine::{Node, World};
use detente_node::links::Links;
use detente_node::live::{Live, Reach};
use tokio::net::TcpListener;
use tokio::runtime::{self, Runtime};
use tokio::task::JoinHandle;
use tokio::time::timeout;

pub(crate) use service::Service;
pub(crate) use stop::Stop;
pub(crate) use taken::Taken;

use crate::config::Config;
use crate::exit::{Exit, Failure};
use crate::gate::{self, Gate, Place};
use crate::{api, clock, web};
use confine::Confinement;
use control::Control;
use listen::Listeners;
use stop::Signals;
use tls::Certificate;

/// Runs a node until it is told to stop. `started` is told once, when everything is open, which addresses it took.
///
/// Sockets first, then confinement, then the home: not a byte of anybody is read before the process is confined.
///
/// # Errors
/// Those of opening the home; an address that is taken; a kernel that does not confine; what ended the writer.
pub(crate) fn run(
    config: Config,
    started: impl FnOnce(&Taken) -> Result<(), Failure>,
) -> Result<Exit, Failure> {
    let level = log::begin(&config)?;
    panics::count();
    let listeners = Listeners::bind(&config)?;
    let confinement = Confinement::begin(&config)?;
    let node = Node::start(&config.home, world())?;
    let runtime = runtime()?;
    let served = runtime.block_on(serve(&node, config, listeners, Standing { confinement, level }, started));
    runtime.block_on(node.handle().stop());
    let ended = node.join();
    // What still waits for a slow reader is not waited for.
    runtime.shutdown_timeout(Duration::from_secs(1));
    served?;
    ended?;
    tracing::info!("stopped");
    Ok(Exit::Done)
}

/// What stands before the node starts.
struct Standing {
    confinement: Confinement,
    level: log::Level,
}

fn runtime() -> Result<Runtime, Failure> {
    let built = runtime::Builder::new_multi_thread().enable_all().thread_name("serve").build();
    built.map_err(|error| Failure::new(Exit::Temporary, format!("the runtime does not start: {error}")))
}

async fn serve(
    node: &Node,
    config: Config,
    listeners: Listeners,
    standing: Standing,
    started: impl FnOnce(&Taken) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let signals = Signals::listen()?;
    let control = Control::bind(&config.home)?;
    let addresses = card::addresses(&config.announce, listeners.peer_at);
    let revision = node.handle().home(move |home, _| card::announce(home, addresses)).await?;
    let Listeners { web, web_at, peer, peer_at, metrics, metrics_at, certificate } = listeners;
    let tls = certificate.as_ref().map(Certificate::current);
    let taken = Places { web: web_at, peer: peer_at, metrics: metrics_at };
    let service = Arc::new(service(node, config, peer, certificate, taken, standing).await?);
    let stop = service.stop.clone();
    tokio::spawn(hear(signals, service.clone()));
    tokio::spawn(until_stopped(control.serve(service.clone()), stop.clone()));
    tokio::spawn(notify::watch(service.node.clone()));
    if let Some(metrics) = metrics {
        tokio::spawn(metrics.serve(service.clone()));
    }
    let web = tokio::net::TcpListener::from_std(web)
        .map_err(|error| Failure::new(Exit::Temporary, format!("the port of the pages fails: {error}")))?;
    let pages = tokio::spawn(http::serve(web, router(service.clone()), tls, stop.clone()));
    let taken = Taken::of(&service, revision);
    started(&taken)?;
    tell_started(&service);
    writer_or_stop(&service).await;
    notify::stopping();
    wind_up(&service, pages).await;
    Ok(())
}

fn tell_started(service: &Service) {
    let confinement = service.confinement.in_words();
    tracing::info!(id = %service.party, web = %service.web, confinement, "started");
    if !service.confinement.holds() {
        tracing::warn!(confinement, "the kernel shuts less than it should");
    }
    notify::ready(&format!("pages at {}; {confinement}", service.origin()));
}

/// Ends what is under way, for as long as the configuration gives it.
async fn wind_up(service: &Service, pages: JoinHandle<()>) {
    let links = service.links.clone();
    let ends = async { tokio::join!(pages, links.stop()) };
    if timeout(service.config.stop_wait, ends).await.is_err() {
        tracing::warn!("not everything under way ended in time");
    }
}

/// API and pages, all of them behind the gate.
pub(crate) fn router(service: Arc<Service>) -> Router {
    let (answered, gate) = (service.answered.clone(), service.gate.clone());
    let routes = health::router(service.clone()).merge(api::router(service.clone()));
    let routes = gate::around(routes.merge(web::router(service)).merge(Gate::router()), gate);
    routes.layer(map_response_with_state(answered, http::answered::count))
}

/// Reloads and stops at signals; ends the process at the second one that says stop.
async fn hear(mut signals: Signals, service: Arc<Service>) {
    while !signals.next_is_stop().await {
        notify::reloading();
        if let Err(failure) = service.reload().await {
            tracing::warn!(
                why = failure.message,
                "not everything was read again; the node goes on with what it had"
            );
        }
        notify::ready("reloaded");
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

/// The addresses that were taken.
struct Places {
    web: SocketAddr,
    peer: Option<SocketAddr>,
    metrics: Option<String>,
}

async fn service(
    node: &Node,
    config: Config,
    peers: Option<std::net::TcpListener>,
    certificate: Option<Certificate>,
    taken: Places,
    standing: Standing,
) -> Result<Service, Failure> {
    let node = node.handle();
    let party = node.see(|home| Ok(home.card().id().clone())).await?;
    let peers = peers
        .map(TcpListener::from_std)
        .transpose()
        .map_err(|error| Failure::new(Exit::Temporary, format!("the port for peers fails: {error}")))?;
    let (links, offered) = Links::start(node.clone(), peers, Limits::default()).await?;
    let live = Live::begin(node.clone(), Reach::Links(links.clone(), offered)).await?;
    let Places { web, peer, metrics } = taken;
    let Standing { confinement, level } = standing;
    let (started, stop, answered) = (clock::now(), Stop::new(), Arc::default());
    let place = Place::at(config.web_origin.as_deref(), web.port());
    let gate = Arc::new(Gate::open(&config.home, place, node.world().clone())?);
    may_be_elsewhere(&gate, web)?;
    Ok(Service {
        node,
        gate,
        links,
        live,
        config,
        party,
        web,
        peer,
        metrics,
        started,
        stop,
        confinement,
        answered,
        level,
        certificate,
    })
}

/// Pages that others can reach need somebody who signs in with more than a link: TLS they have, or the configuration
/// would not stand.
fn may_be_elsewhere(gate: &Gate, web: SocketAddr) -> Result<(), Failure> {
    let has_passkey = gate.has_passkey().unwrap_or(false);
    if web.ip().is_loopback() || has_passkey {
        return Ok(());
    }
    let why = format!("pages at {web} need an officer with a passkey, and there is none");
    Err(Failure::new(Exit::Configuration, why).hint(
        "start the pages at 127.0.0.1 with the same web_origin and certificate, enrol the passkey, then open them",
    ))
}

/// Real time and real randomness.
fn world() -> World {
    World { now: Arc::new(clock::now), entropy: Arc::new(clock::entropy_or_end) }
}
