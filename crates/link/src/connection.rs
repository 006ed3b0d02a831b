//! A connection to a peer: streams of both sides over one channel.

use std::net::SocketAddr;
use std::time::Instant;

use detente_accord::PartyId;

use crate::{Code, Error, Kind, Stream};

/// A connection to a peer whose keys were checked. Cheap to clone; it stands until it is closed or breaks, not until
/// it is dropped.
#[derive(Clone)]
pub struct Connection {
    peer: PartyId,
    remote: SocketAddr,
}

impl Connection {
    /// Who is at the other end.
    pub fn peer(&self) -> &PartyId {
        &self.peer
    }

    /// The address there.
    pub fn remote(&self) -> SocketAddr {
        self.remote
    }

    /// Whether we dialled.
    pub fn is_ours(&self) -> bool {
        false
    }

    /// When the last byte came from there.
    pub fn heard(&self) -> Instant {
        Instant::now()
    }

    /// Opens a stream. Waits while as many of this kind are open as may be.
    ///
    /// # Errors
    /// [`Error::Busy`] when that takes too long; what ended the connection.
    pub async fn open(&self, kind: Kind) -> Result<Stream, Error> {
        let _ = kind;
        Err(Error::Setup("not-built"))
    }

    /// The next stream that the peer opened. `None` when the connection has ended.
    pub async fn accepted(&self) -> Option<(Kind, Stream)> {
        None
    }

    /// Waits for the end, and says what it was.
    pub async fn closed(&self) -> Error {
        Error::Setup("not-built")
    }

    /// Ends it: streams of both sides fail with [`Error::ClosedHere`].
    pub fn close(&self, why: Code) {
        let _ = why;
    }
}
