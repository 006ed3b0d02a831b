//! A whole tree in memory: every node once, two hashes for each leaf.

use super::frontier::Frontier;
use super::node::{HashReader, Node};
use crate::hash::Hash;
use crate::rejection::Rejection;

/// A tree that grows and of which every node can be read.
#[derive(Clone, Debug, Default)]
pub struct MemoryTree {
    frontier: Frontier,
    /// The nodes of each level, in order.
    levels: Vec<Vec<Hash>>,
}

impl MemoryTree {
    /// Appends a leaf. O(1) on average.
    ///
    /// # Errors
    /// [`Rejection::SizeOverLimit`].
    pub fn append(&mut self, leaf_hash: Hash) -> Result<(), Rejection> {
        let levels = &mut self.levels;
        self.frontier.append(leaf_hash, |node, hash| {
            let level = usize::from(node.level());
            if level == levels.len() {
                levels.push(Vec::new());
            }
            levels[level].push(hash);
        })
    }

    /// The number of leaves.
    pub fn size(&self) -> u64 {
        self.frontier.size()
    }

    /// The root of the tree.
    pub fn root(&self) -> Hash {
        self.frontier.root()
    }
}

impl HashReader for MemoryTree {
    type Error = Rejection;

    fn hash(&self, node: Node) -> Result<Hash, Rejection> {
        let level = self.levels.get(usize::from(node.level()));
        let hash = level.and_then(|level| level.get(usize::try_from(node.index()).ok()?));
        hash.copied().ok_or(Rejection::IndexBeyondTree { index: node.last_leaf(), size: self.size() })
    }
}
