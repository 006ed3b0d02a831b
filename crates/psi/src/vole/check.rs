//! The check of R's inputs to a correlation, made by S: without it, an R that uses different c for different
//! bits of δ reads bits of δ from S's tags, and with δ tests any guess (`docs/matching.md`).
//!
//! For each of three challenges χ, R sends X = c_mask + Σ χ_j·c_j and Z likewise of z; S compares Z with its
//! own sum and X·δ. Three, because an R that passes then has guessed as many bits of δ as it learns.

use subtle::{Choice, ConstantTimeEq};

use super::correlate::Shares;
use super::plan::CHECKS;
use crate::field::{Gf128, Kernels};
use crate::oracle::Ro;
use crate::prg::Stream;
use zeroize::Zeroizing;

/// Which correlation is checked.
#[derive(Clone, Copy)]
pub(super) enum Which {
    /// Field values under Δ.
    Values,
    /// Tree choices under Δ′.
    Choices,
}

impl Which {
    /// Its name in derivations.
    pub(super) fn name(self) -> &'static [u8] {
        match self {
            Which::Values => b"v",
            Which::Choices => b"o",
        }
    }
}

/// The (X, Z) of one correlation as they travel.
pub(super) const CHECK_BYTES: usize = CHECKS * 2 * Gf128::BYTES;

/// χ of repetition `rep`, which depends on all of τ: χ_j is block j of a stream.
fn challenge(ro: &Ro, t_tau: &[u8; 32], which: Which, rep: usize, count: usize) -> Zeroizing<Vec<Gf128>> {
    let seed = ro.hash("chi", &[t_tau, which.name(), &(rep as u64).to_le_bytes()]);
    Stream::seeded(ro, "chi", &seed).elements(0, count)
}

fn sum(kernels: Kernels, chi: &[Gf128], shares: &Shares, rep: usize) -> Gf128 {
    shares.masks()[rep] + kernels.inner_product(chi, shares.inputs())
}

/// What R sends: (X, Z) of each repetition.
pub(super) fn prove(
    ro: &Ro,
    kernels: Kernels,
    t_tau: &[u8; 32],
    which: Which,
    c: &Shares,
    z: &Shares,
) -> [u8; CHECK_BYTES] {
    let mut proof = [0; CHECK_BYTES];
    for (rep, out) in proof.chunks_exact_mut(2 * Gf128::BYTES).enumerate() {
        let chi = challenge(ro, t_tau, which, rep, c.inputs().len());
        let sums = [c, z].map(|shares| sum(kernels, &chi, shares, rep).to_bytes());
        out.copy_from_slice(sums.as_flattened());
    }
    proof
}

/// Whether R's sums fit S's: Z = y_mask + Σ χ_j·y_j + X·δ in every repetition.
pub(super) fn holds(
    ro: &Ro,
    kernels: Kernels,
    t_tau: &[u8; 32],
    which: Which,
    y: &Shares,
    delta: Gf128,
    proof: &[u8; CHECK_BYTES],
) -> bool {
    let (sums, _) = proof.as_chunks::<{ Gf128::BYTES }>();
    let fits = sums.chunks_exact(2).enumerate().map(|(rep, pair)| {
        let [x, z] = [pair[0], pair[1]].map(Gf128::from_bytes);
        let chi = challenge(ro, t_tau, which, rep, y.inputs().len());
        let due = sum(kernels, &chi, y, rep) + kernels.mul(x, delta);
        due.to_bytes().ct_eq(&z.to_bytes())
    });
    fits.fold(Choice::from(1), |all, fit| all & fit).into()
}

#[cfg(test)]
mod tests {
    use super::super::correlate::{self, tests::dealt};
    use super::*;
    use crate::field::Cpu;
    use crate::par::Sequential;

    const DELTA: Gf128 = Gf128(0x7d3f_9a20_41c7_55b1_09e2_6f8b_d00d_1c35);
    const T_TAU: [u8; 32] = [4; 32];

    /// Runs the first correlation; `tamper` changes τ_v between the sides.
    fn check(tamper: impl Fn(&mut [u8])) -> bool {
        let (ro, kernels) = (Ro::for_run(&[1; 32]), Kernels::new(Cpu::detect()));
        let (pairs, chosen) = dealt(DELTA);
        let c = Shares::new(Stream::new(&[9; 16], 0).elements(0, 40).to_vec());
        let (z, mut tau) = correlate::values_asker(&ro, &pairs, &c, &Sequential);
        tamper(&mut tau);
        let y = correlate::values_answerer(&ro, &chosen, DELTA, &tau, &Sequential);
        let proof = prove(&ro, kernels, &T_TAU, Which::Values, &c, &z);
        holds(&ro, kernels, &T_TAU, Which::Values, &y, DELTA, &proof)
    }

    #[test]
    fn an_honest_asker_passes() {
        assert!(check(|_| ()));
    }

    #[test]
    fn another_input_in_one_base_ot_shows_exactly_where_the_bit_of_delta_is_set() {
        for i in 0..128 {
            let caught = !check(|tau| tau[i * 40 * 16 + 7] ^= 1);
            assert_eq!(caught, DELTA.0 >> i & 1 == 1, "base OT {i}");
        }
    }

    #[test]
    fn another_input_in_half_of_the_base_ots_is_caught() {
        assert!(!check(|tau| (0..128).step_by(2).for_each(|i| tau[i * 40 * 16] ^= 1)));
    }

    #[test]
    fn the_same_other_input_in_all_base_ots_is_another_c_and_the_proof_is_for_the_first() {
        assert!(!check(|tau| (0..128).for_each(|i| tau[i * 40 * 16] ^= 1)));
    }

    #[test]
    fn a_changed_sum_is_caught() {
        let (ro, kernels) = (Ro::for_run(&[1; 32]), Kernels::new(Cpu::detect()));
        let (pairs, chosen) = dealt(DELTA);
        let c = Shares::new(Stream::new(&[9; 16], 0).elements(0, 40).to_vec());
        let (z, tau) = correlate::values_asker(&ro, &pairs, &c, &Sequential);
        let y = correlate::values_answerer(&ro, &chosen, DELTA, &tau, &Sequential);
        let proof = prove(&ro, kernels, &T_TAU, Which::Values, &c, &z);
        for at in 0..CHECK_BYTES {
            let mut changed = proof;
            changed[at] ^= 0x10;
            assert!(!holds(&ro, kernels, &T_TAU, Which::Values, &y, DELTA, &changed), "byte {at}");
        }
    }
}
