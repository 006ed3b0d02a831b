//! S: deals the correlation, checks R's part of it, evaluates its list on what R masked, and sends the tags.

use zeroize::{Zeroize, ZeroizeOnDrop};

use super::bins::Binned;
use super::check::{self, CHECK_BYTES, Which};
use super::compress::Coder;
use super::correlate::{self, Shares};
use super::grove::{self, Leaves, TreeShares};
use super::side::{
    COMMIT_ANSWERER_SALT, COMMIT_ASKER_SALT, COMMIT_MASK, Reader, Role, Side, bound, check_length,
};
use super::sorted::{Tagged, Tags};
use super::{Message, Parameters, Turn, send};
use crate::field::Gf128;
use crate::machine::{Input, Output, Time};
use crate::ot;
use crate::par;
use crate::rejection::Rejection;
#[cfg(test)]
use crate::seams::{self, Seam};
use crate::slots::Slots;

/// The machine of S. It speaks first: give it [`Input::Start`].
///
/// After each [`Self::handle`], drain [`Self::poll`], and send each output before the next call: what does not
/// hold up the peer is done after it.
pub struct Answerer<'a> {
    side: Box<Side<'a>>,
    stage: Stage,
    /// Said before any further work.
    ready: Option<Message<'static>>,
}

/// Where the run stands, and what is kept for later. Stages in -ing are left by work, the others by input.
enum Stage {
    Idle,
    Offered(Box<Deltas>, ot::Offer),
    Growing(Box<Held>, [Shares; 2]),
    Grown(Box<Held>, Shares, Leaves),
    Compressing(Box<Held>, Leaves),
    Compressed(Box<Held>, Slots),
    Evaluating(Box<Evaluation>),
    Sorting(Tags<()>),
    Sending(Tags<()>, usize),
    Over,
    Closed,
}

/// Δ and Δ′.
#[derive(Zeroize, ZeroizeOnDrop)]
struct Deltas {
    delta: Gf128,
    choices: Gf128,
}

/// What is held from message 2 until message 6.
struct Held {
    deltas: Box<Deltas>,
    /// com(r_R).
    asker_salt: [u8; 32],
    /// When the time limit began to run.
    since: Time,
}

/// While message 6 comes in.
struct Evaluation {
    held: Box<Held>,
    b: Slots,
    /// w.
    mask: Gf128,
    binned: Binned,
    tags: Tags<()>,
    part: usize,
}

impl<'a> Answerer<'a> {
    /// # Errors
    /// [`Rejection::ItemsOverClass`] if there are more items than the class holds.
    pub fn new(parameters: Parameters<'a>) -> Result<Answerer<'a>, Rejection> {
        let side = Side::new(&Role::Answerer, parameters)?;
        Ok(Answerer { side, stage: Stage::Idle, ready: None })
    }

    /// Takes one input. `now` counts for the time limit alone, which runs from the call that takes message 2 to
    /// the one that takes the last part of message 6.
    ///
    /// # What the peer learns
    /// From messages 1, 3 and 5 nothing, from message 7 which of its items S lists. Which check failed it does
    /// not learn.
    ///
    /// # Errors
    /// [`Rejection::OutOfTurn`], [`Rejection::PeerAborted`], [`Rejection::BodyTooShort`],
    /// [`Rejection::BodyTooLong`]; for message 2 [`Rejection::ElementNotCanonical`],
    /// [`Rejection::ElementIdentity`], [`Rejection::CorrelationInconsistent`]; for message 6
    /// [`Rejection::CommitmentBroken`], [`Rejection::TooLate`]; by a chance of about 2^-252
    /// [`Rejection::ScalarZero`]. The machine is closed then, and says [`Message::Abort`].
    pub fn handle(&mut self, now: Time, input: Input<'_>) -> Result<(), Rejection> {
        let stage = std::mem::replace(&mut self.stage, Stage::Closed);
        self.ready = None;
        let next = Turn::of(input).and_then(|turn| self.take(stage, now, turn));
        if let Err(rejection) = &next
            && *rejection != Rejection::PeerAborted
        {
            self.ready = Some(Message::Abort);
        }
        self.stage = next?;
        Ok(())
    }

    /// The next message, or the next step of work that leads to one; `None` when a message of the peer is due.
    ///
    /// # Errors
    /// None; the asker's machine has some here.
    pub fn poll(&mut self) -> Result<Option<Output>, Rejection> {
        if let Some(message) = self.ready.take() {
            return Ok(Some(send(message)));
        }
        let stage = std::mem::replace(&mut self.stage, Stage::Closed);
        let (stage, output) = self.work(stage);
        self.stage = stage;
        Ok(output)
    }

    /// The step that the next call works on.
    pub fn phase(&self) -> &'static str {
        match &self.stage {
            Stage::Idle => "base-ot",
            Stage::Offered(..) => "correlation",
            Stage::Growing(..) => "trees",
            Stage::Grown(..) => "check",
            Stage::Compressing(..) => "compression",
            Stage::Compressed(..) | Stage::Evaluating(..) => "evaluation",
            Stage::Sorting(..) | Stage::Sending(..) => "tags",
            Stage::Over | Stage::Closed => "over",
        }
    }

