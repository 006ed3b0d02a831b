//! The claims, each judged by itself once all steps have passed.

use std::collections::{BTreeMap, BTreeSet};

use detente_tlog::Evidence;

use super::disclosed::{Disclosed, committed};
use super::entries::Entries;
use super::heads::Notes;
use super::labels::{Acknowledgements, held_labels};
use super::verdict::{Judged, Outcome, Reason};
use super::{Options, Trust, text};
use crate::record::Pq;
use crate::record::bundle::{Bundle, Claim};
use crate::record::convict::{Conviction, convict};
use crate::record::held::Position;
use crate::record::interval::{Named, not_after};
use crate::record::known::Known;
use crate::record::leaf::{Leaf, Reference, Rel, Target};
use crate::record::names::LogId;

/// What the steps have shown to hold.
pub(super) struct Proved<'p, 'b> {
    pub(super) bundle: &'p Bundle<'b>,
    pub(super) known: &'p Known<'p>,
    pub(super) entries: &'p Entries,
    pub(super) notes: &'p Notes<'p>,
    /// Entries with a signature by a key that is no office's of that epoch.
    pub(super) unknown_offices: BTreeSet<Position>,
    pub(super) disclosed: BTreeMap<Position, Disclosed>,
}

impl Proved<'_, '_> {
    /// Judges every claim, in the bundle's order.
    pub(super) fn judge(&self, trust: Trust, options: Options) -> Vec<Judged> {
        let shared = Shared {
            acknowledgements: Acknowledgements::of(self.entries),
            not_before: self.not_before(),
            indices: self.indices(),
            convictions: self.convictions(options),
            is_gated: self.known.charter().quorum().pq == Pq::Required && !options.ml_dsa,
        };
        let complete = self.covered(&shared);
        let judge = |claim: &Claim| {
            let mut judged = self.judge_claim(claim, &shared);
            let entry = match claim {
                Claim::Said(entry) | Claim::Acknowledged { entry, .. } => Some(entry),
                _ => None,
            };
            let covers = |(log, from, to): &(LogId, u64, u64), entry: &Position| {
                entry.log == *log && (*from..*to).contains(&entry.seq)
            };
            if entry.is_some_and(|entry| complete.iter().any(|range| covers(range, entry))) {
                judged.not_proved.retain(|what| *what != COMPLETENESS);
            }
            if trust == Trust::None {
                (judged.outcome, judged.reason) = (Outcome::CannotDecide, Reason::NoTrustRoot);
            }
            judged
        };
        self.bundle.claims.iter().map(judge).collect()
    }

    fn judge_claim(&self, claim: &Claim, shared: &Shared) -> Judged {
        let (outcome, reason) = self.decide(claim, shared);
        let bare = Judged::bare(claim.to_string(), outcome, reason);
        if outcome != Outcome::Verified {
            return bare;
        }
        let judged = match claim {
            Claim::Said(entry) => self.describe(bare, entry, shared),
            Claim::Acknowledged { entry, by } => {
                let mut judged = self.describe(bare, entry, shared);
                let line = format!("{} had it when it made its entry {by}", by.log.party);
                judged.shown.insert(1.min(judged.shown.len()), line);
                judged
            }
            Claim::Complete { log, from, to, size } => self.describe_complete(bare, log, *from..*to, *size),
            Claim::Fork(number) => return describe_fork(bare, shared.convictions.get(number)),
        };
        if shared.is_gated {
            return Judged { outcome: Outcome::CannotDecide, reason: Reason::PqNotChecked, ..judged };
        }
        judged
    }

    /// The answer, before anything about ML-DSA and the trust root.
    fn decide(&self, claim: &Claim, shared: &Shared) -> (Outcome, Reason) {
        let decided = match claim {
            Claim::Said(entry) => self.proved(entry).map(drop),
            Claim::Acknowledged { entry, by } => self.acknowledged(entry, by),
            Claim::Complete { log, from, to, size } => self.complete(log, *from..*to, *size, shared),
            Claim::Fork(number) => shared.convicts(*number),
        };
        match decided {
            Ok(()) => (Outcome::Verified, Reason::Ok),
            Err(Reason::Missing) => (Outcome::CannotDecide, Reason::Missing),
            Err(reason) => (Outcome::NotVerified, reason),
        }
    }

