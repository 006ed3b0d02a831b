//! The JSON API under `/api/`.

pub(crate) mod problem;

use std::sync::Arc;

use axum::Router;

use crate::serve::Service;

/// The routes of the API.
pub(crate) fn router(service: Arc<Service>) -> Router {
    Router::new().with_state(service)
}
