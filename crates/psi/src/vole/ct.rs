//! Doors to the kernels of this suite, for timing them: see [`ct`](crate::ct).

use std::cell::RefCell;
use std::hint::black_box;

use super::check::{self, Which};
use super::correlate::{self, Shares};
use super::noise::NoiseVector;
use super::plan::{CHECKS, Plan};
use super::trees::{self, Hole, Nursery, TreeKeys};
use super::{Code, transpose};
use crate::ct::{FIXED, elements, oracle};
use crate::field::{Cpu, Gf128, Kernels};
use crate::par::Sequential;
use crate::size::SizeClass;

/// Values, or bits, that are correlated.
const VALUES: usize = 128;

/// Levels of the tree that is punctured: a crown of two and branches of eight.
const DEPTH: usize = 10;

/// S's shares of field values, Δ being secret.
pub fn share_values() -> impl Fn(u128) {
    let (ro, keys, tau) = (oracle(), keys(), bytes(128 * (VALUES + CHECKS)));
    move |secret| {
        black_box(correlate::values_answerer(&ro, &keys, Gf128(secret), &tau, &Sequential));
    }
}

/// S's shares of bits, Δ′ being secret.
pub fn share_bits() -> impl Fn(u128) {
    let (ro, keys, tau) = (oracle(), keys(), bytes(128 * (VALUES / 128 + CHECKS)));
    move |secret| {
        black_box(correlate::bits_answerer(&ro, &keys, Gf128(secret), &tau, VALUES, &Sequential));
    }
}

/// S's check of R's inputs, Δ being secret.
pub fn check() -> impl Fn(u128) {
    let (ro, kernels, t_tau) = (oracle(), Kernels::new(Cpu::detect()), [4; 32]);
    let [y, mut z] = [0; 2].map(|_| elements(VALUES + CHECKS));
    let c: Vec<Gf128> = y.iter().map(|y| y.times_x()).collect();
    kernels.add_scaled(&mut z, Gf128(FIXED), &c);
    let [c, y, z] = [c, y, z].map(Shares::new);
    let proof = check::prove(&ro, kernels, &t_tau, Which::Values, &c, &z);
    assert!(check::holds(&ro, kernels, &t_tau, Which::Values, &y, Gf128(FIXED), &proof), "it holds for one");
    move |secret| {
        black_box(check::holds(&ro, kernels, &t_tau, Which::Values, &y, Gf128(secret), &proof));
    }
}

/// A matrix whose rows are one secret, turned by more and more bits.
pub fn transpose() -> impl Fn(u128) {
    |secret| {
        let mut rows = std::array::from_fn(|i| secret.rotate_left(i as u32));
        transpose::transpose(&mut rows);
        black_box(&rows);
    }
}

/// R's tree with its hole at a secret place.
pub fn puncture() -> impl Fn(u128) {
    let (keys, sums) = (TreeKeys::new(&oracle(), 0, DEPTH), elements(DEPTH));
    let room = RefCell::new((Nursery::new(DEPTH), vec![Gf128::ZERO; 1 << DEPTH]));
    move |secret| {
        let (nursery, leaves) = &mut *room.borrow_mut();
        let hole = hole(secret, 0, DEPTH);
        trees::grow_punctured(
            &keys,
            nursery,
            &hole,
            |l| hole.choose(DEPTH, l, sums[l], Gf128::ONE),
            sums[0],
            leaves,
        );
        black_box(leaves);
    }
}

/// What R makes of secret noise in a run of the smallest class: e of one block, the values with the check
/// value, and the choices.
pub fn noise() -> impl Fn(u128) {
    let kernels = Kernels::new(Cpu::detect());
    let plan = Plan::new(SizeClass::MIN, SizeClass::MIN, Code::Qc).expect("qc is offered for all classes");
    let points = elements(plan.batches);
    move |secret| {
        let holes = (0..plan.batches * plan.noise.blocks).map(|tree| hole(secret, tree, plan.noise.depth));
        let noise = NoiseVector { holes: holes.collect(), points: points.clone() };
        let block = (0..plan.noise.block_len() as u64).map(|index| noise.holes[0].value_at(index));
        black_box(block.sum::<Gf128>());
        black_box(noise.values(&plan, kernels, [Gf128::ONE; CHECKS]));
        black_box(noise.choices(&plan, [Gf128::ONE; CHECKS]));
    }
}

fn hole(secret: u128, tree: usize, depth: usize) -> Hole {
    let bits = secret.rotate_left(tree as u32);
    Hole { position: bits as u64 & ((1 << depth) - 1), value: Gf128(bits) }
}

fn keys() -> Vec<[u8; 32]> {
    bytes(256).as_chunks().0.to_vec()
}

fn bytes(blocks: usize) -> Vec<u8> {
    elements(blocks).iter().flat_map(|element| element.to_bytes()).collect()
}