    /// Whether this side has said and heard everything, or has given up.
    pub fn is_over(&self) -> bool {
        matches!(self.stage, Stage::Over | Stage::Closed) && self.ready.is_none()
    }

    /// The hash of all whole messages so far, in both directions: of the run, once it is over.
    pub fn transcript(&self) -> [u8; 32] {
        self.side.transcript.current()
    }

    fn take(&mut self, stage: Stage, now: Time, turn: Turn<'_>) -> Result<Stage, Rejection> {
        match (stage, turn) {
            (Stage::Idle, Turn::Start) => self.offer(),
            (Stage::Offered(deltas, offer), Turn::Message(message @ Message::Correlation(_))) => {
                self.correlate(deltas, offer, now, &message)
            }
            (Stage::Grown(held, values, leaves), Turn::Message(message @ Message::Points(_))) => {
                self.digest(held, &values, leaves, &message)
            }
            (Stage::Compressed(held, b), Turn::Message(Message::Masked(part))) => {
                let (evaluation, rest) = self.begin_evaluation(held, b, &part)?;
                self.evaluate(evaluation, now, rest)
            }
            (Stage::Evaluating(evaluation), Turn::Message(Message::Masked(part))) => {
                self.evaluate(evaluation, now, &part)
            }
            (stage, turn) => Err(Rejection::OutOfTurn { stage: stage.name(), input: turn.name() }),
        }
    }

    fn work(&mut self, stage: Stage) -> (Stage, Option<Output>) {
        match stage {
            Stage::Growing(held, shares) => self.grow(held, shares),
            Stage::Compressing(held, leaves) => {
                let b = Coder::new(&self.side).leaves(&self.side, leaves);
                self.side.pool.clear();
                (Stage::Compressed(held, b), Some(Output::Working))
            }
            Stage::Sorting(mut tags) => {
                tags.sort(self.side.par);
                (Stage::Sending(tags, 0), Some(Output::Working))
            }
            Stage::Sending(tags, part) => self.send_tags(tags, part),
            stage => (stage, None),
        }
    }

    /// Message 1.
    fn offer(&mut self) -> Result<Stage, Rejection> {
        let side = &mut self.side;
        let (delta, choices) = halves(&side.draw("delta"));
        let deltas = Box::new(Deltas { delta, choices });
        let (offer, transfers) =
            ot::Offer::new(&side.ro, &side.randomness, [delta.0, choices.0], &side.sid, side.par)?;
        let mut body = Vec::with_capacity(side.plan.offer_bytes() as usize);
        body.extend_from_slice(&side.commitment(COMMIT_MASK, &side.tag_mask().to_bytes()));
        body.extend_from_slice(&side.commitment(COMMIT_ANSWERER_SALT, &side.draw("r")));
        body.extend_from_slice(&transfers);
        self.say(Message::Offer(body.into()));
        Ok(Stage::Offered(deltas, offer))
    }

