//! From a request to an accord, and from what a page shows to its answer: what all pages of an accord share.

use std::sync::Arc;

use axum::response::{Html, IntoResponse as _, Response};
use detente_accord::Time;
use detente_accord::record::RecordId;
use detente_node::{Accord, Error};
use maud::Markup;

use super::layout::{Here, Place, Shell, page};
use crate::gate::{Action, Officer, Refusal};
use crate::serve::Service;

/// The accord that an address names by the first digits of its id.
///
/// # Errors
/// [`Refusal::NotFound`] where none or several begin so.
pub(crate) async fn record(service: &Service, path: &str) -> Result<RecordId, Refusal> {
    let found = service.node.accords().await?;
    let mut fitting = found.iter().filter(|one| one.record.to_string().starts_with(path));
    match (path.len() >= PATH_DIGITS, fitting.next(), fitting.next()) {
        (true, Some(one), None) => Ok(one.record),
        _ => Err(Refusal::NotFound("there is no such accord here".to_owned())),
    }
}

/// Looks at an accord for a page: what it gives, with where we are.
///
/// # Errors
/// Those of the record.
pub(crate) async fn look<T: Send + 'static>(
    service: &Arc<Service>,
    record: RecordId,
    view: impl for<'h> FnOnce(&Accord<'h>, Place, Time) -> Result<T, Error> + Send + 'static,
) -> Result<(T, Place, Time), Refusal> {
    let now = (service.node.world().now)();
    let seen = service.node.look(record, move |accord| {
        let place = Place::of(accord, now)?;
        Ok((view(accord, place.clone(), now)?, place))
    });
    let (seen, mut place) = seen.await?;
    place.notices = notices(service)?;
    Ok((seen, place, now))
}

/// What every page has to say of this node.
fn notices(service: &Service) -> Result<Vec<&'static str>, Refusal> {
    let mut notices = Vec::new();
    notices.extend(service.gate.approves_by_session().then_some(BY_CLICK));
    notices.extend(service.gate.is_single()?.then_some(SINGLE));
    Ok(notices)
}

/// Where no passkey is asked for.
const BY_CLICK: &str = "Rehearsal: a release takes a click here, not a touch of a passkey.";
/// Where nobody else could release.
const SINGLE: &str = "One officer uses these pages: what takes two persons is released by one.";

/// The page in its frame.
pub(crate) fn framed(
    title: &str,
    here: Here,
    officer: &Officer,
    (place, now): (Place, Time),
    body: &Markup,
) -> Response {
    let shell = Shell {
        title: title.to_owned(),
        officer: Some(officer.name.clone()),
        accord: Some(place),
        here,
        now,
    };
    Html(page(&shell, body).into_string()).into_response()
}

/// The mark for forms of an action; nothing for an officer who may not do it, so that no button is shown.
pub(crate) fn mark(officer: &Officer, action: Action) -> Option<String> {
    officer.may(action).then(|| officer.form_mark())
}

/// A form that says nothing but that it was sent.
#[derive(serde::Deserialize)]
pub(crate) struct Nothing {}

/// Digits of an accord's id in addresses.
const PATH_DIGITS: usize = 8;
