//! Base64 of RFC 4648 with padding, decoded strictly: one text per byte string.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The text of these bytes.
pub fn encode(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// The `N` bytes of this text; `None` if it has another length or is not the one text for them.
pub fn decode<const N: usize>(text: &str) -> Option<[u8; N]> {
    let bytes: [u8; N] = STANDARD.decode(text).ok()?.try_into().ok()?;
    (encode(&bytes) == text).then_some(bytes)
}

/// The bytes of this text, at most `bytes_max`; `None` if it is longer or not the one text for them.
pub fn decode_any(text: &str, bytes_max: usize) -> Option<Vec<u8>> {
    let bytes = STANDARD.decode(text).ok().filter(|bytes| bytes.len() <= bytes_max)?;
    (encode(&bytes) == text).then_some(bytes)
}
