//! Damage to honest bytes, as a list of small edits: random bytes of the right length would all end at the
//! first element.

/// Bytes of one edit: what, where (two), with what.
const EDIT_BYTES: usize = 4;
/// What messages are made of.
const BLOCK_BYTES: usize = 32;

/// The honest bytes after the edits that `data` lists.
pub fn apply(honest: &[u8], data: &[u8]) -> Vec<u8> {
    let mut bytes = honest.to_vec();
    for edit in data.as_chunks::<EDIT_BYTES>().0 {
        let [what, low, high, with] = *edit;
        let place = usize::from(u16::from_le_bytes([low, high]));
        edit_once(&mut bytes, what, place, with);
    }
    bytes
}

fn edit_once(bytes: &mut Vec<u8>, what: u8, place: usize, with: u8) {
    if bytes.is_empty() {
        return;
    }
    let at = place % bytes.len();
    let blocks = (bytes.len() / BLOCK_BYTES).max(1);
    let (to, from) = (place % blocks * BLOCK_BYTES, usize::from(with) % blocks * BLOCK_BYTES);
    match what % 7 {
        0 => bytes[at] ^= with,
        1 => bytes[at] = with,
        2 if to != from && to.max(from) + BLOCK_BYTES <= bytes.len() => {
            bytes.copy_within(from..from + BLOCK_BYTES, to);
        }
        3 if to != from && to.max(from) + BLOCK_BYTES <= bytes.len() => {
            let (left, right) = bytes.split_at_mut(to.max(from));
            left[to.min(from)..][..BLOCK_BYTES].swap_with_slice(&mut right[..BLOCK_BYTES]);
        }
        4 => bytes.truncate(bytes.len() - usize::from(with).min(bytes.len())),
        5 => bytes.extend(std::iter::repeat_n(with, usize::from(with))),
        // All zeroes is the encoding of the identity.
        6 if to + BLOCK_BYTES <= bytes.len() => bytes[to..to + BLOCK_BYTES].fill(with & 1),
        _ => {}
    }
}
