//! A connection to a peer: streams of both sides over one channel.

use std::future::poll_fn;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use detente_accord::PartyId;
use tokio::time::timeout;

use crate::counters::Counts;
use crate::hello::Role;
use crate::limits::LINGER_MS;
use crate::mux::{Frame, Mux};
use crate::{Code, Error, Kind, Limits, Pin, Stream};

/// A connection to a peer whose keys were checked. Cheap to clone; it stands until it is closed or breaks, not until
/// it is dropped.
#[derive(Clone)]
pub struct Connection(pub(crate) Arc<Shared>);

/// What the tasks and the users of a connection share.
pub(crate) struct Shared {
    pub(crate) pin: Pin,
    pub(crate) remote: SocketAddr,
    pub(crate) role: Role,
    pub(crate) limits: Arc<Limits>,
    pub(crate) counts: Arc<Counts>,
    mux: Mutex<Mux>,
    begun: Instant,
    heard_ms: AtomicU64,
}

impl Connection {
    pub(crate) fn new(
        pin: Pin,
        remote: SocketAddr,
        role: Role,
        limits: Arc<Limits>,
        counts: Arc<Counts>,
    ) -> Connection {
        let mux = Mutex::new(Mux::new(role));
        let (begun, heard_ms) = (Instant::now(), AtomicU64::new(0));
        Connection(Arc::new(Shared { pin, remote, role, limits, counts, mux, begun, heard_ms }))
    }

    /// Who is at the other end.
    pub fn peer(&self) -> &PartyId {
        &self.0.pin.party
    }

    /// The address there.
    pub fn remote(&self) -> SocketAddr {
        self.0.remote
    }

    /// Whether we dialled.
    pub fn is_ours(&self) -> bool {
        self.0.role == Role::Initiator
    }

    /// When the last frame came from there.
    pub fn heard(&self) -> Instant {
        self.0.begun + Duration::from_millis(self.0.heard_ms.load(Ordering::Relaxed))
    }

    /// Opens a stream. Waits while as many of this kind are open as may be.
    ///
    /// # Errors
    /// [`Error::Busy`] when that takes too long; what ended the connection.
    pub async fn open(&self, kind: Kind) -> Result<Stream, Error> {
        let patience = Duration::from_millis(self.0.limits.stream_ms);
        let opened = timeout(patience, poll_fn(|cx| self.0.mux().poll_open(cx, kind))).await;
        opened.unwrap_or(Err(Error::Busy)).map(|id| Stream::new(self.0.clone(), id))
    }

    /// The next stream that the peer opened. `None` when the connection has ended.
    pub async fn accepted(&self) -> Option<(Kind, Stream)> {
        let (kind, id) = poll_fn(|cx| self.0.mux().poll_accept(cx)).await?;
        Some((kind, Stream::new(self.0.clone(), id)))
    }

    /// Waits for the end, and says what it was.
    pub async fn closed(&self) -> Error {
        poll_fn(|cx| self.0.mux().poll_ended(cx)).await
    }

    /// Ends it: streams of both sides fail with [`Error::ClosedHere`].
    pub fn close(&self, why: Code) {
        self.0.mux().end(Error::ClosedHere(why));
    }

    /// Whether it has not ended yet.
    pub fn is_open(&self) -> bool {
        self.0.mux().ended().is_none()
    }

    /// Whether the peer answers a ping within `wait`.
    pub async fn answers(&self, wait: Duration) -> bool {
        self.0.mux().ping();
        timeout(wait, poll_fn(|cx| self.0.mux().poll_pong(cx))).await.unwrap_or(false)
    }

    /// Who dialled.
    pub(crate) fn initiator<'a>(&'a self, us: &'a PartyId) -> &'a PartyId {
        if self.is_ours() { us } else { self.peer() }
    }
}

impl Shared {
    /// How long a frame may take to leave: not long once all is over.
    pub(crate) fn write_ms(&self) -> u64 {
        if self.mux().ended().is_some() { LINGER_MS } else { self.limits.write_ms }
    }

    /// No lock is held over a wait, and nothing in `Mux` can leave it half-changed.
    pub(crate) fn mux(&self) -> MutexGuard<'_, Mux> {
        self.mux.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next frame to write; `None` after the word of the end.
    pub(crate) async fn next_frame(&self) -> Option<Frame> {
        poll_fn(|cx| self.mux().poll_frame(cx)).await
    }

    /// Notes a frame that came.
    pub(crate) fn heard(&self, bytes: usize) {
        self.heard_ms.store(self.begun.elapsed().as_millis() as u64, Ordering::Relaxed);
        self.counts.received(bytes);
    }

    /// Notes a frame that left.
    pub(crate) fn sent(&self, bytes: usize) {
        self.counts.sent(bytes);
    }
}
