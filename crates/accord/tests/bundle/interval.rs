//! The provable interval: whatever f sources say, the true time is inside.

use detente_accord::jcs::Value;
use detente_accord::record::bundle::Claim;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};

use crate::good::judge;
use crate::world::{Shape, World, entry, log};

const PARTIES: [&str; 5] = ["a", "b", "c", "d", "e"];
const WITNESSES: [&str; 2] = ["w1.example", "w2.example"];
/// When the entry was really made.
const TRUE_TIME: u64 = 1_790_000_000;

/// How one source behaves: what it says before the entry and after it.
#[derive(Clone, Copy, Debug)]
struct Times {
    before: Option<u64>,
    after: Option<u64>,
}

/// Honest sources cosign what is there before the true time, and what has the entry after it.
fn honest() -> impl Strategy<Value = Times> {
    let before = prop::option::of(TRUE_TIME - 1_000_000..=TRUE_TIME);
    let after = prop::option::of(TRUE_TIME..=TRUE_TIME + 1_000_000);
    (before, after).prop_map(|(before, after)| Times { before, after })
}

fn lying() -> impl Strategy<Value = Times> {
    let any_time = || prop::option::of(prop_oneof![1..2 * TRUE_TIME, 1..100u64, Just((1u64 << 63) - 1)]);
    (any_time(), any_time()).prop_map(|(before, after)| Times { before, after })
}

/// Of the six sources other than the author, the first `f` of a shuffled order lie.
fn sources(f: usize) -> impl Strategy<Value = Vec<(&'static str, Times)>> {
    let names: Vec<&str> = PARTIES[1..].iter().chain(&WITNESSES).copied().collect();
    let times = (prop::collection::vec(lying(), f), prop::collection::vec(honest(), names.len() - f));
    (Just(names).prop_shuffle(), times)
        .prop_map(|(names, (lying, honest))| names.into_iter().zip(lying.into_iter().chain(honest)).collect())
}

fn case() -> impl Strategy<Value = (usize, Vec<(&'static str, Times)>)> {
    (0..=3usize).prop_flat_map(|f| (Just(f), sources(f)))
}

proptest! {
    #![proptest_config(Config {
        rng_seed: RngSeed::Fixed(7),
        failure_persistence: None,
        ..Config::with_cases(150)
    })]

    #[test]
    fn the_true_time_is_inside((f, sources) in case()) {
        let mut world = World::found(&Shape {
            parties: PARTIES.to_vec(),
            witnesses: WITNESSES.to_vec(),
            f: f as u64,
            ..Shape::pair()
        });
        // b's log is there before the entry; a lying author's own cosignature on it must not count.
        world.open_log(&log("b", 0));
        let says = |when: fn(&Times) -> Option<u64>, not: &'static str| {
            let of = sources.iter().filter(move |(name, _)| *name != not);
            of.filter_map(|(name, times)| Some((*name, when(times)?))).collect::<Vec<_>>()
        };
        let mut before = says(|times| times.before, "b");
        before.push(("a", 2 * TRUE_TIME));
        world.publish(&log("b", 0), &before);
        world.say(&log("a", 0), "inquiry", Value::object([]), &[]);
        let after = says(|times| times.after, "a");
        world.publish(&log("a", 0), &after);

        let mut bundle = world.bundle();
        world.show(&mut bundle, &entry("a", 0));
        bundle.claim(Claim::Said(entry("a", 0)));
        let verdict = judge(&world, &bundle.finish().unwrap());
        let judged = &verdict.claims[0];
        prop_assert_eq!(judged.not_after.is_some(), after.len() > f);
        prop_assert_eq!(judged.not_before.is_some(), before.len() - 1 > f);
        prop_assert!(judged.not_after.is_none_or(|end| end >= TRUE_TIME), "{:?}", judged);
        prop_assert!(judged.not_before.is_none_or(|end| end <= TRUE_TIME), "{:?}", judged);
    }
}
