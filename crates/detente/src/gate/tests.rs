//! The gate from outside: requests in, answers out.

mod hosts;
mod matrix;
mod passkeys;
mod sessions;

use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, Response, StatusCode};
use axum::routing::{get, post};
use detente_accord::{Entropy, Time};
use detente_node::engine::World;
use detente_store::officers::StoredOfficer;
use serde::Deserialize;
use serde_json::Value;
use tower::Service as _;

use super::*;

/// A gate with routes behind it, and a clock that stands.
pub(super) struct Desk {
    pub(super) gate: Arc<Gate>,
    routes: Router,
    clock: Arc<AtomicU64>,
    _folder: tempfile::TempDir,
}

/// An answer, read.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: axum::http::HeaderMap,
    pub(super) body: String,
}

#[derive(Deserialize)]
struct Said {
    text: String,
}

const PORT: u16 = 7480;
pub(super) const HOST: &str = "localhost:7480";
pub(super) const ORIGIN: &str = "http://localhost:7480";

impl Desk {
    pub(super) fn open() -> Desk {
        let private = std::fs::Permissions::from_mode(0o700);
        let folder = tempfile::Builder::new().permissions(private).tempdir().unwrap();
        let clock = Arc::new(AtomicU64::new(1_790_000_000_000));
        let told = clock.clone();
        let world = World {
            now: Arc::new(move || Time(told.load(Ordering::Relaxed))),
            entropy: Arc::new(|| Entropy::from_random([0; 32])),
        };
        let gate = Arc::new(Gate::open(folder.path(), Place::loopback(PORT), world).unwrap());
        let said = async |_: Officer, Checked(said): Checked<Said>| said.text;
        let routes = Router::new()
            .route("/probe", get(async |officer: Officer| officer.name).post(said))
            .route("/api/v1/probe", get(async |officer: Officer| officer.name).post(said))
            .route("/file", post(async |file: CheckedFile| format!("{} {}", file.name, file.bytes.len())))
            .route("/livez", get(async || "live"))
            .route("/broken", get(async || StatusCode::INTERNAL_SERVER_ERROR))
            .merge(Gate::router());
        Desk { routes: around(routes, gate.clone()), gate, clock, _folder: folder }
    }

    pub(super) fn pass(&self, ms: u64) {
        self.clock.fetch_add(ms, Ordering::Relaxed);
    }

    pub(super) fn officer(&self, name: &str, role: Role, offices: &[&str]) -> StoredOfficer {
        let offices: Vec<Office> = offices.iter().map(|office| Office::parse(office).unwrap()).collect();
        people::add(&mut self.gate.officers(), name, role, &offices).unwrap()
    }

    /// The secret of a session that was begun for an officer, as the cookie has it.
    pub(super) fn session(&self, officer: &StoredOfficer) -> String {
        let cookie = self.gate.begin_session(&officer.id, Way::Link).unwrap();
        cookie.split(['=', ';']).nth(1).unwrap().to_owned()
    }

    pub(super) fn mark(&self, session: &str) -> String {
        form_mark(&Session::of(&Secret::parse(session).unwrap(), Way::Link))
    }

    pub(super) async fn send(&self, request: Request<Body>) -> Answer {
        let answer: Response<Body> = self.routes.clone().call(request).await.unwrap();
        let (parts, body) = answer.into_parts();
        let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
        let body = String::from_utf8(body.to_vec()).unwrap();
        Answer { status: parts.status, headers: parts.headers, body }
    }
}

impl Answer {
    /// The name of the refusal, from the problem or the page; empty if it is none.
    pub(super) fn refusal(&self) -> String {
        let problem: Option<Value> = serde_json::from_str(&self.body).ok();
        let kind = problem.as_ref().and_then(|problem| problem.get("type")?.as_str()?.rsplit(':').next());
        let on_page = || self.body.split("Name: <code>").nth(1)?.split('<').next();
        kind.or_else(on_page).unwrap_or_default().to_owned()
    }

    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

/// A request as a browser or a program on this computer sends it.
pub(super) fn request(method: Method, path: &str) -> axum::http::request::Builder {
    Request::builder().method(method).uri(path).header("host", HOST)
}

pub(super) fn get_page(path: &str, session: &str) -> Request<Body> {
    request(Method::GET, path).header("cookie", cookie(session)).body(Body::empty()).unwrap()
}

pub(super) fn cookie(session: &str) -> String {
    format!("detente-{PORT}={session}")
}

/// A form as a page of ours sends it.
pub(super) fn form(path: &str, session: &str, body: &str) -> Request<Body> {
    request(Method::POST, path)
        .header("cookie", cookie(session))
        .header("origin", ORIGIN)
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from(body.to_owned()))
        .unwrap()
}

/// JSON as our script sends it.
pub(super) fn json(path: &str, session: &str, body: &Value) -> Request<Body> {
    request(Method::POST, path)
        .header("cookie", cookie(session))
        .header("origin", ORIGIN)
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "application/json")
        .body(Body::from(body.to_string()))
        .unwrap()
}
