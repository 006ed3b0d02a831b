//! The routes of the page Matches. Two officers start a match or answer one: the first puts a list here, the second
//! sees in words what will leave, and starts it with a touch of the passkey.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Extension, Router};
use detente_accord::limits::{ASK_DAYS_DEFAULT, DAY_MS, PURPOSE_BYTES_MAX};
use detente_accord::record::{Membership, RecordId};
use detente_accord::{PartyId, Time};
use detente_indicators::{Kind, Pap, Tlp};
use detente_node::live::{Choice, Decision, Order, Reveal, RunId};
use detente_psi::size::SizeClass;
use serde::Deserialize;

use super::result::{self, listed};
use super::shelf::{About, Doing, Shelf, digest};
use super::{May, One, Prepared, View, one, page, prepared};
use crate::export::{Common, misp, stix};
use crate::gate::{self, Action, Asked, Checked, CheckedFile, Officer, Refusal, Subject};
use crate::lists::{ReadList, canon_profile, counts_in_words, read_bytes};
use crate::serve::Service;
use crate::web::frame::{Nothing, framed, look, mark, record};
use crate::web::layout::Here;
use crate::web::record::download;
use crate::{cli::result_table, clock};

type Node = State<Arc<Service>>;
type OnShelf = Extension<Arc<Shelf>>;

/// The routes.
pub(crate) fn router() -> Router<Arc<Service>> {
    Router::new()
        .route("/a/{accord}/matches", get(list))
        .route("/a/{accord}/matches/read", post(read))
        .route("/a/{accord}/matches/read/{id}", get(before))
        .route("/a/{accord}/matches/read/{id}/start", post(start))
        .route("/a/{accord}/matches/read/{id}/forget", post(forget))
        .route("/a/{accord}/matches/{run}", get(run))
        .route("/a/{accord}/matches/{run}/accept", post(accept))
        .route("/a/{accord}/matches/{run}/refuse", post(refuse))
        .route("/a/{accord}/matches/{run}/{file}", get(file))
        .layer(Extension(Arc::new(Shelf::default())))
}

async fn list(
    State(service): Node,
    Extension(shelf): OnShelf,
    Path(path): Path<String>,
    officer: Officer,
) -> Result<Response, Refusal> {
    let record = record(&service, &path).await?;
    let (peers, place, now) = look(&service, record, |accord, _, _| Ok(others(accord))).await?;
    let runs = service.live.runs().await?;
    let asked = service.live.asked().await?;
    let view = View {
        place: place.clone(),
        peers,
        runs: runs.into_iter().filter(|run| run.record == record).collect(),
        asked: asked.into_iter().filter(|asked| asked.view.record == record).collect(),
        waiting: shelf.of(record, now),
        mark: mark(&officer, Action::StartMatch),
    };
    Ok(framed("Matches", Here::Matches, &officer, (place, now), &page(&view)))
}

/// The other parties of an accord.
fn others(accord: &detente_node::Accord<'_>) -> Vec<String> {
    let members = accord.state().members().iter();
    let parties = members.filter(|(_, member)| member.standing == Membership::Party);
    parties.map(|(id, _)| id).filter(|id| *id != accord.us().id()).map(ToString::to_string).collect()
}

/// Reads a list that somebody dropped. Nothing leaves.
async fn read(
    State(service): Node,
    Extension(shelf): OnShelf,
    Path(path): Path<String>,
    officer: Officer,
    file: CheckedFile,
) -> Result<Response, Refusal> {
    officer.check(Action::StartMatch, officer.offices.first())?;
    let record = record(&service, &path).await?;
    let field = |name: &str| file.fields.get(name).map_or("", String::as_str);
    let bad = |what: &str| Refusal::BadRequest(what.to_owned());
    let peer = PartyId::parse(field("peer")).ok_or_else(|| bad("this is not the id of a party"))?;
    let reveal = Reveal::from_name(field("reveal")).ok_or_else(|| bad("who learns was not said"))?;
    let purpose = field("purpose").to_owned();
    if purpose.len() > PURPOSE_BYTES_MAX || purpose.chars().any(char::is_control) {
        return Err(bad("the purpose is longer than 1 KiB or holds control characters"));
    }
    let doing = Doing::Start { reveal, purpose };
    let id = put(&service, &shelf, &officer, (record, peer, doing), file).await?;
    Ok(gate::to(&format!("/a/{path}/matches/read/{id}")))
}

