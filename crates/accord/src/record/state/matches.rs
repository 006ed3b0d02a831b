//! Matches: terms, consent, the two lists and the receipts, put together again from both logs.

use std::collections::BTreeMap;

use crate::PartyId;
use crate::record::held::{Held, Position};
use crate::record::leaf::{Leaf, Target};
use crate::record::order::Order;
use crate::record::ring::{hash, text};

/// How far a match has come.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Stage {
    /// Terms stand; the other side has not consented.
    Proposed,
    /// Refused by the other side.
    Refused,
    /// Broken off.
    Aborted,
    /// Consented; not both lists are committed.
    Consented,
    /// Both lists are committed.
    Running,
    /// One side's receipt stands.
    Result,
    /// Both sides' receipts stand.
    Revealed,
}

/// A match in the record.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Match {
    /// The entry of the terms.
    pub terms: Position,
    /// Who asked.
    pub asker: PartyId,
    /// Who was asked.
    pub answerer: PartyId,
    /// How far it has come.
    pub stage: Stage,
    /// The entry of the consent.
    pub consent: Option<Position>,
    /// Why it was refused or broken off: the code, and in an abort the step.
    pub ended: Option<(String, Option<String>)>,
    /// The committed lists: whose, the entry, and the root over the padded leaves.
    pub lists: Vec<(PartyId, Position, [u8; 32])>,
    /// Whose receipts stand, with the transcript each names.
    pub receipts: Vec<(PartyId, [u8; 32])>,
    /// The entries of receipts and aborts.
    pub closings: Vec<Position>,
}

impl Match {
    fn proposed(terms: Position, asker: PartyId, answerer: PartyId) -> Match {
        Match {
            terms,
            asker,
            answerer,
            stage: Stage::Proposed,
            consent: None,
            ended: None,
            lists: Vec::new(),
            receipts: Vec::new(),
            closings: Vec::new(),
        }
    }

    /// The two receipts name one transcript.
    pub fn agree(&self) -> bool {
        self.receipts.windows(2).all(|pair| matches!(pair, [(_, a), (_, b)] if a == b))
    }
}

/// All matches whose terms have effect, in the order of their terms.
pub(crate) fn all(held: &Held, order: &Order, took: impl Fn(&Position) -> bool) -> Vec<Match> {
    let leaves = || {
        let counting = order.positions().filter(&took);
        counting.filter_map(|position| held.leaf(&position).map(|leaf| (position, leaf)))
    };
    let mut runs: Vec<Match> = Vec::new();
    let (mut by_place, mut by_id) = (BTreeMap::new(), BTreeMap::new());
    for (position, leaf) in leaves().filter(|(_, leaf)| is_terms(leaf)) {
        if let Some(answerer) = text(leaf, "to").and_then(PartyId::parse) {
            by_place.insert(position.clone(), runs.len());
            // Of two entries with one statement the first is meant.
            by_id.entry(leaf.statement_id()).or_insert(runs.len());
            runs.push(Match::proposed(position, leaf.said.party.clone(), answerer));
        }
    }
    // Statements of an exchange by files may stand in one log before their answerer had seen the other: so terms
    // are looked for everywhere first.
    for (position, leaf) in leaves().filter(|(_, leaf)| goes_on(leaf)) {
        let Some(first) = leaf.said.refs.first() else { continue };
        let about = match &first.target {
            Target::Entry { log, seq, .. } => by_place.get(&Position::new(log.clone(), *seq)),
            Target::Statement { id, .. } => by_id.get(id),
        };
        if let Some(run) = about.and_then(|run| runs.get_mut(*run)) {
            advance(run, &position, leaf);
        }
    }
    runs
}

fn is_terms(leaf: &Leaf) -> bool {
    leaf.said.kind == "terms" && text(leaf, "act") == Some("terms")
}

/// Whether it can move a match that was proposed.
fn goes_on(leaf: &Leaf) -> bool {
    matches!(leaf.said.kind.as_str(), "terms" | "list" | "receipt") && !is_terms(leaf)
}

fn advance(run: &mut Match, position: &Position, leaf: &Leaf) {
    let author = &leaf.said.party;
    if *author != run.asker && *author != run.answerer {
        return;
    }
    match (leaf.said.kind.as_str(), text(leaf, "act")) {
        ("terms", Some("consent")) if *author == run.answerer && run.stage == Stage::Proposed => {
            run.stage = Stage::Consented;
            run.consent = Some(position.clone());
        }
        ("terms", Some("refuse")) if *author == run.answerer && run.stage == Stage::Proposed => {
            run.stage = Stage::Refused;
            run.ended = text(leaf, "reason").map(|reason| (reason.to_owned(), None));
        }
        ("list", Some("commit")) if !run.lists.iter().any(|(party, ..)| party == author) => {
            if let Some(root) = hash(leaf, "root") {
                run.lists.push((author.clone(), position.clone(), root));
            }
        }
        ("receipt", Some("abort")) => {
            run.stage = Stage::Aborted;
            run.closings.push(position.clone());
            let step = text(leaf, "step").map(str::to_owned);
            run.ended = text(leaf, "reason").map(|reason| (reason.to_owned(), step));
        }
        ("receipt", Some("receipt")) if !run.receipts.iter().any(|(party, _)| party == author) => {
            if let Some(transcript) = hash(leaf, "transcript") {
                run.receipts.push((author.clone(), transcript));
                run.closings.push(position.clone());
            }
        }
        _ => {}
    }
    let may_go_on = !matches!(run.stage, Stage::Proposed | Stage::Refused | Stage::Aborted);
    if may_go_on {
        run.stage = match (run.lists.len(), run.receipts.len()) {
            (_, 2) => Stage::Revealed,
            (_, 1) => Stage::Result,
            (2, _) => Stage::Running,
            _ => Stage::Consented,
        };
    }
}
