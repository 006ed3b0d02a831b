//! The right edge of a tree: all that is needed to append to it and to know its root.

use super::join;
use super::node::Node;
use crate::hash::{Hash, leaf_hash, node_hash};
use crate::position::TreeSize;
use crate::rejection::Rejection;

/// MTH of RFC 6962, section 2.1, over the leaves in the order given. O(log n) memory.
pub fn root<T: AsRef<[u8]>>(leaves: impl IntoIterator<Item = T>) -> Hash {
    root_of_hashes(leaves.into_iter().map(|leaf| leaf_hash(leaf.as_ref())))
}

/// As [`root`], but over the leaf hashes.
pub fn root_of_hashes(leaf_hashes: impl IntoIterator<Item = Hash>) -> Hash {
    let mut frontier = Frontier::default();
    // More leaves than a tree may have do not fit in the time of a program.
    leaf_hashes.into_iter().for_each(|leaf| frontier.grow(leaf, |_, _| ()));
    frontier.root()
}

/// The roots of the complete subtrees of a tree, largest first: one for each bit set in its size.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    subtrees: Vec<Hash>,
}

impl Frontier {
    /// Takes up a tree where it was left.
    ///
    /// # Errors
    /// [`Rejection::FrontierLength`] unless there is one hash for each bit set in `size`.
    pub fn from_hashes(size: TreeSize, subtrees: Vec<Hash>) -> Result<Frontier, Rejection> {
        let (expected, found) = (size.get().count_ones() as usize, subtrees.len());
        if found != expected {
            return Err(Rejection::FrontierLength { expected, found });
        }
        Ok(Frontier { size: size.get(), subtrees })
    }

    /// The nodes whose hashes [`Frontier::from_hashes`] takes for a tree of this size, in that order.
    pub fn nodes(size: TreeSize) -> impl Iterator<Item = Node> {
        let size = size.get();
        let levels = (0..u64::BITS).rev().filter(move |level| size >> level & 1 == 1);
        levels.map(move |level| Node::inside(level, (size >> level) - 1))
    }

    /// Appends a leaf and tells every node that it completes, the leaf first and then upwards.
    ///
    /// # Errors
    /// [`Rejection::SizeOverLimit`]; then nothing has changed.
    pub fn append(&mut self, leaf_hash: Hash, completed: impl FnMut(Node, Hash)) -> Result<(), Rejection> {
        TreeSize::new(self.size + 1)?;
        self.grow(leaf_hash, completed);
        Ok(())
    }

    fn grow(&mut self, leaf_hash: Hash, mut completed: impl FnMut(Node, Hash)) {
        let mut hash = leaf_hash;
        completed(Node::inside(0, self.size), hash);
        for level in 1..=self.size.trailing_ones() {
            let Some(left) = self.subtrees.pop() else { break };
            hash = node_hash(&left, &hash);
            completed(Node::inside(level, self.size >> level), hash);
        }
        self.subtrees.push(hash);
        self.size += 1;
    }

    /// The number of leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The hashes, largest subtree first.
    pub fn hashes(&self) -> &[Hash] {
        &self.subtrees
    }

    /// The root of the tree.
    pub fn root(&self) -> Hash {
        join(&self.subtrees).unwrap_or_else(Hash::of_empty_tree)
    }
}
