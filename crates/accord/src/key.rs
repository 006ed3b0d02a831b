//! Ed25519 keys of a party: admission of public keys, strict verification, signing.
//!
//! Keys are made from 32 bytes that the caller drew; this crate draws none.

use curve25519_dalek::edwards::CompressedEdwardsY;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};

use crate::Rejection;

/// A public key that passed admission.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PublicKey(VerifyingKey);

impl PublicKey {
    /// Admits a key: it decodes, is canonical (y < 2^255 − 19) and is not of small order.
    ///
    /// # Errors
    /// [`Rejection::BadKey`].
    pub fn admit(bytes: &[u8; 32]) -> Result<PublicKey, Rejection> {
        let point = CompressedEdwardsY(*bytes).decompress().ok_or(Rejection::BadKey)?;
        // Decompression accepts y ≥ 2^255 − 19 and the sign bit of x = 0; the one byte form differs then.
        if point.compress().as_bytes() != bytes || point.is_small_order() {
            return Err(Rejection::BadKey);
        }
        VerifyingKey::from_bytes(bytes).map(PublicKey).map_err(|_| Rejection::BadKey)
    }

    /// The 32 bytes.
    pub fn bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// Verifies by the strict rule: cofactorless, `s < L`, and neither key nor `R` of small order, so that
    /// all libraries reach the same verdict.
    ///
    /// # Errors
    /// [`Rejection::BadSignature`] naming `part`.
    pub fn verify(&self, message: &[u8], signature: &[u8; 64], part: &'static str) -> Result<(), Rejection> {
        self.0
            .verify_strict(message, &Signature::from_bytes(signature))
            .map_err(|_| Rejection::BadSignature { part })
    }
}

/// A signing key. Wiped on drop; no `Debug`, no `Clone`.
pub struct SecretKey(SigningKey);

impl SecretKey {
    /// The key of this RFC 8032 seed.
    pub fn from_seed(seed: &[u8; 32]) -> SecretKey {
        SecretKey(SigningKey::from_bytes(seed))
    }

    /// Its public half.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    /// Signs; deterministic (RFC 8032).
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }
}

/// The name of an office's key in a signature: `<party>/<office>+<hex8>`, where the digits are the first
/// four bytes of `H(<party>/<office> ‖ 0x0A ‖ 0x01 ‖ key)`, as in a C2SP signed note.
pub(crate) fn key_name(party: &str, office: &str, key: &PublicKey) -> String {
    let name = format!("{party}/{office}");
    let hash =
        Sha256::new().chain_update(&name).chain_update([0x0a, 0x01]).chain_update(key.bytes()).finalize();
    let id = hash.iter().take(4).fold(String::new(), |id, byte| format!("{id}{byte:02x}"));
    format!("{name}+{id}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Appendix A of the record's specification: role `a/desk` has the seed of 32 bytes 0x05.
    #[test]
    fn names_the_key_of_the_vector() {
        let key = SecretKey::from_seed(&[5; 32]).public();
        assert_eq!(key_name("a", "desk", &key), "a/desk+3eb83296");
    }

    #[test]
    fn refuses_small_order_and_non_canonical_keys() {
        let small = [
            "0000000000000000000000000000000000000000000000000000000000000000",
            "0100000000000000000000000000000000000000000000000000000000000000",
            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
            "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        ];
        for text in small {
            for sign_bit in [0, 0x80] {
                let mut bytes = [0; 32];
                for (i, byte) in bytes.iter_mut().enumerate() {
                    *byte = u8::from_str_radix(&text[2 * i..2 * i + 2], 16).unwrap();
                }
                bytes[31] |= sign_bit;
                assert_eq!(PublicKey::admit(&bytes), Err(Rejection::BadKey), "{text}");
            }
        }
    }
}
