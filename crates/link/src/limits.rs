//! Every bound of a link in one place: what a stranger, and what a peer, can make us spend.

use crate::{Error, Kind};

/// Largest frame, header and padding included. Both sides share it (PROTOCOL.md, section 24).
pub const FRAME_BYTES_MAX: usize = 1 << 20;

/// Header of a frame.
pub const HEADER_BYTES: usize = 8;

/// Largest payload of a frame.
pub const PAYLOAD_BYTES_MAX: usize = FRAME_BYTES_MAX - HEADER_BYTES;

/// Smallest frame on the wire: below this, a length tells what kind of frame it is.
pub const FRAME_BYTES_MIN: usize = 256;

/// Frames above this are padded to a multiple of it, below it to a power of two: at most half is padding in a small
/// frame, nothing to speak of in a large one. It is a record of TLS as well.
pub const FRAME_STEP_BYTES: usize = 16 << 10;

/// A hello: all have this size. 3,858 bytes are keys, signatures and ids at their longest, the rest room for versions.
pub const HELLO_FRAME_BYTES: usize = 4 << 10;

/// What such a frame can hold.
pub const HELLO_PAYLOAD_BYTES_MAX: usize = HELLO_FRAME_BYTES - HEADER_BYTES;

/// Most versions in a hello.
pub const VERSIONS_MAX: usize = 8;

/// Bytes in one frame that we write ourselves: small enough that a ping behind it waits 50 ms at 10 Mbit/s, large enough
/// that a frame costs nothing beside its encryption.
pub const WRITE_FRAME_BYTES: usize = 64 << 10;

/// Bytes that one connection reads, and writes, before it lets the others: the quantum between peers.
pub const TURN_BYTES: usize = 256 << 10;

/// How long a connection that has ended waits for its last word to arrive.
pub const LINGER_MS: u64 = 500;

/// Bytes that it reads, and throws away, meanwhile.
pub const LINGER_BYTES: u64 = 16 << 20;

/// Bytes read from a socket in one call.
pub const READ_BUFFER_BYTES: usize = 64 << 10;

/// Connections that came to stand and wait for the node to take them.
pub const ACCEPTED_MAX: usize = 16;

/// Wait after the system gave no connection: it has run out of something.
pub const ACCEPT_PAUSE_MS: u64 = 100;

/// What a stream may have queued here before `send` waits: enough to keep the socket busy.
pub const SEND_QUEUE_BYTES: usize = 1 << 20;

/// Least grant of credit, as a part of the window: so grants are few beside what they grant.
pub const GRANT_PART: u32 = 4;

/// Streams that a peer may have unread here, as a multiple of those it may have open: its count falls with the last
/// frame, ours when the frame was read.
pub const STREAMS_LENIENCE: usize = 2;

/// Bytes that may be under way to us on a stream of this kind, frames with header and padding. A match sends tens of
/// megabytes and must fill a line of 1 Gbit/s over 30 ms; a packet waits for its answer anyway.
pub fn window_bytes(kind: Kind) -> u32 {
    match kind {
        Kind::Exchange => 1 << 20,
        Kind::Match => 4 << 20,
        Kind::Ping => 64 << 10,
    }
}

/// Streams of a kind that each side may have open. The quota of requests is four a peer.
pub fn streams_max(kind: Kind) -> usize {
    match kind {
        Kind::Exchange => 4,
        Kind::Match => 2,
        Kind::Ping => 1,
    }
}

/// Bounds of waits and counts that are this node's own choice. Milliseconds where the name says so.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Limits {
    /// For the connection, the TLS handshake, and each hello.
    pub handshake_ms: u64,
    /// Without a byte from the peer; the connection is closed after it.
    pub idle_ms: u64,
    /// Without a byte from the peer; a ping is sent after it.
    pub ping_ms: u64,
    /// For one frame to leave.
    pub write_ms: u64,
    /// For the rest of a header once its first byte is here, and on top of the time that a payload has.
    pub frame_ms: u64,
    /// Least rate of a payload that has begun.
    pub rate_bytes_per_second_min: u64,
    /// For credit, the next piece, or the flush of a stream, unless its user sets another.
    pub stream_ms: u64,
    /// For the answer of a connection that another one of the same pair may replace.
    pub probe_ms: u64,
    /// Handshakes under way, of one address.
    pub handshakes_per_address: usize,
    /// Handshakes under way, in all.
    pub handshakes: usize,
    /// Streams that one peer may open in a second, for long. Beyond it we read from it more slowly.
    pub opens_per_second: u32,
    /// Streams that it may open at once.
    pub opens_burst: u32,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            handshake_ms: 5_000,
            idle_ms: 60_000,
            ping_ms: 20_000,
            write_ms: 30_000,
            frame_ms: 5_000,
            rate_bytes_per_second_min: 1 << 10,
            stream_ms: 60_000,
            probe_ms: 2_000,
            handshakes_per_address: 8,
            handshakes: 1_024,
            opens_per_second: 50,
            opens_burst: 100,
        }
    }
}

impl Limits {
    /// # Errors
    /// [`Error::Setup`] naming the first that is nought or above its ceiling.
    pub fn check(&self) -> Result<(), Error> {
        const HOUR_MS: u64 = 3_600_000;
        let bounds = [
            ("handshake_ms", self.handshake_ms, 60_000),
            ("idle_ms", self.idle_ms, HOUR_MS),
            ("ping_ms", self.ping_ms, self.idle_ms / 2),
            ("write_ms", self.write_ms, HOUR_MS),
            ("frame_ms", self.frame_ms, 60_000),
            ("rate_bytes_per_second_min", self.rate_bytes_per_second_min, 1 << 20),
            ("stream_ms", self.stream_ms, HOUR_MS),
            ("probe_ms", self.probe_ms, self.handshake_ms),
            ("handshakes_per_address", self.handshakes_per_address as u64, 1_024),
            ("handshakes", self.handshakes as u64, 16_384),
            ("opens_per_second", u64::from(self.opens_per_second), 10_000),
            ("opens_burst", u64::from(self.opens_burst), 10_000),
        ];
        let outside = bounds.into_iter().find(|(_, value, most)| *value == 0 || value > most);
        outside.map_or(Ok(()), |(name, ..)| Err(Error::Setup(name)))
    }
}
