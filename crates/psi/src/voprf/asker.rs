//! R: blinds, asks, checks the answer and finds the common items.

use std::borrow::Cow;

use curve25519_dalek::ristretto::RistrettoPoint;
use curve25519_dalek::scalar::Scalar;
use zeroize::Zeroizing;

use super::dleq::{Composites, Dleq, EncodedProof, PROOF_BYTES, weighted_sum};
use super::element::{self, Encoded};
use super::side::{Side, encode_doubled};
use super::tag;
use super::{Answer, Ask, answer_bytes, check_length};
use crate::common::{Common, Tag, check_ascending};
use crate::item::Items;
use crate::limits::{BLOCK_ELEMENTS, CHUNK_ELEMENTS};
use crate::machine::{Input, Message, Output, Time};
use crate::oracle::Ro;
use crate::par::{self, Par};
use crate::rejection::Rejection;
use crate::run::{self, Direction};
use crate::seed::Seed;
use crate::size::SizeClass;

/// What the asker agreed to and brings along.
pub struct AskerParameters<'a> {
    /// The terms of the run, by [`run::terms_id`](crate::run::terms_id).
    pub terms_id: [u8; 32],
    /// n_R: the set is padded up to it.
    pub class: SizeClass,
    /// σ_R, drawn for this run alone.
    pub seed: &'a Seed,
    /// nonce_R of the terms.
    pub nonce: [u8; 32],
    /// What to ask about.
    pub items: &'a Items,
    /// Where the work is done.
    pub par: &'a dyn Par,
}

/// The machine of R. Takes [`Input::Start`] and says the ask; takes the answer and says [`Output::Done`].
///
/// Between the two it may be dropped and made again from the same parameters, on another day in another
/// process: after `Start` it has said the same bytes and is ready for the answer. Where they are not those
/// that were sent, the items are not the same any more, and the answer would be refused as not proven.
pub struct Asker<'a> {
    terms_id: [u8; 32],
    class: SizeClass,
    stage: Stage<'a>,
    output: Option<Output>,
}

enum Stage<'a> {
    Ready(Box<Side<'a>>),
    Asked(Box<Side<'a>>, Asked),
    Closed,
}

/// What the ask fixed. All of it can be told from the ask, except the order.
struct Asked {
    /// The blinded elements as sent.
    elements: Vec<Encoded>,
    /// Half of each blinded element, in the same order.
    halves: Vec<RistrettoPoint>,
    /// The index in the padded list that each blinded element stands for.
    order: Zeroizing<Vec<u32>>,
}

impl<'a> Asker<'a> {
    /// # Errors
    /// [`Rejection::ItemsOverClass`] if there are more items than the class holds.
    pub fn new(parameters: AskerParameters<'a>) -> Result<Asker<'a>, Rejection> {
        let AskerParameters { terms_id, class, seed, nonce, items, par } = parameters;
        let ro = Ro::for_ask(&terms_id);
        let randomness = seed.asker_randomness(&ro, &nonce);
        let side = Side::new(terms_id, class, items, ro, randomness, par)?;
        Ok(Asker { terms_id, class, stage: Stage::Ready(side), output: None })
    }

    /// Takes one input; drain [`Self::poll`] afterwards. On `Err` the machine is closed. The time is not used:
    /// no limit of this suite depends on it.
    ///
    /// An answer is checked in this order: length, key, elements, tags, proofs. Nothing is unblinded before
    /// all proofs hold; one that does not refuses the whole answer.
    ///
    /// # What the peer learns
    /// From the ask: the class, and that R asked. Nothing from anything later.
    ///
    /// # Errors
    /// [`Rejection::OutOfTurn`]; for an answer also [`Rejection::BodyTooShort`], [`Rejection::BodyTooLong`],
    /// [`Rejection::KeyNotCanonical`], [`Rejection::KeyIdentity`], [`Rejection::ElementNotCanonical`],
    /// [`Rejection::ElementIdentity`], [`Rejection::TagsNotAscending`], [`Rejection::ProofInvalid`]; by a
    /// chance of about 2^-252 [`Rejection::ScalarZero`] or [`Rejection::InputMapsToIdentity`].
    pub fn handle(&mut self, _now: Time, input: Input<'_>) -> Result<(), Rejection> {
        self.output = None;
        // Whatever returns early leaves the machine closed and its secrets wiped.
        match (std::mem::replace(&mut self.stage, Stage::Closed), input) {
            (Stage::Ready(side), Input::Start) => self.ask(side),
            (Stage::Asked(side, asked), Input::Message(Message::Voprf(super::Message::Answer(answer)))) => {
                self.finish(&side, &asked, &answer)
            }
            (stage, input) => Err(Rejection::OutOfTurn { stage: stage.name(), input: input.name() }),
        }
    }

    /// The next output, if there is one.
    pub fn poll(&mut self) -> Option<Output> {
        self.output.take()
    }

    fn ask(&mut self, side: Box<Side<'a>>) -> Result<(), Rejection> {
        let asked = blind_all(&side)?;
        let body = Cow::Owned(asked.elements.as_flattened().to_vec());
        self.output = Some(Output::Send(Message::Voprf(super::Message::Ask(Ask { body }))));
        self.stage = Stage::Asked(side, asked);
        Ok(())
    }

    fn finish(&mut self, side: &Side<'_>, asked: &Asked, answer: &Answer<'_>) -> Result<(), Rejection> {
        check_length(&answer.body, answer_bytes(self.class, answer.class))?;
        let parts = Parts::new(&answer.body, asked.elements.len());
        let pk = element::decode(&answer.pk).map_err(element::Fault::of_key)?;
        let points = element::decode_all(side.par, parts.evaluated)?;
        check_ascending(parts.tags)?;
        let dleq = Dleq::new(&side.suite, pk, answer.pk);
        check_proofs(side.par, &dleq, asked, &parts, &points)?;

        let matches = find_common(side, &unblind_all(side, asked, &points)?, parts.tags);
        let sid = run::sid(&self.terms_id, &answer.accept_id, Direction::ProposerReceives);
        self.output = Some(Output::Done(Common::new(sid, side.list.padding(), matches)));
        Ok(())
    }
}

impl Stage<'_> {
    fn name(&self) -> &'static str {
        match self {
            Stage::Ready(_) => "ready",
            Stage::Asked(..) => "asked",
            Stage::Closed => "closed",
        }
    }
}

