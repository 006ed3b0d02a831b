//! From a form to a draft, and from a draft to the record. A form never says anything: it leaves a draft, whose page
//! tells what its release would do.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use detente_accord::record::{Act, Office, Position, RecordId};
use detente_node::engine::Moment;
use detente_node::{Accord, By, Done};

use super::compose;
use super::drafts::{self, List, May, Seen};
use super::frame::{framed, look, record};
use super::layout::{FORM_MARK, Here};
use crate::exit::Failure;
use crate::gate::{self, Action, Asked, Checked, Officer, Refusal, Subject, to};
use crate::say::content::{self, Content};
use crate::say::{Fault, Given, draft};
use crate::serve::Service;

type Node = State<Arc<Service>>;
/// What a form sends: names with texts, a name again where several boxes are ticked.
type Fields = Vec<(String, String)>;

/// The routes.
pub(crate) fn router() -> Router<Arc<Service>> {
    Router::new()
        .route("/a/{accord}/say/{kind}", get(form_of_type).post(draft_of_type))
        .route("/a/{accord}/say/{kind}/{act}", get(form_of_act).post(draft_of_act))
        .route("/a/{accord}/drafts", get(list))
        .route("/a/{accord}/drafts/{name}", get(one))
        .route("/a/{accord}/drafts/{name}/release", axum::routing::post(release))
        .route("/a/{accord}/drafts/{name}/discard", get(ask_discard).post(discard))
}

/// The act of this type and name, if officers say it through forms and programs.
///
/// # Errors
/// [`Refusal::NotFound`].
pub(crate) fn act_of(kind: &str, act: &str) -> Result<&'static Act, Refusal> {
    let known = Act::of(kind, act).filter(|known| !is_made_here(known));
    known.ok_or_else(|| Refusal::NotFound("there is no such form".to_owned()))
}

/// What nodes say by themselves, and what takes more than a form: keys, matches, files.
fn is_made_here(act: &Act) -> bool {
    use detente_accord::record::SignerRule;
    let kinds = ["charter", "member", "officer", "keys", "exhibit", "terms", "list", "receipt", "handover"];
    matches!(act.signers, SignerRule::Node) || kinds.contains(&act.kind) || act.in_files
}

async fn form_of_type(
    node: Node,
    Path((path, kind)): Path<(String, String)>,
    query: Query<Fields>,
    officer: Officer,
) -> Result<Response, Refusal> {
    form(node, (path, kind, String::new()), query, officer).await
}

async fn form_of_act(
    node: Node,
    Path(at): Path<(String, String, String)>,
    query: Query<Fields>,
    officer: Officer,
) -> Result<Response, Refusal> {
    form(node, at, query, officer).await
}

async fn form(
    State(service): Node,
    (path, kind, act): (String, String, String),
    Query(fields): Query<Fields>,
    officer: Officer,
) -> Result<Response, Refusal> {
    let (record, act) = (record(&service, &path).await?, act_of(&kind, &act)?);
    officer.check(Action::Draft, officer.offices.first())?;
    shown(&service, record, act, Given::from_form(fields), Vec::new(), &officer).await
}

/// The form with what was given so far.
async fn shown(
    service: &Arc<Service>,
    record: RecordId,
    act: &'static Act,
    given: Given,
    faults: Vec<(String, String)>,
    officer: &Officer,
) -> Result<Response, Refusal> {
    let offices = officer.offices.iter().map(ToString::to_string).collect();
    let mark = officer.form_mark();
    let seen = look(service, record, move |accord, place, now| {
        Ok(compose::View {
            act,
            about: compose::About::of(accord, given.texts("entry"))?,
            choices: compose::Choices::of(accord, now),
            offices,
            given,
            faults,
            mark,
            place,
        })
    });
    let (view, place, now) = seen.await?;
    Ok(framed(&compose::title(act), Here::Inquiries, officer, (place, now), &compose::page(&view)))
}

async fn draft_of_type(
    node: Node,
    Path((path, kind)): Path<(String, String)>,
    officer: Officer,
    fields: Checked<Fields>,
) -> Result<Response, Refusal> {
    make(node, (path, kind, String::new()), officer, fields).await
}

async fn draft_of_act(
    node: Node,
    Path(at): Path<(String, String, String)>,
    officer: Officer,
    fields: Checked<Fields>,
) -> Result<Response, Refusal> {
    make(node, at, officer, fields).await
}

