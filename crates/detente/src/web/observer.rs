//! The Observer's view: the record at a glance, read-only, and what such a reader can and cannot see.

mod of;

use detente_accord::Time;
use detente_accord::words::talks::CANNOT_SHOW;
use maud::{Markup, html};

use super::foreign::foreign;
use super::layout::{Place, column, form, instant, table};

/// What the page shows.
pub(crate) struct View {
    /// Where we are.
    pub(crate) place: Place,
    /// The time it is for.
    pub(crate) now: Time,
    /// The counts, as the CLI says them: labels, each with its parts.
    pub(crate) rows: Vec<(String, Vec<String>)>,
    /// Who else looks on.
    pub(crate) observers: Vec<Observer>,
    /// Our own scope, where this is the node of an observer.
    pub(crate) own: Option<Scope>,
    /// How much of the content is here; nothing where there is too much to count.
    pub(crate) content: Option<Content>,
    /// The mark of forms in this session, for the check that everybody may run.
    pub(crate) mark: Option<String>,
    /// The page where an item is asked for, or a note written, where this officer may do that.
    pub(crate) acts: Vec<(&'static str, String)>,
}

/// An observer of the accord.
pub(crate) struct Observer {
    /// Its id.
    pub(crate) id: String,
    /// Who named it, in words.
    pub(crate) named_by: String,
    /// What it may see.
    pub(crate) scope: Scope,
}

/// How much somebody sees who only looks on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Scope {
    /// Of what it may read.
    pub(crate) of: detente_accord::record::Scope,
    /// How long content is kept from it, in days.
    pub(crate) delay_d: u64,
}

/// How much of the record's content is here.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct Content {
    /// With content that can be read here.
    pub(crate) readable: u64,
    /// Not said to us.
    pub(crate) sealed: u64,
    /// Deleted.
    pub(crate) deleted: u64,
    /// For us, not here yet.
    pub(crate) missing: u64,
}

/// The page.
pub(crate) fn page(view: &View) -> Markup {
    html! {
        p { "The record at a glance, counted on this node at " (instant(view.now)) ". No scores: what the counts mean, readers decide." }
        (acts(view))
        (glance(view))
        div.columns {
            section {
                h2 { "What this page can see" }
                (can(view))
            }
            section {
                h2 { "What it cannot see" }
                ul {
                    li { (CANNOT_SHOW) }
                    li { "items of any list: a match leaves terms, commitments and receipts on the record, nothing else" }
                    li { "content that was said to others: of it there are existence, time and type" }
                    li { "accords that this node is not in" }
                }
            }
        }
        (observers(view))
    }
}

fn acts(view: &View) -> Markup {
    html! {
        div.acts {
            @if let Some(mark) = &view.mark {
                (form(&view.place.at("record/check"), mark, &html! { button { "Check again here" } }))
            }
            @for (name, at) in &view.acts { a.button.plain href=(at) { (name) } }
        }
        p.muted { "To print a one-page report, print this page; of one entry: " code { "detente report ENTRY" } "." }
    }
}

fn glance(view: &View) -> Markup {
    html! {
        dl.facts {
            @for (label, parts) in &view.rows {
                dt { (sentence(label)) }
                dd { @for part in parts { div { (foreign(part)) } } }
            }
        }
    }
}

/// `QUESTIONS ASKED` as pages write it: `Questions asked`. A title behind `RECORD` stays as it is.
fn sentence(label: &str) -> Markup {
    match label.strip_prefix("RECORD ") {
        Some(title) => html! { "Record " (foreign(title)) },
        None => {
            let mut chars = label.chars();
            let first: String = chars.next().into_iter().collect();
            html! { (first) (chars.as_str().to_lowercase()) }
        }
    }
}

fn can(view: &View) -> Markup {
    html! {
        @match &view.own {
            Some(scope) => { p { "This node is an observer’s. It sees " strong { (in_words(*scope)) } "." } }
            None => { p { "This node is a party’s: it sees what observers see, and what was said to it." } }
        }
        @if let Some(content) = &view.content {
            ul {
                li { "entries with content that can be read here: " (content.readable) }
                li { "sealed, with the fingerprint on record: " (content.sealed) }
                li { "deleted, with the commitment kept: " (content.deleted) }
                li { "for us and not here yet: " (content.missing) }
            }
        } @else { p { "The record is too long to count on a page what of its content is here." } }
        p.muted { "An observer never writes into the threads of the parties: it may ask for an item, sign a note, say that it sees a gap, and cosign." }
    }
}

fn observers(view: &View) -> Markup {
    let row = |observer: &Observer| {
        vec![html! { (observer.id) }, html! { (observer.named_by) }, html! { (in_words(observer.scope)) }]
    };
    html! {
        @if view.observers.is_empty() { p { "The charter names no observer with a log of its own." } }
        @else {
            (table("Who looks on, by the charter", &[column("observer"), column("named by"), column("sees")],
                &view.observers.iter().map(row).collect::<Vec<_>>()))
        }
    }
}

/// A scope in words.
pub(crate) fn in_words(scope: Scope) -> String {
    use detente_accord::record::Scope as Of;
    let sees = match scope.of {
        Of::ExistenceOnly => "that logs grow, and nothing of what is said",
        Of::Metadata => "type, act, references, sizes and times of every entry, and no content",
        Of::FullExceptSealed => "content of every entry except what is sealed",
        Of::Full => "content of every entry",
    };
    match (scope.delay_d, scope.of) {
        (0, _) | (_, Of::ExistenceOnly | Of::Metadata) => sees.to_owned(),
        (days, _) => format!("{sees}, {days} days after it was said"),
    }
}

#[cfg(test)]
mod tests;
