//! Group elements as foreign bytes: decoded, checked, ordered. No secret passes through here.

use curve25519_dalek::ristretto::{CompressedRistretto, RistrettoPoint};

use super::ELEMENT_BYTES;
use crate::limits::BLOCK_ELEMENTS;
use crate::par::{self, Par};
use crate::rejection::Rejection;

/// An encoded group element (RFC 9496, section 4.3.2).
pub(super) type Encoded = [u8; ELEMENT_BYTES];

/// Why 32 bytes are not an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    NotCanonical,
    Identity,
}

impl Fault {
    pub(super) fn of_element(self, index: usize) -> Rejection {
        let index = index as u64;
        match self {
            Fault::NotCanonical => Rejection::ElementNotCanonical { index },
            Fault::Identity => Rejection::ElementIdentity { index },
        }
    }

    pub(super) fn of_key(self) -> Rejection {
        match self {
            Fault::NotCanonical => Rejection::KeyNotCanonical,
            Fault::Identity => Rejection::KeyIdentity,
        }
    }
}

/// DeserializeElement of RFC 9497, section 4.1: canonical encodings only, never the identity.
pub(super) fn decode(encoded: &Encoded) -> Result<RistrettoPoint, Fault> {
    // The identity has one canonical encoding, all zero.
    if *encoded == [0; ELEMENT_BYTES] {
        return Err(Fault::Identity);
    }
    CompressedRistretto(*encoded).decompress().ok_or(Fault::NotCanonical)
}

/// Decodes all elements of a body.
///
/// # Errors
/// [`Rejection::ElementNotCanonical`] or [`Rejection::ElementIdentity`] for the lowest index at fault.
pub(super) fn decode_all(par: &dyn Par, encoded: &[Encoded]) -> Result<Vec<RistrettoPoint>, Rejection> {
    let blocks = par::map(par, encoded.len().div_ceil(BLOCK_ELEMENTS), |block| {
        let range = par::block(encoded.len(), BLOCK_ELEMENTS, block);
        let start = range.start;
        encoded[range]
            .iter()
            .enumerate()
            .map(|(i, element)| decode(element).map_err(|fault| fault.of_element(start + i)))
            .collect::<Result<Vec<_>, _>>()
    });
    let mut points = Vec::with_capacity(encoded.len());
    for block in blocks {
        points.extend(block?);
    }
    Ok(points)
}

/// Whether the elements ascend strictly, compared as byte strings.
///
/// # Errors
/// [`Rejection::ElementRepeated`] or [`Rejection::ElementsNotAscending`] for the lowest index at fault.
pub(super) fn check_ascending(encoded: &[Encoded]) -> Result<(), Rejection> {
    for (i, pair) in encoded.array_windows().enumerate() {
        let [left, right] = pair;
        let index = i as u64 + 1;
        match left.cmp(right) {
            std::cmp::Ordering::Less => {}
            std::cmp::Ordering::Equal => return Err(Rejection::ElementRepeated { index }),
            std::cmp::Ordering::Greater => return Err(Rejection::ElementsNotAscending { index }),
        }
    }
    Ok(())
}
