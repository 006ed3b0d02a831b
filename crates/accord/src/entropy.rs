//! The random bytes of one act, stretched from 32 that the caller drew from the operating system.

use zeroize::Zeroize;

/// A stream of random bytes for salts, nonces and seeds. One per act; wiped on drop, never stored, so that
/// what was drawn from it can be erased one by one.
pub struct Entropy(blake3::OutputReader);

impl Entropy {
    /// A stream from 32 fresh random bytes, which are wiped.
    pub fn from_random(mut random: [u8; 32]) -> Entropy {
        let mut hasher = blake3::Hasher::new_derive_key("detente accord entropy v1");
        hasher.update(&random);
        random.zeroize();
        Entropy(hasher.finalize_xof())
    }

    /// The next `N` bytes.
    pub fn draw<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }

    /// Fills a buffer with the next bytes.
    pub(crate) fn fill(&mut self, bytes: &mut [u8]) {
        self.0.fill(bytes);
    }
}
