//! The page Matches: what runs, what a peer asks of us, and a new one by dropping a file. Nothing leaves before the
//! page has said in words what will leave and what they will learn.

mod result;
mod routes;
mod shelf;

pub(crate) use routes::router;
pub(crate) use shelf::{About, Doing};

use detente_accord::words::{LIMITS, NOT_ATTRIBUTION, grouped, size_in_words};
use detente_node::live::{Asked, Outcome, Reveal, Role, RunView, Stage};
use maud::{Markup, html};

use super::foreign::foreign;
use super::layout::{
    Column, FORM_MARK, Place, checkbox, column, discloses, form, hash, input, numbers, said_by, select,
    table, time,
};
use super::overlap::Overlap;
use crate::cli::match_both::step_in_words;
use crate::cli::result_table::Row;
use crate::shown;

/// What the page shows.
pub(crate) struct View {
    /// Where we are.
    pub(crate) place: Place,
    /// Parties that can be asked.
    pub(crate) peers: Vec<String>,
    /// All runs, newest first.
    pub(crate) runs: Vec<RunView>,
    /// What waits for an officer of ours.
    pub(crate) asked: Vec<Asked>,
    /// Lists that wait for a second officer, by number.
    pub(crate) waiting: Vec<(String, About)>,
    /// The mark of forms in this session; nothing for who may only read.
    pub(crate) mark: Option<String>,
}

/// The page.
pub(crate) fn page(view: &View) -> Markup {
    html! {
        @if !view.asked.is_empty() {
            h2 { "They ask" }
            @for asked in &view.asked { (ask(view, asked)) }
        }
        @if !view.waiting.is_empty() { (waiting(view)) }
        (start(view))
        (runs(view))
        @for overlap in Overlap::of(&view.runs) { (overlap.section()) }
        p.muted { "Note: " (NOT_ATTRIBUTION) "; " (LIMITS) "." }
    }
}

fn ask(view: &View, asked: &Asked) -> Markup {
    let run = &asked.view;
    html! {
        section.box {
            p {
                strong { (run.peer) } " asks for a match about " (size_in_words(run.asked)) " of " (shown::kinds(&run.kinds))
                ", until " (time(run.until)) "."
            }
            p.acts { a.button href=(run_page(&view.place, run)) { "Read and decide" } }
        }
    }
}

fn waiting(view: &View) -> Markup {
    html! {
        h2 { "Waiting for a second officer" }
        ul {
            @for (id, about) in &view.waiting {
                li {
                    a href=(view.place.at(&format!("matches/read/{id}"))) { (about.intent()) }
                    ", put here by " (foreign(&about.by)) ", until " (time(about.kept_until))
                }
            }
        }
    }
}

impl About {
    /// What is meant to be done, in words.
    fn intent(&self) -> String {
        match self.doing {
            Doing::Start { .. } => format!("Start a match with {}", self.peer),
            Doing::Answer { .. } => format!("Answer a match of {}", self.peer),
        }
    }
}

fn run_page(place: &Place, run: &RunView) -> String {
    place.at(&format!("matches/{}", run.id))
}

fn start(view: &View) -> Markup {
    html! {
        h2 { "Start a match" }
        @match (&view.mark, view.peers.as_slice()) {
            (None, _) => { p { "Officers of the parties start matches; this sign-in may read." } }
            (Some(_), []) => { p { "No peer in this accord has a card here with the keys of a link." } }
            (Some(mark), peers) => { (start_form(view, peers, mark)) }
        }
    }
}

fn start_form(view: &View, peers: &[String], mark: &str) -> Markup {
    let peers: Vec<(String, String)> = peers.iter().map(|peer| (peer.clone(), peer.clone())).collect();
    html! {
        p { "Choose a list, or drop it on the field. It is read on this node; nothing leaves yet. The next page says what will leave and what they will learn." }
        form method="post" action=(view.place.at("matches/read")) enctype="multipart/form-data" {
            input type="hidden" name=(FORM_MARK) value=(mark);
            div.field.drop {
                label for="f-list" { "Our list" }
                p.help { "Text, CSV, MISP, STIX, Zeek, Suricata, hosts and others; gzip and zstd too. Told by content." }
                input #f-list name="list" type="file" required;
            }
            (select("peer", "With", &peers, "", None))
            (select("reveal", "Who learns what is in common", &reveals(), "ours", None))
            (input("purpose", "Why, for them to read", "text", "", None))
            (select("pap", "If the file says nothing, it is marked", &paps(), "", None))
            (checkbox("all", "Take MISP attributes too that are not marked for detection", false))
            button { "Read the list" }
        }
    }
}

