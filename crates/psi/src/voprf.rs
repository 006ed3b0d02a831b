//! The suite `voprf`: RFC 9497, mode VOPRF, ristretto255-SHA512, in two messages that fit into files.
//!
//! R blinds its padded list and sends it (*ask*). S multiplies every element by a key made for this run,
//! proves that it used the key it names, and adds the tags of its own padded list (*answer*). R checks the
//! proofs, removes its blinds and looks for its own tags among those of S. No key outlives a run here, no
//! message is signed and no result file is written.
//!
//! # Bytes
//! | body | bytes |
//! |---|---|
//! | ask | n_R blinded elements of 32 bytes, strictly ascending |
//! | answer | n_R evaluated elements of 32 bytes in the order of the ask; ⌈n_R / 8192⌉ proofs of 64 bytes, one for each 8,192 elements; n_S tags of 16 bytes, strictly ascending |
//!
//! Both lengths follow from the classes alone, and order and padding say nothing about the lists.
//!
//! # What each side learns
//! S learns the class of R and that R asked; the blinding hides the items perfectly. R learns the class of S
//! and which of its own items S used, testing exactly n_R inputs. Whoever later gets the key of the run (a
//! leak of the seed of S, or a quantum computer) can test guesses against the tags: the lists of S are not
//! protected against that.
//!
//! # What the proofs do not show
//! A proof binds the evaluated elements, not the tags: an altered tag that keeps the order only loses a
//! match, or passes unnoticed if it belonged to no common item. Carriers are kept out by the signature around
//! the answer, S itself by opening what it lists.

use std::borrow::Cow;

use crate::common::TAG_BYTES;
use crate::limits::CHUNK_ELEMENTS;
use crate::size::SizeClass;

mod answerer;
mod asker;
#[cfg(feature = "ct")]
pub(crate) mod ct;
mod dleq;
mod element;
mod expand;
mod rfc9497;
mod side;
mod tag;
#[cfg(test)]
mod vectors;

pub use answerer::{Answerer, AnswererParameters};
pub use asker::{Asker, AskerParameters};

/// A message of this suite. Borrowed on the way in, owned on the way out.
#[derive(Clone, PartialEq, Eq)]
pub enum Message<'a> {
    /// From R to S.
    Ask(Ask<'a>),
    /// From S to R.
    Answer(Answer<'a>),
}

impl Message<'_> {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Message::Ask(_) => "ask",
            Message::Answer(_) => "answer",
        }
    }
}

/// What R sends.
#[derive(Clone, PartialEq, Eq)]
pub struct Ask<'a> {
    /// [`ask_bytes`] bytes.
    pub body: Cow<'a, [u8]>,
}

/// What S sends back.
#[derive(Clone, PartialEq, Eq)]
pub struct Answer<'a> {
    /// The acceptance that this answer goes with, by [`run::accept_id`](crate::run::accept_id).
    pub accept_id: [u8; 32],
    /// n_S. The caller has compared it with the bound in the terms.
    pub class: SizeClass,
    /// pkS, the public key of this run.
    pub pk: [u8; 32],
    /// [`answer_bytes`] bytes.
    pub body: Cow<'a, [u8]>,
}

/// The length of the body of an ask, in bytes: 32 · n_R.
pub fn ask_bytes(asker: SizeClass) -> u64 {
    asker.get() * ELEMENT_BYTES as u64
}

/// The length of the body of an answer, in bytes: 32 · n_R + 64 · ⌈n_R / 8192⌉ + 16 · n_S.
pub fn answer_bytes(asker: SizeClass, answerer: SizeClass) -> u64 {
    ask_bytes(asker)
        + asker.get().div_ceil(CHUNK_ELEMENTS as u64) * dleq::PROOF_BYTES as u64
        + answerer.get() * TAG_BYTES as u64
}

/// The length of an encoded group element.
const ELEMENT_BYTES: usize = 32;

/// Whether a body has the length that the classes imply.
fn check_length(body: &[u8], expected: u64) -> Result<(), crate::Rejection> {
    let found = body.len() as u64;
    match found.cmp(&expected) {
        std::cmp::Ordering::Less => Err(crate::Rejection::BodyTooShort { expected, found }),
        std::cmp::Ordering::Equal => Ok(()),
        std::cmp::Ordering::Greater => Err(crate::Rejection::BodyTooLong { expected, found }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_follow_the_classes() {
        let class = |size| SizeClass::from_u64(size).expect("a class");
        assert_eq!(ask_bytes(class(10_240)), 327_680);
        assert_eq!(answer_bytes(class(10_240), class(1 << 20)), 327_680 + 128 + 16_777_216);
        assert_eq!(answer_bytes(class(8192), class(256)), 262_144 + 64 + 4096);
        assert_eq!(answer_bytes(SizeClass::MAX, SizeClass::MAX), 48 * 29_360_128 + 64 * 3584);
    }
}
