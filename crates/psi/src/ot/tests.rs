//! Both sides of the transfers against each other, and against offers and replies that were tampered with.

use std::path::PathBuf;

use curve25519_dalek::ristretto::{CompressedRistretto, RistrettoPoint};
use ml_kem::{Decapsulate, DecapsulationKey768, KeyExport};
use serde_json::Value;

use super::lattice::encapsulate;
use super::ntt_vector::{NttVector, VECTOR_BYTES};
use super::*;
use crate::par::Sequential;
use crate::seed::Seed;

const SID: [u8; 32] = [7; 32];
const T_OT: [u8; 32] = [8; 32];
const CHOICES: [u128; 2] = [0x0123_4567_89ab_cdef_0f1e_2d3c_4b5a_6978, 1 << 127 | 5];

/// Where the vectors of the lattice half begin in an offer.
const VECTORS_START: usize = TRANSFERS * 64;

#[test]
fn the_chosen_key_is_the_one_of_its_slot() {
    for choices in [CHOICES, [0, u128::MAX]] {
        let (pairs, chosen) = exchange(choices);
        assert_eq!((pairs.as_slice().len(), chosen.as_slice().len()), (256, 256));
        for (j, ([zero, one], key)) in pairs.as_slice().iter().zip(chosen.as_slice()).enumerate() {
            let bit = choices[j / 128] >> (j % 128) & 1;
            let (right, wrong) = if bit == 0 { (zero, one) } else { (one, zero) };
            assert!(key == right && key != wrong, "transfer {j}");
        }
    }
}

#[test]
fn all_keys_differ() {
    let (pairs, _) = exchange(CHOICES);
    let keys: std::collections::BTreeSet<_> = pairs.as_slice().as_flattened().iter().collect();
    assert_eq!(keys.len(), 512);
}

#[test]
fn messages_have_the_bytes_of_the_specification() {
    assert_eq!((OFFER_BYTES, REPLY_BYTES), (256 * (64 + 2336), 32 + 256 * 2176));
    let (_, offer) = offer(CHOICES);
    let (_, reply) = reply_to(&offer).expect("a reply");
    assert_eq!((offer.len(), reply.len()), (OFFER_BYTES, REPLY_BYTES));
}

