//! Cosignatures (C2SP tlog-cosignature): what a cosigner signs, and when it says it did.

use crate::checkpoint::Checkpoint;
use crate::limits::COSIGN_TIME_MAX;
use crate::name::KeyName;
use crate::rejection::{Fault, Form, Rejection};

/// A time in seconds since 1970, UTC: 1 to 2^63 − 1. Zero would say nothing about time and is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CosignTime(u64);

impl CosignTime {
    /// # Errors
    /// [`Fault::NumberTooLarge`] for 0 and above 2^63 − 1.
    pub fn new(seconds: u64) -> Result<CosignTime, Rejection> {
        if seconds == 0 || seconds > COSIGN_TIME_MAX {
            let fault = Fault::NumberTooLarge;
            return Err(Rejection::Malformed { form: Form::Note, fault, offset: 0 });
        }
        Ok(CosignTime(seconds))
    }

    /// The seconds.
    pub fn seconds(self) -> u64 {
        self.0
    }
}

/// What an Ed25519 cosigner (0x04) signs: two lines, and the text of the note. It does not name the cosigner, so
/// each cosigner name has a key of its own.
pub(crate) fn ed25519_message(time: CosignTime, text: &str) -> Vec<u8> {
    format!("cosignature/v1\ntime {}\n{text}", time.0).into_bytes()
}

/// What an ML-DSA-44 cosigner (0x06) signs for a whole checkpoint, in pure mode with an empty context:
/// `"subtree/v1\n\0" ‖ u8 len ‖ cosigner ‖ u64be time ‖ u8 len ‖ origin ‖ u64be 0 ‖ u64be size ‖ root`.
pub fn ml_dsa_message(cosigner: &KeyName, time: CosignTime, checkpoint: &Checkpoint) -> Vec<u8> {
    let mut message = b"subtree/v1\n\0".to_vec();
    push_name(&mut message, cosigner);
    message.extend(time.0.to_be_bytes());
    push_name(&mut message, checkpoint.origin());
    message.extend(0u64.to_be_bytes());
    message.extend(checkpoint.size().get().to_be_bytes());
    message.extend(checkpoint.root().as_bytes());
    message
}

fn push_name(message: &mut Vec<u8>, name: &KeyName) {
    // A name has 255 bytes at most.
    message.push(name.as_str().len() as u8);
    message.extend(name.as_str().as_bytes());
}