    /// Message 2: the keys of the base OTs, both correlations, and the check that R used one input in each.
    fn correlate(
        &mut self,
        deltas: Box<Deltas>,
        offer: ot::Offer,
        now: Time,
        message: &Message<'_>,
    ) -> Result<Stage, Rejection> {
        let side = &mut self.side;
        let body = message.body();
        check_length(body, side.plan.correlation_bytes())?;
        let transcript = side.transcript.current();
        let corrections_end = body.len() - 2 * CHECK_BYTES;
        let t_ot = bound(transcript, &body[..32 + ot::REPLY_BYTES]);
        let t_tau = bound(transcript, &body[..corrections_end]);

        let mut reader = Reader(body);
        let asker_salt = *reader.array();
        let keys = offer.keys(&side.ro, reader.bytes(ot::REPLY_BYTES), &t_ot, side.par)?;
        let (for_values, for_bits) = keys.as_slice().split_at(128);
        let tau = reader.bytes(128 * side.plan.value_column_bytes());
        let values = correlate::values_answerer(&side.ro, for_values, deltas.delta, tau, side.par);
        let tau = reader.bytes(128 * side.plan.bit_column_bytes());
        let count = side.plan.bits();
        let bits = correlate::bits_answerer(&side.ro, for_bits, deltas.choices, tau, count, side.par);

        let checks = [
            (Which::Values, &values, deltas.delta, *reader.array()),
            (Which::Choices, &bits, deltas.choices, *reader.array()),
        ];
        let holds = |(which, shares, delta, proof): (_, _, _, [u8; CHECK_BYTES])| {
            check::holds(&side.ro, side.kernels, &t_tau, which, shares, delta, &proof)
        };
        // Both are always made: how long it takes must not tell which one failed.
        let hold = checks.map(holds) == [true; 2];
        #[cfg(test)]
        let hold = hold || seams::is_on(Seam::NoCorrelationCheck);
        if !hold {
            return Err(Rejection::CorrelationInconsistent);
        }
        side.transcript.take(message);
        let held = Box::new(Held { deltas, asker_salt, since: now });
        Ok(Stage::Growing(held, [values, bits]))
    }

    /// Message 3.
    fn grow(&mut self, held: Box<Held>, [values, bits]: [Shares; 2]) -> (Stage, Option<Output>) {
        let side = &self.side;
        let mut body = Vec::with_capacity(side.plan.trees_bytes() as usize);
        body.extend_from_slice(&side.draw("r"));
        let shares = TreeShares { values: &values, bits: &bits };
        let leaves = grove::grow_full(side, &shares, held.deltas.choices, &mut body);
        self.say(Message::Trees(body.into()));
        (Stage::Grown(held, values, leaves), self.ready.take().map(send))
    }

    /// Message 5, for message 4.
    fn digest(
        &mut self,
        held: Box<Held>,
        values: &Shares,
        leaves: Leaves,
        message: &Message<'_>,
    ) -> Result<Stage, Rejection> {
        let side = &mut self.side;
        check_length(message.body(), side.plan.points_bytes())?;
        side.transcript.take(message);
        let points = message.body().as_chunks().0.iter().map(|bytes| Gf128::from_bytes(*bytes));
        let digests = leaves.digests(&side.ro, side.kernels, &side.plan, values, points, side.par);
        self.say(Message::Digests(digests.into()));
        Ok(Stage::Compressing(held, leaves))
    }

