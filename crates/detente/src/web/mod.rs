//! The pages for officers and observers: HTML from the server, that works without scripts.

mod assets;
mod compose;
mod desk;
pub(crate) mod drafts;
mod events;
pub(crate) mod foreign;
mod frame;
mod home;
mod inquiries;
pub(crate) mod layout;
#[cfg(test)]
mod look;
mod matches;
mod norms;
mod observer;
mod offers;
mod others;
mod overlap;
mod peers;
mod place;
mod plot;
mod record;
#[cfg(test)]
mod samples;
pub(crate) mod say;
mod talks;
mod thread;
mod written;

use std::sync::Arc;

use axum::Router;

use crate::serve::Service;

/// The routes of the pages.
pub(crate) fn router(service: Arc<Service>) -> Router {
    Router::new()
        .merge(assets::router())
        .merge(record::router())
        .merge(matches::router())
        .merge(others::router())
        .merge(home::router())
        .merge(talks::router())
        .merge(say::router())
        .with_state(service)
}