#[test]
fn bytes_follow_from_the_seed_on_any_number_of_threads() {
    let (_, one) = offer(CHOICES);
    let (_, reply_one) = reply_to(&one).expect("a reply");
    for threads in [1, 3] {
        let par = Pool(rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool"));
        let (kept, two) = Offer::new(&ro(), &randomness(1), CHOICES, &SID, &par).expect("an offer");
        assert!(one == two);
        let (_, reply_two) = answer(&ro(), &randomness(2), &SID, &two, &par).expect("a reply");
        assert!(reply_one == reply_two);
        assert!(kept.keys(&ro(), &reply_two, &T_OT, &par).is_ok());
    }
    let (_, other) = Offer::new(&ro(), &randomness(3), CHOICES, &SID, &Sequential).expect("an offer");
    assert!(one != other);
}

#[test]
fn keys_depend_on_transcript_and_session() {
    let (pairs, _) = exchange(CHOICES);
    let (kept, bytes) = offer(CHOICES);
    let (_, reply) = reply_to(&bytes).expect("a reply");
    let chosen = kept.keys(&ro(), &reply, &[9; 32], &Sequential).expect("keys");
    assert_no_match(&pairs, &chosen);

    // The same oracle, but the vectors hashed under another session id.
    let (kept, bytes) = offer(CHOICES);
    let (reply, reply_bytes) = answer(&ro(), &randomness(2), &[6; 32], &bytes, &Sequential).expect("a reply");
    let chosen = kept.keys(&ro(), &reply_bytes, &T_OT, &Sequential).expect("keys");
    assert_no_match(&reply.keys(&ro(), &T_OT), &chosen);
}

#[test]
fn either_half_alone_changes_the_key() {
    let (reply, _) = reply_to(&offer(CHOICES).1).expect("a reply");
    let pairs = reply.keys(&ro(), &T_OT);
    for half in 0..2 {
        let (mut reply, _) = reply_to(&offer(CHOICES).1).expect("a reply");
        let keys = if half == 0 { &mut reply.curve } else { &mut reply.lattice };
        keys.iter_mut().for_each(|pair| pair[0][31] ^= 128);
        let changed = reply.keys(&ro(), &T_OT);
        for (old, new) in pairs.as_slice().iter().zip(changed.as_slice()) {
            assert!(old[0] != new[0] && old[1] == new[1]);
        }
    }
}

#[test]
fn a_changed_slot_or_ciphertext_spoils_its_transfer_alone() {
    // Slots: transfer 1 of each half, with points and vectors that are well-formed.
    let (kept, mut bytes) = offer(CHOICES);
    let base = RistrettoPoint::mul_base(&Scalar::from(3_u8)).compress().to_bytes();
    bytes[64..96].copy_from_slice(&base);
    let vector = VECTORS_START + lattice::SLOTS_BYTES * 2;
    bytes[vector..vector + VECTOR_BYTES].copy_from_slice(&*NttVector::sample(&[1; 32]).encode());
    let (reply, mut reply_bytes) = reply_to(&bytes).expect("a reply");
    // Ciphertexts: both slots of transfer 3.
    for ciphertext in [6, 7] {
        reply_bytes[32 + ciphertext * 1088 + 100] ^= 1;
    }
    let chosen = kept.keys(&ro(), &reply_bytes, &T_OT, &Sequential).expect("keys");
    for (j, (pair, key)) in reply.keys(&ro(), &T_OT).as_slice().iter().zip(chosen.as_slice()).enumerate() {
        assert_eq!(pair.contains(key), ![1, 2, 3].contains(&j), "transfer {j}");
    }
}

#[test]
fn another_point_spoils_all_transfers() {
    let (kept, bytes) = offer(CHOICES);
    let (reply, mut reply_bytes) = reply_to(&bytes).expect("a reply");
    reply_bytes[..32].copy_from_slice(&RistrettoPoint::mul_base(&Scalar::from(3_u8)).compress().to_bytes());
    let chosen = kept.keys(&ro(), &reply_bytes, &T_OT, &Sequential).expect("keys");
    assert_no_match(&reply.keys(&ro(), &T_OT), &chosen);
}

#[test]
fn a_slot_that_cancels_its_hash_is_answered() {
    // r_0 = −H(0, r_1): R's key is that of the identity, which S knows, as it knows any key of its choice.
    let (_, mut bytes) = offer(CHOICES);
    let mut wide = [0; 64];
    ro().fill("ec h", &[&[0; 8], &[0; 8], &bytes[32..64]], &mut wide);
    let cancelling = -RistrettoPoint::from_uniform_bytes(&wide);
    bytes[..32].copy_from_slice(&cancelling.compress().to_bytes());
    let (reply, _) = reply_to(&bytes).expect("a reply");
    assert_eq!(reply.curve[0][0], ro().hash("ecot", &[&[0; 8], &[0; 8], &[0; 32]]));
    assert_ne!(reply.curve[0][1], reply.curve[0][0]);
}

#[test]
fn refuses_malformed_offers() {
    let (_, good) = offer(CHOICES);
    let refusal = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = good.clone();
        change(&mut bytes);
        reply_to(&bytes).err()
    };
    let expected = OFFER_BYTES as u64;
    assert_eq!(
        refusal(&|bytes| bytes.truncate(OFFER_BYTES - 1)),
        Some(Rejection::BodyTooShort { expected, found: expected - 1 })
    );
    assert_eq!(
        refusal(&|bytes| bytes.push(0)),
        Some(Rejection::BodyTooLong { expected, found: expected + 1 })
    );
    for index in [0, 1, 511] {
        let point = move |bytes: &mut Vec<u8>| bytes[index * 32..][..32].fill(0xff);
        assert_eq!(refusal(&point), Some(Rejection::ElementNotCanonical { index: index as u64 }));
        let start = VECTORS_START + index / 2 * lattice::SLOTS_BYTES + index % 2 * VECTOR_BYTES;
        // 3329 = 0xd01 in the last coefficient.
        let vector = move |bytes: &mut Vec<u8>| {
            bytes[start + VECTOR_BYTES - 2] |= 0xf0;
            bytes[start + VECTOR_BYTES - 1] = 0xd0;
            bytes[start + VECTOR_BYTES - 2] &= 0x1f;
        };
        assert_eq!(refusal(&vector), Some(Rejection::CoefficientNotReduced { index: index as u64 }));
    }
}

#[test]
fn refuses_malformed_replies() {
    let (_, bytes) = offer(CHOICES);
    let (_, good) = reply_to(&bytes).expect("a reply");
    let refusal = |reply: &[u8]| offer(CHOICES).0.keys(&ro(), reply, &T_OT, &Sequential).err();
    let expected = REPLY_BYTES as u64;
    let short = Rejection::BodyTooShort { expected, found: expected - 1 };
    assert_eq!(refusal(&good[1..]), Some(short));
    let long = Rejection::BodyTooLong { expected, found: expected + 1 };
    assert_eq!(refusal(&[&good[..], &[0]].concat()), Some(long));
    let identity = [&[0; 32], &good[32..]].concat();
    assert_eq!(refusal(&identity), Some(Rejection::ElementIdentity { index: 0 }));
    let negative = [&[1; 32], &good[32..]].concat();
    assert!(CompressedRistretto([1; 32]).decompress().is_none());
    assert_eq!(refusal(&negative), Some(Rejection::ElementNotCanonical { index: 0 }));
}

