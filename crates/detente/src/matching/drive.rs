//! One machine and its link: drain what it says, hand it what comes, until it is over.

use detente_psi::{Common, Input, Message, Output, Rejection};

use super::machine::Machine;
use crate::exit::Failure;

/// Carries messages to the other side and back, in order.
pub(crate) trait Link {
    fn send(&mut self, message: Message<'static>) -> Result<(), Failure>;
    fn receive(&mut self) -> Result<Message<'static>, Failure>;
}

/// Is told what a machine works on.
pub(crate) trait Watch {
    /// Work of this phase begins.
    fn begins(&mut self, phase: &'static str);
    /// It ends.
    fn ends(&mut self);
}

/// Why a machine did not come to its end.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The machine refused what it was given, or was told that the other one did.
    Rejected(Rejection),
    /// The link failed; the cause is mostly on the other side.
    Link(Failure),
}

impl From<Rejection> for Stop {
    fn from(rejection: Rejection) -> Stop {
        Stop::Rejected(rejection)
    }
}

impl From<Stop> for Failure {
    fn from(stop: Stop) -> Failure {
        match stop {
            Stop::Rejected(rejection) => Failure::from(detente_accord::Rejection::from(rejection)),
            Stop::Link(failure) => failure,
        }
    }
}

/// Runs a machine to its end; an asker gives what is in common.
pub(crate) fn drive(
    machine: &mut Machine<'_>,
    link: &mut impl Link,
    watch: &mut impl Watch,
) -> Result<Option<Common>, Stop> {
    let outcome = exchange(machine, link, watch);
    if let Err(Stop::Rejected(_)) = outcome {
        // The other side should not wait for more; that it cannot be told changes nothing any more.
        if let Ok(Some(Output::Send(abort))) = machine.poll() {
            let _ = link.send(abort);
        }
    }
    outcome
}

fn exchange(
    machine: &mut Machine<'_>,
    link: &mut impl Link,
    watch: &mut impl Watch,
) -> Result<Option<Common>, Stop> {
    if machine.speaks_first() {
        handle(machine, watch, Input::Start)?;
    }
    loop {
        while let Some(output) = poll(machine, watch)? {
            match output {
                Output::Send(message) => link.send(message).map_err(Stop::Link)?,
                Output::Working => {}
                Output::Done(common) => return Ok(Some(common)),
            }
        }
        if machine.is_over() {
            return Ok(None);
        }
        let message = link.receive().map_err(Stop::Link)?;
        handle(machine, watch, Input::Message(message))?;
    }
}

/// One call of `handle`, watched.
pub(super) fn handle(
    machine: &mut Machine<'_>,
    watch: &mut impl Watch,
    input: Input<'_>,
) -> Result<(), Rejection> {
    watch.begins(machine.phase());
    let handled = machine.handle(input);
    watch.ends();
    handled
}

/// One call of `poll`, watched.
pub(super) fn poll(machine: &mut Machine<'_>, watch: &mut impl Watch) -> Result<Option<Output>, Rejection> {
    watch.begins(machine.phase());
    let polled = machine.poll();
    watch.ends();
    polled
}
