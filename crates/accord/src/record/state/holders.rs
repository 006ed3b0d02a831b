//! Who holds an entry, who acknowledged it, and between which times it was written.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use detente_psi::Time;

use super::times::Times;
use crate::PartyId;
use crate::record::charter::Charter;
use crate::record::held::{Cosigner, Held, HeldNote, Position};
use crate::record::leaf::Leaf;
use crate::record::names::LogId;
use crate::record::party::{ObserverOf, Standing};
use crate::record::ring::{hash, text};
use crate::record::roots::Roots;

/// The provable interval of an entry, in seconds since 1970. An end that nobody vouches for is open.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Interval {
    /// Not written before.
    pub not_before: Option<u64>,
    /// Not written after.
    pub not_after: Option<u64>,
}

/// What cosignatures and named heads show, for all entries.
///
/// All notes show who holds what, and the interval that is printed. But only those that an entry names give times to
/// the state: of a note that nobody names another party may hold a copy with fewer lines, and come to another state.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Holders {
    /// How many liars the charter allows for among those who give times.
    liars: usize,
    /// Who else gives times.
    time_sources: BTreeSet<Cosigner>,
    /// Whose word counts: whoever was invited and never joined vouches for nothing, or a party could invite as many
    /// holders of its log as it likes.
    parties: BTreeSet<PartyId>,
    /// For each log, the largest head that each party has cosigned.
    mirrored: BTreeMap<LogId, BTreeMap<PartyId, u64>>,
    /// For each log, the largest head of it that each other party names in an entry.
    named: BTreeMap<LogId, BTreeMap<PartyId, u64>>,
    /// Notes that entries name, held or not.
    named_notes: BTreeSet<[u8; 32]>,
    /// When entries were cosigned, by all notes.
    times: Times,
    /// The same by the notes that entries name.
    named_times: Times,
    /// For each log and source: at which index its author knew of which latest time.
    known_times: BTreeMap<LogId, BTreeMap<Cosigner, BTreeMap<u64, u64>>>,
}

impl Holders {
    pub(crate) fn of(charter: &Charter, held: &Held, roots: &Roots) -> Holders {
        let mut all = Holders {
            liars: usize::try_from(charter.quorum().f).unwrap_or(usize::MAX),
            time_sources: time_sources(charter),
            parties: BTreeSet::new(),
            mirrored: BTreeMap::new(),
            named: BTreeMap::new(),
            named_notes: BTreeSet::new(),
            times: Times::default(),
            named_times: Times::default(),
            known_times: BTreeMap::new(),
        };
        for note in held.notes.values() {
            all.take_note(note, roots);
        }
        let mut touched = Vec::new();
        for (log, entries) in &held.logs {
            for leaf in entries.iter().filter_map(|entry| entry.leaf.as_deref()) {
                all.take_leaf(log, leaf, held, roots, &mut touched);
                touched.clear();
            }
        }
        all
    }

    /// Whoever is a party, or was one, counts.
    pub(crate) fn count_parties(&mut self, parties: BTreeSet<PartyId>) {
        self.parties = parties;
    }

    fn take_note(&mut self, note: &HeldNote, roots: &Roots) {
        // A head that contradicts the entries here, or goes beyond them, shows nothing about them.
        if roots.get(&note.log, note.size) != Some(&note.root) {
            return;
        }
        for (cosigner, time) in &note.cosigners {
            if let Cosigner::Mirror(party) = cosigner
                && *party != note.log.party
            {
                raise(&mut self.mirrored, &note.log, party, note.size);
            }
            if self.counts(cosigner, &note.log) {
                self.times.take(&note.log, cosigner, note.size, *time);
            }
        }
    }

    /// Adds the entries of which the state has other times now.
    fn take_leaf(
        &mut self,
        log: &LogId,
        leaf: &Leaf,
        held: &Held,
        roots: &Roots,
        touched: &mut Vec<(LogId, Range<u64>)>,
    ) {
        for head in &leaf.place.heads {
            let agrees = roots.get(&head.log, head.size) == Some(&head.root);
            if agrees && head.log.party != log.party {
                raise(&mut self.named, &head.log, &log.party, head.size);
            }
            self.take_named(&head.note, held, roots, touched);
            for (cosigner, time) in held.notes.get(&head.note).into_iter().flat_map(|note| &note.cosigners) {
                self.know(log, leaf.place.seq, cosigner, *time);
            }
        }
        if leaf.said.kind == "anchor"
            && text(leaf, "kind") == Some("witness")
            && let Some(note) = hash(leaf, "sha256")
        {
            self.take_named(&note, held, roots, touched);
        }
    }

    /// A note that an entry names, for the first time or again.
    fn take_named(
        &mut self,
        hash: &[u8; 32],
        held: &Held,
        roots: &Roots,
        touched: &mut Vec<(LogId, Range<u64>)>,
    ) {
        if !self.named_notes.insert(*hash) {
            return;
        }
        let Some(note) = held.notes.get(hash) else { return };
        if roots.get(&note.log, note.size) != Some(&note.root) {
            return;
        }
        for (cosigner, time) in &note.cosigners {
            if self.counts(cosigner, &note.log) {
                let changed = self.named_times.take(&note.log, cosigner, note.size, *time);
                if !changed.is_empty() {
                    touched.push((note.log.clone(), changed));
                }
            }
        }
    }

    /// Takes a note that came later. Nothing if an entry named it before: then it changes what is known of times.
    pub(crate) fn follow_note(&mut self, hash: &[u8; 32], note: &HeldNote, roots: &Roots) -> Option<()> {
        self.take_note(note, roots);
        (!self.named_notes.contains(hash)).then_some(())
    }

