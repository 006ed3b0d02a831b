//! An inquiry as IODEF in JSON (RFC 8727, the data model of RFC 7970): what other desks read by machine.
//!
//! Names and enumerations are those of the two documents. What they have no word for stands as text, or as
//! `ext-value` with the word beside it; nothing is attributed that the inquiry does not attribute.

use std::collections::BTreeMap;

use detente_accord::jcs::Value as Field;
use detente_accord::record::{Leaf, Position};
use detente_accord::talks::{Now, Owed};
use detente_accord::words::labels;
use detente_accord::{PartyId, Time};
use detente_node::Accord;
use serde_json::{Map, Value, json};

use super::page::word;
use crate::cli::thread::name;
use crate::exit::{Exit, Failure};
use crate::{clock, content, tui};

/// What an inquiry can ask, and the nearest action of IODEF.
const ACTIONS: [(&str, &str); 7] = [
    ("acknowledge", "status-triage"),
    ("investigate", "investigate"),
    ("preserve", "other"),
    ("stop", "remediate-other"),
    ("explain", "status-new-info"),
    ("confirm-not-yours", "other"),
    ("consult", "contact-sender"),
];

/// Markings of TLP 2.0 and the restriction that has their meaning, where there is one.
const RESTRICTIONS: [(&str, &str); 4] =
    [("TLP:CLEAR", "public"), ("TLP:GREEN", "green"), ("TLP:AMBER", "amber"), ("TLP:RED", "red")];

pub(super) fn run(accord: &Accord<'_>, position: &Position) -> Result<Exit, Failure> {
    let leaf = accord.held().leaf(position).filter(|leaf| leaf.said.kind == "inquiry");
    let leaf = leaf.filter(|leaf| word(leaf, "act") == Some("release")).ok_or_else(|| {
        Failure::usage(format!("{position} is no inquiry")).hint("--iodef is for entries of the format INQ")
    })?;
    let content = content::readable(accord, position)?;
    tui::answer_json(&document(accord, position, leaf, &content))?;
    Ok(Exit::Done)
}

fn document(
    accord: &Accord<'_>,
    position: &Position,
    leaf: &Leaf,
    content: &BTreeMap<String, Field>,
) -> Value {
    let mut incident = Map::new();
    let purpose = if word(leaf, "kind") == Some("assistance") { "mitigation" } else { "reporting" };
    incident.insert("purpose".into(), purpose.into());
    restrict(&mut incident, content);
    incident.insert(
        "IncidentID".into(),
        json!({ "id": name(accord, position), "name": accord.charter().domain() }),
    );
    for (label, field) in [("detected", "DetectTime"), ("started", "StartTime"), ("ended", "EndTime")] {
        incident.extend(time_of(content, label).map(|at| (field.to_owned(), clock::rfc3339(at).into())));
    }
    incident.insert("ReportTime".into(), clock::rfc3339(leaf.said.made).into());
    incident.insert("GenerationTime".into(), clock::rfc3339(clock::now()).into());
    let description = texts(content, "text");
    if !description.is_empty() {
        incident.insert("Description".into(), description.into());
    }
    incident.insert("Contact".into(), vec![contact(accord, &leaf.said.party)].into());
    let mut event = Map::new();
    let seen: Vec<String> = ["rsit", "affected", "origin"]
        .iter()
        .flat_map(|label| {
            texts(content, label).into_iter().map(|text| format!("{}: {text}", labels::heading(label)))
        })
        .collect();
    if !seen.is_empty() {
        event.insert("Description".into(), seen.into());
    }
    let expected = expectations(accord, position, content);
    if !expected.is_empty() {
        event.insert("Expectation".into(), expected.into());
    }
    if !event.is_empty() {
        incident.insert("EventData".into(), vec![Value::Object(event)].into());
    }
    let mut extra = vec![addition("entry", &position.to_string())];
    extra.push(addition("accord", &accord.charter().record_id().to_string()));
    extra.extend(word(leaf, "norm").map(|norm| addition("norm", norm)));
    extra.extend(word(leaf, "to").map(|to| addition("asked", to)));
    incident.insert("AdditionalData".into(), extra.into());
    json!({ "version": "2.0", "lang": language(content), "Incident": [incident] })
}

fn restrict(incident: &mut Map<String, Value>, content: &BTreeMap<String, Field>) {
    let Some(Field::Object(meta)) = content.get("meta") else { return };
    let Some(Field::Text(tlp)) = meta.get("tlp") else { return };
    let tlp = if tlp.starts_with("TLP:") { tlp.clone() } else { format!("TLP:{tlp}") };
    match RESTRICTIONS.iter().find(|(marking, _)| *marking == tlp) {
        Some((_, word)) => {
            incident.insert("restriction".into(), (*word).into());
        }
        None => {
            incident.insert("restriction".into(), "ext-value".into());
            incident.insert("ext-restriction".into(), tlp.into());
        }
    }
}

fn language(content: &BTreeMap<String, Field>) -> String {
    match content.get("meta") {
        Some(Field::Object(meta)) => match meta.get("lang") {
            Some(Field::Text(lang)) => lang.clone(),
            _ => "en".to_owned(),
        },
        _ => "en".to_owned(),
    }
}

fn texts(content: &BTreeMap<String, Field>, label: &str) -> Vec<String> {
    let text = content.get(label).map(|value| labels::lines(value).join("\n"));
    text.filter(|text| !text.is_empty()).into_iter().collect()
}

/// A time of the label `times`.
fn time_of(content: &BTreeMap<String, Field>, which: &str) -> Option<Time> {
    let Some(Field::Object(times)) = content.get("times") else { return None };
    match times.get(which)? {
        Field::Object(time) => match time.get("at") {
            Some(Field::Integer(at)) => Some(Time(*at)),
            _ => None,
        },
        _ => None,
    }
}

fn contact(accord: &Accord<'_>, party: &PartyId) -> Value {
    let known = accord.charter().party(party).map_or(party.as_str(), |known| known.name());
    json!({ "type": "organization", "role": "creator", "ContactName": [known] })
}

/// What is asked, each with the time by which an answer is owed.
fn expectations(accord: &Accord<'_>, position: &Position, content: &BTreeMap<String, Field>) -> Vec<Value> {
    let Some(Field::Array(asked)) = content.get("asked") else { return Vec::new() };
    let now = Now { time: clock::now(), rules: accord.state().rules(), talks: accord.state().talks() };
    let thread = accord.state().talks().thread_of(position);
    let dues = thread.map(|(_, thread)| thread.dues(&now)).unwrap_or_default();
    let until = |what: Owed| {
        let due = dues.iter().find(|due| due.what == what)?;
        due.at(&now.pauses(&due.by, &due.to)).map(clock::rfc3339)
    };
    let one = |word: &Field| {
        let Field::Text(word) = word else { return None };
        let action = ACTIONS.iter().find(|(known, _)| known == word).map_or("other", |(_, action)| *action);
        let mut expectation = Map::new();
        expectation.insert("action".into(), action.into());
        if action != word {
            expectation.insert("Description".into(), vec![word.replace('-', " ")].into());
        }
        let end = until(if word == "acknowledge" { Owed::Acknowledgement } else { Owed::Answer });
        expectation.extend(end.map(|end| ("EndTime".to_owned(), end.into())));
        Some(Value::Object(expectation))
    };
    asked.iter().filter_map(one).collect()
}

fn addition(name: &str, value: &str) -> Value {
    json!({ "value": value, "name": format!("detente-{name}"), "dtype": "string" })
}
