//! A state taken on from one entry to the next, without computing all of it again.
//!
//! The rule: the state after some more entries is that before, with these judged behind all others, if
//! - they are of one log, and their authors had seen everything: then they come last in the causal order, whatever
//!   times they have;
//! - no entry held before refers to them, or names a head of that log beyond what was held;
//! - they move no time of an entry before them: they name no note that gives a new time, and receipt nothing;
//! - they are of no type that acts on what came before them, or on what is computed over all entries at once: keys,
//!   members, freezes, redactions, matches.
//!
//! Whatever does not fit is computed again. Both give the same, and a test holds them against each other.

use super::State;
use super::judge::{self, Ground};
use crate::record::charter::Charter;
use crate::record::held::{Held, Position};
use crate::record::leaf::{Leaf, Target};
use crate::record::names::LogId;

/// Types after which everything is computed again.
const REACHES_BACK: [&str; 9] =
    ["charter", "erased", "freeze", "keys", "list", "member", "receipt", "redaction", "terms"];

/// How much was held when a state was computed: more of anything else than entries and notes needs another one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Extent {
    logs: usize,
    notes: usize,
    files: usize,
}

impl Extent {
    pub(super) fn of(held: &Held) -> Extent {
        let files = held.keysets.len() + held.offers.len() + held.rules.len();
        Extent { logs: held.logs.len(), notes: held.notes.len(), files }
    }
}

impl State {
    /// Takes on the state to what is held now: more entries, and these notes more. Gives whether that was possible
    /// without computing everything again.
    pub fn extend(&mut self, charter: &Charter, held: &Held, notes: &[[u8; 32]]) -> bool {
        let followed = self.follow(charter, held, notes).is_some();
        if !followed {
            let checked = std::mem::take(&mut self.judge.checked);
            *self = State::with(charter, held, checked);
        }
        followed
    }

    /// Nothing if it can't be done; then the state is to be thrown away.
    fn follow(&mut self, charter: &Charter, held: &Held, notes: &[[u8; 32]]) -> Option<()> {
        let before = Extent { notes: self.extent.notes + notes.len(), ..self.extent };
        let is_frozen = self.freezes.logs().next().is_some();
        if before != Extent::of(held) || is_frozen || self.order.is_forced() {
            return None;
        }
        let mut grown = held.logs.iter().filter(|(log, _)| self.order.size(log) != held.size(log));
        let grown_log = grown.next().map(|(log, _)| log);
        if grown.next().is_some() {
            return None;
        }
        let new = grown_log.map_or(0..0, |log| self.order.size(log)..held.size(log));
        if let Some(log) = grown_log {
            self.roots.grow(log, held)?;
        }
        for hash in notes {
            let note = held.notes.get(hash)?;
            self.roots.want_note(&note.log, note.size, held)?;
            self.holders.follow_note(hash, note, &self.roots)?;
        }
        for position in new.filter_map(|seq| Some(Position::new(grown_log?.clone(), seq))) {
            self.follow_entry(charter, held, &position)?;
        }
        self.extent = Extent::of(held);
        let rules = self.judge.talks.room().rules_now();
        self.rules = judge::rules_of(charter, held, &self.judge.members, rules);
        Some(())
    }

    fn follow_entry(&mut self, charter: &Charter, held: &Held, position: &Position) -> Option<()> {
        let leaf = held.leaf(position)?;
        let reaches_back = REACHES_BACK.contains(&leaf.said.kind.as_str())
            || leaf.said.accord != *charter.record_id().bytes()
            || (leaf.said.kind == "ack" && !leaf.said.refs.is_empty())
            || self.unmet.contains(position);
        if reaches_back {
            return None;
        }
        self.roots.want_heads(leaf, held);
        self.holders.follow_leaf(&position.log, leaf, held, &self.roots)?;
        self.order.append(held, &self.roots, &position.log)?;
        self.unmet.extend(unmet_by(leaf, held));
        let on = Ground {
            charter,
            held,
            ring: &self.ring,
            order: &self.order,
            freezes: &self.freezes,
            holders: &self.holders,
            moments: &self.moments,
        };
        self.judge.take(&on, position);
        Some(())
    }
}

/// Entries that one refers to, and that are not held.
pub(super) fn unmet_by(leaf: &Leaf, held: &Held) -> impl Iterator<Item = Position> {
    let sizes = |log: &LogId| held.size(log);
    leaf.said.refs.iter().filter_map(move |reference| match &reference.target {
        Target::Entry { log, seq, .. } if *seq >= sizes(log) => Some(Position::new(log.clone(), *seq)),
        _ => None,
    })
}
