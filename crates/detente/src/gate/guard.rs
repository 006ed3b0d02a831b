//! The layer around every route: whether a request was meant for this node, whose it is, and what every answer
//! carries. What is not named here as open needs a sign-in, so that a route that forgot to ask is closed.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use axum::extract::{ConnectInfo, Request};
use axum::http::header::{
    AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, HOST, HeaderMap, HeaderName, HeaderValue, LOCATION,
    ORIGIN, RETRY_AFTER, TRANSFER_ENCODING,
};
use axum::http::{Method, StatusCode, Version};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};

use super::refusal::Problem;
use super::session::{Secret, Session, Way, hex};
use super::{Gate, Officer, Refusal, headers, pages};

/// What kind of face a path belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Face {
    /// For people: HTML.
    Page,
    /// For programs: JSON.
    Api,
}

impl Face {
    /// The face of a path.
    pub(crate) fn of(path: &str) -> Face {
        if path == "/api" || path.starts_with("/api/") { Face::Api } else { Face::Page }
    }
}

/// The name of a request, in its answer and in the log.
#[derive(Clone)]
pub(crate) struct RequestId(pub(crate) String);

/// Whom a request came from.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct From(pub(crate) IpAddr);

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
const FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");

/// Where nobody is asked who they are: whether the process lives, the pages' style and script, signing in, what the
/// API looks like.
const OPEN: [&str; 5] = ["/livez", "/readyz", "/healthz", "/sign-in", "/api/openapi.json"];
const OPEN_BELOW: [&str; 2] = ["/sign-in/", "/assets/"];

/// What stands under a hash of its content, and may be kept by a browser.
const KEPT_BELOW: &str = "/assets/";

/// Puts the gate around all routes of the pages and the API.
pub(crate) fn around(router: Router, gate: Arc<Gate>) -> Router {
    router.layer(from_fn(move |request: Request, next: Next| guard(gate.clone(), request, next)))
}

async fn guard(gate: Arc<Gate>, mut request: Request, next: Next) -> Response {
    let asked = Asked::of(&request);
    let id = RequestId(gate.random().map_or_else(|_| String::new(), |bytes: [u8; 8]| hex(&bytes)));
    request.extensions_mut().insert(id.clone());
    let answer = match admit(&gate, &mut request) {
        Ok(()) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    };
    finish(&gate, &asked, &id, answer)
}

/// What of a request decides how its answer looks.
struct Asked {
    face: Face,
    is_get: bool,
    path: String,
}

impl Asked {
    fn of(request: &Request) -> Asked {
        let path = request.uri().path().to_owned();
        Asked { face: Face::of(&path), is_get: request.method() == Method::GET, path }
    }
}

/// Every check that needs no body, cheapest first.
fn admit(gate: &Arc<Gate>, request: &mut Request) -> Result<(), Refusal> {
    check_form(request)?;
    let host = host(gate, request)?;
    check_method(request.method())?;
    check_site(gate, request, &host)?;
    let from = request.extensions().get::<Option<ConnectInfo<SocketAddr>>>();
    let from = from.copied().flatten().map(|ConnectInfo(at)| at.ip());
    request.extensions_mut().insert(From(from.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED))));
    request.extensions_mut().insert(gate.clone());
    let officer = officer(gate, request.headers())?;
    match officer {
        Some(officer) => {
            gate.count_request(&officer)?;
            request.extensions_mut().insert(officer);
            Ok(())
        }
        None if is_open(request.uri().path()) => Ok(()),
        None => Err(Refusal::SignInNeeded),
    }
}

fn is_open(path: &str) -> bool {
    OPEN.contains(&path) || OPEN_BELOW.iter().any(|below| path.starts_with(below))
}

/// A request that two programs could read differently is read by none (T40).
fn check_form(request: &Request) -> Result<(), Refusal> {
    let headers = request.headers();
    let count = |name: &HeaderName| headers.get_all(name).iter().count();
    let both = count(&TRANSFER_ENCODING) > 0 && count(&CONTENT_LENGTH) > 0;
    let twice = [CONTENT_LENGTH, TRANSFER_ENCODING, HOST, ORIGIN, AUTHORIZATION, CONTENT_TYPE, FETCH_SITE];
    let odd = headers
        .get(&TRANSFER_ENCODING)
        .is_some_and(|value| !value.as_bytes().eq_ignore_ascii_case(b"chunked"));
    let old = request.version() != Version::HTTP_11;
    if both || odd || old || twice.iter().any(|name| count(name) > 1) {
        return Err(Refusal::Ambiguous);
    }
    Ok(())
}

/// The name that the request was sent to, if it is ours, exactly (T39). A request line with another name in it is
/// for another server.
fn host(gate: &Gate, request: &Request) -> Result<String, Refusal> {
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok()).ok_or(Refusal::OtherHost)?;
    let named = request.uri().authority().map(|authority| authority.as_str());
    let is_same = named.is_none_or(|named| named.eq_ignore_ascii_case(host));
    if gate.place().is_ours(host) && is_same { Ok(host.to_owned()) } else { Err(Refusal::OtherHost) }
}

fn check_method(method: &Method) -> Result<(), Refusal> {
    let known = [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::DELETE];
    if known.contains(method) { Ok(()) } else { Err(Refusal::OtherMethod) }
}

