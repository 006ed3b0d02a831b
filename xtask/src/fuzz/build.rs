//! Building the targets with coverage counters.

use std::path::PathBuf;

use anyhow::Result;

use crate::{metadata, shell};

/// What cargo-fuzz 0.13 passes to the compiler for `-s none`.
const FLAGS: [&str; 8] = [
    "--cfg=fuzzing",
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "-Ccodegen-units=1",
    // The linker would drop the tables that nothing in the program names.
    "-Clink-dead-code",
];

/// Builds the targets and gives the folder of their binaries.
pub(super) fn build(targets: &[String], planted: bool) -> Result<PathBuf> {
    let host = metadata::host()?;
    let folder = folder()?.join("build");
    // With --target the flags are for the targets alone, and build scripts stay as they are.
    let arguments = ["build", "--release", "--manifest-path", "fuzz/Cargo.toml", "--target", &host];
    let mut command = shell::cargo(&arguments)?;
    command.env("CARGO_ENCODED_RUSTFLAGS", FLAGS.join("\u{1f}")).env("CARGO_TARGET_DIR", &folder);
    if planted {
        command.args(["--features", "planted"]);
    }
    for target in targets {
        command.args(["--bin", target]);
    }
    shell::run(&mut command)?;
    Ok(folder.join(host).join("release"))
}

/// Writes the corpus files that only our own code can make.
pub(super) fn seeds() -> Result<()> {
    let arguments = ["run", "--quiet", "--manifest-path", "fuzz/Cargo.toml", "--bin", "seeds"];
    shell::run(shell::cargo(&arguments)?.env("CARGO_TARGET_DIR", folder()?.join("seeds")))
}

/// Where everything about fuzzing is built and grown.
pub(super) fn folder() -> Result<PathBuf> {
    Ok(shell::target_dir()?.join("fuzz"))
}
