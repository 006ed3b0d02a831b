//! Public keys: admission, key ids, and their text `name+id+key` (C2SP signed-note, verifier keys).

use std::fmt;

use ed25519_dalek::VerifyingKey as Ed25519;
use ml_dsa::{EncodedVerifyingKey, MlDsa44, VerifyingKey as MlDsa};
use sha2::{Digest, Sha256};

use crate::b64;
use crate::name::KeyName;
use crate::rejection::{Fault, Form, KeyFault, Rejection};

/// What a key signs. Types that are never accepted (0x02 ECDSA, 0x05 RFC 6962 tree heads, private ones) have no
/// variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyType {
    /// 0x01: Ed25519 over the text of a note.
    Ed25519,
    /// 0x04: Ed25519 over a time and the text of a checkpoint.
    CosignatureEd25519,
    /// 0x06: ML-DSA-44 over a time, a cosigner and a tree.
    CosignatureMlDsa44,
}

impl KeyType {
    /// The byte that stands for it in key ids and verifier keys.
    pub fn byte(self) -> u8 {
        match self {
            KeyType::Ed25519 => 0x01,
            KeyType::CosignatureEd25519 => 0x04,
            KeyType::CosignatureMlDsa44 => 0x06,
        }
    }

    fn of(byte: u8) -> Option<KeyType> {
        [KeyType::Ed25519, KeyType::CosignatureEd25519, KeyType::CosignatureMlDsa44]
            .into_iter()
            .find(|kind| kind.byte() == byte)
    }
}

/// The first four bytes of SHA-256(name ‖ 0x0A ‖ type ‖ public key): enough to tell the keys of one name apart,
/// and no more than that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId([u8; 4]);

impl KeyId {
    /// Computes it. `key` is the raw public key.
    pub fn of(name: &str, kind: KeyType, key: &[u8]) -> KeyId {
        let hash = Sha256::new().chain_update(name).chain_update([b'\n', kind.byte()]).chain_update(key);
        let [a, b, c, d, ..]: [u8; 32] = hash.finalize().into();
        KeyId([a, b, c, d])
    }

    pub(crate) fn from_bytes(bytes: [u8; 4]) -> KeyId {
        KeyId(bytes)
    }

    pub(crate) fn bytes(self) -> [u8; 4] {
        self.0
    }
}

impl fmt::Display for KeyId {
    /// Eight lower-case hexadecimal digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}", u32::from_be_bytes(self.0))
    }
}

/// A public key that passed admission, under a name and for one type of signature.
#[derive(Clone)]
pub struct VerifierKey {
    name: KeyName,
    id: KeyId,
    key: PublicKey,
}

/// The decoded key; decoding once is what makes checking many notes cheap.
#[derive(Clone)]
pub(crate) enum PublicKey {
    Ed25519(Ed25519),
    CosignatureEd25519(Ed25519),
    CosignatureMlDsa44(Box<MlDsa<MlDsa44>>),
}

impl VerifierKey {
    /// Admits a raw public key: 32 bytes of Ed25519, or 1,312 of ML-DSA-44.
    ///
    /// An Ed25519 key must decode, be canonical (y < 2^255 − 19) and not be of small order: libraries disagree
    /// about the others, and evidence must have one verdict everywhere. Every 1,312 bytes are a key of ML-DSA-44
    /// (FIPS 204, algorithm 23).
    ///
    /// # Errors
    /// [`Rejection::KeyRefused`].
    pub fn new(name: KeyName, kind: KeyType, key: &[u8]) -> Result<VerifierKey, Rejection> {
        let id = KeyId::of(name.as_str(), kind, key);
        let key = match kind {
            KeyType::Ed25519 => PublicKey::Ed25519(admit_ed25519(key)?),
            KeyType::CosignatureEd25519 => PublicKey::CosignatureEd25519(admit_ed25519(key)?),
            KeyType::CosignatureMlDsa44 => PublicKey::CosignatureMlDsa44(admit_ml_dsa(key)?),
        };
        Ok(VerifierKey { name, id, key })
    }

