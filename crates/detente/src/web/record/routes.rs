//! The routes of the page Record.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use detente_accord::record::verify::{Options, Trust, Verdict, verify};
use detente_accord::record::{LogId, Position, RecordId};
use detente_accord::{PartyId, Time};
use detente_node::Wanted;
use detente_store::record::Depth;
use maud::{Markup, html};
use serde::Deserialize;

use super::{One, Part, View, of, one, page, verdict};
use crate::gate::{Action, Checked, CheckedFile, Officer, Refusal};
use crate::serve::Service;
use crate::web::foreign::foreign;
use crate::web::frame::{Nothing, framed, look, mark, record};
use crate::web::layout::Here;

type Node = State<Arc<Service>>;

/// The routes.
pub(crate) fn router() -> Router<Arc<Service>> {
    Router::new()
        .route("/a/{accord}/record", get(list))
        .route("/a/{accord}/record/check", post(check))
        .route("/a/{accord}/record/verify", post(check_bundle))
        .route("/a/{accord}/record/{party}/{epoch}/{seq}", get(entry))
        .route("/a/{accord}/record/{party}/{epoch}/{seq}/bundle", get(bundle))
}

async fn list(
    State(service): Node,
    Path(path): Path<String>,
    officer: Officer,
    Query(part): Query<Part>,
) -> Result<Response, Refusal> {
    let record = record(&service, &path).await?;
    let mark = mark(&officer, Action::Read);
    let (view, place, now) =
        look(&service, record, move |accord, place, now| View::of(accord, place, part, now, mark)).await?;
    Ok(framed("Record", Here::Record, &officer, (place, now), &page(&view)))
}

/// The place of an entry in an address.
#[derive(Deserialize)]
struct At {
    accord: String,
    party: String,
    epoch: u64,
    seq: u64,
}

impl At {
    fn position(&self) -> Result<Position, Refusal> {
        let party = PartyId::parse(&self.party).ok_or_else(no_entry)?;
        Ok(Position::new(LogId::new(party, self.epoch), self.seq))
    }
}

fn no_entry() -> Refusal {
    Refusal::NotFound("there is no such entry here".to_owned())
}

async fn entry(State(service): Node, Path(at): Path<At>, officer: Officer) -> Result<Response, Refusal> {
    let (record, position) = (record(&service, &at.accord).await?, at.position()?);
    let title = format!("Entry {position}");
    let (found, place, now): (Option<of::Unjudged>, _, _) =
        look(&service, record, move |accord, place, now| One::of(accord, place, &position, now)).await?;
    let (mut view, bundle) = found.ok_or_else(no_entry)?;
    if let Some(bundle) = bundle {
        view.verdict = Some(judge(bundle, record).await?);
    }
    Ok(framed(&title, Here::Record, &officer, (place, now), &one(&view)))
}

/// Judges a bundle where it keeps nobody waiting.
async fn judge(bundle: impl AsRef<[u8]> + Send + 'static, record: RecordId) -> Result<Verdict, Refusal> {
    let trust = Trust::Record(record);
    let judged =
        tokio::task::spawn_blocking(move || verify(bundle.as_ref(), trust, Options { ml_dsa: true }));
    judged.await.map_err(|_| Refusal::Internal)
}

/// The proof of one entry, without its content: that takes two officers and the command line.
async fn bundle(State(service): Node, Path(at): Path<At>, officer: Officer) -> Result<Response, Refusal> {
    let (record, position) = (record(&service, &at.accord).await?, at.position()?);
    let name = format!("{}-{}-{}.detente.tar", at.party, at.epoch, at.seq);
    service.gate.audit(&officer, "take-proof", &position.to_string(), "done")?;
    let wanted = Wanted { entries: [position].into(), ..Wanted::default() };
    let bytes = service.node.look(record, move |accord| accord.bundle(&wanted)).await?;
    Ok(download(&name, "application/x-tar", bytes))
}

/// A file to keep. The name is of our own making.
pub(crate) fn download(name: &str, kind: &'static str, bytes: Vec<u8>) -> Response {
    let heads =
        [(CONTENT_TYPE, kind.to_owned()), (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\""))];
    (heads, bytes).into_response()
}

async fn check(
    State(service): Node,
    Path(path): Path<String>,
    officer: Officer,
    _: Checked<Nothing>,
) -> Result<Response, Refusal> {
    let record = record(&service, &path).await?;
    let checked = service.node.act(record, |accord, _| {
        let report = accord.record_mut().fsck(Depth::Full, |_| {}).map_err(detente_node::Error::from)?;
        Ok((report.leaves, report.findings.iter().map(ToString::to_string).collect::<Vec<_>>()))
    });
    let (entries, findings) = checked.await?;
    let ((), place, now) = look(&service, record, |_, _, _| Ok(())).await?;
    let body = checked_page(entries, &findings, now, &place.at("record"));
    Ok(framed("Checked here", Here::Record, &officer, (place, now), &body))
}

fn checked_page(entries: u64, findings: &[String], now: Time, back: &str) -> Markup {
    html! {
        p {
            (detente_accord::words::talks::checked_here(now, now)) ": " (crate::accords::entries(entries)) ", "
            @if findings.is_empty() { strong { "nothing differs" } }
            @else { strong.stop { (findings.len()) " things differ" } }
        }
        @if !findings.is_empty() { ul { @for one in findings { li { (foreign(one)) } } } }
        p { a href=(back) { "All entries" } }
    }
}

async fn check_bundle(
    State(service): Node,
    Path(path): Path<String>,
    officer: Officer,
    file: CheckedFile,
) -> Result<Response, Refusal> {
    let record = record(&service, &path).await?;
    let judged = judge(file.bytes, record).await?;
    let ((), place, now) = look(&service, record, |_, _, _| Ok(())).await?;
    let body = html! {
        p { "File: " (foreign(&file.name)) ", checked against the id of this accord." }
        (verdict(&judged, now))
        p { a href=(place.at("record")) { "All entries" } }
    };
    Ok(framed("A bundle, checked", Here::Record, &officer, (place, now), &body))
}
