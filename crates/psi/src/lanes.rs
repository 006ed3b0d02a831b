//! Hashing many short secret messages at once, for rows and tags. What the messages mean is not known here,
//! and what is hashed once per run goes through [`Ro`](crate::Ro).
//!
//! A message x is hashed as BLAKE3 in keyed mode over pad(x) = x ‖ 0x80 ‖ 0 … 0, the shortest such string
//! whose length is a multiple of 64; the result is the ordinary hash of 32 bytes, so that any library can check
//! it. The padding is injective, and it is there because only full blocks of 64 bytes can be hashed several at
//! a time: one vector register holds the same word of every message. Several messages of one block take about
//! a seventh of the time they take one by one.
//!
//! This rests on an interface of the `blake3` crate that is outside its promise of stability; the workspace
//! names that crate's exact version, and a test below compares every result with the documented interface.

use blake3::IncrementCounter;
use blake3::platform::{Platform, words_from_le_bytes_32};
use zeroize::Zeroizing;

use crate::field::Gf128;

/// Bytes of a block of BLAKE3.
const BLOCK_BYTES: usize = 64;

/// Messages hashed in one go: as many as the widest vectors hold.
const LANES: usize = 8;

/// The flags of BLAKE3 (section 2.1 of its paper) on a message of one block under a key.
const CHUNK_START: u8 = 1 << 0;
const CHUNK_END: u8 = 1 << 1;
const ROOT: u8 = 1 << 3;
const KEYED_HASH: u8 = 1 << 4;

/// `out[i]` = BLAKE3 under `key` over `blocks[i]`. The slices have one length.
pub(crate) fn keyed_hashes(key: &[u8; 32], blocks: &[[u8; BLOCK_BYTES]], out: &mut [[u8; 32]]) {
    assert_eq!(blocks.len(), out.len(), "one hash for each block");
    let (platform, key) = (Platform::detect(), words_from_le_bytes_32(key));
    for (blocks, out) in blocks.chunks(LANES).zip(out.chunks_mut(LANES)) {
        let mut inputs = [&blocks[0]; LANES];
        inputs.iter_mut().zip(blocks).for_each(|(input, block)| *input = block);
        platform.hash_many(
            &inputs[..blocks.len()],
            &key,
            0,
            IncrementCounter::No,
            KEYED_HASH,
            CHUNK_START,
            CHUNK_END | ROOT,
            out.as_flattened_mut(),
        );
    }
}

/// A message, together with bytes that lie behind it in memory and are no part of it.
///
/// Where enough of them do, a message is copied as a whole block and the excess masked: the branches of a copy
/// of unpredictable length would cost as much as the hash.
#[derive(Clone, Copy)]
pub(crate) struct Stretch<'a> {
    bytes: &'a [u8],
    length: usize,
}

impl<'a> Stretch<'a> {
    /// The first `length` of `bytes`.
    pub(crate) fn new(bytes: &'a [u8], length: usize) -> Stretch<'a> {
        assert!(length <= bytes.len(), "a message lies within its bytes");
        Stretch { bytes, length }
    }

    /// The message alone.
    pub(crate) fn message(self) -> &'a [u8] {
        &self.bytes[..self.length]
    }
}

/// A message of which it is not known what lies behind it.
/// Hashes pad(message) under `key` for `count` messages and hands each hash to `sink`, in order.
///
/// Messages of 64 bytes or more take several blocks and the slower, ordinary path.
pub(crate) fn for_each_hash<'a>(
    key: &[u8; 32],
    count: usize,
    message: impl Fn(usize) -> Stretch<'a>,
    mut sink: impl FnMut(usize, &[u8; 32]),
) {
    let mut blocks = Zeroizing::new([[0; BLOCK_BYTES]; LANES]);
    let mut hashes = Zeroizing::new([[0; 32]; LANES]);
    for start in (0..count).step_by(LANES) {
        let lanes = LANES.min(count - start);
        let mut all_short = true;
        for (lane, block) in blocks[..lanes].iter_mut().enumerate() {
            all_short &= pad(block, message(start + lane));
        }
        keyed_hashes(key, &blocks[..lanes], &mut hashes[..lanes]);
        for (lane, hash) in hashes[..lanes].iter_mut().enumerate() {
            if !all_short {
                *hash = long_hash(key, message(start + lane).message());
            }
            sink(start + lane, hash);
        }
    }
}

/// Tags: `out[i]` = the first 16 bytes of BLAKE3 under `key` over pad(`values[i]` ‖ d_i), where d_i is the hash
/// of 32 bytes that row i follows from. The slices and `rows` have one length.
///
/// The row stands for the item: two items of one row would be a collision of BLAKE3. It is always one block, and
/// it is at hand where the item would be a cache miss.
pub(crate) fn tags(
    key: &[u8; 32],
    values: &[Gf128],
    mut rows: impl Iterator<Item = [u8; 32]>,
    out: &mut [[u8; 16]],
) {
    assert_eq!(values.len(), out.len(), "one tag for each value");
    let mut blocks = Zeroizing::new([[0; BLOCK_BYTES]; LANES]);
    let mut hashes = Zeroizing::new([[0; 32]; LANES]);
    blocks.iter_mut().for_each(|block| block[48] = 0x80);
    for (values, out) in values.chunks(LANES).zip(out.chunks_mut(LANES)) {
        for (block, (value, row)) in blocks.iter_mut().zip(values.iter().zip(&mut rows)) {
            block[..16].copy_from_slice(&value.to_bytes());
            block[16..48].copy_from_slice(&row);
        }
        keyed_hashes(key, &blocks[..values.len()], &mut hashes[..values.len()]);
        for (tag, hash) in out.iter_mut().zip(hashes.iter()) {
            tag.copy_from_slice(&hash[..16]);
        }
    }
}

