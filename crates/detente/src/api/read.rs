//! Handlers that look.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderMap};
use axum::http::{Response, StatusCode};
use axum::response::IntoResponse;
use detente_accord::record::verify::{Options, Trust, verify};
use detente_accord::record::{LogId, Position, RecordId};
use detente_accord::talks::Now;
use detente_accord::talks::overview::Overview;
use detente_accord::{PartyId, Time};
use detente_node::{Accord, Wanted};
use serde_json::{Value, json};

use super::limits::BUNDLE_BYTES_MAX;
use super::page::{self, Page};
use crate::cli::{desk, norm_table, overview, peer, record, talks, thread};
use crate::exit::{Exit, Failure};
use crate::gate::{Action, Officer, Refusal, people};
use crate::serve::Service;
use crate::{accords, clock};

pub(super) type Node = State<Arc<Service>>;
type Answered = Result<Response<Body>, Refusal>;

/// A bundle, a proof.
pub(super) const TAR: &str = "application/x-tar";

/// The accord that a path names: its id, or its first digits, at least eight.
pub(super) async fn accord_of(service: &Service, digits: &str) -> Result<RecordId, Refusal> {
    let found = service.node.accords().await?;
    let mut fitting =
        found.iter().filter(|one| digits.len() >= 8 && one.record.to_string().starts_with(digits));
    match (fitting.next(), fitting.next()) {
        (Some(one), None) => Ok(one.record),
        _ => Err(Refusal::NotFound("not one accord here begins with that".to_owned())),
    }
}

/// Looks at an accord for a document.
async fn look(
    service: &Service,
    digits: &str,
    headers: &HeaderMap,
    look: impl for<'h> FnOnce(&Accord<'h>, Time) -> Result<Value, Failure> + Send + 'static,
) -> Answered {
    let record = accord_of(service, digits).await?;
    let now = service.gate.now();
    let document = service.node.look(record, move |accord| Ok(look(accord, now))).await?;
    Ok(page::answer(&document.map_err(refused)?, headers))
}

/// What the command line would say, for programs.
pub(super) fn refused(failure: Failure) -> Refusal {
    match failure.exit {
        Exit::Usage | Exit::Negative => Refusal::NotFound(failure.message),
        Exit::Refused => Refusal::Record("refused".to_owned(), failure.message),
        Exit::Temporary => Refusal::Unavailable,
        _ => {
            tracing::error!(reason = %failure.message, "a document cannot be made");
            Refusal::Internal
        }
    }
}

/// An entry that a path names.
fn position(party: &str, epoch: u64, seq: u64) -> Result<Position, Refusal> {
    let party = PartyId::parse(party).ok_or_else(|| Refusal::NotFound("no such entry".to_owned()))?;
    Ok(Position::new(LogId::new(party, epoch), seq))
}

pub(super) async fn me(State(service): Node, officer: Officer, headers: HeaderMap) -> Answered {
    let offices: Vec<&str> = officer.offices.iter().map(|office| office.as_str()).collect();
    let document = json!({
        "schema": "detente.me.v1", "name": officer.name, "role": officer.role.name(), "offices": offices,
        "party": service.party.as_str(), "came_by": officer.session.way.name(), "single_officer": service.gate.is_single()?,
        "approvals": if service.gate.approves_by_session() { "session" } else { "passkey" },
    });
    Ok(page::answer(&document, &headers))
}

pub(super) async fn accord_list(State(service): Node, _: Officer, headers: HeaderMap) -> Answered {
    let found = service.node.accords().await?;
    let one = |one: &detente_node::Found| {
        let parties: Vec<&str> = one.parties.iter().map(PartyId::as_str).collect();
        json!({ "accord": one.record.to_string(), "title": one.title, "parties": parties })
    };
    let document =
        json!({ "schema": "detente.accords.v1", "accords": found.iter().map(one).collect::<Vec<_>>() });
    Ok(page::answer(&document, &headers))
}

pub(super) async fn desk(
    State(service): Node,
    _: Officer,
    Path(accord): Path<String>,
    headers: HeaderMap,
) -> Answered {
    look(&service, &accord, &headers, |accord, now| Ok(desk::at(accord, now)?)).await
}

