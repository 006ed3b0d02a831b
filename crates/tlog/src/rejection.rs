//! Why a proof or a position was refused. Numbers only: no leaf and no hash stands in a rejection.

use std::fmt;

/// What made an input unacceptable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rejection {
    /// A tree size above [`TREE_SIZE_MAX`](crate::TREE_SIZE_MAX).
    SizeOverLimit {
        /// The size that came.
        size: u64,
    },
    /// An index that the tree does not have.
    IndexBeyondTree {
        /// The index that came, from 0.
        index: u64,
        /// The number of leaves.
        size: u64,
    },
    /// A path with fewer hashes than this index in this tree takes.
    PathTooShort {
        /// How many it takes.
        expected: usize,
        /// How many came.
        found: usize,
    },
    /// A path with more hashes than this index in this tree takes.
    PathTooLong {
        /// How many it takes.
        expected: usize,
        /// How many came.
        found: usize,
    },
    /// The path leads to another root: the leaf is not at this place in this tree.
    RootDiffers,
}

impl Rejection {
    /// The stable name, shared with test vectors and other implementations.
    pub fn name(&self) -> &'static str {
        match self {
            Rejection::SizeOverLimit { .. } => "size-over-limit",
            Rejection::IndexBeyondTree { .. } => "index-beyond-tree",
            Rejection::PathTooShort { .. } => "path-too-short",
            Rejection::PathTooLong { .. } => "path-too-long",
            Rejection::RootDiffers => "root-differs",
        }
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Rejection::SizeOverLimit { size } => {
                write!(f, "a tree of {size} leaves is above the limit of {}", crate::TREE_SIZE_MAX)
            }
            Rejection::IndexBeyondTree { index, size } => {
                write!(f, "index {index} is beyond a tree of {size} leaves")
            }
            Rejection::PathTooShort { expected, found } | Rejection::PathTooLong { expected, found } => {
                write!(f, "the path has {found} hashes where {expected} are due")
            }
            Rejection::RootDiffers => f.write_str("the path does not lead to the root"),
        }
    }
}

impl std::error::Error for Rejection {}
