//! The JSON API under `/api/`.
//!
//! [`routes`] is one table: from it come the router and the description that is served at `/api/openapi.json`.
//! Documents are those that the command line prints with `--json`.

pub(crate) mod limits;
mod openapi;
mod page;
pub(crate) mod problem;
mod read;
mod routes;
mod shape;
#[cfg(test)]
mod tests;
mod write;

use std::sync::Arc;

use axum::Router;
use axum::routing::get;

use crate::serve::Service;

/// The routes of the API.
pub(crate) fn router(service: Arc<Service>) -> Router {
    let mut router = Router::new().route(openapi::PATH, get(openapi::serve));
    for (path, handlers) in routes::by_path() {
        router = router.route(&path, handlers);
    }
    router.with_state(service)
}
