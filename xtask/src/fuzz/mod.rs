//! `cargo xtask fuzz`: builds the fuzz targets with coverage counters on the stable compiler and runs them.
//!
//! No cargo-fuzz and no nightly: the flags below are those it passes for `-s none`. Safe Rust with overflow
//! checks and assertions turns most faults into panics, so a run without a sanitizer finds them.

mod build;
mod run;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};

use self::run::{Bounds, Verdict};
use crate::shell;

/// What was asked for.
#[derive(Default)]
struct Order {
    tier: Option<String>,
    target: Option<String>,
    seconds: Option<u64>,
    input: Option<PathBuf>,
    planted: bool,
    list: bool,
    seeds: bool,
}

/// Runs what the arguments ask for.
pub(crate) fn run(arguments: &[String]) -> Result<bool> {
    let order = parse(arguments)?;
    if order.seeds {
        return build::seeds().map(|()| true);
    }
    let targets = chosen(order.target.as_deref())?;
    if order.list {
        targets.iter().for_each(|target| println!("{target}"));
        return Ok(true);
    }
    let binaries = build::build(&targets, order.planted)?;
    if let Some(input) = &order.input {
        let [target] = targets.as_slice() else { bail!("--input needs --target") };
        return run::once(&binaries, target, input);
    }
    if order.planted {
        return planted(&binaries, &targets, order.seconds.unwrap_or(PLANTED_SECONDS));
    }
    let mut bounds = tier(order.tier.as_deref().unwrap_or("change"), targets.len())?;
    bounds.seconds = order.seconds.unwrap_or(bounds.seconds);
    report(&run::all(&binaries, &targets, &bounds)?)
}

/// The short run that CI does: what a hostile node sends for half a minute each, everything else for its share.
pub(crate) fn change_tier() -> Result<bool> {
    let (wire, others): (Vec<_>, Vec<_>) =
        chosen(None)?.into_iter().partition(|target| WIRE.contains(&target.as_str()));
    ensure!(wire.len() == WIRE.len(), "a target of the wire is missing");
    let binaries = build::build(&[wire.as_slice(), &others].concat(), false)?;
    let mut verdicts =
        run::all(&binaries, &wire, &Bounds { runs: u64::MAX >> 1, seconds: WIRE_SECONDS, planted: false })?;
    verdicts.extend(run::all(&binaries, &others, &tier("change", others.len())?)?);
    report(&verdicts)
}

/// Bounds by tier; the tier `change` shares [`CHANGE_SECONDS`] among them.
fn tier(name: &str, targets: usize) -> Result<Bounds> {
    let share = CHANGE_SECONDS * run::jobs() as u64 / targets.max(1) as u64;
    Ok(match name {
        "change" => Bounds { runs: 1_000_000, seconds: share.clamp(5, 30), planted: false },
        "night" => Bounds { runs: 50_000_000, seconds: 15 * 60, planted: false },
        "release" => Bounds { runs: 1_000_000_000, seconds: 2 * 60 * 60, planted: false },
        _ => bail!("tiers are change, night and release"),
    })
}

/// Every target must run into the fault that is built into it.
fn planted(binaries: &Path, targets: &[String], seconds: u64) -> Result<bool> {
    let bounds = Bounds { runs: u64::MAX >> 1, seconds, planted: true };
    let verdicts = run::all(binaries, targets, &bounds)?;
    let mut all_found = true;
    for verdict in &verdicts {
        // A seed that runs into the fault shows nothing: libFuzzer then names no mutation.
        let by_mutation = !verdict.log.contains("\nMS: 0 ");
        let found = verdict.failed && by_mutation && verdict.log.contains("planted: ");
        all_found &= found;
        let word = if found { "PASS" } else { "NOT FOUND" };
        println!(
            "G2 planted target={} execs={} secs={} {word}",
            verdict.target, verdict.execs, verdict.seconds
        );
    }
    Ok(all_found)
}

/// Prints one line for each target, and how to see a crash again.
fn report(verdicts: &[Verdict]) -> Result<bool> {
    let mut goals = Vec::new();
    for verdict in verdicts {
        let Verdict { target, execs, seconds, failed, log } = verdict;
        let word = if *failed { "FAIL" } else { "PASS" };
        let line = format!("G1 fuzz target={target} execs={execs} secs={seconds} {word}");
        println!("{line}");
        if *failed {
            print_crash(target, log);
        }
        goals.push(line);
    }
    let file = shell::target_dir()?.join("goals.json");
    std::fs::write(&file, serde_json::to_vec_pretty(&goals)?).context("cannot write goals.json")?;
    Ok(!verdicts.iter().any(|verdict| verdict.failed))
}

fn print_crash(target: &str, log: &str) {
    const LINES: usize = 40;
    let lines: Vec<&str> = log.lines().collect();
    lines.iter().skip(lines.len().saturating_sub(LINES)).for_each(|line| println!("    {line}"));
    let artifact = lines.iter().find_map(|line| line.split("Test unit written to ").nth(1));
    match artifact {
        Some(path) => println!("reproduce: cargo xtask fuzz --target {target} --input {}", path.trim()),
        None => println!("reproduce: cargo xtask fuzz --target {target}"),
    }
}

/// The targets: one file each.
fn chosen(wanted: Option<&str>) -> Result<Vec<String>> {
    let folder = shell::root()?.join("fuzz/fuzz_targets");
    let mut targets = Vec::new();
    for entry in std::fs::read_dir(&folder).context("no fuzz targets")? {
        let name = entry?.file_name().into_string().unwrap_or_default();
        targets.extend(name.strip_suffix(".rs").map(str::to_owned));
    }
    targets.retain(|target| wanted.is_none_or(|wanted| wanted == target));
    targets.sort();
    ensure!(!targets.is_empty(), "no such target; cargo xtask fuzz --list shows them");
    Ok(targets)
}

fn parse(arguments: &[String]) -> Result<Order> {
    let mut order = Order::default();
    let mut rest = arguments.iter();
    while let Some(flag) = rest.next() {
        let mut value = || rest.next().with_context(|| format!("{flag} needs a value")).cloned();
        match flag.as_str() {
            "--tier" => order.tier = Some(value()?),
            "--target" => order.target = Some(value()?),
            "--seconds" => order.seconds = Some(value()?.parse().context("--seconds takes a number")?),
            "--input" => order.input = Some(std::path::absolute(value()?)?),
            "--planted" => order.planted = true,
            "--list" => order.list = true,
            "--seeds" => order.seeds = true,
            _ => bail!("{flag} is not known here"),
        }
    }
    Ok(order)
}

/// What the tier `change` may take for all but [`WIRE`], in seconds of wall time.
const CHANGE_SECONDS: u64 = 200;

/// Decoders that stand in front of a hostile node.
const WIRE: [&str; 4] = ["exchange", "frame", "hello", "packet"];
/// What each of them gets on every change.
const WIRE_SECONDS: u64 = 30;

/// "found < 60 s".
const PLANTED_SECONDS: u64 = 60;
