//! `cargo xtask bench`: hands over to the package `detente-bench`, which depends on our crates as this one
//! does not.

use anyhow::Result;

use crate::{peers, shell};

/// Builds what is measured and measures it.
pub(crate) fn run(arguments: &[String]) -> Result<bool> {
    let what = arguments.first().map(String::as_str);
    if matches!(what, Some("filemode" | "peers")) {
        shell::run(&mut shell::cargo(&["build", "--release", "--package", "detente", "--bin", "detente"])?)?;
    }
    let mut command = shell::cargo(&["run", "--quiet", "--release", "--package", "detente-bench", "--"])?;
    command.args(arguments).env("DETENTE_TARGET_DIR", shell::target_dir()?);
    if what == Some("peers") {
        command.args(peers::MATCHING.iter().map(environment));
    }
    shell::run(&mut command)?;
    Ok(true)
}

/// Where a peer's environment stands, or why there is none, as an argument.
fn environment(environment: &peers::Environment) -> String {
    let name = environment.name;
    match environment.prepare() {
        Ok(folder) => format!("--python={name}={}", folder.display()),
        Err(reason) => format!("--skip={name}={reason:#}"),
    }
}
