//! Why the signer does not sign.

use std::fmt;

use detente_tlog::{KeyName, Rejection};

use super::Recovering;
use crate::record::Error;

/// What is wrong with what was to be signed. Nothing was signed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// The signer's memory is in doubt.
    Recovering(Recovering),
    /// There is no key of this name.
    NoKey {
        /// The log, or the log that was to be cosigned.
        name: KeyName,
    },
    /// A log of ours, which is signed and not cosigned.
    OwnLog {
        /// The log.
        origin: KeyName,
    },
    /// A smaller head than the one signed last. An alarm: this disk, or a peer, has gone back in time.
    Shrunk {
        /// The log.
        origin: KeyName,
        /// What was signed.
        signed: u64,
        /// What was to be signed.
        asked: u64,
    },
    /// Another root at the size signed last. An alarm: both heads together are a fork.
    OtherRoot {
        /// The log.
        origin: KeyName,
        /// The size.
        size: u64,
    },
    /// The proof begins at another size than the one signed last.
    OtherStart {
        /// The log.
        origin: KeyName,
        /// What was signed.
        signed: u64,
        /// Where the proof begins.
        asked: u64,
    },
    /// The proof does not show that the new head extends the one signed last.
    NotExtended {
        /// The log.
        origin: KeyName,
        /// What was signed.
        signed: u64,
        /// What was to be signed.
        asked: u64,
        /// What the proof is.
        rejection: Rejection,
    },
}

impl Refusal {
    /// The stable name.
    pub fn name(&self) -> &'static str {
        match self {
            Refusal::Recovering(_) => "recovering",
            Refusal::NoKey { .. } => "no-key",
            Refusal::OwnLog { .. } => "own-log",
            Refusal::Shrunk { .. } => "shrunk",
            Refusal::OtherRoot { .. } => "other-signed-root",
            Refusal::OtherStart { .. } => "other-start",
            Refusal::NotExtended { .. } => "not-extended",
        }
    }

    /// Whether people must look: somewhere a log has two histories, or a disk has lost one.
    pub fn is_alarm(&self) -> bool {
        matches!(self, Refusal::Shrunk { .. } | Refusal::OtherRoot { .. } | Refusal::NotExtended { .. })
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::Recovering(reason) => write!(f, "not signed: {reason}"),
            Refusal::NoKey { name } => write!(f, "{name}: the signer has no key for it"),
            Refusal::OwnLog { origin } => write!(f, "{origin}: a log of our own is not cosigned"),
            Refusal::Shrunk { origin, signed, asked } => {
                write!(f, "{origin}: {signed} leaves were signed, {asked} are fewer")
            }
            Refusal::OtherRoot { origin, size } => {
                write!(f, "{origin}: another root was signed for {size} leaves")
            }
            Refusal::OtherStart { origin, signed, asked } => {
                write!(f, "{origin}: {signed} leaves were signed, the proof begins at {asked}")
            }
            Refusal::NotExtended { origin, signed, asked, rejection } => {
                write!(f, "{origin}: {asked} leaves do not extend the {signed} that were signed: {rejection}")
            }
        }
    }
}

impl std::error::Error for Refusal {}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Error {
        Error::Refused(refusal)
    }
}