pub(super) async fn overview(
    State(service): Node,
    _: Officer,
    Path(accord): Path<String>,
    headers: HeaderMap,
) -> Answered {
    let document = |accord: &Accord<'_>, now| {
        let seen = Overview::of(accord.state(), accord.held(), now);
        Ok(overview::document(accord, &seen))
    };
    look(&service, &accord, &headers, document).await
}

pub(super) async fn norms(
    State(service): Node,
    _: Officer,
    Path(accord): Path<String>,
    headers: HeaderMap,
) -> Answered {
    look(&service, &accord, &headers, |accord, now| Ok(norm_table::document(accord, now))).await
}

pub(super) async fn drafts(
    State(service): Node,
    _: Officer,
    Path(accord): Path<String>,
    headers: HeaderMap,
) -> Answered {
    let document = |accord: &Accord<'_>, _: Time| {
        Ok(json!({ "schema": "detente.drafts.v1", "drafts": talks::drafts::documents(accord)? }))
    };
    look(&service, &accord, &headers, document).await
}

pub(super) async fn threads(
    State(service): Node,
    _: Officer,
    Path(accord): Path<String>,
    page: Page,
    headers: HeaderMap,
) -> Answered {
    let after = page.after()?;
    let document = move |accord: &Accord<'_>, time: Time| {
        let state = accord.state();
        let now = Now { time, rules: state.rules(), talks: state.talks() };
        let later =
            state.talks().threads().iter().filter(|(root, _)| after.as_ref().is_none_or(|last| *root > last));
        let mut later = later;
        let (mut lines, mut last) = (Vec::new(), None);
        for (root, thread) in later.by_ref().take(page.limit) {
            lines.push(json!({
                "entry": root.to_string(), "number": state.number(root).map(ToString::to_string),
                "kind": thread.opening().map(|event| event.act.kind), "phase": thread.phase(&now),
                "exercise": thread.exercise(),
            }));
            last = Some(root.to_string());
        }
        let next = last.filter(|_| later.next().is_some()).map(|last| page::cursor(&last));
        Ok(json!({ "schema": "detente.threads.v1", "threads": lines, "next": next }))
    };
    look(&service, &accord, &headers, document).await
}

pub(super) async fn thread(
    State(service): Node,
    _: Officer,
    Path((accord, party, epoch, seq)): Path<(String, String, u64, u64)>,
    headers: HeaderMap,
) -> Answered {
    let entry = position(&party, epoch, seq)?.to_string();
    look(&service, &accord, &headers, move |accord, now| thread::document(accord, &entry, now)).await
}

pub(super) async fn entries(
    State(service): Node,
    _: Officer,
    Path(accord): Path<String>,
    page: Page,
    headers: HeaderMap,
) -> Answered {
    let after = page.after()?;
    let bad = |_| Refusal::BadRequest("log: party/epoch".to_owned());
    let log = page.log.as_deref().map(accords::log).transpose().map_err(bad)?;
    let document = move |accord: &Accord<'_>, _: Time| {
        let (lines, last) = record::page(accord, log.as_ref(), after.as_ref(), page.limit)?;
        let next = last.map(|last| page::cursor(&last.to_string()));
        let id = accord.charter().record_id().to_string();
        Ok(json!({ "schema": "detente.entries.v1", "accord": id, "entries": lines, "next": next }))
    };
    look(&service, &accord, &headers, document).await
}

pub(super) async fn entry(
    State(service): Node,
    _: Officer,
    Path((accord, party, epoch, seq)): Path<(String, String, u64, u64)>,
    headers: HeaderMap,
) -> Answered {
    let at = position(&party, epoch, seq)?;
    let document = move |accord: &Accord<'_>, _: Time| {
        let one = record::one(accord, &at)?;
        let one = one.ok_or_else(|| Failure::usage(format!("there is no entry {at} here")))?;
        Ok(
            json!({ "schema": "detente.entry.v1", "accord": accord.charter().record_id().to_string(), "says": one }),
        )
    };
    look(&service, &accord, &headers, document).await
}

