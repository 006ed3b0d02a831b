//! The correlation as it comes out of a whole run, and what it looks like from outside.

use super::insider::{AnswererShares, AskerShares};
use super::parties::{Run, items};
use crate::field::{Gf128, Kernels};
use crate::item::Items;
use crate::oracle::Ro;
use crate::seams::{self, Seam};
use crate::seed::Seed;
use crate::vole::Code;
use crate::vole::compress::Coder;
use crate::vole::noise::NoiseVector;
use crate::vole::side::{Role, Side};

/// One run of each code, of the smallest class that it is offered for.
fn runs() -> [Run<'static>; 2] {
    [Run::new(Code::Qc, items(0..40), items(20..70)), Run::new(Code::Fast, items(0..90_000), items(20..70))]
}

#[test]
fn all_slots_of_both_sides_are_correlated() {
    for run in runs() {
        let (_, said) = seams::with(&[Seam::DealtTransfers], || run.play());
        let seeds = [run.asker_seed, run.answerer_seed].map(Seed::from_bytes);
        let lists = [&run.asker, &run.answerer].map(|list| Items::new(list).expect("items in form"));
        let asker = AskerShares::new(run.parameters(&seeds[0], &lists[0]), &said[0].1, &said[1].1);
        let answerer = AnswererShares::new(run.parameters(&seeds[1], &lists[1]), &said[0].1, &said[1].1);
        let ((a, c), mut b) = (asker.slots(&said[2].1), answerer.slots());
        assert_eq!(a.len() as u64, run.plan().slots());
        Kernels::new(run.cpu).add_scaled(&mut b, answerer.delta, &a);
        assert!(b == c);
        check_uniform("A", a.iter().flat_map(|element| element.to_bytes()));
        check_uniform("C", c.iter().flat_map(|element| element.to_bytes()));
    }
}

#[test]
fn what_is_said_looks_uniform() {
    for run in runs() {
        let (_, said) = seams::with(&[Seam::DealtTransfers], || run.play());
        let corrections = &said[1].1[super::insider::CORRECTIONS..];
        check_uniform("corrections", corrections.iter().copied());
        check_uniform("sums of trees", said[2].1.iter().copied());
        let all = |number: u16| said.iter().filter(move |(n, _)| *n == number).flat_map(|(_, body)| body);
        check_uniform("masked slots", all(6).copied());
        check_uniform("tags", all(7).copied());
        // Whole tags ascend, so their tails are what the PRF gives.
        check_uniform("tails of tags", all(7).copied().skip(15).step_by(16));
    }
}

/// Pearson's statistic over the values of a byte: 255 degrees of freedom, six standard deviations around the mean.
fn chi_square(bytes: impl Iterator<Item = u8>) -> f64 {
    let mut counts = [0u32; 256];
    bytes.for_each(|byte| counts[usize::from(byte)] += 1);
    let mean = f64::from(counts.iter().sum::<u32>()) / 256.0;
    counts.iter().map(|count| (f64::from(*count) - mean).powi(2) / mean).sum()
}

fn check_uniform(what: &str, bytes: impl Iterator<Item = u8>) {
    let statistic = chi_square(bytes);
    assert!((160.0..390.0).contains(&statistic), "{what}: {statistic}");
}

#[test]
fn bytes_with_a_stuck_bit_or_a_pattern_are_not_taken_for_uniform() {
    let noise = |seed: u8| blake3::Hasher::new_keyed(&[seed; 32]).finalize_xof();
    let mut bytes = vec![0; 10_000];
    noise(1).fill(&mut bytes);
    assert!((160.0..390.0).contains(&chi_square(bytes.iter().copied())));
    assert!(chi_square(bytes.iter().map(|byte| byte | 1)) > 390.0);
    assert!(chi_square((0..10_000u32).map(|i| i as u8)) < 160.0);
}

/// The rank over F2 of 128-bit vectors.
fn rank(elements: &[Gf128]) -> usize {
    let mut basis = [0u128; 128];
    let mut rank = 0;
    for element in elements {
        let mut rest = element.0;
        while rest != 0 && rank < 128 {
            let top = rest.ilog2() as usize;
            if basis[top] == 0 {
                (basis[top], rank) = (rest, rank + 1);
                break;
            }
            rest ^= basis[top];
        }
    }
    rank
}

/// The ranks of A in so many sessions, with the noise that `thin` leaves.
fn ranks(run: &Run<'_>, sessions: u64, thin: impl Fn(&mut NoiseVector)) -> Vec<usize> {
    let (seed, list) = (Seed::from_bytes([1; 32]), Items::new(&run.asker).expect("items in form"));
    let side = Side::new(&Role::Asker, run.parameters(&seed, &list)).expect("a list that fits");
    let coder = Coder::new(&side);
    let session = |number: u64| {
        let ro = Ro::for_run(blake3::hash(&number.to_le_bytes()).as_bytes());
        let mut noise = NoiseVector::draw(&side.plan, &ro, &side.randomness);
        thin(&mut noise);
        let a = coder.noise(&side, &noise, 0);
        rank(&a[..side.plan.shape.slots()])
    };
    (0..sessions).map(session).collect()
}

#[test]
fn no_functional_vanishes_on_a_in_a_thousand_sessions() {
    let [qc, fast] = runs();
    assert!(ranks(&qc, 1000, |_| ()).iter().all(|rank| *rank == 128));
    assert!(ranks(&fast, 100, |_| ()).iter().all(|rank| *rank == 128));
}

/// Under a binary code all of A lies in the span of the noise values. As many of them as F has dimensions are too
/// few; field coefficients do not have this limit.
#[test]
fn with_too_little_noise_some_functional_vanishes_on_a_of_the_binary_code() {
    let thin =
        |noise: &mut NoiseVector| noise.holes[128..].iter_mut().for_each(|hole| hole.value = Gf128::ZERO);
    let [qc, fast] = runs();
    assert!(ranks(&fast, 20, thin).iter().any(|rank| *rank < 128));
    assert!(ranks(&qc, 20, thin).iter().all(|rank| *rank == 128));
}
