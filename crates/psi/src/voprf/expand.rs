//! Expansion of messages to 64 uniform bytes. Mapping those to a point or a scalar is the suite's part.

use sha2::{Digest, Sha512};

/// expand_message_xmd of RFC 9380, section 5.3.1, with SHA-512, under one domain separation tag and for an
/// output of exactly 64 bytes, which is one hash: then b_1 is the whole output.
pub(super) struct Expander {
    /// SHA-512 after the block Z_pad, with which every message begins.
    padded: Sha512,
    /// DST ‖ I2OSP(len(DST), 1).
    dst_prime: Vec<u8>,
}

impl Expander {
    /// # Panics
    /// If the tag is longer than 255 bytes; all tags are constants of the suite.
    pub(super) fn new(dst: &[&[u8]]) -> Expander {
        let mut dst_prime = dst.concat();
        dst_prime.push(u8::try_from(dst_prime.len()).expect("a tag of at most 255 bytes"));
        Expander { padded: Sha512::new_with_prefix([0; 128]), dst_prime }
    }

    /// The 64 bytes for the concatenation of `message`.
    pub(super) fn expand(&self, message: &[&[u8]]) -> [u8; 64] {
        let mut hash = self.padded.clone();
        for part in message {
            hash.update(part);
        }
        // l_i_b_str ‖ I2OSP(0, 1)
        hash.update([0, 64, 0]);
        hash.update(&self.dst_prime);
        let b_0 = hash.finalize();
        let b_1 = Sha512::new().chain_update(b_0).chain_update([1]).chain_update(&self.dst_prime).finalize();
        b_1.into()
    }
}
