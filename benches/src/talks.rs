//! `bench talks`: the state of an accord of five parties with 10^5 entries: computed from nothing, and kept up to date.
//!
//! Beside it stands what no implementation is spared: each signature verified once, each entry hashed once.

mod world;

use anyhow::{Context as _, Result};
use detente_accord::SecretKey;
use detente_accord::record::{Effect, Held, State};

use self::world::World;
use crate::measure::{mean_of_short, timed};
use crate::report::Report;

/// Entries of the accord; with `--short` a tenth.
const ENTRIES: usize = 100_000;

/// Own statements, one after the other, and entries of a packet.
const OWN_STATEMENTS: usize = 200;
const PACKET: usize = 100;

/// Measures it.
pub(crate) fn run(options: &[&str]) -> Result<Report> {
    let entries = if options.contains(&"--short") { ENTRIES / 10 } else { ENTRIES };
    let mut world = World::of(entries)?;
    let mut report = Report::new("detente.bench.talks.v1");
    let count = world.entries();
    let verifying = signature_seconds()? * world.signatures as f64;
    let (_, hashing) = timed(|| world::leaf_hashes(&world.held));
    let mut row = |case: &str, seconds: f64, goal: Option<f64>| {
        report.row(vec![
            ("case", case.into()),
            ("entries", count.into()),
            ("ms", (seconds * 1e3).into()),
            ("goal_ms", goal.into()),
            ("ratio_to_verifying", (seconds / verifying).into()),
            ("ratio_to_hashing", (seconds / hashing).into()),
        ]);
    };
    row("primitive: each signature verified", verifying, None);
    row("primitive: each entry hashed", hashing, None);
    let (state, anew) = timed(|| State::of(&world.charter, &world.held));
    row("rebuilt, signatures checked anew", anew, None);
    let (again, remembered) = timed(|| State::with(&world.charter, &world.held, state.checked().clone()));
    row("rebuilt, signatures remembered", remembered, Some(2_000.0));
    anyhow::ensure!(again.digest_text() == state.digest_text(), "two states of the same entries");
    let mut state = again;
    let mut appended = Vec::new();
    for with_heads in [true].into_iter().chain([false; OWN_STATEMENTS]) {
        let entry = world.notice(0, with_heads)?;
        world.take(0, entry)?;
        let (followed, judged) = timed_wall(|| state.extend(&world.charter, &world.held, &[]));
        let note = world.publish(0)?;
        let (noted, signed) = timed_wall(|| state.extend(&world.charter, &world.held, &[note]));
        anyhow::ensure!(with_heads || (followed && noted), "a statement of our own was not taken on");
        if with_heads {
            row("one own statement more that names new heads", judged + signed, None);
        } else {
            appended.push(judged + signed);
        }
    }
    appended.sort_by(f64::total_cmp);
    row(
        "one own statement more, median",
        appended.get(OWN_STATEMENTS / 2).copied().unwrap_or(0.0),
        Some(5.0),
    );
    row("one own statement more, slowest", appended.last().copied().unwrap_or(0.0), Some(5.0));
    let notes = world.packet(1, PACKET)?;
    let (_, packet) = timed(|| state.extend(&world.charter, &world.held, &notes));
    row("a packet of 100 entries taken in", packet, None);
    anyhow::ensure!(
        state.digest_text()
            == State::with(&world.charter, &world.held, state.checked().clone()).digest_text(),
        "two states of the same entries"
    );
    report.note(effects(&state, &world.held));
    Ok(report)
}

/// Too short for the clock of processor time.
fn timed_wall<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let begun = std::time::Instant::now();
    let result = work();
    (result, begun.elapsed().as_secs_f64())
}

fn signature_seconds() -> Result<f64> {
    let key = SecretKey::from_seed(&[3; 32]);
    let message = [5; 700];
    let signature = key.sign(&message);
    key.public().verify(&message, &signature, "bench").context("a signature")?;
    Ok(mean_of_short(|| key.public().verify(&message, &signature, "bench")))
}

/// How many entries count, of those there are: a benchmark of refusals would be one of something else.
fn effects(state: &State, held: &Held) -> String {
    let positions: Vec<_> = state.order().positions().collect();
    let mut counted = 0;
    let mut without = std::collections::BTreeMap::<String, usize>::new();
    for position in &positions {
        match state.effect(position) {
            Some(Effect::Took) => counted += 1,
            other => {
                *without
                    .entry(format!("{:?} {other:?}", held.leaf(position).map(|l| l.said.kind.clone())))
                    .or_default() += 1
            }
        }
    }
    format!(
        "{counted} of {} entries count; without effect: {without:?}; {} threads",
        positions.len(),
        state.talks().threads().len()
    )
}
