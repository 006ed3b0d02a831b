//! A running node: one process that holds the home, and its faces.
//!
//! Started once, by `detente serve`; it ends at SIGTERM or SIGINT, with everything acknowledged on disk.

mod config;
mod health;
mod service;
mod stop;

use std::sync::Arc;

use axum::Router;
use detente_node::engine::{Node, World};
use serde::Serialize;
use tokio::net::TcpListener;

pub(crate) use config::{Config, WEB_DEFAULT};
pub(crate) use service::Service;

use crate::exit::{Exit, Failure};
use crate::{api, clock, web};

/// The addresses that a node took.
#[derive(Serialize)]
pub(crate) struct Taken {
    schema: &'static str,
    /// Our id.
    id: String,
    home: String,
    /// What to type into a browser.
    web: String,
    /// Where peers reach us.
    peer: Option<String>,
    /// The Unix socket of the metrics.
    metrics: Option<String>,
}

/// Runs a node until it is told to stop. `started` is told once, when everything is open, which addresses it took.
///
/// # Errors
/// Those of opening the home; an address that is taken; what ended the writer.
pub(crate) fn run(
    config: Config,
    started: impl FnOnce(&Taken) -> Result<(), Failure>,
) -> Result<Exit, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new(Exit::Temporary, format!("the runtime does not start: {error}")))?;
    let node = Node::start(&config.home, world())?;
    let served = runtime.block_on(serve(&node, config, started));
    runtime.block_on(node.handle().stop());
    let ended = node.join();
    served?;
    ended?;
    Ok(Exit::Done)
}

async fn serve(
    node: &Node,
    config: Config,
    started: impl FnOnce(&Taken) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let stop = stop::signals()?;
    let listener = listen(&config).await?;
    let service = Arc::new(service(node, config, &listener).await?);
    started(&Taken::of(&service))?;
    let routes = router(service);
    let served = axum::serve(listener, routes).with_graceful_shutdown(stop.told());
    served.await.map_err(|error| Failure::new(Exit::Temporary, format!("the pages ended: {error}")))
}

/// API and pages.
fn router(service: Arc<Service>) -> Router {
    health::router(service.clone()).merge(api::router(service.clone())).merge(web::router(service))
}

async fn listen(config: &Config) -> Result<TcpListener, Failure> {
    if !config.web.ip().is_loopback() {
        return Err(Failure::new(
            Exit::Configuration,
            format!("{} is not an address of this computer alone", config.web),
        )
        .hint("pages elsewhere need TLS and an enrolled passkey"));
    }
    TcpListener::bind(config.web)
        .await
        .map_err(|error| Failure::new(Exit::Temporary, format!("cannot listen at {}: {error}", config.web)))
}

async fn service(node: &Node, config: Config, listener: &TcpListener) -> Result<Service, Failure> {
    let node = node.handle();
    let party = node.home(|home, _| Ok(home.card().id().clone())).await?;
    let web = listener
        .local_addr()
        .map_err(|error| Failure::new(Exit::Temporary, format!("the address is unknown: {error}")))?;
    Ok(Service { node, config, party, web, started: clock::now() })
}

impl Taken {
    fn of(service: &Service) -> Taken {
        Taken {
            schema: "detente.serve.v1",
            id: service.party.to_string(),
            home: service.config.home.display().to_string(),
            web: service.origin(),
            peer: None,
            metrics: None,
        }
    }

    /// The same for a person.
    pub(crate) fn in_words(&self) -> String {
        format!("The node of {} runs. Pages: {}", self.id, self.web)
    }
}

/// Real time and real randomness.
fn world() -> World {
    World { now: Arc::new(clock::now), entropy: Arc::new(clock::entropy_or_end) }
}