    /// The first part of message 6 opens what R tossed. Gives the rest of it: bins.
    fn begin_evaluation<'b>(
        &mut self,
        held: Box<Held>,
        b: Slots,
        part: &'b [u8],
    ) -> Result<(Box<Evaluation>, &'b [u8]), Rejection> {
        let side = &mut self.side;
        let first = side.plan.masked_part(0).len() * side.plan.bin_bytes();
        check_length(part, (48 + first) as u64)?;
        side.transcript.begin(6, side.plan.masked_bytes());
        side.transcript.extend(&part[..48]);
        let mut reader = Reader(part);
        let salt: &[u8; 32] = reader.array();
        let mask = side.tag_mask() + reader.element();
        side.check_opening(COMMIT_ASKER_SALT, salt, &held.asker_salt)?;
        let row_key = side.row_key(&side.draw("r"), salt);
        let binned = Binned::new(side, row_key);
        let tags = Tags::new(side.list.len());
        Ok((Box::new(Evaluation { held, b, mask, binned, tags, part: 0 }), reader.0))
    }

    /// Bins of message 6.
    fn evaluate(
        &mut self,
        mut evaluation: Box<Evaluation>,
        now: Time,
        body: &[u8],
    ) -> Result<Stage, Rejection> {
        let side = &mut self.side;
        let bins = side.plan.masked_part(evaluation.part);
        let bin_bytes = side.plan.bin_bytes();
        check_length(body, (bins.len() * bin_bytes) as u64)?;
        check_time(side, evaluation.held.since, now)?;
        side.transcript.extend(body);
        let Evaluation { held, b, mask, binned, tags, .. } = &mut *evaluation;
        let found = par::map(side.par, bins.len(), |at| {
            let masked = &body[at * bin_bytes..][..bin_bytes];
            binned.evaluate(side, b, held.deltas.delta, *mask, bins.start + at, masked)
        });
        found.iter().flat_map(|bin| bin.iter()).for_each(|tag| tags.push(Tagged::new(tag, ())));
        b.drop_before(bins.end * side.plan.shape.slots_per_bin());
        evaluation.part += 1;
        if evaluation.part < side.plan.masked_parts() as usize {
            return Ok(Stage::Evaluating(evaluation));
        }
        side.transcript.end();
        side.transcript.begin(7, side.plan.tags_bytes());
        Ok(Stage::Sorting(evaluation.tags))
    }

    /// The next part of message 7. Nothing of it leaves before all of message 6 is in: an order by bins would
    /// tell how the list falls into them.
    fn send_tags(&mut self, mut tags: Tags<()>, part: usize) -> (Stage, Option<Output>) {
        let side = &mut self.side;
        let range = side.plan.tags_part(part);
        let mut body = Vec::with_capacity(Gf128::BYTES + range.len() * crate::common::TAG_BYTES);
        if part == 0 {
            body.extend_from_slice(&side.tag_mask().to_bytes());
        }
        tags.take(range.len(), &mut body);
        side.transcript.extend(&body);
        let message = Some(send(Message::Tags(body.into())));
        if part + 1 < side.plan.tags_parts() as usize {
            return (Stage::Sending(tags, part + 1), message);
        }
        side.transcript.end();
        (Stage::Over, message)
    }

    fn say(&mut self, message: Message<'static>) {
        self.side.transcript.take(&message);
        self.ready = Some(message);
    }
}

fn halves(bytes: &[u8; 32]) -> (Gf128, Gf128) {
    let (halves, _) = bytes.as_chunks();
    (Gf128::from_bytes(halves[0]), Gf128::from_bytes(halves[1]))
}

/// # Errors
/// [`Rejection::TooLate`] once the time limit is over.
fn check_time(side: &Side<'_>, since: Time, now: Time) -> Result<(), Rejection> {
    let taken = now.0.saturating_sub(since.0);
    if taken > side.time_limit {
        return Err(Rejection::TooLate { limit: side.time_limit, taken });
    }
    Ok(())
}

impl Stage {
    fn name(&self) -> &'static str {
        match self {
            Stage::Idle => "ready",
            Stage::Offered(..) => "offered",
            Stage::Growing(..) => "growing",
            Stage::Grown(..) => "grown",
            Stage::Compressing(..) => "compressing",
            Stage::Compressed(..) => "compressed",
            Stage::Evaluating(..) => "evaluating",
            Stage::Sorting(..) => "sorting",
            Stage::Sending(..) => "sending",
            Stage::Over => "over",
            Stage::Closed => "closed",
        }
    }
}
