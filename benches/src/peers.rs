//! `bench peers`: other people's private matching and ours, in turn, on the same two lists.
//!
//! The Python packages are SecretFlow's (RR22) and OpenMined's (elliptic-curve Diffie-Hellman). Both promise
//! less: they hold against parties that follow the protocol, ours against any. A program that is not here or
//! cannot do what is asked of it gets a row that says SKIPPED, and a note with the reason. One that finds a
//! wrong number of common items ends the run.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::ops::Range;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail, ensure};
use serde_json::Value;

use crate::data::splitmix;
use crate::measure::megabytes;
use crate::report::{Report, Row};

mod own;
mod python;
mod quoted;

use self::own::Suite;
use self::python::Environments;

/// Items of each list where the peer is fast, and where it is slow.
const ITEMS: [usize; 2] = [1 << 20, 1 << 16];
/// The same with `--short`.
const ITEMS_SHORT: [usize; 2] = [1 << 14, 1 << 12];

/// Measures the peers and us. The arguments are `--short` and what the environments are told by.
pub(crate) fn run(arguments: &[&str]) -> Result<Report> {
    let mut environments = Environments::default();
    let mut items = ITEMS;
    for argument in arguments {
        match *argument {
            "--short" => items = ITEMS_SHORT,
            other if environments.take(other) => {}
            other => bail!("unknown argument {other}"),
        }
    }
    let mut report = Report::new("detente.bench.peers.v1");
    let lists = Lists::write("peers-large", items[0])?;
    compare(&mut report, &lists, python::secretflow(&environments, &lists)?, &[own::FAST, own::QC])?;
    let lists = Lists::write("peers-small", items[1])?;
    compare(&mut report, &lists, python::openmined(&environments, &lists)?, &[own::QC, own::VOPRF])?;
    quoted::add(&mut report);
    report.note("cpu_seconds is of both parties, on all processors; peak_mb is of the larger process");
    report.note("openmined and try have both parties in one process");
    report.note("peer_*_ratio: the figure of the peer above, by ours; above 1 we take less");
    report.note("secretflow, openmined and try go from CSV to result: like for like; bench psi is the matching alone, so its ratios flatter us");
    Ok(report)
}

/// One row for the peer and one for each of ours.
fn compare(report: &mut Report, lists: &Lists, peer: Entry, suites: &[Suite]) -> Result<()> {
    peer.check(lists)?;
    peer.report(report, lists, None);
    for ours in own::all(lists, suites) {
        let ours = ours?;
        ours.check(lists)?;
        ours.report(report, lists, peer.outcome.as_ref().ok());
    }
    Ok(())
}

/// A program and what came of it.
struct Entry {
    program: &'static str,
    protocol: String,
    security: &'static str,
    /// `Err`: the reason why it was skipped.
    outcome: Result<Figures, String>,
}

/// What a program found and cost.
struct Figures {
    common: u64,
    wall_seconds: f64,
    cpu_seconds: f64,
    peak_bytes: Option<u64>,
    /// Sent in both directions, where the program tells.
    bytes: Option<u64>,
}

impl Entry {
    /// A figure of a match that found something else is no figure.
    fn check(&self, lists: &Lists) -> Result<()> {
        let Ok(figures) = &self.outcome else { return Ok(()) };
        let Entry { program, protocol, .. } = self;
        let (found, expected) = (figures.common, lists.common as u64);
        ensure!(found == expected, "{program} {protocol} found {found} in common, not {expected}");
        Ok(())
    }

    fn report(&self, report: &mut Report, lists: &Lists, peer: Option<&Figures>) {
        let figures = self.outcome.as_ref().ok();
        let figure = |value: fn(&Figures) -> Option<f64>| Value::from(figures.and_then(value));
        let ratio = |value: fn(&Figures) -> f64| {
            Value::from(peer.map(value).zip(figures.map(value)).map(|(p, o)| p / o))
        };
        let row: Row = vec![
            ("program", self.program.into()),
            ("protocol", self.protocol.as_str().into()),
            ("security", self.security.into()),
            ("n", lists.items.into()),
            ("figures", if figures.is_some() { "measured" } else { "SKIPPED" }.into()),
            ("wall_seconds", figure(|f| Some(f.wall_seconds))),
            ("cpu_seconds", figure(|f| Some(f.cpu_seconds))),
            ("peak_mb", figure(|f| f.peak_bytes.map(megabytes))),
            ("sent_mb", figure(|f| f.bytes.map(megabytes))),
            ("peer_wall_ratio", ratio(|f| f.wall_seconds)),
            ("peer_cpu_ratio", ratio(|f| f.cpu_seconds)),
        ];
        report.row(row);
        if let Err(reason) = &self.outcome {
            report
                .note(format!("SKIPPED {} {} at n = {}: {reason}", self.program, self.protocol, lists.items));
        }
    }
}

/// Two CSV files with the one column `domain`; half of each is in the other.
struct Lists {
    folder: PathBuf,
    items: usize,
    common: usize,
}

impl Lists {
    fn write(folder: &str, items: usize) -> Result<Lists> {
        let lists = Lists { folder: crate::scratch(folder)?, items, common: items / 2 };
        let [ours, theirs] = numbers(items, lists.common);
        write_list(&lists.ours(), ours)?;
        write_list(&lists.theirs(), theirs)?;
        Ok(lists)
    }

    fn ours(&self) -> PathBuf {
        self.folder.join("ours.csv")
    }

    fn theirs(&self) -> PathBuf {
        self.folder.join("theirs.csv")
    }

    fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.folder.join(name)
    }
}

/// Which names each list has.
fn numbers(items: usize, common: usize) -> [Range<usize>; 2] {
    [0..items, items - common..2 * items - common]
}

/// Writes the names of these numbers, one at a time: the system counts the memory of whoever starts a program
/// towards the program's own peak, so this process has to stay small.
fn write_list(path: &Path, numbers: Range<usize>) -> Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    writeln!(file, "domain")?;
    for number in numbers {
        writeln!(file, "{}", name(number))?;
    }
    Ok(file.flush()?)
}

fn name(number: usize) -> String {
    format!("{:016x}.com", splitmix(number as u64))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn lists_have_so_many_items_and_so_many_in_common() {
        let [ours, theirs] = numbers(100, 30).map(|list| list.map(name).collect::<BTreeSet<String>>());
        assert_eq!((ours.len(), theirs.len(), ours.intersection(&theirs).count()), (100, 100, 30));
    }
}
