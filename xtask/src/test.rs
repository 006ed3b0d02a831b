//! `cargo xtask test`: everything CI runs, in the order in which it is cheapest to be told.

use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};

use crate::steps::{Outcome, Steps};
use crate::{crash, ct, fuzz, net, peers, pure, shell, sim, tidy, verifiers};

/// Runs all steps, or with `--quick` those that need no second build.
pub(crate) fn run(arguments: &[String]) -> Result<bool> {
    let quick = match arguments {
        [] => false,
        [flag] if flag == "--quick" => true,
        _ => bail!("usage: cargo xtask test [--quick]"),
    };
    let mut steps = Steps::default();
    steps.step("format", || passed(shell::cargo(&["fmt", "--all", "--check"])?));
    steps.step("tidy", tidy_step);
    steps.step("clippy", clippy);
    let mut environment = None;
    steps.step("peers (a Python environment to compare with)", || {
        Ok(match peers::READING.prepare() {
            Ok(folder) => {
                environment = Some(folder);
                Outcome::Passed
            }
            Err(error) => Outcome::Skipped(format!("{error:#}; tests that compare with PyMISP skip")),
        })
    });
    let bundles = shell::target_dir()?.join("test-bundles");
    let _ = std::fs::remove_dir_all(&bundles);
    std::fs::create_dir_all(&bundles)?;
    steps.step("tests", || tests(environment.as_deref(), &bundles));
    if quick {
        return Ok(steps.summary());
    }
    steps.step("nodes in simulated time, short", || green(sim::short()?));
    steps.step("doc tests", || passed(shell::cargo(&["test", "--workspace", "--doc"])?));
    steps.step("dependencies (cargo-deny)", deny);
    steps.step("pure crates: nothing in their graph compiles C", || {
        pure::check_graph().map(|()| Outcome::Passed)
    });
    steps.step("pure crates: build without a C compiler", || pure::build().map(|()| Outcome::Passed));
    steps.step("release binary", || {
        passed(shell::cargo(&["build", "--release", "--package", "detente", "--bin", "detente"])?)
    });
    steps.step("demo", demo);
    steps.step("net, short", net_step);
    steps.step("independent verifiers", || match verifiers::Tools::prepare() {
        Ok(tools) => {
            verifiers::run(&tools, verifiers::BUNDLES_SHORT, Some(&bundles)).map(|()| Outcome::Passed)
        }
        Err(error) => Ok(Outcome::Skipped(format!("{error:#}"))),
    });
    steps.step("record: killed, starved and cut off", || {
        green(crash::killpoints(&["--short".into()])? & crash::powercut(&["--short".into()])?)
    });
    steps.step("constant time: leaks are caught", || green(ct::controls()?));
    steps.step("fuzz, short", || green(fuzz::change_tier()?));
    Ok(steps.summary())
}

/// `cargo xtask slow`: every test that is ignored for its length, in release, and nothing else.
pub(crate) fn slow() -> Result<bool> {
    let packages = ["--package", "detente-accord", "--package", "detente-psi", "--package", "detente-store"];
    let mut command = shell::cargo(&["test", "--release", "--lib", "--tests", "--no-fail-fast"])?;
    shell::run(command.args(packages).args(["--", "--ignored", "--nocapture"])).map(|()| true)
}

fn passed(mut command: std::process::Command) -> Result<Outcome> {
    shell::run(&mut command).map(|()| Outcome::Passed)
}

fn green(is_green: bool) -> Result<Outcome> {
    ensure!(is_green, "see above");
    Ok(Outcome::Passed)
}

fn tidy_step() -> Result<Outcome> {
    green(tidy::run()?)
}

fn clippy() -> Result<Outcome> {
    passed(shell::cargo(&["clippy", "--workspace", "--all-targets", "--", "--deny", "warnings"])?)
}

/// nextest where it is installed, because it runs tests in parallel across crates; doc tests come separately.
/// `bundles` is where tests of the record leave every log that they write, as bundles.
fn tests(peers: Option<&std::path::Path>, bundles: &std::path::Path) -> Result<Outcome> {
    let mut command = if shell::answers("cargo", &["nextest", "--version"]) {
        shell::cargo(&["nextest", "run", "--workspace", "--no-fail-fast"])?
    } else {
        shell::cargo(&["test", "--workspace", "--all-targets", "--no-fail-fast"])?
    };
    command.env("DETENTE_TEST_BUNDLES", bundles);
    if let Some(folder) = peers {
        command.env("DETENTE_PEERS", folder);
    }
    passed(command)
}

fn deny() -> Result<Outcome> {
    if !shell::answers("cargo", &["deny", "--version"]) {
        return Ok(Outcome::Skipped("cargo-deny is not installed".into()));
    }
    // The advisory database needs a network that CI may not have; it is checked at night.
    passed(shell::cargo(&["deny", "check", "licenses", "bans", "sources"])?)
}

/// The first of the two commands in the README, as a newcomer runs it.
fn demo() -> Result<Outcome> {
    let binary = shell::target_dir()?.join("release/detente");
    let begun = Instant::now();
    shell::run(shell::program(binary, &["demo"])?.env_remove("DETENTE_HOME"))?;
    let took = begun.elapsed();
    ensure!(took < DEMO_TIME_MAX, "the demonstration took {} s", took.as_secs());
    Ok(Outcome::Passed)
}

/// Two nodes with a bad network between them.
fn net_step() -> Result<Outcome> {
    match net::missing() {
        Some(why) => Ok(Outcome::Skipped(why)),
        None => green(net::short(&shell::target_dir()?.join("release/detente"))?),
    }
}

/// "a minute's story".
const DEMO_TIME_MAX: Duration = Duration::from_secs(60);
