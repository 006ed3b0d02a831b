//! The routes of Desk, Inquiries, one matter, and Norms.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::get;
use detente_accord::PartyId;
use detente_accord::record::{LogId, Position};
use detente_accord::talks::desk::Desk;
use serde::Deserialize;

use super::frame::{framed, look, record};
use super::layout::Here;
use super::{desk, inquiries, norms, thread};
use crate::gate::{Action, Officer, Refusal};
use crate::serve::Service;

type Node = State<Arc<Service>>;

/// The routes.
pub(crate) fn router() -> Router<Arc<Service>> {
    Router::new()
        .route("/a/{accord}/desk", get(at_desk))
        .route("/a/{accord}/inquiries", get(matters))
        .route("/a/{accord}/thread/{party}/{epoch}/{seq}", get(matter))
        .route("/a/{accord}/norms", get(all_norms))
}

async fn at_desk(
    State(service): Node,
    Path(path): Path<String>,
    officer: Officer,
) -> Result<Response, Refusal> {
    let record = record(&service, &path).await?;
    let may_act = officer.may(Action::Draft);
    let seen = look(&service, record, move |accord, place, now| {
        let desk = Desk::of(accord.state(), accord.held(), accord.charter(), accord.us().id(), now);
        Ok(desk::View { place, desk, around: crate::cli::desk::around(accord, now)?, may_act })
    });
    let (view, place, now) = seen.await?;
    Ok(framed("Desk", Here::Desk, &officer, (place, now), &desk::page(&view)))
}

/// What is searched for.
#[derive(Deserialize)]
struct Sought {
    #[serde(default)]
    q: String,
}

async fn matters(
    State(service): Node,
    Path(path): Path<String>,
    Query(sought): Query<Sought>,
    officer: Officer,
) -> Result<Response, Refusal> {
    let record = record(&service, &path).await?;
    let may_act = officer.may(Action::Draft);
    let seen = look(&service, record, move |accord, place, now| {
        Ok(inquiries::View::of(accord, place, sought.q.trim(), now, may_act))
    });
    let (view, place, now) = seen.await?;
    Ok(framed("Inquiries", Here::Inquiries, &officer, (place, now), &inquiries::page(&view)))
}

async fn matter(
    State(service): Node,
    Path((path, party, epoch, seq)): Path<(String, String, u64, u64)>,
    officer: Officer,
) -> Result<Response, Refusal> {
    let record = record(&service, &path).await?;
    let no_entry = || Refusal::NotFound("there is no such matter here".to_owned());
    let party = PartyId::parse(&party).ok_or_else(no_entry)?;
    let entry = Position::new(LogId::new(party, epoch), seq);
    let may_act = officer.may(Action::Draft);
    let seen = look(&service, record, move |accord, place, now| {
        thread::View::of(accord, place, &entry, now, may_act)
    });
    let (view, place, now) = seen.await?;
    let view = view.ok_or_else(no_entry)?;
    Ok(framed(&view.number, Here::Inquiries, &officer, (place, now), &thread::page(&view)))
}

async fn all_norms(
    State(service): Node,
    Path(path): Path<String>,
    officer: Officer,
) -> Result<Response, Refusal> {
    let record = record(&service, &path).await?;
    let may_act = officer.may(Action::Draft);
    let seen = look(&service, record, move |accord, place, now| norms::View::of(accord, place, now, may_act));
    let (view, place, now) = seen.await?;
    Ok(framed("Norms", Here::Norms, &officer, (place, now), &norms::page(&view)))
}
