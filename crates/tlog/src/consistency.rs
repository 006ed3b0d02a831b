//! That one tree extends another: the check of RFC 9162, and both roots from one list of hashes.

use crate::hash::{Hash, node_hash};
use crate::position::TreeSize;
use crate::rejection::Rejection;

/// Checks that the tree of `newer` leaves with `newer_root` extends the tree of `older` leaves with `older_root`.
///
/// `path` holds the hashes of RFC 6962, section 2.1.2, in that order; the check follows RFC 9162, section
/// 2.1.4.2. From the empty tree every tree extends, with an empty path. Runs in O(path) and allocates at most
/// one more hash.
///
/// # Errors
/// [`Rejection::TreeShrank`] if `newer` is smaller; [`Rejection::PathTooShort`] or [`Rejection::PathTooLong`],
/// before anything is hashed; [`Rejection::RootDiffers`] if the path does not lead to both roots.
pub fn check_consistency(
    older: TreeSize,
    older_root: &Hash,
    newer: TreeSize,
    newer_root: &Hash,
    path: &[Hash],
) -> Result<(), Rejection> {
    let (m, n) = (older.get(), newer.get());
    if m > n {
        return Err(Rejection::TreeShrank { older: m, newer: n });
    }
    if m == 0 || m == n {
        check_length(0, path.len())?;
        let expected = if m == 0 { Hash::of_empty_tree() } else { *newer_root };
        return if *older_root == expected { Ok(()) } else { Err(Rejection::RootDiffers) };
    }
    let roots = if m.is_power_of_two() {
        check_length(full_length(m, n) - 1, path.len())?;
        climb(m, n, &[std::slice::from_ref(older_root), path].concat())
    } else {
        check_length(full_length(m, n), path.len())?;
        climb(m, n, path)
    };
    if roots == Some((*older_root, *newer_root)) { Ok(()) } else { Err(Rejection::RootDiffers) }
}

/// The roots at `older` and at `newer` leaves that one list of hashes implies: [`full_form`](crate::full_form).
///
/// Both follow from the same hashes, so if the one at `newer` is what a log signed and the one at `older` is not,
/// the log has signed two histories.
///
/// # Errors
/// [`Rejection::TreeShrank`] unless 0 < older < newer; [`Rejection::PathTooShort`], [`Rejection::PathTooLong`].
pub fn roots_of_full_form(
    older: TreeSize,
    newer: TreeSize,
    hashes: &[Hash],
) -> Result<(Hash, Hash), Rejection> {
    let (m, n) = (older.get(), newer.get());
    if m == 0 || m >= n {
        return Err(Rejection::TreeShrank { older: m, newer: n });
    }
    let expected = full_length(m, n);
    check_length(expected, hashes.len())?;
    climb(m, n, hashes).ok_or(Rejection::PathTooShort { expected, found: hashes.len() })
}

/// How many hashes the full form has, 0 < m < n: one for the largest complete subtree that ends at m, and one for
/// each level above it at which the way up from there has a sibling.
fn full_length(m: u64, n: u64) -> usize {
    let start = (m - 1).trailing_ones();
    let (place, last) = ((m - 1) >> start, (n - 1) >> start);
    let levels = u64::BITS - last.leading_zeros();
    1 + (0..levels).filter(|level| place >> level != last >> level || place >> level & 1 == 1).count()
}

fn check_length(expected: usize, found: usize) -> Result<(), Rejection> {
    match found.cmp(&expected) {
        std::cmp::Ordering::Less => Err(Rejection::PathTooShort { expected, found }),
        std::cmp::Ordering::Equal => Ok(()),
        std::cmp::Ordering::Greater => Err(Rejection::PathTooLong { expected, found }),
    }
}

/// Follows the full form up to both roots, 0 < m < n. `None` for a list of a wrong length.
fn climb(m: u64, n: u64, hashes: &[Hash]) -> Option<(Hash, Hash)> {
    let start = (m - 1).trailing_ones();
    let (mut place, mut last) = ((m - 1) >> start, (n - 1) >> start);
    let (first, rest) = hashes.split_first()?;
    let (mut older, mut newer) = (*first, *first);
    for hash in rest {
        if last == 0 {
            return None;
        }
        if place % 2 == 1 || place == last {
            older = node_hash(hash, &older);
            newer = node_hash(hash, &newer);
            // A last node without a sibling stays what it is up to where it is a right child.
            while place % 2 == 0 && place != 0 {
                (place, last) = (place / 2, last / 2);
            }
        } else {
            newer = node_hash(&newer, hash);
        }
        (place, last) = (place / 2, last / 2);
    }
    (last == 0).then_some((older, newer))
}