/// Puts a dropped list on the shelf, and before the second officer.
async fn put(
    service: &Service,
    shelf: &Shelf,
    officer: &Officer,
    (record, peer, doing): (RecordId, PartyId, Doing),
    file: CheckedFile,
) -> Result<String, Refusal> {
    let (name, all) = (file.name, file.fields.contains_key("all"));
    let pap = file.fields.get("pap").filter(|pap| !pap.is_empty()).map(|pap| Pap::from_level(pap));
    let (bytes, source) = (file.bytes, name.clone());
    let read = tokio::task::spawn_blocking(move || read_bytes(&bytes, &source, all, pap));
    let read = read.await.map_err(|_| Refusal::Internal)?;
    let read = read.map_err(|failure| Refusal::BadRequest(failure.message))?;
    let about = about(&read, name, (record, peer, doing), officer, service.gate.now())?;
    keep(service, shelf, officer, about, Choice::Given(listed(&read)))
}

fn about(
    read: &ReadList,
    file: String,
    (record, peer, doing): (RecordId, PartyId, Doing),
    officer: &Officer,
    now: Time,
) -> Result<About, Refusal> {
    let counts = read.counts();
    let class = SizeClass::for_count(counts.items).filter(|_| counts.items > 0);
    let class = class.ok_or_else(|| {
        Refusal::BadRequest(format!("no match can be made of this list: {}", counts_in_words(counts)))
    })?;
    Ok(About {
        record,
        peer,
        doing,
        file,
        format: read.formats.first().map_or("", |(_, format)| format.name()).to_owned(),
        counts: counts_in_words(counts),
        held_back: counts.held_back,
        unmarked: counts.unmarked,
        kinds: read.kinds(),
        class: Some(class),
        digest: digest(&listed(read)),
        until: Time(now.0 + ASK_DAYS_DEFAULT * DAY_MS),
        kept_until: now,
        by: officer.name.clone(),
    })
}

fn keep(
    service: &Service,
    shelf: &Shelf,
    officer: &Officer,
    about: About,
    choice: Choice,
) -> Result<String, Refusal> {
    let (record, action, subject) = (about.record, action(&about), subject(&about));
    let id = shelf.put(clock::random().map_err(|_| Refusal::Internal)?, about, choice, service.gate.now())?;
    service.gate.propose(officer, action, record.bytes(), &id, (subject, Vec::new()))?;
    Ok(id)
}

fn action(about: &About) -> Action {
    match about.doing {
        Doing::Start { .. } => Action::StartMatch,
        Doing::Answer { .. } => Action::ConsentMatch,
    }
}

fn subject(about: &About) -> Subject {
    Subject::new(action(about), about.record.bytes(), &about.canonical())
}

/// What will leave and what they will learn.
async fn before(
    State(service): Node,
    Extension(shelf): OnShelf,
    Path((path, id)): Path<(String, String)>,
    officer: Officer,
) -> Result<Response, Refusal> {
    let record = record(&service, &path).await?;
    let about = shelf.about(&id, record, service.gate.now())?;
    let (seen_by, place, now) = look(&service, record, |accord, _, _| {
        let members = accord.state().members().keys().filter(|id| *id != accord.us().id());
        Ok(members.map(ToString::to_string).collect())
    })
    .await?;
    let may = may(&service, &officer, &about, &id)?;
    let view = Prepared { place: place.clone(), id, about, seen_by, may, mark: officer.form_mark() };
    Ok(framed("Before the match", Here::Matches, &officer, (place, now), &prepared(&view)))
}

