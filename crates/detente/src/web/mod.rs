//! The pages for officers and observers.

use std::sync::Arc;

use axum::Router;

use crate::serve::Service;

/// The routes of the pages.
pub(crate) fn router(service: Arc<Service>) -> Router {
    Router::new().with_state(service)
}
