//! The intake: where readers put candidates, and the list they add up to.

use std::collections::BTreeSet;

use crate::canon::{self, Declared};
use crate::memo::{Memo, Outcome};
use crate::store::{Batch, Seen, Store};
use crate::warninglist::Warninglist;
use crate::{Counts, Item, Kind, List, Marking, Note, Notes, Place, Reason};

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

type TellReject<'r> = dyn FnMut(Reject<'_>) + 'r;

/// Takes candidates from readers; [`Intake::finish`] gives the list.
pub struct Intake<'r> {
    options: Options,
    warninglists: Vec<Warninglist>,
    warninglist_hits: Vec<u64>,
    rejects: Option<Box<TellReject<'r>>>,
    sources: Vec<String>,
    read: u64,
    replaced_utf8: u64,
    dropped: [u64; Reason::ALL.len()],
    store: Store,
    memo: Memo,
    /// The item being made; kept for its allocation.
    item: Vec<u8>,
    batch: Batch,
}

impl<'r> Intake<'r> {
    /// An empty intake.
    pub fn new(options: Options) -> Intake<'r> {
        Intake {
            options,
            warninglists: Vec::new(),
            warninglist_hits: Vec::new(),
            rejects: None,
            sources: Vec::new(),
            read: 0,
            replaced_utf8: 0,
            dropped: [0; Reason::ALL.len()],
            store: Store::new(),
            memo: Memo::new(),
            item: Vec::new(),
            batch: Batch::default(),
        }
    }

    /// Tells every dropped value to `rejects`.
    pub fn with_rejects(mut self, rejects: impl FnMut(Reject<'_>) + 'r) -> Intake<'r> {
        self.rejects = Some(Box::new(rejects));
        self
    }

    /// Drops what one of these lists hits. No list is applied that is not named by the user.
    pub fn with_warninglists(mut self, lists: Vec<Warninglist>) -> Intake<'r> {
        self.warninglist_hits = vec![0; lists.len()];
        self.warninglists = lists;
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
        self.take(candidate, Notes::default());
    }

    /// Takes one candidate of a format in which a name means the name and all below it; the item is the plain
    /// name, and the widening that is lost is noted as for `*.name`.
    pub(crate) fn offer_below(&mut self, candidate: Candidate<'_>) {
        let mut notes = Notes::default();
        notes.insert(Note::WildcardStripped);
        self.take(candidate, notes);
    }

    fn take(&mut self, candidate: Candidate<'_>, notes: Notes) {
        self.read += 1;
        // Who wants to see the rejects sees them in the order of the source; a batch would mix it.
        if self.rejects.is_none() && !self.memo.is_worthwhile() {
            return self.take_later(&candidate, notes);
        }
        self.add_batch();
        let hash = self.store.hash(candidate.text);
        match self.memo.recall(hash, candidate.declared, candidate.text) {
            Some(Outcome::Item(index)) => {
                let place = place(&self.sources, candidate.line);
                self.store.occurs_again(index, candidate.marking, place);
                self.drop_value(Reason::Duplicate, candidate.line, candidate.text);
            }
            Some(outcome) => self.drop_as(outcome, &candidate),
            None => {
                let outcome = self.take_now(&candidate, notes);
                self.memo.remember(hash, candidate.declared, candidate.text, outcome);
            }
        }
    }

    fn take_now(&mut self, candidate: &Candidate<'_>, notes: Notes) -> Outcome {
        let mut item = std::mem::take(&mut self.item);
        item.clear();
        let outcome = match canonicalise(&self.options, &self.warninglists, candidate, &mut item) {
            Ok(own_notes) => {
                let place = place(&self.sources, candidate.line);
                let seen = Seen { notes: notes.and(own_notes), marking: candidate.marking, place };
                let (index, is_new) = self.store.add(&item, seen);
                if !is_new {
                    self.drop_value(Reason::Duplicate, candidate.line, candidate.text);
                }
                Outcome::Item(index)
            }
            Err(outcome) => {
                self.drop_as(outcome, candidate);
                outcome
            }
        };
        self.item = item;
        outcome
    }

    /// In a list of distinct values, items are added many at a time.
    fn take_later(&mut self, candidate: &Candidate<'_>, notes: Notes) {
        let seen = |own_notes| Seen {
            notes: notes.and(own_notes),
            marking: candidate.marking,
            place: place(&self.sources, candidate.line),
        };
        match canonicalise(&self.options, &self.warninglists, candidate, self.batch.items()) {
            Ok(own_notes) => self.batch.push(seen(own_notes)),
            Err(outcome) => return self.drop_as(outcome, candidate),
        }
        if self.batch.is_full() {
            self.add_batch();
        }
    }

    fn add_batch(&mut self) {
        if !self.batch.is_empty() {
            self.dropped[Reason::Duplicate as usize] += self.store.add_batch(&mut self.batch);
        }
    }

    /// Counts a candidate that the reader itself refuses (`pattern-not-carried`, `revoked` …).
    pub fn refuse(&mut self, line: u64, reason: Reason, text: &[u8]) {
        self.read += 1;
        self.drop_value(reason, line, text);
    }

    fn drop_as(&mut self, outcome: Outcome, candidate: &Candidate<'_>) {
        let reason = match outcome {
            Outcome::Item(_) => Reason::Duplicate,
            Outcome::Dropped(reason) => reason,
            Outcome::Warninglist(list) => {
                self.warninglist_hits[usize::from(list)] += 1;
                Reason::Warninglist
            }
        };
        if reason == Reason::NotUtf8 {
            self.replaced_utf8 +=
                candidate.text.utf8_chunks().filter(|part| !part.invalid().is_empty()).count() as u64;
        }
        self.drop_value(reason, candidate.line, candidate.text);
    }

    fn drop_value(&mut self, reason: Reason, line: u64, text: &[u8]) {
        self.dropped[reason as usize] += 1;
        if let Some(rejects) = &mut self.rejects {
            let source = self.sources.last().map_or("", String::as_str);
            rejects(Reject { source, line, reason, text });
        }
    }

    /// The list of what was kept.
    pub fn finish(mut self) -> List {
        self.add_batch();
        let reasons = Reason::ALL.into_iter().zip(self.dropped).filter(|&(_, count)| count > 0);
        let counts = Counts {
            read: self.read,
            dropped: reasons.collect(),
            replaced_utf8: self.replaced_utf8,
            warninglists: named_hits(&self.warninglists, &self.warninglist_hits),
            ..Counts::default()
        };
        List::new(self.store, counts, self.sources, self.options.marking)
    }
}

