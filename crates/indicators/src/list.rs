//! The list: distinct canonical items in the order of their bytes, with the counts of how it came about.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::store::{Items, Seen, Store};
use crate::{Item, Kind, Marking, Note, Notes, Reason, Tlp};

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
    /// Notes on kept items, each counted once an item.
    pub notes: BTreeMap<Note, u64>,
    /// Items kept that carry no marking at all.
    pub unmarked: u64,
    /// Byte sequences in candidate values that were not UTF-8.
    pub replaced_utf8: u64,
    /// Dropped values by the name of the warninglist that hit them; the first list that hits counts. Their
    /// sum is `dropped` of `warninglist`. A list that hit nothing stands here with 0.
    pub warninglists: BTreeMap<String, u64>,
}

impl Counts {
    /// Whether the law of counting holds.
    pub fn add_up(&self) -> bool {
        self.items + self.held_back + self.dropped.values().sum::<u64>() == self.read
    }
}

/// Where an item stood.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Place {
    /// Index into [`List::sources`].
    pub source: u32,
    /// Line or object number, counted from 1.
    pub line: u64,
}

/// Distinct canonical items in the order of their encoded bytes, with the places they stood in.
pub struct List {
    counts: Counts,
    sources: Vec<String>,
    /// The marking given with the whole input.
    marking: Marking,
    items: Items,
    /// The kept items' indices, in order.
    order: Vec<u32>,
}

impl List {
    /// A list of items that were canonicalised before, for instance on another day; they stood nowhere.
    pub fn from_items<'a>(items: impl IntoIterator<Item = Item<'a>>) -> List {
        let mut store = Store::new();
        let mut counts = Counts::default();
        let place = Place { source: 0, line: 0 };
        let seen = Seen { notes: Notes::default(), marking: Marking::default(), place };
        for item in items {
            counts.read += 1;
            let (_, is_new) = store.add(item.bytes(), seen);
            if !is_new {
                *counts.dropped.entry(Reason::Duplicate).or_default() += 1;
            }
        }
        List::new(store, counts, Vec::new(), Marking::default())
    }

    /// Sorts what the store holds and completes the counts. `marking` is the one given with the whole input.
    pub(crate) fn new(store: Store, counts: Counts, sources: Vec<String>, marking: Marking) -> List {
        let items = store.into_items();
        let is_kept = |index: &u32| !items.entry(*index).marking().and(marking).is_held_back();
        let order: Vec<u32> = (0..items.len() as u32).filter(is_kept).collect();
        let mut list = List { counts, sources, marking, items, order };
        list.counts.held_back = (list.items.len() - list.order.len()) as u64;
        // Before the order is made: in the order of reading, everything lies one behind the other.
        list.count();
        list.items.sort(&mut list.order);
        list
    }

    /// What was read and what became of it.
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    /// Dropped values by the name of the warninglist that hit them.
    pub fn warninglist_hits(&self) -> &BTreeMap<String, u64> {
        &self.counts.warninglists
    }

    /// The sources in the order they were read.
    pub fn sources(&self) -> &[String] {
        &self.sources
    }

    /// How many items.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether nothing was kept.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// The items, bytewise ascending.
    pub fn items(&self) -> impl ExactSizeIterator<Item = Item<'_>> {
        self.order.iter().map(|&index| self.items.item(index))
    }

    /// The item with this rank, if there is one.
    pub fn item(&self, rank: usize) -> Option<Item<'_>> {
        self.order.get(rank).map(|&index| self.items.item(index))
    }

    /// The rank of an item in this list.
    pub fn rank(&self, item: Item<'_>) -> Option<usize> {
        self.order.binary_search_by(|&index| self.items.item(index).cmp(&item)).ok()
    }

    /// The places of the item with this rank, in the order they were read; beyond the first at most
    /// [`crate::limits::PLACES_PER_ITEM_MAX`].
    pub fn places(&self, rank: usize) -> Cow<'_, [Place]> {
        self.order.get(rank).map_or(Cow::Borrowed(&[]), |&index| self.items.places(index))
    }

    /// The strictest marking of the item with this rank over all the places it stood in.
    pub fn marking(&self, rank: usize) -> Marking {
        self.order.get(rank).map_or(Marking::default(), |&index| self.marking_of(index))
    }

    /// Holds back the items marked TLP:RED, which enter a match only if the peer is their named recipient;
    /// gives how many. They are counted as `held_back` from then on.
    pub fn hold_back_tlp_red(&mut self) -> u64 {
        let mut order = std::mem::take(&mut self.order);
        let before = order.len();
        order.retain(|&index| self.marking_of(index).tlp != Some(Tlp::Red));
        let held = (before - order.len()) as u64;
        self.order = order;
        self.counts.held_back += held;
        self.count();
        held
    }

    fn marking_of(&self, index: u32) -> Marking {
        self.items.entry(index).marking().and(self.marking)
    }

    /// The counts of what is kept.
    fn count(&mut self) {
        let mut kinds = [0; Kind::ALL.len()];
        let mut notes = [0; Note::ALL.len()];
        let mut unmarked = 0;
        for &index in &self.order {
            if let Some(kind) = self.items.item(index).kind() {
                kinds[kind as usize] += 1;
            }
            let entry = self.items.entry(index);
            if entry.notes() != Notes::default() {
                entry.notes().iter().for_each(|note| notes[note as usize] += 1);
            }
            unmarked += u64::from(entry.marking().and(self.marking) == Marking::default());
        }
        self.counts.items = self.order.len() as u64;
        self.counts.unmarked = unmarked;
        self.counts.kinds = not_zero(Kind::ALL.into_iter().zip(kinds));
        self.counts.notes = not_zero(Note::ALL.into_iter().zip(notes));
    }
}

fn not_zero<K: Ord>(counts: impl Iterator<Item = (K, u64)>) -> BTreeMap<K, u64> {
    counts.filter(|&(_, count)| count > 0).collect()
}
