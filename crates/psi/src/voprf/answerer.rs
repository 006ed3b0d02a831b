//! S: evaluates what is asked, proves it, and adds the tags of its own list.

use std::borrow::Cow;
use std::ops::Range;

use curve25519_dalek::ristretto::RistrettoPoint;
use curve25519_dalek::scalar::Scalar;
use zeroize::Zeroizing;

use super::dleq::{Composites, Dleq, EncodedProof, weighted_sum};
use super::element::{self, Encoded};
use super::side::{Side, encode_doubled};
use super::tag;
use super::{Answer, Ask, answer_bytes, ask_bytes, check_length};
use crate::common::Tag;
use crate::item::Items;
use crate::limits::{BLOCK_ELEMENTS, CHUNK_ELEMENTS};
use crate::machine::{Input, Message, Output, Time};
use crate::oracle::Ro;
use crate::par::{self, Par};
use crate::rejection::Rejection;
use crate::run::{self, Direction};
use crate::seed::Seed;
use crate::size::SizeClass;

/// What the answerer agreed to and brings along.
pub struct AnswererParameters<'a> {
    /// The terms of the run, by [`run::terms_id`](crate::run::terms_id).
    pub terms_id: [u8; 32],
    /// The acceptance, by [`run::accept_id`](crate::run::accept_id).
    pub accept_id: [u8; 32],
    /// nonce_R of the terms.
    pub asker_nonce: [u8; 32],
    /// nonce_S of the acceptance.
    pub answerer_nonce: [u8; 32],
    /// n_R of the terms.
    pub asker_class: SizeClass,
    /// n_S of the acceptance: the set is padded up to it.
    pub answerer_class: SizeClass,
    /// σ_S, drawn for this run alone and after its ask was claimed.
    pub seed: &'a Seed,
    /// What to answer from.
    pub items: &'a Items,
    /// Where the work is done.
    pub par: &'a dyn Par,
}

/// The machine of S. Takes one ask; says the answer.
///
/// The key exists only while the ask is handled. A second machine made from the same parameters would have
/// the same key, and R could test as many items again with every ask it answers: the caller answers one ask
/// for each terms, once, and from then on repeats the stored bytes.
pub struct Answerer<'a> {
    accept_id: [u8; 32],
    sid: [u8; 32],
    asker_class: SizeClass,
    answerer_class: SizeClass,
    stage: Stage<'a>,
    output: Option<Output>,
}

enum Stage<'a> {
    Ready(Box<Side<'a>>),
    Closed,
}

impl<'a> Answerer<'a> {
    /// # Errors
    /// [`Rejection::ItemsOverClass`] if there are more items than the answerer's class holds.
    pub fn new(parameters: AnswererParameters<'a>) -> Result<Answerer<'a>, Rejection> {
        let AnswererParameters { terms_id, accept_id, asker_class, answerer_class, .. } = parameters;
        let sid = run::sid(&terms_id, &accept_id, Direction::ProposerReceives);
        let ro = Ro::for_run(&sid);
        let nonces = (&parameters.asker_nonce, &parameters.answerer_nonce);
        let randomness = parameters.seed.run_randomness(&ro, nonces.0, nonces.1);
        let side = Side::new(terms_id, answerer_class, parameters.items, ro, randomness, parameters.par)?;
        let stage = Stage::Ready(side);
        Ok(Answerer { accept_id, sid, asker_class, answerer_class, stage, output: None })
    }

    /// Takes one input; drain [`Self::poll`] afterwards. On `Err` the machine is closed. The time is not used:
    /// no limit of this suite depends on it.
    ///
    /// An ask is checked in this order: length, elements, their order; all of it before the key exists.
    ///
    /// # What the peer learns
    /// From the answer: the answerer's class, and which of the items asked about the answerer used.
    ///
    /// # Errors
    /// [`Rejection::OutOfTurn`]; for an ask also [`Rejection::BodyTooShort`], [`Rejection::BodyTooLong`],
    /// [`Rejection::ElementNotCanonical`], [`Rejection::ElementIdentity`], [`Rejection::ElementRepeated`],
    /// [`Rejection::ElementsNotAscending`]; [`Rejection::OwnProofInvalid`] after a computing fault; by a
    /// chance of about 2^-252 [`Rejection::ScalarZero`] or [`Rejection::InputMapsToIdentity`].
    pub fn handle(&mut self, _now: Time, input: Input<'_>) -> Result<(), Rejection> {
        self.output = None;
        // Whatever returns early leaves the machine closed and its secrets wiped.
        match (std::mem::replace(&mut self.stage, Stage::Closed), input) {
            (Stage::Ready(side), Input::Message(Message::Voprf(super::Message::Ask(ask)))) => {
                self.answer(&side, &ask)
            }
            (stage, input) => Err(Rejection::OutOfTurn { stage: stage.name(), input: input.name() }),
        }
    }

    /// The next output, if there is one.
    pub fn poll(&mut self) -> Option<Output> {
        self.output.take()
    }

    fn answer(&mut self, side: &Side<'_>, ask: &Ask<'_>) -> Result<(), Rejection> {
        check_length(&ask.body, ask_bytes(self.asker_class))?;
        let blinded: &[Encoded] = ask.body.as_chunks().0;
        let points = element::decode_all(side.par, blinded)?;
        element::check_ascending(blinded)?;

        let key = Key::new(side, &self.sid)?;
        let evaluated = evaluate(side.par, &key, &points);
        let proofs = prove_chunks(side, &key, blinded, &points, &evaluated)?;
        let tags = own_tags(side, &key)?;

        let body = assemble(&evaluated, &proofs, &tags);
        let expected = answer_bytes(self.asker_class, self.answerer_class);
        assert_eq!(body.len() as u64, expected, "the classes imply the length");
        let answer = Answer {
            accept_id: self.accept_id,
            class: self.answerer_class,
            pk: key.public_bytes,
            body: Cow::Owned(body),
        };
        self.output = Some(Output::Send(Message::Voprf(super::Message::Answer(answer))));
        Ok(())
    }
}

impl Stage<'_> {
    fn name(&self) -> &'static str {
        match self {
            Stage::Ready(_) => "ready",
            Stage::Closed => "closed",
        }
    }
}