async fn make(
    State(service): Node,
    (path, kind, act): (String, String, String),
    officer: Officer,
    Checked(fields): Checked<Fields>,
) -> Result<Response, Refusal> {
    let (record, act) = (record(&service, &path).await?, act_of(&kind, &act)?);
    let given = Given::from_form(fields.into_iter().filter(|(name, _)| name != FORM_MARK));
    let office = gate::office(&officer, given.text("as").unwrap_or_default())?;
    officer.check(Action::Draft, Some(&office))?;
    let (tried, by) = (given.clone(), office.clone());
    let made = service.node.act(record, move |accord, moment| Ok(leave(accord, act, &tried, by, moment)));
    match made.await? {
        Ok(seen) => {
            propose(&service, &officer, &record, &seen)?;
            Ok(to(&format!("/a/{path}/drafts/{}", seen.waiting.name)))
        }
        Err(fault) => {
            let fault = (fault.name, words(&fault.failure));
            let mut answer = shown(&service, record, act, given, vec![fault], &officer).await?;
            *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(answer.into_response())
        }
    }
}

fn words(failure: &Failure) -> String {
    let hint = failure.hint.as_ref().map_or_else(String::new, |hint| format!(" ({hint})"));
    format!("{}{hint}", failure.message)
}

/// Makes a statement and leaves it waiting, signed by the office that drafts it.
pub(crate) fn leave(
    accord: &mut Accord<'_>,
    act: &'static Act,
    given: &Given,
    by: Office,
    moment: &mut Moment,
) -> Result<Seen, Fault> {
    let about = draft::about(accord, &[act], given)?;
    let content = content::of(about.act, Content::new(), given)?;
    let made = draft::draft(accord, &about, content, given)?;
    let prepared =
        accord.prepare_to_say(made, &By::Named(vec![by]), true, moment.now, &mut moment.entropy)?;
    let name = match accord.say_prepared(prepared, moment.now)? {
        Done::Waits(name) => name,
        Done::Said(position) => return Err(Failure::refused(format!("it stands at {position}")).into()),
    };
    let seen = Seen::of(accord, &name, None, moment.now)?;
    seen.ok_or_else(|| Failure::refused("the draft is gone").into())
}

/// Tells the gate who drafted it, so that another officer releases it where that takes two.
pub(crate) fn propose(
    service: &Service,
    officer: &Officer,
    record: &RecordId,
    seen: &Seen,
) -> Result<(), Refusal> {
    let action = seen.action();
    let subject = Subject::new(action, record.bytes(), &seen.canonical);
    service.gate.propose(officer, action, record.bytes(), &seen.waiting.name, (subject, Vec::new()))
}

async fn list(State(service): Node, Path(path): Path<String>, officer: Officer) -> Result<Response, Refusal> {
    let record = record(&service, &path).await?;
    let (view, place, now) = look(&service, record, |accord, place, _| List::of(accord, place)).await?;
    Ok(framed("Drafts", Here::Drafts, &officer, (place, now), &drafts::list(&view)))
}

fn no_draft() -> Refusal {
    Refusal::NotFound("no draft of this name waits: it was released, or discarded".to_owned())
}

async fn one(
    State(service): Node,
    Path((path, name)): Path<(String, String)>,
    officer: Officer,
) -> Result<Response, Refusal> {
    let record = record(&service, &path).await?;
    let (offices, sought) = (officer.offices.clone(), name.clone());
    let seen = look(&service, record, move |accord, _, now| {
        let mut can: Vec<String> = Vec::new();
        let mut seen = None;
        for office in &offices {
            let by = Seen::of(accord, &sought, Some(office), now)?;
            if let Some(by) = by.filter(|by| by.told.is_ok()) {
                can.push(office.to_string());
                seen = seen.or(Some(by));
            }
        }
        // Nobody of ours can: then it is shown as whoever can would release it.
        let seen = match seen {
            Some(seen) => Some(seen),
            None => Seen::of(accord, &sought, None, now)?,
        };
        Ok(seen.map(|seen| (seen, can)))
    });
    let (seen, place, now) = seen.await?;
    let (seen, can) = seen.ok_or_else(no_draft)?;
    let drafter = service.gate.proposer(record.bytes(), &name)?;
    let is_own = drafter.as_ref().is_some_and(|(id, _)| *id == officer.id);
    let view = drafts::View {
        may: may(&service, &officer, &record, &seen, can, is_own)?,
        place: place.clone(),
        drafter: drafter.map(|(_, name)| name),
        mark: officer.form_mark(),
        faults: Vec::new(),
        seen,
    };
    Ok(framed("Draft", Here::Drafts, &officer, (place, now), &drafts::page(&view)))
}

fn may(
    service: &Service,
    officer: &Officer,
    record: &RecordId,
    seen: &Seen,
    offices: Vec<String>,
    is_own: bool,
) -> Result<May, Refusal> {
    if !officer.may(Action::Discard) {
        return Ok(May::Read);
    }
    if is_own && seen.takes_two && !service.gate.is_single()? {
        return Ok(May::Discard("You drafted it: another officer releases it."));
    }
    if offices.is_empty() {
        return Ok(May::Discard("None of your offices can release it."));
    }
    let subject = Subject::new(seen.action(), record.bytes(), &seen.canonical).text();
    Ok(May::Release { offices, subject, by_touch: !service.gate.approves_by_session() })
}

