//! The style sheet and the script: in the program, under the hash of what they say, so that a browser that has one
//! has the right one.

use std::sync::LazyLock;

use axum::Router;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::routing::get;
use sha2::{Digest, Sha256};

use crate::shown::short;

/// The style sheet.
pub(crate) const CSS: &str = include_str!("detente.css");
/// The script.
pub(crate) const JS: &str = include_str!("detente.js");

/// Where the style sheet is.
pub(crate) fn css_path() -> &'static str {
    static PATH: LazyLock<String> = LazyLock::new(|| path(CSS, "css"));
    &PATH
}

/// Where the script is.
pub(crate) fn js_path() -> &'static str {
    static PATH: LazyLock<String> = LazyLock::new(|| path(JS, "js"));
    &PATH
}

fn path(content: &str, kind: &str) -> String {
    format!("/assets/detente-{}.{kind}", short(&Sha256::digest(content)))
}

/// The routes of both. What a hash names never changes, so browsers may keep it; it tells nothing of anybody.
pub(crate) fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    let serve = |content: &'static str, kind: &'static str| {
        let heads = [(CONTENT_TYPE, kind), (CACHE_CONTROL, "public, max-age=31536000, immutable")];
        get(async move || (heads, content))
    };
    Router::new()
        .route(css_path(), serve(CSS, "text/css; charset=utf-8"))
        .route(js_path(), serve(JS, "text/javascript; charset=utf-8"))
        // Browsers ask for it unasked; without an answer each first page would log an error.
        .route("/favicon.ico", get(async || StatusCode::NO_CONTENT))
}
