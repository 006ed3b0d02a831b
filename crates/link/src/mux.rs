//! The streams of one connection. Performs no I/O, reads no clock: frames go in and come out, and whoever uses a
//! stream asks. The tasks of a connection drive it; so do tests and fuzzers.

mod incoming;
mod outgoing;
mod stream;
mod turns;

use std::collections::{BTreeMap, VecDeque};
use std::task::{Context, Poll, Waker};

pub use incoming::Part;
pub use outgoing::{Body, Frame};

use crate::frame::{Header, Type};
use crate::hello::Role;
use crate::limits::{STREAMS_LENIENCE, streams_max};
use crate::{Code, Error, Kind, Rejection};
use stream::Stream;
use turns::Turns;

/// Frames on a stream that ended here which may still have been under way: its grants, its end.
const LATE_FRAMES_BYTES: u64 = 8 * 256;

/// Streams of both sides, what waits to be sent, and what came and was not taken yet.
pub struct Mux {
    streams: BTreeMap<u32, Stream>,
    opened: Opened,
    accepted: VecDeque<u32>,
    control: VecDeque<(Header, [u8; 8])>,
    turns: Turns,
    pings: Pings,
    /// Bytes that may still come on streams that ended here.
    late_bytes: u64,
    ended: Option<Error>,
    /// Who waits for room to open, for a stream of the peer, for the end.
    waiting: Vec<Waker>,
    writer: Option<Waker>,
}

/// The next number of each side.
struct Opened {
    ours: u32,
    theirs: u32,
}

#[derive(Default)]
struct Pings {
    count: u64,
    unanswered: Option<u64>,
    /// A pong waits to leave.
    owed: bool,
}

impl Mux {
    /// No streams yet. The initiator's have odd numbers, the responder's even ones.
    pub fn new(role: Role) -> Mux {
        let opened = match role {
            Role::Initiator => Opened { ours: 1, theirs: 2 },
            Role::Responder => Opened { ours: 2, theirs: 1 },
        };
        Mux {
            streams: BTreeMap::new(),
            opened,
            accepted: VecDeque::new(),
            control: VecDeque::new(),
            turns: Turns::default(),
            pings: Pings::default(),
            late_bytes: 0,
            ended: None,
            waiting: Vec::new(),
            writer: None,
        }
    }

    /// Opens a stream of ours when there is room for it.
    ///
    /// # Errors
    /// What ended the connection; [`Error::Busy`] when all numbers are used up.
    pub fn poll_open(&mut self, cx: &Context<'_>, kind: Kind) -> Poll<Result<u32, Error>> {
        if let Some(error) = self.ended {
            return Poll::Ready(Err(error));
        }
        let is_ours = |id: u32| id % 2 == self.opened.ours % 2;
        let open = |(id, stream): &(&u32, &Stream)| is_ours(**id) && stream.counts(kind);
        if self.streams.iter().filter(open).count() >= streams_max(kind) {
            self.wait(cx);
            return Poll::Pending;
        }
        let id = self.opened.ours;
        let Some(next) = id.checked_add(2) else { return Poll::Ready(Err(Error::Busy)) };
        self.opened.ours = next;
        self.streams.insert(id, Stream::new(kind));
        self.control(Type::Open, id, &[kind.number()]);
        Poll::Ready(Ok(id))
    }

    /// The next stream that the peer opened; `None` after the end.
    pub fn poll_accept(&mut self, cx: &Context<'_>) -> Poll<Option<(Kind, u32)>> {
        while let Some(id) = self.accepted.pop_front() {
            if let Some(stream) = self.streams.get_mut(&id) {
                stream.is_held = (true, true);
                return Poll::Ready(Some((stream.kind, id)));
            }
        }
        if self.ended.is_some() {
            return Poll::Ready(None);
        }
        self.wait(cx);
        Poll::Pending
    }

    /// What ended the connection.
    pub fn ended(&self) -> Option<Error> {
        self.ended
    }

    /// Waits for the end.
    pub fn poll_ended(&mut self, cx: &Context<'_>) -> Poll<Error> {
        match self.ended {
            Some(error) => Poll::Ready(error),
            None => {
                self.wait(cx);
                Poll::Pending
            }
        }
    }

    /// Ends the connection, once; what waits to be sent is given up, but for the word of the end that is due.
    pub fn end(&mut self, error: Error) {
        if self.ended.is_some() {
            return;
        }
        self.ended = Some(error);
        self.control.clear();
        self.turns = Turns::default();
        let number = match error {
            Error::ClosedHere(code) => Some(code.number()),
            Error::Rejected(rejection) => Some(rejection.number()),
            Error::TooSlow(_) => Some(Code::TooSlow.number()),
            _ => None,
        };
        if let Some(number) = number {
            self.control(Type::Close, 0, &[number]);
        }
        self.streams.values_mut().for_each(|stream| stream.break_off(error));
        self.wake_all();
    }