/// The body of an answer, cut up.
struct Parts<'a> {
    evaluated: &'a [Encoded],
    proofs: &'a [EncodedProof],
    tags: &'a [Tag],
}

impl<'a> Parts<'a> {
    /// `body` has the length that the classes imply.
    fn new(body: &'a [u8], asked: usize) -> Parts<'a> {
        let (evaluated, rest) = body.split_at(asked * size_of::<Encoded>());
        let (proofs, tags) = rest.split_at(asked.div_ceil(CHUNK_ELEMENTS) * PROOF_BYTES);
        Parts { evaluated: evaluated.as_chunks().0, proofs: proofs.as_chunks().0, tags: tags.as_chunks().0 }
    }
}

/// Blinds the padded list and sorts by blinded element, which makes the order independent of the items.
fn blind_all(side: &Side<'_>) -> Result<Asked, Rejection> {
    let total = side.list.len();
    let blocks = par::map(side.par, total.div_ceil(BLOCK_ELEMENTS), |block| {
        blind_block(side, par::block(total, BLOCK_ELEMENTS, block))
    });
    // In the order of the list, which the ask must not tell.
    let mut blinded = Zeroizing::new(Vec::with_capacity(total));
    for block in blocks {
        blinded.extend_from_slice(&block?);
    }
    let mut order = Zeroizing::new((0..total as u32).collect::<Vec<_>>());
    order.sort_unstable_by_key(|index| blinded[*index as usize].0);
    let (elements, halves) = order.iter().map(|index| blinded[*index as usize]).unzip();
    Ok(Asked { elements, halves, order })
}

fn blind_block(
    side: &Side<'_>,
    range: std::ops::Range<usize>,
) -> Result<Zeroizing<Vec<(Encoded, RistrettoPoint)>>, Rejection> {
    let mut halves = side.points(range.clone())?;
    let blinds = blinds(side, range)?;
    let elements = blind(&mut halves, &blinds);
    Ok(Zeroizing::new(elements.iter().copied().zip(halves.iter().copied()).collect()))
}

/// Turns each point into half of its blinded element; gives the blinded elements.
pub(super) fn blind(points: &mut [RistrettoPoint], blinds: &[Scalar]) -> Zeroizing<Vec<Encoded>> {
    for (point, blind) in points.iter_mut().zip(blinds) {
        *point *= blind.div_by_2();
    }
    encode_doubled(points)
}

/// r_i = RO_A("fm blind"; ρ_R, i, PRF input)[64] reduced, for each index. The input is in it so that a changed
/// list never meets a blind that was used before.
fn blinds(
    side: &Side<'_>,
    indices: impl ExactSizeIterator<Item = usize>,
) -> Result<Zeroizing<Vec<Scalar>>, Rejection> {
    let mut blinds = Zeroizing::new(Vec::with_capacity(indices.len()));
    for index in indices {
        let mut wide = Zeroizing::new([0; 64]);
        let fields: [&[u8]; 3] =
            [side.randomness.as_bytes(), &(index as u64).to_le_bytes(), &side.prf_input(index)];
        side.ro.fill("fm blind", &fields, wide.as_mut());
        let blind = Scalar::from_bytes_mod_order_wide(&wide);
        if blind == Scalar::ZERO {
            return Err(Rejection::ScalarZero);
        }
        blinds.push(blind);
    }
    Ok(blinds)
}

/// # Errors
/// [`Rejection::ProofInvalid`] for the first chunk whose proof does not hold.
fn check_proofs(
    par: &dyn Par,
    dleq: &Dleq<'_>,
    asked: &Asked,
    parts: &Parts<'_>,
    points: &[RistrettoPoint],
) -> Result<(), Rejection> {
    for (chunk, proof) in parts.proofs.iter().enumerate() {
        let range = par::block(points.len(), CHUNK_ELEMENTS, chunk);
        let weights = dleq.weights(par, &asked.elements[range.clone()], &parts.evaluated[range.clone()]);
        let half = weighted_sum(par, &weights, &asked.halves[range.clone()]);
        let composites = Composites { m: half + half, z: weighted_sum(par, &weights, &points[range]) };
        if !dleq.verify(proof, &composites) {
            return Err(Rejection::ProofInvalid { chunk: chunk as u64 });
        }
    }
    Ok(())
}

/// The tag of every entry, in the order of the ask. Padding is carried along to the end, so that the time
/// this takes follows from the class and not from the count.
fn unblind_all(
    side: &Side<'_>,
    asked: &Asked,
    points: &[RistrettoPoint],
) -> Result<Zeroizing<Vec<(u32, Tag)>>, Rejection> {
    let blocks = par::map(side.par, points.len().div_ceil(BLOCK_ELEMENTS), |block| {
        let range = par::block(points.len(), BLOCK_ELEMENTS, block);
        unblind_block(side, &asked.order[range.clone()], &points[range])
    });
    let mut tags = Zeroizing::new(Vec::with_capacity(points.len()));
    for block in blocks {
        tags.extend_from_slice(&block?);
    }
    Ok(tags)
}

fn unblind_block(
    side: &Side<'_>,
    order: &[u32],
    evaluated: &[RistrettoPoint],
) -> Result<Zeroizing<Vec<(u32, Tag)>>, Rejection> {
    let mut inverses = blinds(side, order.iter().map(|index| *index as usize))?;
    Scalar::invert_batch_alloc(&mut inverses);
    let halves: Zeroizing<Vec<RistrettoPoint>> = Zeroizing::new(
        evaluated.iter().zip(inverses.iter()).map(|(point, inverse)| point * inverse.div_by_2()).collect(),
    );
    let elements = encode_doubled(&halves);
    let tags = order
        .iter()
        .zip(elements.iter())
        .map(|(index, element)| (*index, tag::tag(&side.prf_input(*index as usize), element)))
        .collect();
    Ok(Zeroizing::new(tags))
}

/// The ranks of the items whose tag is among the peer's ascending `tags`, ascending.
fn find_common(side: &Side<'_>, own: &[(u32, Tag)], tags: &[Tag]) -> Vec<usize> {
    // Room for all from the start: a list that grows would leave unwiped copies behind.
    let mut ranks = Vec::with_capacity(own.len() - side.list.padding());
    ranks.extend(own.iter().filter_map(|(index, tag)| {
        let rank = side.list.rank(*index as usize)?;
        tags.binary_search(tag).ok().map(|_| rank)
    }));
    ranks.sort_unstable();
    ranks
}
