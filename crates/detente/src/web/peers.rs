//! The page Peers: whose keys we hold, how they were compared, when we last heard from them, and what they may ask.

use detente_accord::Time;
use detente_accord::words::grouped;
use detente_accord::words::time::passed;
use maud::{Markup, html};

use super::foreign::foreign;
use super::layout::{Place, discloses, errors, form, hash, input, select, time};

/// What the page shows.
pub(crate) struct View {
    /// Where we are.
    pub(crate) place: Place,
    /// The time it is for.
    pub(crate) now: Time,
    /// Our own card.
    pub(crate) ours: Card,
    /// The others.
    pub(crate) peers: Vec<Peer>,
    /// Names of standing lists, for the policy.
    pub(crate) lists: Vec<String>,
    /// The mark of forms in this session; nothing for who may only read.
    pub(crate) mark: Option<String>,
    /// What was wrong with a form that came: of which peer, and `(field, text)`.
    pub(crate) refused: Option<(String, Vec<(String, String)>)>,
}

/// What a card says.
pub(crate) struct Card {
    /// The party's id.
    pub(crate) id: String,
    /// The name it gave itself.
    pub(crate) name: String,
    /// How to reach people there, in its own words.
    pub(crate) contact: String,
    /// Its revision.
    pub(crate) revision: u64,
    /// The six words of its identity key.
    pub(crate) words: [&'static str; 6],
    /// The identity key, in digits.
    pub(crate) key: String,
    /// Addresses its node listens at, as it says.
    pub(crate) at: Vec<String>,
    /// Whether it carries the keys of a link.
    pub(crate) linked: bool,
}

/// A peer.
pub(crate) struct Peer {
    /// Its card.
    pub(crate) card: Card,
    /// How and when its key was compared, in words.
    pub(crate) compared: Option<(&'static str, Time)>,
    /// When its card came first.
    pub(crate) added: Time,
    /// Items it may ask in 30 days, and what is left of them.
    pub(crate) budget: (u64, u64),
    /// The line to its node.
    pub(crate) line: Line,
    /// What we do when it asks for a match.
    pub(crate) policy: Policy,
    /// Whether it is in this accord.
    pub(crate) here: bool,
}

/// The line to a peer's node.
#[derive(Clone, Default)]
pub(crate) struct Line {
    /// Since when it is up or down; nothing where no link runs.
    pub(crate) state: Option<(bool, Time)>,
    /// The newest receipt of its node.
    pub(crate) receipt: Option<Time>,
    /// The newest answer of a person there.
    pub(crate) person: Option<Time>,
    /// When we try again.
    pub(crate) next: Option<Time>,
    /// Why the last try failed, by its stable name.
    pub(crate) error: Option<String>,
}

/// What we do when a peer asks for a match.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Policy {
    /// Answer with a standing list, within the budget.
    Allow(String),
    /// Ask an officer.
    Ask(Option<String>),
    /// Refuse, by name.
    Refuse,
}

impl Policy {
    /// Its name in forms.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Policy::Allow(_) => "allow",
            Policy::Ask(_) => "ask",
            Policy::Refuse => "refuse",
        }
    }

    fn list(&self) -> &str {
        match self {
            Policy::Allow(list) | Policy::Ask(Some(list)) => list,
            Policy::Ask(None) | Policy::Refuse => "",
        }
    }
}

/// The page.
pub(crate) fn page(view: &View) -> Markup {
    html! {
        section.box {
            h2 { "We are " (view.ours.id) }
            p { "Read these six words to a peer by telephone or in person when it compares our key:" }
            (words(&view.ours))
            p.muted { "key " (hash(&view.ours.key)) ", card revision " (view.ours.revision) }
        }
        @if view.peers.is_empty() {
            p { "No peers yet. A card comes as a file: " code { "detente peer add CARD" } "." }
        }
        @for peer in &view.peers { (self::peer(view, peer)) }
    }
}

fn words(card: &Card) -> Markup {
    html! { p { strong.mono { (card.words.join(" ")) } } }
}

fn peer(view: &View, peer: &Peer) -> Markup {
    let refused = view.refused.as_ref().filter(|(id, _)| *id == peer.card.id);
    html! {
        section #{ "p-" (peer.card.id) } {
            h2 { (peer.card.id) @if !peer.here { " " span.muted { "(not in this accord)" } } }
            @if let Some((_, wrong)) = refused { (errors(wrong)) }
            dl.facts {
                dt { "calls itself" } dd { (foreign(&peer.card.name)) }
                @if !peer.card.contact.is_empty() { dt { "contact" } dd { (foreign(&peer.card.contact)) } }
                dt { "key" } dd { (compared(peer)) }
                dt { "line" } dd { (line(&peer.line, view.now)) }
                dt { "last heard" } dd { (heard(&peer.line, view.now)) }
                dt { "may ask" } dd { (budget(peer)) }
                dt { "when it asks" } dd { (policy(&peer.policy)) }
                dt { "card" } dd {
                    "revision " (peer.card.revision) ", here since " (time(peer.added)) ", key " (hash(&peer.card.key))
                }
            }
            @if let Some(mark) = &view.mark { (forms(view, peer, mark)) }
        }
    }
}

