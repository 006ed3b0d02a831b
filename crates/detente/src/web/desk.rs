//! The page Desk: what an officer has to know and do now, by nearest deadline.

use detente_accord::Time;
use detente_accord::talks::DueState;
use detente_accord::talks::desk::{Desk, Duty, Line, Pending, Undelivered};
use detente_accord::words::desk::{Around, Waiting, alarm, note, why_undelivered};
use detente_accord::words::talks;
use detente_accord::words::time::roughly;
use maud::{Markup, html};

use super::foreign::foreign;
use super::layout::{Place, clock_cell, column, table, table_headed, time};

/// What the page shows.
pub(crate) struct View {
    /// Where we are.
    pub(crate) place: Place,
    /// What the record says.
    pub(crate) desk: Desk,
    /// What it does not know.
    pub(crate) around: Around,
    /// Whether the officer may say something.
    pub(crate) may_act: bool,
}

/// The page.
pub(crate) fn page(view: &View) -> Markup {
    let desk = &view.desk;
    html! {
        (wrong(view))
        (lines(&desk.lines, desk.now))
        div.columns {
            (duties(view, "We owe", &desk.we_owe, true))
            (duties(view, "They owe", &desk.they_owe, false))
        }
        div.columns {
            (silences(view))
            (waiting(view))
        }
        @if !desk.reservations.is_empty() { (reservations(view)) }
        div.columns {
            (exercises(view))
            (undelivered(view))
        }
    }
}

fn wrong(view: &View) -> Markup {
    let now = view.desk.now;
    let alarms = view.desk.alarms.iter().map(|one| alarm(one, now)).chain(view.around.alarms.iter().cloned());
    let alarms: Vec<String> = alarms.collect();
    html! {
        @if !alarms.is_empty() {
            section.box.wrong role="alert" {
                h2 { "Wrong" }
                ul { @for text in &alarms { li { (foreign(text)) } } }
            }
        }
    }
}

fn lines(lines: &[Line], now: Time) -> Markup {
    let ago = |at: Time| now.0.saturating_sub(at.0);
    let row = |line: &Line| {
        vec![
            html! { strong.id { (line.peer) } @if let Some(span) = &line.suspended { " " (talks::suspended(span, now)) } },
            match line.receipt {
                Some(at) => html! { (roughly(ago(at))) " ago, " (time(at)) },
                None => html! { "no machine receipt yet" },
            },
            match line.person {
                Some(at) => html! { (roughly(ago(at))) " ago, " (time(at)) },
                None => html! { "no human answer yet" },
            },
            match line.comcheck {
                Some(at) => clock_cell("due by", at, now),
                None => html! { "no comcheck yet" },
            },
        ]
    };
    let columns =
        [column("Party"), column("Last machine receipt"), column("Last human answer"), column("Comcheck")];
    html! { @if !lines.is_empty() { (table("Line", &columns, &lines.iter().map(row).collect::<Vec<_>>())) } }
}

fn duties(view: &View, title: &'static str, duties: &[Duty], ours: bool) -> Markup {
    let rows: Vec<Vec<Markup>> = duties.iter().map(|duty| duty_row(view, duty, ours)).collect();
    let columns = [column("Matter"), column("Clock"), column(if ours { "Do" } else { "See" })];
    html! {
        section {
            h2 { (title) " (" (duties.len()) ")" }
            @if rows.is_empty() { p { "nothing" } }
            @else { (table_headed(title, &columns, &rows)) }
        }
    }
}

fn duty_row(view: &View, duty: &Duty, ours: bool) -> Vec<Markup> {
    let now = view.desk.now;
    let precedence = duty.precedence.as_deref().filter(|word| *word != "routine");
    let number = duty.number.as_ref().map_or_else(|| duty.thread.to_string(), ToString::to_string);
    let notes: Vec<String> = duty.notes.iter().map(|one| note(one, now)).collect();
    let thread = view.place.at(&format!("thread/{}", duty.thread));
    let acknowledges = ours && duty.due.what == detente_accord::talks::Owed::Acknowledgement && view.may_act;
    vec![
        html! {
            a href=(thread) { (number) } " " (duty.code)
            @if let Some(word) = precedence { " " strong { (word) } }
            @if let Some(id) = &duty.exercise { " " strong { "EXERCISE " (foreign(id)) } }
            @if !notes.is_empty() { br; span.muted { (notes.join("; ")) } }
        },
        due_cell(duty, now),
        html! {
            div.acts {
                @if acknowledges {
                    a.button href=(view.place.at(&format!("say/{}/acknowledge?entry={}", answers(&duty.kind), duty.thread))) { "Acknowledge" }
                }
                a.button.plain href=(thread) { "Open" }
            }
        },
    ]
}

