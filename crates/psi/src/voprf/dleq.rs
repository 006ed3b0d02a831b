//! The batched proof of RFC 9497, section 2.2: all evaluated elements of a chunk were made with the key
//! behind the public key. It says nothing about tags, and the prover's random scalar is an argument.

use curve25519_dalek::ristretto::RistrettoPoint;
use curve25519_dalek::scalar::Scalar;
use curve25519_dalek::traits::{Identity, VartimeMultiscalarMul};
use sha2::{Digest, Sha512};

use super::ELEMENT_BYTES;
use super::element::Encoded;
use super::rfc9497::{Rfc9497, length_prefix};
use crate::limits::{BLOCK_ELEMENTS, SUM_POINTS};
use crate::par::{self, Par};

/// A proof: the challenge and the response, 32 bytes each, as they stand in the body.
pub(super) type EncodedProof = [u8; PROOF_BYTES];

/// The length of a proof.
pub(super) const PROOF_BYTES: usize = 64;

/// Proofs under one public key, which the transcripts name.
pub(super) struct Dleq<'a> {
    suite: &'a Rfc9497,
    pk: RistrettoPoint,
    pk_bytes: Encoded,
    /// The seed of the weights: SHA-512(lp(pk) ‖ lp("Seed-" ‖ contextString)).
    seed: [u8; 64],
}

/// M and Z of section 2.2: the weighted sums of the blinded and of the evaluated elements of a chunk.
pub(super) struct Composites {
    pub(super) m: RistrettoPoint,
    pub(super) z: RistrettoPoint,
}

impl<'a> Dleq<'a> {
    pub(super) fn new(suite: &'a Rfc9497, pk: RistrettoPoint, pk_bytes: Encoded) -> Dleq<'a> {
        let dst = [b"Seed-", suite.context()].concat();
        let seed = Sha512::new()
            .chain_update(length_prefix(&pk_bytes))
            .chain_update(pk_bytes)
            .chain_update(length_prefix(&dst))
            .chain_update(&dst)
            .finalize()
            .into();
        Dleq { suite, pk, pk_bytes, seed }
    }

    /// The weights d_i of ComputeComposites, from the encodings of both sides of a chunk of at most 65,536.
    pub(super) fn weights(&self, par: &dyn Par, blinded: &[Encoded], evaluated: &[Encoded]) -> Vec<Scalar> {
        assert_eq!(blinded.len(), evaluated.len(), "elements pair up");
        let blocks = par::map(par, blinded.len().div_ceil(BLOCK_ELEMENTS), |block| {
            par::block(blinded.len(), BLOCK_ELEMENTS, block)
                .map(|i| self.weight(i, &blinded[i], &evaluated[i]))
                .collect::<Vec<_>>()
        });
        blocks.concat()
    }

    /// GenerateProof, given the composites and the random scalar r, which must never serve two transcripts.
    pub(super) fn prove(&self, key: &Scalar, r: &Scalar, composites: &Composites) -> EncodedProof {
        let t2 = RistrettoPoint::mul_base(r);
        let t3 = composites.m * r;
        let c = self.challenge(composites, &t2, &t3);
        let s = r - c * key;
        let mut proof = [0; PROOF_BYTES];
        proof[..32].copy_from_slice(c.as_bytes());
        proof[32..].copy_from_slice(s.as_bytes());
        proof
    }

    /// VerifyProof, given the composites of the verifier. Scalars that are not canonical do not verify.
    pub(super) fn verify(&self, proof: &EncodedProof, composites: &Composites) -> bool {
        let Some((c, s)) = scalars(proof) else { return false };
        let t2 = RistrettoPoint::vartime_double_scalar_mul_basepoint(&c, &self.pk, &s);
        let t3 = RistrettoPoint::vartime_multiscalar_mul([s, c], [composites.m, composites.z]);
        self.challenge(composites, &t2, &t3) == c
    }

    /// d_i = HashToScalar(lp(seed) ‖ I2OSP(i, 2) ‖ lp(C_i) ‖ lp(D_i) ‖ "Composite").
    fn weight(&self, i: usize, blinded: &Encoded, evaluated: &Encoded) -> Scalar {
        let i = u16::try_from(i).expect("a chunk of at most 65,536 elements").to_be_bytes();
        self.suite.hash_to_scalar(&[
            &length_prefix(&self.seed),
            &self.seed,
            &i,
            &length_prefix(blinded),
            blinded,
            &length_prefix(evaluated),
            evaluated,
            b"Composite",
        ])
    }

    /// c = HashToScalar(lp(pk) ‖ lp(M) ‖ lp(Z) ‖ lp(t2) ‖ lp(t3) ‖ "Challenge").
    fn challenge(&self, composites: &Composites, t2: &RistrettoPoint, t3: &RistrettoPoint) -> Scalar {
        let [m, z, t2, t3] = [&composites.m, &composites.z, t2, t3].map(|point| point.compress().to_bytes());
        let length = (ELEMENT_BYTES as u16).to_be_bytes();
        let pk = &self.pk_bytes;
        let parts: [&[u8]; 11] =
            [&length, pk, &length, &m, &length, &z, &length, &t2, &length, &t3, b"Challenge"];
        self.suite.hash_to_scalar(&parts)
    }
}

/// Σ weights_i · points_i, in variable time: everything in a proof's composites is public.
pub(super) fn weighted_sum(par: &dyn Par, weights: &[Scalar], points: &[RistrettoPoint]) -> RistrettoPoint {
    assert_eq!(weights.len(), points.len(), "a weight for each point");
    let sums = par::map(par, points.len().div_ceil(SUM_POINTS), |part| {
        let range = par::block(points.len(), SUM_POINTS, part);
        RistrettoPoint::vartime_multiscalar_mul(&weights[range.clone()], &points[range])
    });
    sums.iter().fold(RistrettoPoint::identity(), |total, sum| total + sum)
}

fn scalars(proof: &EncodedProof) -> Option<(Scalar, Scalar)> {
    let ([c, s], []) = proof.as_chunks::<32>() else { return None };
    Option::from(Scalar::from_canonical_bytes(*c)).zip(Option::from(Scalar::from_canonical_bytes(*s)))
}