/// What this officer may do with a list that waits.
fn may(service: &Service, officer: &Officer, about: &About, id: &str) -> Result<May, Refusal> {
    if !officer.may(action(about)) {
        return Ok(May::Read);
    }
    let proposer = service.gate.proposer(about.record.bytes(), id)?;
    let is_own = proposer.is_some_and(|(by, _)| by == officer.id);
    if is_own && !service.gate.is_single()? {
        return Ok(May::Wait);
    }
    let by_touch = !service.gate.approves_by_session();
    Ok(May::Start { subject: subject(about).text(), by_touch })
}

/// What a page sends with an approval.
#[derive(Deserialize)]
struct Approved {
    credential: Option<String>,
}

async fn start(
    State(service): Node,
    Extension(shelf): OnShelf,
    Path((path, id)): Path<(String, String)>,
    officer: Officer,
    Checked(approved): Checked<Approved>,
) -> Result<Response, Refusal> {
    let record = record(&service, &path).await?;
    let about = shelf.about(&id, record, service.gate.now())?;
    service.gate.permit(
        &officer,
        &Asked {
            action: action(&about),
            office: officer.offices.first(),
            record: *record.bytes(),
            name: &id,
            subject: subject(&about),
            touch: approved.credential.as_deref(),
        },
    )?;
    let (about, choice) = shelf.take(&id, service.gate.now())?;
    service.gate.settle(record.bytes(), &id)?;
    let run = do_it(&service, about, choice).await?;
    Ok(gate::to(&format!("/a/{path}/matches/{run}")))
}

async fn do_it(service: &Service, about: About, choice: Choice) -> Result<RunId, Refusal> {
    match (about.doing, choice) {
        (Doing::Start { reveal, purpose }, Choice::Given(list)) => {
            let order = Order {
                record: about.record,
                peer: about.peer,
                list,
                kinds: Kind::ALL.to_vec(),
                profile: canon_profile(),
                warninglists: Vec::new(),
                reveal,
                code: None,
                purpose,
                cap: None,
                until: about.until,
            };
            Ok(service.live.start(order).await?)
        }
        (Doing::Answer { run, .. }, choice) => {
            service.live.decide(run, Decision::Accept(choice)).await?;
            Ok(run)
        }
        (Doing::Start { .. }, Choice::Kept(_)) => Err(Refusal::Internal),
    }
}

async fn forget(
    State(service): Node,
    Extension(shelf): OnShelf,
    Path((path, id)): Path<(String, String)>,
    officer: Officer,
    _: Checked<Nothing>,
) -> Result<Response, Refusal> {
    officer.check(Action::Discard, officer.offices.first())?;
    let record = record(&service, &path).await?;
    let now = service.gate.now();
    shelf.about(&id, record, now)?;
    shelf.take(&id, now)?;
    service.gate.settle(record.bytes(), &id)?;
    Ok(gate::to(&format!("/a/{path}/matches")))
}

/// A run of this accord by its id in an address.
async fn find(service: &Service, record: RecordId, id: &str) -> Result<detente_node::live::RunView, Refusal> {
    let runs = service.live.runs().await?;
    let found = runs.into_iter().find(|run| run.record == record && run.id.to_string() == id);
    found.ok_or_else(|| Refusal::NotFound("there is no such match here".to_owned()))
}

async fn run(
    State(service): Node,
    Path((path, id)): Path<(String, String)>,
    officer: Officer,
) -> Result<Response, Refusal> {
    let record = record(&service, &path).await?;
    let run = find(&service, record, &id).await?;
    let asked = service.live.asked().await?.into_iter().find(|asked| asked.view.id == run.id);
    // What is in common is for those who may start matches; whoever may read sees that one took place.
    let shows = officer.may(Action::StartMatch) && run.outcome.is_some();
    let found = if shows { service.live.result(run.id).await?.map(result::shown) } else { None };
    let ((), place, now) = look(&service, record, |_, _, _| Ok(())).await?;
    let title = format!("Match with {}", run.peer);
    let view = One { place: place.clone(), run, asked, found, mark: mark(&officer, Action::ConsentMatch) };
    Ok(framed(&title, Here::Matches, &officer, (place, now), &one(&view)))
}

