//! `cargo xtask bench`: hands over to the package `detente-bench`, which depends on our crates as this one
//! does not.

use anyhow::Result;

use crate::shell;

/// Builds what is measured and measures it.
pub(crate) fn run(arguments: &[String]) -> Result<bool> {
    if arguments.first().is_some_and(|what| what == "filemode") {
        shell::run(&mut shell::cargo(&["build", "--release", "--package", "detente", "--bin", "detente"])?)?;
    }
    let mut command = shell::cargo(&["run", "--quiet", "--release", "--package", "detente-bench", "--"])?;
    command.args(arguments).env("DETENTE_TARGET_DIR", shell::target_dir()?);
    shell::run(&mut command)?;
    Ok(true)
}
