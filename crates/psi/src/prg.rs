//! AES-128 as a pseudorandom stream and as fixed-key hash of tree nodes. Where keys come from is not known
//! here; the cipher is that of the `aes` crate, which picks AES-NI or VAES at run time.

use aes::Aes128;
use aes::cipher::{BlockCipherEncrypt, KeyInit};
use zeroize::Zeroizing;

use crate::field::Gf128;
use crate::oracle::Ro;

/// A block of the cipher.
pub(crate) type Block = aes::Block;

/// Blocks that are made at a time: as many as keep the cipher's pipeline full, on the stack.
const BLOCKS: usize = 64;

/// A stream whose block c is AES(c ‖ tail), both u64 little-endian, c = 0, 1, …. Any block can be made
/// without those before it.
pub(crate) struct Stream {
    cipher: Aes128,
    tail: u64,
}

impl Stream {
    /// The stream under `key` itself.
    pub(crate) fn new(key: &[u8; 16], tail: u64) -> Stream {
        Stream { cipher: Aes128::new(key.into()), tail }
    }

    /// PRG_s(label): the stream under RO(label; s)[16].
    pub(crate) fn seeded(ro: &Ro, label: &str, seed: &[u8; 32]) -> Stream {
        let mut key = Zeroizing::new([0; 16]);
        ro.fill(label, &[seed], key.as_mut());
        Stream::new(&key, 0)
    }

    /// Calls `each(index, block)` for blocks `first..first + count`, in order.
    pub(crate) fn for_each(&self, first: u64, count: usize, mut each: impl FnMut(usize, &[u8; 16])) {
        let mut buffer = Zeroizing::new([[0; 16]; BLOCKS]);
        for start in (0..count).step_by(BLOCKS) {
            let blocks = &mut buffer[..BLOCKS.min(count - start)];
            self.fill_blocks(first + start as u64, blocks);
            blocks.iter().enumerate().for_each(|(at, block)| each(start + at, block));
        }
    }

    /// Fills `blocks` with the stream from block `first` on.
    pub(crate) fn fill_blocks(&self, first: u64, blocks: &mut [[u8; 16]]) {
        let tail = u128::from(self.tail) << 64;
        for (counter, block) in (first..).zip(blocks.iter_mut()) {
            *block = (tail | u128::from(counter)).to_le_bytes();
        }
        self.cipher.encrypt_blocks(Block::cast_slice_from_core_mut(blocks));
    }

    /// Fills `bytes` with the stream from byte 0 on.
    pub(crate) fn fill_bytes(&self, bytes: &mut [u8]) {
        let (blocks, rest) = bytes.as_chunks_mut();
        self.fill_blocks(0, blocks);
        let mut last = Zeroizing::new([[0; 16]]);
        self.fill_blocks(blocks.len() as u64, last.as_mut());
        rest.copy_from_slice(&last[0][..rest.len()]);
    }

    /// Elements `first..first + count`, one block each.
    pub(crate) fn elements(&self, first: u64, count: usize) -> Zeroizing<Vec<Gf128>> {
        let mut elements = Zeroizing::new(Vec::with_capacity(count));
        self.for_each(first, count, |_, block| elements.push(Gf128::from_bytes(*block)));
        elements
    }
}

/// s ↦ AES_K(s) + s under a key that is public and fixed for a run (Matyas, Meyer, Oseas).
pub(crate) struct FixedKey(Aes128);

impl FixedKey {
    pub(crate) fn new(key: &[u8; 16]) -> FixedKey {
        FixedKey(Aes128::new(key.into()))
    }

    /// Hashes each of `nodes` into its place in `out`.
    pub(crate) fn hash(&self, nodes: &[[u8; 16]], out: &mut [[u8; 16]]) {
        out.copy_from_slice(nodes);
        self.cipher_blocks(out);
        for (out, node) in out.iter_mut().zip(nodes) {
            *out = (u128::from_le_bytes(*out) ^ u128::from_le_bytes(*node)).to_le_bytes();
        }
    }

    fn cipher_blocks(&self, blocks: &mut [[u8; 16]]) {
        self.0.encrypt_blocks(Block::cast_slice_from_core_mut(blocks));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn aes(key: [u8; 16], block: u128) -> [u8; 16] {
        let mut block = Block::from(block.to_le_bytes());
        Aes128::new(&key.into()).encrypt_block(&mut block);
        block.into()
    }

    #[test]
    fn the_cipher_is_aes_128() {
        // FIPS 197, appendix C.1.
        let key = std::array::from_fn(|i| i as u8);
        let plain = u128::from_le_bytes(*b"\x00\x11\x22\x33\x44\x55\x66\x77\x88\x99\xaa\xbb\xcc\xdd\xee\xff");
        assert_eq!(u128::from_be_bytes(aes(key, plain)), 0x69c4_e0d8_6a7b_0430_d8cd_b780_70b4_c55a);
    }

    #[test]
    fn block_c_is_the_cipher_of_c() {
        let stream = Stream::new(&[7; 16], 5);
        let mut seen = Vec::new();
        stream.for_each(3, 200, |index, block| seen.push((index, *block)));
        let due = (0..200).map(|i| (i, aes([7; 16], 5 << 64 | (i as u128 + 3))));
        assert!(seen.into_iter().eq(due));
    }

    #[test]
    fn bytes_and_elements_are_the_blocks() {
        let stream = Stream::new(&[1; 16], 0);
        let mut bytes = [0; 37];
        stream.fill_bytes(&mut bytes);
        assert_eq!(bytes[16..32], aes([1; 16], 1));
        assert_eq!(bytes[32..], aes([1; 16], 2)[..5]);
        assert!(stream.elements(1, 1)[0] == Gf128::from_bytes(aes([1; 16], 1)));
    }

    #[test]
    fn a_node_hashes_to_its_cipher_plus_itself() {
        let mut out = [[0; 16]; 2];
        FixedKey::new(&[2; 16]).hash(&[[0; 16], [3; 16]], &mut out);
        let node = u128::from_le_bytes([3; 16]);
        assert_eq!(out, [aes([2; 16], 0), (u128::from_le_bytes(aes([2; 16], node)) ^ node).to_le_bytes()]);
    }
}
