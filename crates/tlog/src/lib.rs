//! The Merkle tree of RFC 6962 with SHA-256: roots, inclusion paths and their check.
//!
//! This crate performs no I/O, keeps no state, starts no thread and decides nothing about leaves: it takes
//! byte strings in the order given, neither sorts nor pads them, and knows no signature and no checkpoint.
//!
//! The tree over n > 1 leaves splits at the largest power of two smaller than n (RFC 6962, section 2.1). Leaf
//! hashes and inner hashes are made under different first bytes, so neither can pass for the other.

#![forbid(unsafe_code)]

mod hash;
mod inclusion;
mod limits;
mod position;
mod rejection;
mod root;

pub use hash::{Hash, leaf_hash, node_hash};
pub use inclusion::{check_inclusion, inclusion_path};
pub use limits::{PATH_HASHES_MAX, TREE_SIZE_MAX};
pub use position::{EntryIndex, TreeSize};
pub use rejection::Rejection;
pub use root::{root, root_of_hashes};
