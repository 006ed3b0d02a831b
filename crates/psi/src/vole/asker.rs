//! R: brings the noise, checks S's trees, packs its list and masks it, and finds its own tags among S's.

use super::check::{self, Which};
use super::compress::Coder;
use super::correlate::{self, Shares};
use super::grove::{self, TreeShares};
use super::masking::{BATCHES_AHEAD, Masking, NoiseSlots};
use super::matching::Matching;
use super::noise::{self, NoiseVector};
use super::side::{
    COMMIT_ANSWERER_SALT, COMMIT_ASKER_SALT, COMMIT_MASK, Reader, Role, Side, bound, check_length,
};
use super::{Message, Parameters, Turn, send};
use crate::common::Common;
use crate::field::Gf128;
use crate::machine::{Input, Output, Time};
use crate::ot;
use crate::rejection::Rejection;
#[cfg(test)]
use crate::seams::{self, Seam};
use crate::slots::Slots;

/// The machine of R. It waits for message 1 and ends with [`Output::Done`].
///
/// After each [`Self::handle`], drain [`Self::poll`], and send each output before the next call: message 6
/// leaves part by part while the rest is computed.
pub struct Asker<'a> {
    side: Box<Side<'a>>,
    stage: Stage,
    /// Said before any further work.
    ready: Option<Output>,
}

/// Where the run stands, and what is kept for later. Stages in -ing are left by work, the others by input.
enum Stage {
    Idle,
    Correlated(Box<Correlated>),
    Grown(Box<Grown>),
    Compressing(Box<Grown>),
    Binning(Box<Binning>),
    Masking(Box<Masked>),
    Masked(Box<Masked>),
    Matching(Box<Matching>),
    Over,
    Closed,
}

/// What S committed to in message 1.
struct Commitments {
    mask: [u8; 32],
    salt: [u8; 32],
}

struct Correlated {
    commitments: Commitments,
    noise: NoiseVector,
    values: Shares,
    bits: Shares,
}

/// Since message 3.
struct Grown {
    commitments: Commitments,
    noise: NoiseVector,
    values: Shares,
    leaves: grove::Leaves,
    row_key: [u8; 32],
}

/// Before message 6.
struct Binning {
    commitments: Commitments,
    row_key: [u8; 32],
    a: NoiseSlots,
    c: Slots,
}

/// While message 6 goes out, and until message 7 begins.
struct Masked {
    commitments: Commitments,
    masking: Masking,
}

