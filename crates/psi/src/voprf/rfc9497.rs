//! The functions of RFC 9497 for ristretto255-SHA512 (section 4.1) that are not the proof: hashing to the
//! group and to scalars, the key, the last hash. Batches and order are not known here.

use curve25519_dalek::ristretto::RistrettoPoint;
use curve25519_dalek::scalar::Scalar;
use curve25519_dalek::traits::IsIdentity;
use sha2::{Digest, Sha512};
use zeroize::Zeroizing;

use super::element::Encoded;
use super::expand::Expander;
use crate::rejection::Rejection;

/// The hash functions of one mode, with their domain separation tags ready.
pub(super) struct Rfc9497 {
    context: [u8; CONTEXT_BYTES],
    to_group: Expander,
    to_scalar: Expander,
}

impl Rfc9497 {
    /// Mode VOPRF.
    pub(super) fn voprf() -> Rfc9497 {
        Rfc9497::new(1)
    }

    /// contextString = "OPRFV1-" ‖ I2OSP(mode, 1) ‖ "-" ‖ "ristretto255-SHA512" (section 3.1).
    pub(super) fn new(mode: u8) -> Rfc9497 {
        let mut context = *b"OPRFV1-?-ristretto255-SHA512";
        context[7] = mode;
        Rfc9497 {
            context,
            to_group: Expander::new(&[b"HashToGroup-", &context]),
            to_scalar: Expander::new(&[b"HashToScalar-", &context]),
        }
    }

    /// contextString, which the proof's seed also names.
    pub(super) fn context(&self) -> &[u8] {
        &self.context
    }

    /// HashToGroup; `None` if that is the identity, which section 3.3.1 refuses.
    pub(super) fn hash_to_group(&self, input: &[u8]) -> Option<RistrettoPoint> {
        let uniform = Zeroizing::new(self.to_group.expand(&[input]));
        Some(RistrettoPoint::from_uniform_bytes(&uniform)).filter(|point| !point.is_identity())
    }

    /// HashToScalar of the concatenated parts: 64 bytes, little-endian, reduced modulo the group order.
    pub(super) fn hash_to_scalar(&self, input: &[&[u8]]) -> Scalar {
        Scalar::from_bytes_mod_order_wide(&self.to_scalar.expand(input))
    }

    /// DeriveKeyPair of section 3.2.1. The public key is `RistrettoPoint::mul_base` of the result.
    ///
    /// # Errors
    /// [`Rejection::ScalarZero`] if all 256 attempts give zero.
    ///
    /// # Panics
    /// If `info` is longer than 65,535 bytes; it is of constant length.
    pub(super) fn derive_key(&self, seed: &[u8; 32], info: &[u8]) -> Result<Zeroizing<Scalar>, Rejection> {
        let to_scalar = Expander::new(&[b"DeriveKeyPair", &self.context]);
        let length = length_prefix(info);
        for counter in 0..=u8::MAX {
            let uniform = Zeroizing::new(to_scalar.expand(&[seed, &length, info, &[counter]]));
            let key = Zeroizing::new(Scalar::from_bytes_mod_order_wide(&uniform));
            if *key != Scalar::ZERO {
                return Ok(key);
            }
        }
        Err(Rejection::ScalarZero)
    }
}

/// The end of Finalize (section 3.3.1): the hash of the input and the unblinded element.
///
/// # Panics
/// If the input is longer than 65,535 bytes; items are checked when a list is taken.
pub(super) fn finalize(input: &[u8], element: &Encoded) -> [u8; 64] {
    Sha512::new()
        .chain_update(length_prefix(input))
        .chain_update(input)
        .chain_update(length_prefix(element))
        .chain_update(element)
        .chain_update(b"Finalize")
        .finalize()
        .into()
}

/// I2OSP(len(bytes), 2), which RFC 9497 puts in front of byte strings.
///
/// # Panics
/// If there are more than 65,535 bytes.
pub(super) fn length_prefix(bytes: &[u8]) -> [u8; 2] {
    u16::try_from(bytes.len()).expect("at most 65,535 bytes").to_be_bytes()
}

const CONTEXT_BYTES: usize = 28;