/// skS and what follows from it, wiped on drop.
struct Key {
    secret: Zeroizing<Scalar>,
    /// skS / 2, for points that are doubled when encoded.
    half: Zeroizing<Scalar>,
    public: RistrettoPoint,
    public_bytes: Encoded,
}

impl Key {
    /// DeriveKeyPair (RFC 9497, section 3.2.1) with seed RO("fm key"; ρ_S)[32] and info
    /// "detente-psi file v1" ‖ sid: a fresh key for each run.
    fn new(side: &Side<'_>, sid: &[u8; 32]) -> Result<Key, Rejection> {
        let seed = Zeroizing::new(side.ro.hash("fm key", &[side.randomness.as_bytes()]));
        let secret = side.suite.derive_key(&seed, &[b"detente-psi file v1", sid.as_slice()].concat())?;
        let public = RistrettoPoint::mul_base(&secret);
        let public_bytes = public.compress().to_bytes();
        Ok(Key { half: Zeroizing::new(secret.div_by_2()), secret, public, public_bytes })
    }
}

/// BlindEvaluate without the proof: skS times each point, encoded.
fn evaluate(par: &dyn Par, key: &Key, points: &[RistrettoPoint]) -> Vec<Encoded> {
    let half: &Scalar = &key.half;
    let blocks = par::map(par, points.len().div_ceil(BLOCK_ELEMENTS), |block| {
        let range = par::block(points.len(), BLOCK_ELEMENTS, block);
        let halves: Vec<RistrettoPoint> = points[range].iter().map(|point| point * half).collect();
        encode_doubled(&halves)
    });
    blocks.iter().flat_map(|block| block.iter().copied()).collect()
}

/// A proof for each chunk, each checked over the bytes that will be released: a fault in the computation must
/// not leave this machine, since what it would reveal about the key cannot be foreseen.
fn prove_chunks(
    side: &Side<'_>,
    key: &Key,
    blinded: &[Encoded],
    points: &[RistrettoPoint],
    evaluated: &[Encoded],
) -> Result<Vec<EncodedProof>, Rejection> {
    let dleq = Dleq::new(&side.suite, key.public, key.public_bytes);
    let chunks = points.len().div_ceil(CHUNK_ELEMENTS);
    (0..chunks)
        .map(|chunk| {
            let range = par::block(points.len(), CHUNK_ELEMENTS, chunk);
            let (blinded, evaluated) = (&blinded[range.clone()], &evaluated[range.clone()]);
            let weights = dleq.weights(side.par, blinded, evaluated);
            let m = weighted_sum(side.par, &weights, &points[range]);
            let made = Composites { m, z: m * *key.secret };
            let r = proof_scalar(side, chunk, blinded, evaluated, &made)?;
            let proof = dleq.prove(&key.secret, &r, &made);

            let fault = Rejection::OwnProofInvalid { chunk: chunk as u64 };
            let released = element::decode_all(side.par, evaluated).map_err(|_| fault.clone())?;
            let seen = Composites { m, z: weighted_sum(side.par, &weights, &released) };
            if dleq.verify(&proof, &seen) { Ok(proof) } else { Err(fault) }
        })
        .collect()
}

