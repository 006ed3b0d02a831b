//! Whose turn it is to send: deficit round robin (Shreedhar and Varghese, 1995) over the streams of a connection, so
//! that a match of a hundred megabytes does not keep a packet waiting.

use std::collections::VecDeque;

use crate::limits::WRITE_FRAME_BYTES;

/// Streams with something to send, each with the bytes that are left of its turn.
#[derive(Default)]
pub(super) struct Turns {
    ring: VecDeque<(u32, usize)>,
}

impl Turns {
    /// A stream has something to send; it joins at the end unless it stands there already.
    pub(super) fn join(&mut self, id: u32) {
        if !self.ring.iter().any(|(other, _)| *other == id) {
            self.ring.push_back((id, WRITE_FRAME_BYTES));
        }
    }

    /// Whose turn it is, and how many bytes it may send.
    pub(super) fn next(&self) -> Option<(u32, usize)> {
        self.ring.front().copied()
    }

    /// It has sent so much, and has more.
    pub(super) fn spend(&mut self, bytes: usize) {
        if let Some((_, left)) = self.ring.front_mut() {
            *left = left.saturating_sub(bytes);
        }
    }

    /// Its next frame is above what is left: the others first, then it has that and a full turn.
    pub(super) fn pass(&mut self) {
        if let Some((id, left)) = self.ring.pop_front() {
            self.ring.push_back((id, left.saturating_add(WRITE_FRAME_BYTES)));
        }
    }

    /// It has nothing to send, or no credit; what was left of its turn is lost.
    pub(super) fn leave(&mut self) {
        self.ring.pop_front();
    }
}
