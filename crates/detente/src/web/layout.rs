//! The shell of every page and the pieces that pages are made of. Pure: what goes in is what comes out.
//!
//! No page has inline script, inline style or event attributes: the policy in the headers forbids them, a test looks
//! for them. What somebody else wrote goes through [`foreign`] or [`said_by`], and through nothing else.

use detente_accord::Time;
use detente_accord::words::time::left;
use maud::{DOCTYPE, Markup, html};

use super::assets;
use super::foreign::foreign;
use crate::clock;
use crate::tui::visible;

/// What the frame of a page says.
#[derive(Clone, Debug)]
pub(crate) struct Shell {
    /// The page's name: its one `h1`, and in the title.
    pub(crate) title: String,
    /// The officer who is signed in, by name.
    pub(crate) officer: Option<String>,
    /// The accord it is about.
    pub(crate) accord: Option<Place>,
    /// The place in the navigation.
    pub(crate) here: Here,
    /// The time it was made for.
    pub(crate) now: Time,
}

/// An accord, for the frame of a page.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// Where its pages are: the first eight digits of its id.
    pub(crate) path: String,
    /// Its title.
    pub(crate) title: String,
    /// Where it stands, in words: `rev 4, in force`.
    pub(crate) force: String,
    /// Our id in it.
    pub(crate) us: String,
    /// Our last checkpoint: the size of our log, and its root in hexadecimal digits.
    pub(crate) checkpoint: Option<(u64, String)>,
    /// Exercises that run, by id.
    pub(crate) exercises: Vec<String>,
    /// What every page has to say of this node: fewer people or less proof stand behind a release than usual.
    pub(crate) notices: Vec<&'static str>,
}

/// The pages of an accord, in the order of the navigation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Here {
    /// What has to be done now.
    Desk,
    /// Questions and answers.
    Inquiries,
    /// Statements that wait for a release.
    Drafts,
    /// What the parties hold themselves to.
    Norms,
    /// Comparisons of lists.
    Matches,
    /// Everything that was said.
    Record,
    /// The other sides.
    Peers,
    /// What somebody sees who only looks on.
    Observer,
    /// None of them.
    Elsewhere,
}

impl Here {
    /// The pages with a link.
    pub(crate) const ALL: [Here; 8] = [
        Here::Desk,
        Here::Inquiries,
        Here::Drafts,
        Here::Norms,
        Here::Matches,
        Here::Record,
        Here::Peers,
        Here::Observer,
    ];

    /// Its place under the accord's, and its name.
    pub(crate) fn link(self) -> (&'static str, &'static str) {
        match self {
            Here::Desk => ("desk", "Desk"),
            Here::Inquiries => ("inquiries", "Inquiries"),
            Here::Drafts => ("drafts", "Drafts"),
            Here::Norms => ("norms", "Norms"),
            Here::Matches => ("matches", "Matches"),
            Here::Record => ("record", "Record"),
            Here::Peers => ("peers", "Peers"),
            Here::Observer => ("observer", "Observer’s view"),
            Here::Elsewhere => ("", ""),
        }
    }
}

impl Place {
    /// The address of a page of this accord.
    pub(crate) fn at(&self, page: &str) -> String {
        format!("/a/{}/{page}", self.path)
    }
}

/// A whole page.
pub(crate) fn page(shell: &Shell, body: &Markup) -> Markup {
    let of = shell.accord.as_ref().map_or_else(String::new, |place| format!(" · {}", visible(&place.title)));
    let events = shell.accord.as_ref().filter(|_| shell.officer.is_some()).map(|place| place.at("events"));
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (visible(&shell.title)) (visible(&of)) " · détente" }
                link rel="stylesheet" href=(assets::css_path());
                script src=(assets::js_path()) defer {}
            }
            body data-now=(clock::rfc3339(shell.now)) data-events=[events] {
                a.skip href="#main" { "Skip to the content" }
                (header(shell))
                main #main tabindex="-1" {
                    h1 { (shell.title) }
                    p #live .live role="status" aria-live="polite" {}
                    (body)
                }
                (footer(shell))
            }
        }
    }
}

