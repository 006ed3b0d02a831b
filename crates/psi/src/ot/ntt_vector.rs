//! The vectors t̂ of ML-KEM-768 (FIPS 203): three polynomials of 256 coefficients modulo q each. Only what the
//! transfers do with them stands here: code, decode, sample, add and subtract. Multiplication is the library's.
//!
//! All of it but [`NttVector::decode`]'s verdict takes the same time for all values: which slot S hashes is
//! secret, and the time that sampling usually takes tells a little about what was hashed.

use shake::{ExtendableOutput, Shake128, Update, XofReader};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// The bytes of ByteEncode_12, 12 bits for each coefficient.
pub(super) const VECTOR_BYTES: usize = COEFFICIENTS * 3 / 2;

const Q: u16 = 3329;
const DEGREE: usize = 256;
const COEFFICIENTS: usize = 3 * DEGREE;

/// What SampleNTT reads of SHAKE128: 280 steps of three bytes, the bound that FIPS 203, appendix B, allows.
const SAMPLE_BYTES: usize = 840;

/// Two candidates for each three bytes.
const CANDIDATES: usize = SAMPLE_BYTES / 3 * 2;

/// A vector; each coefficient is below q. Wiped on drop.
#[derive(Zeroize, ZeroizeOnDrop)]
pub(super) struct NttVector([u16; COEFFICIENTS]);

impl NttVector {
    /// SampleNTT (FIPS 203, algorithm 7) of `seed` and the index bytes (0, i) for each polynomial i.
    pub(super) fn sample(seed: &[u8; 32]) -> NttVector {
        let mut vector = NttVector([0; COEFFICIENTS]);
        for (i, polynomial) in vector.0.chunks_exact_mut(DEGREE).enumerate() {
            let mut shake = Shake128::default();
            shake.update(seed);
            shake.update(&[0, i as u8]);
            let mut bytes = Zeroizing::new([0; SAMPLE_BYTES]);
            shake.finalize_xof().read(&mut *bytes);
            polynomial.copy_from_slice(&*first_accepted(&bytes));
        }
        vector
    }

    /// ByteDecode_12 (FIPS 203, algorithm 6); `None` if a coefficient is not below q.
    pub(super) fn decode(bytes: &[u8; VECTOR_BYTES]) -> Option<NttVector> {
        let mut vector = NttVector([0; COEFFICIENTS]);
        for (pair, three) in vector.0.as_chunks_mut().0.iter_mut().zip(bytes.as_chunks().0) {
            *pair = split(three);
        }
        vector.0.iter().all(|&coefficient| coefficient < Q).then_some(vector)
    }

    /// ByteEncode_12 (FIPS 203, algorithm 5).
    pub(super) fn encode(&self) -> Zeroizing<[u8; VECTOR_BYTES]> {
        let mut bytes = Zeroizing::new([0; VECTOR_BYTES]);
        for (three, [low, high]) in bytes.as_chunks_mut().0.iter_mut().zip(self.0.as_chunks().0) {
            *three = [*low as u8, (low >> 8 | high << 4) as u8, (high >> 4) as u8];
        }
        bytes
    }

    pub(super) fn plus(&self, other: &NttVector) -> NttVector {
        self.zip(other, |x, y| reduce_once(x.wrapping_add(y)))
    }

    pub(super) fn minus(&self, other: &NttVector) -> NttVector {
        self.zip(other, |x, y| reduce_once(x.wrapping_add(Q).wrapping_sub(y)))
    }

    fn zip(&self, other: &NttVector, f: impl Fn(u16, u16) -> u16) -> NttVector {
        let mut result = NttVector([0; COEFFICIENTS]);
        for ((z, &x), &y) in result.0.iter_mut().zip(&self.0).zip(&other.0) {
            *z = f(x, y);
        }
        result
    }
}

/// Two numbers of 12 bits from three bytes.
fn split(three: &[u8; 3]) -> [u16; 2] {
    let [a, b, c] = three.map(u16::from);
    [a | (b & 15) << 8, b >> 4 | c << 4]
}

/// `x` modulo q, for x < 2q.
fn reduce_once(x: u16) -> u16 {
    let less = x.wrapping_sub(Q);
    less.wrapping_add(Q & below_zero(less))
}

/// All ones if `x`, taken as signed, is negative.
fn below_zero(x: u16) -> u16 {
    (x >> 15).wrapping_neg()
}

