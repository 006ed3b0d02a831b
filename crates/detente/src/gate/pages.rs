//! Signing in and out, passkeys, and refusals as pages.

use std::sync::Arc;

use axum::extract::{Form, Path, Request};
use axum::http::header::{CONTENT_TYPE, HeaderValue, SET_COOKIE};
use axum::response::{Html, IntoResponse, Json, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};
use detente_accord::Time;
use detente_store::officers::{StoredPasskey, WayIn};
use maud::{Markup, html};
use serde::Deserialize;

use super::guard::{From, to};
use super::session::hex;
use super::touch::Touched;
use super::{AtGate, Checked, Gate, Officer, Problem, Refusal, RequestId, Secret, Subject, Way};
use crate::web::foreign::foreign;
use crate::web::layout::{self, FORM_MARK, Here, Shell};

/// The routes.
pub(super) fn router() -> Router {
    Router::new()
        .route("/sign-in", get(sign_in).post(sign_in_by_touch))
        .route("/sign-in/options", post(sign_in_options))
        .route("/sign-in/link/{secret}", get(link).post(use_link))
        .route("/sign-out", get(leaving).post(sign_out))
        .route("/passkeys", get(passkeys).post(add_passkey))
        .route("/passkeys/options", post(passkey_options))
        .route("/passkeys/remove", post(remove_passkey))
        .route("/touch", post(touch))
}

/// A page of the gate.
fn page(title: &str, officer: Option<&Officer>, now: Time, body: &Markup) -> Response {
    let shell = Shell {
        title: title.to_owned(),
        officer: officer.map(|officer| officer.name.clone()),
        accord: None,
        here: Here::Elsewhere,
        now,
    };
    Html(layout::page(&shell, body).into_string()).into_response()
}

/// A refusal as a page: what it is, in words, and where to go on. The same for everybody.
pub(super) fn refused(problem: &Problem, id: &RequestId, now: Time) -> Response {
    let body = html! {
        p { (problem.title) "." }
        @if let Some(detail) = &problem.detail { p { (foreign(detail)) } }
        @if let Some(seconds) = problem.wait_s { p { "In " (seconds) " seconds it works again." } }
        p.muted { "Name: " code { (problem.name) } ". Request: " code { (id.0) } "." }
        p { a href="/" { "Go to the start" } }
    };
    let title = problem.status.canonical_reason().unwrap_or("Refused");
    let mut answer = page(title, None, now, &body);
    *answer.status_mut() = problem.status;
    answer
}

fn mark(officer: &Officer) -> Markup {
    html! { input type="hidden" name=(FORM_MARK) value=(officer.form_mark()); }
}

