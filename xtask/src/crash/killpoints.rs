//! `cargo xtask killpoints`: strace kills the driver at each of its system calls that change the disk, or makes
//! the call fail. After each the record is opened again, after a kill in a process that is killed too, works on, and is
//! checked.

use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::Output;

use anyhow::{Result, bail, ensure};

use super::driver::Driver;
use super::ledger::Ledger;
use super::{Goal, skipped};
use crate::shell;

const KILLS: &str = "G6 killpoints";
const FAULTS: &str = "G6 io-faults";

/// Calls that change what is on disk. Each is a series of its own: the n-th of its kind, n = 1, 2, 3, … until the
/// driver comes to its end.
const CALLS: [&str; 9] =
    ["fsync", "fdatasync", "pwrite64", "write", "rename", "ftruncate", "unlink", "unlinkat", "mkdir"];

/// Errors that the disk gives. (A call whose result strace makes up is not made at all: a short write cannot be had
/// this way, only a lie.)
const ERRORS: [(&str, &str); 7] = [
    ("fsync", "error=EIO"),
    ("fdatasync", "error=EIO"),
    ("pwrite64", "error=ENOSPC"),
    ("pwrite64", "error=EIO"),
    ("rename", "error=EIO"),
    ("ftruncate", "error=EIO"),
    ("openat", "error=ENOSPC"),
];

/// Steps of the driver in each case. The third erases, the second and fourth back up.
const STEPS: u64 = 4;

/// Runs both goals. `--short` takes every seventh place; `--steps N` works longer.
pub(crate) fn run(arguments: &[String]) -> Result<bool> {
    let mut options = Options { stride: 1, steps: STEPS };
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--short" => options = Options { stride: 7, steps: 3 },
            "--steps" => options.steps = rest.next().and_then(|steps| steps.parse().ok()).unwrap_or(STEPS),
            _ => bail!("usage: cargo xtask killpoints [--short] [--steps N]"),
        }
    }
    if !shell::answers("strace", &["-qq", "-o", "/dev/null", "true"]) {
        return Ok(skipped(KILLS, "needs strace, and leave to trace"));
    }
    let driver = Driver::build("killpoints", false)?;
    let kills = kills(&driver, &options)?;
    let faults = faults(&driver, &options)?;
    Ok(super::commands::run(options.stride)? && faults && kills)
}

struct Options {
    stride: usize,
    steps: u64,
}

fn kills(driver: &Driver, options: &Options) -> Result<bool> {
    let mut goal = Goal::begin(KILLS, false);
    for call in CALLS {
        for n in (1..=count(driver, options, call)?).step_by(options.stride) {
            let case = format!("{call} {n}");
            let (output, mut ledger, folder) = begin(driver, options, call, "signal=KILL", n)?;
            // strace ends as its program did.
            let killed = output.status.signal() == Some(9) || output.status.code() == Some(137);
            kill_again(driver, &folder, &mut ledger, n)?;
            let mut lost = end(driver, &folder, &mut ledger)?;
            if !killed {
                lost.push(format!("ended with {}", output.status));
            }
            goal.case(&case, lost);
        }
    }
    Ok(goal.end())
}

fn faults(driver: &Driver, options: &Options) -> Result<bool> {
    let mut goal = Goal::begin(FAULTS, false);
    for (call, error) in ERRORS {
        // The loader opens libraries: a program that never began says nothing.
        let from = if call == "openat" { 12 } else { 1 };
        for n in (from..=count(driver, options, call)?).step_by(options.stride) {
            let (output, mut ledger, folder) = begin(driver, options, call, error, n)?;
            let mut lost = end(driver, &folder, &mut ledger)?;
            let printed = String::from_utf8_lossy(&output.stdout);
            let is_named = printed.lines().last().is_some_and(|line| line.starts_with("failed "));
            let code = output.status.code();
            // 0: what failed was not needed. 3: a named error. Anything else is a crash.
            if code != Some(0) && !(code == Some(3) && is_named) {
                let told = String::from_utf8_lossy(&output.stderr);
                lost.push(format!("ended with {}: {}", output.status, told.lines().next().unwrap_or("")));
            }
            goal.case(&format!("{call} {n} {error}"), lost);
        }
    }
    Ok(goal.end())
}

/// How many of these calls an undisturbed run makes.
fn count(driver: &Driver, options: &Options, call: &str) -> Result<u64> {
    let (folder, told) = (empty_folder(driver)?, driver.scratch.join("trace"));
    let (trace, file) = (format!("trace={call}"), told.to_string_lossy().into_owned());
    let output =
        driver.run(&["strace", "-f", "-qq", "-o", &file, "-e", &trace], &folder, 1, options.steps)?;
    ensure!(output.status.success(), "an undisturbed run ended with {}", output.status);
    let called = format!(" {call}(");
    Ok(std::fs::read_to_string(told)?.lines().filter(|line| line.contains(&called)).count() as u64)
}

fn empty_folder(driver: &Driver) -> Result<PathBuf> {
    let folder = driver.scratch.join("case");
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    std::fs::create_dir(&folder)?;
    Ok(folder)
}

/// One run on an empty folder, with a fault at the n-th call.
fn begin(
    driver: &Driver,
    options: &Options,
    call: &str,
    fault: &str,
    n: u64,
) -> Result<(Output, Ledger, PathBuf)> {
    let folder = empty_folder(driver)?;
    let (trace, inject) = (format!("trace={call}"), format!("inject={call}:{fault}:when={n}"));
    let strace = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", &trace, "-e", &inject];
    let output = driver.run(&strace, &folder, 1, options.steps)?;
    let mut ledger = Ledger::default();
    ledger.take(&output.stdout);
    Ok((output, ledger, folder))
}

/// The process after a kill is killed as well, somewhere on its way up.
fn kill_again(driver: &Driver, folder: &Path, ledger: &mut Ledger, n: u64) -> Result<()> {
    let call = CALLS.get(n as usize % CALLS.len()).unwrap_or(&CALLS[0]);
    let (trace, inject) =
        (format!("trace={call}"), format!("inject={call}:signal=KILL:when={}", 1 + n / 9 % 12));
    let strace = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", &trace, "-e", &inject];
    ledger.take(&driver.run(&strace, folder, 3, 1)?.stdout);
    Ok(())
}

/// The next process: it opens, works on with other leaves, and all is checked.
fn end(driver: &Driver, folder: &Path, ledger: &mut Ledger) -> Result<Vec<String>> {
    let mut lost = driver.check(folder, ledger)?;
    let output = driver.run(&[], folder, 2, 1)?;
    ledger.take(&output.stdout);
    if !output.status.success() {
        lost.push(format!("does not go on: {}", String::from_utf8_lossy(&output.stdout).trim()));
    }
    lost.extend(driver.check(folder, ledger)?);
    Ok(lost)
}
