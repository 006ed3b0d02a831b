//! The root of a tree, computed in one pass. No tree is kept.

use crate::hash::{Hash, empty_root, leaf_hash, node_hash};

/// MTH of RFC 6962, section 2.1, over the leaves in the order given. O(log n) memory.
pub fn root<T: AsRef<[u8]>>(leaves: impl IntoIterator<Item = T>) -> Hash {
    root_of_hashes(leaves.into_iter().map(|leaf| leaf_hash(leaf.as_ref())))
}

/// As [`root`], but over the leaf hashes.
pub fn root_of_hashes(leaf_hashes: impl IntoIterator<Item = Hash>) -> Hash {
    // The roots of the complete subtrees so far, largest first: one for each bit set in the number of leaves.
    let mut subtrees: Vec<Hash> = Vec::new();
    for (index, leaf) in leaf_hashes.into_iter().enumerate() {
        let merges = index.trailing_ones() as usize;
        let kept = subtrees.len() - merges;
        let merged = join(subtrees.drain(kept..), leaf);
        subtrees.push(merged);
    }
    match subtrees.pop() {
        Some(last) => join(subtrees.drain(..), last),
        None => empty_root(),
    }
}

/// Joins subtrees, largest first, with what stands to the right of all of them.
fn join(subtrees: impl DoubleEndedIterator<Item = Hash>, right: Hash) -> Hash {
    subtrees.rev().fold(right, |right, left| node_hash(&left, &right))
}
