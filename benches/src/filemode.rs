//! `bench filemode`: a match by three files between two fresh homes, with the release binary, as two people
//! would run it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use curve25519_dalek::ristretto::{CompressedRistretto, RistrettoPoint};
use curve25519_dalek::scalar::Scalar;
use serde_json::Value;

use crate::measure::{cost, megabytes, timed};
use crate::report::Report;

/// Items of each side.
const ITEMS: u32 = 40_000;
/// Of which both have this many.
const COMMON: u32 = 2_000;
/// Operations of the calibration.
const OPERATIONS: u32 = 100_000;

/// Measures ask, answer and open.
pub(crate) fn run() -> Result<Report> {
    let run = Run::prepare()?;
    let mut report = Report::new("detente.bench.filemode.v1");
    run.step(&mut report, "ask", 'a', &["ask", "a.txt", "--peer", "b", "--yes", "-o", "ask.dtn"])?;
    run.step(&mut report, "answer", 'b', &["answer", "ask.dtn", "b.txt", "--yes", "-o", "answer.dtn"])?;
    run.step(&mut report, "open", 'a', &["open", "answer.dtn", "--yes", "-o", "result.dtn", "--json"])?;
    run.check_common()?;
    let seconds = calibrate();
    report.note(format!("{ITEMS} x {ITEMS} items, {COMMON} in common"));
    report.note(format!(
        "calibration_seconds={seconds:.3}: {OPERATIONS} ristretto255 decode, multiply, encode on one core"
    ));
    report.note("goal: under 15 s of CPU for each side (asker: ask + open), under 300 MB");
    Ok(report)
}

struct Run {
    folder: PathBuf,
    binary: PathBuf,
}

impl Run {
    /// Two homes that hold each other's card, and two lists.
    fn prepare() -> Result<Run> {
        let binary = crate::target_dir()?.join("release/detente");
        let run = Run { folder: crate::scratch("filemode")?, binary };
        write_list(&run.folder.join("a.txt"), 0)?;
        write_list(&run.folder.join("b.txt"), ITEMS - COMMON)?;
        for side in ['a', 'b'] {
            run.quiet(side, &["init", "Bench", "--id", &side.to_string()])?;
            run.quiet(side, &["card", "-o", &format!("{side}.card")])?;
        }
        for (side, other) in [('a', 'b'), ('b', 'a')] {
            let words = run.quiet(other, &["card", "--words"])?;
            let card = format!("{other}.card");
            run.quiet(side, &["peer", "add", &card, "--words", words.trim(), "--compared", "call"])?;
        }
        Ok(run)
    }

    fn command(&self, side: char, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        command.current_dir(&self.folder).stdin(Stdio::null()).stderr(Stdio::inherit());
        command.env("DETENTE_HOME", self.folder.join(format!("home-{side}"))).args(arguments).arg("--quiet");
        command
    }

    fn quiet(&self, side: char, arguments: &[&str]) -> Result<String> {
        let output = self.command(side, arguments).output().context("cannot run the release binary")?;
        ensure!(output.status.success(), "detente {arguments:?} ended with {}", output.status);
        Ok(String::from_utf8(output.stdout)?)
    }

    fn step(&self, report: &mut Report, name: &str, side: char, arguments: &[&str]) -> Result<()> {
        let mut command = self.command(side, arguments);
        command.stdout(std::fs::File::create(self.folder.join(format!("{name}.out")))?);
        let cost = cost(&mut command)?;
        report.row(vec![
            ("step", name.into()),
            ("side", side.to_string().into()),
            ("cpu_seconds", cost.cpu.as_secs_f64().into()),
            ("wall_seconds", cost.wall.as_secs_f64().into()),
            ("rss_mb_max", megabytes(cost.rss_bytes_max).into()),
        ]);
        Ok(())
    }

    /// A figure of a match that found something else is no figure.
    fn check_common(&self) -> Result<()> {
        let opened: Value = serde_json::from_slice(&std::fs::read(self.folder.join("open.out"))?)?;
        let found = opened["common_count"].as_u64();
        ensure!(found == Some(u64::from(COMMON)), "{found:?} in common, not {COMMON}");
        Ok(())
    }
}

/// Addresses of 11.0.0.0/8, a public network, from the one with this number on.
fn write_list(path: &Path, first: u32) -> Result<()> {
    let address = |number: u32| std::net::Ipv4Addr::from(0x0b00_0000 + number * 97).to_string();
    let list: Vec<String> = (first..first + ITEMS).map(address).collect();
    Ok(std::fs::write(path, list.join("\n") + "\n")?)
}

/// Seconds for decode, multiply, encode of [`OPERATIONS`] elements: what the suite spends its time on.
fn calibrate() -> f64 {
    let mut element = RistrettoPoint::mul_base(&Scalar::from(7_u64)).compress();
    let scalar = Scalar::from_bytes_mod_order([0x5a; 32]);
    let mut all = || (0..OPERATIONS).for_each(|_| element = std::hint::black_box(step(element, &scalar)));
    timed(&mut all).1
}

fn step(element: CompressedRistretto, scalar: &Scalar) -> CompressedRistretto {
    // What was just encoded decodes.
    element.decompress().map_or(element, |point| (point * scalar).compress())
}