/// A bundle of one entry, without any content: what every party of the accord could show too.
pub(super) async fn proof(
    State(service): Node,
    officer: Officer,
    Path((accord, party, epoch, seq)): Path<(String, String, u64, u64)>,
) -> Answered {
    let (record, at) = (accord_of(&service, &accord).await?, position(&party, epoch, seq)?);
    service.gate.audit(&officer, "take-proof", &at.to_string(), "done")?;
    let name = format!("{}.detente.tar", at.to_string().replace('/', "-"));
    let made = service.node.look(record, move |accord| {
        if accord.held().leaf(&at).is_none() {
            return Ok(None);
        }
        let wanted = Wanted { entries: [at].into(), ..Wanted::default() };
        accord.bundle(&wanted).map(Some)
    });
    let bytes = made.await?.ok_or_else(|| Refusal::NotFound("there is no such entry here".to_owned()))?;
    let heads =
        [(CONTENT_TYPE, TAR.to_owned()), (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\""))];
    Ok((StatusCode::OK, heads, bytes).into_response())
}

/// Judges a bundle by the id of an accord of ours: that is the trust it starts from.
pub(super) async fn judge(
    State(service): Node,
    _: Officer,
    Path(accord): Path<String>,
    request: axum::extract::Request,
) -> Answered {
    let record = accord_of(&service, &accord).await?;
    let is_tar = request.headers().get(CONTENT_TYPE).is_some_and(|kind| kind == TAR);
    if !is_tar {
        return Err(Refusal::OtherType);
    }
    let bytes = axum::body::to_bytes(request.into_body(), BUNDLE_BYTES_MAX).await;
    let bytes = bytes.map_err(|_| Refusal::TooLarge)?;
    let judged = tokio::task::spawn_blocking(move || {
        verify(&bytes, Trust::Record(record), Options { ml_dsa: true }).to_json()
    });
    let document = judged.await.map_err(|_| Refusal::Internal)?;
    Ok(([(CONTENT_TYPE, "application/json")], document).into_response())
}

pub(super) async fn peers(State(service): Node, _: Officer, headers: HeaderMap) -> Answered {
    let all = service.node.see(|home| Ok(peer::documents(home))).await?.map_err(refused)?;
    Ok(page::answer(&json!({ "schema": "detente.peers.v1", "peers": all }), &headers))
}

pub(super) async fn peer(
    State(service): Node,
    _: Officer,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Answered {
    let all = service.node.see(|home| Ok(peer::documents(home))).await?.map_err(refused)?;
    let one = all.into_iter().find(|one| one.get("id").and_then(Value::as_str) == Some(id.as_str()));
    let one = one.ok_or_else(|| Refusal::NotFound("no peer of that id".to_owned()))?;
    Ok(page::answer(&one, &headers))
}

pub(super) async fn audit(
    State(service): Node,
    officer: Officer,
    page: Page,
    headers: HeaderMap,
) -> Answered {
    officer.check(Action::ReadAudit, None)?;
    let before = page.before()?;
    let mut rows = service.gate.officers().audit_lines(before, page.limit + 1)?;
    let more = rows.len() > page.limit;
    rows.truncate(page.limit);
    let next = rows.last().filter(|_| more).map(|row| page::cursor(&row.seq.to_string()));
    let lines: Vec<Value> = rows.iter().map(people::audit_document).collect();
    Ok(page::answer(&json!({ "schema": "detente.audit.v1", "lines": lines, "next": next }), &headers))
}

pub(super) async fn status(State(service): Node, _: Officer, headers: HeaderMap) -> Answered {
    let lines = service.links.status();
    let line = |line: &detente_node::links::Line| {
        json!({
            "peer": line.peer.as_str(), "heard": line.heard.map(clock::rfc3339),
            "last_receipt": line.receipt.map(clock::rfc3339), "at_rest": line.is_at_rest, "fault": line.fault,
        })
    };
    let document = json!({
        "schema": "detente.node.v1", "party": service.party.as_str(), "started": clock::rfc3339(service.started),
        "lines": lines.iter().map(line).collect::<Vec<_>>(),
    });
    Ok(page::answer(&document, &headers))
}
