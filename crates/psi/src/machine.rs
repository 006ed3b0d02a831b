//! What goes into and comes out of a machine, the same for all suites. The machines themselves stand with
//! their suites.

use crate::common::Common;
use crate::{vole, voprf};

/// Milliseconds since 1970-01-01T00:00:00Z, given by the caller: this crate reads no clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(pub u64);

/// What a machine can be given.
#[derive(Clone)]
pub enum Input<'a> {
    /// Begin: the machine that speaks first says its first message.
    Start,
    /// A message of the peer.
    Message(Message<'a>),
}

impl Input<'_> {
    /// What this input is called in a rejection.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Input::Start => "start",
            Input::Message(Message::Voprf(message)) => message.name(),
            Input::Message(Message::Vole(message)) => message.name(),
        }
    }
}

/// What a machine gives, in the order in which effects must happen.
pub enum Output {
    /// To be sent to the peer. Stored first: the bytes of a message are sent again, never computed again.
    Send(Message<'static>),
    /// Nothing yet: a step of the work is done and more is to come. Poll again.
    Working,
    /// The run is over; this is what it found.
    Done(Common),
}

/// A message of any suite. A new suite adds a variant; a machine answers the messages of other suites with
/// [`Rejection::OutOfTurn`](crate::Rejection::OutOfTurn).
#[derive(Clone, PartialEq, Eq)]
pub enum Message<'a> {
    /// A message of the suite `voprf`.
    Voprf(voprf::Message<'a>),
    /// A message of the suite `vole`.
    Vole(vole::Message<'a>),
}
