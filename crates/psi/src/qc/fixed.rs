//! The fixed element: coefficient i is the bytes 16i to 16i + 15 of what BLAKE3, as an extendable output
//! function, makes of "detente-psi qc v1" and the byte k.
//!
//! These are up to 16 MB, and a quarter of all work if they are made a block after the other. So the blocks are
//! made many at a time, in a shape that compilers turn into vectors: the input is a single block, and the
//! blocks of output are its compressions under ascending counters.

use crate::field::Gf128;
use crate::par::{self, Par};

/// Blocks that are made together: enough that a loop over them is worth a vector instruction.
const LANES: usize = 64;

/// Coefficients that are made together.
const TOGETHER: usize = 4 * LANES;

/// Coefficients that one job makes.
const PIECE: usize = 64 * TOGETHER;

/// Fills in the first coefficients of the fixed element for k.
pub(super) fn fill_fixed(k: u8, coefficients: &mut [Gf128], par: &dyn Par) {
    let input = [&b"detente-psi qc v1"[..], &[k]].concat();
    par::for_chunks(par, coefficients, PIECE, |index, piece| {
        for (coefficients, first) in piece.chunks_mut(TOGETHER).zip((index * PIECE / 4..).step_by(LANES)) {
            let state = compress(&input, first as u64);
            for (i, coefficient) in coefficients.iter_mut().enumerate() {
                *coefficient = output(&state, i / 4, i % 4);
            }
        }
    });
}

/// One word of each block.
type Words = [u32; LANES];

const IV: [u32; 8] =
    [0x6A09_E667, 0xBB67_AE85, 0x3C6E_F372, 0xA54F_F53A, 0x510E_527F, 0x9B05_688C, 0x1F83_D9AB, 0x5BE0_CD19];

/// CHUNK_START, CHUNK_END and ROOT.
const FLAGS: u32 = 1 | 2 | 8;

const PERMUTATION: [usize; 16] = [2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8];

/// The last states of the compressions of `input`, at most 64 bytes, under `LANES` counters from `first` on.
fn compress(input: &[u8], first: u64) -> [Words; 16] {
    let mut block = [0; 64];
    block[..input.len()].copy_from_slice(input);
    let (words, _) = block.as_chunks();
    let mut message: [u32; 16] = std::array::from_fn(|i| u32::from_le_bytes(words[i]));
    let mut state = [[0; LANES]; 16];
    for i in 0..8 {
        state[i] = [IV[i]; LANES];
        state[8 + i % 4] = [IV[i % 4]; LANES];
    }
    for (lane, counter) in (0..LANES).zip(first..) {
        state[12][lane] = counter as u32;
        state[13][lane] = (counter >> 32) as u32;
    }
    state[14] = [input.len() as u32; LANES];
    state[15] = [FLAGS; LANES];
    for _ in 0..7 {
        round(&mut state, &message);
        message = PERMUTATION.map(|i| message[i]);
    }
    state
}

/// A quarter of a block of output: of its sixteen words, the lower eight are those of the state's halves added,
/// the upper eight those of its upper half and of the chaining value, which is the initial one.
fn output(state: &[Words; 16], lane: usize, quarter: usize) -> Gf128 {
    let word =
        |i: usize| if i < 8 { state[i][lane] ^ state[i + 8][lane] } else { state[i][lane] ^ IV[i - 8] };
    let words = (0..4).rev().map(|i| u128::from(word(4 * quarter + i)));
    Gf128(words.fold(0, |number, word| number << 32 | word))
}

#[inline(always)]
fn round(state: &mut [Words; 16], message: &[u32; 16]) {
    mix(state, [0, 4, 8, 12], message[0], message[1]);
    mix(state, [1, 5, 9, 13], message[2], message[3]);
    mix(state, [2, 6, 10, 14], message[4], message[5]);
    mix(state, [3, 7, 11, 15], message[6], message[7]);
    mix(state, [0, 5, 10, 15], message[8], message[9]);
    mix(state, [1, 6, 11, 12], message[10], message[11]);
    mix(state, [2, 7, 8, 13], message[12], message[13]);
    mix(state, [3, 4, 9, 14], message[14], message[15]);
}

#[inline(always)]
fn mix(state: &mut [Words; 16], words: [usize; 4], first: u32, second: u32) {
    let [a, b, c, d] = state.get_disjoint_mut(words).expect("four words");
    for (((a, b), c), d) in a.iter_mut().zip(b).zip(c).zip(d) {
        for (message, [to_d, to_b]) in [(first, [16, 12]), (second, [8, 7])] {
            *a = a.wrapping_add(*b).wrapping_add(message);
            *d = (*d ^ *a).rotate_right(to_d);
            *c = c.wrapping_add(*d);
            *b = (*b ^ *c).rotate_right(to_b);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::par::Sequential;

    #[test]
    fn is_the_extendable_output() {
        for (k, count) in [(14, 16_363), (16, 65_371), (20, 1), (20, 256), (20, 257)] {
            let mut bytes = vec![0; 16 * count];
            blake3::Hasher::new().update(b"detente-psi qc v1").update(&[k]).finalize_xof().fill(&mut bytes);
            let (due, _) = bytes.as_chunks();
            let mut coefficients = vec![Gf128::ZERO; count];
            fill_fixed(k, &mut coefficients, &Sequential);
            assert!(due.iter().copied().map(Gf128::from_bytes).eq(coefficients), "{k} {count}");
        }
    }
}
