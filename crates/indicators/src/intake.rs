//! The intake: where readers put candidates, and the list they add up to.

use std::collections::{BTreeMap, BTreeSet};

use crate::canon::{self, Declared};
use crate::{Item, Kind, Marking, Note, Reason};

/// What decides which values enter a list. No `Default`: what a list contains is said where it is made.
pub struct Options {
    /// The kinds that are wanted; `None` for all.
    pub types: Option<BTreeSet<Kind>>,
    /// Also take values that their format marks as not for detection (MISP `to_ids` false, `link`).
    pub all: bool,
    /// Also take STIX observables that no indicator names.
    pub observables: bool,
    /// Keep private, loopback and other special-use addresses (only when both sides opted in).
    pub special_use: bool,
    /// The marking given with the file, for formats that carry none.
    pub marking: Marking,
}

/// One value as a reader found it.
pub struct Candidate<'a> {
    /// What the reader knows about its type.
    pub declared: Declared,
    /// The value as written, trimmed or not.
    pub text: &'a [u8],
    /// The line in the source, counted from 1; for formats without lines the number of the object.
    pub line: u64,
    /// The strictest marking that applies to it.
    pub marking: Marking,
}

/// A dropped value, for `--rejects`. Goes to the user's own file, never to a log or a peer.
pub struct Reject<'a> {
    /// The source it stood in.
    pub source: &'a str,
    /// Its line, counted from 1.
    pub line: u64,
    /// Why it was dropped.
    pub reason: Reason,
    /// The value as written (lossy where it is not UTF-8).
    pub text: &'a [u8],
}

/// What was read and what became of it: `items + held_back + Σ dropped = read`.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Counts {
    /// Candidate values.
    pub read: u64,
    /// Distinct items kept.
    pub items: u64,
    /// Distinct items held back because of their marking.
    pub held_back: u64,
    /// Distinct kept items by kind.
    pub kinds: BTreeMap<Kind, u64>,
    /// Dropped values by reason.
    pub dropped: BTreeMap<Reason, u64>,
    /// Notes on kept values.
    pub notes: BTreeMap<Note, u64>,
    /// Items kept that carry no marking at all.
    pub unmarked: u64,
    /// Byte sequences that were not UTF-8 and were replaced.
    pub replaced_utf8: u64,
}

/// Where an item stood.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Place {
    /// Index into [`List::sources`].
    pub source: u32,
    /// Line or object number, counted from 1.
    pub line: u64,
}

/// Takes candidates from readers; [`Intake::finish`] gives the list.
pub struct Intake<'r> {
    options: Options,
    rejects: Option<Box<dyn FnMut(Reject<'_>) + 'r>>,
    sources: Vec<String>,
    counts: Counts,
    items: BTreeMap<Vec<u8>, (bool, Vec<Place>)>,
}

impl<'r> Intake<'r> {
    /// An empty intake.
    pub fn new(options: Options) -> Intake<'r> {
        Intake {
            options,
            rejects: None,
            sources: Vec::new(),
            counts: Counts::default(),
            items: BTreeMap::new(),
        }
    }

    /// Tells every dropped value to `rejects`.
    pub fn with_rejects(mut self, rejects: impl FnMut(Reject<'_>) + 'r) -> Intake<'r> {
        self.rejects = Some(Box::new(rejects));
        self
    }

    /// The options, for readers whose format has choices.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// Names the source that the next candidates come from.
    pub fn begin_source(&mut self, name: &str) {
        self.sources.push(name.to_owned());
    }

    /// Takes one candidate value.
    pub fn offer(&mut self, candidate: Candidate<'_>) {
        self.counts.read += 1;
        let text = String::from_utf8_lossy(candidate.text).into_owned();
        let mut bytes = Vec::new();
        match canon::canonicalise(candidate.declared, &text, self.options.special_use, &mut bytes) {
            Err(reason) => self.drop_value(reason, &candidate),
            Ok((kind, _notes)) => {
                let held = candidate.marking.and(self.options.marking).is_held_back();
                let place = Place { source: self.sources.len().saturating_sub(1) as u32, line: candidate.line };
                if let Some((_, places)) = self.items.get_mut(&bytes) {
                    places.push(place);
                    self.drop_value(Reason::Duplicate, &candidate);
                } else {
                    self.counts.items += u64::from(!held);
                    self.counts.held_back += u64::from(held);
                    *self.counts.kinds.entry(kind).or_default() += 1;
                    self.items.insert(bytes, (held, vec![place]));
                }
            }
        }
    }

    /// Counts a candidate that the reader itself refuses (`pattern-not-carried`, `revoked` …).
    pub fn refuse(&mut self, line: u64, reason: Reason, text: &[u8]) {
        self.counts.read += 1;
        let candidate =
            Candidate { declared: Declared::Unknown, text, line, marking: Marking::default() };
        self.drop_value(reason, &candidate);
    }

    fn drop_value(&mut self, reason: Reason, candidate: &Candidate<'_>) {
        *self.counts.dropped.entry(reason).or_default() += 1;
        if let Some(rejects) = &mut self.rejects {
            let source = self.sources.last().map_or("", String::as_str);
            rejects(Reject { source, line: candidate.line, reason, text: candidate.text });
        }
    }

    /// The list of what was kept.
    pub fn finish(self) -> List {
        let items = self.items.into_iter().filter(|(_, (held, _))| !held);
        List {
            counts: self.counts,
            sources: self.sources,
            items: items.map(|(bytes, (_, places))| (bytes, places)).collect(),
        }
    }
}

/// Distinct canonical items in the order of their encoded bytes, with the places they stood in.
pub struct List {
    counts: Counts,
    sources: Vec<String>,
    items: Vec<(Vec<u8>, Vec<Place>)>,
}

impl List {
    /// What was read and what became of it.
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    /// The sources in the order they were read.
    pub fn sources(&self) -> &[String] {
        &self.sources
    }

    /// How many items.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether nothing was kept.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// The items, bytewise ascending.
    pub fn items(&self) -> impl ExactSizeIterator<Item = Item<'_>> {
        self.items.iter().map(|(bytes, _)| Item::trusted(bytes))
    }

    /// The places of the item with this rank, in the order they were read.
    pub fn places(&self, rank: usize) -> &[Place] {
        self.items.get(rank).map_or(&[], |(_, places)| places)
    }
}
