//! A stream: pieces of bytes in order, both ways.

use std::time::Duration;

use crate::{Code, Error};

/// A stream of pieces: what one side sends in one call, the other receives in one. Dropped before its end, it is
/// reset ([`Code::Cancelled`]).
pub struct Stream {
    outgoing: Outgoing,
    incoming: Incoming,
}

impl Stream {
    /// Sends a piece. Returns when it is queued; waits while [`SEND_QUEUE_BYTES`](crate::limits::SEND_QUEUE_BYTES) are.
    ///
    /// # Errors
    /// As [`Outgoing::send`].
    pub async fn send(&mut self, bytes: Vec<u8>) -> Result<(), Error> {
        self.outgoing.send(bytes).await
    }

    /// The next piece; `None` after the last.
    ///
    /// # Errors
    /// As [`Incoming::receive`].
    pub async fn receive(&mut self, bytes_max: usize) -> Result<Option<Vec<u8>>, Error> {
        self.incoming.receive(bytes_max).await
    }

    /// Says that no more comes from us, and waits until all has left.
    ///
    /// # Errors
    /// As [`Outgoing::send`].
    pub async fn finish(&mut self) -> Result<(), Error> {
        self.outgoing.finish().await
    }

    /// Ends the stream at once, in both directions.
    pub fn reset(self, why: Code) {
        self.outgoing.reset(why);
    }

    /// Waits of this stream end after so long instead of [`Limits::stream_ms`](crate::Limits).
    pub fn set_patience(&mut self, patience: Duration) {
        self.outgoing.patience = patience;
        self.incoming.patience = patience;
    }

    /// Its two directions, for tasks of their own.
    pub fn split(self) -> (Outgoing, Incoming) {
        (self.outgoing, self.incoming)
    }
}

/// What we send on a stream.
pub struct Outgoing {
    patience: Duration,
}

impl Outgoing {
    /// Sends a piece; see [`Stream::send`].
    ///
    /// # Errors
    /// [`Error::Reset`] when the peer ended the stream, [`Error::TooSlow`] when it takes nothing for too long (the
    /// stream is reset), [`Error::Finished`] after [`Outgoing::finish`]; what ended the connection.
    pub async fn send(&mut self, bytes: Vec<u8>) -> Result<(), Error> {
        let _ = bytes;
        Err(Error::Setup("not-built"))
    }

    /// See [`Stream::finish`].
    ///
    /// # Errors
    /// As [`Outgoing::send`].
    pub async fn finish(&mut self) -> Result<(), Error> {
        Err(Error::Setup("not-built"))
    }

    /// See [`Stream::reset`]: ends both directions.
    pub fn reset(self, why: Code) {
        let _ = why;
    }

    /// See [`Stream::set_patience`].
    pub fn set_patience(&mut self, patience: Duration) {
        self.patience = patience;
    }
}

/// What we receive on a stream.
pub struct Incoming {
    patience: Duration,
}

impl Incoming {
    /// The next piece, of at most `bytes_max`; `None` after the last.
    ///
    /// # Errors
    /// [`Error::Reset`] when the peer ended the stream; [`Error::TooLarge`], [`Error::TooSlow`] (the stream is reset);
    /// what ended the connection.
    pub async fn receive(&mut self, bytes_max: usize) -> Result<Option<Vec<u8>>, Error> {
        let _ = bytes_max;
        Err(Error::Setup("not-built"))
    }

    /// See [`Stream::set_patience`].
    pub fn set_patience(&mut self, patience: Duration) {
        self.patience = patience;
    }
}
