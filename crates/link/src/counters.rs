//! What an endpoint has counted since it began.

use std::collections::BTreeMap;

/// Counts of an endpoint. Names are ours, never a peer's.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Counters {
    /// Handshakes begun, of both sides.
    pub handshakes: u64,
    /// Connections that came to stand.
    pub connected: u64,
    /// Connections that stand now.
    pub open: u64,
    /// What was refused, and ended, by name.
    pub ended: BTreeMap<&'static str, u64>,
    /// Bytes of frames that came.
    pub received_bytes: u64,
    /// Bytes of frames that left.
    pub sent_bytes: u64,
}
