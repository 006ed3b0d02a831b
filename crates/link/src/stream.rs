//! A stream: pieces of bytes in order, both ways.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::timeout;

use crate::connection::Shared;
use crate::mux::Mux;
use crate::{Code, Error};

/// A stream of pieces: what one side sends in one call, the other receives in one. Dropped before its end, it is
/// reset ([`Code::Cancelled`]).
pub struct Stream {
    outgoing: Outgoing,
    incoming: Incoming,
}

impl Stream {
    pub(crate) fn new(shared: Arc<Shared>, id: u32) -> Stream {
        let patience = Duration::from_millis(shared.limits.stream_ms);
        let outgoing = Outgoing { shared: shared.clone(), id, patience };
        Stream { outgoing, incoming: Incoming { shared, id, patience, piece: Vec::new() } }
    }

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
    shared: Arc<Shared>,
    id: u32,
    patience: Duration,
}

impl Outgoing {
    /// Sends a piece; see [`Stream::send`].
    ///
    /// # Errors
    /// [`Error::Reset`] when the peer ended the stream, [`Error::TooSlow`] when it takes nothing for too long (the
    /// stream is reset), [`Error::Finished`] after [`Outgoing::finish`]; what ended the connection.
    pub async fn send(&mut self, bytes: Vec<u8>) -> Result<(), Error> {
        let (shared, id) = (&self.shared, self.id);
        wait(shared, id, self.patience, "credit", |mux, cx| mux.poll_room(cx, id)).await?;
        shared.mux().push(id, bytes);
        Ok(())
    }

    /// See [`Stream::finish`].
    ///
    /// # Errors
    /// As [`Outgoing::send`].
    pub async fn finish(&mut self) -> Result<(), Error> {
        let (shared, id) = (&self.shared, self.id);
        shared.mux().finish(id);
        wait(shared, id, self.patience, "credit", |mux, cx| mux.poll_finished(cx, id)).await
    }

    /// See [`Stream::reset`]: ends both directions.
    pub fn reset(self, why: Code) {
        self.shared.mux().reset(self.id, why);
    }

    /// See [`Stream::set_patience`].
    pub fn set_patience(&mut self, patience: Duration) {
        self.patience = patience;
    }
}

impl Drop for Outgoing {
    fn drop(&mut self) {
        self.shared.mux().drop_outgoing(self.id);
    }
}

/// What we receive on a stream.
pub struct Incoming {
    shared: Arc<Shared>,
    id: u32,
    patience: Duration,
    /// What has come of the next piece: it stays here when a wait is given up.
    piece: Vec<u8>,
}

impl Incoming {
    /// The next piece, of at most `bytes_max`; `None` after the last.
    ///
    /// # Errors
    /// [`Error::Reset`] when the peer ended the stream; [`Error::TooLarge`], [`Error::TooSlow`] (the stream is reset);
    /// what ended the connection.
    pub async fn receive(&mut self, bytes_max: usize) -> Result<Option<Vec<u8>>, Error> {
        let (shared, id) = (&self.shared, self.id);
        loop {
            let part = wait(shared, id, self.patience, "piece", |mux, cx| mux.poll_receive(cx, id)).await?;
            let Some(part) = part else { return Ok(None) };
            if self.piece.len().saturating_add(part.bytes.len()) > bytes_max {
                shared.mux().reset(id, Code::TooLarge);
                return Err(Error::TooLarge);
            }
            if self.piece.is_empty() {
                self.piece = part.bytes;
            } else {
                self.piece.extend_from_slice(&part.bytes);
            }
            if part.is_last {
                return Ok(Some(std::mem::take(&mut self.piece)));
            }
        }
    }

    /// See [`Stream::set_patience`].
    pub fn set_patience(&mut self, patience: Duration) {
        self.patience = patience;
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        self.shared.mux().drop_incoming(self.id);
    }
}

/// Waits for something of a stream, and gives the stream up when that takes too long.
async fn wait<T>(
    shared: &Shared,
    id: u32,
    patience: Duration,
    what: &'static str,
    mut poll: impl FnMut(&mut Mux, &mut Context<'_>) -> Poll<Result<T, Error>>,
) -> Result<T, Error> {
    let waited = timeout(patience, poll_fn(|cx| poll(&mut shared.mux(), cx))).await;
    waited.unwrap_or_else(|_| {
        shared.mux().reset(id, Code::TooSlow);
        Err(Error::TooSlow(what))
    })
}
