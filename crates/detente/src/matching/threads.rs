//! Two machines in this process, each on a thread of its own, with short queues between them.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use detente_psi::{Common, Message};

use super::drive::{Link, Stop, Watch, drive};
use super::machine::Machine;
use super::wire::body_bytes;
use crate::exit::{Exit, Failure};

/// Parts that one side may be ahead of the other: enough that neither waits for the other's rhythm, and a few
/// megabytes at most.
const PARTS_AHEAD: usize = 4;

/// What came of a run.
pub(crate) struct Ended {
    pub(crate) common: Option<Common>,
    /// Bytes of all messages, both directions.
    pub(crate) bytes: u64,
}

/// Runs both machines to their end.
pub(crate) fn run<W: Watch + Send>(
    (asker, asker_watch): (&mut Machine<'_>, &mut W),
    (answerer, answerer_watch): (&mut Machine<'_>, &mut W),
) -> Result<Ended, Stop> {
    let (mut asker_end, mut answerer_end) = queues();
    let (found, answered) = thread::scope(|scope| {
        let beside = scope.spawn(move || {
            drive(answerer, &mut answerer_end, answerer_watch).map(|_| answerer_end.bytes_sent)
        });
        let found = drive(asker, &mut asker_end, asker_watch).map(|common| (common, asker_end.bytes_sent));
        // A side that failed lets go of its queues, so that the other one ends too.
        drop(asker_end);
        (found, beside.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    });
    match (found, answered) {
        (Ok((common, asked)), Ok(answered)) => Ok(Ended { common, bytes: asked + answered }),
        // A queue that ended early is a consequence: the other side knows the cause.
        (Err(Stop::Link(_)), Err(cause)) | (Err(cause), _) | (_, Err(cause)) => Err(cause),
    }
}

fn queues() -> (Queue, Queue) {
    let (to_answerer, from_asker) = sync_channel(PARTS_AHEAD);
    let (to_asker, from_answerer) = sync_channel(PARTS_AHEAD);
    let end = |to, from| Queue { to, from, bytes_sent: 0 };
    (end(to_answerer, from_answerer), end(to_asker, from_asker))
}

/// One end of the two queues.
struct Queue {
    to: SyncSender<Message<'static>>,
    from: Receiver<Message<'static>>,
    bytes_sent: u64,
}

impl Link for Queue {
    fn send(&mut self, message: Message<'static>) -> Result<(), Failure> {
        self.bytes_sent += body_bytes(&message);
        self.to.send(message).map_err(|_| ended())
    }

    fn receive(&mut self) -> Result<Message<'static>, Failure> {
        self.from.recv().map_err(|_| ended())
    }
}

fn ended() -> Failure {
    Failure::new(Exit::Temporary, "the other side ended before the match was over")
}
