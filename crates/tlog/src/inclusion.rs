//! That a leaf stands at a place in a tree: the check of a path. Making one is in `tree`.

use crate::hash::{Hash, node_hash};
use crate::limits::PATH_HASHES_MAX;
use crate::position::{EntryIndex, TreeSize};
use crate::rejection::Rejection;

/// Checks that the leaf with `leaf_hash` stands at `index` in the tree of `size` leaves with `root`.
///
/// `path` holds the hashes of RFC 6962, section 2.1.1, in that order; the check follows RFC 9162, section
/// 2.1.3.2. Runs in O(path) and allocates nothing.
///
/// # Errors
/// [`Rejection::IndexBeyondTree`]; [`Rejection::PathTooShort`] or [`Rejection::PathTooLong`], before anything
/// is hashed; [`Rejection::RootDiffers`] if the path leads elsewhere.
pub fn check_inclusion(
    index: EntryIndex,
    size: TreeSize,
    leaf_hash: &Hash,
    path: &[Hash],
    root: &Hash,
) -> Result<(), Rejection> {
    if index.get() >= size.get() {
        return Err(Rejection::IndexBeyondTree { index: index.get(), size: size.get() });
    }
    check_length(index.get(), size.get() - 1, path.len())?;
    if climb(index.get(), size.get() - 1, leaf_hash, path) == *root {
        Ok(())
    } else {
        Err(Rejection::RootDiffers)
    }
}

/// Follows a path of the right length up from `leaf`, at `place` in a tree whose last leaf is at `last`.
fn climb(mut place: u64, mut last: u64, leaf: &Hash, path: &[Hash]) -> Hash {
    let mut hash = *leaf;
    for sibling in path {
        // A last node at an even place has no sibling on this level: go up to where it is a right child.
        while place == last && place.is_multiple_of(2) && place != 0 {
            (place, last) = (place / 2, last / 2);
        }
        hash = if place % 2 == 1 { node_hash(sibling, &hash) } else { node_hash(&hash, sibling) };
        (place, last) = (place / 2, last / 2);
    }
    hash
}

/// How long the path of the leaf at `place` is: on every level below the root, one hash unless the node is the
/// last of its level and stands at an even place.
fn check_length(place: u64, last: u64, found: usize) -> Result<(), Rejection> {
    let levels = u64::BITS - last.leading_zeros();
    let expected =
        (0..levels).filter(|level| place >> level != last >> level || place >> level & 1 == 1).count();
    debug_assert!(expected <= PATH_HASHES_MAX, "a tree within the limit has short paths");
    match found.cmp(&expected) {
        std::cmp::Ordering::Less => Err(Rejection::PathTooShort { expected, found }),
        std::cmp::Ordering::Equal => Ok(()),
        std::cmp::Ordering::Greater => Err(Rejection::PathTooLong { expected, found }),
    }
}
