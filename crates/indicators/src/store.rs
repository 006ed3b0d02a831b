//! The distinct items while a list is being read: their bytes in one arena, a hash table of indices over it,
//! and for each item its marking and where it stood.

use std::hash::{BuildHasher, Hasher};

use foldhash::fast::RandomState;
use hashbrown::{HashMap, HashTable};

use crate::item::HEADER_BYTES;
use crate::limits::PLACES_PER_ITEM_MAX;
use crate::{Item, Marking, Notes, Place};

/// All items so far. Memory grows with distinct items only.
pub(crate) struct Store {
    /// Keyed per process, so that no list can be written to make this table slow; no order depends on it.
    hasher: RandomState,
    table: HashTable<Slot>,
    arena: Vec<u8>,
    entries: Vec<Entry>,
    further: Further,
}

/// All places of those items that stood in more than one, the first included.
pub(crate) type Further = HashMap<u32, Vec<Place>, RandomState>;

/// The index of an entry beside half of its hash: the table grows and compares without touching the arena.
struct Slot {
    hash: u32,
    entry: u32,
}

/// What is known of one item.
#[derive(Clone, Copy)]
pub(crate) struct Entry {
    /// Where its bytes begin in the arena.
    pub(crate) offset: usize,
    /// Where it stood first.
    pub(crate) first: Place,
    /// The strictest over all its occurrences.
    pub(crate) marking: Marking,
    /// The notes of its first occurrence.
    pub(crate) notes: Notes,
    /// Places kept beyond the first, at most [`PLACES_PER_ITEM_MAX`].
    further: u8,
}

impl Store {
    pub(crate) fn new() -> Store {
        Store {
            hasher: RandomState::default(),
            table: HashTable::new(),
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
    pub(crate) fn add(&mut self, item: &[u8], notes: Notes, marking: Marking, place: Place) -> (u32, bool) {
        let hash = (self.hash(item) >> 32) as u32;
        let (entries, arena) = (&self.entries, &self.arena);
        let same = |slot: &Slot| {
            slot.hash == hash && {
                let offset = entries[slot.entry as usize].offset;
                arena.get(offset..offset + item.len()) == Some(item)
            }
        };
        if let Some(slot) = self.table.find(spread(hash), same) {
            let index = slot.entry;
            self.occurs_again(index, marking, place);
            return (index, false);
        }
        // Four billion items of 32 bytes each do not fit where this runs.
        let index = self.entries.len() as u32;
        self.table.insert_unique(spread(hash), Slot { hash, entry: index }, |slot| spread(slot.hash));
        self.entries.push(Entry { offset: self.arena.len(), first: place, marking, notes, further: 0 });
        self.arena.extend_from_slice(item);
        (index, true)
    }

    /// Another occurrence of a known item.
    pub(crate) fn occurs_again(&mut self, index: u32, marking: Marking, place: Place) {
        let entry = &mut self.entries[index as usize];
        entry.marking = entry.marking.and(marking);
        if usize::from(entry.further) < PLACES_PER_ITEM_MAX {
            entry.further += 1;
            self.further.entry(index).or_insert_with(|| vec![entry.first]).push(place);
        }
    }

    /// The entries in the order they were first read.
    pub(crate) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The bytes of an entry.
    pub(crate) fn item(&self, entry: &Entry) -> Item<'_> {
        Item::trusted(bytes_at(&self.arena, entry.offset))
    }

    /// The indices for which `keep` holds, in the order of their items' bytes.
    pub(crate) fn sorted(&self, keep: impl Fn(&Entry) -> bool) -> Vec<u32> {
        let kept = self.entries.iter().enumerate().filter(|(_, entry)| keep(entry));
        let mut keyed: Vec<(u128, u32)> = kept
            .map(|(index, entry)| (sort_key(bytes_at(&self.arena, entry.offset)), index as u32))
            .collect();
        // The key decides nearly always, and lies in the vector; the arena is looked at for ties.
        keyed.sort_unstable_by(|(key, index), (other_key, other)| {
            key.cmp(other_key).then_with(|| self.bytes_of(*index).cmp(self.bytes_of(*other)))
        });
        keyed.into_iter().map(|(_, index)| index).collect()
    }

    fn bytes_of(&self, index: u32) -> &[u8] {
        bytes_at(&self.arena, self.entries[index as usize].offset)
    }

    /// Gives the further places away, when the list is made.
    pub(crate) fn into_further(self) -> Further {
        self.further
    }
}

pub(crate) fn bytes_at(arena: &[u8], offset: usize) -> &[u8] {
    let body = usize::from(u16::from_le_bytes([arena[offset + 2], arena[offset + 3]]));
    &arena[offset..offset + HEADER_BYTES + body]
}

/// Type, length and the first bytes of the body, in the order in which whole items compare: the version is the
/// same in all, and equal lengths precede the body.
fn sort_key(item: &[u8]) -> u128 {
    let mut key = [0_u8; 16];
    key[0] = item[0];
    let rest = &item[2..];
    let size = rest.len().min(15);
    key[1..=size].copy_from_slice(&rest[..size]);
    u128::from_be_bytes(key)
}

/// The table takes its bucket from the low bits and its tag from the high ones of 64.
fn spread(hash: u32) -> u64 {
    u64::from(hash).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}