async fn release(
    State(service): Node,
    Path((path, name)): Path<(String, String)>,
    officer: Officer,
    Checked(fields): Checked<Fields>,
) -> Result<Response, Refusal> {
    let record = record(&service, &path).await?;
    let given = Given::from_form(fields);
    let office = gate::office(&officer, given.text("as").unwrap_or_default())?;
    let said = release_draft(&service, &officer, record, &name, office, given.text("credential")).await?;
    Ok(to(&format!("/a/{path}/{}", page_of(&service, record, said).await?)))
}

/// Releases a draft, if the gate permits it: by a touch for exactly its text, and by somebody else where that takes two.
///
/// # Errors
/// Those of the gate and of the record; [`Refusal::Changed`] if the text is another one meanwhile.
pub(crate) async fn release_draft(
    service: &Arc<Service>,
    officer: &Officer,
    record: RecordId,
    name: &str,
    office: Office,
    credential: Option<&str>,
) -> Result<Position, Refusal> {
    let (sought, by) = (name.to_owned(), office.clone());
    let (seen, ..) =
        look(service, record, move |accord, _, now| Seen::of(accord, &sought, Some(&by), now)).await?;
    let seen = seen.ok_or_else(no_draft)?;
    if let Err(why) = &seen.told {
        return Err(Refusal::Record("not-released".to_owned(), why.clone()));
    }
    let asked = Asked {
        action: seen.action(),
        office: Some(&office),
        record: *record.bytes(),
        name,
        subject: Subject::new(seen.action(), record.bytes(), &seen.canonical),
        touch: credential,
    };
    service.gate.permit(officer, &asked)?;
    let said = say(service, record, name.to_owned(), office, seen.canonical).await?;
    service.gate.settle(record.bytes(), name)?;
    Ok(said)
}

/// Releases it, if its text is still the one that was approved.
async fn say(
    service: &Service,
    record: RecordId,
    name: String,
    office: Office,
    approved: String,
) -> Result<Position, Refusal> {
    let said = service.node.act(record, move |accord, moment| {
        let seen = Seen::of(accord, &name, Some(&office), moment.now)?;
        if seen.is_none_or(|seen| seen.canonical != approved) {
            return Ok(None);
        }
        accord.release(&name, &office, moment.now).map(Some)
    });
    said.await?.ok_or(Refusal::Changed)
}

/// Where an entry is read: with its matter, with the norms, or alone.
async fn page_of(service: &Service, record: RecordId, at: Position) -> Result<String, Refusal> {
    let page = service.node.look(record, move |accord| {
        let talks = accord.state().talks();
        let is_matter = talks.thread_of(&at).is_some();
        let is_norm = talks.room().subject(&at).is_some();
        Ok(match (is_matter, is_norm) {
            (true, _) => format!("thread/{at}#e-{}", at.to_string().replace('/', "-")),
            (_, true) => "norms".to_owned(),
            _ => format!("record/{at}"),
        })
    });
    Ok(page.await?)
}

async fn ask_discard(
    State(service): Node,
    Path((path, name)): Path<(String, String)>,
    officer: Officer,
) -> Result<Response, Refusal> {
    let record = record(&service, &path).await?;
    let found = look(&service, record, move |accord, _, _| {
        Ok(accord.waiting()?.into_iter().find(|one| one.name == name))
    });
    let (found, place, now) = found.await?;
    let waiting = found.ok_or_else(no_draft)?;
    let body = drafts::discard_page(&place, &waiting, &officer.form_mark());
    Ok(framed("Discard a draft", Here::Drafts, &officer, (place, now), &body))
}

async fn discard(
    State(service): Node,
    Path((path, name)): Path<(String, String)>,
    officer: Officer,
    _: Checked<Fields>,
) -> Result<Response, Refusal> {
    let record = record(&service, &path).await?;
    discard_draft(&service, &officer, record, &name).await?;
    Ok(to(&format!("/a/{path}/drafts")))
}

/// Destroys a draft.
///
/// # Errors
/// Those of the gate and of the record.
pub(crate) async fn discard_draft(
    service: &Service,
    officer: &Officer,
    record: RecordId,
    name: &str,
) -> Result<(), Refusal> {
    let asked = Asked {
        action: Action::Discard,
        office: officer.offices.first(),
        record: *record.bytes(),
        name,
        subject: Subject::new(Action::Discard, record.bytes(), name),
        touch: None,
    };
    service.gate.permit(officer, &asked)?;
    let gone = name.to_owned();
    service.node.act(record, move |accord, _| accord.discard(&gone).map(|_| ())).await?;
    service.gate.settle(record.bytes(), name)?;
    Ok(())
}
