//! Changes to the base OTs, and what comes after the end. All other cases of a hostile counterpart or carrier run
//! inside the crate, with base OTs that cost nothing.
//!
//! `testdata/vectors/psi` lists the cases and how each ends.

use curve25519_dalek::ristretto::{CompressedRistretto, RistrettoPoint};
use curve25519_dalek::scalar::Scalar;
use detente_psi::vole::{self, Answerer};
use detente_psi::{Input, Items, Message, Output, Rejection, Seed};

use crate::cases::{End, Harness, refused, small};
use crate::parties::{NOW, Party};

const INCONSISTENT: End = End::Refused(Party::Answerer, Rejection::CorrelationInconsistent);

/// Where the slots of a transfer stand in message 1.
fn point(transfer: usize, slot: usize) -> usize {
    64 + 32 * (2 * transfer + slot)
}

fn vector(transfer: usize, slot: usize) -> usize {
    64 + 256 * 64 + 2336 * transfer + 1152 * slot
}

/// Encodings that RFC 9496 refuses: not reduced, negative, off the curve.
fn not_canonical() -> [[u8; 32]; 4] {
    let mut prime = [0xff; 32];
    (prime[0], prime[31]) = (0xed, 0x7f);
    let single = |at: usize, byte: u8| {
        let mut bytes = [0; 32];
        bytes[at] = byte;
        bytes
    };
    [[0xff; 32], prime, single(0, 1), single(31, 5)]
}

fn is_point(bytes: &[u8]) -> bool {
    CompressedRistretto::from_slice(bytes).is_ok_and(|encoded| encoded.decompress().is_some())
}

/// Whether all coefficients of 12 bits are below 3329.
fn is_vector(bytes: &[u8]) -> bool {
    bytes.as_chunks::<3>().0.iter().all(|[low, middle, high]| {
        let coefficients =
            [u16::from(*low) | u16::from(*middle & 15) << 8, u16::from(*middle >> 4) | u16::from(*high) << 4];
        coefficients.iter().all(|coefficient| *coefficient < 3329)
    })
}

/// One transfer of each Δ, and the last.
const TRANSFERS: [usize; 3] = [0, 127, 255];

#[test]
fn changed_offers_end_as_the_list_says() {
    let mut harness = Harness::new(small());
    let offer = harness.said[0].1.clone();
    harness.field("com(w)", 0, 0, 32, &INCONSISTENT);
    harness.field("com(r_S)", 0, 32, 32, &INCONSISTENT);
    for (transfer, slot) in TRANSFERS.into_iter().flat_map(|transfer| [(transfer, 0), (transfer, 1)]) {
        let index = (2 * transfer + slot) as u64;
        let at = point(transfer, slot);
        let no_point = refused(0, Rejection::ElementNotCanonical { index });
        for byte in [0, 16, 31] {
            let mut changed = offer.clone();
            changed[at + byte] ^= 2;
            let end = if is_point(&changed[at..at + 32]) { &INCONSISTENT } else { &no_point };
            let name = format!("point {slot} of transfer {transfer}, byte {byte}");
            harness.body(&name, 0, |body| body[at + byte] ^= 2, end);
        }
        for (which, bad) in not_canonical().into_iter().enumerate() {
            let name = format!("point {slot} of transfer {transfer}, not canonical {which}");
            harness.body(&name, 0, |body| body[at..at + 32].copy_from_slice(&bad), &no_point);
        }
        let name = format!("point {slot} of transfer {transfer}, the identity");
        harness.body(&name, 0, |body| body[at..at + 32].fill(0), &INCONSISTENT);
        let at = vector(transfer, slot);
        let no_vector = refused(0, Rejection::CoefficientNotReduced { index });
        for byte in [0, 576, 1151] {
            let mut changed = offer.clone();
            changed[at + byte] ^= 1;
            let end = if is_vector(&changed[at..at + 1152]) { &INCONSISTENT } else { &no_vector };
            let name = format!("vector {slot} of transfer {transfer}, byte {byte}");
            harness.body(&name, 0, |body| body[at + byte] ^= 1, end);
        }
        let name = format!("vector {slot} of transfer {transfer}, last coefficient 4095");
        harness.body(&name, 0, |body| body[at + 1150..at + 1152].fill(0xff), &no_vector);
        let name = format!("vector {slot} of transfer {transfer}, zero");
        harness.body(&name, 0, |body| body[at..at + 1152].fill(0), &INCONSISTENT);
    }
    for transfer in TRANSFERS {
        let name = format!("rho of transfer {transfer}");
        harness.field(&name, 0, vector(transfer, 2), 32, &INCONSISTENT);
        let swap = |body: &mut Vec<u8>| body[point(transfer, 0)..].as_chunks_mut::<32>().0.swap(0, 1);
        harness.body(&format!("points of transfer {transfer} swapped"), 0, swap, &INCONSISTENT);
    }
    let list = include_str!("../../../../testdata/vectors/psi/vole_hostile_offer.txt");
    assert!(list == harness.list, "the list is now:\n{}", harness.list);
}

