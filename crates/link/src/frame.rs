//! Frames: a header of eight bytes, a payload, zeros up to the next size of a short list.
//!
//! `type u8 ‖ length u24 ‖ stream u32`, little-endian. The padding follows from the length, so it is not said.

#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use crate::Rejection;
use crate::limits::{FRAME_BYTES_MAX, FRAME_BYTES_MIN, FRAME_STEP_BYTES, HEADER_BYTES, PAYLOAD_BYTES_MAX};

/// What a frame is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Type {
    /// The first of each side: who it is.
    Hello,
    /// Opens a stream; the payload is its kind.
    Open,
    /// A part of a piece; more follow.
    Part,
    /// The last part of a piece.
    Last,
    /// No more pieces come.
    Finish,
    /// The stream ends at once; the payload is why.
    Reset,
    /// So many more bytes may come; the payload is how many.
    Grant,
    /// Asks for a pong with the same payload.
    Ping,
    /// Its answer.
    Pong,
    /// The connection ends; the payload is why.
    Close,
}

/// Types by number, whether they belong to a stream, and the length of their payload where there is one length.
const TYPES: [(Type, bool, Option<usize>); 10] = [
    (Type::Hello, false, None),
    (Type::Open, true, Some(1)),
    (Type::Part, true, None),
    (Type::Last, true, None),
    (Type::Finish, true, Some(0)),
    (Type::Reset, true, Some(1)),
    (Type::Grant, true, Some(4)),
    (Type::Ping, false, Some(8)),
    (Type::Pong, false, Some(8)),
    (Type::Close, false, Some(1)),
];

/// The head of a frame.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Header {
    /// What the frame is.
    pub kind: Type,
    /// Its stream; 0 where it belongs to none.
    pub stream: u32,
    /// Bytes of its payload.
    pub payload_bytes: usize,
}

impl Header {
    /// Reads a header, and checks all of it that needs no state.
    ///
    /// # Errors
    /// [`Rejection::UnknownFrame`], [`Rejection::FrameTooLong`], [`Rejection::WrongStream`],
    /// [`Rejection::BadLength`], in this order.
    pub fn read(bytes: [u8; HEADER_BYTES]) -> Result<Header, Rejection> {
        let [number, l0, l1, l2, s0, s1, s2, s3] = bytes;
        let payload_bytes = u32::from_le_bytes([l0, l1, l2, 0]) as usize;
        let stream = u32::from_le_bytes([s0, s1, s2, s3]);
        let &(kind, of_stream, length) = TYPES.get(usize::from(number)).ok_or(Rejection::UnknownFrame)?;
        match () {
            () if payload_bytes > PAYLOAD_BYTES_MAX => Err(Rejection::FrameTooLong),
            () if of_stream != (stream != 0) => Err(Rejection::WrongStream),
            () if length.is_some_and(|due| due != payload_bytes) => Err(Rejection::BadLength),
            // A part of no bytes would cost its sender a frame and us a turn, for nothing.
            () if kind == Type::Part && payload_bytes == 0 => Err(Rejection::BadLength),
            () => Ok(Header { kind, stream, payload_bytes }),
        }
    }

    /// Its bytes. `payload_bytes` is at most [`PAYLOAD_BYTES_MAX`].
    pub fn write(&self) -> [u8; HEADER_BYTES] {
        let number = TYPES.iter().position(|(kind, ..)| *kind == self.kind).unwrap_or_default();
        let [l0, l1, l2, ..] = (self.payload_bytes as u32).to_le_bytes();
        let [s0, s1, s2, s3] = self.stream.to_le_bytes();
        [number as u8, l0, l1, l2, s0, s1, s2, s3]
    }

    /// Bytes of the whole frame.
    pub fn frame_bytes(&self) -> usize {
        frame_bytes(self.payload_bytes)
    }

    /// Bytes of its padding.
    pub fn padding_bytes(&self) -> usize {
        self.frame_bytes().saturating_sub(self.payload_bytes).saturating_sub(HEADER_BYTES)
    }
}

/// The whole frame of a payload: the next power of two from [`FRAME_BYTES_MIN`], or the next multiple of
/// [`FRAME_STEP_BYTES`] above that.
pub fn frame_bytes(payload_bytes: usize) -> usize {
    let bare = payload_bytes.saturating_add(HEADER_BYTES);
    if bare > FRAME_STEP_BYTES {
        bare.next_multiple_of(FRAME_STEP_BYTES)
    } else {
        bare.next_power_of_two().max(FRAME_BYTES_MIN)
    }
}

/// The largest payload whose frame has at most so many bytes; `None` below the smallest frame.
pub fn payload_within(bytes: usize) -> Option<usize> {
    let bytes = bytes.min(FRAME_BYTES_MAX);
    let size = match bytes {
        FRAME_STEP_BYTES.. => bytes.checked_div(FRAME_STEP_BYTES)?.checked_mul(FRAME_STEP_BYTES)?,
        FRAME_BYTES_MIN.. => 1 << bytes.checked_ilog2()?,
        _ => return None,
    };
    size.checked_sub(HEADER_BYTES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_come_back() {
        for (kind, of_stream, length) in TYPES {
            let header = Header {
                kind,
                stream: if of_stream { 0x0102_0304 } else { 0 },
                payload_bytes: length.unwrap_or(PAYLOAD_BYTES_MAX),
            };
            assert_eq!(Header::read(header.write()), Ok(header));
        }
    }

    #[test]
    fn frames_have_few_sizes_and_never_more_than_twice_their_payload() {
        for payload in 0..=PAYLOAD_BYTES_MAX {
            let frame = frame_bytes(payload);
            assert!(frame >= payload + HEADER_BYTES && frame <= FRAME_BYTES_MAX);
            assert!(frame < 2 * (payload + HEADER_BYTES) || frame == FRAME_BYTES_MIN);
            let most = payload_within(frame).unwrap();
            assert!(most >= payload && frame_bytes(most) == frame);
        }
    }

    #[test]
    fn a_payload_fits_the_bytes_that_there_are() {
        assert_eq!(payload_within(FRAME_BYTES_MIN - 1), None);
        for bytes in FRAME_BYTES_MIN..=2 * FRAME_BYTES_MAX {
            let payload = payload_within(bytes).unwrap();
            assert!(frame_bytes(payload) <= bytes && payload <= PAYLOAD_BYTES_MAX);
        }
    }
}
