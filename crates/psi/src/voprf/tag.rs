//! Tags, and what the two sides keep of them. How a tag is computed stands with the machines.

use zeroize::{Zeroize, ZeroizeOnDrop};

use super::element::Encoded;
use super::rfc9497;
use crate::rejection::Rejection;

/// The length of a tag. A run of the largest classes, below 2^25 items each, has a false match with
/// probability below 2^-78.
pub const TAG_BYTES: usize = 16;

/// The first 16 bytes of the PRF output.
pub(super) type Tag = [u8; TAG_BYTES];

/// The result of the asker. Wiped on drop.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Common {
    sid: [u8; 32],
    padding: u64,
    matches: Vec<Match>,
}

/// One item that both sides used.
#[derive(Clone, Copy, Zeroize)]
pub struct Match {
    /// Its rank in the caller's [`Items`](crate::Items).
    pub rank: usize,
    /// Its tag, which the answerer recognises as one of its own.
    pub tag: [u8; TAG_BYTES],
}

impl Common {
    /// `matches` in ascending order of rank.
    pub(super) fn new(sid: [u8; 32], padding: usize, matches: Vec<Match>) -> Common {
        Common { sid, padding: padding as u64, matches }
    }

    /// The session id of the run.
    pub fn sid(&self) -> &[u8; 32] {
        &self.sid
    }

    /// The common items, ascending by rank.
    pub fn matches(&self) -> &[Match] {
        &self.matches
    }

    /// The ranks of the common items in the caller's [`Items`](crate::Items), ascending.
    pub fn ranks(&self) -> impl ExactSizeIterator<Item = usize> {
        self.matches.iter().map(|found| found.rank)
    }

    /// The item index of the item at `rank`: its place in the padded list, which salts of the result name.
    pub fn item_index(&self, rank: usize) -> u64 {
        self.padding + rank as u64
    }
}

/// Which tag stands for which item of the answerer, padding left out. Wiped on drop.
///
/// The answer itself does not tell, and the key that would is gone once the answer is out: a result that
/// names tags can be read with this alone. It is as secret as the list.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct OwnTags {
    /// Ascending by tag.
    entries: Vec<(Tag, u32)>,
}

impl OwnTags {
    /// `entries` ascending by tag.
    pub(super) fn new(entries: Vec<(Tag, u32)>) -> OwnTags {
        OwnTags { entries }
    }

    /// The rank, in the caller's [`Items`](crate::Items), of the item with this tag.
    pub fn rank(&self, tag: &[u8; TAG_BYTES]) -> Option<usize> {
        let place = self.entries.binary_search_by_key(tag, |entry| entry.0).ok()?;
        Some(self.entries[place].1 as usize)
    }

    /// All tags with the rank of their item, ascending by tag.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&[u8; TAG_BYTES], usize)> {
        self.entries.iter().map(|(tag, rank)| (tag, *rank as usize))
    }
}

/// The tag of an input, given its evaluated and unblinded element.
pub(super) fn tag(input: &[u8], element: &Encoded) -> Tag {
    let output = rfc9497::finalize(input, element);
    *output.first_chunk().expect("64 bytes have a first 16")
}

/// Whether tags ascend strictly.
///
/// # Errors
/// [`Rejection::TagsNotAscending`] for the lowest index at fault.
pub(super) fn check_ascending(tags: &[Tag]) -> Result<(), Rejection> {
    match tags.array_windows().position(|[left, right]| left >= right) {
        Some(before) => Err(Rejection::TagsNotAscending { index: before as u64 + 1 }),
        None => Ok(()),
    }
}
