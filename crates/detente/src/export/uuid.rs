//! Ids of exported objects: UUIDs of version 5 (RFC 9562, section 5.5).

use sha1::{Digest, Sha1};

/// The name space of this program's objects: random, once.
const SPACE: [u8; 16] =
    [0x3c, 0x1f, 0x5a, 0x90, 0x8e, 0x42, 0x4d, 0x77, 0xa1, 0x0b, 0x66, 0xd2, 0x19, 0xe8, 0x54, 0xc3];

/// The id of what these parts name together. No part holds a line feed: canonical items, hexadecimal digits and
/// names of ours never do.
pub(super) fn of(parts: &[&str]) -> String {
    let digest = Sha1::new().chain_update(SPACE).chain_update(parts.join("\n")).finalize();
    let mut text = String::with_capacity(36);
    for (at, byte) in digest.iter().take(16).enumerate() {
        let byte = match at {
            6 => byte & 0x0f | 0x50,
            8 => byte & 0x3f | 0x80,
            _ => *byte,
        };
        text += if matches!(at, 4 | 6 | 8 | 10) { "-" } else { "" };
        text += &format!("{byte:02x}");
    }
    text
}