    /// Takes an entry behind all others. Gives the entries of which the state has other times by the notes it names.
    pub(crate) fn follow_leaf(
        &mut self,
        log: &LogId,
        leaf: &Leaf,
        held: &Held,
        roots: &Roots,
    ) -> Vec<(LogId, Range<u64>)> {
        let mut touched = Vec::new();
        self.take_leaf(log, leaf, held, roots, &mut touched);
        touched
    }

    /// The author of a log knew of a time when it wrote the entry. Entries come in their order.
    fn know(&mut self, log: &LogId, seq: u64, source: &Cosigner, time: u64) {
        if !self.counts(source, log) {
            return;
        }
        let of_source = self.known_times.entry(log.clone()).or_default().entry(source.clone()).or_default();
        if of_source.last_key_value().is_none_or(|(_, latest)| *latest < time) {
            of_source.insert(seq, time);
        }
    }

    /// Parties that have stored the entry and said so.
    pub fn held_by(&self, position: &Position) -> Vec<&PartyId> {
        self.over(&self.mirrored, position)
    }

    /// Parties that name, in an entry of their own, a head that includes the entry: they can't deny having had it.
    pub fn acknowledged_by(&self, position: &Position) -> Vec<&PartyId> {
        self.over(&self.named, position)
    }

    fn over<'s>(
        &'s self,
        sizes: &'s BTreeMap<LogId, BTreeMap<PartyId, u64>>,
        position: &Position,
    ) -> Vec<&'s PartyId> {
        let of_log = sizes.get(&position.log).into_iter().flatten();
        let over = of_log.filter(|(party, size)| **size > position.seq && self.parties.contains(*party));
        over.map(|(party, _)| party).collect()
    }

    /// What each other party has cosigned or named of a log.
    pub(crate) fn sizes(&self, log: &LogId) -> impl Iterator<Item = (&PartyId, u64)> {
        let all = [&self.mirrored, &self.named].into_iter().filter_map(|sizes| sizes.get(log));
        all.flatten().filter(|(party, _)| self.parties.contains(*party)).map(|(party, size)| (party, *size))
    }

    /// How much of a log this party has cosigned.
    pub fn mirrored(&self, log: &LogId, party: &PartyId) -> u64 {
        let size = || self.mirrored.get(log)?.get(party).copied();
        Some(party).filter(|party| self.parties.contains(*party)).and_then(|_| size()).unwrap_or(0)
    }

    /// The size of the largest head that `k` parties hold in common.
    pub fn held_in_common(&self, log: &LogId, k: usize) -> u64 {
        let of_log = self.mirrored.get(log).into_iter().flatten();
        let mut sizes: Vec<u64> =
            of_log.filter(|(party, _)| self.parties.contains(*party)).map(|(_, size)| *size).collect();
        sizes.sort_unstable_by(|a, b| b.cmp(a));
        k.checked_sub(1).and_then(|k| sizes.get(k).copied()).unwrap_or(0)
    }

    /// Between which times the entry was written, as far as it can be proved by all that is held. The not-after end
    /// is the (f+1)-th smallest of the times at which the sources first cosigned a head that includes it.
    pub fn interval(&self, position: &Position) -> Interval {
        let not_after = self.times.nth(position, self.liars);
        Interval { not_before: self.not_before(position), not_after }
    }

    /// The same as the state counts it: by the notes that entries name.
    pub(crate) fn named_interval(&self, position: &Position) -> Interval {
        Interval { not_before: self.not_before(position), not_after: self.named_not_after(position) }
    }

    /// The later end of it.
    pub(crate) fn named_not_after(&self, position: &Position) -> Option<u64> {
        self.named_times.nth(position, self.liars)
    }

    /// The earliest cosignature of another party or an agreed witness over a head that includes the entry, by the
    /// notes that entries name.
    pub(crate) fn first_cosigned(&self, position: &Position) -> Option<Time> {
        self.named_times.firsts(position).min().map(|seconds| Time(seconds.saturating_mul(1000)))
    }

    /// The (f+1)-th largest of the times that the author knew of from the sources.
    fn not_before(&self, position: &Position) -> Option<u64> {
        let sources = self.known_times.get(&position.log)?.values();
        let latest = |times: &BTreeMap<u64, u64>| times.range(..=position.seq).next_back().map(|(_, t)| *t);
        let mut latest: Vec<u64> = sources.filter_map(latest).collect();
        latest.sort_unstable_by(|a, b| b.cmp(a));
        latest.get(self.liars).copied()
    }

    /// Whether a source gives times for this log: never its author, and never an observer that only some accepted.
    fn counts(&self, source: &Cosigner, log: &LogId) -> bool {
        self.time_sources.contains(source) && source.party() != Some(&log.party)
    }
}

/// A largest size by log and party, raised.
fn raise(sizes: &mut BTreeMap<LogId, BTreeMap<PartyId, u64>>, log: &LogId, party: &PartyId, size: u64) {
    let largest = sizes.entry(log.clone()).or_default().entry(party.clone()).or_default();
    *largest = (*largest).max(size);
}

/// Who gives times besides the author: parties, observers that all of them chose, agreed witnesses.
fn time_sources(charter: &Charter) -> BTreeSet<Cosigner> {
    let parties = charter.speakers().map(|party| Cosigner::Mirror(party.id().clone()));
    let joint = charter.parties().iter().filter(|party| match party.standing() {
        Standing::Observer(observes) => observes.by == ObserverOf::Joint,
        Standing::Party => false,
    });
    let observers = joint.map(|party| Cosigner::Observer(party.id().clone()));
    let witnesses =
        charter.rules().witnesses.iter().map(|witness| Cosigner::Witness(witness.name.to_string()));
    parties.chain(observers).chain(witnesses).collect()
}
