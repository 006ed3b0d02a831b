//! Times kernels of `detente-psi` on two classes of secrets, by dudect: the class *left* has the same secret
//! every time, *right* a random one. A kernel whose time depends on the secret shows a large |t|.
//!
//! It measures and judges nothing: `cargo xtask ct` runs it once for each kernel and judges the t that it
//! prints. A workspace of its own; see docs/testing.md.

#![forbid(unsafe_code)]

mod leaky;

use std::hint::black_box;
use std::process::ExitCode;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use detente_psi::{Cpu, ct};
use dudect_bencher::ctbench::{BenchFn, BenchMetadata, BenchName, BenchOpts, run_benches_console};
use dudect_bencher::rand::RngExt as _;
use dudect_bencher::{BenchRng, Class, CtRunner};

const USAGE: &str = "usage: detente-ct --list | KERNEL SECONDS";

/// All that can be timed. Names that begin with `leaky` are controls.
const KERNELS: [(&str, BenchFn); 24] = [
    ("leaky compare", |runner, rng| time(runner, rng, leaky::compare())),
    ("leaky lookup", |runner, rng| time(runner, rng, leaky::lookup())),
    ("multiply, portable", |runner, rng| time(runner, rng, ct::multiply(cpu(0)))),
    ("multiply, level 1", |runner, rng| time(runner, rng, ct::multiply(cpu(1)))),
    ("multiply, level 2", |runner, rng| time(runner, rng, ct::multiply(cpu(2)))),
    ("multiply, level 3", |runner, rng| time(runner, rng, ct::multiply(cpu(3)))),
    ("add scaled, portable", |runner, rng| time(runner, rng, ct::add_scaled(cpu(0)))),
    ("add scaled, level 1", |runner, rng| time(runner, rng, ct::add_scaled(cpu(1)))),
    ("add scaled, level 2", |runner, rng| time(runner, rng, ct::add_scaled(cpu(2)))),
    ("add scaled, level 3", |runner, rng| time(runner, rng, ct::add_scaled(cpu(3)))),
    ("inverse, portable", |runner, rng| time(runner, rng, ct::inverse(cpu(0)))),
    ("inverse, level 1", |runner, rng| time(runner, rng, ct::inverse(cpu(1)))),
    ("inverse, level 2", |runner, rng| time(runner, rng, ct::inverse(cpu(2)))),
    ("inverse, level 3", |runner, rng| time(runner, rng, ct::inverse(cpu(3)))),
    ("shares of values", |runner, rng| time(runner, rng, ct::share_values())),
    ("shares of bits", |runner, rng| time(runner, rng, ct::share_bits())),
    ("check of shares", |runner, rng| time(runner, rng, ct::check())),
    ("transpose", |runner, rng| time(runner, rng, ct::transpose())),
    ("puncture", |runner, rng| time(runner, rng, ct::puncture())),
    ("noise", |runner, rng| time(runner, rng, ct::noise())),
    ("compare", |runner, rng| time(runner, rng, ct::compare())),
    ("offer", |runner, rng| time(runner, rng, ct::offer())),
    ("chosen keys", |runner, rng| time(runner, rng, ct::chosen_keys())),
    ("blind", |runner, rng| time(runner, rng, ct::blind())),
];

/// Secrets that are made before they are timed one after the other.
const BATCH: usize = 32;

/// Where measuring ends, however much time is left.
const SAMPLES_MAX: u64 = 1_000_000;

/// How long to measure; the library takes functions without arguments of ours.
static DURATION: OnceLock<Duration> = OnceLock::new();

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["--list"] => here().for_each(|(name, _)| println!("{name}")),
        [name, seconds] => {
            let kernel = here().find(|(known, _)| known == name);
            let (Some((name, kernel)), Ok(seconds)) = (kernel, seconds.parse()) else {
                eprintln!("error: no such kernel here, or no number\n{USAGE}");
                return ExitCode::from(2);
            };
            DURATION.get_or_init(|| Duration::from_secs_f64(seconds));
            let bench = BenchMetadata { name: BenchName(name), seed: None, benchfn: kernel };
            if let Err(error) = run_benches_console(BenchOpts::default(), vec![bench]) {
                eprintln!("error: {error}");
                return ExitCode::from(2);
            }
        }
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    }
    ExitCode::SUCCESS
}

/// The kernels that this processor has.
fn here() -> impl Iterator<Item = (&'static str, BenchFn)> {
    let levels = Cpu::all_here().len();
    KERNELS.into_iter().filter(move |(name, _)| {
        let level = name.rsplit_once("level ").and_then(|(_, level)| level.parse().ok());
        level.is_none_or(|level: usize| level < levels)
    })
}

/// A level of this processor, slowest first.
fn cpu(level: usize) -> Cpu {
    Cpu::all_here()[level]
}

/// Times `kernel` on secrets of both classes, in random order. Both lie in the same list when their turn comes,
/// so that no class has warmer memory than the other.
fn time(runner: &mut CtRunner, rng: &mut BenchRng, kernel: impl Fn(u128)) {
    let end = Instant::now() + DURATION.get().copied().unwrap_or_default();
    let mut samples = 0;
    while samples < SAMPLES_MAX && (Instant::now() < end || samples == 0) {
        let batch: [(Class, u128); BATCH] = std::array::from_fn(|_| {
            let (is_left, random): (bool, u128) = (rng.random(), rng.random());
            let mask = black_box(u128::from(is_left).wrapping_sub(1));
            (if is_left { Class::Left } else { Class::Right }, random & mask | ct::FIXED & !mask)
        });
        for (class, secret) in batch {
            runner.run_one(class, || kernel(secret));
        }
        samples += BATCH as u64;
    }
    println!("samples = {samples}");
}