fn reveals() -> Vec<(String, String)> {
    vec![
        (Reveal::Ours.name().to_owned(), "we alone".to_owned()),
        (Reveal::Both.name().to_owned(), "both sides".to_owned()),
    ]
}

fn paps() -> Vec<(String, String)> {
    let pap = |name: &str, words: &str| (name.to_owned(), words.to_owned());
    vec![
        pap("", "not at all: I answer for it"),
        pap("clear", "PAP:CLEAR"),
        pap("green", "PAP:GREEN"),
        pap("amber", "PAP:AMBER (never leaves)"),
        pap("red", "PAP:RED (never leaves)"),
    ]
}

fn runs(view: &View) -> Markup {
    const COLUMNS: [Column; 5] = [
        column("when"),
        column("with"),
        column("who asked"),
        numbers("items asked about"),
        column("how it stands"),
    ];
    let row = |run: &RunView| {
        vec![
            html! { a href=(run_page(&view.place, run)) { (time(run.made)) } },
            html! { (run.peer) },
            html! { (who_asked(run)) },
            html! { (grouped(run.asked.get())) },
            html! { (stands(run)) },
        ]
    };
    html! {
        @if view.runs.is_empty() { p { "No matches in this accord yet." } }
        @else { (table("Matches", &COLUMNS, &view.runs.iter().map(row).collect::<Vec<_>>())) }
    }
}

fn who_asked(run: &RunView) -> &str {
    match run.role {
        Role::Proposer => "we",
        Role::Answerer => run.peer.as_str(),
    }
}

/// How far a run has come, in words; what changes while it runs is told by events too.
pub(crate) fn stands(run: &RunView) -> Markup {
    let name = |what: &str| format!("{what}-{}", run.id);
    html! {
        @match (&run.outcome, run.stage) {
            (Some(outcome), _) => { (ended(run, outcome)) }
            (None, Stage::Proposed) => { "waits for an answer, until " (time(run.until)) }
            (None, Stage::Asked) => { strong { "waits for us to decide" } ", until " (time(run.until)) }
            (None, Stage::Agreed) => { "agreed by both; begins when the line is up" }
            (None, Stage::Running | Stage::Ended) => {
                span data-live=(name("phase")) { (run.phase.map_or("begins", step_in_words)) } " "
                progress max="1" value=(format!("{:.3}", run.progress)) data-live=(name("progress"))
                    aria-label="progress of the match" {}
            }
        }
    }
}

fn ended(run: &RunView, outcome: &Outcome) -> Markup {
    html! {
        @match outcome {
            Outcome::Done(Some(n)) => { strong { (grouped(*n)) " in common" } }
            Outcome::Done(None) => { "done; what is in common was for " (run.peer) " to learn" }
            Outcome::Refused(code) => {
                @if run.role == Role::Proposer { (run.peer) " refuses: " } @else { "we refused: " }
                (foreign(code))
            }
            Outcome::Aborted { reason, step } => { "broken off: " (foreign(reason)) ", at " (foreign(step)) "; it cost budget" }
            Outcome::Lapsed => { "no answer by " (time(run.until)) }
        }
    }
}

/// A list that was read and waits for the second officer's word.
pub(crate) struct Prepared {
    /// Where we are.
    pub(crate) place: Place,
    /// Which: digits that this node drew.
    pub(crate) id: String,
    /// What was read.
    pub(crate) about: About,
    /// Who else sees that a match took place: parties and observers of the accord.
    pub(crate) seen_by: Vec<String>,
    /// What this officer may do.
    pub(crate) may: May,
    /// The mark of forms in this session.
    pub(crate) mark: String,
}

/// What an officer may do with a list that waits.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum May {
    /// Start it: the approval is bound to the text with this hash. A touch of the passkey is asked for, unless a
    /// click is enough here.
    Start {
        /// The hash, in digits.
        subject: String,
        /// Whether a touch is asked for.
        by_touch: bool,
    },
    /// Wait for another officer: this one put it here.
    Wait,
    /// Look.
    Read,
}