fn header(shell: &Shell) -> Markup {
    html! {
        header.top {
            div.who {
                a.brand href="/" { "détente" }
                @if let Some(place) = &shell.accord {
                    span { "accord " strong { (foreign(&place.title)) } " " span.muted { (place.force) } }
                }
                @if let Some(officer) = &shell.officer {
                    span.officer { (foreign(officer)) " · " a href="/sign-out" { "Sign out" } }
                }
            }
            @if let Some(place) = &shell.accord {
                @for id in &place.exercises {
                    p.exercise { strong { "EXERCISE" } " EX-" (foreign(id)) " is running" }
                }
                @for notice in &place.notices { p.notice { (notice) } }
                @if shell.officer.is_some() { (nav(place, shell.here)) }
            }
        }
    }
}

fn nav(place: &Place, here: Here) -> Markup {
    html! {
        nav aria-label="Pages of this accord" {
            ul {
                @for one in Here::ALL {
                    @let (page, name) = one.link();
                    li { a href=(place.at(page)) aria-current=[(one == here).then_some("page")] { (name) } }
                }
            }
        }
    }
}

fn footer(shell: &Shell) -> Markup {
    html! {
        footer {
            p {
                @if let Some(place) = &shell.accord {
                    "party " strong { (place.us) } " · accord " (foreign(&place.title)) " · "
                    @if let Some((size, root)) = &place.checkpoint {
                        "checkpoint " (size) " " (hash(root)) " · "
                    }
                }
                span.as-of { "as of " (instant(shell.now)) }
                " · "
                a.reload href="" { "Reload" }
            }
        }
    }
}

/// A point in time: UTC, with the local time following on focus or hover where scripts run.
pub(crate) fn time(at: Time) -> Markup {
    html! { time datetime=(clock::rfc3339(at)) { (clock::utc(at)) } }
}

/// The same to the second.
pub(crate) fn instant(at: Time) -> Markup {
    html! { time datetime=(clock::rfc3339(at)) { (clock::utc_precise(at)) } }
}

/// What is owed, what remains of its time, and the instant it ends. `words` stand before: `ack by`.
pub(crate) fn clock_cell(words: &str, at: Time, now: Time) -> Markup {
    let remains = at.0.saturating_sub(now.0);
    html! {
        span.clock {
            (words) " "
            time tabindex="0" datetime=(clock::rfc3339(at)) { (clock::utc(at)) }
            " "
            @if remains == 0 { strong.overdue { (overdue(at, now)) } }
            @else { span.left data-until=(clock::rfc3339(at)) { (left(remains)) } }
        }
    }
}

/// `overdue by 12 min`.
pub(crate) fn overdue(at: Time, now: Time) -> String {
    detente_accord::words::talks::overdue(now.0.saturating_sub(at.0))
}

/// Text of somebody else in a ruled block headed by its author: `head` is ours, `cert-b wrote, text`.
pub(crate) fn said_by(head: &str, lines: &[String]) -> Markup {
    let is_short = lines.len() == 1 && lines.iter().all(|line| line.chars().count() <= SHORT_CHARS);
    html! {
        figure.said .short[is_short] {
            figcaption { (foreign(head)) }
            blockquote { @for line in lines { p { (foreign(line)) } } }
        }
    }
}

/// A long hash or key, shortened in the middle for the eye; whoever selects it has all of it.
pub(crate) fn hash(text: &str) -> Markup {
    let chars: Vec<char> = text.chars().collect();
    let part = |range: std::ops::Range<usize>| -> String {
        chars.get(range).map(|chars| chars.iter().collect()).unwrap_or_default()
    };
    let (n, shown) = (chars.len(), HASH_ENDS);
    if n <= 2 * shown + 2 {
        return html! { code.hash { (foreign(text)) } };
    }
    html! {
        code.hash title=(text) {
            (part(0..shown)) span.mid { (part(shown..n - shown)) } (part(n - shown..n))
        }
    }
}

/// What leaves and what somebody learns: stands beside the button that does it.
pub(crate) fn discloses(sentence: &Markup) -> Markup {
    html! { div.discloses role="note" { (sentence) } }
}

/// A column of a table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    /// Its name.
    pub(crate) head: &'static str,
    /// Whether it holds numbers, which stand right-aligned.
    pub(crate) numbers: bool,
}

/// A column of words.
pub(crate) const fn column(head: &'static str) -> Column {
    Column { head, numbers: false }
}

/// A column of numbers.
pub(crate) const fn numbers(head: &'static str) -> Column {
    Column { head, numbers: true }
}

