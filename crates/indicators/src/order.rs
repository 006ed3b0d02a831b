//! The order of items: by their encoded bytes. Millions of short byte strings that lie scattered in an arena
//! are sorted by keys that lie together: twelve bytes at a time, and only where these tie are the next twelve
//! fetched.

use crate::item::HEADER_BYTES;

/// Sorts `indices` by the items that `bytes_of` gives for each.
pub(crate) fn sort<'b>(indices: &mut [u32], bytes_of: &dyn Fn(u32) -> &'b [u8]) {
    let mut keyed: Vec<Keyed> =
        indices.iter().map(|&index| Keyed::new(first_key(bytes_of(index)), index)).collect();
    sort_run(&mut keyed, FIRST_KEY_BODY_BYTES, bytes_of);
    for (index, sorted) in indices.iter_mut().zip(keyed) {
        *index = sorted.index();
    }
}

/// Twelve bytes to sort by, and below them the index: one number, so that comparing costs no branch that could
/// be guessed wrongly.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Keyed(u128);

impl Keyed {
    fn new(key: u128, index: u32) -> Keyed {
        Keyed(key << 32 | u128::from(index))
    }

    fn key(self) -> u128 {
        self.0 >> 32
    }

    fn index(self) -> u32 {
        self.0 as u32
    }
}

/// Sorts a run by its keys, and where these tie by the bytes of the body from `depth` on.
fn sort_run<'b>(run: &mut [Keyed], depth: usize, bytes_of: &dyn Fn(u32) -> &'b [u8]) {
    run.sort_unstable();
    for tied in run.chunk_by_mut(|one, next| one.key() == next.key()).filter(|tied| tied.len() > 1) {
        // Long common beginnings end the fetching, so that no list can deepen the recursion.
        if tied.len() <= SMALL_RUN || depth >= DEPTH_MAX {
            tied.sort_unstable_by(|one, next| bytes_of(one.index()).cmp(bytes_of(next.index())));
            continue;
        }
        for keyed in tied.iter_mut() {
            let rest = bytes_of(keyed.index()).get(HEADER_BYTES + depth..).unwrap_or_default();
            *keyed = Keyed::new(leading(rest) >> 32, keyed.index());
        }
        sort_run(tied, depth + KEY_BYTES, bytes_of);
    }
}

/// Type and length, then the first bytes of the body. The version is the same in all. Because the length stands
/// before the body, items that tie have one length, and a missing byte never ties with a zero byte.
fn first_key(item: &[u8]) -> u128 {
    let head = u128::from(u32::from_be_bytes([0, item[0], item[2], item[3]]));
    head << 72 | leading(item.get(HEADER_BYTES..).unwrap_or_default()) >> 56
}

/// The first sixteen bytes as a number in the order of bytes; what is missing counts as zero.
fn leading(bytes: &[u8]) -> u128 {
    match bytes.first_chunk() {
        Some(sixteen) => u128::from_be_bytes(*sixteen),
        None => {
            let mut sixteen = [0; 16];
            sixteen[..bytes.len()].copy_from_slice(bytes);
            u128::from_be_bytes(sixteen)
        }
    }
}

const KEY_BYTES: usize = 12;

/// Beside type and length.
const FIRST_KEY_BODY_BYTES: usize = 9;

const SMALL_RUN: usize = 12;

const DEPTH_MAX: usize = 256;
