//! Handlers that change something.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use axum::http::{Response, StatusCode};
use axum::response::IntoResponse;
use detente_accord::Time;
use detente_store::officers::Remembered;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::limits::{KEY_BYTES_MAX, KEY_MS};
use super::read::{Node, accord_of, refused};
use crate::gate::{self, Action, Checked, Gate, Officer, Refusal, Subject};
use crate::say::Given;
use crate::web::drafts::Seen;
use crate::web::say;

type Answered = Result<Response<Body>, Refusal>;

const KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Stands on an answer that was given before.
const AGAIN: HeaderName = HeaderName::from_static("idempotency-replayed");

/// A statement to be drafted.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewDraft {
    /// Type and act: `reply/acknowledge`.
    act: String,
    /// The office that drafts.
    office: String,
    /// What it says, by the names of the command line's flags.
    given: std::collections::BTreeMap<String, Texts>,
}

/// One text or several.
#[derive(Deserialize, Serialize)]
#[serde(untagged)]
pub(super) enum Texts {
    /// One.
    One(String),
    /// Several, in their order.
    Many(Vec<String>),
}

/// A release.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Release {
    /// The office that releases.
    office: String,
    /// What the passkey gave for the draft's subject.
    #[serde(default)]
    credential: Option<String>,
}

fn given(draft: &NewDraft) -> Given {
    let mut given = Given::default();
    for (name, texts) in &draft.given {
        match texts {
            Texts::One(text) => given.add(name, text.as_str()),
            Texts::Many(texts) => texts.iter().for_each(|text| given.add(name, text.as_str())),
        }
    }
    given
}

/// Makes a statement that waits for its release. It is said to nobody.
pub(super) async fn draft(
    State(service): Node,
    officer: Officer,
    Path(accord): Path<String>,
    headers: HeaderMap,
    Checked(new): Checked<NewDraft>,
) -> Answered {
    let record = accord_of(&service, &accord).await?;
    let request = request_hash("draft", &accord, &new);
    once(&service.gate, &officer, &headers, request, async {
        let (kind, act) = new.act.split_once('/').unwrap_or((&new.act, ""));
        let act = say::act_of(kind, act)?;
        let office = gate::office(&officer, &new.office)?;
        officer.check(Action::Draft, Some(&office))?;
        let given = given(&new);
        let made = service
            .node
            .act(record, move |accord, moment| Ok(say::leave(accord, act, &given, office, moment)));
        let seen = made.await?.map_err(|fault| match fault.name.as_str() {
            "" => refused(fault.failure),
            name => Refusal::BadRequest(format!("{name}: {}", fault.failure.message)),
        })?;
        say::propose(&service, &officer, &record, &seen)?;
        Ok((StatusCode::CREATED, document(&seen, record.bytes())))
    })
    .await
}

fn document(seen: &Seen, record: &[u8; 32]) -> Value {
    json!({
        "schema": "detente.draft.v1", "name": seen.waiting.name, "text": seen.canonical,
        "subject": Subject::new(seen.action(), record, &seen.canonical).text(), "two_persons": seen.takes_two,
    })
}

/// Says a statement that waits.
pub(super) async fn release(
    State(service): Node,
    officer: Officer,
    Path((accord, name)): Path<(String, String)>,
    headers: HeaderMap,
    Checked(release): Checked<Release>,
) -> Answered {
    let record = accord_of(&service, &accord).await?;
    let request = request_hash(&name, &accord, &release);
    once(&service.gate, &officer, &headers, request, async {
        let office = gate::office(&officer, &release.office)?;
        let at = say::release_draft(&service, &officer, record, &name, office, release.credential.as_deref());
        let at = at.await?;
        Ok((StatusCode::OK, json!({ "schema": "detente.released.v1", "entry": at.to_string() })))
    })
    .await
}

/// Destroys a statement that waits; it was never said.
pub(super) async fn discard(
    State(service): Node,
    officer: Officer,
    Path((accord, name)): Path<(String, String)>,
) -> Answered {
    let record = accord_of(&service, &accord).await?;
    say::discard_draft(&service, &officer, record, &name).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// The hash under which a request is known again.
fn request_hash(what: &str, accord: &str, body: &impl Serialize) -> [u8; 32] {
    let body = serde_json::to_vec(body).unwrap_or_default();
    let parts = [what.as_bytes(), accord.as_bytes(), &body];
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

/// Does something once for each key: the same request under the same key gets the answer that was given.
async fn once(
    gate: &Arc<Gate>,
    officer: &Officer,
    headers: &HeaderMap,
    request: [u8; 32],
    work: impl Future<Output = Result<(StatusCode, Value), Refusal>>,
) -> Answered {
    let Some(key) = headers.get(KEY) else {
        let (status, document) = work.await?;
        return Ok(answer(status.as_u16(), document.to_string().into_bytes(), false));
    };
    let key = key.to_str().ok().filter(|key| !key.is_empty() && key.len() <= KEY_BYTES_MAX);
    let key =
        key.ok_or_else(|| Refusal::BadRequest("Idempotency-Key: 1 to 64 visible characters".to_owned()))?;
    let _turn = gate.turn(officer, key)?;
    if let Some(before) = gate.officers().answered(&officer.id, key)? {
        if before.request != request {
            return Err(Refusal::KeyReused);
        }
        return Ok(answer(before.status, before.body, true));
    }
    let (status, document) = work.await?;
    let (now, body) = (gate.now(), document.to_string().into_bytes());
    let answered = Remembered { request, status: status.as_u16(), body };
    let since = Time(now.0.saturating_sub(KEY_MS));
    gate.officers().put_answered(&officer.id, key, &answered, (now, since))?;
    Ok(answer(answered.status, answered.body, false))
}

fn answer(status: u16, body: Vec<u8>, again: bool) -> Response<Body> {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    let mut answer = (status, body).into_response();
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if again {
        answer.headers_mut().insert(AGAIN, HeaderValue::from_static("true"));
    }
    answer
}
