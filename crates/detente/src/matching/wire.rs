//! Messages of any suite as numbered bodies, for carriers that know nothing of suites.

use std::borrow::Cow;

use detente_psi::vole::{self, Plan};
use detente_psi::{Message, Rejection, voprf};

use super::machine::Run;
use super::suite::Chosen;

/// The length of a public key in the suite `voprf`.
const KEY_BYTES: usize = 32;

/// The bytes of a message, as a match counts them: what a carrier adds is not in it.
pub(crate) fn body_bytes(message: &Message<'_>) -> u64 {
    parts(message)[0].len() as u64
}

/// The number of a message within its suite.
pub(crate) fn number(message: &Message<'_>) -> u16 {
    match message {
        Message::Voprf(voprf::Message::Ask(_)) => 1,
        Message::Voprf(voprf::Message::Answer(_)) => 2,
        Message::Vole(message) => message.number(),
    }
}

/// What is sent of a message, one part after the other.
pub(crate) fn parts<'m>(message: &'m Message<'_>) -> [&'m [u8]; 2] {
    match message {
        Message::Voprf(voprf::Message::Ask(ask)) => [&ask.body, &[]],
        // The key last: it can be cut off without moving the rest.
        Message::Voprf(voprf::Message::Answer(answer)) => [&answer.body, &answer.pk],
        Message::Vole(message) => [message.body(), &[]],
    }
}

/// The message that was sent so; `None` if the suite has none with this number.
pub(crate) fn message(run: &Run, number: u16, body: Vec<u8>) -> Option<Message<'static>> {
    match (run.suite, number) {
        (Chosen::Voprf, 1) => {
            Some(Message::Voprf(voprf::Message::Ask(voprf::Ask { body: Cow::Owned(body) })))
        }
        (Chosen::Voprf, 2) => answer(run, body).map(|answer| Message::Voprf(voprf::Message::Answer(answer))),
        (Chosen::Voprf, _) => None,
        (Chosen::Vole(_), _) => vole::Message::from_parts(number, Cow::Owned(body)).map(Message::Vole),
    }
}

fn answer(run: &Run, mut body: Vec<u8>) -> Option<voprf::Answer<'static>> {
    let pk = body.split_off(body.len().checked_sub(KEY_BYTES)?).try_into().ok()?;
    Some(voprf::Answer { accept_id: run.accept_id, class: run.answerer, pk, body: Cow::Owned(body) })
}

/// The most bytes that the parts of one message have in this run.
///
/// # Errors
/// A code that is not offered for the run.
pub(crate) fn longest_body(run: &Run) -> Result<u64, Rejection> {
    match run.suite {
        Chosen::Voprf => Ok(voprf::answer_bytes(run.asker, run.answerer) + KEY_BYTES as u64),
        Chosen::Vole(code) => Ok(Plan::new(run.asker, run.answerer, code)?.longest_body()),
    }
}
