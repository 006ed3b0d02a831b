//! A record of a million entries: checked in full, and opened after its process was killed.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use detente_store::record::{Access, Beside, Depth, Record};

use super::contenders::{create, origin};
use super::{BATCH, batch};
use crate::report::Report;

/// Entries of the large record.
const ENTRIES: u64 = 1_000_000;
/// Seconds, RECORD's targets for this size as this project sets them.
const FSCK_SECONDS: f64 = 20.0;
const OPEN_SECONDS: f64 = 5.0;

/// Adds its figures below the table.
pub(super) fn measure(folder: &Path, report: &mut Report) -> Result<()> {
    let path = folder.join("large");
    kill_under_way(&path)?;
    let (record, seconds) = seconds(|| Record::open(&path, Access::Write));
    let mut record = record?;
    let size = record.state(&origin()?)?.context("a log")?.size;
    ensure!(size >= ENTRIES, "{size} entries only");
    report.note(format!(
        "reopen_seconds={seconds:.3} entries={size} goal={OPEN_SECONDS}: after SIGKILL between two batches"
    ));
    let (checked, seconds) = self::seconds(|| record.fsck(Depth::Full, |_| ()));
    let checked = checked?;
    ensure!(checked.is_clean(), "{:?}", checked.findings);
    report.note(format!(
        "fsck_seconds={seconds:.3} entries={} goal={FSCK_SECONDS}: database alone",
        checked.leaves
    ));
    let (written, seconds) = self::seconds(|| record.write_tiles(&origin()?).context("tiles"));
    report
        .note(format!("tiles_seconds={seconds:.3} entries={}: all files of the log, each synced", written?));
    Ok(())
}

/// Fills a record in another process, which is killed once it has enough.
fn kill_under_way(path: &Path) -> Result<()> {
    let mut child = Command::new(std::env::current_exe()?)
        .arg("record-fill")
        .arg(path)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()?;
    let out = child.stdout.take().context("its output")?;
    for line in BufReader::new(out).lines() {
        if line?.trim().parse::<u64>()? >= ENTRIES {
            break;
        }
    }
    child.kill()?;
    child.wait()?;
    Ok(())
}

/// Appends until it is killed, and tells the size after each batch. What `record-fill` does.
pub(crate) fn fill(path: &Path) -> Result<()> {
    let mut record = create(path)?;
    let (origin, mut size) = (origin()?, 0);
    let mut out = std::io::stdout().lock();
    // Large batches: what is measured comes after.
    for number in 0.. {
        let batches: Vec<Vec<u8>> = (0..16).flat_map(|part| batch(number * 16 + part)).collect();
        let borrowed: Vec<&[u8]> = batches.iter().map(Vec::as_slice).collect();
        debug_assert_eq!(borrowed.len(), 16 * BATCH);
        size = record.append(&origin, size, &borrowed, &Beside::default())?.new_size;
        writeln!(out, "{size}")?;
        out.flush()?;
    }
    Ok(())
}

fn seconds<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let begun = Instant::now();
    let result = work();
    (result, begun.elapsed().as_secs_f64())
}
