//! What an officer may say next, as buttons: each is an act on an entry, by one side, where its machine has a place for
//! it. Whether it counts is judged when it is drafted.

use detente_accord::jcs::Value;
use detente_accord::record::Position;
use detente_accord::talks::inquiry::STEPS;
use detente_accord::talks::{Phase, Side, Thread};
use detente_node::Accord;
use maud::{Markup, html};

use super::layout::Place;

/// A button.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Offer {
    /// Type and name of the act.
    pub(crate) act: (&'static str, &'static str),
    /// What stands on the button.
    pub(crate) words: &'static str,
    /// The entry it is about.
    pub(crate) entry: String,
}

/// A row: on which entry, which act, in which words, by whom.
struct Row {
    on: (&'static str, &'static str),
    act: (&'static str, &'static str),
    words: &'static str,
    by: Side,
}

const fn row(
    on: (&'static str, &'static str),
    act: (&'static str, &'static str),
    words: &'static str,
    by: Side,
) -> Row {
    Row { on, act, words, by }
}

const INQUIRY: (&str, &str) = ("inquiry", "release");
const NOTICE: (&str, &str) = ("notice", "issue");
const UNDERTAKING: (&str, &str) = ("undertaking", "offer");
const CLAIM: (&str, &str) = ("claim", "put");
const VERIFICATION: (&str, &str) = ("verification", "propose");
const DISCLOSURE: (&str, &str) = ("disclosure", "propose");
const EXERCISE: (&str, &str) = ("exercise", "announce");
const ASK: (&str, &str) = ("observer", "ask");

/// In the order in which the buttons stand. *Deny* and *no finding* are different buttons.
const ROWS: &[Row] = &[
    row(INQUIRY, ("reply", "acknowledge"), "Acknowledge", Side::Addressee),
    row(INQUIRY, ("reply", "holding"), "An answer will follow", Side::Addressee),
    row(INQUIRY, ("reply", "answer"), "Answer", Side::Addressee),
    row(INQUIRY, ("denial", "denial"), "Deny", Side::Addressee),
    row(INQUIRY, ("reply", "more-information-wanted"), "Want more information", Side::Addressee),
    row(INQUIRY, ("reply", "extend-ask"), "Ask for more time", Side::Addressee),
    row(INQUIRY, ("inquiry", "supply"), "Give what was wanted", Side::Opener),
    row(INQUIRY, ("inquiry", "extend-grant"), "Grant more time", Side::Opener),
    row(INQUIRY, ("inquiry", "follow-up"), "Ask further", Side::Opener),
    row(INQUIRY, ("inquiry", "accept"), "Take the answer", Side::Opener),
    row(INQUIRY, ("inquiry", "close"), "Close", Side::Opener),
    row(("denial", "denial"), ("position", "contest"), "Contest", Side::Addressee),
    row(("denial", "denial"), ("position", "note"), "Take note", Side::Addressee),
    row(NOTICE, ("notice", "acknowledge"), "Acknowledge", Side::Addressee),
    row(NOTICE, ("notice", "update"), "Update", Side::Opener),
    row(NOTICE, ("notice", "close"), "Close", Side::Opener),
    row(UNDERTAKING, ("undertaking", "accept"), "Accept", Side::Addressee),
    row(UNDERTAKING, ("undertaking", "decline"), "Do not accept", Side::Addressee),
    row(UNDERTAKING, ("undertaking", "review"), "Review", Side::Either),
    row(UNDERTAKING, ("undertaking", "end"), "End", Side::Either),
    row(CLAIM, ("claim", "answer"), "Reply", Side::Addressee),
    row(CLAIM, ("denial", "denial"), "Deny", Side::Addressee),
    row(CLAIM, ("claim", "maintain"), "Maintain", Side::Opener),
    row(CLAIM, ("claim", "amend"), "Amend", Side::Opener),
    row(("comcheck", "send"), ("comcheck", "human-answer"), "Answer the check", Side::Addressee),
    row(VERIFICATION, ("verification", "agree"), "Agree", Side::Addressee),
    row(VERIFICATION, ("verification", "refuse"), "Do not agree", Side::Addressee),
    row(DISCLOSURE, ("disclosure", "consult-answer"), "Answer the proposal", Side::Addressee),
    row(EXERCISE, ("exercise", "start"), "Start", Side::Opener),
    row(EXERCISE, ("exercise", "end"), "End", Side::Opener),
    row(ASK, ("observer", "grant"), "Grant", Side::Addressee),
    row(ASK, ("observer", "decline"), "Do not grant", Side::Addressee),
];

/// What may be said next about an entry of a thread.
pub(crate) fn of(accord: &Accord<'_>, thread: &Thread, entry: &Position) -> Vec<Offer> {
    let Some(leaf) = accord.held().leaf(entry) else { return Vec::new() };
    let act = match leaf.said.public.get("act") {
        Some(Value::Text(act)) => act.as_str(),
        _ => "",
    };
    let on = (leaf.said.kind.as_str(), act);
    let is_ours = leaf.said.party == *accord.us().id();
    let fits = |row: &&Row| row.on == on && is_side(row.by, is_ours) && has_place(row, thread);
    let offer = |row: &Row| Offer { act: row.act, words: row.words, entry: entry.to_string() };
    ROWS.iter().filter(fits).map(offer).collect()
}

fn is_side(by: Side, is_ours: bool) -> bool {
    match by {
        Side::Opener => is_ours,
        Side::Addressee => !is_ours,
        Side::Either | Side::Anybody | Side::Observer => true,
    }
}

/// Whether an inquiry stands where the act has a place. Of other threads it is judged when it is drafted.
fn has_place(row: &Row, thread: &Thread) -> bool {
    let Thread::Inquiry(views) = thread else { return true };
    let phase = views.whole().phase;
    let steps = STEPS.iter().filter(|step| step.act == row.act);
    steps.into_iter().any(|step| step.from.iter().any(|from| from.word() == phase.word()))
}

/// The buttons.
pub(crate) fn buttons(place: &Place, offers: &[Offer]) -> Markup {
    html! {
        @if !offers.is_empty() {
            p.acts {
                @for (n, one) in offers.iter().enumerate() {
                    a.button .plain[n > 0] href=(address(place, one)) { (one.words) }
                }
            }
        }
    }
}

fn address(place: &Place, offer: &Offer) -> String {
    let (kind, act) = offer.act;
    place.at(&format!("say/{kind}/{act}?entry={}", offer.entry))
}
