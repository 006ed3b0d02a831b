//! The order of items: by their encoded bytes. Millions of short byte strings that lie scattered in an arena
//! are sorted by keys that lie together: sixteen bytes at a time, and only where these tie are the next sixteen
//! fetched.

use crate::item::HEADER_BYTES;

/// Sorts `indices` by the items that `bytes_of` gives for each.
pub(crate) fn sort<'b>(indices: &mut [u32], bytes_of: &dyn Fn(u32) -> &'b [u8]) {
    let keyed = |&index: &u32| {
        let (high, low) = first_key(bytes_of(index));
        Keyed { high, low, index }
    };
    let mut keyed: Vec<Keyed> = indices.iter().map(keyed).collect();
    sort_run(&mut keyed, FIRST_KEY_BODY_BYTES, bytes_of);
    for (index, sorted) in indices.iter_mut().zip(keyed) {
        *index = sorted.index;
    }
}

struct Keyed {
    high: u64,
    low: u64,
    index: u32,
}

impl Keyed {
    /// Compared as one number, which costs no branch that could be guessed wrongly.
    fn key(&self) -> u128 {
        u128::from(self.high) << 64 | u128::from(self.low)
    }
}

/// Sorts a run by its keys, and where these tie by the bytes of the body from `depth` on.
fn sort_run<'b>(run: &mut [Keyed], depth: usize, bytes_of: &dyn Fn(u32) -> &'b [u8]) {
    run.sort_unstable_by_key(Keyed::key);
    for tied in run.chunk_by_mut(|one, next| one.key() == next.key()).filter(|tied| tied.len() > 1) {
        // Long common beginnings end the fetching, so that no list can deepen the recursion.
        if tied.len() <= SMALL_RUN || depth >= DEPTH_MAX {
            tied.sort_unstable_by(|one, next| bytes_of(one.index).cmp(bytes_of(next.index)));
            continue;
        }
        for keyed in tied.iter_mut() {
            let rest = bytes_of(keyed.index).get(HEADER_BYTES + depth..).unwrap_or_default();
            (keyed.high, keyed.low) = (word(rest), word(rest.get(8..).unwrap_or_default()));
        }
        sort_run(tied, depth + 16, bytes_of);
    }
}

/// Type and length, then the first bytes of the body. The version is the same in all. Because the length stands
/// before the body, items that tie have one length, and a missing byte never ties with a zero byte.
fn first_key(item: &[u8]) -> (u64, u64) {
    let head = u64::from_be_bytes([item[0], item[2], item[3], 0, 0, 0, 0, 0]);
    let body = item.get(HEADER_BYTES..).unwrap_or_default();
    let rest = body.get(FIRST_KEY_BODY_BYTES - 8..).unwrap_or_default();
    (head | word(body) >> 24, word(rest))
}

/// Eight bytes as a number in the order of bytes; what is missing counts as zero.
fn word(bytes: &[u8]) -> u64 {
    match bytes.first_chunk() {
        Some(eight) => u64::from_be_bytes(*eight),
        None => {
            let mut eight = [0; 8];
            eight[..bytes.len()].copy_from_slice(bytes);
            u64::from_be_bytes(eight)
        }
    }
}

/// Five bytes beside type and length, and eight more.
const FIRST_KEY_BODY_BYTES: usize = 13;

const SMALL_RUN: usize = 12;

const DEPTH_MAX: usize = 256;
