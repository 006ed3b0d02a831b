//! The pages for officers and observers: HTML from the server, that works without scripts.

mod assets;
mod events;
pub(crate) mod foreign;
pub(crate) mod layout;
#[cfg(test)]
mod look;
mod matches;
mod observer;
mod overlap;
mod peers;
mod plot;
mod record;
#[cfg(test)]
mod samples;

use std::sync::Arc;

use axum::Router;

use crate::serve::Service;

/// The routes of the pages.
pub(crate) fn router(service: Arc<Service>) -> Router {
    Router::new().merge(assets::router()).with_state(service)
}
