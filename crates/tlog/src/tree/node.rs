//! A node of the tree that never changes again, and where it is read from.

use crate::hash::Hash;
use crate::limits::TREE_SIZE_MAX;
use crate::rejection::Rejection;

/// The root of 2^level leaves that begin at a multiple of 2^level. Once all of them are there, its hash is final;
/// leaves are the nodes of level 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Node {
    level: u8,
    index: u64,
}

impl Node {
    /// The node at `index` of `level`, both from 0.
    ///
    /// # Errors
    /// [`Rejection::IndexBeyondTree`] if no tree within the limit has it.
    pub fn new(level: u8, index: u64) -> Result<Node, Rejection> {
        let beyond = Rejection::IndexBeyondTree { index, size: TREE_SIZE_MAX };
        let end = index.checked_add(1).and_then(|next| next.checked_mul(1u64.checked_shl(level.into())?));
        match end {
            Some(end) if end <= TREE_SIZE_MAX + 1 => Ok(Node { level, index }),
            _ => Err(beyond),
        }
    }

    /// The same where the place is known to be inside a tree within the limit.
    pub(crate) fn inside(level: u32, index: u64) -> Node {
        Node { level: level as u8, index }
    }

    /// The level, 0 for leaves.
    pub fn level(self) -> u8 {
        self.level
    }

    /// The place on its level, from 0.
    pub fn index(self) -> u64 {
        self.index
    }

    /// The first leaf below it.
    pub fn first_leaf(self) -> u64 {
        self.index << self.level
    }

    /// The last leaf below it.
    pub fn last_leaf(self) -> u64 {
        self.first_leaf() + ((1 << self.level) - 1)
    }
}

/// Where the hashes of nodes come from: memory, a table of a store, tiles.
pub trait HashReader {
    /// Why a hash could not be had; a [`Rejection`] of the question itself is among it.
    type Error: From<Rejection>;

    /// The hash of a node all of whose leaves are there.
    ///
    /// # Errors
    /// The world's, or that there is no such node.
    fn hash(&self, node: Node) -> Result<Hash, Self::Error>;
}