/// The first 256 candidates below q, in their order.
///
/// Fewer are left with probability below 2^−250; then zeros follow, where FIPS 203 would have an error.
///
/// Each accepted candidate moves to the front by as many places as candidates were rejected before it. It does
/// so in steps of 1, 2, 4, …, one for each bit of that number. Two never meet: that number does not fall from
/// one candidate to the next, and rises by no more than the gap between them. So which candidates were rejected
/// decides neither a branch nor an address.
fn first_accepted(bytes: &[u8; SAMPLE_BYTES]) -> Zeroizing<[u16; DEGREE]> {
    let mut row = mark_rejected(bytes);
    let mut step = 1;
    while step < CANDIDATES {
        let mut moved = Zeroizing::new([0; CANDIDATES]);
        for (place, &word) in moved.iter_mut().zip(row.iter()) {
            *place = word & !moves(word, step);
        }
        for (place, &word) in moved.iter_mut().zip(&row[step..]) {
            *place |= word & moves(word, step);
        }
        row = moved;
        step *= 2;
    }
    let mut accepted = Zeroizing::new([0; DEGREE]);
    for (coefficient, &word) in accepted.iter_mut().zip(row.iter()) {
        *coefficient = word as u16;
    }
    accepted
}

/// The candidates as words: an accepted one below, the number of those rejected before it in the upper half;
/// a rejected one is zero.
fn mark_rejected(bytes: &[u8; SAMPLE_BYTES]) -> Zeroizing<[u32; CANDIDATES]> {
    let mut row = Zeroizing::new([0; CANDIDATES]);
    let mut rejected = 0;
    for (words, three) in row.as_chunks_mut::<2>().0.iter_mut().zip(bytes.as_chunks().0) {
        *words = split(three).map(|candidate| {
            let accept = u32::from(below_zero(candidate.wrapping_sub(Q)) & 1);
            let word = (rejected << 16 | u32::from(candidate)) & accept.wrapping_neg();
            rejected += 1 - accept;
            word
        });
    }
    row
}

/// All ones if the distance that `word` has to move contains `step`.
fn moves(word: u32, step: usize) -> u32 {
    (word >> 16 >> step.trailing_zeros() & 1).wrapping_neg()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Algorithm 7 as it is written.
    fn sample_simply(seed: &[u8; 32], i: u8) -> Vec<u16> {
        let mut shake = Shake128::default();
        shake.update(seed);
        shake.update(&[0, i]);
        let mut stream = shake.finalize_xof();
        let mut coefficients = Vec::new();
        while coefficients.len() < DEGREE {
            let mut three = [0; 3];
            stream.read(&mut three);
            coefficients.extend(split(&three).into_iter().filter(|&d| d < Q));
        }
        coefficients.truncate(DEGREE);
        coefficients
    }

    #[test]
    fn samples_as_the_standard_does() {
        for byte in 0..=255 {
            let vector = NttVector::sample(&[byte; 32]);
            let expected: Vec<u16> = (0..3).flat_map(|i| sample_simply(&[byte; 32], i)).collect();
            assert!(vector.0[..] == expected[..], "seed of {byte}");
        }
    }

    #[test]
    fn compacts_whatever_was_rejected() {
        let none_rejected = first_accepted(&[0x11; SAMPLE_BYTES]);
        assert!(none_rejected.iter().enumerate().all(|(i, &c)| c == [0x111, 0x111][i % 2]));
        let all_rejected = first_accepted(&[0xff; SAMPLE_BYTES]);
        assert!(all_rejected.iter().all(|&c| c == 0));
        // As many rejected in front as possible while 256 remain.
        let mut late = [0xff; SAMPLE_BYTES];
        late[SAMPLE_BYTES - 384..].copy_from_slice(&[0x21; 384]);
        assert!(first_accepted(&late).iter().enumerate().all(|(i, &c)| c == [0x121, 0x212][i % 2]));
    }

    #[test]
    fn adds_and_subtracts_modulo_q() {
        let edges = [0, 1, 1664, 1665, Q - 2, Q - 1];
        for (x, y) in edges.iter().flat_map(|x| edges.iter().map(move |y| (*x, *y))) {
            let [left, right] = [x, y].map(|c| NttVector([c; COEFFICIENTS]));
            assert!(left.plus(&right).0 == [(x + y) % Q; COEFFICIENTS]);
            assert!(left.minus(&right).0 == [(x + Q - y) % Q; COEFFICIENTS]);
        }
    }

    #[test]
    fn refuses_a_coefficient_of_q_or_more() {
        let vector = NttVector::sample(&[1; 32]);
        assert!(NttVector::decode(&vector.encode()).expect("reduced").0 == vector.0);
        for (place, value) in [(0, Q), (1, Q), (COEFFICIENTS - 2, 4095), (COEFFICIENTS - 1, Q)] {
            let mut high = NttVector(vector.0);
            high.0[place] = value;
            assert!(NttVector::decode(&high.encode()).is_none());
        }
    }
}