    /// Asks the peer for a sign of life, unless one is asked for already.
    pub fn ping(&mut self) {
        if self.pings.unanswered.is_none() && self.ended.is_none() {
            self.pings.count = self.pings.count.wrapping_add(1);
            self.pings.unanswered = Some(self.pings.count);
            self.control(Type::Ping, 0, &self.pings.count.to_le_bytes());
        }
    }

    /// Waits for the answer to the ping that is out. `false` when the connection ends instead.
    pub fn poll_pong(&mut self, cx: &Context<'_>) -> Poll<bool> {
        match (self.ended, self.pings.unanswered) {
            (Some(_), _) => Poll::Ready(false),
            (None, None) => Poll::Ready(true),
            (None, Some(_)) => {
                self.wait(cx);
                Poll::Pending
            }
        }
    }

    /// Bytes of frames that came and were not taken yet.
    pub fn unread_bytes(&self) -> usize {
        let inboxes = self.streams.values().flat_map(|stream| &stream.inbox);
        inboxes.fold(0, |sum, (_, bytes)| sum.saturating_add(*bytes as usize))
    }

    /// Ends a stream in both directions and says so to the peer.
    pub fn reset(&mut self, id: u32, why: Code) {
        let Some(stream) = self.streams.get_mut(&id) else { return };
        if stream.is_open() {
            let may_come = stream.may_come();
            stream.break_off(Error::Reset(why));
            self.expect_late(may_come);
            self.control(Type::Reset, id, &[why.number()]);
            self.wake_waiting();
        }
        self.forget(id);
    }

    /// The user of what we send on a stream let go of it.
    pub fn drop_outgoing(&mut self, id: u32) {
        let Some(stream) = self.streams.get_mut(&id) else { return };
        stream.is_held.0 = false;
        if stream.is_sending() {
            return self.reset(id, Code::Cancelled);
        }
        self.forget(id);
    }

    /// The user of what we receive on a stream let go of it.
    pub fn drop_incoming(&mut self, id: u32) {
        let Some(stream) = self.streams.get_mut(&id) else { return };
        stream.is_held.1 = false;
        if stream.is_receiving() {
            return self.reset(id, Code::Cancelled);
        }
        self.forget(id);
    }

    /// Drops what is left of a stream that nobody uses and that has ended.
    fn forget(&mut self, id: u32) {
        let is_over =
            self.streams.get(&id).is_some_and(|stream| !stream.is_open() && stream.is_held == (false, false));
        if is_over {
            self.streams.remove(&id);
            self.expect_late(0);
            self.wake_waiting();
        }
    }

    fn control(&mut self, kind: Type, stream: u32, payload: &[u8]) {
        let mut bytes = [0; 8];
        bytes.iter_mut().zip(payload).for_each(|(to, from)| *to = *from);
        self.control.push_back((Header { kind, stream, payload_bytes: payload.len() }, bytes));
        self.wake_writer();
    }

    fn wait(&mut self, cx: &Context<'_>) {
        if !self.waiting.iter().any(|waker| waker.will_wake(cx.waker())) {
            self.waiting.push(cx.waker().clone());
        }
    }

    fn wake_waiting(&mut self) {
        self.waiting.drain(..).for_each(Waker::wake);
    }

    fn wake_writer(&mut self) {
        if let Some(writer) = self.writer.take() {
            writer.wake();
        }
    }

    fn wake_all(&mut self) {
        self.wake_waiting();
        self.wake_writer();
        self.streams.values_mut().for_each(Stream::wake);
    }

    /// Whether the peer may open one more stream of this kind.
    fn has_room(&self, kind: Kind) -> bool {
        let theirs =
            || self.streams.iter().filter(|(id, _)| *id % 2 == self.opened.theirs % 2).map(|(_, s)| s);
        let open = theirs().filter(|stream| stream.counts(kind)).count();
        let unread = theirs().filter(|stream| stream.kind == kind).count();
        open < streams_max(kind) && unread < streams_max(kind).saturating_mul(STREAMS_LENIENCE)
    }

    /// Whether a stream of this number was ever opened.
    fn was_opened(&self, id: u32) -> bool {
        let next = if id % 2 == self.opened.ours % 2 { self.opened.ours } else { self.opened.theirs };
        id < next
    }

    /// Frames on a stream that ended here: as many as may have been under way.
    fn late(&mut self, header: &Header) -> Result<(), Rejection> {
        if !self.was_opened(header.stream) {
            return Err(Rejection::UnknownStream);
        }
        let left = self.late_bytes.checked_sub(header.frame_bytes() as u64);
        self.late_bytes = left.ok_or(Rejection::LateFrame)?;
        Ok(())
    }

    /// A stream of ours, or one that is refused, ends here: so much may be under way on it.
    fn expect_late(&mut self, window_bytes: u64) {
        self.late_bytes = self.late_bytes.saturating_add(window_bytes).saturating_add(LATE_FRAMES_BYTES);
    }
}
