//! The distinct items while a list is being read: their bytes in one arena, a table of indices over it, and
//! for each item its marking and where it stood.

use std::borrow::Cow;
use std::hash::{BuildHasher, Hasher};

use foldhash::fast::RandomState;
use hashbrown::HashMap;

use crate::entry::Entry;
use crate::item::HEADER_BYTES;
use crate::limits::PLACES_PER_ITEM_MAX;
use crate::table::Table;
use crate::{Item, Marking, Notes, Place, order};

/// All items so far. Memory grows with distinct items only.
pub(crate) struct Store {
    /// Keyed per process, so that no list can be written to make this table slow; no order depends on it.
    hasher: RandomState,
    table: Table,
    arena: Vec<u8>,
    entries: Vec<Entry>,
    further: Further,
}

/// All places of those items that stood in more than one, the first included.
type Further = HashMap<u32, Vec<Place>, RandomState>;

impl Store {
    pub(crate) fn new() -> Store {
        Store {
            hasher: RandomState::default(),
            table: Table::new(),
            arena: Vec::new(),
            entries: Vec::new(),
            further: HashMap::with_hasher(RandomState::default()),
        }
    }

    /// The hash of any bytes, for the tables of the intake.
    pub(crate) fn hash(&self, bytes: &[u8]) -> u64 {
        let mut hasher = self.hasher.build_hasher();
        hasher.write(bytes);
        hasher.finish()
    }

    /// Adds an item or another occurrence of it; gives its index and whether it is new.
    pub(crate) fn add(&mut self, item: &[u8], seen: Seen) -> (u32, bool) {
        self.add_hashed(item, self.short_hash(item), seen)
    }

    /// Adds what waits in a batch and empties it; gives how many of them were known.
    ///
    /// The table is far larger than any cache, so each look at it waits for memory. First looking up all and
    /// then adding all lets those waits overlap.
    pub(crate) fn add_batch(&mut self, batch: &mut Batch) -> u64 {
        let mut start = 0;
        for waiting in &mut batch.waiting {
            waiting.hash = self.short_hash(&batch.items[start..waiting.end]);
            start = waiting.end;
        }
        // A loop as short as this one lets the processor have a dozen of them under way.
        for waiting in &batch.waiting {
            self.table.touch(waiting.hash);
        }
        let mut known = 0;
        let mut start = 0;
        for waiting in batch.waiting.drain(..) {
            let item = &batch.items[start..waiting.end];
            start = waiting.end;
            let (_, is_new) = self.add_hashed(item, waiting.hash, waiting.seen);
            known += u64::from(!is_new);
        }
        batch.items.clear();
        known
    }

    fn add_hashed(&mut self, item: &[u8], hash: u32, seen: Seen) -> (u32, bool) {
        let (entries, arena) = (&self.entries, &self.arena);
        let is_same = |index: u32| {
            let offset = entries[index as usize].offset();
            arena.get(offset..offset + item.len()) == Some(item)
        };
        match self.table.find(hash, is_same) {
            Ok(index) => {
                self.occurs_again(index, seen.marking, seen.place);
                (index, false)
            }
            Err(free) => {
                // Four billion items of 32 bytes each do not fit where this runs.
                let index = self.entries.len() as u32;
                self.table.fill(free, hash, index);
                self.entries.push(Entry::new(self.arena.len(), seen.notes, seen.marking, seen.place));
                self.arena.extend_from_slice(item);
                (index, true)
            }
        }
    }

    fn short_hash(&self, item: &[u8]) -> u32 {
        (self.hash(item) >> 32) as u32
    }

    /// Another occurrence of a known item.
    pub(crate) fn occurs_again(&mut self, index: u32, marking: Marking, place: Place) {
        let entry = &mut self.entries[index as usize];
        entry.mark(marking);
        if entry.further() < PLACES_PER_ITEM_MAX {
            entry.add_further();
            self.further.entry(index).or_insert_with(|| vec![entry.first()]).push(place);
        }
    }

    /// What is kept when no more items come: the table is given back.
    pub(crate) fn into_items(self) -> Items {
        Items { arena: self.arena, entries: self.entries, further: self.further }
    }
}

/// How an item occurred.
#[derive(Clone, Copy)]
pub(crate) struct Seen {
    pub(crate) notes: Notes,
    pub(crate) marking: Marking,
    pub(crate) place: Place,
}

/// Items that wait to be added together.
#[derive(Default)]
pub(crate) struct Batch {
    items: Vec<u8>,
    waiting: Vec<Waiting>,
}

struct Waiting {
    end: usize,
    hash: u32,
    seen: Seen,
}

impl Batch {
    /// Where the bytes of the next item are appended, before [`Batch::push`].
    pub(crate) fn items(&mut self) -> &mut Vec<u8> {
        &mut self.items
    }

    /// Takes the item whose bytes were appended.
    pub(crate) fn push(&mut self, seen: Seen) {
        self.waiting.push(Waiting { end: self.items.len(), hash: 0, seen });
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    pub(crate) fn is_full(&self) -> bool {
        self.waiting.len() >= BATCH_ITEMS
    }
}

/// The items of a finished store, in the order they were first read.
pub(crate) struct Items {
    arena: Vec<u8>,
    entries: Vec<Entry>,
    further: Further,
}

impl Items {
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(crate) fn entry(&self, index: u32) -> &Entry {
        &self.entries[index as usize]
    }

    pub(crate) fn item(&self, index: u32) -> Item<'_> {
        Item::trusted(bytes_at(&self.arena, self.entry(index).offset()))
    }

    /// All places of an item.
    pub(crate) fn places(&self, index: u32) -> Cow<'_, [Place]> {
        let entry = self.entry(index);
        match self.further.get(&index).filter(|_| entry.further() > 0) {
            Some(places) => Cow::Borrowed(places),
            None => Cow::Owned(vec![entry.first()]),
        }
    }

    /// Puts indices into the order of their items' bytes.
    pub(crate) fn sort(&self, indices: &mut [u32]) {
        order::sort(indices, &|index| bytes_at(&self.arena, self.entry(index).offset()));
    }
}

fn bytes_at(arena: &[u8], offset: usize) -> &[u8] {
    let body = usize::from(u16::from_le_bytes([arena[offset + 2], arena[offset + 3]]));
    &arena[offset..offset + HEADER_BYTES + body]
}

/// So many that their looks at the table overlap, so few that they stay in the nearest cache.
const BATCH_ITEMS: usize = 64;
