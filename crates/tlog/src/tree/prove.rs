//! Making proofs from the nodes of a tree, in O(log n) reads each.
//!
//! The recursions of RFC 6962 are walked as one descent from the root: at each level the half that is left aside
//! goes into the proof, and the other half is the next tree. What is left aside last comes first in the proof.

use super::join;
use super::node::{HashReader, Node};
use crate::hash::Hash;
use crate::position::{EntryIndex, TreeSize};
use crate::rejection::Rejection;

/// PATH(index, D\[size\]) of RFC 6962, section 2.1.1: the sibling of the leaf first, the child of the root last.
///
/// # Errors
/// [`Rejection::IndexBeyondTree`] if there is no such leaf; those of the reader.
pub fn inclusion_proof<R: HashReader>(
    index: EntryIndex,
    size: TreeSize,
    reader: &R,
) -> Result<Vec<Hash>, R::Error> {
    let (index, size) = (index.get(), size.get());
    if index >= size {
        return Err(Rejection::IndexBeyondTree { index, size }.into());
    }
    let mut tree = Range { from: 0, to: size };
    let mut aside = Vec::new();
    while tree.length() > 1 {
        let (left, right) = tree.split();
        let (next, sibling) = if index < left.to { (left, right) } else { (right, left) };
        aside.push(sibling);
        tree = next;
    }
    read_all(&aside, reader)
}

/// PROOF(older, D\[newer\]) of RFC 6962, section 2.1.2: that the tree of `newer` leaves extends that of `older`.
/// Empty if the sizes are equal or `older` is 0.
///
/// # Errors
/// [`Rejection::TreeShrank`]; those of the reader.
pub fn consistency_proof<R: HashReader>(
    older: TreeSize,
    newer: TreeSize,
    reader: &R,
) -> Result<Vec<Hash>, R::Error> {
    if older.get() == 0 {
        return Ok(Vec::new());
    }
    subproof(older, newer, true, reader)
}

/// SUBPROOF(older, D\[newer\], false): the consistency proof with the older root among its hashes, so that both
/// roots follow from the hashes alone. One hash longer than [`consistency_proof`] where `older` is a power of
/// two, and the same elsewhere. Evidence of a fork between two sizes needs it: in the ordinary proof the older
/// root of such a size is given and not computed.
///
/// # Errors
/// [`Rejection::TreeShrank`] unless 0 < older < newer; those of the reader.
pub fn full_form<R: HashReader>(older: TreeSize, newer: TreeSize, reader: &R) -> Result<Vec<Hash>, R::Error> {
    if older.get() == 0 || older >= newer {
        return Err(Rejection::TreeShrank { older: older.get(), newer: newer.get() }.into());
    }
    subproof(older, newer, false, reader)
}

/// The root of the first `size` leaves.
///
/// # Errors
/// Those of the reader.
pub fn root_at<R: HashReader>(size: TreeSize, reader: &R) -> Result<Hash, R::Error> {
    match size.get() {
        0 => Ok(Hash::of_empty_tree()),
        size => Range { from: 0, to: size }.read(reader),
    }
}

/// `is_known` is the flag b of SUBPROOF: whether the root of the older tree is known to whom it is proved.
fn subproof<R: HashReader>(
    older: TreeSize,
    newer: TreeSize,
    mut is_known: bool,
    reader: &R,
) -> Result<Vec<Hash>, R::Error> {
    let (older, newer) = (older.get(), newer.get());
    if older > newer {
        return Err(Rejection::TreeShrank { older, newer }.into());
    }
    let mut tree = Range { from: 0, to: newer };
    let mut aside = Vec::new();
    while tree.to != older {
        let (left, right) = tree.split();
        if older <= left.to {
            aside.push(right);
            tree = left;
        } else {
            aside.push(left);
            tree = right;
            is_known = false;
        }
    }
    if !is_known {
        aside.push(tree);
    }
    read_all(&aside, reader)
}

/// The leaves of one tree of a recursion; `from` is a multiple of every power of two up to its length.
#[derive(Clone, Copy)]
struct Range {
    from: u64,
    to: u64,
}

impl Range {
    fn length(self) -> u64 {
        self.to - self.from
    }

    /// At the largest power of two smaller than the length, which is 2 or more.
    fn split(self) -> (Range, Range) {
        let middle = self.from + (1 << (self.length() - 1).ilog2());
        (Range { from: self.from, to: middle }, Range { from: middle, to: self.to })
    }

    /// The root of these leaves, from the largest complete subtrees, left to right.
    fn read<R: HashReader>(self, reader: &R) -> Result<Hash, R::Error> {
        let mut subtrees = Vec::new();
        let mut from = self.from;
        while from < self.to {
            let level = (self.to - from).ilog2();
            subtrees.push(reader.hash(Node::inside(level, from >> level))?);
            from += 1 << level;
        }
        join(&subtrees).ok_or_else(|| Rejection::IndexBeyondTree { index: self.from, size: self.to }.into())
    }
}

fn read_all<R: HashReader>(aside: &[Range], reader: &R) -> Result<Vec<Hash>, R::Error> {
    aside.iter().rev().map(|range| range.read(reader)).collect()
}
