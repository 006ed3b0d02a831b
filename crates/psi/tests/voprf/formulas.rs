//! A whole run recomputed from its description with another implementation of RFC 9497, the crate `voprf`:
//! every byte of both messages follows from the seeds as documented.

use std::collections::{BTreeMap, BTreeSet};

use curve25519_dalek::ristretto::{CompressedRistretto, RistrettoPoint};
use curve25519_dalek::scalar::Scalar;
use detente_psi::run::{self, Direction};
use detente_psi::voprf::Answer;
use detente_psi::{Randomness, Ro, Seed};
use sha2::{Digest, Sha512};
use voprf::{
    BlindedElement, CipherSuite, EvaluationElement, Group, Proof, Ristretto255, VoprfClient, VoprfServer,
};

use crate::parties::{Run, set};
use crate::pools::Rayon;

const CHUNK: usize = 8192;

#[test]
fn ask_follows_from_seed_nonce_terms_and_items() {
    let run = Run::new(set(0..10), set(5..15));
    let expected: Vec<u8> = asked(&run).keys().flatten().copied().collect();
    assert!(run.ask() == expected);
}

#[test]
fn answer_follows_from_seed_nonces_ids_and_items() {
    check_answer(&Run::new(set(0..10), set(5..15)));
}

#[test]
fn answer_of_two_chunks_is_proven_chunk_by_chunk() {
    check_answer(&Run { par: &Rayon, ..Run::new(set(0..8193), set(8000..8100)) });
}

#[test]
fn proofs_use_the_scalar_that_follows_from_all_they_prove() {
    let run = Run { par: &Rayon, ..Run::new(set(0..8193), set(0..1)) };
    let ask = run.ask();
    let answer = run.answer(&ask);
    let rho = rho_s(&run);
    let (blinded, parts) = (ask.as_chunks().0, Parts::of(&answer, 10_240));
    let key = scalar(server(&run).serialize()[..32].try_into().expect("32 bytes"));
    for (chunk, proof) in parts.proofs.iter().enumerate() {
        let range = chunk * CHUNK..blinded.len().min((chunk + 1) * CHUNK);
        let (blinded, evaluated) = (&blinded[range.clone()], &parts.evaluated[range]);
        let [c, s] = *proof.as_chunks().0 else { panic!("two scalars") };
        // s = r − c · skS
        let used = scalar(s) + scalar(c) * key;

        let m = weighted_sum(&answer.pk, blinded, evaluated);
        let sums = [m, m * key].map(|sum| sum.compress().to_bytes());
        let elements = blake3::hash(&[blinded, evaluated].concat().concat());
        let index = (chunk as u64).to_le_bytes();
        let mut wide = [0; 64];
        let fields: [&[u8]; 4] = [rho.as_bytes(), &index, elements.as_bytes(), sums.as_flattened()];
        answerer_ro(&run).fill("fm dleq", &fields, &mut wide);
        assert_eq!(used, Scalar::from_bytes_mod_order_wide(&wide), "chunk {chunk}");
    }
}

/// M of RFC 9497, section 2.2.1, word for word.
fn weighted_sum(pk: &[u8; 32], blinded: &[[u8; 32]], evaluated: &[[u8; 32]]) -> RistrettoPoint {
    let context = b"OPRFV1-\x01-ristretto255-SHA512";
    let seed_dst = [&b"Seed-"[..], context].concat();
    let seed = Sha512::digest([&[0, 32], &pk[..], &[0, 33], &seed_dst].concat());
    let weight = |i: usize| {
        let index = (i as u16).to_be_bytes();
        let input: [&[u8]; 8] =
            [&[0, 64], &seed, &index, &[0, 32], &blinded[i], &[0, 32], &evaluated[i], b"Composite"];
        let dst: [&[u8]; 2] = [b"HashToScalar-", context];
        let weight = Ristretto255::hash_to_scalar::<<Ristretto255 as CipherSuite>::Hash>(&input, &dst);
        Scalar::from_bytes_mod_order(weight.expect("a scalar").to_bytes())
    };
    let point = |bytes: &[u8; 32]| CompressedRistretto(*bytes).decompress().expect("an element");
    blinded.iter().enumerate().map(|(i, element)| point(element) * weight(i)).sum()
}

fn scalar(bytes: [u8; 32]) -> Scalar {
    Option::from(Scalar::from_canonical_bytes(bytes)).expect("a canonical scalar")
}

