//! The first page: the accords of this home, or the only one.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::{Html, IntoResponse as _, Response};
use axum::routing::get;
use maud::{Markup, html};

use super::foreign::foreign;
use super::layout::{self, Here, Shell};
use super::place::path;
use crate::gate::{Officer, Refusal, to};
use crate::serve::Service;

/// The routes.
pub(crate) fn router() -> Router<Arc<Service>> {
    Router::new().route("/", get(first))
}

async fn first(State(service): State<Arc<Service>>, officer: Officer) -> Result<Response, Refusal> {
    let found = service.node.accords().await?;
    let accords: Vec<(String, String)> =
        found.into_iter().map(|one| (path(&one.record.to_string()), one.title)).collect();
    if let [(path, _)] = accords.as_slice() {
        return Ok(to(&format!("/a/{path}/desk")));
    }
    let shell = Shell {
        title: "Accords".to_owned(),
        officer: Some(officer.name),
        accord: None,
        here: Here::Elsewhere,
        now: (service.node.world().now)(),
    };
    Ok(Html(layout::page(&shell, &list(&accords)).into_string()).into_response())
}

/// Accords, each by the first digits of its id and its title.
fn list(accords: &[(String, String)]) -> Markup {
    html! {
        @if accords.is_empty() {
            p { "There is no accord in this home yet. An accord is founded at the command line: " code { "detente accord offer" } "." }
        }
        ul {
            @for (path, title) in accords {
                li { a href={ "/a/" (path) "/desk" } { (foreign(title)) } " " code { (path) } }
            }
        }
    }
}
