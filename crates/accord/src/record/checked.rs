//! Signatures of offices that were verified before.

use std::collections::HashSet;

use detente_tlog::Hash;

use super::leaf::{Leaf, RoleSignature};
use crate::PublicKey;

/// Which signatures held, so that none is verified twice: by the entry's hash, which binds the statement and every
/// signature of it, the signature's place in it, and the key. Nothing comes in here but by verifying, or from where
/// such a memory was kept.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Checked {
    held: HashSet<(Hash, u8, [u8; 32])>,
}

impl Checked {
    /// Whether a signature of an entry holds under a key; `hash` is the entry's.
    pub(crate) fn holds(
        &mut self,
        hash: Hash,
        leaf: &Leaf,
        signature: &RoleSignature,
        key: &PublicKey,
    ) -> bool {
        let nth = leaf.sigs.iter().position(|other| std::ptr::eq(other, signature));
        let Some(nth) = nth.and_then(|nth| u8::try_from(nth).ok()) else {
            return leaf.is_signed_by(signature, key);
        };
        let known = (hash, nth, *key.bytes());
        if self.held.contains(&known) {
            return true;
        }
        // A signature that does not hold is not remembered: it is rare, and costs its author more than us.
        let holds = leaf.is_signed_by(signature, key);
        if holds {
            self.held.insert(known);
        }
        holds
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.held.len()
    }

    /// Whether it is empty.
    pub fn is_empty(&self) -> bool {
        self.held.is_empty()
    }
}
