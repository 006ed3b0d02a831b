//! Nodes in simulated time, on a simulated net: the real writers, records and exchange machines, and everything that
//! can go wrong between them, from one seed. docs/testing.md has what it checks and how a seed is run again.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests fail and report as tests do")]

#[path = "../node/world.rs"]
#[allow(dead_code, reason = "shared with the tests of packets, which use more of it")]
mod world;

mod campaign;
mod check;
mod dice;
mod home;
mod party;
mod plan;
mod run;
mod sabotage;
mod trace;

use plan::Mode;
use run::Run;

#[test]
fn one_seed_gives_one_trace() {
    let run = |seed| Run::new(seed, Mode::Safety, 3, true).run();
    let (one, other) = (run(1), run(1));
    let differs = one.lines.iter().zip(&other.lines).find(|(one, other)| one != other);
    assert_eq!(differs, None);
    assert_eq!(one.hash, other.hash);
    assert_ne!(one.hash, run(2).hash);
}

#[test]
fn a_few_seeds_hold() {
    for seed in 0..3 {
        for mode in [Mode::Safety, Mode::Live] {
            let ended = Run::new(seed, mode, 3, false).run();
            assert_eq!(ended.wrong, None, "seed {seed:#x} in {mode:?}");
        }
    }
}