    fn proved(&self, entry: &Position) -> Result<&Leaf, Reason> {
        self.entries.proved(entry).ok_or(Reason::Missing)
    }

    fn acknowledged(&self, entry: &Position, by: &Position) -> Result<(), Reason> {
        self.proved(entry)?;
        let names = &self.proved(by)?.place.heads;
        let covers = |log: &LogId, size: u64, root| {
            *log == entry.log
                && size > entry.seq
                && self
                    .notes
                    .of_entry(entry)
                    .any(|note| note.checkpoint.size().get() == size && note.checkpoint.root() == root)
        };
        let is_other = by.log.party != entry.log.party;
        if is_other && names.iter().any(|head| covers(&head.log, head.size, &head.root)) {
            Ok(())
        } else {
            Err(Reason::NotAcknowledged)
        }
    }

    /// Whether every leaf of the range is here, and the list that shows where it ends.
    fn complete(
        &self,
        log: &LogId,
        range: std::ops::Range<u64>,
        size: u64,
        shared: &Shared,
    ) -> Result<(), Reason> {
        let indices = shared.indices.get(log).map_or(&[][..], Vec::as_slice);
        let before = |end: u64| indices.partition_point(|index| *index < end) as u64;
        let is_whole = before(range.end) - before(range.start) == range.end - range.start;
        let is_listed = self.bundle.leaves.contains_key(&(log.clone(), size));
        if is_whole && is_listed { Ok(()) } else { Err(Reason::Missing) }
    }

    /// Labels, interval, what is shown and what is not proved, of an entry.
    fn describe(&self, bare: Judged, entry: &Position, shared: &Shared) -> Judged {
        let notes = || self.notes.of_entry(entry);
        let liars = self.known.charter().quorum().f;
        let not_after = not_after(notes(), &entry.log.party, liars);
        let not_before = shared.not_before.get(entry).copied().flatten();
        let labels = shared.acknowledgements.labels(notes().collect::<Vec<_>>().into_iter());
        let leaf = self.entries.leaf(entry);
        let disclosed = self.disclosed.get(entry);
        let has_hidden = match disclosed {
            Some(disclosed) => disclosed.has_hidden,
            None => leaf.is_some_and(|leaf| committed(leaf) > 0),
        };
        let shown = leaf.map_or(Vec::new(), |leaf| show(leaf, entry, disclosed));
        let open = [
            ("anchor-token", self.bundle.anchors.contains(entry)),
            ("authors-mind", true),
            (COMPLETENESS, true),
            ("later-withdrawal", true),
            ("ml-dsa", notes().any(|note| note.has_unchecked)),
            ("not-after", not_after.is_none()),
            ("not-before", not_before.is_none()),
            ("role-signatures", self.unknown_offices.contains(entry)),
            ("truth-of-content", true),
            ("undisclosed-fields", has_hidden),
        ];
        let not_proved = open.into_iter().filter(|(_, is_open)| *is_open).map(|(what, _)| what).collect();
        Judged { labels, not_before, not_after, not_proved, shown, ..bare }
    }

    fn describe_complete(&self, bare: Judged, log: &LogId, range: std::ops::Range<u64>, size: u64) -> Judged {
        let count = range.end - range.start;
        let shown = format!(
            "{} has {count} entries in its log {log} from {} to before {}; all are in this bundle",
            log.party, range.start, range.end
        );
        let not_proved = vec!["authors-mind", "later-withdrawal", "truth-of-content"];
        Judged { labels: held_labels(self.notes.of_size(log, size)), not_proved, shown: vec![shown], ..bare }
    }

    /// What each evidence file that a claim names convicts; judged once, however many claims name it.
    fn convictions(&self, options: Options) -> BTreeMap<u64, Option<Conviction>> {
        let claimed = |claim: &Claim| match claim {
            Claim::Fork(number) => Some(*number),
            _ => None,
        };
        let claimed: BTreeSet<u64> = self.bundle.claims.iter().filter_map(claimed).collect();
        let judge = |number: &u64| {
            let evidence = Evidence::parse(self.bundle.evidence.get(number)?).ok();
            let conviction =
                evidence.and_then(|evidence| convict(&evidence, self.known, options.ml_dsa).ok());
            Some((*number, conviction))
        };
        claimed.iter().filter_map(judge).collect()
    }

