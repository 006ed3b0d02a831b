//! A request's body has to keep coming: who sends a byte a minute would hold memory and a place for days.

use std::io;
use std::time::Duration;

use axum::body::{Body, BodyDataStream, Bytes};
use axum::extract::Request;
use futures_util::{StreamExt, stream};
use tokio::time::{Instant, timeout_at};

use crate::serve::limits::{BODY_GRACE, BODY_RATE_MIN};

/// A body under way.
struct Paced {
    body: BodyDataStream,
    began: Instant,
    bytes: u64,
}

/// The request with a body that fails where it comes too slowly.
pub(super) async fn paced(request: Request) -> Request {
    let (head, body) = request.into_parts();
    if axum::body::HttpBody::is_end_stream(&body) {
        return Request::from_parts(head, body);
    }
    let paced = Paced { body: body.into_data_stream(), began: Instant::now(), bytes: 0 };
    Request::from_parts(head, Body::from_stream(stream::unfold(paced, next)))
}

async fn next(mut paced: Paced) -> Option<(Result<Bytes, axum::Error>, Paced)> {
    let due = paced.began + BODY_GRACE + Duration::from_secs(paced.bytes / BODY_RATE_MIN);
    let part = match timeout_at(due, paced.body.next()).await {
        Ok(part) => part?,
        Err(_) => Err(axum::Error::new(io::Error::from(io::ErrorKind::TimedOut))),
    };
    if let Ok(bytes) = &part {
        paced.bytes = paced.bytes.saturating_add(bytes.len() as u64);
    }
    Some((part, paced))
}
