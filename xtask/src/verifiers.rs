//! `cargo xtask verifiers`: the independent verifiers of bundles, in Python and Go, beside our own. All three must
//! give the same verdict on the same bytes.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail, ensure};

use crate::peers;
use crate::shell;

/// Mutated bundles when no number is given.
const BUNDLES: u64 = 3000;
/// Mutated bundles in CI.
pub(crate) const BUNDLES_SHORT: u64 = 1000;

/// `cargo xtask verifiers [--n N]`.
pub(crate) fn command(arguments: &[String]) -> Result<bool> {
    let count = match arguments {
        [] => BUNDLES,
        [flag, count] if flag == "--n" => count.parse()?,
        _ => bail!("usage: cargo xtask verifiers [--n N]"),
    };
    shell::run(&mut shell::cargo(&["build", "--release", "--package", "detente", "--bin", "detente"])?)?;
    let tools = Tools::prepare()?;
    run(&tools, count, None).map(|()| true)
}

/// The programs that are compared.
pub(crate) struct Tools {
    python: PathBuf,
    go: PathBuf,
}

impl Tools {
    /// Makes an environment with `cryptography`, and builds the Go verifier over Debian's packages; `Err` with the
    /// reason if this machine cannot.
    pub(crate) fn prepare() -> Result<Tools> {
        let python = peers::VERIFYING.prepare()?.join("bin/python");
        let folder = shell::root()?.join("verifiers/go");
        let cache = shell::target_dir()?.join("verifiers-go");
        std::fs::create_dir_all(&cache)?;
        let go = cache.join("detente-verify");
        let mut build = shell::program("go", &["build", "-o"])?;
        build.arg(&go).arg("detente-verify").current_dir(&folder);
        shell::run(in_gopath(&mut build, &folder, &cache))?;
        let mut test = shell::program("go", &["test", "detente-verify"])?;
        shell::run(in_gopath(test.current_dir(&folder), &folder, &cache))?;
        Ok(Tools { python, go })
    }
}

/// GOPATH mode: nothing is downloaded, the packages are those of the system.
fn in_gopath<'c>(
    command: &'c mut std::process::Command,
    folder: &Path,
    cache: &Path,
) -> &'c mut std::process::Command {
    let path = format!("{}:/usr/share/gocode", folder.display());
    command.env("GO111MODULE", "off").env("GOPATH", path).env("GOCACHE", cache.join("cache"))
}

/// Unit tests of the Python verifier; then the table of named cases, `count` mutated bundles, the bundles that our
/// own code makes, and those that the test suite wrote into `written`.
pub(crate) fn run(tools: &Tools, count: u64, written: Option<&Path>) -> Result<()> {
    let unit = ["-m", "unittest", "discover", "-q", "-s", "verifiers/python"];
    shell::run(&mut shell::program(&tools.python, &unit)?)?;
    compare(tools, &["--n", &count.to_string()])?;
    let made = shell::target_dir()?.join("verifiers-bundles");
    let example = ["run", "--quiet", "--package", "detente-accord", "--example", "bundles", "--"];
    shell::run(shell::cargo(&example)?.arg(&made))?;
    compare(tools, &["--folder", &made.to_string_lossy()])?;
    if let Some(written) = written {
        let count = std::fs::read_dir(written)?.count();
        ensure!(count > 0, "the test suite wrote no bundles");
        compare(tools, &["--folder", &written.to_string_lossy()])?;
    }
    Ok(())
}

fn compare(tools: &Tools, arguments: &[&str]) -> Result<()> {
    let ours = shell::target_dir()?.join("release/detente");
    let mut compare = shell::program(&tools.python, &["verifiers/compare.py"])?;
    compare.args(arguments);
    for verifier in [
        format!("{} verify", ours.display()),
        tools.go.display().to_string(),
        format!("{} verifiers/python/detente_verify.py", tools.python.display()),
    ] {
        compare.args(["--verifier", &verifier]);
    }
    shell::run(&mut compare)
}
