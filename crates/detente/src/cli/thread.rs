//! `detente thread`: one matter from its first entry on, with the clocks of both sides.

use std::collections::{BTreeMap, BTreeSet};

use clap::Args;
use detente_accord::record::{Effect, Of, Position, Target};
use detente_accord::talks::compare::{Differences, Reported, compare};
use detente_accord::talks::contact::ContactReport;
use detente_accord::talks::delivery::{self, Delivery};
use detente_accord::talks::{DueState, Event, Now, Thread};
use detente_accord::words::time::precise;
use detente_accord::words::{said, talks};
use detente_accord::{Time, jcs};
use detente_node::Accord;
use detente_store::Access;
use serde_json::{Value, json};

use super::{Context, say};
use crate::accords::AccordFlag;
use crate::content;
use crate::exit::{Exit, Failure};
use crate::say::entry::{self, Fits};
use crate::{clock, screen};

/// Read one matter from its first entry on, with both clocks
#[derive(Args)]
#[command(after_help = "Examples:
  detente thread 14
  detente thread \"cert-a>cert-b 2026/014\"
  detente thread cert-a/0/17 --json")]
pub(crate) struct ThreadArgs {
    /// Any entry of the thread: its number, or party/epoch/number
    #[arg(value_name = "ENTRY")]
    entry: String,
    /// Let the clocks stand at this time; what was said later counts all the same
    #[arg(long, value_name = "TIME")]
    as_of: Option<String>,
    #[command(flatten)]
    accord: AccordFlag,
}

pub(crate) fn run(args: &ThreadArgs, context: &Context) -> Result<Exit, Failure> {
    let time = clock::as_of(args.as_of.as_deref())?;
    let home = context.open(Access::Read)?;
    let accord = args.accord.open(&home, detente_node::Access::Read)?;
    let shown = shown(&accord, &args.entry, time)?;
    say(context, &shown.document()?, &shown.words()?)?;
    Ok(Exit::Done)
}

fn shown<'a>(accord: &'a Accord<'a>, entry: &str, time: Time) -> Result<Shown<'a>, Failure> {
    // A number alone means the entry that opened a thread, if there is one.
    let opened = entry::entry(accord, entry, Fits { of: OPENINGS, own: false });
    let entry = opened.or_else(|_| entry::entry(accord, entry, Fits::default()))?;
    let Some((root, thread)) = accord.state().talks().thread_of(&entry) else {
        return Err(Failure::usage(format!("{entry} is in no thread")).hint("detente report shows any entry"));
    };
    let now = Now { time, rules: accord.state().rules(), talks: accord.state().talks() };
    Ok(Shown { accord, root, thread, now })
}

/// The thread of an entry at a time, as a document.
///
/// # Errors
/// An entry that is not here, or in no thread; those of the disk.
pub(crate) fn document(accord: &Accord<'_>, entry: &str, time: Time) -> Result<Value, Failure> {
    shown(accord, entry, time)?.document()
}

const fn opening(kind: &'static str, acts: &'static [&'static str]) -> Of {
    Of { kind, acts }
}

/// What opens threads.
const OPENINGS: &[Of] = &[
    opening("inquiry", &["release"]),
    opening("suspension", &["suspend"]),
    opening("notice", &["issue"]),
    opening("undertaking", &["offer"]),
    opening("claim", &["put"]),
    opening("exhibit", &["commit"]),
    opening("verification", &["propose"]),
    opening("observer", &["nominate", "note", "gap", "ask"]),
    opening("contact", &["report"]),
    opening("disclosure", &["propose"]),
    opening("exercise", &["announce"]),
];

/// A thread at a time, for every face.
pub(crate) struct Shown<'a> {
    /// The accord it is of.
    pub(crate) accord: &'a Accord<'a>,
    /// The entry that opened it.
    pub(crate) root: &'a Position,
    /// What it is.
    pub(crate) thread: &'a Thread,
    /// The time it is shown for.
    pub(crate) now: Now<'a>,
}

