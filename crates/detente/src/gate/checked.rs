//! Bodies that change something: read only if they came from a page or a program of this session.

use std::collections::BTreeMap;

use axum::body::Bytes;
use axum::extract::{Form, FromRequest, Multipart, Request};
use axum::http::header::{CONTENT_TYPE, HeaderMap};
use detente_accord::record::Office;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::limits::{BODY_BYTES_MAX, FILE_BYTES_MAX, PARTS_MAX};
use super::session::Way;
use super::{Face, Officer, Refusal};

use crate::web::layout::FORM_MARK;

/// The header with which a program in the browser shows the form's mark; our own script sends it in the body.
pub(crate) const MARK_HEADER: &str = "x-form-mark";

/// A form or a JSON body of a signed-in officer. In `/api/` only JSON is read; on pages forms, and JSON from our
/// script. Where it came from (`Origin`, `Sec-Fetch-Site`) was checked before.
pub(crate) struct Checked<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Checked<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Checked<T>, Refusal> {
        let (parts, body) = request.into_parts();
        let officer = parts.extensions.get::<Officer>().cloned().ok_or(Refusal::SignInNeeded)?;
        let kind = kind_of(&parts.headers).ok_or(Refusal::OtherType)?;
        let face = Face::of(parts.uri.path());
        let bytes = body_bytes(body).await?;
        match (kind, face) {
            (Kind::Json, _) => {
                let mut value: Value = json(&bytes)?;
                check_json(&officer, &parts.headers, &mut value)?;
                typed(value).map(Checked)
            }
            (Kind::Form, Face::Page) => {
                let fields: Vec<(String, String)> = form(&bytes, state).await?;
                let sent = fields.iter().find(|(name, _)| name == FORM_MARK).map(|(_, sent)| sent.as_str());
                check(&officer, sent)?;
                form(&bytes, state).await.map(Checked)
            }
            _ => Err(Refusal::OtherType),
        }
    }
}

/// A file from a form of a signed-in officer, with the other fields.
pub(crate) struct CheckedFile {
    /// The other fields.
    pub(crate) fields: BTreeMap<String, String>,
    /// The file's name as the browser gave it: foreign text.
    pub(crate) name: String,
    /// What it holds: may be list items. Never logged.
    pub(crate) bytes: Bytes,
}

impl<S: Send + Sync> FromRequest<S> for CheckedFile {
    type Rejection = Refusal;

    /// The first field is the form's mark: before it nothing is read.
    async fn from_request(request: Request, state: &S) -> Result<CheckedFile, Refusal> {
        let officer = request.extensions().get::<Officer>().cloned().ok_or(Refusal::SignInNeeded)?;
        let mut request = request;
        axum::extract::DefaultBodyLimit::max(FILE_BYTES_MAX + BODY_BYTES_MAX).apply(&mut request);
        let mut parts = Multipart::from_request(request, state).await.map_err(|_| Refusal::OtherType)?;
        let mut read = CheckedFile { fields: BTreeMap::new(), name: String::new(), bytes: Bytes::new() };
        let mut is_checked = false;
        for _ in 0..PARTS_MAX {
            let Some(part) = parts.next_field().await.map_err(unreadable)? else {
                return if is_checked { Ok(read) } else { Err(Refusal::FormMark) };
            };
            let field = part.name().unwrap_or_default().to_owned();
            if !is_checked && field != FORM_MARK {
                return Err(Refusal::FormMark);
            }
            match part.file_name().map(str::to_owned) {
                Some(name) => {
                    read.name = name;
                    read.bytes = part.bytes().await.map_err(unreadable)?;
                    within(read.bytes.len(), FILE_BYTES_MAX)?;
                }
                None => {
                    let text = part.text().await.map_err(unreadable)?;
                    within(text.len(), BODY_BYTES_MAX)?;
                    if !is_checked {
                        check(&officer, Some(&text))?;
                        is_checked = true;
                    } else {
                        read.fields.insert(field, text);
                    }
                }
            }
        }
        Err(Refusal::BadRequest("the form has too many parts".to_owned()))
    }
}

/// The office that a form names, if it is one of the officer's.
///
/// # Errors
/// [`Refusal::NotYourOffice`].
pub(crate) fn office(officer: &Officer, name: &str) -> Result<Office, Refusal> {
    let named = Office::parse(name).ok_or(Refusal::NotYourOffice)?;
    if officer.offices.contains(&named) { Ok(named) } else { Err(Refusal::NotYourOffice) }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Form,
    Json,
}

fn kind_of(headers: &HeaderMap) -> Option<Kind> {
    let mut values = headers.get_all(CONTENT_TYPE).iter();
    let (one, none) = (values.next()?, values.next());
    let kind = one.to_str().ok()?.split(';').next()?.trim().to_ascii_lowercase();
    match (kind.as_str(), none) {
        ("application/x-www-form-urlencoded", None) => Some(Kind::Form),
        ("application/json", None) => Some(Kind::Json),
        _ => None,
    }
}

/// A program sends no cookie, so that no other site can use it: its key is enough.
fn check_json(officer: &Officer, headers: &HeaderMap, value: &mut Value) -> Result<(), Refusal> {
    let in_body = value.as_object_mut().and_then(|object| object.remove(FORM_MARK));
    if officer.session.way == Way::Program {
        return Ok(());
    }
    let in_header = headers.get(MARK_HEADER).and_then(|sent| sent.to_str().ok());
    check(officer, in_header.or(in_body.as_ref().and_then(Value::as_str)))
}

fn check(officer: &Officer, sent: Option<&str>) -> Result<(), Refusal> {
    let is_ours = sent.is_some_and(|sent| officer.session.is_form_mark(sent));
    if is_ours { Ok(()) } else { Err(Refusal::FormMark) }
}

async fn body_bytes(body: axum::body::Body) -> Result<Bytes, Refusal> {
    axum::body::to_bytes(body, BODY_BYTES_MAX).await.map_err(|error| {
        let mut cause: Option<&dyn std::error::Error> = Some(&error);
        while let Some(one) = cause {
            if one.to_string().contains("length limit") {
                return Refusal::TooLarge;
            }
            cause = one.source();
        }
        Refusal::BadRequest("the body ended early".to_owned())
    })
}

/// Reads a JSON body.
///
/// # Errors
/// [`Refusal::BadRequest`] with the place of the fault, never with what stands there.
pub(super) fn json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(bytes).map_err(|error| {
        Refusal::BadRequest(format!("this is not JSON (line {}, column {})", error.line(), error.column()))
    })
}

/// A JSON value as what is due here.
fn typed<T: DeserializeOwned>(value: Value) -> Result<T, Refusal> {
    serde_json::from_value(value)
        .map_err(|_| Refusal::BadRequest("a field is missing, unknown or of another kind".to_owned()))
}

async fn form<T: DeserializeOwned>(bytes: &Bytes, state: &(impl Send + Sync)) -> Result<T, Refusal> {
    let request = Request::post("/").header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    let request = request.body(bytes.clone().into()).map_err(|_| Refusal::Internal)?;
    let read = Form::<T>::from_request(request, state).await;
    read.map(|Form(value)| value)
        .map_err(|_| Refusal::BadRequest("a field of the form is missing or of another kind".to_owned()))
}

fn within(bytes: usize, bytes_max: usize) -> Result<(), Refusal> {
    if bytes <= bytes_max { Ok(()) } else { Err(Refusal::TooLarge) }
}

fn unreadable(error: axum::extract::multipart::MultipartError) -> Refusal {
    if error.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE {
        return Refusal::TooLarge;
    }
    Refusal::BadRequest("the form cannot be read".to_owned())
}
