//! The page Inquiries: every matter of the talks with where it stands, what waits first.

use detente_accord::Time;
use detente_accord::record::Position;
use detente_accord::talks::{Due, DueState, Now, Thread};
use detente_accord::words::{said, talks};
use detente_node::Accord;
use maud::{Markup, html};

use super::foreign::foreign;
use super::layout::{Place, clock_cell, column, table_headed, time};
use super::written::who;
use crate::cli::thread::name;

/// What the page shows.
pub(crate) struct View {
    /// Where we are.
    pub(crate) place: Place,
    /// The time it is for.
    pub(crate) now: Time,
    /// Matters with a clock that runs, stands still or has run out; nearest deadline first.
    pub(crate) open: Vec<Matter>,
    /// The others, newest first.
    pub(crate) others: Vec<Matter>,
    /// What was searched for.
    pub(crate) sought: String,
    /// Whether the officer may say something.
    pub(crate) may_act: bool,
}

/// A matter.
pub(crate) struct Matter {
    /// The entry that opened it.
    pub(crate) entry: String,
    /// Its number and the code of its format.
    pub(crate) number: String,
    /// From whom to whom.
    pub(crate) sides: String,
    /// Where it stands.
    pub(crate) stands: String,
    /// Its nearest clock.
    pub(crate) clock: Option<(Due, DueState)>,
    /// When it was opened.
    pub(crate) opened: Time,
    /// The exercise it belongs to.
    pub(crate) exercise: Option<String>,
}

impl View {
    /// From an accord as it is held here.
    pub(crate) fn of(accord: &Accord<'_>, place: Place, sought: &str, time: Time, may_act: bool) -> View {
        let now = Now { time, rules: accord.state().rules(), talks: accord.state().talks() };
        let lower = sought.to_lowercase();
        let threads = accord.state().talks().threads().iter();
        let all = threads.filter_map(|(root, thread)| Matter::of(accord, root, thread, &now));
        let all = all.filter(|matter| lower.is_empty() || matter.text().contains(&lower));
        let (mut open, mut others): (Vec<Matter>, Vec<Matter>) = all.partition(|one| one.clock.is_some());
        open.sort_by_key(|one| (one.until(), one.entry.clone()));
        others.sort_by_key(|one| (std::cmp::Reverse(one.opened), one.entry.clone()));
        others.truncate(OTHERS_SHOWN_MAX);
        View { place, now: time, open, others, sought: sought.to_owned(), may_act }
    }
}

impl Matter {
    fn of(accord: &Accord<'_>, root: &Position, thread: &Thread, now: &Now<'_>) -> Option<Matter> {
        let opening = thread.opening()?;
        let to = opening.to().map_or_else(|| "everybody".to_owned(), |to| to.to_string());
        let code = said::code(opening.act.kind, opening.act.name);
        Some(Matter {
            entry: root.to_string(),
            number: format!("{} {code}", name(accord, root)),
            sides: format!("{} to {to}", who(accord, opening.by())),
            stands: talks::phase(opening.act.kind, thread.phase(now), opening.by()),
            clock: nearest(thread, now),
            opened: opening.said(),
            exercise: thread.exercise().map(str::to_owned),
        })
    }

    fn until(&self) -> Time {
        match &self.clock {
            Some((_, DueState::Running { at } | DueState::Overdue { at })) => *at,
            _ => Time(u64::MAX),
        }
    }

    fn text(&self) -> String {
        format!("{} {} {}", self.number, self.sides, self.stands).to_lowercase()
    }
}

/// The clock that ends first, of those that are not met and not over.
fn nearest(thread: &Thread, now: &Now<'_>) -> Option<(Due, DueState)> {
    let state = |due: Due| {
        let state = due.state(now.time, &now.pauses(&due.by, &due.to));
        (due, state)
    };
    let open = thread.dues(now).into_iter().map(state).filter(|(_, state)| {
        matches!(state, DueState::Running { .. } | DueState::Overdue { .. } | DueState::Paused { .. })
    });
    open.min_by_key(|(_, state)| match state {
        DueState::Running { at } | DueState::Overdue { at } => *at,
        _ => Time(u64::MAX),
    })
}

/// Closed matters on one page; the search finds the others.
const OTHERS_SHOWN_MAX: usize = 200;

/// The page.
pub(crate) fn page(view: &View) -> Markup {
    html! {
        @if view.may_act {
            p.acts {
                a.button href=(view.place.at("say/inquiry/release")) { "New inquiry" }
                a.button.plain href=(view.place.at("say/notice/issue")) { "New notice" }
                a.button.plain href=(view.place.at("say/undertaking/offer")) { "Offer an undertaking" }
                a.button.plain href=(view.place.at("say/contact/report")) { "Report a contact" }
            }
        }
        form method="get" action=(view.place.at("inquiries")) role="search" {
            div.field {
                label for="q" { "Find by number, party or state" }
                input #q name="q" type="search" value=(view.sought);
            }
            button type="submit" { "Find" }
        }
        h2 { "Open (" (view.open.len()) ")" }
        (matters("Open matters", view, &view.open))
        h2 { "Without a clock that runs (" (view.others.len()) ")" }
        (matters("Other matters", view, &view.others))
    }
}

fn matters(caption: &str, view: &View, matters: &[Matter]) -> Markup {
    let row = |one: &Matter| {
        vec![
            html! {
                a href=(view.place.at(&format!("thread/{}", one.entry))) { (one.number) }
                @if let Some(id) = &one.exercise { " " strong { "EXERCISE " (foreign(id)) } }
            },
            html! { (one.sides) },
            html! { (one.stands) },
            clock(one, view.now),
            time(one.opened),
        ]
    };
    let columns = [
        column("Matter"),
        column("From and to"),
        column("Stands at"),
        column("Nearest clock"),
        column("Said"),
    ];
    let rows: Vec<Vec<Markup>> = matters.iter().map(row).collect();
    html! { @if rows.is_empty() { p { "none" } } @else { (table_headed(caption, &columns, &rows)) } }
}

fn clock(one: &Matter, now: Time) -> Markup {
    match &one.clock {
        None => html! {},
        Some((due, DueState::Running { at } | DueState::Overdue { at })) => {
            clock_cell(&format!("{}: {} by", due.by, talks::owed(due.what)), *at, now)
        }
        Some((due, state)) => html! { (talks::due(due, *state, now)) },
    }
}

#[cfg(test)]
mod tests;
