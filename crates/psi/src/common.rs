//! Tags, and what comparing them gives the asker, the same for all suites. How a tag is made stands with each.

use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::rejection::Rejection;

/// The length of a tag. A run of the largest classes, below 2^25 items each, has a false match with
/// probability below 2^-78.
pub const TAG_BYTES: usize = 16;

/// The first 16 bytes of the PRF output.
pub(crate) type Tag = [u8; TAG_BYTES];

/// The result of the asker. Wiped on drop.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Common {
    sid: [u8; 32],
    padding: u64,
    ranks: Vec<usize>,
}

impl Common {
    /// `ranks` ascending.
    pub(crate) fn new(sid: [u8; 32], padding: usize, ranks: Vec<usize>) -> Common {
        Common { sid, padding: padding as u64, ranks }
    }

    /// The session id of the run.
    pub fn sid(&self) -> &[u8; 32] {
        &self.sid
    }

    /// The ranks of the common items in the caller's [`Items`](crate::Items), ascending.
    pub fn ranks(&self) -> impl ExactSizeIterator<Item = usize> {
        self.ranks.iter().copied()
    }

    /// The item index of the item at `rank`: its place in the padded list, which salts of the result name.
    pub fn item_index(&self, rank: usize) -> u64 {
        self.padding + rank as u64
    }
}

/// Whether tags ascend strictly.
///
/// # Errors
/// [`Rejection::TagsNotAscending`] for the lowest index at fault.
pub(crate) fn check_ascending(tags: &[Tag]) -> Result<(), Rejection> {
    match tags.array_windows().position(|[left, right]| left >= right) {
        Some(before) => Err(Rejection::TagsNotAscending { index: before as u64 + 1 }),
        None => Ok(()),
    }
}
