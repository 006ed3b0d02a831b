//! Building and running the driver.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use anyhow::{Context as _, Result, ensure};

use super::ledger::Ledger;
use crate::shell;

/// A driver that is built, and the folder it works in.
pub(super) struct Driver {
    binary: PathBuf,
    pub(super) scratch: PathBuf,
}

impl Driver {
    /// Builds the driver; with `sabotage` the one that never waits for the disk.
    pub(super) fn build(name: &str, sabotage: bool) -> Result<Driver> {
        let mut command =
            shell::cargo(&["build", "--package", "detente-store", "--example", "record-driver"])?;
        if sabotage {
            command.args(["--features", "sabotage"]);
        }
        shell::run(&mut command)?;
        let scratch = scratch(name)?;
        // Its place is where the other build comes to stand.
        let binary = scratch.join("driver");
        std::fs::copy(shell::target_dir()?.join("debug/examples/record-driver"), &binary)?;
        Ok(Driver { binary, scratch })
    }

    /// The driver at work, to be run by `before` and its arguments, if any.
    pub(super) fn command(&self, before: &[&str], arguments: &[&OsStr]) -> Command {
        let mut command = match before.split_first() {
            Some((program, rest)) => {
                let mut command = Command::new(program);
                command.args(rest).arg(&self.binary);
                command
            }
            None => Command::new(&self.binary),
        };
        command.args(arguments).stdin(Stdio::null());
        command
    }

    /// Runs it on a folder.
    pub(super) fn run(&self, before: &[&str], folder: &Path, run: u64, steps: u64) -> Result<Output> {
        let (run, steps) = (run.to_string(), steps.to_string());
        let arguments = ["run".as_ref(), folder.as_os_str(), run.as_ref(), steps.as_ref()];
        self.command(before, &arguments).output().context("cannot run the driver")
    }

    /// What is lost of what the ledger holds.
    pub(super) fn check(&self, folder: &Path, ledger: &Ledger) -> Result<Vec<String>> {
        let output = self.command(&[], &["check".as_ref(), folder.as_os_str()]).output()?;
        let found = String::from_utf8(output.stdout)?;
        let mut lost = ledger.compare(&found);
        if !output.status.success() {
            lost.push(format!("the check ended with {}: {}", output.status, found.trim()));
        }
        Ok(lost)
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.scratch);
    }
}

/// A folder in memory where the system has one: a kill leaves what was written, synced or not.
pub(super) fn scratch(name: &str) -> Result<PathBuf> {
    let memory = Path::new("/dev/shm");
    let above = if memory.is_dir() { memory.to_owned() } else { shell::target_dir()? };
    let folder = above.join(format!("detente-{name}-{}", std::process::id()));
    ensure!(!folder.exists(), "{} is there already", folder.display());
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}
