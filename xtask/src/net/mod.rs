//! `cargo xtask net`: nodes in network namespaces, with loss, cuts and kills between them. After all that, what was
//! acknowledged is on every node, and no log has two histories.

mod chance;
mod cluster;
mod judge;
mod schedule;
mod space;
mod speaker;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};

use chance::Chance;
use cluster::Cluster;
use space::Space;
use speaker::Speakers;

use crate::shell;

/// What a run is asked for.
struct Wish {
    nodes: usize,
    /// How long faults are made; founding before and agreeing after come on top.
    faults: Duration,
    seed: u64,
    program: Option<PathBuf>,
}

/// Makes a run, prints a line for each phase and one for the whole.
pub(crate) fn run(arguments: &[String]) -> Result<bool> {
    let wish = Wish::read(arguments)?;
    if let Some(why) = missing() {
        println!("NET SKIPPED: {why}");
        return Ok(true);
    }
    let program = wish.program.clone().map_or_else(built, Ok)?;
    faults(&wish, &std::path::absolute(program)?)
}

/// The short run of continuous integration, on the release binary.
pub(crate) fn short(binary: &Path) -> Result<bool> {
    let binary = binary.to_str().context("the path of the program is not UTF-8")?;
    run(&["--short".into(), "--program".into(), binary.into()])
}

/// Why this computer cannot do it.
pub(crate) fn missing() -> Option<String> {
    let is_root = Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout == b"0\n");
    let has_ip = shell::answers("ip", &["-V"]);
    if !is_root || !has_ip {
        return Some("needs root and ip (package iproute2)".into());
    }
    Space::probe().err().map(|error| format!("needs network namespaces: {error:#}"))
}

impl Wish {
    fn read(arguments: &[String]) -> Result<Wish> {
        let mut wish = Wish { nodes: 2, faults: Duration::from_secs(60), seed: 1, program: None };
        let mut words = arguments.iter();
        while let Some(word) = words.next() {
            if word == "--short" {
                wish.faults = SHORT;
                continue;
            }
            let value = words.next().with_context(|| format!("{word} needs a value\n{USAGE}"))?;
            match word.as_str() {
                "--nodes" => wish.nodes = value.parse()?,
                "--seconds" => wish.faults = Duration::from_secs(value.parse()?),
                "--seed" => wish.seed = value.parse()?,
                "--program" => wish.program = Some(value.into()),
                _ => bail!("{USAGE}"),
            }
        }
        ensure!((2..=9).contains(&wish.nodes), "2 to 9 nodes");
        Ok(wish)
    }
}

const USAGE: &str = "usage: cargo xtask net [--nodes N] [--seconds N] [--seed S] [--short] [--program FILE]";

/// Faults of a short run: each once, with the healing after it.
const SHORT: Duration = Duration::from_secs(20);

/// The program of this tree.
fn built() -> Result<PathBuf> {
    let binary = shell::target_dir()?.join("release/detente");
    if !binary.is_file() {
        shell::run(&mut shell::cargo(&["build", "--release", "--package", "detente", "--bin", "detente"])?)?;
    }
    Ok(binary)
}

fn faults(wish: &Wish, program: &Path) -> Result<bool> {
    let begun = Instant::now();
    let mut chance = Chance::new(wish.seed);
    let space = Space::new(wish.nodes)?;
    let mut cluster = Cluster::found(&space, program)?;
    cluster.start_all()?;
    cluster.introduce()?;
    println!("net: {} nodes founded and running after {} s", wish.nodes, begun.elapsed().as_secs());
    let speakers = Speakers::begin(&cluster);
    let made = schedule::run(wish.faults, &mut chance, &space, &mut cluster, &speakers);
    let said = speakers.end();
    let kills = made?;
    let verdict = judge::agree_and_judge(&mut cluster, &said)?;
    let (lost, forks, faults) = (verdict.lost.len(), verdict.forks, verdict.findings.len());
    for finding in verdict.lost.iter().chain(&verdict.findings) {
        println!("net: {finding}");
    }
    let passed = lost == 0 && forks == 0 && faults == 0 && !said.acknowledged.is_empty();
    println!(
        "NET nodes={} seed={} said={} acknowledged={} lost={lost} forks={forks} kills={kills} secs={} {}",
        wish.nodes,
        wish.seed,
        said.tried,
        said.acknowledged.len(),
        begun.elapsed().as_secs(),
        if passed { "PASS" } else { "FAIL" }
    );
    Ok(passed)
}