/// The type of the statement that acknowledges one of this type.
fn answers(kind: &str) -> &str {
    if kind == "inquiry" { "reply" } else { kind }
}

fn due_cell(duty: &Duty, now: Time) -> Markup {
    let words = talks::owed(duty.due.what);
    match duty.state {
        DueState::Running { at } | DueState::Overdue { at } => clock_cell(&format!("{words} by"), at, now),
        _ => html! { (talks::due(&duty.due, duty.state, now)) },
    }
}

fn silences(view: &View) -> Markup {
    let now = view.desk.now;
    html! {
        section {
            h2 { "Under silence" }
            @if view.desk.silences.is_empty() { p { "none" } }
            @for one in &view.desk.silences {
                div.box {
                    p { strong { (foreign(&one.about)) } " " (until(one, "adopted unless someone objects by", now)) }
                    @if view.may_act {
                        p.acts {
                            (say(view, "silence/break", one, "by=objection", "Object"))
                            (say(view, "silence/break", one, "by=amendment", "Amend"))
                        }
                    }
                }
            }
        }
    }
}

fn reservations(view: &View) -> Markup {
    let now = view.desk.now;
    html! {
        section {
            h2 { "You may object" }
            @for one in &view.desk.reservations {
                div.box {
                    p {
                        a href=(view.place.at("norms")) { (number(one)) } " " (foreign(&one.about)) " of " (one.by) " "
                        @if one.until.is_some() { (until(one, "accepted unless someone objects by", now)) }
                        @else { "waits for a word: silence never accepts it" }
                    }
                    @if view.may_act {
                        p.acts {
                            (say(view, "acceptance/accept", one, "", "Accept"))
                            (say(view, "acceptance/decline", one, "", "Do not accept"))
                            (say(view, "objection/raise", one, "", "Object"))
                        }
                    }
                }
            }
        }
    }
}

fn until(one: &Pending, words: &str, now: Time) -> Markup {
    clock_cell(words, one.until.unwrap_or(now), now)
}

fn number(one: &Pending) -> String {
    one.number.as_ref().map_or_else(|| one.entry.to_string(), ToString::to_string)
}

fn say(view: &View, act: &str, one: &Pending, more: &str, words: &str) -> Markup {
    let more = if more.is_empty() { String::new() } else { format!("&{more}") };
    html! { a.button.plain href=(view.place.at(&format!("say/{act}?entry={}{more}", one.entry))) { (words) } }
}

fn waiting(view: &View) -> Markup {
    html! {
        section {
            h2 { "Waiting for release" }
            @if view.around.waiting.is_empty() { p { "none" } }
            @for one in &view.around.waiting { (waits(view, one)) }
        }
    }
}

fn waits(view: &View, one: &Waiting) -> Markup {
    let by = if one.signed_by.is_empty() { "nobody yet" } else { &one.signed_by };
    html! {
        div.box {
            p {
                strong { (one.what) } ", drafted " (time(one.made)) ", signed by " (by) " "
                a href=(view.place.at(&format!("drafts/{}", one.name))) { "Read and release" }
            }
        }
    }
}

fn exercises(view: &View) -> Markup {
    html! {
        section {
            h2 { "Exercises" }
            @if view.desk.exercises.is_empty() { p { "none running" } }
            @for one in &view.desk.exercises {
                p {
                    a href=(view.place.at(&format!("thread/{}", one.thread))) { "EX-" (foreign(&one.id)) }
                    " " (one.phase) @if let Some(until) = one.until { " until " (time(until)) }
                }
            }
        }
    }
}

fn undelivered(view: &View) -> Markup {
    let row = |one: &Undelivered| {
        let number = one.number.as_ref().map_or_else(|| one.entry.to_string(), ToString::to_string);
        vec![
            html! { (number) " " (one.code) },
            html! { span.id { (one.to) } },
            html! { (why_undelivered(one, view.desk.now)) },
        ]
    };
    let rows: Vec<Vec<Markup>> = view.desk.undelivered.iter().map(row).collect();
    html! {
        section {
            h2 { "Not delivered" }
            @if rows.is_empty() { p { "none" } }
            @else { (table_headed("Not delivered", &[column("Entry"), column("To"), column("As far as it is known")], &rows)) }
        }
    }
}

#[cfg(test)]
mod tests;
