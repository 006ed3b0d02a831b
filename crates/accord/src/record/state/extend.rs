//! A state taken on from one entry to the next, without computing all of it again.
//!
//! The rule: the state after some more entries is that before, with these judged behind all others, if
//! - they are of one log, and their authors had seen everything: then they come last in the causal order, whatever
//!   times they have;
//! - no entry held before refers to them, or names a head of that log beyond what was held;
//! - where they move times of entries before them (by a receipt, or by naming a note with cosignatures), nothing is
//!   concurrent with these, so that they keep their places; and the times matter in a thread that nothing outside looks
//!   at. That thread is computed again from its own entries;
//! - they are of no type that acts on what came before them, or on what is computed over all entries at once: keys,
//!   members, freezes, redactions, matches.
//!
//! Whatever does not fit is computed again. Both give the same, and a test holds them against each other.

use std::collections::BTreeSet;

use super::judge::{self, Ground};
use super::{Effect, State, Why};
use crate::record::charter::Charter;
use crate::record::held::{Held, Position};
use crate::record::leaf::{Leaf, Target};
use crate::record::names::LogId;

/// Types after which everything is computed again.
const REACHES_BACK: [&str; 9] =
    ["charter", "erased", "freeze", "keys", "list", "member", "receipt", "redaction", "terms"];

/// Types whose entries nothing is judged by the times of.
const TIMELESS: [&str; 10] =
    ["ack", "anchor", "charter", "erased", "error", "evidence", "list", "receipt", "recovery", "redaction"];

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
            || self.unmet.contains(position);
        if reaches_back {
            return None;
        }
        self.roots.want_heads(leaf, held);
        let touched = self.holders.follow_leaf(&position.log, leaf, held, &self.roots);
        self.order.append(held, &self.roots, &position.log)?;
        self.unmet.extend(unmet_by(leaf, held));
        let touched = touched.into_iter().flat_map(|(log, range)| {
            range
                .take_while(|seq| *seq < held.size(&log))
                .map(|seq| Position::new(log.clone(), seq))
                .collect::<Vec<_>>()
        });
        let touched: BTreeSet<Position> = touched.collect();
        if !touched.iter().all(|position| self.order.stands_alone(position)) {
            return None;
        }
        self.follow_times(held, leaf, touched)?;
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

    /// Takes up that entries have other times: those given, and those that the new one, or one of them, receipts.
    fn follow_times(&mut self, held: &Held, leaf: &Leaf, mut touched: BTreeSet<Position>) -> Option<()> {
        let again: Vec<&Leaf> = touched.iter().filter_map(|position| held.leaf(position)).collect();
        for receipt in again.into_iter().chain([leaf]).filter(|leaf| leaf.said.kind == "ack") {
            touched.extend(self.moments.take(held, &self.holders, receipt));
        }
        let mut roots = BTreeSet::new();
        for position in &touched {
            roots.extend(self.thread_to_retake(held, position)?);
        }
        let (holders, moments) = (&self.holders, &self.moments);
        let times = |position: &Position| (moments.received(position), holders.first_cosigned(position));
        for root in roots {
            self.judge.talks.retake(&root, &self.order, times)?;
        }
        Some(())
    }

    /// The thread to compute again because an entry has other times; nothing (inside) if none depends on them, nothing
    /// at all if more than a thread may.
    fn thread_to_retake(&self, held: &Held, position: &Position) -> Option<Option<Position>> {
        let (Some(leaf), Some(effect)) = (held.leaf(position), self.judge.effects.get(position)) else {
            // It says nothing, or is judged later.
            return Some(None);
        };
        let talks = &self.judge.talks;
        match effect {
            Effect::Took => {}
            Effect::Without(Why::Refused(_)) => return None,
            _ if leaf.said.kind == "member" => return None,
            _ => return Some(None),
        }
        if let Some((root, _)) = talks.thread_of(position) {
            let is_refused = self.judge.refused.iter().any(|refused| self.is_about(held, refused, root));
            return (talks.is_apart(root) && !is_refused).then(|| Some(root.clone()));
        }
        let kind = leaf.said.kind.as_str();
        let is_timeless = TIMELESS.contains(&kind) || (kind == "terms" && !talks.has_holds());
        (is_timeless && !talks.is_in_room(position)).then_some(None)
    }

    /// Whether a statement that was refused is about a thread: with other times it might not have been.
    fn is_about(&self, held: &Held, refused: &Position, root: &Position) -> bool {
        let refs = held.leaf(refused).map(|leaf| leaf.said.refs.as_slice()).unwrap_or_default();
        refs.iter().any(|reference| match &reference.target {
            Target::Entry { log, seq, .. } => {
                let target = Position::new(log.clone(), *seq);
                self.judge.talks.thread_of(&target).is_some_and(|(of, _)| of == root)
            }
            Target::Statement { .. } => true,
        })
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