    /// Reads `name+id+key`.
    ///
    /// # Errors
    /// [`Rejection::Malformed`] with [`Fault::UnexpectedLine`] (no plus), [`Fault::BadName`] or
    /// [`Fault::NotBase64`]; [`Rejection::KeyRefused`].
    pub fn parse(text: &str) -> Result<VerifierKey, Rejection> {
        let refuse = |fault, offset| Rejection::Malformed { form: Form::VerifierKey, fault, offset };
        // The key's base64 may have a plus too, so the text is split from the left.
        let (name, rest) = text.split_once('+').ok_or(refuse(Fault::UnexpectedLine, 0))?;
        let (id, key) = rest.split_once('+').ok_or(refuse(Fault::UnexpectedLine, name.len()))?;
        let name = KeyName::parse(name).map_err(|_| refuse(Fault::BadName, 0))?;
        let bytes = Some(key).filter(|key| key.len() <= KEY_TEXT_MAX).and_then(b64::decode);
        let bytes = bytes.ok_or(refuse(Fault::NotBase64, text.len() - key.len()))?;
        let (kind, key) = bytes.split_first().ok_or(Rejection::KeyRefused(KeyFault::BadLength))?;
        let kind = KeyType::of(*kind).ok_or(Rejection::KeyRefused(KeyFault::UnknownType))?;
        let admitted = VerifierKey::new(name, kind, key)?;
        // Comparing texts makes upper-case digits another id, as they should be.
        if admitted.id.to_string() != id {
            return Err(Rejection::KeyRefused(KeyFault::OtherId));
        }
        Ok(admitted)
    }

    /// Whose key it is.
    pub fn name(&self) -> &KeyName {
        &self.name
    }

    /// Its id under that name.
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// What it signs.
    pub fn kind(&self) -> KeyType {
        match self.key {
            PublicKey::Ed25519(_) => KeyType::Ed25519,
            PublicKey::CosignatureEd25519(_) => KeyType::CosignatureEd25519,
            PublicKey::CosignatureMlDsa44(_) => KeyType::CosignatureMlDsa44,
        }
    }

    /// The raw public key.
    pub fn public_bytes(&self) -> Vec<u8> {
        match &self.key {
            PublicKey::Ed25519(key) | PublicKey::CosignatureEd25519(key) => key.as_bytes().to_vec(),
            PublicKey::CosignatureMlDsa44(key) => key.encode().to_vec(),
        }
    }

    pub(crate) fn key(&self) -> &PublicKey {
        &self.key
    }
}

impl fmt::Display for VerifierKey {
    /// `name+id+key`, the form that [`VerifierKey::parse`] reads.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = [&[self.kind().byte()], self.public_bytes().as_slice()].concat();
        write!(f, "{}+{}+{}", self.name, self.id, b64::encode(&key))
    }
}

impl fmt::Debug for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifierKey({}+{} {:?})", self.name, self.id, self.kind())
    }
}

fn admit_ed25519(bytes: &[u8]) -> Result<Ed25519, Rejection> {
    let refuse = |fault| Rejection::KeyRefused(fault);
    let bytes: &[u8; 32] = bytes.try_into().map_err(|_| refuse(KeyFault::BadLength))?;
    let key = Ed25519::from_bytes(bytes).map_err(|_| refuse(KeyFault::NotAPoint))?;
    if key.is_weak() {
        return Err(refuse(KeyFault::SmallOrder));
    }
    // Decoding takes y ≥ 2^255 − 19 too; a point encoded again has the one form.
    if key.to_edwards().compress().as_bytes() != bytes {
        return Err(refuse(KeyFault::NotCanonical));
    }
    Ok(key)
}

fn admit_ml_dsa(bytes: &[u8]) -> Result<Box<MlDsa<MlDsa44>>, Rejection> {
    let encoded = EncodedVerifyingKey::<MlDsa44>::try_from(bytes);
    let encoded = encoded.map_err(|_| Rejection::KeyRefused(KeyFault::BadLength))?;
    Ok(Box::new(MlDsa::decode(&encoded)))
}

/// Base64 of a type byte and an ML-DSA-44 key.
const KEY_TEXT_MAX: usize = 1752;
