//! Frames that come in.

use std::task::{Context, Poll};

use super::stream::{Receiving, Sending, Stream};
use super::{Mux, Pings};
use crate::frame::{Header, Type};
use crate::limits::{GRANT_PART, window_bytes};
use crate::{Code, Error, Kind, Rejection};

/// A part of a piece.
#[derive(Clone, PartialEq, Eq)]
pub struct Part {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Whether the piece ends with it.
    pub is_last: bool,
}

impl Mux {
    /// Checks the header of a frame against what stands, before its payload is read: nothing is reserved for bytes
    /// that were not granted.
    ///
    /// # Errors
    /// The rule that the frame breaks.
    pub fn check(&self, header: &Header) -> Result<(), Rejection> {
        match header.kind {
            Type::Hello => Err(Rejection::HelloAgain),
            Type::Open => self.check_number(header.stream),
            Type::Part | Type::Last => self.check_part(header),
            Type::Finish | Type::Reset | Type::Grant if !self.was_opened(header.stream) => {
                Err(Rejection::UnknownStream)
            }
            Type::Ping if self.pings.owed => Err(Rejection::PingAgain),
            Type::Pong if self.pings.unanswered.is_none() => Err(Rejection::UnaskedPong),
            _ => Ok(()),
        }
    }

    fn check_number(&self, id: u32) -> Result<(), Rejection> {
        // The last number of all is never used: there is no next one to expect.
        let is_next = id == self.opened.theirs && id < u32::MAX.saturating_sub(2);
        is_next.then_some(()).ok_or(Rejection::BadStreamNumber)
    }

    fn check_part(&self, header: &Header) -> Result<(), Rejection> {
        if !self.was_opened(header.stream) {
            return Err(Rejection::UnknownStream);
        }
        match self.streams.get(&header.stream) {
            Some(stream) if stream.broken.is_some() => self.check_late(header),
            Some(Stream { receiving: Receiving::Ended, .. }) => Err(Rejection::AfterFinish),
            Some(stream) if header.frame_bytes() > stream.granted as usize => Err(Rejection::NoCredit),
            Some(_) => Ok(()),
            None => self.check_late(header),
        }
    }

    fn check_late(&self, header: &Header) -> Result<(), Rejection> {
        let is_within = header.frame_bytes() as u64 <= self.late_bytes;
        is_within.then_some(()).ok_or(Rejection::LateFrame)
    }

    /// Takes a frame whose header was checked.
    ///
    /// # Errors
    /// The rule that it breaks. The connection is to be ended then.
    pub fn handle(&mut self, header: &Header, payload: Vec<u8>) -> Result<(), Rejection> {
        self.check(header)?;
        match (header.kind, payload.as_slice()) {
            (Type::Open, [kind]) => self.open(header.stream, *kind),
            (Type::Ping, _) => self.pong(&payload),
            (Type::Pong, _) => self.answered(&payload),
            (Type::Close, [why]) => self.closed(*why),
            (Type::Reset, [why]) if Code::of(*why).is_none() => Err(Rejection::UnknownCode),
            _ => self.on_stream(header, payload),
        }
    }

    fn on_stream(&mut self, header: &Header, payload: Vec<u8>) -> Result<(), Rejection> {
        let Some(stream) = self.streams.get_mut(&header.stream) else { return self.late(header) };
        if stream.broken.is_some() {
            return self.late(header);
        }
        match (header.kind, payload.as_slice()) {
            (Type::Finish, _) => stream.take_finish()?,
            (Type::Reset, [why]) => stream.break_off(Error::Reset(Code::of(*why).unwrap_or(Code::Internal))),
            (Type::Grant, bytes) => stream.take_grant(bytes)?,
            (kind, _) => stream.take_part(header, Part { bytes: payload, is_last: kind == Type::Last }),
        }
        if header.kind == Type::Grant && stream.has_more() {
            self.turns.join(header.stream);
            self.wake_writer();
        }
        if matches!(header.kind, Type::Finish | Type::Reset) {
            self.wake_waiting();
            self.forget(header.stream);
        }
        Ok(())
    }

