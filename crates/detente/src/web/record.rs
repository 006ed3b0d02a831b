//! The page Record: who said what, in the order that can be proved, and the proof of it to take away.

mod of;
mod routes;

pub(crate) use of::Part;
pub(crate) use routes::{download, router};

use detente_accord::Time;
use detente_accord::record::verify::{Judged, Outcome, Verdict};
use detente_accord::words::talks::{CONCURRENT, CONTENT_NOT_HERE, DELETED, SEALED, SINGLE, checked_here};
use maud::{Markup, html};

use super::foreign::foreign;
use super::layout::{
    FORM_MARK, Place, column, discloses, form, hash, instant, numbers, said_by, table, time,
};

/// What the page shows.
pub(crate) struct View {
    /// Where we are.
    pub(crate) place: Place,
    /// The time it is for.
    pub(crate) now: Time,
    /// The logs, with how many entries of each are here.
    pub(crate) logs: Vec<LogLine>,
    /// Entries of this page, in blocks: the columns of a block are concurrent.
    pub(crate) blocks: Vec<Vec<Column>>,
    /// Whether receipts of machines are shown too.
    pub(crate) with_receipts: bool,
    /// How many entries come before and after this page, and where their pages are.
    pub(crate) earlier: Option<String>,
    /// The same of later ones.
    pub(crate) later: Option<String>,
    /// The mark of forms in this session, for the check that everybody may run.
    pub(crate) mark: Option<String>,
}

/// A log as it is held here.
pub(crate) struct LogLine {
    /// Its name: `cert-a/0`.
    pub(crate) log: String,
    /// Entries here.
    pub(crate) held: u64,
    /// Entries that any head shows.
    pub(crate) known: u64,
    /// Whether two versions of it exist.
    pub(crate) forked: bool,
}

/// Entries of one log that stand beside those of others.
pub(crate) struct Column {
    /// The log.
    pub(crate) log: String,
    /// Its entries.
    pub(crate) entries: Vec<Entry>,
}

/// One entry.
pub(crate) struct Entry {
    /// `cert-a/0/17`.
    pub(crate) position: String,
    /// `cert-a>cert-b 2026/014`.
    pub(crate) number: Option<String>,
    /// Who says it.
    pub(crate) by: String,
    /// What, as a verb.
    pub(crate) says: String,
    /// The code of its format.
    pub(crate) code: String,
    /// Why it has no effect.
    pub(crate) no_effect: Option<String>,
    /// One person released it where two are the rule.
    pub(crate) single: bool,
    /// The exercise it belongs to; `Some("")` where its public part does not say.
    pub(crate) exercise: Option<String>,
    /// The time its author claims.
    pub(crate) claimed: Option<Time>,
    /// The time that others' signatures prove: not before, not after.
    pub(crate) proved: (Option<Time>, Option<Time>),
    /// Who holds it.
    pub(crate) held_by: Vec<String>,
    /// Who can no longer say it never had it.
    pub(crate) acknowledged_by: Vec<String>,
    /// What is here of its content.
    pub(crate) content: Body,
    /// Whether we wrote it.
    pub(crate) ours: bool,
    /// Entries of which neither author had seen the other's.
    pub(crate) concurrent_with: Vec<String>,
    /// The page of its thread.
    pub(crate) thread: Option<String>,
    /// Whether its content stands open: on its own page.
    pub(crate) is_open: bool,
}

/// The content of an entry.
pub(crate) enum Body {
    /// Headings of ours, and the lines its author wrote.
    Readable(Vec<(String, Vec<String>)>),
    /// It was not said to us.
    Sealed,
    /// It was deleted.
    Deleted,
    /// It is for us and has not come.
    Missing,
    /// It has none.
    None,
}

/// The page.
pub(crate) fn page(view: &View) -> Markup {
    html! {
        (logs(view))
        (filters(view))
        @if view.blocks.is_empty() { p { "No entries yet." } }
        ol.entries {
            @for block in &view.blocks { (self::block(view, block)) }
        }
        (pages(view))
        (check_bundle(view))
    }
}

fn logs(view: &View) -> Markup {
    let row = |log: &LogLine| {
        let gap = log.known.saturating_sub(log.held);
        vec![
            html! { code { (log.log) } },
            html! { (log.held) },
            html! {
                @if log.forked { strong.stop { "two versions of this log exist" } }
                @else if gap > 0 { strong { "GAP: " (gap) " more exist and are not here" } }
                @else { "no gaps" }
            },
        ]
    };
    html! {
        (table("Logs held here", &[column("log"), numbers("entries"), column("state")],
            &view.logs.iter().map(row).collect::<Vec<_>>()))
        @if let Some(mark) = &view.mark {
            (form(&view.place.at("record/check"), mark, &html! {
                p.muted { "Recomputes every hash, signature and head of all logs from the bytes on this disk." }
                button { "Check again here" }
            }))
        }
    }
}

