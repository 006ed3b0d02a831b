//! Many seeds, for `cargo xtask sim`: what to run comes by the environment, what came of it goes to stdout.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::plan::Mode;
use crate::run::{Ended, Run};
use crate::sabotage::Sabotage;

/// What to run.
#[derive(Clone, Copy)]
struct Wanted {
    mode: Mode,
    first: u64,
    seeds: u64,
    /// No seed is begun after that.
    time: Duration,
    nodes_max: usize,
    /// Print all that happens; for one seed.
    trace: bool,
}

impl Wanted {
    fn read() -> Wanted {
        let word = |name: &str| std::env::var(format!("DETENTE_SIM_{name}")).ok();
        let number = |name: &str| {
            word(name).map(|word| match word.strip_prefix("0x") {
                Some(digits) => u64::from_str_radix(digits, 16).unwrap(),
                None => word.parse().unwrap(),
            })
        };
        Wanted {
            mode: if word("MODE").as_deref() == Some("live") { Mode::Live } else { Mode::Safety },
            first: number("SEED").unwrap_or(0),
            seeds: number("SEEDS").unwrap_or(1),
            time: Duration::from_secs(number("SECONDS").unwrap_or(u64::from(u32::MAX))),
            nodes_max: number("NODES").map_or(9, |nodes| usize::try_from(nodes).unwrap()),
            trace: word("TRACE").is_some(),
        }
    }
}

/// What many runs came to.
#[derive(Default)]
struct Sum {
    wrong: BTreeMap<u64, String>,
    rest_ms: Vec<u64>,
    exchanges: u64,
    entries: u64,
}

fn one(wanted: Wanted, seed: u64) -> Ended {
    let ended = catch_unwind(AssertUnwindSafe(|| {
        let ended = Run::new(seed, wanted.mode, wanted.nodes_max, wanted.trace).run();
        // Of one in a hundred, that it can be shown again.
        if seed.is_multiple_of(100) {
            assert_eq!(
                Run::new(seed, wanted.mode, wanted.nodes_max, false).run().hash,
                ended.hash,
                "another trace"
            );
        }
        ended
    }));
    ended.unwrap_or_else(|_| Ended {
        hash: String::new(),
        lines: Vec::new(),
        wrong: Some("panicked".into()),
        rest_ms: 0,
        exchanges: 0,
        entries: 0,
    })
}

#[test]
#[ignore = "what `cargo xtask sim` runs"]
fn campaign() {
    let wanted = Wanted::read();
    let (next, sum) = (AtomicU64::new(wanted.first), Mutex::new(Sum::default()));
    let begun = Instant::now();
    let work = || loop {
        let seed = next.fetch_add(1, Ordering::Relaxed);
        if seed >= wanted.first + wanted.seeds || begun.elapsed() > wanted.time {
            break;
        }
        let ended = one(wanted, seed);
        ended.lines.iter().for_each(|line| println!("{line}"));
        let mut sum = sum.lock().unwrap();
        sum.exchanges += ended.exchanges;
        sum.entries += ended.entries;
        match ended.wrong {
            Some(wrong) => {
                println!("seed {seed:#x}: {wrong}");
                sum.wrong.insert(seed, wrong);
            }
            None => sum.rest_ms.push(ended.rest_ms),
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
    let (mut sum, secs) = (sum.into_inner().unwrap(), begun.elapsed().as_secs_f64());
    sum.rest_ms.sort_unstable();
    let count = (sum.rest_ms.len() + sum.wrong.len()) as u64;
    let rank = |share: usize| sum.rest_ms.get(sum.rest_ms.len().saturating_sub(1) * share / 100);
    println!(
        "sim mode={:?} seeds={} wrong={} rest_ms_p50={} rest_ms_max={} exchanges={} entries={} secs={secs:.1} \
         seeds_per_s={:.1}",
        wanted.mode,
        count,
        sum.wrong.len(),
        rank(50).unwrap_or(&0),
        rank(100).unwrap_or(&0),
        sum.exchanges,
        sum.entries,
        count as f64 / secs,
    );
    assert!(sum.wrong.is_empty(), "{} of {count} seeds went wrong", sum.wrong.len());
    assert!(count > 0, "no seed came to an end");
}

/// Each defence in turn is taken away, until a run notices.
#[test]
#[ignore = "what `cargo xtask sim --sabotage` runs"]
fn sabotage() {
    let wanted = std::env::var("DETENTE_SIM_SABOTAGE").unwrap_or_else(|_| "all".into());
    let seeds = Wanted::read().seeds.max(200);
    let all = Sabotage::ALL.iter().filter(|(name, _)| wanted == "all" || wanted == *name);
    let defences: Vec<(&str, Sabotage)> = all.copied().collect();
    assert!(!defences.is_empty(), "no defence is called {wanted}");
    let missed: Vec<&str> = defences
        .iter()
        .filter(|(name, defence)| !is_caught(name, *defence, seeds))
        .map(|(name, _)| *name)
        .collect();
    assert!(missed.is_empty(), "not noticed within {seeds} seeds: {missed:?}");
}

/// A seed counts that holds with the defence in its place.
fn is_caught(name: &str, defence: Sabotage, seeds: u64) -> bool {
    let begun = Instant::now();
    for seed in 0..seeds {
        let Some(wrong) = Run::sabotaged(seed, Some(defence)).run().wrong else { continue };
        let with = Run::sabotaged(seed, None).run().wrong;
        assert_eq!(with, None, "seed {seed:#x} goes wrong with every defence in its place");
        println!(
            "sim sabotage={name} seed={seed:#x} secs={:.1} caught: {wrong}",
            begun.elapsed().as_secs_f64()
        );
        return true;
    }
    false
}
