//! Whether the process lives, and whether it can work. Nobody signs in for these, so they tell no details.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;

use super::Service;

/// `/livez`, `/readyz` and its other name.
pub(super) fn router(service: Arc<Service>) -> Router {
    Router::new()
        .route("/livez", get(async || "live\n"))
        .route("/readyz", get(ready))
        .route("/healthz", get(ready))
        .with_state(service)
}

/// Ready: the writer answers.
async fn ready(State(service): State<Arc<Service>>) -> (StatusCode, &'static str) {
    match service.node.accords().await {
        Ok(_) => (StatusCode::OK, "ready\n"),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "not ready\n"),
    }
}
