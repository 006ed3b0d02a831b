//! The socket of the command line: lends the home, says how the node is, reloads, stops.

use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use detente_node::links::Line;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::Service;
use crate::clock;
use crate::control::{Answer, LEASE, LEND_WAIT, LINE_BYTES_MAX, LineStatus, Request, Status, socket};
use crate::exit::{Exit, Failure};

/// Commands that are heard at once. Each lease waits for the one before, so more only wait.
const CALLS_MAX: usize = 32;
/// How long a command may take to say what it wants.
const REQUEST_WAIT: Duration = Duration::from_secs(5);

/// The socket, listening, and whose processes are heard.
pub(super) struct Control {
    listener: std::os::unix::net::UnixListener,
    owner: u32,
}

impl Control {
    /// Binds the socket of this home. The lock of the home is ours, so a socket that is there is a dead node's.
    ///
    /// # Errors
    /// A path that is too long for a socket; what the disk refuses.
    pub(super) fn bind(home: &Path) -> Result<Control, Failure> {
        let path = socket(home);
        let bound = || -> io::Result<Control> {
            if path.symlink_metadata().is_ok() {
                fs::remove_file(&path)?;
            }
            let listener = std::os::unix::net::UnixListener::bind(&path)?;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600))?;
            listener.set_nonblocking(true)?;
            Ok(Control { listener, owner: fs::metadata(&path)?.uid() })
        };
        bound().map_err(|error| {
            Failure::new(Exit::Configuration, format!("cannot listen at {}: {error}", path.display()))
                .hint("the whole path of a socket has at most 107 bytes: a home with a shorter path has room for it")
        })
    }

    /// Answers until the node stops.
    pub(super) async fn serve(self, service: Arc<Service>) -> Result<(), Failure> {
        let listener = UnixListener::from_std(self.listener).map_err(|error| {
            Failure::new(Exit::Temporary, format!("the socket of the home fails: {error}"))
        })?;
        let calls = Arc::new(Semaphore::new(CALLS_MAX));
        loop {
            let Ok(place) = calls.clone().acquire_owned().await else { return Ok(()) };
            let stream = tokio::select! {
                () = service.stop.told() => return Ok(()),
                accepted = listener.accept() => accepted,
            };
            let Ok((stream, _)) = stream else { continue };
            if !stream.peer_cred().is_ok_and(|cred| cred.uid() == self.owner) {
                continue;
            }
            let service = service.clone();
            tokio::spawn(async move {
                // A command that is gone needs no answer.
                let _ = answer(stream, &service).await;
                drop(place);
            });
        }
    }
}

/// A connection: one request, then what is said to it.
async fn answer(stream: UnixStream, service: &Service) -> io::Result<()> {
    let (reads, writes) = stream.into_split();
    let mut reads = BufReader::new(reads);
    let mut lines = Lines(writes);
    match timeout(REQUEST_WAIT, request(&mut reads)).await {
        Err(_) => Ok(()),
        Ok(Err(why)) => lines.refuse(&Failure::usage(why)).await,
        Ok(Ok(Request::Lend {})) => lend(service, &mut reads, &mut lines).await,
        Ok(Ok(Request::Status {})) => match status(service).await {
            Ok(status) => lines.say(&Answer::Status(status)).await,
            Err(failure) => lines.refuse(&failure).await,
        },
        Ok(Ok(Request::Reload {})) => match service.reload().await {
            Ok(()) => lines.say(&Answer::Done {}).await,
            Err(failure) => lines.refuse(&failure).await,
        },
        Ok(Ok(Request::Stop {})) => {
            service.stop.tell();
            lines.say(&Answer::Done {}).await
        }
    }
}

async fn request(reads: &mut BufReader<OwnedReadHalf>) -> Result<Request, String> {
    let mut line = Vec::new();
    let read = reads.take(LINE_BYTES_MAX).read_until(b'\n', &mut line).await;
    read.map_err(|error| error.to_string())?;
    serde_json::from_slice(&line).map_err(|error| format!("the node does not know this request: {error}"))
}

/// Lends the home until the command closes, its time is over, or the node stops.
async fn lend(service: &Service, reads: &mut BufReader<OwnedReadHalf>, lines: &mut Lines) -> io::Result<()> {
    // In a task of its own: a lease that was granted while nobody waited any more would never come back.
    let node = service.node.clone();
    let lending = tokio::spawn(async move { node.lend().await });
    let lease = match timeout(LEND_WAIT, lending).await {
        Ok(Ok(Ok(lease))) => lease,
        Ok(_) => return lines.refuse(&Failure::new(Exit::Temporary, "the node is stopping")).await,
        Err(_) => return lines.refuse(&Failure::new(Exit::Temporary, "the home is in use")).await,
    };
    lines.say(&Answer::Lent { seconds: LEASE.as_secs() }).await?;
    let mut nothing = [0];
    let _ = timeout(LEASE, reads.read(&mut nothing)).await;
    drop(lease);
    // The command may have added a peer, or taken one away.
    let links = service.links.clone();
    tokio::spawn(async move { links.reload().await });
    Ok(())
}

async fn status(service: &Service) -> Result<Status, Failure> {
    let lent = service.node.changes().borrow().lent;
    let accords = service.node.accords().await?.len();
    Ok(Status {
        pid: std::process::id(),
        id: service.party.to_string(),
        started: clock::rfc3339(service.started),
        web: service.origin(),
        peer: service.peer.map(|at| at.to_string()),
        accords: accords as u64,
        lent,
        confinement: service.confinement.in_words(),
        lines: service.links.status().into_iter().map(line).collect(),
    })
}

fn line(line: Line) -> LineStatus {
    let (up, heard) = (line.is_up(), line.heard.map(clock::rfc3339));
    LineStatus { peer: line.peer.to_string(), up, heard, fault: line.fault }
}

/// Answers, a line each.
struct Lines(OwnedWriteHalf);

impl Lines {
    async fn say(&mut self, answer: &Answer) -> io::Result<()> {
        let mut line = serde_json::to_vec(answer)?;
        line.push(b'\n');
        self.0.write_all(&line).await
    }

    async fn refuse(&mut self, failure: &Failure) -> io::Result<()> {
        let (exit, why, hint) = (failure.exit.code(), failure.message.clone(), failure.hint.clone());
        self.say(&Answer::Refused { exit, why, hint }).await
    }
}