fn filters(view: &View) -> Markup {
    let here = view.place.at("record");
    html! {
        p {
            @if view.with_receipts {
                "Receipts of machines are shown. " a href=(here) { "Hide them" }
            } @else {
                "Receipts of machines are not shown. " a href={ (here) "?receipts=yes" } { "Show them" }
            }
        }
    }
}

fn block(view: &View, block: &[Column]) -> Markup {
    html! {
        @if let [only] = block {
            @for entry in &only.entries { li { (self::entry(view, entry)) } }
        } @else {
            li {
                p.times { (CONCURRENT) ": neither side had seen what stands beside its own column" }
                div.concurrent {
                    @for column in block {
                        section aria-label={ "log " (column.log) } {
                            @for entry in &column.entries { (self::entry(view, entry)) }
                        }
                    }
                }
            }
        }
    }
}

fn entry(view: &View, entry: &Entry) -> Markup {
    html! {
        article #{ "e-" (entry.position.replace('/', "-")) } {
            p.entry-head {
                @if let Some(exercise) = &entry.exercise { strong { "EXERCISE " (foreign(exercise)) } " " }
                span.tag { (entry.code) } " "
                strong { (entry.by) } " " (entry.says) " "
                span.muted { (entry.number.as_ref().unwrap_or(&entry.position)) }
            }
            p.times { (times(entry)) }
            p.times { (labels(entry)) (links(view, entry)) }
            @if let Some(why) = &entry.no_effect { p { strong { "no effect: " } (why) } }
            @if entry.single { p.muted { (SINGLE) } }
            (folded(entry))
            @if !entry.concurrent_with.is_empty() {
                p.times { (CONCURRENT) " with " (entry.concurrent_with.join(", ")) }
            }
        }
    }
}

fn links(view: &View, entry: &Entry) -> Markup {
    html! {
        @if let Some(thread) = &entry.thread { " · " a href=(thread) { "Thread" } }
        @if !entry.is_open { " · " a href=(view.place.at(&format!("record/{}", entry.position))) { "Proof" } }
    }
}

/// What its author says, and what others' signatures prove.
fn times(entry: &Entry) -> Markup {
    html! {
        @if let Some(claimed) = entry.claimed { "says it was at " (instant(claimed)) "; " }
        @match entry.proved {
            (Some(from), Some(to)) => { "proved between " (time(from)) " and " (time(to)) }
            (None, Some(to)) => { "proved: not after " (time(to)) }
            (Some(from), None) => { "proved: not before " (time(from)) }
            (None, None) => { "time not proved" }
        }
    }
}

fn labels(entry: &Entry) -> Markup {
    html! {
        @match (entry.acknowledged_by.as_slice(), entry.held_by.as_slice()) {
            ([], []) => { "logged; not yet held by others" }
            ([], held) => { "held by " (held.join(", ")) }
            (acks, _) => { "acknowledged by " (acks.join(", ")) }
        }
    }
}

/// The content in a list: a line of its author that opens.
fn folded(entry: &Entry) -> Markup {
    match &entry.content {
        Body::Readable(parts) if !entry.is_open => {
            let headings: Vec<&str> = parts.iter().map(|(heading, _)| heading.as_str()).collect();
            html! {
                details {
                    summary { "what it says: " (foreign(&headings.join(", "))) }
                    (content(entry))
                }
            }
        }
        _ => content(entry),
    }
}

fn content(entry: &Entry) -> Markup {
    let who = if entry.ours { "we wrote" } else { "wrote" };
    html! {
        @match &entry.content {
            Body::Readable(parts) => {
                @for (heading, lines) in parts {
                    @if entry.ours { (said_by(&format!("{who}, {heading}"), lines)) }
                    @else { (said_by(&format!("{} {who}, {heading}", entry.by), lines)) }
                }
            }
            Body::Sealed => { p.muted { (SEALED) } }
            Body::Deleted => { p.muted { (DELETED) } }
            Body::Missing => { p.muted { (CONTENT_NOT_HERE) } }
            Body::None => {}
        }
    }
}

fn pages(view: &View) -> Markup {
    html! {
        @if view.earlier.is_some() || view.later.is_some() {
            p.acts {
                @if let Some(earlier) = &view.earlier { a.button.plain href=(earlier) { "Earlier entries" } }
                @if let Some(later) = &view.later { a.button.plain href=(later) { "Later entries" } }
            }
        }
    }
}

fn check_bundle(view: &View) -> Markup {
    html! {
        h2 { "Check a bundle" }
        @if let Some(mark) = &view.mark {
            form method="post" action=(view.place.at("record/verify")) enctype="multipart/form-data" {
                input type="hidden" name=(FORM_MARK) value=(mark);
                div.field {
                    label for="f-bundle" { "A bundle that somebody gave you (.detente.tar)" }
                    p.help { "It is checked on this node against the id of this accord. Nothing of it is kept." }
                    input #f-bundle name="bundle" type="file" required;
                }
                button { "Check it here" }
            }
        } @else {
            p { "An observer checks a bundle with " code { "detente verify FILE" } ", on any computer." }
        }
    }
}

