//! The Python environment that some tests compare us with: PyMISP and the STIX pattern grammar.

use std::path::PathBuf;

use anyhow::Result;

use crate::shell;

/// What stands in it, pinned.
const PACKAGES: [&str; 2] = ["pymisp==2.5.34.4", "stix2-patterns==2.1.2"];

/// Makes the environment once; `Err` with the reason if this machine cannot.
pub(crate) fn prepare() -> Result<PathBuf> {
    let folder = folder()?;
    let stamp = folder.join("installed");
    let wanted = PACKAGES.join(" ");
    if std::fs::read_to_string(&stamp).is_ok_and(|found| found == wanted) {
        println!("{wanted}: there already");
        return Ok(folder);
    }
    let path = folder.to_string_lossy();
    shell::run(&mut shell::program("python3", &["-m", "venv", "--clear", &path])?)?;
    let mut pip =
        shell::program(folder.join("bin/pip"), &["install", "--quiet", "--disable-pip-version-check"])?;
    shell::run(pip.args(PACKAGES))?;
    std::fs::write(stamp, wanted)?;
    Ok(folder)
}

fn folder() -> Result<PathBuf> {
    Ok(shell::target_dir()?.join("peers"))
}
