//! Bytes between nodes. It does not know what they say: packets and messages of a match pass through unread.

#![forbid(unsafe_code)]

mod keys;

pub use keys::LinkKeys;