/// What will leave and what they will learn: the page before the button.
pub(crate) fn prepared(view: &Prepared) -> Markup {
    let about = &view.about;
    let kinds: Vec<String> =
        about.kinds.iter().map(|(kind, n)| format!("{} {}", grouped(*n), kind.name())).collect();
    html! {
        dl.facts {
            dt { "with" } dd { strong { (about.peer) } }
            dt { "list" } dd { (foreign(&about.file)) ", " (about.format) }
            dt { "read" } dd { (about.counts) }
            @if !kinds.is_empty() { dt { "enters" } dd { (kinds.join(", ")) } }
            @if about.unmarked > 0 {
                dt { "unmarked" }
                dd { (grouped(about.unmarked)) " items carry no marking: whoever starts the match answers for them" }
            }
            dt { "put here by" } dd { (foreign(&about.by)) }
        }
        (will_leave(view))
        (act(view))
        p.muted { "The list is in the memory of this node alone, until " (time(about.kept_until)) "." }
    }
}

fn will_leave(view: &Prepared) -> Markup {
    let about = &view.about;
    discloses(&html! {
        p {
            strong { "Will leave: " }
            "our items, hidden so that nobody can read them or test guesses against them later"
            @if let Some(class) = about.class { ", padded to " (grouped(class.get())) }
            "."
        }
        (learns(about))
        p {
            strong { "Will not leave: " } "the list itself, file names and places"
            @if about.held_back > 0 { ", " (grouped(about.held_back)) " items held back by their marking" }
            "."
        }
        p {
            strong { "On the record: " }
            "that a match took place, its types and size classes, commitments to both lists, and receipts. Seen by "
            (view.seen_by.join(", ")) "."
        }
        @if let Doing::Start { purpose, .. } = &about.doing {
            @if purpose.is_empty() { p { "No reason is given to them." } }
            @else { p { strong { "They read as our reason: " } (foreign(purpose)) } }
        }
    })
}

fn learns(about: &About) -> Markup {
    let size = about.class.map_or_else(
        || "about how many items we hold".to_owned(),
        |class| format!("that we hold {}", size_in_words(class)),
    );
    html! {
        @match &about.doing {
            Doing::Answer { learns, .. } => {
                p { strong { "By the terms that both sign: " } (foreign(learns)) }
                p { strong { "They will also learn: " } (size) "." }
            }
            Doing::Start { reveal, .. } => {
                p {
                    strong { "They will learn: " } "that we ask, which types we ask about, and " (size) ". "
                    @if *reveal == Reveal::Both { "Also which of their own items we hold too." }
                    @else { "Not which items are in common, nor how many." }
                }
                p {
                    strong { "We will learn: " } "which of our own items " (about.peer)
                    " holds too, and about how many items they hold."
                }
            }
        }
    }
}

fn act(view: &Prepared) -> Markup {
    let at = |act: &str| view.place.at(&format!("matches/read/{}/{act}", view.id));
    let put_away = form(&at("forget"), &view.mark, &html! { button.plain { "Put the list away" } });
    html! {
        @match &view.may {
            May::Read => { p { "An officer of ours decides; this sign-in may read." } }
            May::Wait => {
                p { "You put this list here: " strong { "another officer has to start it" } ". They find it under Matches." }
                (put_away)
            }
            May::Start { subject, by_touch } => {
                form method="post" action=(at("start")) data-passkey=[by_touch.then_some("get")]
                    data-options=[by_touch.then_some("/touch")]
                {
                    input type="hidden" name=(FORM_MARK) value=(view.mark);
                    input type="hidden" name="subject" value=(subject) data-shared;
                    input type="hidden" name="credential" value="";
                    p.acts {
                        button disabled[*by_touch] { (view.about.intent()) }
                        @if *by_touch { span.muted { "asks for a touch of your passkey" } }
                    }
                    @if *by_touch {
                        p.muted {
                            "Without scripts a match is started at the command line: "
                            code { "detente match LIST --with " (view.about.peer) }
                        }
                    }
                }
                (put_away)
            }
        }
    }
}

/// One run.
pub(crate) struct One {
    /// Where we are.
    pub(crate) place: Place,
    /// The run.
    pub(crate) run: RunView,
    /// What they ask, while it waits for us.
    pub(crate) asked: Option<Asked>,
    /// What came of it.
    pub(crate) found: Option<Found>,
    /// The mark of forms in this session; nothing for who may only read.
    pub(crate) mark: Option<String>,
}

