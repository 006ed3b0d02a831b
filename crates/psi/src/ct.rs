//! Doors to the kernels that work on secrets, for timing them (`cargo xtask ct`). No part of the interface.
//!
//! Each function makes everything public beforehand and gives a closure that runs one kernel on one secret of
//! 128 bits. Nothing in here may treat one secret otherwise than another: a kernel that takes more bits gets
//! these ones several times.

use std::cell::RefCell;
use std::hint::black_box;

use subtle::ConstantTimeEq;

use crate::field::{Gf128, Kernels};
use crate::oracle::Ro;
use crate::ot::{self, Offer};
use crate::par::Sequential;
use crate::prg::Stream;
use crate::seed::Seed;
use crate::{Cpu, Randomness};

pub use crate::vole::ct::{check, noise, puncture, share_bits, share_values, transpose};
pub use crate::voprf::ct::blind;

/// The secret that random ones are timed against. Where a kernel finds out whether two things are equal, they
/// are for this one.
///
/// Not 0: on zeros alone a processor was seen to be faster, where the code has no branch (docs/testing.md).
pub const FIXED: u128 = u128::MAX;

/// Elements that a kernel works on: so many that the clock's steps do not matter.
const ELEMENTS: usize = 64;

/// Elements without pattern, public.
pub(crate) fn elements(count: usize) -> Vec<Gf128> {
    Stream::new(b"public elements.", 0).elements(0, count).to_vec()
}

/// The oracle of all kernels.
pub(crate) fn oracle() -> Ro {
    Ro::for_run(&[1; 32])
}

/// Products with a secret factor, one at a time.
pub fn multiply(cpu: Cpu) -> impl Fn(u128) {
    let (kernels, terms) = (Kernels::new(cpu), elements(ELEMENTS));
    move |secret| {
        for term in &terms {
            black_box(kernels.mul(Gf128(secret), *term));
        }
    }
}

/// Multiples by a secret factor, added to other elements.
pub fn add_scaled(cpu: Cpu) -> impl Fn(u128) {
    let (kernels, terms) = (Kernels::new(cpu), elements(ELEMENTS));
    let sums = RefCell::new(terms.clone());
    move |secret| kernels.add_scaled(black_box(&mut sums.borrow_mut()), Gf128(secret), &terms)
}

/// The inverse of a secret element.
pub fn inverse(cpu: Cpu) -> impl Fn(u128) {
    let kernels = Kernels::new(cpu);
    move |secret| {
        black_box(kernels.inverse(Gf128(secret)));
    }
}

/// The comparison of the digests of eight batches.
pub fn compare() -> impl Fn(u128) {
    let due: Vec<u8> = elements(16).iter().flat_map(|element| element.to_bytes()).collect();
    let received = RefCell::new(due.clone());
    move |secret| {
        let mut received = received.borrow_mut();
        for (byte, (due, secret)) in
            received.iter_mut().zip(due.iter().zip(secret.to_le_bytes().iter().cycle()))
        {
            *byte = due ^ !secret;
        }
        black_box(bool::from(due[..].ct_eq(black_box(&received[..]))));
    }
}

/// S's side of all base transfers: the offer for secret choices.
pub fn offer() -> impl Fn(u128) {
    let (ro, randomness) = (oracle(), randomness());
    move |secret| {
        black_box(Offer::new(&ro, &randomness, choices(secret), &[2; 32], &Sequential).is_ok());
    }
}

/// S's side of all base transfers: the keys, for secret choices. The ciphertexts of slot 1 are honest, those of
/// slot 0 are not: what ML-KEM does then must not show either.
pub fn chosen_keys() -> impl Fn(u128) {
    let (ro, randomness) = (oracle(), randomness());
    let (offer, bytes) =
        Offer::new(&ro, &randomness, choices(FIXED), &[2; 32], &Sequential).expect("scalars other than 0");
    let (_, reply) = ot::answer(&ro, &randomness, &[2; 32], &bytes, &Sequential).expect("an honest offer");
    let offer = RefCell::new(offer);
    move |secret| {
        let mut offer = offer.borrow_mut();
        offer.choose(choices(secret));
        black_box(offer.chosen_keys(&ro, &reply, &[3; 32], &Sequential).is_ok());
    }
}

fn randomness() -> Randomness {
    Seed::from_bytes([7; 32]).run_randomness(&oracle(), &[0; 32], &[1; 32])
}

/// Δ and Δ′.
fn choices(secret: u128) -> [u128; 2] {
    [secret, secret.rotate_left(64)]
}
