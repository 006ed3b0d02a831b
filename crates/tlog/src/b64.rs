//! Base64 of RFC 4648 with padding, decoded strictly: one text per byte string.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The text of these bytes.
pub(crate) fn encode(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// The bytes of this text; `None` if it is not the one text for them.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let bytes = STANDARD.decode(text).ok()?;
    // The library's rules on trailing bits and padding are a setting; comparing the text again is none.
    (encode(&bytes) == text).then_some(bytes)
}

/// The same for a length that is known.
pub(crate) fn decode_exact<const N: usize>(text: &str) -> Option<[u8; N]> {
    // Longer text is not decoded at all.
    if text.len() != N.div_ceil(3) * 4 {
        return None;
    }
    decode(text)?.try_into().ok()
}
