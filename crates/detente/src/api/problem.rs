//! Refusals for programs: `application/problem+json` (RFC 9457).

use axum::http::header::{CONTENT_TYPE, HeaderValue};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::gate::{Problem, RequestId};

/// The media type.
pub(crate) const PROBLEM: &str = "application/problem+json";

/// What every `type` begins with: a name, not an address.
pub(crate) const TYPES: &str = "urn:detente:problem:";

/// A problem as it stands in an answer.
#[derive(Serialize)]
pub(crate) struct Document<'p> {
    r#type: String,
    title: &'p str,
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'p str>,
    /// The request, as the log names it.
    instance: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    wait_s: Option<u64>,
}

/// The answer.
pub(crate) fn answer(problem: &Problem, id: &RequestId) -> Response {
    let document = Document {
        r#type: format!("{TYPES}{}", problem.name),
        title: problem.title,
        status: problem.status.as_u16(),
        detail: problem.detail.as_deref(),
        instance: format!("urn:detente:request:{}", id.0),
        wait_s: problem.wait_s,
    };
    let body = serde_json::to_vec(&document).unwrap_or_default();
    let mut answer = (problem.status, body).into_response();
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(PROBLEM));
    answer
}