/// Refuses what another site sent (T37). A browser says so itself, in headers that no page can set.
///
/// Forms of pages that send no referrer name the origin `null`; then, and only then, `Sec-Fetch-Site` alone decides.
fn check_site(gate: &Gate, request: &Request, host: &str) -> Result<(), Refusal> {
    let text = |name: &HeaderName| request.headers().get(name).map(|value| value.to_str().unwrap_or(""));
    let (site, origin) = (text(&FETCH_SITE), text(&ORIGIN));
    let is_reading = matches!(*request.method(), Method::GET | Method::HEAD);
    let is_visit = text(&FETCH_MODE) == Some("navigate") && text(&FETCH_DEST) == Some("document");
    let is_page = Face::of(request.uri().path()) == Face::Page;
    let from_us = match site {
        None | Some("same-origin") => true,
        // Typed, or from a bookmark; no form comes this way.
        Some("none") => is_reading,
        // A link on another site may open a page. It carries no cookie, and leads to the sign-in.
        Some(_) => is_reading && is_visit && is_page,
    };
    let is_own = match origin {
        None => is_reading || request.headers().contains_key(AUTHORIZATION),
        Some("null") => site == Some("same-origin"),
        Some(origin) => gate.place().is_own_origin(origin, host),
    };
    if from_us && is_own { Ok(()) } else { Err(Refusal::OtherSite) }
}

/// Whose request it is, by cookie or by a program's key; never both.
fn officer(gate: &Gate, headers: &HeaderMap) -> Result<Option<Officer>, Refusal> {
    let key = headers.get(AUTHORIZATION);
    let cookie = cookie(headers, gate.place().cookie())?;
    match (key, cookie) {
        (Some(_), Some(_)) => Err(Refusal::Ambiguous),
        (Some(key), None) => {
            let key = key.to_str().ok().and_then(|key| key.strip_prefix("Bearer "));
            let secret = key.and_then(Secret::parse).ok_or(Refusal::SignInNeeded)?;
            gate.program(&secret)?.ok_or(Refusal::SignInNeeded).map(Some)
        }
        (None, Some(secret)) => gate.signed_in(&secret),
        (None, None) => Ok(None),
    }
}

/// The session's secret. A cookie that stands twice was put there by somebody else.
fn cookie(headers: &HeaderMap, name: &str) -> Result<Option<Secret>, Refusal> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let mut ours = pairs.filter(|(key, _)| *key == name).map(|(_, value)| value);
    match (ours.next(), ours.next()) {
        (_, Some(_)) => Err(Refusal::Ambiguous),
        (one, None) => Ok(one.and_then(Secret::parse)),
    }
}

/// The answer as it leaves: refusals in the form of their face, and the headers.
fn finish(gate: &Gate, asked: &Asked, id: &RequestId, answer: Response) -> Response {
    let mut answer = shaped(gate, asked, id, answer);
    let keeps = asked.path.starts_with(KEPT_BELOW) && answer.status() == StatusCode::OK;
    headers::put(answer.headers_mut(), keeps, gate.place().is_tls());
    if let Ok(id) = HeaderValue::from_str(&id.0) {
        answer.headers_mut().insert(REQUEST_ID, id);
    }
    answer
}

fn shaped(gate: &Gate, asked: &Asked, id: &RequestId, answer: Response) -> Response {
    let Some(problem) = problem_of(&answer) else { return answer };
    if problem.status == StatusCode::UNAUTHORIZED && asked.face == Face::Page && asked.is_get {
        return to("/sign-in");
    }
    let mut shaped = match asked.face {
        Face::Api => crate::api::problem::answer(&problem, id),
        Face::Page => pages::refused(&problem, id, gate.now()),
    };
    if let Some(seconds) = problem.wait_s {
        shaped.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    for name in [axum::http::header::ALLOW, axum::http::header::SET_COOKIE] {
        if let Some(value) = answer.headers().get(&name) {
            shaped.headers_mut().insert(name, value.clone());
        }
    }
    shaped
}

/// What went wrong, if something did and nobody has said it in a body yet.
fn problem_of(answer: &Response) -> Option<Problem> {
    if let Some(problem) = answer.extensions().get::<Problem>() {
        return Some(problem.clone());
    }
    let refusal = match answer.status() {
        StatusCode::NOT_FOUND => Refusal::NotFound(String::new()),
        StatusCode::METHOD_NOT_ALLOWED => Refusal::OtherMethod,
        StatusCode::PAYLOAD_TOO_LARGE => Refusal::TooLarge,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Refusal::OtherType,
        StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY => Refusal::BadRequest(String::new()),
        StatusCode::INTERNAL_SERVER_ERROR => Refusal::Internal,
        _ => return None,
    };
    let is_ours = answer.headers().get(CONTENT_TYPE).is_some_and(|kind| {
        kind.as_bytes().starts_with(b"text/html") || kind.as_bytes().starts_with(b"application/")
    });
    (!is_ours).then(|| refusal.problem())
}

/// Go there, with GET.
pub(crate) fn to(path: &str) -> Response {
    let mut answer = StatusCode::SEE_OTHER.into_response();
    let path = HeaderValue::from_str(path).unwrap_or(HeaderValue::from_static("/"));
    answer.headers_mut().insert(LOCATION, path);
    answer
}

/// A session of a program's key or a cookie.
pub(super) fn session(secret: &Secret, way: Way) -> Session {
    Session::of(secret, way)
}