impl Shown<'_> {
    fn words(&self) -> Result<String, Failure> {
        let columns = screen::columns();
        let mut lines = vec![self.head(), self.clocks().join("\n"), "-".repeat(columns)];
        for event in self.thread.events() {
            lines.push(self.line(event));
            lines.extend(content::block(self.accord, &event.position, event.by(), columns)?);
        }
        for (position, why) in self.without_effect() {
            lines.push(format!("{}  no effect: {why}", name(self.accord, &position)));
        }
        lines.extend(self.differences()?.map(|differences| match differences.fields() {
            [] => "the reports, as far as they can be read here: consistent".to_owned(),
            fields => {
                format!("the reports, as far as they can be read here: differing in {}", fields.join(", "))
            }
        }));
        Ok(lines.into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n"))
    }

    fn head(&self) -> String {
        let Some(opening) = self.thread.opening() else { return String::new() };
        let exercise = self.thread.exercise().map_or_else(String::new, |id| format!("EXERCISE {id}  "));
        let to = opening.to().map_or_else(|| "everybody".to_owned(), |to| to.to_string());
        format!(
            "{exercise}{} {}  {} to {to}: {}",
            name(self.accord, self.root),
            said::code(opening.act.kind, opening.act.name),
            opening.by(),
            talks::phase(opening.act.kind, self.thread.phase(&self.now), opening.by()),
        )
    }

    /// Every clock of the thread, with who owes it.
    fn clocks(&self) -> Vec<String> {
        let dues = self.thread.dues(&self.now);
        let line = |due: &detente_accord::talks::Due| {
            let pauses = self.now.pauses(&due.by, &due.to);
            let state = due.state(self.now.time, &pauses);
            let capped = if due.is_capped(&pauses) { ", cut short by the end of the accord" } else { "" };
            let start = match (due.start, state) {
                (_, DueState::NotStarted) | (None, _) => String::new(),
                (Some(start), _) => format!(" (runs from {})", precise(start)),
            };
            let owes = if matches!(state, DueState::Met { .. } | DueState::Over) { "to" } else { "owes" };
            let words = talks::due(due, state, self.now.time);
            format!("  {} {owes} {}: {words}{start}{capped}", due.by, due.to)
        };
        dues.iter().map(line).collect()
    }

    /// Both clocks: when its author says it was said, and when the other node says it was received.
    fn line(&self, event: &Event) -> String {
        let received: Vec<String> = event
            .received
            .iter()
            .map(|(party, at)| format!("received by {party} {}", precise(*at)))
            .collect();
        let received = if received.is_empty() { self.not_received(event) } else { received.join(", ") };
        let marks = self.marks(event);
        let marks = if marks.is_empty() { String::new() } else { format!("  [{}]", marks.join("; ")) };
        format!(
            "{}  {} {}{marks}\n  said {}, {received}",
            name(self.accord, &event.position),
            event.by(),
            said::says(event.act.kind, event.act.name),
            precise(event.said()),
        )
    }

    /// What is to be known about an entry besides what it says.
    pub(crate) fn marks(&self, event: &Event) -> Vec<&'static str> {
        let mut marks = Vec::new();
        marks.extend(self.accord.state().is_single(&event.position).then_some(talks::SINGLE));
        marks.extend(is_after_closure(self.thread, &event.position).then_some(talks::AFTER_CLOSURE));
        marks.extend(is_filed_late(self.thread, &event.position).then_some(talks::FILED_LATE));
        marks.extend(self.is_concurrent(event).then_some(talks::CONCURRENT));
        marks
    }

    /// What stands in the place of a receipt: never more than the record shows.
    pub(crate) fn not_received(&self, event: &Event) -> String {
        let state = self.accord.state();
        let stands =
            event.to().and_then(|to| Some((delivery::delivery(state, &event.position, &to, &self.now)?, to)));
        match stands {
            Some((Delivery::Tendered { .. }, to)) => {
                let last = delivery::last_receipt(self.accord.held(), &to);
                talks::not_delivered(last, self.now.time)
            }
            Some((known @ Delivery::Known, _)) => known.word().to_owned(),
            _ => "no receipt yet".to_owned(),
        }
    }

    fn is_concurrent(&self, event: &Event) -> bool {
        let order = self.accord.state().order();
        self.thread.events().iter().any(|other| order.are_concurrent(&event.position, &other.position))
    }

    /// Entries about this thread that changed nothing, with the reason by name.
    pub(crate) fn without_effect(&self) -> Vec<(Position, &'static str)> {
        let state = self.accord.state();
        let inside: BTreeSet<&Position> = self.thread.events().iter().map(|event| &event.position).collect();
        let is_about = |position: &Position| {
            let leaf = self.accord.held().leaf(position)?;
            let targets = leaf.said.refs.iter().filter_map(|reference| match &reference.target {
                Target::Entry { log, seq, .. } => Some(Position::new(log.clone(), *seq)),
                Target::Statement { .. } => None,
            });
            (leaf.said.kind != "ack" && targets.into_iter().any(|target| inside.contains(&target)))
                .then_some(())
        };
        let refused = state.order().positions().filter_map(|position| match state.effect(&position) {
            Some(Effect::Without(why)) => is_about(&position).map(|()| (position.clone(), why.name())),
            _ => None,
        });
        refused.collect()
    }

    /// What differs between the reports of a contact by two sides; nothing in another thread, or while there is one.
    fn differences(&self) -> Result<Option<Differences>, Failure> {
        let Thread::Contact(views) = self.thread else { return Ok(None) };
        let contact = views.whole();
        let first = contact.report_of(&contact.sides.opener);
        let other =
            contact.reports.iter().find(|report| !report.withdrawn && report.by != contact.sides.opener);
        let Some((first, other)) = first.zip(other) else { return Ok(None) };
        let contents = [first, other].map(|report| content::readable(self.accord, &report.position));
        let [first_content, other_content] = contents;
        let (first_content, other_content) = (first_content?, other_content?);
        Ok(Some(compare(&reported(first, &first_content), &reported(other, &other_content))))
    }

    fn document(&self) -> Result<Value, Failure> {
        let opening = self.thread.opening();
        let entries =
            self.thread.events().iter().map(|event| self.entry(event)).collect::<Result<Vec<_>, _>>()?;
        let clocks = self.thread.dues(&self.now);
        let refused = self.without_effect();
        Ok(json!({
            "schema": "detente.thread.v1",
            "accord": self.accord.charter().record_id().to_string(),
            "entry": self.root.to_string(),
            "number": self.accord.state().number(self.root).map(ToString::to_string),
            "kind": opening.map(|event| event.act.kind),
            "phase": self.thread.phase(&self.now),
            "exercise": self.thread.exercise(),
            "clocks": clocks.iter().map(|due| clock_document(due, &self.now)).collect::<Vec<_>>(),
            "entries": entries,
            "no_effect": refused.iter()
                .map(|(position, why)| json!({ "entry": position.to_string(), "reason": why })).collect::<Vec<_>>(),
            "reports": self.differences()?
                .map(|differences| json!({ "state": differences.name(), "differ": differences.fields() })),
        }))
    }

    fn entry(&self, event: &Event) -> Result<Value, Failure> {
        let received =
            event.received.iter().map(|(party, at)| (party.to_string(), clock::rfc3339(*at).into()));
        Ok(json!({
            "entry": event.position.to_string(),
            "number": self.accord.state().number(&event.position).map(ToString::to_string),
            "by": event.by().as_str(),
            "kind": event.act.kind,
            "act": event.act.name,
            "said": clock::rfc3339(event.said()),
            "received": received.collect::<serde_json::Map<String, Value>>(),
            "single": self.accord.state().is_single(&event.position),
            "after_closure": is_after_closure(self.thread, &event.position),
            "content": content::document(self.accord, &event.position)?,
        }))
    }
}

