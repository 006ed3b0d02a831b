//! What the bytes of a name are, found eight at a time: where the dots of names stand cannot be guessed, so a
//! loop that branches on them loses more time to wrong guesses than to its work.

use super::name::LABEL_BYTES_MAX;

/// What one scan of a text shows. The labels are what stands between dots.
#[derive(PartialEq, Eq, Default, Debug)]
pub(super) struct Scan {
    /// A byte that is no letter, digit, `-`, `_` or dot.
    pub(super) has_other: bool,
    /// A letter, `-` or `_`.
    pub(super) has_letter_or_mark: bool,
    /// A label that is empty, too long, or begins or ends with a hyphen.
    pub(super) has_bad_label: bool,
    /// Two hyphens side by side.
    pub(super) has_twin_hyphens: bool,
    /// Where the last label begins; 0 if there is no dot.
    pub(super) last_label: usize,
}

impl Scan {
    pub(super) fn of(text: &[u8]) -> Scan {
        let is_short = (1..=MASK_BITS).contains(&text.len());
        if is_short && text.is_ascii() { Scan::by_masks(text) } else { Scan::by_bytes(text) }
    }

    /// For up to 64 bytes of ASCII: one bit a byte.
    fn by_masks(text: &[u8]) -> Scan {
        let mut masks = Masks::default();
        if text.len() < WORD_BYTES {
            let mut padded = [b'0'; WORD_BYTES];
            padded[..text.len()].copy_from_slice(text);
            masks.add(padded, 0);
        } else {
            for (word, at) in text.chunks_exact(WORD_BYTES).zip((0..).step_by(WORD_BYTES)) {
                if let Some(word) = word.first_chunk() {
                    masks.add(*word, at);
                }
            }
            // The last word overlaps the one before it, and says the same about the bytes they share.
            if let Some(word) = text.last_chunk() {
                masks.add(*word, text.len() - WORD_BYTES);
            }
        }
        let (dots, hyphens) = (masks.dots, masks.hyphens);
        let begins = dots << 1 | 1;
        let ends = dots >> 1 | 1 << (text.len() - 1);
        Scan {
            has_other: masks.has_other,
            has_letter_or_mark: masks.has_letter_or_mark,
            // Only a text of 64 bytes without a dot has a label that is too long.
            has_bad_label: begins & (dots | hyphens) != 0
                || ends & (dots | hyphens) != 0
                || (text.len() > LABEL_BYTES_MAX && dots == 0),
            has_twin_hyphens: hyphens & hyphens << 1 != 0,
            last_label: MASK_BITS - dots.leading_zeros() as usize,
        }
    }

    fn by_bytes(text: &[u8]) -> Scan {
        let mut scan = Scan { has_bad_label: text.is_empty(), ..Scan::default() };
        for label in text.split(|&byte| byte == b'.') {
            let hyphen_outside = label.first() == Some(&b'-') || label.last() == Some(&b'-');
            scan.has_bad_label |= label.is_empty() || label.len() > LABEL_BYTES_MAX || hyphen_outside;
            scan.has_twin_hyphens |= label.windows(2).any(|two| two == b"--");
            let is_letter_or_mark = |byte: &u8| byte.is_ascii_alphabetic() || matches!(byte, b'-' | b'_');
            scan.has_letter_or_mark |= label.iter().any(is_letter_or_mark);
            scan.has_other |= !label.iter().all(|byte| is_letter_or_mark(byte) || byte.is_ascii_digit());
        }
        scan.last_label = memchr::memrchr(b'.', text).map_or(0, |dot| dot + 1);
        scan
    }
}

#[derive(Default)]
struct Masks {
    dots: u64,
    hyphens: u64,
    has_letter_or_mark: bool,
    has_other: bool,
}

impl Masks {
    /// Adds the eight bytes that stand at `at`. All arithmetic is on eight bytes side by side in one number, of
    /// which the high bit of each tells the answer (Warren, Hacker's Delight, chapter 6).
    fn add(&mut self, word: [u8; WORD_BYTES], at: usize) {
        let ascii = u64::from_le_bytes(word) & !HIGH_BITS;
        let letters = in_range(ascii | every(0x20), b'a', b'z');
        let digits = in_range(ascii, b'0', b'9');
        let (dots, hyphens, underscores) = (equal(ascii, b'.'), equal(ascii, b'-'), equal(ascii, b'_'));
        let letters_and_marks = letters | hyphens | underscores;
        self.has_letter_or_mark |= letters_and_marks != 0;
        self.has_other |= letters_and_marks | digits | dots != HIGH_BITS;
        self.dots |= bits(dots) << at;
        self.hyphens |= bits(hyphens) << at;
    }
}

/// The byte in all eight places.
const fn every(byte: u8) -> u64 {
    byte as u64 * 0x0101_0101_0101_0101
}

/// High bits of the bytes that lie between two others; all bytes are below 0x80.
fn in_range(bytes: u64, low: u8, high: u8) -> u64 {
    let at_least = |limit: u8| bytes.wrapping_add(every(0x80 - limit));
    at_least(low) & !at_least(high + 1) & HIGH_BITS
}

/// High bits of the bytes that equal one; all bytes are below 0x80.
fn equal(bytes: u64, byte: u8) -> u64 {
    !(bytes ^ every(byte)).wrapping_add(every(0x7f)) & HIGH_BITS
}

/// The eight high bits as the low eight, the first byte's lowest.
fn bits(high_bits: u64) -> u64 {
    (high_bits >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
}

const WORD_BYTES: usize = 8;
const MASK_BITS: usize = 64;
const HIGH_BITS: u64 = 0x8080_8080_8080_8080;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(50_000))]

        #[test]
        fn masks_and_bytes_agree(text in "[a-cA-Cx0-9._-]{1,64}|[.-]{1,9}|[a-z]{60,64}") {
            prop_assert_eq!(Scan::by_masks(text.as_bytes()), Scan::by_bytes(text.as_bytes()));
        }

        #[test]
        fn masks_and_bytes_agree_on_anything(bytes in proptest::collection::vec(0..0x80_u8, 1..=64)) {
            prop_assert_eq!(Scan::by_masks(&bytes), Scan::by_bytes(&bytes));
        }
    }

    #[test]
    fn every_byte_in_every_place() {
        for byte in 0..=u8::MAX {
            for (length, at) in (1..=17).flat_map(|length| (0..length).map(move |at| (length, at))) {
                let mut text = vec![b'a'; length];
                text[at] = byte;
                assert_eq!(Scan::of(&text), Scan::by_bytes(&text), "{text:?}");
            }
        }
    }
}
