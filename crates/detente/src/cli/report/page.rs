//! One page about one statement: everything the record shows of it, and how to check it.

use detente_accord::code_words;
use detente_accord::jcs;
use detente_accord::record::{Effect, Leaf, Position, Rel, Target};
use detente_accord::words::time::{moment, precise};
use detente_accord::words::{labelled, labels, said, talks};
use detente_accord::{PartyId, Time};
use detente_node::Accord;
use serde_json::{Value, json};

use crate::cli::desk::title;
use crate::cli::thread::name;
use crate::cli::{Context, say};
use crate::exit::{Exit, Failure};
use crate::{clock, content, screen, shown};

/// Where texts behind labels begin.
const AT: usize = 14;

pub(super) fn run(context: &Context, accord: &Accord<'_>, position: &Position) -> Result<Exit, Failure> {
    let Some(leaf) = accord.held().leaf(position) else {
        return Err(Failure::usage(format!("{position} can't be read")).hint("detente record show"));
    };
    say(context, &document(accord, position, leaf)?, &words(accord, position, leaf)?)?;
    Ok(Exit::Done)
}

/// A public field that is a word.
pub(crate) fn word<'l>(leaf: &'l Leaf, field: &str) -> Option<&'l str> {
    match leaf.said.public.get(field) {
        Some(jcs::Value::Text(text)) => Some(text),
        _ => None,
    }
}

/// The offices that signed, by name.
pub(crate) fn offices(leaf: &Leaf) -> Vec<&str> {
    leaf.sigs.iter().filter_map(|sig| sig.office()).map(|(_, office)| office).collect()
}

/// The name that a party goes by.
pub(super) fn described(accord: &Accord<'_>, party: &PartyId) -> String {
    accord
        .charter()
        .party(party)
        .map_or_else(|| party.to_string(), |known| format!("{} ({party})", crate::tui::quoted(known.name())))
}

fn words(accord: &Accord<'_>, position: &Position, leaf: &Leaf) -> Result<String, Failure> {
    let columns = screen::columns();
    let kind = leaf.said.kind.as_str();
    let act = word(leaf, "act").unwrap_or_default();
    let mut lines = vec![
        format!("{}  {}   ACCORD {}", name(accord, position), said::code(kind, act), title(accord.charter())),
        format!("{} {}", leaf.said.party, said::says(kind, act)),
        "-".repeat(columns),
    ];
    for (label, text) in rows(accord, position, leaf) {
        lines.extend(labelled(&label, AT, &[text], columns));
    }
    let content = content::block(accord, position, &leaf.said.party, columns)?;
    if !content.is_empty() {
        lines.push("content".to_owned());
        lines.extend(content);
    }
    lines.push("-".repeat(columns));
    let six = code_words::of_entry(&leaf.hash()).join(" ");
    let check = format!("detente bundle export --ref {position} -o FILE, then detente verify FILE");
    let accord_id = accord.charter().record_id().to_string();
    let said_by = format!("this says what {} says, not whether it is so", leaf.said.party);
    for (label, text) in [
        ("entry", format!("{position}, leaf {}", shown::hex(leaf.hash().as_bytes()))),
        ("accord", accord_id),
        ("six words", six),
        ("check", check),
        ("", said_by),
    ] {
        lines.extend(labelled(label, AT, &[text], columns));
    }
    Ok(lines.join("\n"))
}

fn rows(accord: &Accord<'_>, position: &Position, leaf: &Leaf) -> Vec<(String, String)> {
    let state = accord.state();
    let mut rows = vec![("from".to_owned(), described(accord, &leaf.said.party))];
    rows.extend(word(leaf, "to").map(|to| {
        let to = PartyId::parse(to).map_or_else(|| "everybody".to_owned(), |to| described(accord, &to));
        ("to".to_owned(), to)
    }));
    let signed = offices(leaf);
    let single = if state.is_single(position) { format!("; {}", talks::SINGLE) } else { String::new() };
    let signed = if signed.is_empty() { "its node".to_owned() } else { signed.join(", ") };
    rows.push(("signed by".to_owned(), format!("{signed}{single}")));
    rows.push(("said".to_owned(), format!("{} (its author's clock)", precise(leaf.said.made))));
    rows.push(("received".to_owned(), received(accord, position)));
    rows.push(("logged".to_owned(), between(accord, position)));
    rows.push(("effect".to_owned(), effect(state.effect(position))));
    if let Some((root, thread)) = state.talks().thread_of(position) {
        let now =
            detente_accord::talks::Now { time: clock::now(), rules: state.rules(), talks: state.talks() };
        let phase =
            thread.opening().map(|event| talks::phase(event.act.kind, thread.phase(&now), event.by()));
        rows.push(("thread".to_owned(), format!("{}: {}", name(accord, root), phase.unwrap_or_default())));
    }
    let refs: Vec<String> =
        leaf.said.refs.iter().filter_map(|one| reference(accord, one.rel, &one.target)).collect();
    if !refs.is_empty() {
        rows.push(("refers to".to_owned(), refs.join(", ")));
    }
    if leaf.said.exercise {
        rows.push(("EXERCISE".to_owned(), word(leaf, "ex").unwrap_or_default().to_owned()));
    }
    rows.extend(public(leaf));
    rows
}