fn reported<'a>(report: &'a ContactReport, content: &'a BTreeMap<String, jcs::Value>) -> Reported<'a> {
    Reported { place: content.get("where"), topics: content.get("topics"), ..report.public() }
}

fn is_filed_late(thread: &Thread, position: &Position) -> bool {
    let Thread::Contact(views) = thread else { return false };
    views.whole().reports.iter().any(|report| report.position == *position && report.late_ms.is_some())
}

fn is_after_closure(thread: &Thread, position: &Position) -> bool {
    let Thread::Inquiry(views) = thread else { return false };
    views.whole().answers.iter().any(|answer| answer.position == *position && answer.after_closure)
}

/// A clock of a thread, for documents.
pub(crate) fn clock_document(due: &detente_accord::talks::Due, now: &Now<'_>) -> Value {
    let pauses = now.pauses(&due.by, &due.to);
    let state = due.state(now.time, &pauses);
    let (met, late_ms) = match state {
        DueState::Met { when, late_ms } => (Some(when.time), late_ms),
        _ => (None, None),
    };
    json!({
        "owed": talks::owed(due.what),
        "by": due.by.as_str(),
        "to": due.to.as_str(),
        "start": due.start.map(clock::rfc3339),
        "at": due.at(&pauses).map(clock::rfc3339),
        "met": met.map(clock::rfc3339),
        "late_ms": late_ms,
        "words": talks::due(due, state, now.time),
    })
}

/// The number of an entry; its place if it has none.
pub(crate) fn name(accord: &Accord<'_>, position: &Position) -> String {
    accord.state().number(position).map_or_else(|| position.to_string(), ToString::to_string)
}

/// For files that name a time by itself.
pub(crate) fn optional(time: Option<Time>) -> String {
    time.map_or_else(String::new, clock::rfc3339)
}