/// What came of a run, for the page.
pub(crate) struct Found {
    /// The first items in common.
    pub(crate) rows: Vec<Row>,
    /// How many there are in all; nothing where we were not to learn it.
    pub(crate) total: Option<u64>,
    /// By type, in words.
    pub(crate) kinds: String,
    /// More are in common than the terms' cap.
    pub(crate) over_cap: bool,
    /// What the other side learned.
    pub(crate) they_learned: String,
    /// Milliseconds from the first frame to the last.
    pub(crate) wall_ms: u64,
    /// Bytes in both directions.
    pub(crate) bytes: u64,
    /// The hash over all frames, in digits.
    pub(crate) transcript: Option<String>,
}

/// The page of one run.
pub(crate) fn one(view: &One) -> Markup {
    html! {
        p { a href=(view.place.at("matches")) { "All matches" } }
        p { strong { (stands(&view.run)) } }
        @if let Some(asked) = &view.asked { (decide(view, asked)) }
        @if let Some(found) = &view.found { (result(view, found)) }
        (facts(&view.run))
        @if view.run.outcome.is_none() {
            p.muted { "This page follows the match where scripts run; " a href=(run_page(&view.place, &view.run)) { "reload it" } " to see how far it has come." }
        }
    }
}

fn facts(run: &RunView) -> Markup {
    let entries: Vec<String> = run.entries.iter().map(ToString::to_string).collect();
    let receipts: Vec<&str> = run.receipts.iter().map(|party| party.as_str()).collect();
    html! {
        h2 { "Terms" }
        dl.facts {
            dt { "with" } dd { (run.peer) }
            dt { "who asked" } dd { (who_asked(run)) }
            dt { "about" } dd { (size_in_words(run.asked)) " of " (shown::kinds(&run.kinds)) }
            @if let Some(held) = run.held { dt { "against" } dd { (size_in_words(held)) } }
            dt { "who learns" } dd { (who_learns(run)) }
            dt { "terms made" } dd { (time(run.made)) ", until " (time(run.until)) }
            dt { "suite" } dd { "vole, code " (run.code) }
            @if let Some(number) = &run.run { dt { "run" } dd { (hash(&shown::hex(number))) } }
            @if run.charged_items > 0 { dt { "charged" } dd { (grouped(run.charged_items)) " items of the budget of " (run.peer) } }
            dt { "entries" } dd { @if entries.is_empty() { "none yet" } @else { (entries.join(", ")) } }
            dt { "receipts" } dd { @if receipts.is_empty() { "none yet" } @else { "signed by " (receipts.join(" and ")) } }
        }
        @if !run.purpose.is_empty() {
            @match run.role {
                Role::Proposer => { (said_by("we wrote, purpose", std::slice::from_ref(&run.purpose))) }
                Role::Answerer => { (said_by(&format!("{} wrote, purpose", run.peer), std::slice::from_ref(&run.purpose))) }
            }
        }
    }
}

fn who_learns(run: &RunView) -> String {
    match (run.reveal, run.role) {
        (Reveal::Both, _) => "both sides, which of their own items the other holds".to_owned(),
        (Reveal::Ours, Role::Proposer) => "we alone, which of our own items they hold".to_owned(),
        (Reveal::Ours, Role::Answerer) => format!("{} alone, which of its own items we hold", run.peer),
    }
}

fn decide(view: &One, asked: &Asked) -> Markup {
    let run = &asked.view;
    let at = |act: &str| view.place.at(&format!("matches/{}/{act}", run.id));
    html! {
        h2 { "What they ask, and what they would learn" }
        (discloses(&html! {
            p { strong { "In the terms that both sign: " } (foreign(&asked.learns)) }
            p {
                strong { "Budget: " } "it would charge " (grouped(asked.charge_items)) " items; "
                (grouped(asked.budget_left_items)) " are left to " (run.peer) " in 30 days."
                @if asked.charge_items > asked.budget_left_items { " " strong.stop { "It does not fit: accepting is refused (over-budget)." } }
            }
            p { strong { "If you accept: " } "nothing leaves yet. A second officer sees what will leave; with their word our consent and the commitment to our list go on the record, and the match begins when the line is up." }
        }))
        @if let Some(mark) = &view.mark {
            div.columns {
                (accept(asked, mark, &at("accept")))
                (form(&at("refuse"), mark, &html! {
                    (select("reason", "Refuse, with this reason on the record", &reasons(), "policy", None))
                    button.grave { "Refuse" }
                }))
            }
        } @else { p { "An officer of ours decides; this sign-in may read." } }
    }
}

