//! Six words that stand for a key or an entry, to be compared by people over a telephone.

use detente_tlog::Hash;
use sha2::{Digest, Sha256};

const ENTRY_CONTEXT: &[u8] = b"detente/entry-words/v1\0";

/// Six words of BIP-39's English list: the first 66 bits of `SHA-256(context ‖ bytes)`, eleven bits a word, most
/// significant first.
pub(crate) fn six(context: &[u8], bytes: &[u8]) -> [&'static str; 6] {
    let hash: [u8; 32] = Sha256::new().chain_update(context).chain_update(bytes).finalize().into();
    let list = bip39::Language::English.word_list();
    std::array::from_fn(|i| {
        let first_bit = 11 * i;
        let index = (first_bit..first_bit + 11).fold(0usize, |index, bit| {
            let byte = hash[bit / 8];
            (index << 1) | usize::from(byte >> (7 - bit % 8) & 1)
        });
        list[index]
    })
}

/// The six words of an entry, by its leaf hash.
pub fn of_entry(hash: &Hash) -> [&'static str; 6] {
    six(ENTRY_CONTEXT, hash.as_bytes())
}

/// Whether these words were said: in order, without regard to case and spacing.
pub fn are_said(words: &[&str; 6], said: &str) -> bool {
    said.split_whitespace().map(str::to_lowercase).eq(words.iter().copied())
}
