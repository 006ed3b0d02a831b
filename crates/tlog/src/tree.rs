//! The tree of RFC 6962, section 2.1: its nodes, the frontier that grows it, and the proofs made from it.

mod frontier;
mod memory;
mod node;
mod prove;

pub use frontier::{Frontier, root, root_of_hashes};
pub use memory::MemoryTree;
pub use node::{HashReader, Node};
pub use prove::{consistency_proof, full_form, inclusion_proof, root_at};

use crate::hash::{Hash, node_hash};
use crate::position::EntryIndex;
use crate::rejection::Rejection;

/// PATH(index, leaves) of RFC 6962, section 2.1.1, from nothing but the leaf hashes: the sibling of the leaf
/// first, the child of the root last.
///
/// O(n) hashes for each path, where n is the number of leaves. Who makes many keeps a [`MemoryTree`].
///
/// # Errors
/// [`Rejection::IndexBeyondTree`] if there is no such leaf; [`Rejection::SizeOverLimit`].
pub fn inclusion_path(index: EntryIndex, leaf_hashes: &[Hash]) -> Result<Vec<Hash>, Rejection> {
    let size = crate::TreeSize::new(leaf_hashes.len() as u64)?;
    inclusion_proof(index, size, &LeafHashes(leaf_hashes))
}

/// Nodes computed from the leaf hashes below them, each time they are asked for.
struct LeafHashes<'a>(&'a [Hash]);

impl HashReader for LeafHashes<'_> {
    type Error = Rejection;

    fn hash(&self, node: Node) -> Result<Hash, Rejection> {
        let beyond = Rejection::IndexBeyondTree { index: node.last_leaf(), size: self.0.len() as u64 };
        let range = usize::try_from(node.first_leaf()).ok().zip(usize::try_from(node.last_leaf()).ok());
        let leaves = range.and_then(|(first, last)| self.0.get(first..=last)).ok_or(beyond)?;
        Ok(root_of_hashes(leaves.iter().copied()))
    }
}

/// Joins subtrees, the largest and leftmost first, into the root above all of them. `None` for none.
pub(crate) fn join(subtrees: &[Hash]) -> Option<Hash> {
    let (last, left) = subtrees.split_last()?;
    Some(left.iter().rev().fold(*last, |right, left| node_hash(left, &right)))
}
