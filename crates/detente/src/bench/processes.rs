//! Two parties in processes of their own: this program starts itself twice, with the two ends of a socket
//! pair as their standard input, and reads what they print.

use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, Output, Stdio};

use super::order::Order;
use super::party::{Party, Role};
use crate::exit::{Exit, Failure};

/// What both parties cost.
pub(crate) struct Both {
    pub(crate) receiver: Party,
    pub(crate) sender: Party,
}

impl Both {
    /// CPU seconds of both.
    pub(crate) fn cpu_seconds(&self) -> f64 {
        self.receiver.cpu_seconds + self.sender.cpu_seconds
    }

    /// From when both are ready until the later one is done.
    pub(crate) fn wall_seconds(&self) -> f64 {
        self.receiver.wall_seconds.max(self.sender.wall_seconds)
    }
}

/// Measures both.
pub(crate) fn measure(order: &Order) -> Result<Both, Failure> {
    let (ours, theirs) = UnixStream::pair().map_err(|error| cannot_start(&error))?;
    let receiver = start(order, Role::Receiver, ours)?;
    // If this fails, the one that runs finds its socket closed and ends.
    let sender = start(order, Role::Sender, theirs)?;
    let (receiver, sender) = (end(receiver, Role::Receiver), end(sender, Role::Sender));
    match (receiver, sender) {
        (Ok(receiver), Ok(sender)) => Ok(Both { receiver, sender }),
        (Err(one), Err(other)) => Err(cause(one, other)),
        (Err(failure), Ok(_)) | (Ok(_), Err(failure)) => Err(failure),
    }
}

fn start(order: &Order, role: Role, socket: UnixStream) -> Result<Child, Failure> {
    let program = std::env::current_exe().map_err(|error| cannot_start(&error))?;
    let mut command = Command::new(program);
    command.args(["bench", "party", "--role", role.name()]).args(order.arguments());
    command.stdin(OwnedFd::from(socket)).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().map_err(|error| cannot_start(&error))
}

fn end(party: Child, role: Role) -> Result<Party, Failure> {
    let output = party.wait_with_output().map_err(|error| cannot_start(&error))?;
    let named = |failure: Failure| failure.about(format!("the {}'s process", role.name()));
    if !output.status.success() {
        return Err(named(failure_of(&output)));
    }
    serde_json::from_slice(&output.stdout)
        .map_err(|error| named(Failure::new(Exit::Temporary, format!("it printed no figures: {error}"))))
}

/// What a process that failed said about it.
fn failure_of(output: &Output) -> Failure {
    if let Some(signal) = output.status.signal() {
        return Failure::new(Exit::Temporary, format!("ended by signal {signal}"));
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let line = |mark| said.lines().find_map(|line| line.strip_prefix(mark));
    let exit = output.status.code().and_then(Exit::from_code).unwrap_or(Exit::Temporary);
    let message = line("error: ").or(said.lines().next()).unwrap_or("ended without a word");
    let failure = Failure::new(exit, message);
    match line("hint: ") {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}

/// Of two failures, the one that is not the consequence of the other: a closed socket is temporary.
fn cause(one: Failure, other: Failure) -> Failure {
    let (cause, consequence) = if one.exit == Exit::Temporary { (other, one) } else { (one, other) };
    Failure { message: format!("{}; {}", cause.message, consequence.message), ..cause }
}

fn cannot_start(error: &std::io::Error) -> Failure {
    Failure::new(Exit::Temporary, format!("cannot run a party in a process of its own: {error}"))
}

#[cfg(test)]
mod tests {
    use std::process::ExitStatus;

    use super::*;

    fn output(status: i32, said: &str) -> Output {
        Output { status: ExitStatus::from_raw(status), stdout: Vec::new(), stderr: said.into() }
    }

    #[test]
    fn a_process_that_failed_is_quoted() {
        let failure = failure_of(&output(5 << 8, "error: a tag is missing\nhint: look again\n"));
        assert_eq!((failure.exit, failure.message.as_str()), (Exit::Integrity, "a tag is missing"));
        assert_eq!(failure.hint.as_deref(), Some("look again"));
        let panicked = failure_of(&output(101 << 8, "thread 'main' panicked at here\n"));
        assert_eq!((panicked.exit, panicked.hint), (Exit::Temporary, None));
        assert!(panicked.message.contains("panicked"));
        assert_eq!(failure_of(&output(9, "")).message, "ended by signal 9");
        assert_eq!(failure_of(&output(1 << 8, "")).message, "ended without a word");
    }

    #[test]
    fn the_cause_comes_before_its_consequence() {
        let closed = || Failure::new(Exit::Temporary, "closed");
        for both in
            [cause(closed(), Failure::refused("refused")), cause(Failure::refused("refused"), closed())]
        {
            assert_eq!((both.exit, both.message.as_str()), (Exit::Refused, "refused; closed"));
        }
    }
}
