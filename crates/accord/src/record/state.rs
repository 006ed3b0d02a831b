//! What the entries of a record add up to: a pure function of the set of entries, notes and files that are held.
//!
//! Nothing of this is ever stored. Whoever holds the same set computes the same state, in whatever order it came.

mod effect;
mod extend;
mod freeze;
mod holders;
mod judge;
mod matches;
mod members;
mod moments;
mod redaction;
mod times;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::charter::Charter;
use super::checked::Checked;
use super::held::{Held, Position};
use super::names::LogId;
use super::numbers::Number;
use super::offices::Offices;
use super::order::Order;
use super::ring::Ring;
use super::roots::Roots;
use super::rules::Rules;
use crate::PartyId;
use crate::talks::Talks;

pub use effect::{Effect, Why};
use extend::{Extent, unmet_by};
pub use freeze::{Freeze, Freezes};
pub use holders::{Holders, Interval};
use judge::{Ground, Judge};
pub use matches::{Match, Stage};
pub use members::{Member, Membership};
use moments::Moments;
pub use redaction::Redaction;

/// The state of a record.
pub struct State {
    ring: Ring,
    roots: Roots,
    order: Order,
    holders: Holders,
    moments: Moments,
    /// What became of each entry, and what follows from those that count.
    judge: Judge,
    freezes: Freezes,
    redactions: BTreeMap<Position, Redaction>,
    matches: Vec<Match>,
    rules: Arc<Rules>,
    /// Entries that others refer to, and that are not held.
    unmet: BTreeSet<Position>,
    extent: Extent,
}

impl State {
    /// Computes it, and verifies every signature.
    pub fn of(charter: &Charter, held: &Held) -> State {
        State::with(charter, held, Checked::default())
    }

    /// The same, but signatures that were verified before are not again.
    pub fn with(charter: &Charter, held: &Held, checked: Checked) -> State {
        let ring = Ring::of(charter, held);
        let roots = Roots::of(held);
        let mut holders = Holders::of(charter, held, &roots);
        let order = Order::of(held, &roots, |position| holders.named_not_after(position).unwrap_or(u64::MAX));
        let moments = Moments::of(held, &holders);
        let judge_all = |freezes: &Freezes, holders: &Holders, checked: Checked| {
            let on =
                Ground { charter, held, ring: &ring, order: &order, freezes, holders, moments: &moments };
            let mut judge = Judge::new(charter, held, checked);
            for position in order.positions() {
                judge.take(&on, &position);
            }
            judge
        };
        let mut judge = judge_all(&Freezes::default(), &holders, checked);
        let parties = members::ever_parties(&judge.members);
        holders.count_parties(parties.clone());
        let counts = |position: &Position| {
            parties.contains(&position.log.party) && judge.effects.get(position) == Some(&Effect::Took)
        };
        let freezes = Freezes::of(charter, held, &order, &ring, &holders, counts);
        if freezes.logs().next().is_some() {
            judge = judge_all(&freezes, &holders, judge.checked);
        }
        let took = |position: &Position| matches!(judge.effects.get(position), Some(Effect::Took));
        let redactions = redaction::all(held, &order, took);
        let matches = matches::all(held, &order, took);
        let rules = judge::rules_of(charter, held, &judge.members, judge.talks.room().rules_now());
        let leaves = held.logs.values().flatten().filter_map(|entry| entry.leaf.as_deref());
        let unmet = leaves.flat_map(|leaf| unmet_by(leaf, held)).collect();
        let extent = Extent::of(held);
        State {
            ring,
            roots,
            order,
            holders,
            moments,
            judge,
            freezes,
            redactions,
            matches,
            rules,
            unmet,
            extent,
        }
    }

    /// The signatures that were verified, to be passed on to [`State::with`].
    pub fn checked(&self) -> &Checked {
        &self.judge.checked
    }

    /// The keys of the record.
    pub fn ring(&self) -> &Ring {
        &self.ring
    }

    /// The causal order.
    pub fn order(&self) -> &Order {
        &self.order
    }

    /// Who holds and who acknowledged what, and between which times.
    pub fn holders(&self) -> &Holders {
        &self.holders
    }

    /// What became of an entry.
    pub fn effect(&self, position: &Position) -> Option<&Effect> {
        self.judge.effects.get(position)
    }

    /// The number of a statement, for people: `a>b 2026/014`.
    pub fn number(&self, position: &Position) -> Option<&Number> {
        self.judge.numbers.get(position)
    }

    /// Whether one person released it where two are the rule.
    pub fn is_single(&self, position: &Position) -> bool {
        self.judge.single.contains(position)
    }

    /// The offices of a party at the end of its log; none of a joiner that has said nothing yet.
    pub fn offices(&self, party: &PartyId) -> Option<&Offices> {
        self.judge.offices.get(party)
    }

    /// The numbers of all statements that have one.
    pub fn numbers(&self) -> &BTreeMap<Position, Number> {
        &self.judge.numbers
    }

    /// Everybody who is or was in the accord, by id.
    pub fn members(&self) -> &BTreeMap<PartyId, Member> {
        &self.judge.members
    }

    /// The parties whose word counts now.
    pub fn parties(&self) -> BTreeSet<&PartyId> {
        self.judge
            .members
            .iter()
            .filter(|(_, member)| member.standing == Membership::Party)
            .map(|(id, _)| id)
            .collect()
    }

    /// Logs that were stopped.
    pub fn freezes(&self) -> &Freezes {
        &self.freezes
    }

    /// Entries whose content is to go, or has gone.
    pub fn redactions(&self) -> &BTreeMap<Position, Redaction> {
        &self.redactions
    }

    /// Matches, in the order of their terms.
    pub fn matches(&self) -> &[Match] {
        &self.matches
    }

    /// The rules in force, for whoever has seen everything that is here.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// What was promised, asked, answered and denied.
    pub fn talks(&self) -> &Talks {
        &self.judge.talks
    }

    /// Whether entries of this log still count.
    pub fn is_frozen(&self, log: &LogId) -> bool {
        self.freezes.last_valid(log).is_some()
    }

    /// Everything above as text, one fact a line: the same on every node that holds the same set.
    pub fn digest_text(&self) -> String {
        let mut lines = Vec::new();
        for position in self.order.positions() {
            let effect = self.judge.effects.get(&position).map_or("unjudged".to_owned(), Effect::to_string);
            let held = self
                .holders
                .held_by(&position)
                .into_iter()
                .map(PartyId::as_str)
                .collect::<Vec<_>>()
                .join(",");
            let acks = self
                .holders
                .acknowledged_by(&position)
                .into_iter()
                .map(PartyId::as_str)
                .collect::<Vec<_>>()
                .join(",");
            lines.push(format!(
                "{position} {effect} held={held} acks={acks} {:?}",
                self.holders.interval(&position)
            ));
        }
        lines.extend(self.judge.members.iter().map(|(id, member)| format!("member {id} {member:?}")));
        lines.extend(self.freezes.lines());
        lines.extend(
            self.redactions.iter().map(|(position, redaction)| format!("redaction {position} {redaction:?}")),
        );
        lines.extend(self.matches.iter().map(|run| format!("match {run:?}")));
        lines.extend(self.judge.talks.lines());
        lines.join("\n")
    }
}
