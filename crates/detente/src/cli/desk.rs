//! `detente desk`: what a duty officer has to know and do now.

use std::path::Path;

use clap::Args;
use detente_accord::Time;
use detente_accord::record::Charter;
use detente_accord::talks::desk::{Alarm, Desk, Duty, Line, Pending, Undelivered};
use detente_accord::words::desk::{Around, Waiting, alarm, desk, note, why_undelivered};
use detente_accord::words::{said, talks};
use detente_node::Accord;
use detente_store::Access;
use serde_json::{Value, json};

use super::{Context, say};
use crate::accords::AccordFlag;
use crate::clock;
use crate::exit::{Exit, Failure};
use crate::screen;

/// See what we owe and what is owed to us, by nearest deadline
#[derive(Args)]
#[command(after_help = "Examples:
  detente desk
  detente desk --as-of 2026-11-23T09:00:00Z      how it would stand then, with what is here now")]
pub(crate) struct DeskArgs {
    /// Let the clocks stand at this time; what was said later counts all the same
    #[arg(long, value_name = "TIME")]
    as_of: Option<String>,
    #[command(flatten)]
    accord: AccordFlag,
}

pub(crate) fn run(args: &DeskArgs, context: &Context) -> Result<Exit, Failure> {
    let now = clock::as_of(args.as_of.as_deref())?;
    let home = context.open(Access::Read)?;
    let accord = args.accord.open(&home, detente_node::Access::Read)?;
    let shown = Desk::of(accord.state(), accord.held(), accord.charter(), accord.us().id(), now);
    let around = around(&accord, now)?;
    say(context, &document(&accord, &shown, &around), &desk(&shown, &around, screen::columns()))?;
    Ok(Exit::Done)
}

/// What the record does not know.
///
/// # Errors
/// Those of the disk.
pub(crate) fn around(accord: &Accord<'_>, now: Time) -> Result<Around, detente_node::Error> {
    let mut alarms = accord.recovering();
    if !is_writable(accord.record().path()) {
        alarms.push("our record can't be written: the disk may be full or read-only".to_owned());
    }
    let waiting = accord.waiting()?.into_iter().map(|one| Waiting {
        what: match &one.to {
            Some(to) => format!("{} to {to}", said::code(&one.kind, &one.act)),
            None => said::code(&one.kind, &one.act).to_owned(),
        },
        name: one.name,
        signed_by: one.signed_by.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
        made: one.made,
    });
    Ok(Around {
        accord: title(accord.charter()),
        local: clock::local(now),
        alarms,
        waiting: waiting.collect(),
    })
}

/// Whether a byte can be written beside the record.
fn is_writable(folder: &Path) -> bool {
    tempfile::NamedTempFile::new_in(folder)
        .and_then(|mut file| std::io::Write::write_all(&mut file, b"."))
        .is_ok()
}

/// The title of an accord; of a bare one, its parties.
pub(crate) fn title(charter: &Charter) -> String {
    if !charter.title().is_empty() {
        return charter.title().to_owned();
    }
    let parties: Vec<&str> = charter.parties().iter().map(|party| party.id().as_str()).collect();
    format!("of {}", parties.join(" and "))
}

/// The desk as it stands at a time, as a document.
///
/// # Errors
/// Those of the disk.
pub(crate) fn at(accord: &Accord<'_>, now: Time) -> Result<Value, detente_node::Error> {
    let shown = Desk::of(accord.state(), accord.held(), accord.charter(), accord.us().id(), now);
    Ok(document(accord, &shown, &around(accord, now)?))
}

fn document(accord: &Accord<'_>, desk: &Desk, around: &Around) -> Value {
    let now = desk.now;
    let words = desk.alarms.iter().map(|one| (alarm_name(one), alarm(one, now)));
    let own = around.alarms.iter().map(|text| ("node", text.clone()));
    let alarms = words.chain(own).map(|(alarm, words)| json!({ "alarm": alarm, "words": words }));
    let duties = |duties: &[Duty]| duties.iter().map(|one| duty(one, now)).collect::<Vec<_>>();
    json!({
        "schema": "detente.desk.v1",
        "accord": accord.charter().record_id().to_string(),
        "title": around.accord,
        "now": clock::rfc3339(now),
        "alarms": alarms.collect::<Vec<_>>(),
        "lines": desk.lines.iter().map(line).collect::<Vec<_>>(),
        "we_owe": duties(&desk.we_owe),
        "they_owe": duties(&desk.they_owe),
        "rev": desk.force.rev,
        "in_force": desk.force.in_force,
        "under_silence": desk.silences.iter().map(pending).collect::<Vec<_>>(),
        "may_object": desk.reservations.iter().map(pending).collect::<Vec<_>>(),
        "waiting": around.waiting.iter().map(|one| json!({
            "name": one.name, "what": one.what, "signed_by": one.signed_by, "made": clock::rfc3339(one.made),
        })).collect::<Vec<_>>(),
        "exercises": desk.exercises.iter().map(|one| json!({
            "entry": one.thread.to_string(), "id": one.id, "phase": one.phase, "until": one.until.map(clock::rfc3339),
        })).collect::<Vec<_>>(),
        "not_delivered": desk.undelivered.iter().map(|one| undelivered(one, now)).collect::<Vec<_>>(),
    })
}

fn alarm_name(alarm: &Alarm) -> &'static str {
    match alarm {
        Alarm::TwoVersions { .. } => "two-versions",
        Alarm::Timer { .. } => "timer",
        Alarm::KeyExpired { .. } => "key-expired",
        Alarm::Clock { .. } => "clock",
    }
}

fn line(line: &Line) -> Value {
    json!({
        "peer": line.peer.as_str(),
        "last_receipt": line.receipt.map(clock::rfc3339),
        "last_person": line.person.map(clock::rfc3339),
        "comcheck_due": line.comcheck.map(clock::rfc3339),
        "suspended_from": line.suspended.map(|span| clock::rfc3339(span.from)),
        "suspended_until": line.suspended.and_then(|span| span.until).map(clock::rfc3339),
    })
}

pub(crate) fn duty(duty: &Duty, now: Time) -> Value {
    json!({
        "entry": duty.thread.to_string(),
        "number": duty.number.as_ref().map(ToString::to_string),
        "code": duty.code,
        "precedence": duty.precedence,
        "owed": talks::owed(duty.due.what),
        "by": duty.due.by.as_str(),
        "to": duty.due.to.as_str(),
        "at": duty.at.map(clock::rfc3339),
        "words": talks::due(&duty.due, duty.state, now),
        "notes": duty.notes.iter().map(|one| note(one, now)).collect::<Vec<_>>(),
        "exercise": duty.exercise,
    })
}

fn pending(one: &Pending) -> Value {
    json!({
        "entry": one.entry.to_string(),
        "number": one.number.as_ref().map(ToString::to_string),
        "about": one.about,
        "by": one.by.as_str(),
        "until": one.until.map(clock::rfc3339),
    })
}

fn undelivered(one: &Undelivered, now: Time) -> Value {
    json!({
        "entry": one.entry.to_string(),
        "number": one.number.as_ref().map(ToString::to_string),
        "code": one.code,
        "to": one.to.as_str(),
        "said": clock::rfc3339(one.said),
        "tendered": one.tendered,
        "known_to_exist": one.known_to_exist,
        "words": why_undelivered(one, now),
    })
}
