//! `bench record`: durable appends to the record of an accord, beside a plain file and SQLite alone on the same
//! disk in the same minutes; then what it takes to check a large record, and to open one whose process was killed.
//!
//! Wall time throughout: what is measured is mostly the disk. The three take turns, so that what else the disk
//! does meets all of them.

mod contenders;
mod large;

use std::time::Instant;

use anyhow::Result;

use self::contenders::{Contender, PlainFile, Signing, SqliteAlone, Store, StoreWithTiles};
use crate::report::Report;

pub(crate) use self::large::fill;

/// Entries of a batch, and bytes of an entry: RECORD section 19.
const BATCH: usize = 256;
const ENTRY_BYTES: usize = 300;

/// Turns of each contender, and batches of a turn.
const TURNS: usize = 7;
const BATCHES: usize = 60;

/// What RECORD section 19 leads us to ask for.
const GOAL: u64 = 25_000;

/// Measures all of it; with `--short` without the large record.
pub(crate) fn run(options: &[&str]) -> Result<Report> {
    let folder = crate::scratch("record")?;
    let mut contenders: Vec<Box<dyn Contender>> = vec![
        Box::new(PlainFile::new(&folder)?),
        Box::new(SqliteAlone::new(&folder)?),
        Box::new(Store::new(&folder, "store")?),
        Box::new(Signing::new(&folder, "store + signer, ed25519", false)?),
        Box::new(Signing::new(&folder, "store + signer, ed25519 + ml-dsa-44", true)?),
        Box::new(StoreWithTiles::new(&folder)?),
    ];
    let mut times: Vec<Vec<f64>> = vec![Vec::new(); contenders.len()];
    for turn in 0..TURNS {
        for (contender, times) in contenders.iter_mut().zip(&mut times) {
            let batches = if contender.is_slow() { BATCHES / 6 } else { BATCHES };
            for number in 0..batches {
                let batch = batch((turn * BATCHES + number) as u64);
                let borrowed: Vec<&[u8]> = batch.iter().map(Vec::as_slice).collect();
                let begun = Instant::now();
                contender.append(&borrowed)?;
                times.push(begun.elapsed().as_secs_f64());
            }
        }
    }
    let mut report = Report::new("detente.bench.record.v1");
    let speeds: Vec<f64> = times.iter().map(|times| speed(times)).collect();
    for ((contender, times), speed) in contenders.iter().zip(&mut times).zip(&speeds) {
        times.sort_by(f64::total_cmp);
        let goal = (contender.name() == "store").then_some(GOAL);
        report.row(vec![
            ("case", contender.name().into()),
            ("appends_per_s", (speed.round() as u64).into()),
            ("goal_appends_per_s", goal.into()),
            ("ratio_to_file", (speed / speeds[0]).into()),
            ("ratio_to_sqlite", (speed / speeds[1]).into()),
            ("ms_p50", (1e3 * times[times.len() / 2]).into()),
            ("ms_p99", (1e3 * times[times.len() * 99 / 100]).into()),
        ]);
    }
    report.note(format!(
        "{ENTRY_BYTES}-byte entries in batches of {BATCH}, each batch on disk before the next; the contenders take turns; \
         store: leaves, hashes, tree, one row to be sent, in one synced transaction"
    ));
    drop(contenders);
    if !options.contains(&"--short") {
        large::measure(&folder, &mut report)?;
    }
    std::fs::remove_dir_all(folder)?;
    Ok(report)
}

fn speed(times: &[f64]) -> f64 {
    (times.len() * BATCH) as f64 / times.iter().sum::<f64>()
}

/// Entries that differ from each other and between batches.
fn batch(number: u64) -> Vec<Vec<u8>> {
    (0..BATCH as u64)
        .map(|entry| {
            let seed = crate::data::splitmix(number << 16 | entry).to_le_bytes();
            seed.iter().copied().cycle().take(ENTRY_BYTES).collect()
        })
        .collect()
}
