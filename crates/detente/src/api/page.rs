//! Pages of lists, and answers that were given before.

use axum::body::Body;
use axum::extract::{FromRequestParts, Query};
use axum::http::header::{CONTENT_TYPE, ETAG, HeaderMap, HeaderValue, IF_NONE_MATCH};
use axum::http::request::Parts;
use axum::http::{Response, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use detente_accord::record::Position;
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::limits::{PAGE_DEFAULT, PAGE_MAX};
use crate::accords;
use crate::gate::Refusal;
use crate::shown::hex;

/// Which page was asked for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    limit: Option<u64>,
    cursor: Option<String>,
    log: Option<String>,
}

/// Which page was asked for, checked.
pub(super) struct Page {
    /// How many at most.
    pub(super) limit: usize,
    /// What the page before ended with, as it was given out.
    pub(super) cursor: Option<String>,
    /// Only this log.
    pub(super) log: Option<String>,
}

impl<S: Send + Sync> FromRequestParts<S> for Page {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Page, Refusal> {
        let bad = |what: &str| Refusal::BadRequest(what.to_owned());
        let read = Query::<Raw>::from_request_parts(parts, state).await;
        let Query(raw) = read.map_err(|_| bad("limit, cursor and log are all that can be asked"))?;
        let limit = raw.limit.unwrap_or(PAGE_DEFAULT as u64);
        let limit = usize::try_from(limit).ok().filter(|limit| (1..=PAGE_MAX).contains(limit));
        let limit = limit.ok_or_else(|| bad("limit: 1 to 200"))?;
        let cursor =
            raw.cursor.map(|cursor| open(&cursor).ok_or_else(|| bad("cursor: from the page before")));
        Ok(Page { limit, cursor: cursor.transpose()?, log: raw.log })
    }
}

impl Page {
    /// The cursor as an entry.
    ///
    /// # Errors
    /// A cursor of another list.
    pub(super) fn after(&self) -> Result<Option<Position>, Refusal> {
        let bad = |_| Refusal::BadRequest("cursor: from the page before".to_owned());
        self.cursor.as_deref().map(accords::entry).transpose().map_err(bad)
    }

    /// The cursor as a number.
    ///
    /// # Errors
    /// A cursor of another list.
    pub(super) fn before(&self) -> Result<Option<u64>, Refusal> {
        let bad = |_| Refusal::BadRequest("cursor: from the page before".to_owned());
        self.cursor.as_deref().map(str::parse).transpose().map_err(bad)
    }
}

/// A cursor as it is given out: nothing to take apart.
pub(super) fn cursor(last: &str) -> String {
    URL_SAFE_NO_PAD.encode(last)
}

fn open(cursor: &str) -> Option<String> {
    String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()
}

/// A document as an answer, or that the asker has it already.
pub(super) fn answer(document: &Value, headers: &HeaderMap) -> Response<Body> {
    let body = document.to_string();
    let tag = format!("\"{}\"", hex(Sha256::digest(&body).get(..16).unwrap_or_default()));
    let has_it = headers.get(IF_NONE_MATCH).and_then(|sent| sent.to_str().ok());
    let has_it = has_it.is_some_and(|sent| sent.split(',').any(|one| one.trim() == tag));
    let mut answer = Response::new(if has_it { Body::empty() } else { Body::from(body) });
    if has_it {
        *answer.status_mut() = StatusCode::NOT_MODIFIED;
    } else {
        answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        answer.headers_mut().insert(ETAG, tag);
    }
    answer
}