/// Writes pad(message) and returns true, if it is a single block.
fn pad(block: &mut [u8; BLOCK_BYTES], message: Stretch<'_>) -> bool {
    if message.length >= BLOCK_BYTES {
        return false;
    }
    match message.bytes.first_chunk() {
        Some(bytes) => *block = masked(bytes, message.length),
        None => {
            *block = [0; BLOCK_BYTES];
            block[..message.length].copy_from_slice(message.message());
            block[message.length] = 0x80;
        }
    }
    true
}

/// The first `length` bytes, below 64, and their padding. All steps are the same for every length, so the
/// compiler takes many bytes at a time.
fn masked(bytes: &[u8; BLOCK_BYTES], length: usize) -> [u8; BLOCK_BYTES] {
    let (inside, end) = (window(&INSIDE, length), window(&END, length));
    let mut padded = [0; BLOCK_BYTES];
    for i in 0..BLOCK_BYTES {
        padded[i] = bytes[i] & inside[i] | end[i];
    }
    padded
}

/// From the 64th byte back by `length`, at most 64, as many bytes as a block has.
fn window(table: &[u8; 2 * BLOCK_BYTES], length: usize) -> &[u8; BLOCK_BYTES] {
    table[BLOCK_BYTES - length..].first_chunk().expect("a block is left")
}

/// Ones before the 64th byte, zeros from there on.
static INSIDE: [u8; 2 * BLOCK_BYTES] = {
    let mut table = [0; 2 * BLOCK_BYTES];
    let mut i = 0;
    while i < BLOCK_BYTES {
        table[i] = 0xff;
        i += 1;
    }
    table
};

/// 0x80 in the 64th byte, zeros elsewhere.
static END: [u8; 2 * BLOCK_BYTES] = {
    let mut table = [0; 2 * BLOCK_BYTES];
    table[BLOCK_BYTES] = 0x80;
    table
};

/// The hash of pad(message), of any length.
fn long_hash(key: &[u8; 32], message: &[u8]) -> [u8; 32] {
    let mut padding = [0; BLOCK_BYTES];
    padding[0] = 0x80;
    let zeros = (message.len() + 1).wrapping_neg() % BLOCK_BYTES;
    let mut hasher = blake3::Hasher::new_keyed(key);
    hasher.update(message).update(&padding[..=zeros]);
    *hasher.finalize().as_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: [u8; 32] = *b"thirty-two bytes make up the key";

    fn padded(message: &[u8]) -> Vec<u8> {
        let mut padded = message.to_vec();
        padded.push(0x80);
        padded.resize(padded.len().next_multiple_of(64), 0);
        padded
    }

    #[test]
    fn blocks_hash_as_the_documented_interface_hashes_them() {
        let blocks: Vec<[u8; 64]> =
            (0..100u8).map(|i| std::array::from_fn(|j| i.wrapping_mul(j as u8))).collect();
        for count in [0, 1, 3, 4, 7, 8, 9, 16, 23, 100] {
            let mut out = vec![[0; 32]; count];
            keyed_hashes(&KEY, &blocks[..count], &mut out);
            for (block, hash) in blocks.iter().zip(&out) {
                assert_eq!(hash, blake3::keyed_hash(&KEY, block).as_bytes());
            }
        }
    }

    #[test]
    fn messages_of_every_length_are_padded() {
        let items: Vec<Vec<u8>> = (0..200u8).map(|length| vec![length; usize::from(length)]).collect();
        let mut seen = 0;
        for_each_hash(
            &KEY,
            items.len(),
            |i| Stretch::new(&items[i], items[i].len()),
            |i, hash| {
                assert_eq!((i, hash), (seen, blake3::keyed_hash(&KEY, &padded(&items[i])).as_bytes()));
                seen += 1;
            },
        );
        assert_eq!(seen, items.len());
    }

    #[test]
    fn what_lies_behind_a_message_does_not_count() {
        let bytes: Vec<u8> = (0..200).collect();
        let stretch = |i: usize| Stretch::new(&bytes[i / 2..], i);
        for_each_hash(&KEY, 130, stretch, |i, hash| {
            let message = padded(stretch(i).message());
            assert_eq!(hash, blake3::keyed_hash(&KEY, &message).as_bytes());
        });
    }

    #[test]
    fn tags_cover_value_and_row() {
        for count in [0, 1, 7, 8, 9, 40] {
            let rows: Vec<[u8; 32]> = (0..count).map(|i| [i; 32]).collect();
            let values: Vec<Gf128> = (0..u128::from(count)).map(|i| Gf128(i << 100 | i)).collect();
            let mut out = vec![[0; 16]; rows.len()];
            tags(&KEY, &values, rows.iter().copied(), &mut out);
            for (i, tag) in out.iter().enumerate() {
                let message = padded(&[&values[i].to_bytes(), rows[i].as_slice()].concat());
                assert_eq!(tag[..], blake3::keyed_hash(&KEY, &message).as_bytes()[..16]);
            }
        }
    }
}