/// The page of one entry: what can be taken away of it.
pub(crate) struct One {
    /// Where we are.
    pub(crate) place: Place,
    /// The time it is for.
    pub(crate) now: Time,
    /// The entry.
    pub(crate) entry: Entry,
    /// The id of the statement, in digits.
    pub(crate) statement: Option<String>,
    /// The hash of the leaf, in digits.
    pub(crate) leaf: String,
    /// The verdict on the bundle that this node makes of it, without disclosure; nothing where no signed head covers
    /// it yet.
    pub(crate) verdict: Option<Verdict>,
    /// The id of the accord, in digits: what a verifier has to be given by another way.
    pub(crate) accord: String,
}

/// The page of one entry.
pub(crate) fn one(view: &One) -> Markup {
    let at = |file: &str| view.place.at(&format!("record/{}/{file}", view.entry.position));
    let listed = View {
        place: view.place.clone(),
        now: view.now,
        logs: Vec::new(),
        blocks: Vec::new(),
        with_receipts: false,
        earlier: None,
        later: None,
        mark: None,
    };
    html! {
        p { a href=(view.place.at("record")) { "All entries" } }
        (entry(&listed, &view.entry))
        dl.facts {
            dt { "entry" } dd { code { (view.entry.position) } }
            @if let Some(id) = &view.statement { dt { "statement" } dd { (hash(id)) } }
            dt { "leaf" } dd { (hash(&view.leaf)) }
        }
        h2 { "Checked here" }
        @match &view.verdict {
            Some(verdict) => { (self::verdict(verdict, view.now)) }
            None => { p { "No signed head covers this entry yet: there is nothing to prove. Try again after the next exchange." } }
        }
        h2 { "Take the proof away" }
        @if view.verdict.is_some() {
            (discloses(&html! {
                p {
                    "The bundle without content shows that " strong { (view.entry.by) } " said something of this type at this place, "
                    "its public part, its references and who acknowledged it. The content stays a fingerprint."
                }
                @if matches!(view.entry.content, Body::Readable(_)) {
                    p {
                        "A bundle with content shows every word above to whoever gets the file, and to whoever they pass it on to. "
                        "The words of another party need its consent: disclose in the accord first. Such a bundle is made at the command line: "
                        code { "detente bundle export --ref " (view.entry.position) " --disclose all -o case.detente.tar" }
                    }
                }
            }))
            p.acts {
                a.button href=(at("bundle")) download { "Bundle without content" }
            }
            p {
                "Whoever gets it checks it with no network and no account: "
                code { "detente verify FILE --accord " (view.accord) }
            }
        }
    }
}

/// What was found about a bundle, claim by claim.
pub(crate) fn verdict(verdict: &Verdict, now: Time) -> Markup {
    let row = |judged: &Judged| {
        vec![
            html! { code { (foreign(&judged.claim)) } },
            html! { strong.tag class=(class(judged.outcome)) { (mark(judged.outcome)) " " (judged.outcome.words()) } },
            html! { (judged.reason.sentence()) },
            html! { (proved(judged)) },
        ]
    };
    let rows: Vec<Vec<Markup>> = verdict.claims.iter().map(row).collect();
    html! {
        p {
            strong class=(class(verdict.outcome)) { (mark(verdict.outcome)) " " (verdict.outcome.words()) } ", "
            (checked_here(now, now))
        }
        (table("What was claimed", &[column("claim"), column("verdict"), column("why"), column("what it shows")], &rows))
        @for judged in &verdict.claims {
            @if !judged.shown.is_empty() {
                (said_by(&format!("about {}", judged.claim), &judged.shown))
            }
        }
    }
}

fn proved(judged: &Judged) -> Markup {
    let time_of = |seconds: u64| time(Time(seconds.saturating_mul(1000)));
    html! {
        @if !judged.labels.is_empty() { (foreign(&judged.labels.join(", "))) }
        @if let Some(from) = judged.not_before { br; "not before " (time_of(from)) }
        @if let Some(to) = judged.not_after { br; "not after " (time_of(to)) }
        @if !judged.not_proved.is_empty() { br; "not proved: " (judged.not_proved.join(", ")) }
    }
}

/// A mark besides the word: shape before colour.
fn mark(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Verified => "✓",
        Outcome::NotVerified => "✗",
        Outcome::CannotDecide => "?",
    }
}

fn class(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Verified => "ok",
        Outcome::NotVerified => "stop",
        Outcome::CannotDecide => "warn",
    }
}

#[cfg(test)]
mod tests;
