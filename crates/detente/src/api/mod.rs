//! The JSON API under `/api/`.

use std::sync::Arc;

use axum::Router;

use crate::serve::Service;

/// The routes of the API.
pub(crate) fn router(service: Arc<Service>) -> Router {
    Router::new().with_state(service)
}
