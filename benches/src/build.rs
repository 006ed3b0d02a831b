//! `bench build`: the default binary from nothing, in a folder of its own.

use std::process::{Command, Stdio};

use anyhow::Result;

use crate::measure::{cost, megabytes};
use crate::report::Report;

/// Builds it once.
pub(crate) fn run() -> Result<Report> {
    let folder = crate::scratch("build")?;
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(["build", "--release", "--package", "detente", "--bin", "detente"]);
    command.env("CARGO_TARGET_DIR", &folder).stdin(Stdio::null()).stdout(Stdio::null());
    let cost = cost(&mut command)?;
    let binary = std::fs::metadata(folder.join("release/detente"))?.len();
    let mut report = Report::new("detente.bench.build.v1");
    report.row(vec![
        ("step", "release build from nothing".into()),
        ("wall_seconds", cost.wall.as_secs_f64().into()),
        ("cpu_seconds", cost.cpu.as_secs_f64().into()),
        ("rss_mb_max", megabytes(cost.rss_bytes_max).into()),
        ("binary_mb", megabytes(binary).into()),
        ("cores", std::thread::available_parallelism().map_or(1, std::num::NonZero::get).into()),
    ]);
    report.note("goal: under 180 s on 2 cores");
    std::fs::remove_dir_all(folder)?;
    Ok(report)
}
