//! Where a leaf stands and how large a tree is. Both are numbers, and mixing them up is the classic fault of
//! log code, so each has its own type.

use std::fmt;

use crate::limits::TREE_SIZE_MAX;
use crate::rejection::Rejection;

/// How many leaves a tree has, at most [`TREE_SIZE_MAX`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TreeSize(u64);

impl TreeSize {
    /// No leaves.
    pub const EMPTY: TreeSize = TreeSize(0);

    /// # Errors
    /// [`Rejection::SizeOverLimit`] above [`TREE_SIZE_MAX`].
    pub const fn new(size: u64) -> Result<TreeSize, Rejection> {
        if size > TREE_SIZE_MAX {
            return Err(Rejection::SizeOverLimit { size });
        }
        Ok(TreeSize(size))
    }

    /// The number of leaves.
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl fmt::Display for TreeSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The place of a leaf in a tree, from 0. Whether a tree is large enough to have it is checked at each use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryIndex(u64);

impl EntryIndex {
    /// Any number; an index beyond every tree is refused where it is used.
    pub const fn new(index: u64) -> EntryIndex {
        EntryIndex(index)
    }

    /// The place, from 0.
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl fmt::Display for EntryIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
