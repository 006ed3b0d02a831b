//! The suite `vole`: matching at the speed of memory, over a live link, post-quantum on both sides' lists.
//!
//! R and S make correlated randomness C = B + A·Δ over F = GF(2^128), of which R holds A and C, S holds B and
//! Δ (silent VOLE: [`ot`](crate::ot) → [`correlate`] → [`trees`] → a code). R then packs its list into a
//! linear key-value store P with Dec(P, x) = h(x), sends A + P, and S moves its share to B′ = B + (A + P)·Δ.
//! Now Dec(B′, y) + Δ·h(y) = Dec(C, y) exactly for the y that R holds: S sends the hash of its side for every
//! item of its list, R looks its own up. Both sides' inputs to the correlation are checked before anything
//! rests on them, the salt of the rows is tossed after R is bound, and R has a limited time to use it.
//!
//! The protocol is that of Raghuraman and Rindal (CCS 2022) with repairs; `docs/matching.md` gives it whole,
//! with what is proven and what is assumed. No statement is signed and no term is judged here.
//!
//! # Messages
//! | # | from | what | bytes |
//! |---|---|---|---|
//! | 1 | S | [`Message::Offer`]: com(w_S), com(r_S), base OTs | 614,464 |
//! | 2 | R | [`Message::Correlation`]: com(r_R), base OTs, corrections, their check | [`Plan::correlation_bytes`] |
//! | 3 | S | [`Message::Trees`]: r_S, sums of the trees | [`Plan::trees_bytes`] |
//! | 4 | R | [`Message::Points`]: where the trees are checked | 16 · batches |
//! | 5 | S | [`Message::Digests`]: the trees' digests there | 32 · batches |
//! | 6 | R | [`Message::Masked`]: r_R, w_R, then A + P, bin after bin | 48 + 16 · slots |
//! | 7 | S | [`Message::Tags`]: w_S, then the tags, strictly ascending | 16 + 16 · n_S |
//!
//! Messages 6 and 7 travel in parts ([`Plan::masked_parts`], [`Plan::tags_parts`]), so that both sides work
//! while bytes travel and nobody holds a whole message. Every length follows from the plan, which both sides
//! compute from the classes and the code that they signed.
//!
//! # What each side learns
//! S learns the class of R and that R asked. R learns the class of S and which of its items S listed; a
//! deviating R can test up to about 1.7 times its class (`docs/matching.md`), which budgets must count.

use std::borrow::Cow;

use crate::field::Cpu;
use crate::item::Items;
use crate::machine::{self, Input, Output};
use crate::par::Par;
use crate::rejection::Rejection;
use crate::run::Direction;
use crate::seed::Seed;
use crate::size::SizeClass;

mod answerer;
mod asker;
mod bins;
mod check;
mod compress;
mod correlate;
#[cfg(feature = "ct")]
pub(crate) mod ct;
mod grove;
mod masking;
mod matching;
mod noise;
mod plan;
mod side;
mod sorted;
#[cfg(test)]
mod tests;
mod transpose;
mod trees;
mod values;
#[cfg(test)]
mod vectors;

pub use answerer::Answerer;
pub use asker::Asker;
pub use plan::Plan;

/// The linear code that compresses the noise of the correlation. Part of the signed terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Code {
    /// Quasi-cyclic over GF(2^128): the older assumption, the default between parties.
    Qc,
    /// Block-diagonal and two accumulators, BAA-32: four times as fast, young, and not reviewed from outside.
    Fast,
}

impl Code {
    /// Its name in terms: `qc` or `fast`.
    pub fn name(self) -> &'static str {
        match self {
            Code::Qc => "qc",
            Code::Fast => "fast",
        }
    }

    /// Whether this code is offered for these classes: `fast` only from 131,060 slots on, below which `qc`
    /// is quick enough and needs fewer bytes.
    pub fn is_offered(self, asker: SizeClass) -> bool {
        match self {
            Code::Qc => true,
            Code::Fast => plan::slots(asker) >= plan::FAST_SLOTS_MIN,
        }
    }
}

