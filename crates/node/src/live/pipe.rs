//! Two bounded queues of frames between a machine's thread and the peer. Over a link two tasks carry them on; in
//! tests, and where both sides are in one process, the queues of two ends are simply crossed.
//!
//! A frame is the body of a message and then its number, two bytes, little-endian: what stands at the end is cut off
//! without moving the rest.

use std::sync::{Arc, OnceLock};

use detente_link::{Code, Incoming, Outgoing, Stream};
use tokio::sync::{mpsc, watch};

use super::limits::{FIRST_FRAME, FRAMES_AHEAD, PATIENCE};

/// A frame, or the end that its sender meant.
type Sent = Option<Vec<u8>>;

/// One end.
pub(crate) struct Pipe {
    to: mpsc::Sender<Sent>,
    from: mpsc::Receiver<Sent>,
    /// The longest frame that is taken in; 0 until the plan of the run is known.
    bytes_max: watch::Sender<usize>,
    why: Arc<OnceLock<&'static str>>,
}

impl Pipe {
    /// Both ends of a pipe within this process.
    pub(crate) fn near() -> (Pipe, Pipe) {
        let (to_b, from_a) = mpsc::channel(FRAMES_AHEAD);
        let (to_a, from_b) = mpsc::channel(FRAMES_AHEAD);
        let end =
            |to, from| Pipe { to, from, bytes_max: watch::channel(0).0, why: Arc::new(OnceLock::new()) };
        (end(to_b, from_b), end(to_a, from_a))
    }

    /// Our end of a stream. Its two tasks end with the stream, or when the pipe is dropped. `first` is the longest first
    /// frame that is taken before [`Pipe::expect_bytes`]; none without it.
    pub(crate) fn over(mut stream: Stream, first: Option<usize>) -> Pipe {
        stream.set_patience(PATIENCE);
        let (outgoing, incoming) = stream.split();
        let (to, to_send) = mpsc::channel(FRAMES_AHEAD);
        let (received, from) = mpsc::channel(FRAMES_AHEAD);
        let (bytes_max, limit) = watch::channel(0);
        let why = Arc::new(OnceLock::new());
        tokio::spawn(carry_out(outgoing, to_send, why.clone()));
        tokio::spawn(carry_in(incoming, received, (first, limit), why.clone()));
        Pipe { to, from, bytes_max, why }
    }

    /// From here on frames may be as long as the plan says.
    pub(crate) fn expect_bytes(&self, bytes_max: usize) {
        self.bytes_max.send_replace(bytes_max);
    }

    /// Sends a frame, from a task.
    pub(crate) async fn send(&self, frame: Vec<u8>) -> Result<(), Broken> {
        self.to.send(Some(frame)).await.map_err(|_| self.broken())
    }

    /// The next frame, in a task; `None` at the end that the other side meant.
    pub(crate) async fn receive(&mut self) -> Result<Sent, Broken> {
        self.from.recv().await.ok_or_else(|| self.broken())
    }

    /// Says that no more comes from us, and gives the other side a while to take what came.
    pub(crate) async fn finish(mut self) {
        if self.to.send(None).await.is_ok() {
            // Whatever comes, or nothing: it is over.
            let _ = tokio::time::timeout(FIRST_FRAME, self.from.recv()).await;
        }
    }

    /// The same as [`Pipe::send`] on the machine's thread.
    pub(super) fn send_now(&self, number: u16, mut body: Vec<u8>) -> Result<(), Broken> {
        body.extend_from_slice(&number.to_le_bytes());
        self.to.blocking_send(Some(body)).map_err(|_| self.broken())
    }

    /// The same on the machine's thread: number and body.
    pub(super) fn receive_now(&mut self) -> Result<(u16, Vec<u8>), Broken> {
        let frame = self.from.blocking_recv().flatten().ok_or_else(|| self.broken())?;
        cut(frame).ok_or(Broken("frame-out-of-form"))
    }

    /// Says that no more comes from us, and waits until the other side has said the same: then both have everything.
    pub(super) fn finish_now(&mut self) -> Result<(), Broken> {
        self.to.blocking_send(None).map_err(|_| self.broken())?;
        match self.from.blocking_recv() {
            Some(None) => Ok(()),
            Some(Some(_)) => Err(Broken("frame-after-end")),
            None => Err(self.broken()),
        }
    }

    fn broken(&self) -> Broken {
        Broken(self.why.get().copied().unwrap_or("link-lost"))
    }
}

/// Why frames no longer travel: a code that can stand on a record.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Broken(pub(crate) &'static str);

/// A frame's number and body.
pub(crate) fn cut(mut frame: Vec<u8>) -> Option<(u16, Vec<u8>)> {
    let body = frame.len().checked_sub(2)?;
    let number = u16::from_le_bytes(frame.get(body..)?.try_into().ok()?);
    frame.truncate(body);
    Some((number, frame))
}

async fn carry_out(
    mut outgoing: Outgoing,
    mut frames: mpsc::Receiver<Sent>,
    why: Arc<OnceLock<&'static str>>,
) {
    while let Some(sent) = frames.recv().await {
        let done = match sent {
            Some(frame) => outgoing.send(frame).await,
            None => return note(&why, outgoing.finish().await),
        };
        if done.is_err() {
            return note(&why, done);
        }
    }
    // The machine's thread let go of the pipe without an end.
    outgoing.reset(Code::Cancelled);
}

async fn carry_in(
    mut incoming: Incoming,
    frames: mpsc::Sender<Sent>,
    (mut first, mut limit): (Option<usize>, watch::Receiver<usize>),
    why: Arc<OnceLock<&'static str>>,
) {
    loop {
        let bytes_max = match first.take() {
            Some(bytes_max) => bytes_max,
            None => match limit.wait_for(|known| *known > 0).await {
                Ok(known) => *known,
                Err(_) => return,
            },
        };
        match incoming.receive(bytes_max).await {
            Ok(Some(frame)) => {
                if frames.send(Some(frame)).await.is_err() {
                    return;
                }
            }
            // Nobody listens any more if this fails.
            Ok(None) => return drop(frames.send(None).await),
            Err(error) => return note(&why, Err(error)),
        }
    }
}

fn note(why: &OnceLock<&'static str>, done: Result<(), detente_link::Error>) {
    if let Err(error) = done {
        // The first cause counts.
        let _ = why.set(error.name());
    }
}