    fn open(&mut self, id: u32, kind: u8) -> Result<(), Rejection> {
        let kind = Kind::of(kind).ok_or(Rejection::UnknownKind)?;
        self.opened.theirs = self.opened.theirs.saturating_add(2);
        if self.has_room(kind) {
            self.streams.insert(id, Stream::new(kind));
            self.accepted.push_back(id);
            self.wake_waiting();
        } else {
            self.expect_late(u64::from(window_bytes(kind)));
            self.control(Type::Reset, id, &[Code::Busy.number()]);
        }
        Ok(())
    }

    fn pong(&mut self, payload: &[u8]) -> Result<(), Rejection> {
        self.pings.owed = true;
        self.control(Type::Pong, 0, payload);
        Ok(())
    }

    fn answered(&mut self, payload: &[u8]) -> Result<(), Rejection> {
        let Pings { unanswered, .. } = &mut self.pings;
        let is_asked = unanswered.is_some_and(|count| payload == count.to_le_bytes());
        is_asked.then_some(()).ok_or(Rejection::UnaskedPong)?;
        *unanswered = None;
        self.wake_waiting();
        Ok(())
    }

    fn closed(&mut self, why: u8) -> Result<(), Rejection> {
        let code = Code::of(why).map(Error::Closed);
        let rejection = Rejection::of(why).map(Error::Accused);
        self.end(code.or(rejection).ok_or(Rejection::UnknownCode)?);
        Ok(())
    }

    /// The next part of a piece; `None` after the last piece.
    ///
    /// # Errors
    /// What ended the stream before its end.
    pub fn poll_receive(&mut self, cx: &Context<'_>, id: u32) -> Poll<Result<Option<Part>, Error>> {
        let ended = self.ended.unwrap_or(Error::Finished);
        let Some(stream) = self.streams.get_mut(&id) else { return Poll::Ready(Err(ended)) };
        if let Some((part, frame_bytes)) = stream.inbox.pop_front() {
            let grant = stream.grant_after(frame_bytes);
            if let Some(grant) = grant {
                self.control(Type::Grant, id, &grant.to_le_bytes());
            }
            return Poll::Ready(Ok(Some(part)));
        }
        match (stream.receiving, stream.broken) {
            (Receiving::Ended, _) => Poll::Ready(Ok(None)),
            (_, Some(error)) => Poll::Ready(Err(error)),
            _ => {
                stream.receiver = Some(cx.waker().clone());
                Poll::Pending
            }
        }
    }
}

impl Stream {
    fn take_part(&mut self, header: &Header, part: Part) {
        let frame_bytes = header.frame_bytes() as u32;
        self.granted = self.granted.saturating_sub(frame_bytes);
        self.receiving = Receiving::Open { in_piece: !part.is_last };
        self.inbox.push_back((part, frame_bytes));
        self.wake_receiver();
    }

    fn take_finish(&mut self) -> Result<(), Rejection> {
        match self.receiving {
            Receiving::Ended => return Err(Rejection::AfterFinish),
            Receiving::Open { in_piece: true } => return Err(Rejection::HalfAPiece),
            Receiving::Open { in_piece: false } => self.receiving = Receiving::Ended,
        }
        self.wake_receiver();
        Ok(())
    }

    fn take_grant(&mut self, bytes: &[u8]) -> Result<(), Rejection> {
        let window = window_bytes(self.kind);
        let amount = u32::from_le_bytes(bytes.try_into().map_err(|_| Rejection::BadLength)?);
        let credit = self.credit.checked_add(amount).filter(|credit| *credit <= window);
        let is_enough = amount >= window / GRANT_PART;
        self.credit = credit.filter(|_| is_enough).ok_or(Rejection::BadCredit)?;
        Ok(())
    }

    /// Notes that a frame was taken from the inbox; gives the grant that is due.
    fn grant_after(&mut self, frame_bytes: u32) -> Option<u32> {
        self.taken = self.taken.saturating_add(frame_bytes);
        let is_due = self.is_receiving() && self.taken >= window_bytes(self.kind) / GRANT_PART;
        let grant = is_due.then(|| std::mem::take(&mut self.taken))?;
        self.granted = self.granted.saturating_add(grant);
        Some(grant)
    }

    fn wake_receiver(&mut self) {
        if let Some(receiver) = self.receiver.take() {
            receiver.wake();
        }
    }

    /// Whether something waits to be sent.
    pub(super) fn has_more(&self) -> bool {
        !self.queue.is_empty() || self.sending == Sending::Finishing
    }
}
