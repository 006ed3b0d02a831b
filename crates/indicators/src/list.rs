//! The list: distinct canonical items in the order of their bytes, with the counts of how it came about.

use std::collections::BTreeMap;

use hashbrown::HashMap;

use crate::store::{Further, Store};
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
    /// The items one after another, in order.
    arena: Vec<u8>,
    /// Where each begins.
    entries: Vec<Kept>,
    /// All places of the items that stood in several, by rank.
    further: Further,
}

struct Kept {
    offset: usize,
    first: Place,
    marking: Marking,
    notes: Notes,
}

impl List {
    /// A list of items that were canonicalised before, for instance on another day; they stood nowhere.
    pub fn from_items<'a>(items: impl IntoIterator<Item = Item<'a>>) -> List {
        let mut store = Store::new();
        let mut counts = Counts::default();
        let nowhere = Place { source: 0, line: 0 };
        for item in items {
            counts.read += 1;
            let (_, is_new) = store.add(item.bytes(), Notes::default(), Marking::default(), nowhere);
            if !is_new {
                *counts.dropped.entry(Reason::Duplicate).or_default() += 1;
            }
        }
        List::new(store, counts, Vec::new(), Marking::default())
    }

    /// Sorts what the store holds and completes the counts. `marking` is the one given with the whole input.
    pub(crate) fn new(store: Store, mut counts: Counts, sources: Vec<String>, marking: Marking) -> List {
        let order = store.sorted(|entry| !entry.marking.and(marking).is_held_back());
        counts.held_back = (store.entries().len() - order.len()) as u64;
        let mut arena = Vec::new();
        let mut entries = Vec::with_capacity(order.len());
        for &index in &order {
            let entry = &store.entries()[index as usize];
            let (item, marking) = (store.item(entry), entry.marking.and(marking));
            let kept = Kept { offset: arena.len(), first: entry.first, marking, notes: entry.notes };
            count_kept(&mut counts, item, &kept);
            arena.extend_from_slice(item.bytes());
            entries.push(kept);
        }
        let further = by_rank(store.into_further(), &order);
        List { counts, sources, arena, entries, further }
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
        self.entries.len()
    }

    /// Whether nothing was kept.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The items, bytewise ascending.
    pub fn items(&self) -> impl ExactSizeIterator<Item = Item<'_>> {
        (0..self.entries.len()).map(|rank| self.at(rank))
    }

    /// The item with this rank, if there is one.
    pub fn item(&self, rank: usize) -> Option<Item<'_>> {
        (rank < self.entries.len()).then(|| self.at(rank))
    }

    /// The rank of an item in this list.
    pub fn rank(&self, item: Item<'_>) -> Option<usize> {
        self.entries.binary_search_by(|kept| self.bytes_from(kept.offset).cmp(item.bytes())).ok()
    }

    /// The places of the item with this rank, in the order they were read; beyond the first at most
    /// [`crate::limits::PLACES_PER_ITEM_MAX`].
    pub fn places(&self, rank: usize) -> &[Place] {
        let several = u32::try_from(rank).ok().and_then(|rank| self.further.get(&rank));
        match (several, self.entries.get(rank)) {
            (Some(places), _) => places,
            (None, Some(kept)) => std::slice::from_ref(&kept.first),
            (None, None) => &[],
        }
    }

    /// The strictest marking of the item with this rank over all the places it stood in.
    pub fn marking(&self, rank: usize) -> Marking {
        self.entries.get(rank).map_or(Marking::default(), |kept| kept.marking)
    }

    /// Holds back the items marked TLP:RED, which enter a match only if the peer is their named recipient;
    /// gives how many. They are counted as `held_back` from then on.
    pub fn hold_back_tlp_red(&mut self) -> u64 {
        let is_red = |kept: &Kept| kept.marking.tlp == Some(Tlp::Red);
        let ranks = (0_u32..).zip(&self.entries);
        let staying: Vec<u32> = ranks.filter(|(_, kept)| !is_red(kept)).map(|(rank, _)| rank).collect();
        let held = self.entries.len() - staying.len();
        if held > 0 {
            self.further = by_rank(std::mem::take(&mut self.further), &staying);
            self.entries.retain(|kept| !is_red(kept));
            self.count_again();
            self.counts.held_back += held as u64;
        }
        held as u64
    }

    fn count_again(&mut self) {
        let mut counts = std::mem::take(&mut self.counts);
        counts.items = 0;
        counts.unmarked = 0;
        counts.kinds.clear();
        counts.notes.clear();
        for kept in &self.entries {
            count_kept(&mut counts, Item::trusted(self.bytes_from(kept.offset)), kept);
        }
        self.counts = counts;
    }

    fn at(&self, rank: usize) -> Item<'_> {
        Item::trusted(self.bytes_from(self.entries[rank].offset))
    }

    fn bytes_from(&self, offset: usize) -> &[u8] {
        crate::store::bytes_at(&self.arena, offset)
    }
}

fn count_kept(counts: &mut Counts, item: Item<'_>, kept: &Kept) {
    counts.items += 1;
    counts.unmarked += u64::from(kept.marking == Marking::default());
    if let Some(kind) = item.kind() {
        *counts.kinds.entry(kind).or_default() += 1;
    }
    for note in kept.notes.iter() {
        *counts.notes.entry(note).or_default() += 1;
    }
}

/// Gives the places of the entries in `order` to their ranks.
fn by_rank(mut further: Further, order: &[u32]) -> Further {
    if further.is_empty() {
        return further;
    }
    let mut ranked = HashMap::with_hasher(further.hasher().clone());
    for (rank, index) in (0_u32..).zip(order) {
        if let Some(places) = further.remove(index) {
            ranked.insert(rank, places);
        }
    }
    ranked
}
