//! One signature over one text, by the type of its key.

use ed25519_dalek::{Signature as Ed25519Signature, VerifyingKey as Ed25519};
use ml_dsa::{EncodedSignature, MlDsa44, Signature as MlDsaSignature, VerifyingKey as MlDsa};

use crate::checkpoint::Checkpoint;
use crate::cosign::{CosignTime, ed25519_message, ml_dsa_message};
use crate::key::{PublicKey, VerifierKey};

/// `None` if it does not hold; else the time it carries, which a log's Ed25519 line does not.
pub(crate) fn signature(key: &VerifierKey, text: &str, signature: &[u8]) -> Option<Option<CosignTime>> {
    match key.key() {
        PublicKey::Ed25519(public) => {
            let signature = signature.try_into().ok()?;
            is_ed25519(public, text.as_bytes(), signature).then_some(None)
        }
        PublicKey::CosignatureEd25519(public) => {
            let (time, signature) = timestamped(signature)?;
            let message = ed25519_message(time, text);
            is_ed25519(public, &message, signature.try_into().ok()?).then_some(Some(time))
        }
        PublicKey::CosignatureMlDsa44(public) => {
            let (time, signature) = timestamped(signature)?;
            let message = ml_dsa_message(key.name(), time, &Checkpoint::parse(text).ok()?);
            is_ml_dsa(public, &message, NO_CONTEXT, signature).then_some(Some(time))
        }
    }
}

/// A time of eight bytes and the signature behind it.
fn timestamped(bytes: &[u8]) -> Option<(CosignTime, &[u8])> {
    let (time, signature) = bytes.split_first_chunk()?;
    Some((CosignTime::new(u64::from_be_bytes(*time)).ok()?, signature))
}

/// The strict rule: the equation without cofactor, R compared as bytes, s < L, and neither the key nor R of small
/// order, so that all libraries reach the same verdict.
fn is_ed25519(key: &Ed25519, message: &[u8], signature: &[u8; 64]) -> bool {
    key.verify_strict(message, &Ed25519Signature::from_bytes(signature)).is_ok()
}

/// FIPS 204, algorithm 3.
fn is_ml_dsa(key: &MlDsa<MlDsa44>, message: &[u8], context: &[u8], signature: &[u8]) -> bool {
    let decoded = EncodedSignature::<MlDsa44>::try_from(signature).ok();
    let decoded = decoded.as_ref().and_then(MlDsaSignature::decode);
    decoded.is_some_and(|signature| key.verify_with_context(message, context, &signature))
}

/// What tlog-cosignature signs under. Only the vectors know others.
const NO_CONTEXT: &[u8] = &[];

#[cfg(test)]
mod tests;