#[test]
fn a_slot_and_its_hash_make_a_key_of_the_library() {
    // In every transfer the encapsulation key of the chosen slot, and of no other, is that of a key pair of S.
    let (kept, bytes) = offer(CHOICES);
    let (slots, _) = bytes[VECTORS_START..].as_chunks();
    for (j, slots) in slots.iter().enumerate() {
        let mut seed = [0; 64];
        ro().fill("kem dz", &[randomness(1).as_bytes(), &(j as u64).to_le_bytes()], &mut seed);
        let expected = DecapsulationKey768::from_seed(seed.into()).encapsulation_key().to_bytes();
        let public = lattice::public_keys(&SID, j, slots).expect("reduced");
        let slot = kept.choices.slot(j) as usize;
        assert!(public[slot][..] == expected[..] && public[1 - slot][..] != expected[..], "transfer {j}");
    }
}

#[test]
fn agrees_with_the_known_answers_of_ml_kem() {
    let Some(vectors) = wycheproof("mlkem_768_test.json") else { return };
    for vector in vectors.iter().filter(|vector| vector["result"] == "valid") {
        let seed: [u8; 64] = hex(&vector["seed"]).try_into().expect("64 bytes");
        let private = DecapsulationKey768::from_seed(seed.into());
        let public = private.encapsulation_key().to_bytes();
        assert!(public[..] == hex(&vector["ek"]), "{}", vector["tcId"]);
        let (t, _) = public.split_first_chunk().expect("a vector and a seed");
        assert!(*NttVector::decode(t).expect("reduced").encode() == *t, "{}", vector["tcId"]);
        let ciphertext: [u8; 1088] = hex(&vector["c"]).try_into().expect("1088 bytes");
        assert!(private.decapsulate(&ciphertext.into())[..] == hex(&vector["K"]), "{}", vector["tcId"]);
    }
}

#[test]
fn encapsulates_as_the_known_answers_and_refuses_what_they_refuse() {
    let Some(vectors) = wycheproof("mlkem_768_encaps_test.json") else { return };
    for vector in vectors {
        let Ok(public) = <[u8; 1184]>::try_from(hex(&vector["ek"])) else { continue };
        let (t, _) = public.split_first_chunk().expect("a vector and a seed");
        let valid = vector["result"] == "valid";
        assert_eq!(NttVector::decode(t).is_some(), valid, "{}", vector["tcId"]);
        if valid {
            let m = hex(&vector["m"]).try_into().expect("32 bytes");
            let (ciphertext, key) = encapsulate(&public, &m);
            assert!(
                ciphertext[..] == hex(&vector["c"]) && key[..] == hex(&vector["K"]),
                "{}",
                vector["tcId"]
            );
        }
    }
}

/// A pool of so many threads.
struct Pool(rayon::ThreadPool);

impl Par for Pool {
    fn run(&self, jobs: usize, job: &(dyn Fn(usize) + Sync)) {
        use rayon::prelude::*;
        self.0.install(|| (0..jobs).into_par_iter().for_each(job));
    }
}

fn ro() -> Ro {
    Ro::for_run(&SID)
}

fn randomness(party: u8) -> Randomness {
    Seed::from_bytes([party; 32]).run_randomness(&ro(), &[0; 32], &[1; 32])
}

fn offer(choices: [u128; 2]) -> (Offer, Vec<u8>) {
    Offer::new(&ro(), &randomness(1), choices, &SID, &Sequential).expect("an offer")
}

fn reply_to(offer: &[u8]) -> Result<(Reply, Vec<u8>), Rejection> {
    answer(&ro(), &randomness(2), &SID, offer, &Sequential)
}

fn exchange(choices: [u128; 2]) -> (KeyPairs, ChosenKeys) {
    let (offer, bytes) = offer(choices);
    let (reply, reply_bytes) = reply_to(&bytes).expect("a reply");
    let chosen = offer.keys(&ro(), &reply_bytes, &T_OT, &Sequential).expect("keys");
    (reply.keys(&ro(), &T_OT), chosen)
}

fn assert_no_match(pairs: &KeyPairs, chosen: &ChosenKeys) {
    for (pair, key) in pairs.as_slice().iter().zip(chosen.as_slice()) {
        assert!(!pair.contains(key));
    }
}

/// The tests of a file of Wycheproof, where its folder is.
fn wycheproof(name: &str) -> Option<Vec<Value>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/wycheproof");
    let Ok(text) = std::fs::read_to_string(folder.join(name)) else {
        println!("SKIPPED: needs shared/data/wycheproof/{name}");
        return None;
    };
    let file: Value = serde_json::from_str(&text).expect("JSON");
    let groups = file["testGroups"].as_array().expect("groups");
    Some(groups.iter().flat_map(|group| group["tests"].as_array().expect("tests").clone()).collect())
}

fn hex(value: &Value) -> Vec<u8> {
    let digits = value.as_str().expect("a string").as_bytes();
    let byte = |pair: &[u8; 2]| u8::from_str_radix(std::str::from_utf8(pair).expect("ASCII"), 16);
    digits.as_chunks().0.iter().map(|pair| byte(pair).expect("hexadecimal")).collect()
}
