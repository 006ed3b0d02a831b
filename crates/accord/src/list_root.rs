//! The commitment to a list: one root over salted leaves, padded so that nothing tells the true count.

use detente_psi::size::SizeClass;
use detente_tlog as tlog;
use zeroize::ZeroizeOnDrop;

/// The salt that all leaves of one list hang on. Wiped on drop; no `Debug`, no `Clone`.
#[derive(ZeroizeOnDrop)]
pub struct ListSalt([u8; 32]);

impl ListSalt {
    /// Takes 32 random bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> ListSalt {
        ListSalt(bytes)
    }

    /// The bytes, to be kept in the party's own home.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The leaf of an item: `BLAKE3("leaf" ‖ salt_x ‖ item)` with `salt_x = BLAKE3-keyed(salt, item)`, so
    /// that each leaf opens alone.
    pub fn leaf(&self, item: &[u8]) -> [u8; 32] {
        leaf_of(&self.salt_of(item), item)
    }

    /// The salt of one leaf: it opens that leaf and no other.
    pub fn salt_of(&self, item: &[u8]) -> [u8; 32] {
        *blake3::keyed_hash(&self.0, item).as_bytes()
    }

    /// A filler: `BLAKE3("pad" ‖ BLAKE3-keyed(salt, "pad" ‖ u64 i))`.
    fn filler(&self, i: u64) -> [u8; 32] {
        let salt = blake3::Hasher::new_keyed(&self.0).update(b"pad").update(&i.to_le_bytes()).finalize();
        *blake3::Hasher::new().update(b"pad").update(salt.as_bytes()).finalize().as_bytes()
    }

    /// The root of the RFC 6962 tree over the leaves of `items`, filled up to `class` and sorted.
    pub fn root(&self, items: &[&[u8]], class: SizeClass) -> [u8; 32] {
        *tlog::root(self.leaves(items, class)).as_bytes()
    }

    /// The leaves of that tree, sorted.
    pub(crate) fn leaves(&self, items: &[&[u8]], class: SizeClass) -> Vec<[u8; 32]> {
        let fillers = class.get().saturating_sub(items.len() as u64);
        let mut leaves: Vec<[u8; 32]> = items.iter().map(|item| self.leaf(item)).collect();
        leaves.extend((0..fillers).map(|i| self.filler(i)));
        leaves.sort_unstable();
        leaves
    }
}

/// The leaf that a salt and an item make.
pub(crate) fn leaf_of(salt: &[u8; 32], item: &[u8]) -> [u8; 32] {
    *blake3::Hasher::new().update(b"leaf").update(salt).update(item).finalize().as_bytes()
}
