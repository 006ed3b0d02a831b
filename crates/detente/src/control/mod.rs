//! Asking the node that runs on a home: lines of JSON over the Unix socket in the home.
//!
//! A command sends one line and reads lines until the node closes. Only processes of the home's owner are heard.

mod frame;
mod lease;

use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub(crate) use frame::{Answer, LineStatus, Request, Status};
pub(crate) use lease::{give_back, open_beside_node};

use crate::exit::{Exit, Failure};

/// Longest line either way. A match's order or result goes by files, not through here.
pub(crate) const LINE_BYTES_MAX: u64 = 64 << 10;

/// How long a command waits for the home: a node that is busy with one packet lets go of it in much less.
pub(crate) const LEND_WAIT: Duration = Duration::from_secs(10);

/// How long a command may have the home. What the node has to write waits for it.
pub(crate) const LEASE: Duration = Duration::from_secs(120);

/// The socket of the node on this home.
pub(crate) fn socket(home: &Path) -> PathBuf {
    home.join("node.sock")
}

/// A question to the node, and its answers.
pub(crate) struct Call(BufReader<UnixStream>);

/// Asks the node on this home, waiting at most so long for each answer. `None` where none runs.
///
/// # Errors
/// A socket that fails.
pub(crate) fn call(home: &Path, request: &Request, wait: Duration) -> Result<Option<Call>, Failure> {
    let Ok(mut stream) = UnixStream::connect(socket(home)) else { return Ok(None) };
    let mut line = serde_json::to_vec(request).map_err(|error| unheard(&error.into()))?;
    line.push(b'\n');
    let sent = stream.set_read_timeout(Some(wait)).and_then(|()| stream.write_all(&line));
    sent.map_err(|error| unheard(&error))?;
    Ok(Some(Call(BufReader::new(stream))))
}

impl Call {
    /// The next answer; `None` once the node has said everything.
    ///
    /// # Errors
    /// Temporary where the node does not answer in time; what it refused.
    pub(crate) fn next(&mut self) -> Result<Option<Answer>, Failure> {
        let mut line = Vec::new();
        let read = self.0.by_ref().take(LINE_BYTES_MAX).read_until(b'\n', &mut line);
        if read.map_err(|error| unheard(&error))? == 0 {
            return Ok(None);
        }
        match serde_json::from_slice(&line).map_err(|error| unheard(&error.into()))? {
            Answer::Refused { exit, why, hint } => Err(refused(exit, why, hint)),
            answer => Ok(Some(answer)),
        }
    }
}

fn refused(exit: u8, why: String, hint: Option<String>) -> Failure {
    let failure = Failure::new(Exit::from_code(i32::from(exit)).unwrap_or(Exit::Temporary), why);
    match hint {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}

fn unheard(error: &io::Error) -> Failure {
    let why = match error.kind() {
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => "it is busy".to_owned(),
        _ => error.to_string(),
    };
    Failure::new(Exit::Temporary, format!("the node that uses this home does not answer: {why}"))
        .hint("try again; see how it is: detente node status")
}
