//! The routes of Peers, the Observer's view, and news.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Extension, Router};
use tokio::sync::Semaphore;

use super::frame::{framed, look, mark, record};
use super::layout::Here;
use super::{events, observer, peers};
use crate::gate::{Action, Officer, Refusal};
use crate::serve::Service;

type Node = State<Arc<Service>>;

/// Places for streams of news.
#[derive(Clone)]
struct Streams(Arc<Semaphore>);

/// The routes.
pub(crate) fn router() -> Router<Arc<Service>> {
    let streams = Streams(Arc::new(Semaphore::new(events::STREAMS_MAX)));
    Router::new()
        .route("/a/{accord}/peers", get(peers))
        .route("/a/{accord}/observer", get(observer))
        .route("/a/{accord}/events", get(news).layer(Extension(streams)))
}

async fn peers(
    State(service): Node,
    Path(path): Path<String>,
    officer: Officer,
) -> Result<Response, Refusal> {
    let record = record(&service, &path).await?;
    let (lines, place, now) = look(&service, record, |accord, _, now| Ok(peers::lines(accord, now))).await?;
    let at_home = service.node.see(move |home| peers::AtHome::of(home, now)).await?;
    let peers::AtHome { ours, peers } = at_home.with(&lines, &service.links.status());
    let view = peers::View { now, ours, peers };
    Ok(framed("Peers", Here::Peers, &officer, (place, now), &peers::page(&view)))
}

async fn observer(
    State(service): Node,
    Path(path): Path<String>,
    officer: Officer,
) -> Result<Response, Refusal> {
    let record = record(&service, &path).await?;
    let mark = mark(&officer, Action::Read);
    let (view, place, now) =
        look(&service, record, |accord, place, now| observer::View::of(accord, place, now, mark)).await?;
    Ok(framed("Observer’s view", Here::Observer, &officer, (place, now), &observer::page(&view)))
}

async fn news(
    State(service): Node,
    Path(path): Path<String>,
    _officer: Officer,
    Extension(Streams(places)): Extension<Streams>,
) -> Result<Response, Refusal> {
    let record = record(&service, &path).await?;
    let live = service.live.clone();
    events::stream(service, live, record, &places)
        .map(|news| news.into_response())
        .ok_or(Refusal::Unavailable)
}