async fn sign_in(AtGate(gate): AtGate) -> Response {
    let body = html! {
        form method="post" action="/sign-in" data-passkey="get" data-options="/sign-in/options" {
            p {
                label for="name" { "Your name at this node" }
                input #name name="name" autocomplete="username webauthn" required maxlength="64" data-shared;
            }
            input type="hidden" name="credential" value="";
            button disabled { "Sign in with your passkey" }
        }
        p.muted { "Without a passkey, or without scripts: a one-time link lets you in. The node's command line prints it:" }
        pre { "detente officer link NAME" }
    };
    page("Sign in", None, gate.now(), &body)
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

async fn sign_in_options(
    AtGate(gate): AtGate,
    Extension(from): Extension<From>,
    request: Request,
) -> Result<Response, Refusal> {
    gate.count_try(from)?;
    let is_json = request.headers().get(CONTENT_TYPE).is_some_and(|kind| kind == "application/json");
    if !is_json {
        return Err(Refusal::OtherType);
    }
    let bytes = axum::body::to_bytes(request.into_body(), super::limits::SMALL_BYTES_MAX);
    let bytes = bytes.await.map_err(|_| Refusal::TooLarge)?;
    let named: Named = super::checked::json(&bytes)?;
    Ok(Json(gate.ask_sign_in(&named.name)?).into_response())
}

#[derive(Deserialize)]
struct Credential {
    credential: String,
}

async fn sign_in_by_touch(
    AtGate(gate): AtGate,
    Extension(from): Extension<From>,
    form: Result<Form<Credential>, axum::extract::rejection::FormRejection>,
) -> Result<Response, Refusal> {
    gate.count_try(from)?;
    let Form(form) = form.map_err(|_| Refusal::SignInRefused)?;
    let touched = Touched::read(&form.credential).map_err(|_| Refusal::SignInRefused)?;
    let cookie = gate.sign_in_by_touch(touched)?;
    Ok(with_cookie(to("/"), &cookie))
}

/// Looking at a link uses nothing up: programs that look at links before people do would.
async fn link(
    AtGate(gate): AtGate,
    Extension(from): Extension<From>,
    Path(secret): Path<String>,
) -> Result<Response, Refusal> {
    gate.count_try(from)?;
    let name = known_link(&gate, &secret)?;
    let body = html! {
        p { "This link lets " strong { (foreign(&name)) } " in, once." }
        form method="post" { button { "Sign in" } }
    };
    Ok(page("Sign in", None, gate.now(), &body))
}

fn known_link(gate: &Arc<Gate>, secret: &str) -> Result<String, Refusal> {
    let secret = Secret::parse(secret).ok_or(Refusal::SignInRefused)?;
    let officers = gate.officers();
    let id = officers.way_in(WayIn::Link, &secret.digest(), gate.now())?.ok_or(Refusal::SignInRefused)?;
    Ok(officers.officer(&id)?.ok_or(Refusal::SignInRefused)?.name)
}

async fn use_link(
    AtGate(gate): AtGate,
    Extension(from): Extension<From>,
    Path(secret): Path<String>,
) -> Result<Response, Refusal> {
    gate.count_try(from)?;
    let name = known_link(&gate, &secret)?;
    let secret = Secret::parse(&secret).ok_or(Refusal::SignInRefused)?;
    let used = gate.officers().use_way_in(WayIn::Link, &secret.digest(), gate.now())?;
    let id = used.ok_or(Refusal::SignInRefused)?;
    gate.audit_line(&name, "sign-in", "link", "done", Vec::new())?;
    let cookie = gate.begin_session(&id, Way::Link)?;
    let has_passkey = !gate.officers().passkeys(&id)?.is_empty();
    let next = if has_passkey || gate.approves_by_session() { "/" } else { "/passkeys" };
    Ok(with_cookie(to(next), &cookie))
}

async fn leaving(AtGate(gate): AtGate, officer: Officer) -> Response {
    let body = html! {
        p { "You are signed in as " strong { (foreign(&officer.name)) } "." }
        form method="post" action="/sign-out" { (mark(&officer)) button { "Sign out" } }
    };
    page("Sign out", Some(&officer), gate.now(), &body)
}

#[derive(Deserialize)]
struct Nothing {}

async fn sign_out(AtGate(gate): AtGate, officer: Officer, _: Checked<Nothing>) -> Result<Response, Refusal> {
    gate.officers().end_session(&officer.session.digest)?;
    gate.audit(&officer, "sign-out", "", "done")?;
    Ok(with_cookie(to("/sign-in"), &gate.place().clear_cookie()))
}

async fn passkeys(AtGate(gate): AtGate, officer: Officer) -> Result<Response, Refusal> {
    let held = gate.officers().passkeys(&officer.id)?;
    Ok(page("Passkeys", Some(&officer), gate.now(), &passkeys_body(&officer, &held)))
}

fn passkeys_body(officer: &Officer, held: &[StoredPasskey]) -> Markup {
    html! {
        p {
            "A passkey lets you in, and approves what you release: each approval is a touch of it, for exactly the text "
            "on the screen. Add two, and keep one in a drawer."
        }
        @if held.is_empty() { p { "You have none yet." } }
        @else {
            table {
                caption { "Your passkeys" }
                thead { tr { th scope="col" { "Name" } th scope="col" { "Added" } th scope="col" { "" } } }
                tbody { @for passkey in held { (passkey_row(officer, passkey)) } }
            }
        }
        form method="post" action="/passkeys" data-passkey="create" data-options="/passkeys/options" {
            (mark(officer))
            p {
                label for="label" { "What you call it" }
                input #label name="label" required maxlength="16";
            }
            input type="hidden" name="credential" value="";
            button disabled { "Add a passkey" }
        }
        p.muted { "Without scripts no passkey can be added; a statement is then released at the command line: detente release NAME." }
        p { a href="/" { "Go on without" } }
    }
}

fn passkey_row(officer: &Officer, passkey: &StoredPasskey) -> Markup {
    html! {
        tr {
            td data-label="Name" { (foreign(&passkey.label)) }
            td data-label="Added" { (layout::time(passkey.made)) }
            td {
                form method="post" action="/passkeys/remove" {
                    (mark(officer))
                    input type="hidden" name="passkey" value=(hex(&passkey.id));
                    button { "Remove" }
                }
            }
        }
    }
}

async fn passkey_options(
    AtGate(gate): AtGate,
    officer: Officer,
    _: Checked<Nothing>,
) -> Result<Response, Refusal> {
    Ok(Json(gate.ask_passkey(&officer)?).into_response())
}

#[derive(Deserialize)]
struct NewPasskey {
    label: String,
    credential: String,
}

async fn add_passkey(
    AtGate(gate): AtGate,
    officer: Officer,
    Checked(new): Checked<NewPasskey>,
) -> Result<Response, Refusal> {
    gate.keep_passkey(&officer, &new.label, Touched::read(&new.credential)?)?;
    Ok(to("/passkeys"))
}

#[derive(Deserialize)]
struct OnePasskey {
    passkey: String,
}

async fn remove_passkey(
    AtGate(gate): AtGate,
    officer: Officer,
    Checked(one): Checked<OnePasskey>,
) -> Result<Response, Refusal> {
    let held = gate.officers().passkeys(&officer.id)?;
    let meant = held.iter().find(|passkey| hex(&passkey.id) == one.passkey);
    let meant = meant.ok_or_else(|| Refusal::NotFound("no passkey of yours".to_owned()))?;
    gate.officers().remove_passkey(&officer.id, &meant.id)?;
    gate.audit(&officer, "remove-passkey", &hex(&meant.id), "done")?;
    Ok(to("/passkeys"))
}

#[derive(Deserialize)]
struct Approving {
    /// The hash of the text, as the page carries it.
    subject: String,
}

/// What the browser is told for the touch that approves a text.
async fn touch(
    AtGate(gate): AtGate,
    officer: Officer,
    Checked(approving): Checked<Approving>,
) -> Result<Response, Refusal> {
    let subject = Subject::parse(&approving.subject);
    let subject = subject.ok_or_else(|| Refusal::BadRequest("subject: 64 digits".to_owned()))?;
    Ok(Json(gate.ask_approval(&officer, subject)?).into_response())
}

fn with_cookie(mut answer: Response, cookie: &str) -> Response {
    if let Ok(cookie) = HeaderValue::from_str(cookie) {
        answer.headers_mut().insert(SET_COOKIE, cookie);
    }
    answer
}

/// What approves a text, for the page beside whose button it stands: the fields of the form, and where there is no
/// passkey or no script the command that does the same.
pub(crate) fn approval_fields(officer: &Officer, subject: &Subject) -> Markup {
    html! {
        (mark(officer))
        input type="hidden" name="subject" value=(subject.text()) data-shared;
        input type="hidden" name="credential" value="";
    }
}