fn compared(peer: &Peer) -> Markup {
    html! {
        @match peer.compared {
            Some((how, at)) => { "compared " (how) ", " (time(at)) }
            None => { strong.warn { "not compared" } ": nothing is asked of it or answered to it until it is" }
        }
    }
}

fn line(line: &Line, now: Time) -> Markup {
    let ago = |since: Time| passed(now.0.saturating_sub(since.0));
    html! {
        @match line.state {
            None => { "no link runs to it: packets go by file" }
            Some((true, since)) => { strong { "up" } " for " (ago(since)) }
            Some((false, since)) => {
                strong { "down" } " for " (ago(since))
                @if let Some(error) = &line.error { ", " (foreign(error)) }
                @if let Some(next) = line.next { "; tries again at " (time(next)) }
            }
        }
    }
}

fn heard(line: &Line, now: Time) -> Markup {
    let ago = |since: Time| passed(now.0.saturating_sub(since.0));
    html! {
        @match line.receipt {
            Some(at) => { "its node: " (time(at)) " (" (ago(at)) " ago)" }
            None => { "its node: no receipt yet" }
        }
        "; "
        @match line.person {
            Some(at) => { "a person: " (time(at)) }
            None => { "a person: nothing yet" }
        }
    }
}

fn budget(peer: &Peer) -> Markup {
    let (budget, left) = peer.budget;
    html! {
        (grouped(left)) " of " (grouped(budget)) " items left in 30 days "
        meter min="0" max=(budget) value=(left) aria-label="items left" {}
    }
}

fn policy(policy: &Policy) -> Markup {
    html! {
        @match policy {
            Policy::Allow(list) => { "answered at once with the list " strong { (foreign(list)) } ", within the budget" }
            Policy::Ask(Some(list)) => { "an officer decides; the list " strong { (foreign(list)) } " is offered to them" }
            Policy::Ask(None) => { "an officer decides" }
            Policy::Refuse => { "refused, by name" }
        }
    }
}

fn forms(view: &View, peer: &Peer, mark: &str) -> Markup {
    let at = |act: &str| view.place.at(&format!("peers/{}/{act}", peer.card.id));
    html! {
        details open[peer.compared.is_none()] {
            summary { "Compare its key" }
            p { "Have them read their six words to you by telephone or in person, never by mail, and type what you hear." }
            (form(&at("compare"), mark, &html! {
                (input("words", "The six words, as they were read to you", "text", "", None))
                (select("how", "How you compared them", &ways(), "call", None))
                button { "Compare" }
            }))
        }
        details {
            summary { "Change what it may ask" }
            (form(&at("budget"), mark, &html! {
                (input("items", "Items it may ask in any 30 days", "number", &peer.budget.0.to_string(), None))
                button { "Set the budget" }
            }))
            (form(&at("policy"), mark, &html! {
                (select("policy", "When it asks for a match", &policies(), peer.policy.name(), None))
                (select("list", "Standing list that answers", &lists(view), peer.policy.list(), None))
                (discloses(&html! { p {
                    "With “answered at once”, " strong { (peer.card.id) } " may learn at any time, within its budget, which of its "
                    "own items are on that list, and about how long the list is. Every match stands on both records."
                } }))
                button { "Set the policy" }
            }))
        }
    }
}

fn ways() -> Vec<(String, String)> {
    let way = |name: &str, words: &str| (name.to_owned(), words.to_owned());
    vec![
        way("call", "by calling back on a number we knew"),
        way("in-person", "in person"),
        way("third-party", "through a third party"),
    ]
}

fn policies() -> Vec<(String, String)> {
    let policy = |name: &str, words: &str| (name.to_owned(), words.to_owned());
    vec![
        policy("ask", "an officer decides"),
        policy("allow", "answered at once, within the budget"),
        policy("refuse", "refused, by name"),
    ]
}

fn lists(view: &View) -> Vec<(String, String)> {
    let none = [(String::new(), "none".to_owned())];
    none.into_iter().chain(view.lists.iter().map(|name| (name.clone(), name.clone()))).collect()
}

#[cfg(test)]
mod tests;