/// What both sides agreed to, and what one of them brings along.
pub struct Parameters<'a> {
    /// The terms of the run, by [`run::terms_id`](crate::run::terms_id).
    pub terms_id: [u8; 32],
    /// The acceptance, by [`run::accept_id`](crate::run::accept_id).
    pub accept_id: [u8; 32],
    /// Which party is R.
    pub direction: Direction,
    /// The sizes and the code, with all that follows from them.
    pub plan: Plan,
    /// Milliseconds that S waits between its message 3 and the end of message 6: [`Plan::time_limit`].
    pub time_limit: u64,
    /// nonce_R.
    pub asker_nonce: [u8; 32],
    /// nonce_S.
    pub answerer_nonce: [u8; 32],
    /// σ of this side, drawn for this run alone.
    pub seed: &'a Seed,
    /// The list of this side; padded up to its class.
    pub items: &'a Items,
    /// Where the work is done.
    pub par: &'a dyn Par,
    /// What the processor offers; every choice gives the same bytes.
    pub cpu: Cpu,
}

/// A message, or a part of one for messages 6 and 7. Borrowed on the way in, owned on the way out.
#[derive(Clone, PartialEq, Eq)]
pub enum Message<'a> {
    /// Message 1, from S.
    Offer(Cow<'a, [u8]>),
    /// Message 2, from R.
    Correlation(Cow<'a, [u8]>),
    /// Message 3, from S.
    Trees(Cow<'a, [u8]>),
    /// Message 4, from R.
    Points(Cow<'a, [u8]>),
    /// Message 5, from S.
    Digests(Cow<'a, [u8]>),
    /// The next part of message 6, from R.
    Masked(Cow<'a, [u8]>),
    /// The next part of message 7, from S.
    Tags(Cow<'a, [u8]>),
    /// The run is over for its sender. It looks the same whatever the cause.
    Abort,
}

impl<'a> Message<'a> {
    /// The number on the wire: 1 to 7, and 0 for an abort.
    pub fn number(&self) -> u16 {
        match self {
            Message::Abort => 0,
            Message::Offer(_) => 1,
            Message::Correlation(_) => 2,
            Message::Trees(_) => 3,
            Message::Points(_) => 4,
            Message::Digests(_) => 5,
            Message::Masked(_) => 6,
            Message::Tags(_) => 7,
        }
    }

    /// The bytes; none for an abort.
    pub fn body(&self) -> &[u8] {
        match self {
            Message::Abort => &[],
            Message::Offer(body)
            | Message::Correlation(body)
            | Message::Trees(body)
            | Message::Points(body)
            | Message::Digests(body)
            | Message::Masked(body)
            | Message::Tags(body) => body,
        }
    }

    /// The bytes, to keep.
    pub fn into_body(self) -> Vec<u8> {
        match self {
            Message::Abort => Vec::new(),
            Message::Offer(body)
            | Message::Correlation(body)
            | Message::Trees(body)
            | Message::Points(body)
            | Message::Digests(body)
            | Message::Masked(body)
            | Message::Tags(body) => body.into_owned(),
        }
    }

    /// The message with this number and these bytes; `None` if there is none. Lengths are checked by the
    /// machine that takes it.
    pub fn from_parts(number: u16, body: Cow<'a, [u8]>) -> Option<Message<'a>> {
        Some(match number {
            0 if body.is_empty() => Message::Abort,
            1 => Message::Offer(body),
            2 => Message::Correlation(body),
            3 => Message::Trees(body),
            4 => Message::Points(body),
            5 => Message::Digests(body),
            6 => Message::Masked(body),
            7 => Message::Tags(body),
            _ => return None,
        })
    }

    pub(crate) fn name(&self) -> &'static str {
        match self {
            Message::Abort => "abort",
            Message::Offer(_) => "offer",
            Message::Correlation(_) => "correlation",
            Message::Trees(_) => "trees",
            Message::Points(_) => "points",
            Message::Digests(_) => "digests",
            Message::Masked(_) => "masked",
            Message::Tags(_) => "tags",
        }
    }
}

/// What a machine of this suite can be given.
enum Turn<'a> {
    Start,
    Message(Message<'a>),
}

impl<'a> Turn<'a> {
    /// # Errors
    /// [`Rejection::PeerAborted`]; [`Rejection::OutOfTurn`] for a message of another suite.
    fn of(input: Input<'a>) -> Result<Turn<'a>, Rejection> {
        match input {
            Input::Start => Ok(Turn::Start),
            Input::Message(machine::Message::Vole(Message::Abort)) => Err(Rejection::PeerAborted),
            Input::Message(machine::Message::Vole(message)) => Ok(Turn::Message(message)),
            input => Err(Rejection::OutOfTurn { stage: "vole", input: input.name() }),
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Turn::Start => "start",
            Turn::Message(message) => message.name(),
        }
    }
}

fn send(message: Message<'static>) -> Output {
    Output::Send(machine::Message::Vole(message))
}