fn accept(asked: &Asked, mark: &str, at: &str) -> Markup {
    html! {
        form method="post" action=(at) enctype="multipart/form-data" {
            input type="hidden" name=(FORM_MARK) value=(mark);
            (input("kept", "Answer with the standing list of this name", "text", asked.list.as_deref().unwrap_or(""), None))
            div.field.drop {
                label for="f-list" { "or with this file" }
                input #f-list name="list" type="file";
            }
            button { "Put the answer before a second officer" }
        }
    }
}

/// Codes that stand on the record when an officer refuses.
pub(super) fn reasons() -> Vec<(String, String)> {
    let reason = |name: &str, words: &str| (name.to_owned(), words.to_owned());
    vec![
        reason("policy", "policy: we do not compare this"),
        reason("size", "size: the list is too large for us"),
        reason("purpose", "purpose: the reason given is not enough"),
        reason("later", "later: not now; ask again"),
    ]
}

fn result(view: &One, found: &Found) -> Markup {
    html! {
        h2 { "Result" }
        dl.facts {
            dt { "in common" }
            dd {
                @match found.total {
                    Some(0) => { "nothing" }
                    Some(n) => { strong { (grouped(n)) } ": " (found.kinds) }
                    None => { "was not for us to learn" }
                }
            }
            dt { "they learned" } dd { (foreign(&found.they_learned)) }
            dt { "took" } dd { (format!("{}.{:01}", found.wall_ms / 1000, found.wall_ms % 1000 / 100)) " s, " (grouped(found.bytes)) " bytes" }
            @if let Some(transcript) = &found.transcript { dt { "transcript" } dd { (hash(transcript)) } }
        }
        @if found.over_cap {
            p { strong { "More is in common than the terms' cap. " } "One side may have asked about guesses: a person decides whether to use this." }
        }
        @if found.total.is_some_and(|n| n > 0) { (common(found)) (take_away(view)) }
        p.muted { "Note: " (NOT_ATTRIBUTION) "." }
    }
}

fn common(found: &Found) -> Markup {
    const COLUMNS: [Column; 3] = [column("item"), column("type"), column("where it stands in our list")];
    let row = |row: &Row| {
        let places: Vec<String> =
            row.places.iter().map(|place| format!("{}, line {}", place.source, place.line)).collect();
        vec![
            html! { code { (foreign(&row.value)) } },
            html! { (row.kind) },
            html! { (foreign(&places.join("; "))) },
        ]
    };
    let rows: Vec<Vec<Markup>> = found.rows.iter().map(row).collect();
    let more = found.total.unwrap_or(0).saturating_sub(rows.len() as u64);
    html! {
        (table("In common", &COLUMNS, &rows))
        @if more > 0 { p { "… and " (grouped(more)) " more: the CSV has all." } }
    }
}

fn take_away(view: &One) -> Markup {
    let at = |file: &str| view.place.at(&format!("matches/{}/{file}", view.run.id));
    html! {
        h2 { "Take the result away" }
        p.acts { a.button href=(at("common.csv")) download { "CSV" } }
        (discloses(&html! { p {
            "The CSV stays with us. Whoever reads the other two learns that a match took place and what was in common; neither names "
            (view.run.peer) ". Give them the strictest marking of the list they came from."
        } }))
        div.columns { (marked(&at("stix"), "STIX 2.1 sightings")) (marked(&at("misp"), "MISP event")) }
    }
}

fn marked(at: &str, name: &str) -> Markup {
    let id = if name.starts_with("STIX") { "stix" } else { "misp" };
    html! {
        form method="get" action=(at) {
            div.field {
                label for={ "f-tlp-" (id) } { "Marking of the file" }
                select #{ "f-tlp-" (id) } name="tlp" {
                    @for level in ["amber+strict", "red", "amber", "green", "clear"] {
                        option value=(level) { "TLP:" (level.to_uppercase()) }
                    }
                }
            }
            button.plain { (name) }
        }
    }
}

#[cfg(test)]
pub(super) mod tests;