impl<'a> Asker<'a> {
    /// # Errors
    /// [`Rejection::ItemsOverClass`] if there are more items than the class holds.
    pub fn new(parameters: Parameters<'a>) -> Result<Asker<'a>, Rejection> {
        let side = Side::new(&Role::Asker, parameters)?;
        Ok(Asker { side, stage: Stage::Idle, ready: None })
    }

    /// Takes one input. The time is not used: S alone judges the limit.
    ///
    /// # What the peer learns
    /// The class and that R asked; from no message anything about the list.
    ///
    /// # Errors
    /// [`Rejection::OutOfTurn`], [`Rejection::PeerAborted`], [`Rejection::BodyTooShort`],
    /// [`Rejection::BodyTooLong`]; for message 1 [`Rejection::ElementNotCanonical`] and
    /// [`Rejection::CoefficientNotReduced`]; for messages 3 and 7 [`Rejection::CommitmentBroken`]; for message 5
    /// [`Rejection::TreesInconsistent`]; for message 7 [`Rejection::TagsNotAscending`]; by a chance of about
    /// 2^-252 [`Rejection::ScalarZero`]. The machine is closed then, and says [`Message::Abort`].
    pub fn handle(&mut self, _now: Time, input: Input<'_>) -> Result<(), Rejection> {
        let stage = std::mem::replace(&mut self.stage, Stage::Closed);
        self.ready = None;
        let next = Turn::of(input).and_then(|turn| self.take(stage, turn));
        self.settle(next)
    }

    /// The next message, or the next step of work that leads to one; `None` when a message of the peer is due.
    ///
    /// # Errors
    /// [`Rejection::EncodingFailed`], by a chance of about 2^-40 a run. The machine is closed then, and says
    /// [`Message::Abort`].
    pub fn poll(&mut self) -> Result<Option<Output>, Rejection> {
        if let Some(output) = self.ready.take() {
            return Ok(Some(output));
        }
        let stage = std::mem::replace(&mut self.stage, Stage::Closed);
        let next = self.work(stage);
        self.settle(next)?;
        Ok(self.ready.take())
    }

    /// The step that the next call works on.
    pub fn phase(&self) -> &'static str {
        match &self.stage {
            Stage::Idle => "base-ot",
            Stage::Correlated(..) => "trees",
            Stage::Grown(..) => "check",
            Stage::Compressing(..) => "compression",
            Stage::Binning(binning) if binning.a.is_due(&self.side, BATCHES_AHEAD) => "compression",
            Stage::Binning(..) => "binning",
            Stage::Masking(masked) if masked.masking.lacks_a(&self.side) => "compression",
            Stage::Masking(..) => "encoding",
            Stage::Masked(..) | Stage::Matching(..) => "matching",
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

    /// What is in common among some of the tags, when the rest will not come: each chunk ascends, `share` is what
    /// stands before the first tag of message 7. The machine is closed then.
    ///
    /// # Errors
    /// [`Rejection::OutOfTurn`] before message 6 has left or after message 7 has begun,
    /// [`Rejection::CommitmentBroken`], [`Rejection::TagsNotAscending`].
    pub fn partial(&mut self, share: &[u8; 16], chunks: &[&[u8]]) -> Result<Common, Rejection> {
        let side = &self.side;
        let masked = match std::mem::replace(&mut self.stage, Stage::Closed) {
            Stage::Masked(masked) => masked,
            stage => return Err(Rejection::OutOfTurn { stage: stage.name(), input: "tags" }),
        };
        side.check_opening(COMMIT_MASK, share, &masked.commitments.mask)?;
        let mask = side.tag_mask() + Gf128::from_bytes(*share);
        let mut matching = Matching::new(side, masked.masking, mask);
        chunks.iter().try_for_each(|chunk| matching.take_some(side, chunk.as_chunks().0))?;
        Ok(matching.common(side))
    }

    fn settle(&mut self, next: Result<Stage, Rejection>) -> Result<(), Rejection> {
        if let Err(rejection) = &next
            && *rejection != Rejection::PeerAborted
        {
            self.ready = Some(send(Message::Abort));
        }
        self.stage = next?;
        Ok(())
    }

    fn take(&mut self, stage: Stage, turn: Turn<'_>) -> Result<Stage, Rejection> {
        match (stage, turn) {
            (Stage::Idle, Turn::Message(message @ Message::Offer(_))) => self.correlate(&message),
            (Stage::Correlated(correlated), Turn::Message(message @ Message::Trees(_))) => {
                self.grow(*correlated, &message)
            }
            (Stage::Grown(grown), Turn::Message(message @ Message::Digests(_))) => {
                self.check_trees(grown, &message)
            }
            (Stage::Masked(masked), Turn::Message(Message::Tags(part))) => {
                let (matching, rest) = self.begin_matching(*masked, &part)?;
                self.match_tags(matching, rest)
            }
            (Stage::Matching(matching), Turn::Message(Message::Tags(part))) => {
                self.match_tags(matching, &part)
            }
            (stage, turn) => Err(Rejection::OutOfTurn { stage: stage.name(), input: turn.name() }),
        }
    }

    fn work(&mut self, stage: Stage) -> Result<Stage, Rejection> {
        match stage {
            Stage::Compressing(grown) => {
                let Grown { commitments, noise, leaves, row_key, .. } = *grown;
                let coder = Coder::new(&self.side);
                let c = coder.leaves(&self.side, leaves);
                self.ready = Some(Output::Working);
                let a = NoiseSlots::new(noise, coder);
                Ok(Stage::Binning(Box::new(Binning { commitments, row_key, a, c })))
            }
            Stage::Binning(mut binning) if binning.a.is_due(&self.side, BATCHES_AHEAD) => {
                binning.a.extend(&self.side);
                self.ready = Some(Output::Working);
                Ok(Stage::Binning(binning))
            }
            Stage::Binning(binning) => {
                let Binning { commitments, row_key, a, c } = *binning;
                let masking = Masking::new(&self.side, row_key, a, c);
                self.ready = Some(Output::Working);
                Ok(Stage::Masking(Box::new(Masked { commitments, masking })))
            }
            Stage::Masking(mut masked) if masked.masking.lacks_a(&self.side) => {
                masked.masking.extend_a(&self.side);
                self.ready = Some(Output::Working);
                Ok(Stage::Masking(masked))
            }
            Stage::Masking(masked) => self.mask(masked),
            stage => Ok(stage),
        }
    }

    /// Message 2, for message 1.
    fn correlate(&mut self, message: &Message<'_>) -> Result<Stage, Rejection> {
        let side = &mut self.side;
        check_length(message.body(), side.plan.offer_bytes())?;
        let mut reader = Reader(message.body());
        let commitments = Commitments { mask: *reader.array(), salt: *reader.array() };
        let (reply, transfers) = ot::answer(&side.ro, &side.randomness, &side.sid, reader.0, side.par)?;
        side.transcript.take(message);
        let transcript = side.transcript.current();

        let mut body = Vec::with_capacity(side.plan.correlation_bytes() as usize);
        body.extend_from_slice(&side.commitment(COMMIT_ASKER_SALT, &side.draw("r")));
        body.extend_from_slice(&transfers);
        let keys = reply.keys(&side.ro, &bound(transcript, &body));
        let (for_values, for_bits) = keys.as_slice().split_at(128);

        let noise = NoiseVector::draw(&side.plan, &side.ro, &side.randomness);
        let masks = |which| noise::masks(&side.ro, &side.randomness, which);
        let factors = noise.values(&side.plan, side.kernels, masks(Which::Values));
        let choices = noise.choices(&side.plan, masks(Which::Choices));
        let (values, tau) = correlate::values_asker(&side.ro, for_values, &factors, side.par);
        body.extend_from_slice(&tau);
        let (bits, tau) = correlate::bits_asker(&side.ro, for_bits, &choices, side.par);
        body.extend_from_slice(&tau);

        let t_tau = bound(transcript, &body);
        let prove = |which, c: &Shares, z: &Shares| check::prove(&side.ro, side.kernels, &t_tau, which, c, z);
        body.extend_from_slice(&prove(Which::Values, &factors, &values));
        body.extend_from_slice(&prove(Which::Choices, &choices.elements(), &bits));
        self.say(Message::Correlation(body.into()));
        Ok(Stage::Correlated(Box::new(Correlated { commitments, noise, values, bits })))
    }

    /// Message 4, for message 3.
    fn grow(&mut self, correlated: Correlated, message: &Message<'_>) -> Result<Stage, Rejection> {
        let side = &mut self.side;
        let Correlated { commitments, noise, values, bits } = correlated;
        check_length(message.body(), side.plan.trees_bytes())?;
        let mut reader = Reader(message.body());
        let salt: &[u8; 32] = reader.array();
        side.check_opening(COMMIT_ANSWERER_SALT, salt, &commitments.salt)?;
        let row_key = side.row_key(salt, &side.draw("r"));
        side.transcript.take(message);
        let shares = TreeShares { values: &values, bits: &bits };
        let leaves = grove::grow_punctured(side, &noise, &shares, reader.0);
        // Only now, with all of message 3 in hand, does S learn where its trees are checked.
        let points: Vec<_> = noise.points.iter().map(|point| point.to_bytes()).collect();
        self.say(Message::Points(points.into_flattened().into()));
        Ok(Stage::Grown(Box::new(Grown { commitments, noise, values, leaves, row_key })))
    }

    /// Message 5.
    fn check_trees(&mut self, grown: Box<Grown>, message: &Message<'_>) -> Result<Stage, Rejection> {
        let side = &mut self.side;
        check_length(message.body(), side.plan.digests_bytes())?;
        let Grown { noise, values, leaves, .. } = &*grown;
        let points = noise.points.iter().copied();
        let due = leaves.digests(&side.ro, side.kernels, &side.plan, values, points, side.par);
        let fits = bool::from(subtle::ConstantTimeEq::ct_eq(&due[..], message.body()));
        #[cfg(test)]
        let fits = fits || seams::is_on(Seam::NoTreeCheck);
        if !fits {
            return Err(Rejection::TreesInconsistent);
        }
        side.transcript.take(message);
        Ok(Stage::Compressing(grown))
    }

    /// The next part of message 6.
    fn mask(&mut self, mut masked: Box<Masked>) -> Result<Stage, Rejection> {
        let side = &mut self.side;
        let mut body = Vec::new();
        if masked.masking.is_new() {
            side.transcript.begin(6, side.plan.masked_bytes());
            body.extend_from_slice(&side.draw("r"));
            body.extend_from_slice(&side.tag_mask().to_bytes());
        }
        masked.masking.append_part(side, &mut body)?;
        side.transcript.extend(&body);
        self.ready = Some(send(Message::Masked(body.into())));
        if !masked.masking.is_done(side) {
            return Ok(Stage::Masking(masked));
        }
        side.transcript.end();
        Ok(Stage::Masked(masked))
    }

    /// The first part of message 7 opens S's share of w; with it R makes its own tags. Gives the rest: tags.
    fn begin_matching<'b>(
        &mut self,
        masked: Masked,
        part: &'b [u8],
    ) -> Result<(Box<Matching>, &'b [u8]), Rejection> {
        let side = &mut self.side;
        let tags = side.plan.tags_part(0).len() * crate::common::TAG_BYTES;
        check_length(part, (Gf128::BYTES + tags) as u64)?;
        let mut reader = Reader(part);
        let share: &[u8; 16] = reader.array();
        side.check_opening(COMMIT_MASK, share, &masked.commitments.mask)?;
        side.transcript.begin(7, side.plan.tags_bytes());
        side.transcript.extend(share);
        let mask = side.tag_mask() + Gf128::from_bytes(*share);
        Ok((Box::new(Matching::new(side, masked.masking, mask)), reader.0))
    }

    /// Tags of message 7.
    fn match_tags(&mut self, mut matching: Box<Matching>, body: &[u8]) -> Result<Stage, Rejection> {
        let side = &mut self.side;
        check_length(body, matching.part_bytes(side))?;
        side.transcript.extend(body);
        matching.take(side, body.as_chunks().0)?;
        if !matching.is_done(side) {
            return Ok(Stage::Matching(matching));
        }
        side.transcript.end();
        self.ready = Some(Output::Done(matching.common(side)));
        Ok(Stage::Over)
    }

    fn say(&mut self, message: Message<'static>) {
        self.side.transcript.take(&message);
        self.ready = Some(send(message));
    }
}

impl Stage {
    fn name(&self) -> &'static str {
        match self {
            Stage::Idle => "ready",
            Stage::Correlated(..) => "correlated",
            Stage::Grown(..) => "grown",
            Stage::Compressing(..) => "compressing",
            Stage::Binning(..) => "binning",
            Stage::Masking(..) => "masking",
            Stage::Masked(..) => "masked",
            Stage::Matching(..) => "matching",
            Stage::Over => "over",
            Stage::Closed => "closed",
        }
    }
}
