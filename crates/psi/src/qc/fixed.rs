//! The fixed element of a code: coefficients 2j and 2j + 1 are the two halves of BLAKE3, keyed for the code's k,
//! over pad(j) as [`lanes`] pads, j being eight bytes, little-endian. Public, and the same in every run.

use crate::field::Gf128;
use crate::lanes;
use crate::par::{self, Par};

/// Hashes that are made together.
const TOGETHER: usize = 64;

/// Coefficients that one job makes.
const PIECE: usize = 128 * TOGETHER;

/// Fills in the first coefficients of the fixed element for k.
pub(super) fn fill_fixed(k: u8, coefficients: &mut [Gf128], par: &dyn Par) {
    let key = blake3::derive_key("detente-psi qc v1", &[k]);
    par::for_chunks(par, coefficients, PIECE, |index, piece| {
        for (coefficients, first) in
            piece.chunks_mut(2 * TOGETHER).zip((index * PIECE / 2..).step_by(TOGETHER))
        {
            let mut hashes = [[0; 32]; TOGETHER];
            lanes::keyed_hashes(
                &key,
                &std::array::from_fn::<_, TOGETHER, _>(|i| block(first + i)),
                &mut hashes,
            );
            let (halves, _) = hashes.as_flattened().as_chunks();
            coefficients.iter_mut().zip(halves).for_each(|(out, half)| *out = Gf128::from_bytes(*half));
        }
    });
}

/// pad(j).
fn block(j: usize) -> [u8; 64] {
    let mut block = [0; 64];
    block[..8].copy_from_slice(&(j as u64).to_le_bytes());
    block[8] = 0x80;
    block
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::par::Sequential;
    use crate::par::tests::Rayon;

    #[test]
    fn coefficients_are_halves_of_keyed_hashes() {
        let mut coefficients = vec![Gf128::ZERO; 3 * PIECE + 7];
        fill_fixed(16, &mut coefficients, &Sequential);
        let key = blake3::derive_key("detente-psi qc v1", &[16]);
        for place in [0, 1, 127, 128, PIECE - 1, PIECE, 3 * PIECE + 6] {
            let hash = blake3::keyed_hash(&key, &block(place / 2));
            assert_eq!(coefficients[place].to_bytes(), hash.as_bytes()[place % 2 * 16..][..16]);
        }
        let mut parallel = vec![Gf128::ZERO; coefficients.len()];
        fill_fixed(16, &mut parallel, &Rayon::new(3));
        assert!(parallel == coefficients);
    }
}
