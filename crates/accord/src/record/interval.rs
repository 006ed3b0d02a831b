//! The provable interval: between which cosignature times an entry was made, whoever lies.
//!
//! With at most f sources that lie, the (f+1)-th best of distinct ones is no better than an honest one. So the true
//! time is inside, however the others chose theirs.

use std::collections::BTreeMap;

use crate::PartyId;
use crate::record::known::{Opened, Source};

/// The latest time at which the entry can have been made: the (f+1)-th smallest, over sources, of the times of
/// cosignatures on heads that have it in them. Seconds since 1970; none with f sources or fewer.
pub fn not_after<'n>(notes: impl Iterator<Item = &'n Opened>, author: &PartyId, liars: u64) -> Option<u64> {
    let mut earliest: BTreeMap<&Source, u64> = BTreeMap::new();
    for (source, time) in times(notes, author) {
        let best = earliest.entry(source).or_insert(time);
        *best = time.min(*best);
    }
    let mut times: Vec<u64> = earliest.into_values().collect();
    times.sort_unstable();
    times.get(usize::try_from(liars).ok()?).copied()
}

/// The times of cosignatures in notes that an author has named so far, the best of each source.
#[derive(Default)]
pub struct Named<'n>(BTreeMap<&'n Source, u64>);

impl<'n> Named<'n> {
    /// The author names one more note.
    pub fn add(&mut self, note: &'n Opened, author: &PartyId) {
        for (source, time) in times(std::iter::once(note), author) {
            let best = self.0.entry(source).or_insert(time);
            *best = time.max(*best);
        }
    }

    /// The earliest time at which the entry can have been made: the (f+1)-th largest, over sources. Seconds since
    /// 1970; none with f sources or fewer.
    pub fn not_before(&self, liars: u64) -> Option<u64> {
        let mut times: Vec<u64> = self.0.values().copied().collect();
        times.sort_unstable_by(|a, b| b.cmp(a));
        times.get(usize::try_from(liars).ok()?).copied()
    }
}

/// All times but the author's own: it could choose them.
fn times<'n>(
    notes: impl Iterator<Item = &'n Opened>,
    author: &PartyId,
) -> impl Iterator<Item = (&'n Source, u64)> {
    let own = Source::Member(author.clone());
    notes
        .flat_map(|note| &note.cosigned)
        .filter(move |cosigned| cosigned.source != own)
        .map(|cosigned| (&cosigned.source, cosigned.time))
}
