//! The page of one matter, from its first entry on, with the clocks of both sides.

use detente_accord::Time;
use detente_accord::jcs::Value;
use detente_accord::record::Position;
use detente_accord::talks::{Due, DueState, Event, Now, Thread};
use detente_accord::words::{labels, said, talks};
use detente_node::{Accord, Error};
use maud::{Markup, html};

use super::foreign::foreign;
use super::layout::{Place, clock_cell, column, instant, table, time};
use super::offers::{self, Offer};
use super::written::{Written, who};
use crate::cli::thread::{Shown, name};

/// What the page shows.
pub(crate) struct View {
    /// Where we are.
    pub(crate) place: Place,
    /// The time it is for.
    pub(crate) now: Time,
    /// The number of the entry that opened it, and the code of its format.
    pub(crate) number: String,
    /// From whom to whom, and where it stands.
    pub(crate) head: String,
    /// The exercise it belongs to.
    pub(crate) exercise: Option<String>,
    /// Every clock of the thread.
    pub(crate) clocks: Vec<Clock>,
    /// Every entry, in causal order.
    pub(crate) entries: Vec<Entry>,
    /// Entries about it that have no effect, and why.
    pub(crate) refused: Vec<(String, &'static str)>,
}

/// A clock.
pub(crate) struct Clock {
    /// What is owed, by whom, to whom.
    pub(crate) due: Due,
    /// How it stands.
    pub(crate) state: DueState,
    /// Whether the end of the accord cuts it short.
    pub(crate) is_capped: bool,
}

/// An entry of the thread.
pub(crate) struct Entry {
    /// Its number.
    pub(crate) name: String,
    /// Its place in the record.
    pub(crate) place: String,
    /// Its author: `we` for us.
    pub(crate) who: String,
    /// What it says, as a verb: `asks`.
    pub(crate) says: &'static str,
    /// When, by its author's clock.
    pub(crate) said: Time,
    /// Who received it, and when, by their clocks.
    pub(crate) received: Vec<(String, Time)>,
    /// What stands there if nobody did.
    pub(crate) not_received: String,
    /// What else is to be known.
    pub(crate) marks: Vec<&'static str>,
    /// Its public fields.
    pub(crate) public: Vec<(String, String)>,
    /// Its content.
    pub(crate) written: Written,
    /// What may be said next about it.
    pub(crate) offers: Vec<Offer>,
}

impl View {
    /// The thread that an entry is in; `None` if it is in none.
    ///
    /// # Errors
    /// Those of the disk.
    pub(crate) fn of(
        accord: &Accord<'_>,
        place: Place,
        entry: &Position,
        time: Time,
        may_act: bool,
    ) -> Result<Option<View>, Error> {
        let Some((root, thread)) = accord.state().talks().thread_of(entry) else { return Ok(None) };
        let now = Now { time, rules: accord.state().rules(), talks: accord.state().talks() };
        let shown = Shown { accord, root, thread, now };
        let entries = thread.events().iter().map(|event| Entry::of(&shown, event, may_act));
        Ok(Some(View {
            now: time,
            number: number(accord, root, thread),
            head: head(accord, thread, &shown.now),
            exercise: thread.exercise().map(str::to_owned),
            clocks: clocks(thread, &shown.now),
            entries: entries.collect::<Result<_, _>>()?,
            refused: shown.without_effect().iter().map(|(at, why)| (name(accord, at), *why)).collect(),
            place,
        }))
    }
}

fn number(accord: &Accord<'_>, root: &Position, thread: &Thread) -> String {
    let code = thread.opening().map_or("–", |event| said::code(event.act.kind, event.act.name));
    format!("{} {code}", name(accord, root))
}

fn head(accord: &Accord<'_>, thread: &Thread, now: &Now<'_>) -> String {
    let Some(opening) = thread.opening() else { return String::new() };
    let to = opening.to().map_or_else(|| "everybody".to_owned(), |to| who(accord, &to).replace("we", "us"));
    let stands = talks::phase(opening.act.kind, thread.phase(now), opening.by());
    format!("{} to {to}: {stands}", who(accord, opening.by()))
}

fn clocks(thread: &Thread, now: &Now<'_>) -> Vec<Clock> {
    let clock = |due: Due| {
        let pauses = now.pauses(&due.by, &due.to);
        Clock { state: due.state(now.time, &pauses), is_capped: due.is_capped(&pauses), due }
    };
    thread.dues(now).into_iter().map(clock).collect()
}

impl Entry {
    fn of(shown: &Shown<'_>, event: &Event, may_act: bool) -> Result<Entry, Error> {
        let accord = shown.accord;
        Ok(Entry {
            name: name(accord, &event.position),
            place: event.position.to_string(),
            who: who(accord, event.by()),
            says: said::says(event.act.kind, event.act.name),
            said: event.said(),
            received: event.received.iter().map(|(party, at)| (party.to_string(), *at)).collect(),
            not_received: shown.not_received(event),
            marks: shown.marks(event),
            public: public(event),
            written: Written::of(accord, &event.position)?,
            offers: if may_act { offers::of(accord, shown.thread, &event.position) } else { Vec::new() },
        })
    }
}

/// Public fields that the line above does not say already.
fn public(event: &Event) -> Vec<(String, String)> {
    let fields = event.leaf.said.public.iter();
    let fields = fields.filter(|(name, _)| !HIDDEN.contains(&name.as_str()));
    fields.map(|(name, value)| (labels::heading(name), value_text(name, value))).collect()
}

/// A public value in words: times as times, yes and no.
pub(crate) fn value_text(name: &str, value: &Value) -> String {
    match value {
        Value::Integer(ms) if TIMES.contains(&name) => crate::clock::utc(Time(*ms)),
        value => labels::lines(value).join(", "),
    }
}

/// Said by the line of the entry itself.
const HIDDEN: [&str; 4] = ["act", "to", "single", "ex"];
/// Public fields that are points in time, in milliseconds.
const TIMES: [&str; 8] = ["from", "until", "review", "due", "known_since", "at", "by", "publication"];

/// The page.
pub(crate) fn page(view: &View) -> Markup {
    html! {
        p {
            @if let Some(id) = &view.exercise { strong { "EXERCISE " (foreign(id)) " " } }
            span.state { (view.head) }
        }
        (clock_table(view))
        h2 { "What was said" }
        ol.entries { @for one in &view.entries { li #{ "e-" (one.place.replace('/', "-")) } { (entry(view, one)) } } }
        @if !view.refused.is_empty() {
            h2 { "Without effect" }
            ul { @for (name, why) in &view.refused { li { (name) ": no effect: " (why) } } }
        }
    }
}

fn clock_table(view: &View) -> Markup {
    let row = |clock: &Clock| {
        let due = &clock.due;
        vec![
            html! { (due.by) },
            stands(clock, view.now),
            html! {
                @match due.start { Some(at) => (time(at)), None => "not started" }
                @if clock.is_capped { ", cut short by the end of the accord" }
            },
        ]
    };
    let rows: Vec<Vec<Markup>> = view.clocks.iter().map(row).collect();
    let columns = [column("Who owes"), column("What and until when"), column("Runs from")];
    html! { @if !rows.is_empty() { (table("Clocks of both sides", &columns, &rows)) } }
}

fn stands(clock: &Clock, now: Time) -> Markup {
    let words = talks::owed(clock.due.what);
    match clock.state {
        DueState::Running { at } | DueState::Overdue { at } => clock_cell(&format!("{words} by"), at, now),
        state => html! { (talks::due(&clock.due, state, now)) },
    }
}

fn entry(view: &View, one: &Entry) -> Markup {
    html! {
        p.entry-head {
            a href=(view.place.at(&format!("record/{}", one.place))) { (one.name) }
            " " strong { (one.who) } " " (verb(one))
            @for mark in &one.marks { " " span.tag { (mark) } }
        }
        p.times {
            "said " (instant(one.said)) ", "
            @if one.received.is_empty() { (one.not_received) }
            @for (n, (party, at)) in one.received.iter().enumerate() {
                @if n > 0 { ", " } "received by " (party) " " (instant(*at))
            }
        }
        @if !one.public.is_empty() {
            dl.facts { @for (name, text) in &one.public { dt { (name) } dd { (foreign(text)) } } }
        }
        (one.written.block(&one.who))
        (offers::buttons(&view.place, &one.offers))
    }
}

/// The verb after `we` has no `s`.
fn verb(one: &Entry) -> String {
    if one.who == "we" { ours(one.says) } else { one.says.to_owned() }
}

/// `asks` as we say it of us: `ask`. The first word alone changes.
pub(crate) fn ours(says: &str) -> String {
    let (first, rest) = says.split_once(' ').map_or((says, ""), |(first, rest)| (first, rest));
    let first = match first {
        "has" => "have".to_owned(),
        "does" => "do".to_owned(),
        "publishes" => "publish".to_owned(),
        first => first
            .strip_suffix("ies")
            .map(|stem| format!("{stem}y"))
            .unwrap_or_else(|| first.strip_suffix('s').unwrap_or(first).to_owned()),
    };
    let said = format!("{first} {rest}");
    let said = said.replace(" its ", " our ").replace("(its ", "(our ").replace(" it ", " we ");
    said.trim_end().to_owned()
}

#[cfg(test)]
mod tests;