/// r = RO("fm dleq"; ρ_S, chunk, BLAKE3-256(all blinded ‖ all evaluated), Ser(M) ‖ Ser(Z))[64], reduced.
///
/// Departs from RFC 9497, section 2.2.1, which draws r at random: here a run must be replayable. Everything
/// the challenge depends on is in it, so neither a second ask under one seed nor a computing fault can put
/// two challenges under one r, from which the key would follow.
fn proof_scalar(
    side: &Side<'_>,
    chunk: usize,
    blinded: &[Encoded],
    evaluated: &[Encoded],
    composites: &Composites,
) -> Result<Zeroizing<Scalar>, Rejection> {
    let elements =
        blake3::Hasher::new().update(blinded.as_flattened()).update(evaluated.as_flattened()).finalize();
    let sums = [composites.m.compress().to_bytes(), composites.z.compress().to_bytes()];
    let fields: [&[u8]; 4] =
        [side.randomness.as_bytes(), &(chunk as u64).to_le_bytes(), elements.as_bytes(), sums.as_flattened()];
    let mut wide = Zeroizing::new([0; 64]);
    side.ro.fill("fm dleq", &fields, wide.as_mut());
    let r = Zeroizing::new(Scalar::from_bytes_mod_order_wide(&wide));
    if *r == Scalar::ZERO {
        return Err(Rejection::ScalarZero);
    }
    Ok(r)
}

/// The tags of the padded list, ascending: the order says nothing about which are padding.
fn own_tags(side: &Side<'_>, key: &Key) -> Result<Vec<Tag>, Rejection> {
    let total = side.list.len();
    let blocks = par::map(side.par, total.div_ceil(BLOCK_ELEMENTS), |block| {
        tag_block(side, key, par::block(total, BLOCK_ELEMENTS, block))
    });
    let mut tags = Vec::with_capacity(total);
    for block in blocks {
        tags.extend_from_slice(&block?);
    }
    tags.sort_unstable();
    Ok(tags)
}

fn tag_block(side: &Side<'_>, key: &Key, range: Range<usize>) -> Result<Zeroizing<Vec<Tag>>, Rejection> {
    let mut halves = side.points(range.clone())?;
    halves.iter_mut().for_each(|point| *point *= &*key.half);
    let elements = encode_doubled(&halves);
    let tags = range
        .zip(elements.iter())
        .map(|(index, element)| tag::tag(&side.prf_input(index), element))
        .collect();
    Ok(Zeroizing::new(tags))
}

fn assemble(evaluated: &[Encoded], proofs: &[EncodedProof], tags: &[Tag]) -> Vec<u8> {
    let bytes = size_of_val(evaluated) + size_of_val(proofs) + size_of_val(tags);
    let mut body = Vec::with_capacity(bytes);
    body.extend_from_slice(evaluated.as_flattened());
    body.extend_from_slice(proofs.as_flattened());
    body.extend_from_slice(tags.as_flattened());
    body
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::par::Sequential;

    /// Proves 8,193 elements, the last of which forms a chunk of its own, after a fault in one of them.
    fn check(faulty: usize, expected: Rejection) {
        let ro = Ro::for_run(&[0; 32]);
        let randomness = Seed::from_bytes([1; 32]).run_randomness(&ro, &[2; 32], &[3; 32]);
        let items = Items::new::<&[u8]>(&[]).expect("no items");
        let side = Side::new([4; 32], SizeClass::MIN, &items, ro, randomness, &Sequential).expect("a side");
        let key = Key::new(&side, &[5; 32]).expect("a key");

        let points: Vec<_> = (1..=8193u64).map(|i| RistrettoPoint::mul_base(&Scalar::from(i))).collect();
        let blinded: Vec<_> = points.iter().map(|point| point.compress().to_bytes()).collect();
        let mut evaluated = evaluate(&Sequential, &key, &points);
        assert!(prove_chunks(&side, &key, &blinded, &points, &evaluated).is_ok());
        evaluated[faulty] = blinded[faulty];
        assert_eq!(prove_chunks(&side, &key, &blinded, &points, &evaluated), Err(expected));
    }

    #[test]
    fn releases_no_proof_over_a_fault() {
        check(8191, Rejection::OwnProofInvalid { chunk: 0 });
        check(8192, Rejection::OwnProofInvalid { chunk: 1 });
    }
}