/// A table. The first cell of each row names it. On a narrow screen each row is a block with the columns' names.
pub(crate) fn table(caption: &str, columns: &[Column], rows: &[Vec<Markup>]) -> Markup {
    captioned(&html! { caption { (caption) } }, columns, rows)
}

/// The same under a heading that says what the caption says: the caption is there for readers of tables alone.
pub(crate) fn table_headed(caption: &str, columns: &[Column], rows: &[Vec<Markup>]) -> Markup {
    captioned(&html! { caption.unseen { (caption) } }, columns, rows)
}

fn captioned(caption: &Markup, columns: &[Column], rows: &[Vec<Markup>]) -> Markup {
    let class = |column: &Column| column.numbers.then_some("num");
    html! {
        table {
            (caption)
            thead { tr { @for one in columns { th scope="col" class=[class(one)] { (one.head) } } } }
            tbody {
                @for row in rows {
                    tr {
                        @for (n, (cell, one)) in row.iter().zip(columns).enumerate() {
                            @if n == 0 {
                                th scope="row" data-label=(one.head) class=[class(one)] { (cell) }
                            } @else {
                                td data-label=(one.head) class=[class(one)] { (cell) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A form that changes something. `mark` is the form's mark of this session: the server refuses a form without it.
pub(crate) fn form(action: &str, mark: &str, body: &Markup) -> Markup {
    html! {
        form method="post" action=(action) {
            input type="hidden" name=(FORM_MARK) value=(mark);
            (body)
        }
    }
}

/// A line of text to fill in.
pub(crate) fn input(name: &str, label: &str, kind: &str, value: &str, error: Option<&str>) -> Markup {
    labelled(
        name,
        label,
        error,
        &html! {
            input #{ "f-" (name) } name=(name) type=(kind) value=(value) autocomplete="off"
                aria-describedby=[error.map(|_| format!("e-{name}"))] aria-invalid=[error.map(|_| "true")];
        },
    )
}

/// Several lines of text to fill in.
pub(crate) fn textarea(name: &str, label: &str, value: &str, error: Option<&str>) -> Markup {
    labelled(
        name,
        label,
        error,
        &html! {
            textarea #{ "f-" (name) } name=(name) rows="6" dir="auto"
                aria-describedby=[error.map(|_| format!("e-{name}"))] aria-invalid=[error.map(|_| "true")] { (value) }
        },
    )
}

/// One of some words, as `(value, words)`.
pub(crate) fn select(
    name: &str,
    label: &str,
    options: &[(String, String)],
    chosen: &str,
    error: Option<&str>,
) -> Markup {
    labelled(
        name,
        label,
        error,
        &html! {
            select #{ "f-" (name) } name=(name) aria-describedby=[error.map(|_| format!("e-{name}"))] {
                @for (value, words) in options {
                    option value=(value) selected[value == chosen] { (foreign(words)) }
                }
            }
        },
    )
}

/// A box to tick.
pub(crate) fn checkbox(name: &str, label: &str, is_set: bool) -> Markup {
    html! {
        p.field.tick {
            input #{ "f-" (name) } name=(name) type="checkbox" value="yes" checked[is_set];
            " " label for={ "f-" (name) } { (label) }
        }
    }
}

fn labelled(name: &str, label: &str, error: Option<&str>, control: &Markup) -> Markup {
    html! {
        div.field {
            label for={ "f-" (name) } { (label) }
            @if let Some(error) = error { p.error #{ "e-" (name) } { (foreign(error)) } }
            (control)
        }
    }
}

/// What is wrong with a form, on top; it takes the focus. Each stands at its field too, by the field's name.
pub(crate) fn errors(errors: &[(String, String)]) -> Markup {
    html! {
        @if !errors.is_empty() {
            div.errors role="alert" tabindex="-1" autofocus {
                h2 { "Not done" }
                ul {
                    @for (field, text) in errors {
                        li {
                            @if field.is_empty() { (foreign(text)) }
                            @else { a href={ "#f-" (field) } { (foreign(text)) } }
                        }
                    }
                }
            }
        }
    }
}

/// The name of the hidden field that carries a form's mark.
pub(crate) const FORM_MARK: &str = "form_mark";
/// What stands on one line with its heading.
const SHORT_CHARS: usize = 60;
/// Digits shown of either end of a hash.
const HASH_ENDS: usize = 8;
