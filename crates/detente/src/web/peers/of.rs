//! What the page Peers shows: from the home, an accord, and the lines that this node keeps.

use std::collections::BTreeMap;

use detente_accord::talks::desk::Desk;
use detente_accord::{PartyId, Time, budget};
use detente_node::links::{Line as Linked, Standing};
use detente_node::{Accord, Error};
use detente_store::Home;

use super::{Card, Line, Peer, Policy};
use crate::shown::hex;

/// What the home knows.
pub(crate) struct AtHome {
    /// Our own card.
    pub(crate) ours: Card,
    /// The others, with lines that nothing is known of yet.
    pub(crate) peers: Vec<Peer>,
}

impl AtHome {
    /// Our card, and those of all peers.
    ///
    /// # Errors
    /// Those of the disk.
    pub(crate) fn of(home: &Home, now: Time) -> Result<AtHome, Error> {
        let peer = |peer: &detente_store::Peer| -> Result<Peer, Error> {
            let left = budget::left(peer.budget, &home.charges(peer.card.id())?, now);
            Ok(Peer {
                card: card(&peer.card),
                compared: peer.compared.map(|(how, at)| (how.in_words(), at)),
                added: peer.added,
                budget: (peer.budget, left),
                line: Line::default(),
                policy: Policy::Ask(None),
                here: false,
            })
        };
        let peers = home.peers()?.iter().map(peer).collect::<Result<_, Error>>()?;
        Ok(AtHome { ours: card(home.card()), peers })
    }

    /// Adds what this accord and the links know of them.
    pub(crate) fn with(mut self, heard: &BTreeMap<PartyId, Line>, linked: &[Linked]) -> AtHome {
        for peer in &mut self.peers {
            let in_accord = heard.iter().find(|(id, _)| id.as_str() == peer.card.id);
            peer.here = in_accord.is_some();
            peer.line = in_accord.map(|(_, line)| line.clone()).unwrap_or_default();
            if let Some(link) = linked.iter().find(|line| line.peer.as_str() == peer.card.id) {
                peer.line.add(link);
            }
        }
        self.peers.sort_by_key(|peer| !peer.here);
        self
    }
}

/// When we last heard from every party of an accord.
pub(crate) fn lines(accord: &Accord<'_>, now: Time) -> BTreeMap<PartyId, Line> {
    let desk = Desk::of(accord.state(), accord.held(), accord.charter(), accord.us().id(), now);
    let parties = accord.charter().parties().iter().map(|party| (party.id().clone(), Line::default()));
    let mut heard: BTreeMap<PartyId, Line> = parties.collect();
    for line in desk.lines {
        heard.insert(line.peer, Line { receipt: line.receipt, person: line.person, ..Line::default() });
    }
    heard
}

impl Line {
    fn add(&mut self, link: &Linked) {
        self.receipt = self.receipt.max(link.receipt);
        self.error = link.fault.clone();
        match link.standing {
            Standing::Up { since } => self.state = Some((true, since)),
            Standing::Down { since, next_try, .. } => {
                self.state = Some((false, since));
                self.next = next_try;
            }
        }
    }
}

fn card(card: &detente_accord::Card) -> Card {
    let fields = card.fields();
    Card {
        id: fields.id.to_string(),
        name: fields.name.clone(),
        contact: fields.contact.clone(),
        revision: fields.revision,
        words: card.words(),
        key: hex(card.identity().bytes()),
        at: fields
            .link
            .as_ref()
            .map_or_else(Vec::new, |link| link.at.iter().map(ToString::to_string).collect()),
        linked: fields.link.is_some(),
    }
}
