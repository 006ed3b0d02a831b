//! Wrapping an item key for one reader: HPKE (RFC 9180) in base mode with X-Wing, which needs both X25519 and
//! ML-KEM-768 to be opened, HKDF-SHA256 and ChaCha20-Poly1305.
//!
//! # What the peer learns
//! Who may read which sealed file, from the name under which a wrapped key travels. Nothing of the key.

use std::convert::Infallible;

use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::XWing;
use hpke::rand_core::{TryCryptoRng, TryRng};
use hpke::{Deserializable as _, Kem, OpModeR, OpModeS, Serializable as _};
use zeroize::Zeroizing;

use super::ItemKey;
use crate::record::names::RecordId;
use crate::{Entropy, PartyId, Rejection};

/// A reader's public key: what its offer carries under `sealing`. It passed admission.
#[derive(Clone, PartialEq, Eq)]
pub struct SealingKey(<XWing as Kem>::PublicKey);

impl std::fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SealingKey(…)")
    }
}

/// A reader's secret key. Wiped on drop; no `Debug`, no `Clone`.
pub struct SealingSecret(<XWing as Kem>::PrivateKey);

/// For whom a key is wrapped, and for which sealed file: what the wrapping binds.
#[derive(Clone, Copy, Debug)]
pub struct WrappedFor<'a> {
    /// The record.
    pub record: &'a RecordId,
    /// The author of the statement.
    pub author: &'a PartyId,
    /// The reader.
    pub reader: &'a PartyId,
    /// SHA-256 of the sealed file.
    pub sha256: &'a [u8; 32],
}

/// An item key for one reader, in the bytes that travel: three numbers that name the suite, the encapsulated key,
/// the encrypted item key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WrappedKey([u8; WrappedKey::BYTES]);

impl SealingKey {
    /// Length of a public key.
    pub const BYTES: usize = 1216;

    /// Admits a public key.
    ///
    /// # Errors
    /// [`Rejection::BadKey`] unless it has [`SealingKey::BYTES`] and its ML-KEM half is reduced (FIPS 203, 7.2).
    pub fn admit(bytes: &[u8]) -> Result<SealingKey, Rejection> {
        <XWing as Kem>::PublicKey::from_bytes(bytes).map(SealingKey).map_err(|_| Rejection::BadKey)
    }

    /// The bytes.
    pub fn bytes(&self) -> Vec<u8> {
        self.0.to_bytes().to_vec()
    }
}

impl SealingSecret {
    /// The key of these 32 random bytes.
    pub fn from_seed(seed: &[u8; 32]) -> SealingSecret {
        SealingSecret(
            <XWing as Kem>::PrivateKey::from_bytes(seed).expect("every 32 bytes are a secret key of X-Wing"),
        )
    }

    /// Its public half.
    pub fn public(&self) -> SealingKey {
        SealingKey(XWing::sk_to_pk(&self.0))
    }
}

impl WrappedKey {
    /// Length of a wrapped key.
    pub const BYTES: usize = SUITE.len() + ENCAPSULATED_BYTES + 32 + 16;

    /// Wraps a key for a reader.
    ///
    /// # Errors
    /// [`Rejection::BadKey`]: never for a key that passed admission.
    pub fn wrap(
        key: &ItemKey,
        reader: &SealingKey,
        wrapped_for: WrappedFor<'_>,
        entropy: &mut Entropy,
    ) -> Result<WrappedKey, Rejection> {
        let (encapsulated, encrypted) =
            hpke::single_shot_seal_with_rng::<ChaCha20Poly1305, HkdfSha256, XWing>(
                &OpModeS::Base,
                &reader.0,
                &info(wrapped_for),
                key.expose(),
                &[],
                &mut Draws(entropy),
            )
            .map_err(|_| Rejection::BadKey)?;
        let bytes = [SUITE.as_slice(), &encapsulated.to_bytes(), &encrypted].concat();
        bytes.try_into().map(WrappedKey).map_err(|_| Rejection::BadKey)
    }

    /// Takes the bytes of a file.
    ///
    /// # Errors
    /// [`Rejection::NotWrapped`] for another length or another suite.
    pub fn from_bytes(bytes: &[u8]) -> Result<WrappedKey, Rejection> {
        let bytes: [u8; WrappedKey::BYTES] = bytes.try_into().map_err(|_| Rejection::NotWrapped)?;
        if bytes.starts_with(&SUITE) { Ok(WrappedKey(bytes)) } else { Err(Rejection::NotWrapped) }
    }

    /// The bytes of the file.
    pub fn bytes(&self) -> &[u8; WrappedKey::BYTES] {
        &self.0
    }

    /// Unwraps the key with the reader's secret.
    ///
    /// # Errors
    /// [`Rejection::NotWrapped`] if it is for another reader, record, author or sealed file, or was changed.
    pub fn unwrap(&self, reader: &SealingSecret, wrapped_for: WrappedFor<'_>) -> Result<ItemKey, Rejection> {
        let (encapsulated, encrypted) =
            self.0.get(SUITE.len()..).unwrap_or_default().split_at(ENCAPSULATED_BYTES);
        let encapsulated = <XWing as Kem>::EncappedKey::from_bytes(encapsulated);
        let plain = hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, XWing>(
            &OpModeR::Base,
            &reader.0,
            &encapsulated.map_err(|_| Rejection::NotWrapped)?,
            &info(wrapped_for),
            encrypted,
            &[],
        );
        let plain = Zeroizing::new(plain.map_err(|_| Rejection::NotWrapped)?);
        <[u8; 32]>::try_from(plain.as_slice()).map(ItemKey::from_bytes).map_err(|_| Rejection::NotWrapped)
    }
}

/// `"detente/item-key/v1" ‖ 0x00 ‖ R ‖ u8 len ‖ author ‖ u8 len ‖ reader ‖ sha256`.
fn info(wrapped_for: WrappedFor<'_>) -> Vec<u8> {
    let mut info = CONTEXT.to_vec();
    info.extend(wrapped_for.record.bytes());
    for party in [wrapped_for.author, wrapped_for.reader] {
        // An id has 32 bytes at most.
        info.push(party.as_str().len() as u8);
        info.extend(party.as_str().as_bytes());
    }
    info.extend(wrapped_for.sha256);
    info
}

/// The stream of an act, where HPKE asks for a generator.
struct Draws<'e>(&'e mut Entropy);

impl TryRng for Draws<'_> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(u32::from_le_bytes(self.0.draw()))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(u64::from_le_bytes(self.0.draw()))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.0.fill(bytes);
        Ok(())
    }
}

impl TryCryptoRng for Draws<'_> {}

/// KEM 0x647A (MLKEM768-X25519, which is X-Wing), KDF 0x0001, AEAD 0x0003, as IANA numbers them for HPKE.
const SUITE: [u8; 6] = [0x64, 0x7a, 0x00, 0x01, 0x00, 0x03];
const ENCAPSULATED_BYTES: usize = 1120;
const CONTEXT: &[u8] = b"detente/item-key/v1\0";

#[cfg(test)]
mod tests;
