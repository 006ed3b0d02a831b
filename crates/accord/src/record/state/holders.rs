//! Who holds an entry, who acknowledged it, and between which times it was written.

use std::collections::{BTreeMap, BTreeSet};

use detente_psi::Time;
use detente_tlog::Hash;

use crate::PartyId;
use crate::record::charter::Charter;
use crate::record::held::{Cosigner, Held, Position};
use crate::record::names::LogId;
use crate::record::party::{ObserverOf, Standing};

/// The provable interval of an entry, in seconds since 1970. An end that nobody vouches for is open.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Interval {
    /// Not written before.
    pub not_before: Option<u64>,
    /// Not written after.
    pub not_after: Option<u64>,
}

/// What cosignatures and named heads show, for all entries.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Holders {
    /// How many liars the charter allows for among those who give times.
    liars: usize,
    /// Who else gives times.
    time_sources: BTreeSet<Cosigner>,
    /// For each log, the largest head that each party has cosigned.
    mirrored: BTreeMap<LogId, BTreeMap<PartyId, u64>>,
    /// For each log, the largest head of it that each other party names in an entry.
    named: BTreeMap<LogId, BTreeMap<PartyId, u64>>,
    /// For each log and time source: heads and when they were cosigned.
    times: BTreeMap<LogId, BTreeMap<Cosigner, Vec<(u64, u64)>>>,
    /// For each log: at which index which times of others were first known to its author.
    known_times: BTreeMap<LogId, Vec<(u64, Cosigner, u64)>>,
}

impl Holders {
    pub(crate) fn of(charter: &Charter, held: &Held, roots: &BTreeMap<(LogId, u64), Hash>) -> Holders {
        let mut all = Holders {
            liars: usize::try_from(charter.quorum().f).unwrap_or(usize::MAX),
            time_sources: time_sources(charter),
            mirrored: BTreeMap::new(),
            named: BTreeMap::new(),
            times: BTreeMap::new(),
            known_times: BTreeMap::new(),
        };
        for note in held.notes.values() {
            // A head that contradicts the entries here, or goes beyond them, shows nothing about them.
            if roots.get(&(note.log.clone(), note.size)) == Some(&note.root) {
                all.take_note(&note.log, note.size, &note.cosigners);
            }
        }
        for (log, entries) in &held.logs {
            for leaf in entries.iter().filter_map(|entry| entry.leaf.as_deref()) {
                for head in &leaf.place.heads {
                    let agrees = roots.get(&(head.log.clone(), head.size)) == Some(&head.root);
                    if agrees && head.log.party != log.party {
                        let largest = all
                            .named
                            .entry(head.log.clone())
                            .or_default()
                            .entry(log.party.clone())
                            .or_default();
                        *largest = (*largest).max(head.size);
                    }
                    for (cosigner, time) in
                        held.notes.get(&head.note).into_iter().flat_map(|note| &note.cosigners)
                    {
                        let known = (leaf.place.seq, cosigner.clone(), *time);
                        all.known_times.entry(log.clone()).or_default().push(known);
                    }
                }
            }
        }
        all
    }

    fn take_note(&mut self, log: &LogId, size: u64, cosigners: &BTreeMap<Cosigner, u64>) {
        for (cosigner, time) in cosigners {
            if let Cosigner::Mirror(party) = cosigner
                && *party != log.party
            {
                let largest = self.mirrored.entry(log.clone()).or_default().entry(party.clone()).or_default();
                *largest = (*largest).max(size);
            }
            let times = self.times.entry(log.clone()).or_default();
            times.entry(cosigner.clone()).or_default().push((size, *time));
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
        of_log.filter(|(_, size)| **size > position.seq).map(|(party, _)| party).collect()
    }

    /// Leaves out everybody who is none of these: whoever was invited and never joined vouches for nothing, or a
    /// party could invite as many holders of its log as it likes.
    pub(crate) fn retain(&mut self, parties: &BTreeSet<PartyId>) {
        for of_log in self.mirrored.values_mut().chain(self.named.values_mut()) {
            of_log.retain(|party, _| parties.contains(party));
        }
    }

    /// What each other party has cosigned or named of a log.
    pub(crate) fn sizes(&self, log: &LogId) -> impl Iterator<Item = (&PartyId, u64)> {
        let all = [&self.mirrored, &self.named].into_iter().filter_map(|sizes| sizes.get(log));
        all.flatten().map(|(party, size)| (party, *size))
    }

    /// How much of a log this party has cosigned.
    pub fn mirrored(&self, log: &LogId, party: &PartyId) -> u64 {
        self.mirrored.get(log).and_then(|parties| parties.get(party)).copied().unwrap_or(0)
    }

    /// The size of the largest head that `k` parties hold in common.
    pub fn held_in_common(&self, log: &LogId, k: usize) -> u64 {
        let mut sizes: Vec<u64> =
            self.mirrored.get(log).into_iter().flatten().map(|(_, size)| *size).collect();
        sizes.sort_unstable_by(|a, b| b.cmp(a));
        k.checked_sub(1).and_then(|k| sizes.get(k).copied()).unwrap_or(0)
    }

    /// Between which times the entry was written, as far as it can be proved.
    pub fn interval(&self, position: &Position) -> Interval {
        Interval { not_before: self.not_before(position), not_after: self.not_after(position) }
    }

    /// The (f+1)-th smallest of the times at which the sources first cosigned a head that includes the entry.
    pub(crate) fn not_after(&self, position: &Position) -> Option<u64> {
        let sources =
            self.times.get(&position.log)?.iter().filter(|(source, _)| self.counts(source, &position.log));
        let first = |times: &Vec<(u64, u64)>| {
            times.iter().filter(|(size, _)| *size > position.seq).map(|(_, time)| *time).min()
        };
        let mut firsts: Vec<u64> = sources.filter_map(|(_, times)| first(times)).collect();
        firsts.sort_unstable();
        firsts.get(self.liars).copied()
    }

    /// The earliest cosignature of another party or an agreed witness over a head that includes the entry.
    pub(crate) fn first_cosigned(&self, position: &Position) -> Option<Time> {
        let sources =
            self.times.get(&position.log)?.iter().filter(|(source, _)| self.counts(source, &position.log));
        let over = sources.flat_map(|(_, times)| times).filter(|(size, _)| *size > position.seq);
        over.map(|(_, time)| *time).min().map(|seconds| Time(seconds.saturating_mul(1000)))
    }

    /// The (f+1)-th largest of the times that the author knew of from the sources.
    fn not_before(&self, position: &Position) -> Option<u64> {
        let known = self.known_times.get(&position.log)?.iter();
        let mut latest: BTreeMap<&Cosigner, u64> = BTreeMap::new();
        for (_, source, time) in
            known.filter(|(seq, source, _)| *seq <= position.seq && self.counts(source, &position.log))
        {
            let last = latest.entry(source).or_default();
            *last = (*last).max(*time);
        }
        let mut lasts: Vec<u64> = latest.into_values().collect();
        lasts.sort_unstable_by(|a, b| b.cmp(a));
        lasts.get(self.liars).copied()
    }

    /// Whether a source gives times for this log: never its author, and never an observer that only some accepted.
    fn counts(&self, source: &Cosigner, log: &LogId) -> bool {
        self.time_sources.contains(source) && source.party() != Some(&log.party)
    }
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
