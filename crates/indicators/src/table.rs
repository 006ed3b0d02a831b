//! From the hash of an item to its index: open addressing with linear probing over one array of eight-byte
//! slots, so that a look costs one wait for memory, where a table with separate control bytes costs two. In a
//! list of millions of distinct names this wait is what reading spends most of its time on.

/// The slots: zero if free, else half of the hash above the index plus one.
pub(crate) struct Table {
    /// Their number is a power of two.
    slots: Vec<u64>,
    used: usize,
}

impl Table {
    pub(crate) fn new() -> Table {
        Table { slots: vec![0; FIRST_SLOTS], used: 0 }
    }

    /// Asks for the memory that [`Table::find`] will look at, without waiting for it.
    pub(crate) fn touch(&self, hash: u32) {
        std::hint::black_box(self.slots[self.home(hash)]);
    }

    /// The index under this hash for which `is_same` holds, or else the slot where it belongs.
    pub(crate) fn find(&self, hash: u32, mut is_same: impl FnMut(u32) -> bool) -> Result<u32, FreeSlot> {
        let mut at = self.home(hash);
        loop {
            let slot = self.slots[at];
            if slot == 0 {
                return Err(FreeSlot(at));
            }
            let index = slot as u32 - 1;
            if (slot >> 32) as u32 == hash && is_same(index) {
                return Ok(index);
            }
            at = (at + 1) & (self.slots.len() - 1);
        }
    }

    /// Fills the slot that [`Table::find`] gave.
    pub(crate) fn fill(&mut self, free: FreeSlot, hash: u32, index: u32) {
        self.slots[free.0] = u64::from(hash) << 32 | (u64::from(index) + 1);
        self.used += 1;
        // Five eighths at most: beyond that, probing soon leaves the cache line that was asked for.
        if self.used * 8 > self.slots.len() * 5 {
            self.grow();
        }
    }

    /// Doubles the table in place, so that the system gives memory only for the new half.
    ///
    /// With one more bit of its hash a slot stays or moves up by the old size. From the beginning of a run on,
    /// each slot is taken out and put in again: what stands before it in its run has been put in already, so
    /// nothing that is still to be taken out ends up between a slot and its home.
    fn grow(&mut self) {
        let before = self.slots.len();
        // A run that goes over the end begins where the last one does; it is put in after all others.
        let first_free = self.slots.iter().position(|&slot| slot == 0).unwrap_or(before);
        let over_the_end: Vec<u64> = self.slots[..first_free].to_vec();
        self.slots[..first_free].fill(0);
        self.slots.resize(before * 2, 0);
        for at in first_free..before {
            let slot = std::mem::take(&mut self.slots[at]);
            self.put(slot);
        }
        for slot in over_the_end {
            self.put(slot);
        }
    }

    fn put(&mut self, slot: u64) {
        if slot == 0 {
            return;
        }
        let mut at = self.home((slot >> 32) as u32);
        while self.slots[at] != 0 {
            at = (at + 1) & (self.slots.len() - 1);
        }
        self.slots[at] = slot;
    }

    fn home(&self, hash: u32) -> usize {
        hash as usize & (self.slots.len() - 1)
    }
}

/// A slot that is free until the table changes.
pub(crate) struct FreeSlot(usize);

const FIRST_SLOTS: usize = 1024;

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn finds_what_was_put_in(
            spread in proptest::collection::vec(any::<u32>(), 0..5_000),
            dense in proptest::collection::vec(0..700_u32, 0..3_000),
            high in proptest::collection::vec(0..40_u32, 0..100),
        ) {
            let mut table = Table::new();
            let mut model = HashMap::new();
            // Many of one hash, and runs over the end of the table at every size.
            let over_the_end = high.into_iter().map(|below| u32::MAX - below);
            for hash in spread.into_iter().chain(dense).chain(over_the_end) {
                let index = model.len() as u32;
                if let Err(free) = table.find(hash, |known| model.get(&hash) == Some(&known)) {
                    prop_assert!(!model.contains_key(&hash));
                    table.fill(free, hash, index);
                    model.insert(hash, index);
                }
            }
            for (&hash, &index) in &model {
                prop_assert_eq!(table.find(hash, |known| known == index).ok(), Some(index));
            }
        }
    }
}
