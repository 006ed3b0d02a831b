//! The order of items: by their encoded bytes. Millions of short byte strings that lie scattered in an arena
//! are sorted by keys that lie together: sixteen bytes at a time, and only where these tie are the next sixteen
//! fetched.

use crate::item::HEADER_BYTES;

/// Sorts `indices` by the items that `bytes_of` gives for each.
pub(crate) fn sort<'b>(indices: &mut [u32], bytes_of: &dyn Fn(u32) -> &'b [u8]) {
    let keyed = |&index: &u32| {
        let item = bytes_of(index);
        Keyed { head: head(item), index, key: key(item, HEADER_BYTES) }
    };
    let mut keyed: Vec<Keyed> = indices.iter().map(keyed).collect();
    keyed.sort_unstable_by_key(|keyed| (keyed.head, keyed.key));
    sort_ties(&mut keyed, HEADER_BYTES, bytes_of);
    for (index, sorted) in indices.iter_mut().zip(keyed) {
        *index = sorted.index;
    }
}

struct Keyed {
    /// Type and length.
    head: u32,
    index: u32,
    /// Sixteen bytes of the body.
    key: (u64, u64),
}

/// Sorts within the runs that tie in the sixteen bytes at `depth`.
fn sort_ties<'b>(run: &mut [Keyed], depth: usize, bytes_of: &dyn Fn(u32) -> &'b [u8]) {
    let tied = |one: &Keyed, next: &Keyed| one.key == next.key && one.head == next.head;
    for tied in run.chunk_by_mut(tied).filter(|tied| tied.len() > 1) {
        let depth = depth + KEY_BYTES;
        // Long common beginnings end the fetching, so that no list can deepen the recursion.
        if tied.len() <= SMALL_RUN || depth >= DEPTH_MAX {
            tied.sort_unstable_by(|one, next| bytes_of(one.index).cmp(bytes_of(next.index)));
            continue;
        }
        for keyed in tied.iter_mut() {
            keyed.key = key(bytes_of(keyed.index), depth);
        }
        tied.sort_unstable_by_key(|keyed| keyed.key);
        sort_ties(tied, depth, bytes_of);
    }
}

/// What stands before the body, but for the version, which is the same in all.
fn head(item: &[u8]) -> u32 {
    u32::from_be_bytes([0, item[0], item[2], item[3]])
}

/// Sixteen bytes from `depth` on, in the order of bytes; what is missing counts as zero. Only items of one
/// length are compared by it, so a missing byte never ties with a zero byte.
fn key(item: &[u8], depth: usize) -> (u64, u64) {
    let rest = item.get(depth..).unwrap_or_default();
    (word(rest), word(rest.get(KEY_BYTES / 2..).unwrap_or_default()))
}

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

const KEY_BYTES: usize = 16;

const SMALL_RUN: usize = 12;

const DEPTH_MAX: usize = 256;
