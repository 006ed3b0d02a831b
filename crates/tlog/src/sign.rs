//! Signing checkpoints. Keys are made from 32 bytes that the caller drew; this crate draws none, and every
//! signature is deterministic.
//!
//! A key here signs whatever checkpoint it is given. That no two roots are signed for one size is the work of
//! whoever keeps the state of the signer: see [`Head::advance`](crate::Head::advance).

use ed25519_dalek::{Signer as _, SigningKey as Ed25519};
use ml_dsa::{MlDsa44, Seed, SignatureEncoding as _, SigningKey as MlDsa};

use crate::checkpoint::Checkpoint;
use crate::cosign::{CosignTime, ed25519_message, ml_dsa_message};
use crate::key::{KeyType, VerifierKey};
use crate::name::KeyName;
use crate::note::{assemble, write_line};
use crate::rejection::Rejection;

/// The Ed25519 key of a log (0x01). Wiped on drop; no `Debug`, no `Clone`.
pub struct LogKey {
    secret: Ed25519,
    verifier: VerifierKey,
}

impl LogKey {
    /// The key of this RFC 8032 seed for the log of this origin.
    ///
    /// # Errors
    /// [`Rejection::KeyRefused`]: never for a seed that was drawn.
    pub fn from_seed(origin: KeyName, seed: &[u8; 32]) -> Result<LogKey, Rejection> {
        let secret = Ed25519::from_bytes(seed);
        let verifier = VerifierKey::new(origin, KeyType::Ed25519, secret.verifying_key().as_bytes())?;
        Ok(LogKey { secret, verifier })
    }

    /// Its public half.
    pub fn verifier(&self) -> &VerifierKey {
        &self.verifier
    }

    /// The note of a checkpoint, with this log's line alone.
    ///
    /// # Errors
    /// [`Rejection::OtherOrigin`] for the checkpoint of another log.
    pub fn sign(&self, checkpoint: &Checkpoint) -> Result<String, Rejection> {
        if checkpoint.origin() != self.verifier.name() {
            return Err(Rejection::OtherOrigin);
        }
        let text = checkpoint.to_string();
        let signature = self.secret.sign(text.as_bytes()).to_bytes();
        let line = write_line(self.verifier.name().as_str(), self.verifier.id(), &signature);
        Ok(assemble(&text, line.lines()))
    }
}

/// The key of a cosigner (0x04 or 0x06). A log's own second signature is one as well, under its origin.
pub struct CosignerKey {
    secret: CosignerSecret,
    verifier: VerifierKey,
}

enum CosignerSecret {
    Ed25519(Box<Ed25519>),
    MlDsa44(Box<MlDsa<MlDsa44>>),
}

impl CosignerKey {
    /// An Ed25519 cosigner, from an RFC 8032 seed.
    ///
    /// # Errors
    /// [`Rejection::KeyRefused`]: never for a seed that was drawn.
    pub fn ed25519(name: KeyName, seed: &[u8; 32]) -> Result<CosignerKey, Rejection> {
        let secret = Box::new(Ed25519::from_bytes(seed));
        let public = secret.verifying_key();
        let verifier = VerifierKey::new(name, KeyType::CosignatureEd25519, public.as_bytes())?;
        Ok(CosignerKey { secret: CosignerSecret::Ed25519(secret), verifier })
    }

    /// An ML-DSA-44 cosigner, from a FIPS 204 seed.
    ///
    /// # Errors
    /// As [`CosignerKey::ed25519`].
    pub fn ml_dsa_44(name: KeyName, seed: &[u8; 32]) -> Result<CosignerKey, Rejection> {
        let secret = Box::new(MlDsa::<MlDsa44>::from_seed(&Seed::from(*seed)));
        let public = AsRef::<ml_dsa::VerifyingKey<MlDsa44>>::as_ref(&*secret).encode();
        let verifier = VerifierKey::new(name, KeyType::CosignatureMlDsa44, &public)?;
        Ok(CosignerKey { secret: CosignerSecret::MlDsa44(secret), verifier })
    }

    /// Its public half.
    pub fn verifier(&self) -> &VerifierKey {
        &self.verifier
    }

    /// The signature line of this cosigner under a checkpoint, with its line feed.
    pub fn cosign(&self, checkpoint: &Checkpoint, time: CosignTime) -> String {
        let name = self.verifier.name();
        let signature = match &self.secret {
            CosignerSecret::Ed25519(secret) => {
                secret.sign(&ed25519_message(time, &checkpoint.to_string())).to_bytes().to_vec()
            }
            CosignerSecret::MlDsa44(secret) => {
                secret.sign(&ml_dsa_message(name, time, checkpoint)).to_bytes().to_vec()
            }
        };
        let timestamped = [time.seconds().to_be_bytes().as_slice(), &signature].concat();
        write_line(name.as_str(), self.verifier.id(), &timestamped)
    }
}