#[test]
fn changed_replies_end_as_the_list_says() {
    let mut harness = Harness::new(small());
    harness.field("com(r_R)", 1, 0, 32, &INCONSISTENT);
    let no_point = refused(1, Rejection::ElementNotCanonical { index: 0 });
    for (which, bad) in not_canonical().into_iter().enumerate() {
        let name = format!("U not canonical {which}");
        harness.body(&name, 1, |body| body[32..64].copy_from_slice(&bad), &no_point);
    }
    let identity = refused(1, Rejection::ElementIdentity { index: 0 });
    harness.body("U the identity", 1, |body| body[32..64].fill(0), &identity);
    let other = RistrettoPoint::mul_base(&Scalar::from(3_u8)).compress().to_bytes();
    harness.body("U another point", 1, |body| body[32..64].copy_from_slice(&other), &INCONSISTENT);
    for transfer in [0, 127, 128, 255] {
        for slot in 0..2 {
            let name = format!("ciphertext {slot} of transfer {transfer}");
            harness.field(&name, 1, 64 + 1088 * (2 * transfer + slot), 1088, &INCONSISTENT);
        }
    }
    let first = |body: &mut Vec<u8>| body[64..].as_chunks_mut::<1088>().0.swap(0, 1);
    harness.body("ciphertexts of a transfer swapped", 1, first, &INCONSISTENT);
    let zero = |body: &mut Vec<u8>| body[64..64 + 512 * 1088].fill(0);
    harness.body("ciphertexts all zero", 1, zero, &INCONSISTENT);
    let list = include_str!("../../../../testdata/vectors/psi/vole_hostile_reply.txt");
    assert!(list == harness.list, "the list is now:\n{}", harness.list);
}

#[test]
fn an_answerer_starts_once_and_hears_nothing_after_its_end() {
    let run = small();
    let (_, said) = run.play();
    let (seed, items) = (Seed::from_bytes(run.answerer_seed), Items::new(&run.answerer).expect("items"));
    let machine = || Answerer::new(run.parameters(&seed, &items)).expect("the items fit");
    let message = |at: usize| {
        let (number, body) = &said[at];
        let message = vole::Message::from_parts(*number, body.as_slice().into());
        Input::Message(Message::Vole(message.expect("a message of the suite")))
    };
    let drain = |answerer: &mut Answerer<'_>| {
        let polled = std::iter::from_fn(|| answerer.poll().expect("no refusal"));
        polled.filter(|output| matches!(output, Output::Send(_))).count()
    };

    let mut answerer = machine();
    answerer.handle(NOW, Input::Start).expect("an answerer starts");
    let again = Rejection::OutOfTurn { stage: "offered", input: "start" };
    assert_eq!(answerer.handle(NOW, Input::Start), Err(again));
    assert_eq!((drain(&mut answerer), drain(&mut answerer)), (1, 0), "an abort, and not the offer");

    let mut answerer = machine();
    answerer.handle(NOW, Input::Start).expect("an answerer starts");
    assert_eq!(drain(&mut answerer), 1);
    for at in [1, 3, 5] {
        answerer.handle(NOW, message(at)).expect("what an honest asker says");
        assert_eq!(drain(&mut answerer), 1);
    }
    assert!(answerer.is_over());
    let after = Rejection::OutOfTurn { stage: "over", input: "masked" };
    assert_eq!(answerer.handle(NOW, message(5)), Err(after));
    assert_eq!((drain(&mut answerer), drain(&mut answerer)), (1, 0), "an abort, and no second answer");
}
