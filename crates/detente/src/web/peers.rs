//! The page Peers: whose keys we hold, how they were compared, when we last heard from them, and what they may ask.

mod of;

pub(crate) use of::{AtHome, lines};

use detente_accord::Time;
use detente_accord::words::grouped;
use detente_accord::words::time::passed;
use maud::{Markup, html};

use super::foreign::foreign;
use super::layout::{discloses, hash, time};

/// What the page shows.
pub(crate) struct View {
    /// The time it is for.
    pub(crate) now: Time,
    /// Our own card.
    pub(crate) ours: Card,
    /// The others.
    pub(crate) peers: Vec<Peer>,
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
    html! {
        section #{ "p-" (peer.card.id) } {
            h2 { (peer.card.id) @if !peer.here { " " span.muted { "(not in this accord)" } } }
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
            (commands(peer))
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
        (grouped(left)) " of " (grouped(budget)) " items left in 30 days"
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

/// What changes something about a peer takes an administrator and, for its key, two of them: at the command line.
fn commands(peer: &Peer) -> Markup {
    html! {
        details open[peer.compared.is_none()] {
            summary { "Change it, at the command line" }
            @if peer.compared.is_none() {
                p { "Have them read their six words to you by telephone or in person, never by mail, and type what you hear:" }
                p { code { "detente peer add CARD --words \"w1 w2 w3 w4 w5 w6\" --compared call" } }
            }
            p { code { "detente peer set " (peer.card.id) " --budget ITEMS" } }
            p { code { "detente peer set " (peer.card.id) " --match allow|ask|refuse --list NAME" } }
            (discloses(&html! { p {
                "With " em { "allow" } ", " strong { (peer.card.id) } " may learn at any time, within its budget, which of its own items "
                "are on that list, and about how long the list is. Every match stands on both records."
            } }))
        }
    }
}

#[cfg(test)]
mod tests;