/// Puts an answer before the second officer.
async fn accept(
    State(service): Node,
    Extension(shelf): OnShelf,
    Path((path, id)): Path<(String, String)>,
    officer: Officer,
    file: CheckedFile,
) -> Result<Response, Refusal> {
    officer.check(Action::ConsentMatch, officer.offices.first())?;
    let record = record(&service, &path).await?;
    let run = find(&service, record, &id).await?.id;
    let asked = service.live.asked().await?.into_iter().find(|asked| asked.view.id == run);
    let asked = asked.ok_or_else(|| Refusal::NotFound("this match waits for nobody".to_owned()))?;
    let doing = Doing::Answer { run, learns: asked.learns };
    let peer = asked.view.peer;
    let kept = file.fields.get("kept").map_or("", |kept| kept.trim()).to_owned();
    let id = if kept.is_empty() {
        put(&service, &shelf, &officer, (record, peer, doing), file).await?
    } else {
        let about = standing(&kept, (record, peer, doing), &officer, asked.view.until);
        keep(&service, &shelf, &officer, about, Choice::Kept(kept))?
    };
    Ok(gate::to(&format!("/a/{path}/matches/read/{id}")))
}

/// A standing list is read when the match takes it: here its name alone stands.
fn standing(
    name: &str,
    (record, peer, doing): (RecordId, PartyId, Doing),
    officer: &Officer,
    until: Time,
) -> About {
    About {
        record,
        peer,
        doing,
        file: name.to_owned(),
        format: "standing list".to_owned(),
        counts: "as it was kept".to_owned(),
        held_back: 0,
        unmarked: 0,
        kinds: std::collections::BTreeMap::new(),
        class: None,
        digest: String::new(),
        until,
        kept_until: until,
        by: officer.name.clone(),
    }
}

#[derive(Deserialize)]
struct Refused {
    reason: String,
}

async fn refuse(
    State(service): Node,
    Path((path, id)): Path<(String, String)>,
    officer: Officer,
    Checked(refused): Checked<Refused>,
) -> Result<Response, Refusal> {
    officer.check(Action::RefuseMatch, officer.offices.first())?;
    let record = record(&service, &path).await?;
    let run = find(&service, record, &id).await?;
    let known = super::reasons().into_iter().any(|(name, _)| name == refused.reason);
    if !known {
        return Err(Refusal::BadRequest("this is not a reason".to_owned()));
    }
    service.gate.audit(&officer, "refuse-match", &id, "done")?;
    service.live.decide(run.id, Decision::Refuse(refused.reason)).await?;
    Ok(gate::to(&format!("/a/{path}/matches/{id}")))
}

#[derive(Deserialize)]
struct Marked {
    tlp: Option<String>,
}

/// What is in common, as a file.
async fn file(
    State(service): Node,
    Path((path, id, file)): Path<(String, String, String)>,
    officer: Officer,
    Query(marked): Query<Marked>,
) -> Result<Response, Refusal> {
    officer.check(Action::StartMatch, officer.offices.first())?;
    let record = record(&service, &path).await?;
    let run = find(&service, record, &id).await?;
    let nothing = || Refusal::NotFound("there is no such result here".to_owned());
    let found = service.live.result(run.id).await?.ok_or_else(nothing)?;
    let rows = result::rows(&found.learned.ok_or_else(nothing)?.common);
    let number = run.run.ok_or_else(nothing)?;
    let tlp = Tlp::from_level(marked.tlp.as_deref().unwrap_or("amber+strict"));
    let common = Common { run: &number, by: &service.party, at: run.made, tlp, rows: &rows };
    service.gate.audit(&officer, "take-result", &format!("{id} {file}"), "done")?;
    let name = format!("match-{}-{}", clock::day(run.made), crate::shown::short(&number));
    Ok(match file.as_str() {
        "common.csv" => {
            download(&format!("{name}.csv"), "text/csv; charset=utf-8", result_table::to_csv(&rows))
        }
        "stix" => download(&format!("{name}.stix.json"), "application/stix+json", stix::bundle(&common)),
        "misp" => download(&format!("{name}.misp.json"), "application/json", misp::event(&common)),
        _ => return Err(nothing()),
    })
}
