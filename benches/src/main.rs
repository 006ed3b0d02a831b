//! Benchmarks, run by `cargo xtask bench`. They print figures and judge nothing: no test depends on a time.
//!
//! Each figure stands beside a primitive measured in the same run on the same bytes, so that ratios travel
//! from machine to machine where seconds do not.

#![forbid(unsafe_code)]
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a tool for the terminal, with nothing to hide"
)]

mod build;
mod data;
mod filemode;
mod indicators;
mod link;
mod measure;
mod peers;
mod record;
mod report;
mod talks;
mod tlog;
mod tools;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};

use self::report::Report;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let json = arguments.iter().any(|argument| argument == "--json");
    arguments.retain(|argument| argument != "--json");
    let report: Report = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["indicators"] => indicators::run(None)?,
        ["indicators", case] => indicators::run(Some(case))?,
        ["filemode"] => filemode::run()?,
        ["link"] => link::run()?,
        ["build"] => build::run()?,
        ["tlog"] => tlog::run()?,
        ["record", options @ ..] => record::run(options)?,
        ["talks", options @ ..] => talks::run(options)?,
        // Another process of `record`, to be killed by it.
        ["record-fill", folder] => return record::fill(Path::new(folder)),
        ["peers", options @ ..] => peers::run(options)?,
        _ => bail!(
            "usage: cargo xtask bench indicators [CASE]|filemode|link|build|tlog|record|talks|peers [--short] [--json]"
        ),
    };
    report.print(json);
    Ok(())
}

/// The root of the tree: where cargo runs us from.
fn root() -> Result<PathBuf> {
    std::env::current_dir().context("no current folder")
}

/// Where build products go.
fn target_dir() -> Result<PathBuf> {
    Ok(std::env::var_os("DETENTE_TARGET_DIR").map_or(root()?.join("target"), PathBuf::from))
}

/// An empty folder for one benchmark.
fn scratch(name: &str) -> Result<PathBuf> {
    let folder = target_dir()?.join("bench").join(name);
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}
