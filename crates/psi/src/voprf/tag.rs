//! The tag of this suite. Where a tag's element comes from stands with the machines.

use super::element::Encoded;
use super::rfc9497;
use crate::common::Tag;

/// The tag of an input, given its evaluated and unblinded element.
pub(super) fn tag(input: &[u8], element: &Encoded) -> Tag {
    let output = rfc9497::finalize(input, element);
    *output.first_chunk().expect("64 bytes have a first 16")
}
