//! A memory of recently seen raw values: logs repeat the same few thousand names, and a value whose outcome
//! is known need not be canonicalised again. Direct-mapped and of fixed size; a forgotten value only costs
//! its work once more, so nothing that is counted depends on it.

use crate::canon::Declared;
use crate::{Kind, Reason};

/// What became of a value before.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It is the item with this index in the store.
    Item(u32),
    /// It was dropped; never [`Reason::Duplicate`].
    Dropped(Reason),
    /// It was hit by the warninglist with this index.
    Warninglist(u16),
}

/// The slots. Values longer than [`TEXT_BYTES_MAX`] are not remembered.
pub(crate) struct Memo {
    slots: Box<[Slot]>,
    /// Looks and hits since the last decision whether looking is worth its time.
    looks: u32,
    hits: u32,
    /// Values that go by until the next try.
    idle: u32,
}

/// One cache line.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Slot {
    text: [u8; TEXT_BYTES_MAX],
    length: u8,
    declared: u8,
    outcome: Outcome,
}

impl Memo {
    pub(crate) fn new() -> Memo {
        let empty = Slot {
            text: [0; TEXT_BYTES_MAX],
            length: u8::MAX,
            declared: 0,
            outcome: Outcome::Dropped(Reason::NotAnIndicator),
        };
        Memo { slots: vec![empty; SLOTS].into_boxed_slice(), looks: 0, hits: 0, idle: 0 }
    }

    /// Whether the next value should be looked up. In a list of distinct values it is not worth the time: then
    /// the memory rests for a while and is tried again.
    pub(crate) fn is_worthwhile(&mut self) -> bool {
        if self.idle > 0 {
            self.idle -= 1;
            return false;
        }
        if self.looks == LOOKS {
            if self.hits * 8 < self.looks {
                self.idle = IDLE_VALUES;
            }
            (self.looks, self.hits) = (0, 0);
        }
        true
    }

    /// What became of this value the last time, if that is remembered. `hash` is of the text.
    pub(crate) fn recall(&mut self, hash: u64, declared: Declared, text: &[u8]) -> Option<Outcome> {
        let slot = &self.slots[hash as usize % SLOTS];
        let same = usize::from(slot.length) == text.len()
            && slot.declared == number(declared)
            && slot.text.get(..text.len()) == Some(text);
        self.looks += 1;
        self.hits += u32::from(same);
        same.then_some(slot.outcome)
    }

    pub(crate) fn remember(&mut self, hash: u64, declared: Declared, text: &[u8], outcome: Outcome) {
        let slot = &mut self.slots[hash as usize % SLOTS];
        if let Some(kept) = slot.text.get_mut(..text.len()) {
            kept.copy_from_slice(text);
            slot.length = text.len() as u8;
            slot.declared = number(declared);
            slot.outcome = outcome;
        }
    }
}

fn number(declared: Declared) -> u8 {
    match declared {
        Declared::Unknown => 0,
        Declared::Address => 1,
        Declared::Host => 2,
        Declared::Hash => 3,
        Declared::NotCarried => 4,
        Declared::Kind(kind) => 5 + kind as u8,
    }
}

// `declared` and `length` are single bytes.
const _: () = assert!(5 + Kind::ALL.len() < 256 && TEXT_BYTES_MAX < 255);

/// So many that a slot is 64 bytes.
const TEXT_BYTES_MAX: usize = 54;

/// Looks after which the hits are counted.
const LOOKS: u32 = 1024;

/// Values for which a fruitless memory rests.
const IDLE_VALUES: u32 = 64 * LOOKS;

/// 256 KiB in all: stays in a core's second-level cache beside the reader's block.
const SLOTS: usize = 4096;