/// Checks every part of an answer, the proofs by their verifier, and the result by their outputs.
fn check_answer(run: &Run<'_>) {
    let ask = run.ask();
    let answer = run.answer(&ask);
    let server = server(run);
    assert_eq!(answer.pk, element_bytes(server.get_public_key()));

    let asked = asked(run);
    let parts = Parts::of(&answer, asked.len());
    let mut outputs = BTreeSet::new();
    let clients: Vec<_> = asked.values().collect();
    for (chunk, clients) in clients.chunks(CHUNK).enumerate() {
        let inputs: Vec<&[u8]> = clients.iter().map(|(input, _)| input.as_slice()).collect();
        let states: Vec<_> = clients.iter().map(|(_, state)| state.clone()).collect();
        let evaluated: Vec<_> = parts.evaluated[chunk * CHUNK..][..clients.len()]
            .iter()
            .map(|bytes| EvaluationElement::deserialize(bytes).expect("an element"))
            .collect();
        let proof = Proof::deserialize(&parts.proofs[chunk]).expect("a proof");
        let finalized =
            VoprfClient::batch_finalize(&inputs, &states, &evaluated, &proof, server.get_public_key())
                .expect("a proof that holds");
        for (input, output) in inputs.iter().zip(finalized) {
            let output = output.expect("an output");
            assert_eq!(output, server.evaluate(input).expect("an output"));
            outputs.insert(first_16(&output));
        }
    }

    let tags: BTreeSet<[u8; 16]> =
        padded(&run.answerer, run.answerer_class().get(), &answerer_ro(run), &rho_s(run))
            .iter()
            .map(|entry| first_16(&server.evaluate(&prf_input(run, entry)).expect("an output")))
            .collect();
    assert!(parts.tags.iter().eq(&tags), "the tags stand ascending");
    let common = run.finish(&answer).expect("an honest answer is accepted");
    assert_eq!(common.ranks().len(), outputs.intersection(&tags).count());
}

type Client = VoprfClient<Ristretto255>;

/// PRF input and state of every entry of the asker, by blinded element: so in the order of the ask.
fn asked(run: &Run<'_>) -> BTreeMap<[u8; 32], (Vec<u8>, Client)> {
    let ro = Ro::for_ask(&run.terms_id);
    let rho = Seed::from_bytes(run.asker_seed).asker_randomness(&ro, &run.asker_nonce);
    padded(&run.asker, run.asker_class().get(), &ro, &rho)
        .iter()
        .enumerate()
        .map(|(index, entry)| {
            let input = prf_input(run, entry);
            let mut wide = [0; 64];
            ro.fill("fm blind", &[rho.as_bytes(), &(index as u64).to_le_bytes(), &input], &mut wide);
            let blind = Scalar::from_bytes_mod_order_wide(&wide).to_bytes();
            let blind = Ristretto255::deserialize_scalar(&blind).expect("a blind");
            let result = Client::deterministic_blind_unchecked(&input, blind).expect("a blinded input");
            (blinded_bytes(&result.message), (input, result.state))
        })
        .collect()
}

/// The items and the dummies in front of them.
fn padded(items: &BTreeSet<Vec<u8>>, class: u64, ro: &Ro, rho: &Randomness) -> Vec<Vec<u8>> {
    let dummies = (0..class - items.len() as u64).map(|i| {
        let mut dummy = vec![0, 1, 16, 0];
        dummy.extend(&ro.hash("dummy", &[rho.as_bytes(), &i.to_le_bytes()])[..16]);
        dummy
    });
    let mut entries: Vec<_> = dummies.chain(items.iter().cloned()).collect();
    entries.sort();
    entries
}

fn server(run: &Run<'_>) -> VoprfServer<Ristretto255> {
    let seed = answerer_ro(run).hash("fm key", &[rho_s(run).as_bytes()]);
    let info = [&b"detente-psi file v1"[..], &sid(run)].concat();
    VoprfServer::new_from_seed(&seed, &info).expect("a key")
}

fn rho_s(run: &Run<'_>) -> Randomness {
    let seed = Seed::from_bytes(run.answerer_seed);
    seed.run_randomness(&answerer_ro(run), &run.asker_nonce, &run.answerer_nonce)
}

fn answerer_ro(run: &Run<'_>) -> Ro {
    Ro::for_run(&sid(run))
}

fn sid(run: &Run<'_>) -> [u8; 32] {
    run::sid(&run.terms_id, &run.accept_id, Direction::ProposerReceives)
}

fn prf_input(run: &Run<'_>, entry: &[u8]) -> Vec<u8> {
    [&run.terms_id, entry].concat()
}

struct Parts<'a> {
    evaluated: &'a [[u8; 32]],
    proofs: &'a [[u8; 64]],
    tags: &'a [[u8; 16]],
}

impl<'a> Parts<'a> {
    fn of(answer: &'a Answer<'_>, asked: usize) -> Parts<'a> {
        let (evaluated, rest) = answer.body.split_at(asked * 32);
        let (proofs, tags) = rest.split_at(asked.div_ceil(CHUNK) * 64);
        Parts { evaluated: evaluated.as_chunks().0, proofs: proofs.as_chunks().0, tags: tags.as_chunks().0 }
    }
}

fn blinded_bytes(element: &BlindedElement<Ristretto255>) -> [u8; 32] {
    element.serialize().as_slice().try_into().expect("32 bytes")
}

fn element_bytes(element: <Ristretto255 as Group>::Elem) -> [u8; 32] {
    Ristretto255::serialize_elem(element).as_slice().try_into().expect("32 bytes")
}

fn first_16(output: &[u8]) -> [u8; 16] {
    *output.first_chunk().expect("64 bytes")
}
