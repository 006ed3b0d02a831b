//! Our own entries: the release binary, run as a person would.

use std::fs::File;
use std::io::BufReader;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;
use serde_json::Value;

use super::{Entry, Figures, Lists};
use crate::measure::cost;

/// The exit codes for what the program does not know, and for what it does not offer at this size.
const EXITS_SKIPPED: [i32; 2] = [2, 3];

/// Flags of `detente bench psi`.
pub(super) type Suite = &'static [&'static str];

pub(super) const FAST: Suite = &["--suite", "vole", "--code", "fast"];
pub(super) const QC: Suite = &["--suite", "vole", "--code", "qc"];
pub(super) const VOPRF: Suite = &["--suite", "voprf"];

/// Measures ours in turn: from files, and then these suites alone.
pub(super) fn all(lists: &Lists, suites: &[Suite]) -> impl Iterator<Item = Result<Entry>> {
    let alone = suites.iter().map(move |suite| bench(lists, suite));
    std::iter::once_with(move || from_files(lists)).chain(alone)
}

/// `detente try`: from two files to the result, both parties in one process on all processors.
fn from_files(lists: &Lists) -> Result<Entry> {
    let out = lists.path("try.json");
    let mut command = detente(&["try"])?;
    command.arg(lists.ours()).arg(lists.theirs()).args(["--json", "--quiet"]).stdout(File::create(&out)?);
    let cost = cost(&mut command)?;
    let told: Tried = serde_json::from_reader(BufReader::new(File::open(&out)?))?;
    let figures = Figures {
        common: told.common_count,
        wall_seconds: cost.wall.as_secs_f64(),
        cpu_seconds: cost.cpu.as_secs_f64(),
        peak_bytes: Some(cost.rss_bytes_max),
        bytes: Some(told.bytes),
    };
    Ok(entry(format!("try, suite {}", told.suite), Ok(figures)))
}

/// What we read of `detente try --json`; the items themselves are passed over, not kept.
#[derive(Deserialize)]
struct Tried {
    suite: String,
    common_count: u64,
    bytes: u64,
}

/// `detente bench psi`: lists made from numbers, of which half are in common too; one thread for each party.
fn bench(lists: &Lists, suite: &[&str]) -> Result<Entry> {
    let protocol = format!("bench psi {}", suite.join(" "));
    let mut command = detente(&["bench", "psi", "--json", "--quiet", "--n", &lists.items.to_string()])?;
    let output =
        command.args(suite).stderr(Stdio::piped()).output().context("cannot run the release binary")?;
    if output.status.code().is_some_and(|code| EXITS_SKIPPED.contains(&code)) {
        let told = String::from_utf8_lossy(&output.stderr);
        let reason = told.lines().next().unwrap_or("this build does not know it").to_owned();
        return Ok(entry(protocol, Err(reason)));
    }
    ensure!(output.status.success(), "{protocol}: {}", String::from_utf8_lossy(&output.stderr));
    let told: Value = serde_json::from_slice(&output.stdout)?;
    Ok(entry(protocol, Ok(read_figures(&told)?)))
}

/// Reads a document of the schema `detente.bench.psi.v1`.
fn read_figures(told: &Value) -> Result<Figures> {
    let number = |value: &Value, name: &str| value.as_f64().with_context(|| format!("no {name}"));
    let sides = [&told["sender"], &told["receiver"]];
    let [sender_cpu, receiver_cpu] = sides.map(|side| number(&side["cpu_seconds"], "cpu_seconds"));
    let bytes = |direction: &str| told["bytes"][direction].as_u64();
    Ok(Figures {
        common: told["common"].as_u64().context("no common")?,
        wall_seconds: number(&told["wall_seconds"], "wall_seconds")?,
        cpu_seconds: sender_cpu? + receiver_cpu?,
        peak_bytes: sides.iter().filter_map(|side| side["peak_bytes"].as_u64()).max(),
        bytes: bytes("to_sender").zip(bytes("to_receiver")).map(|(one, other)| one + other),
    })
}

fn entry(protocol: String, outcome: Result<Figures, String>) -> Entry {
    Entry { program: "detente", protocol, security: "malicious", outcome }
}

fn detente(arguments: &[&str]) -> Result<Command> {
    let mut command = Command::new(crate::target_dir()?.join("release/detente"));
    command.args(arguments).stdin(Stdio::null()).stderr(Stdio::inherit());
    Ok(command)
}