    /// The indices of the leaves that are here, by log.
    fn indices(&self) -> BTreeMap<LogId, Vec<u64>> {
        let mut indices: BTreeMap<LogId, Vec<u64>> = BTreeMap::new();
        for (id, _) in self.entries.all() {
            indices.entry(id.log.clone()).or_default().push(id.seq);
        }
        indices
    }

    /// The ranges that a verified claim shows to be complete.
    fn covered(&self, shared: &Shared) -> Vec<(LogId, u64, u64)> {
        if shared.is_gated {
            return Vec::new();
        }
        let covered = |claim: &Claim| match claim {
            Claim::Complete { log, from, to, size } => {
                self.complete(log, *from..*to, *size, shared).is_ok().then(|| (log.clone(), *from, *to))
            }
            _ => None,
        };
        self.bundle.claims.iter().filter_map(covered).collect()
    }

    /// The lower end of the interval of every proved entry: what its author had named by then.
    fn not_before(&self) -> BTreeMap<Position, Option<u64>> {
        let liars = self.known.charter().quorum().f;
        let mut ends = BTreeMap::new();
        let mut named: (Option<&LogId>, Named<'_>) = (None, Named::default());
        for (id, leaf) in self.entries.all_proved() {
            if named.0 != Some(&id.log) {
                named = (Some(&id.log), Named::default());
            }
            for note in leaf.place.heads.iter().filter_map(|head| self.notes.head(&head.note)) {
                named.1.add(note, &id.log.party);
            }
            ends.insert(id.clone(), named.1.not_before(liars));
        }
        ends
    }
}

/// What all claims of a bundle need.
struct Shared {
    acknowledgements: Acknowledgements,
    not_before: BTreeMap<Position, Option<u64>>,
    /// Ascending.
    indices: BTreeMap<LogId, Vec<u64>>,
    convictions: BTreeMap<u64, Option<Conviction>>,
    /// Whether ML-DSA is required and was not checked.
    is_gated: bool,
}

impl Shared {
    fn convicts(&self, number: u64) -> Result<(), Reason> {
        match self.convictions.get(&number) {
            Some(Some(_)) => Ok(()),
            Some(None) => Err(Reason::NoEvidence),
            None => Err(Reason::Missing),
        }
    }
}

fn describe_fork(bare: Judged, conviction: Option<&Option<Conviction>>) -> Judged {
    let shown = conviction.into_iter().flatten().map(|conviction| text::escape(&conviction.to_string()));
    Judged { not_proved: vec!["motive"], shown: shown.collect(), ..bare }
}

/// Who says what, for a person.
fn show(leaf: &Leaf, entry: &Position, disclosed: Option<&Disclosed>) -> Vec<String> {
    let said = &leaf.said;
    let exercise = if said.exercise { ", an exercise" } else { "" };
    let mut shown = vec![format!("{} says ({}, entry {entry}{exercise}):", said.party, said.kind)];
    let public = said.public.iter().map(|(field, value)| format!("  {field}: {}", text::value(value)));
    shown.extend(public);
    shown.extend(said.refs.iter().map(refers));
    let fields = disclosed.map_or(&[][..], |disclosed| &disclosed.fields);
    shown.extend(
        fields.iter().map(|(label, value)| format!("  {}: {}", text::escape(label), text::value(value))),
    );
    let hidden: Vec<&str> = said
        .commits
        .keys()
        .filter(|label| !fields.iter().any(|(shown, _)| shown == *label))
        .map(String::as_str)
        .collect();
    if !hidden.is_empty() {
        shown.push(format!("  fingerprint on record, content not shown: {}", hidden.join(", ")));
    }
    shown
}

/// What a statement is about, or what else it names.
fn refers(reference: &Reference) -> String {
    let how = if reference.rel == Rel::To { "about" } else { reference.rel.name() };
    match &reference.target {
        Target::Entry { log, seq, .. } => format!("  {how}: entry {log}/{seq}"),
        Target::Statement { party, id } => format!("  {how}: statement {} of {party}", text::hex(id)),
    }
}

const COMPLETENESS: &str = "completeness";
