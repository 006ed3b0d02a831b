//! Frames that go out.

use std::ops::Range;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::Mux;
use super::stream::{Sending, Stream};
use crate::Error;
use crate::frame::{Header, Type, payload_within};
use crate::limits::SEND_QUEUE_BYTES;

/// A frame to write: header, payload, and zeros as its header says.
pub struct Frame {
    /// Its head.
    pub header: Header,
    /// Its payload.
    pub body: Body,
}

/// A payload: short, or a part of a piece that is not copied for it.
pub enum Body {
    /// The first bytes of these, as many as the header says.
    Short([u8; 8]),
    /// These of a piece.
    Part(Arc<Vec<u8>>, Range<usize>),
}

impl Frame {
    /// The payload.
    pub fn payload(&self) -> &[u8] {
        match &self.body {
            Body::Short(bytes) => bytes.get(..self.header.payload_bytes),
            Body::Part(piece, range) => piece.get(range.clone()),
        }
        .unwrap_or_default()
    }
}

impl Mux {
    /// Waits until less is queued on a stream than may be.
    ///
    /// # Errors
    /// What ended the stream or the connection; [`Error::Finished`] after [`Mux::finish`].
    pub fn poll_room(&mut self, cx: &Context<'_>, id: u32) -> Poll<Result<(), Error>> {
        self.poll_sending(cx, id, |stream| match stream.sending {
            Sending::Open => (stream.queued_bytes < SEND_QUEUE_BYTES).then_some(Ok(())),
            _ => Some(Err(Error::Finished)),
        })
    }

    /// Waits until the end of a stream was said.
    ///
    /// # Errors
    /// What ended the stream or the connection instead.
    pub fn poll_finished(&mut self, cx: &Context<'_>, id: u32) -> Poll<Result<(), Error>> {
        self.poll_sending(cx, id, |stream| (stream.sending == Sending::Ended).then_some(Ok(())))
    }

    fn poll_sending(
        &mut self,
        cx: &Context<'_>,
        id: u32,
        ready: impl FnOnce(&Stream) -> Option<Result<(), Error>>,
    ) -> Poll<Result<(), Error>> {
        let ended = self.ended.unwrap_or(Error::Finished);
        let Some(stream) = self.streams.get_mut(&id) else { return Poll::Ready(Err(ended)) };
        if let Some(error) = stream.broken {
            return Poll::Ready(Err(error));
        }
        match ready(stream) {
            Some(result) => Poll::Ready(result),
            None => {
                stream.sender = Some(cx.waker().clone());
                Poll::Pending
            }
        }
    }

    /// Queues a piece, after [`Mux::poll_room`].
    pub fn push(&mut self, id: u32, piece: Vec<u8>) {
        let Some(stream) = self.streams.get_mut(&id).filter(|stream| stream.is_sending()) else { return };
        stream.queued_bytes = stream.queued_bytes.saturating_add(piece.len());
        stream.queue.push_back(Arc::new(piece));
        self.turns.join(id);
        self.wake_writer();
    }

    /// Says that nothing follows what is queued.
    pub fn finish(&mut self, id: u32) {
        let Some(stream) = self.streams.get_mut(&id).filter(|stream| stream.is_sending()) else { return };
        stream.sending = Sending::Finishing;
        self.turns.join(id);
        self.wake_writer();
    }

    /// The next frame to write; waits for one. `None` after the word of the end.
    pub fn poll_frame(&mut self, cx: &Context<'_>) -> Poll<Option<Frame>> {
        match self.frame() {
            Some(frame) => Poll::Ready(Some(frame)),
            None if self.ended.is_some() => Poll::Ready(None),
            None => {
                self.writer = Some(cx.waker().clone());
                Poll::Pending
            }
        }
    }

    /// The next frame to write, if there is one: those of the connection first, then streams in turns.
    pub fn frame(&mut self) -> Option<Frame> {
        if let Some((header, bytes)) = self.control.pop_front() {
            self.pings.owed &= header.kind != Type::Pong;
            return Some(Frame { header, body: Body::Short(bytes) });
        }
        while let Some((id, turn)) = self.turns.next() {
            match self.streams.get_mut(&id).map_or(Next::Nothing, |stream| stream.next(id, turn)) {
                Next::Frame(frame) => {
                    self.turns.spend(frame.header.frame_bytes());
                    self.sent(&frame.header);
                    return Some(frame);
                }
                Next::NotNow => self.turns.pass(),
                Next::Nothing => self.turns.leave(),
            }
        }
        None
    }

    fn sent(&mut self, header: &Header) {
        if header.kind == Type::Finish {
            self.forget(header.stream);
            self.wake_waiting();
        }
    }
}

enum Next {
    Frame(Frame),
    /// It has more than this turn allows.
    NotNow,
    /// Nothing to send, or no credit for it.
    Nothing,
}

impl Stream {
    fn next(&mut self, id: u32, turn: usize) -> Next {
        if self.broken.is_some() {
            return Next::Nothing;
        }
        let Some(piece) = self.queue.front().cloned() else { return self.next_end(id) };
        let left = piece.len().saturating_sub(self.offset);
        let (Some(room), Some(most)) = (payload_within(self.credit as usize), payload_within(FULL)) else {
            return Next::Nothing;
        };
        let payload_bytes = left.min(room).min(most);
        let is_last = payload_bytes == left;
        let kind = if is_last { Type::Last } else { Type::Part };
        let header = Header { kind, stream: id, payload_bytes };
        if header.frame_bytes() > turn {
            return Next::NotNow;
        }
        let from = self.offset;
        self.leave(&header, is_last);
        Next::Frame(Frame { header, body: Body::Part(piece, from..from.saturating_add(payload_bytes)) })
    }

    fn next_end(&mut self, id: u32) -> Next {
        if self.sending != Sending::Finishing {
            return Next::Nothing;
        }
        self.sending = Sending::Ended;
        self.wake_sender();
        let header = Header { kind: Type::Finish, stream: id, payload_bytes: 0 };
        Next::Frame(Frame { header, body: Body::Short([0; 8]) })
    }

    /// Notes that a frame leaves.
    fn leave(&mut self, header: &Header, is_last: bool) {
        self.credit = self.credit.saturating_sub(header.frame_bytes() as u32);
        self.queued_bytes = self.queued_bytes.saturating_sub(header.payload_bytes);
        self.offset = self.offset.saturating_add(header.payload_bytes);
        if is_last {
            self.queue.pop_front();
            self.offset = 0;
        }
        if self.queued_bytes < SEND_QUEUE_BYTES {
            self.wake_sender();
        }
    }

    fn wake_sender(&mut self) {
        if let Some(sender) = self.sender.take() {
            sender.wake();
        }
    }
}

const FULL: usize = crate::limits::WRITE_FRAME_BYTES;