/// Public fields that the page has not shown otherwise.
fn public(leaf: &Leaf) -> Vec<(String, String)> {
    let fields =
        leaf.said.public.iter().filter(|(name, _)| !matches!(name.as_str(), "act" | "to" | "single" | "ex"));
    fields
        .map(|(name, value)| {
            let text = match (name.as_str(), value) {
                ("known_since" | "from" | "until" | "review" | "at" | "due", jcs::Value::Integer(at)) => {
                    moment(Time(*at))
                }
                _ => labels::lines(value).join(", "),
            };
            (labels::heading(name), text)
        })
        .collect()
}

fn received(accord: &Accord<'_>, position: &Position) -> String {
    let thread = accord.state().talks().thread_of(position);
    let event =
        thread.and_then(|(_, thread)| thread.events().iter().find(|event| event.position == *position));
    let times: Vec<String> = event
        .iter()
        .flat_map(|event| &event.received)
        .map(|(party, at)| format!("by {party} {}", precise(*at)))
        .collect();
    let acks: Vec<String> =
        accord.state().holders().acknowledged_by(position).into_iter().map(ToString::to_string).collect();
    match (times.is_empty(), acks.is_empty()) {
        (false, _) => format!("{} (receipts of their nodes)", times.join(", ")),
        (true, false) => format!("acknowledged by {}", acks.join(", ")),
        _ => "no receipt yet".to_owned(),
    }
}

fn between(accord: &Accord<'_>, position: &Position) -> String {
    let interval = accord.state().holders().interval(position);
    let time = |seconds: u64| moment(Time(seconds.saturating_mul(1000)));
    match (interval.not_before, interval.not_after) {
        (Some(from), Some(to)) => format!("between {} and {}", time(from), time(to)),
        (None, Some(to)) => format!("not after {}; its beginning is {}", time(to), talks::NOT_PROVED),
        (Some(from), None) => format!("not before {}; its end is {}", time(from), talks::NOT_PROVED),
        (None, None) => talks::NOT_PROVED.to_owned(),
    }
}

fn effect(effect: Option<&Effect>) -> String {
    match effect {
        Some(Effect::Took) => "it counts".to_owned(),
        Some(other) => other.to_string(),
        None => "not judged".to_owned(),
    }
}

fn reference(accord: &Accord<'_>, rel: Rel, target: &Target) -> Option<String> {
    let Target::Entry { log, seq, .. } = target else { return None };
    let rel = match rel {
        Rel::To => "answers",
        Rel::Cites => "cites",
        Rel::Replaces => "replaces",
        Rel::Withdraws => "withdraws",
        Rel::Acks => "acknowledges",
    };
    Some(format!("{rel} {}", name(accord, &Position::new(log.clone(), *seq))))
}

fn document(accord: &Accord<'_>, position: &Position, leaf: &Leaf) -> Result<Value, Failure> {
    let state = accord.state();
    let interval = state.holders().interval(position);
    let public = leaf.said.public.iter().map(|(name, value)| (name.clone(), content::as_json(value)));
    Ok(json!({
        "schema": "detente.report.v1",
        "accord": accord.charter().record_id().to_string(),
        "entry": position.to_string(),
        "number": state.number(position).map(ToString::to_string),
        "leaf": shown::hex(leaf.hash().as_bytes()),
        "words": code_words::of_entry(&leaf.hash()),
        "by": leaf.said.party.as_str(),
        "kind": leaf.said.kind,
        "act": word(leaf, "act"),
        "offices": offices(leaf),
        "single": state.is_single(position),
        "made": clock::rfc3339(leaf.said.made),
        "not_before": interval.not_before,
        "not_after": interval.not_after,
        "effect": state.effect(position).map(ToString::to_string),
        "exercise": leaf.said.exercise,
        "public": public.collect::<serde_json::Map<String, Value>>(),
        "content": content::document(accord, position)?,
    }))
}
