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

    fn grow(&mut self) {
        let twice = vec![0; self.slots.len() * 2];
        // Both halves are filled from front to back, so this costs little though the table is large.
        for slot in std::mem::replace(&mut self.slots, twice) {
            if slot != 0 {
                let mut at = self.home((slot >> 32) as u32);
                while self.slots[at] != 0 {
                    at = (at + 1) & (self.slots.len() - 1);
                }
                self.slots[at] = slot;
            }
        }
    }

    fn home(&self, hash: u32) -> usize {
        hash as usize & (self.slots.len() - 1)
    }
}

/// A slot that is free until the table changes.
pub(crate) struct FreeSlot(usize);

const FIRST_SLOTS: usize = 1024;