/// Two lists of one name, as two versions of one list would be, share a line.
fn named_hits(lists: &[Warninglist], hits: &[u64]) -> std::collections::BTreeMap<String, u64> {
    let mut named = std::collections::BTreeMap::new();
    for (list, hits) in lists.iter().zip(hits) {
        *named.entry(list.name().to_owned()).or_default() += hits;
    }
    named
}

/// Appends the item to `out`; on `Err` `out` is unchanged.
fn canonicalise(
    options: &Options,
    warninglists: &[Warninglist],
    candidate: &Candidate<'_>,
    out: &mut Vec<u8>,
) -> Result<Notes, Outcome> {
    let start = out.len();
    let (kind, notes) =
        canon::canonicalise_bytes(candidate.declared, candidate.text, options.special_use, out)
            .map_err(Outcome::Dropped)?;
    let unwanted = if options.types.as_ref().is_some_and(|types| !types.contains(&kind)) {
        Some(Outcome::Dropped(Reason::TypeNotAsked))
    } else {
        let item = Item::trusted(&out[start..]);
        let hit = warninglists.iter().position(|list| list.hits(item));
        hit.map(|list| Outcome::Warninglist(list as u16))
    };
    match unwanted {
        Some(outcome) => {
            out.truncate(start);
            Err(outcome)
        }
        None => Ok(notes),
    }
}

fn place(sources: &[String], line: u64) -> Place {
    Place { source: sources.len().saturating_sub(1) as u32, line }
}
