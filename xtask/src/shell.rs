//! Running other programs: from the root of the tree, with nothing on standard input.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail, ensure};

/// The root of the workspace: the nearest folder above with our `xtask` in it.
pub(crate) fn root() -> Result<PathBuf> {
    let here = std::env::current_dir().context("no current folder")?;
    let root = here.ancestors().find(|folder| folder.join("xtask/Cargo.toml").is_file());
    root.map(Path::to_owned).context("not inside the workspace")
}

/// Where build products go.
pub(crate) fn target_dir() -> Result<PathBuf> {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => Ok(std::path::absolute(folder)?),
        None => Ok(root()?.join("target")),
    }
}

/// A program to be run from the root.
pub(crate) fn program(name: impl AsRef<OsStr>, arguments: &[&str]) -> Result<Command> {
    let mut command = Command::new(name);
    command.current_dir(root()?).args(arguments).stdin(Stdio::null());
    Ok(command)
}

/// The cargo that runs us.
pub(crate) fn cargo(arguments: &[&str]) -> Result<Command> {
    program(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()), arguments)
}

/// Runs it; an exit code other than 0 is an error.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("cannot run {}", words(command)))?;
    ensure!(status.success(), "{} ended with {status}", words(command));
    Ok(())
}

/// Runs it and gives what it wrote to standard output.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("cannot run {}", words(command)))?;
    if !output.status.success() {
        bail!("{} ended with {}", words(command), output.status);
    }
    String::from_utf8(output.stdout).context("output is not UTF-8")
}

/// Whether a program is there and answers to these arguments.
pub(crate) fn answers(name: &str, arguments: &[&str]) -> bool {
    let quiet = Command::new(name)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    quiet.is_ok_and(|status| status.success())
}

fn words(command: &Command) -> String {
    let mut words = vec![command.get_program().to_string_lossy()];
    words.extend(command.get_args().map(OsStr::to_string_lossy));
    words.join(" ")
}
