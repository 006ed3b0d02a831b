//! `cargo xtask dist`: what a release consists of, and whether two folders give the same bytes.
//!
//! A static binary in an archive, a Debian package, the input of a container image, a bill of materials (CycloneDX), and
//! the SHA-256 of each. Everything that could differ between two builds is fixed: paths, times, owners, order.

mod pack;
mod sbom;
mod stage;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};

use crate::{metadata, shell};

/// Makes the release files, or with `--check` makes them twice from two folders and compares.
pub(crate) fn run(arguments: &[String]) -> Result<bool> {
    match arguments {
        [] => {
            let made = Release::of(&shell::root()?, &shell::target_dir()?)?.make()?;
            print!("{}", fs::read_to_string(made.join(SUMS))?);
            println!("in {}", made.display());
            Ok(true)
        }
        [flag] if flag == "--check" => check(),
        _ => bail!("usage: cargo xtask dist [--check]"),
    }
}

/// The file with the checksums of the others.
const SUMS: &str = "SHA256SUMS";

/// A release, of the tree in one folder.
struct Release {
    root: PathBuf,
    target: PathBuf,
    version: String,
    host: String,
    /// The time that all files get: that of the commit, in seconds since 1970.
    epoch: String,
}

impl Release {
    fn of(root: &Path, target: &Path) -> Result<Release> {
        let version = metadata::members()?.into_iter().find(|package| package.name == "detente");
        Ok(Release {
            root: root.to_owned(),
            target: target.to_owned(),
            version: version.context("no package detente")?.version,
            host: metadata::host()?,
            epoch: shell::output(&mut shell::program("git", &["log", "-1", "--format=%ct"])?)?
                .trim()
                .to_owned(),
        })
    }

    /// Makes all files; gives their folder.
    fn make(&self) -> Result<PathBuf> {
        let binary = self.build()?;
        let out = self.target.join("dist");
        let _ = fs::remove_dir_all(&out);
        fs::create_dir_all(&out)?;
        let staged = stage::stage(&self.root, &binary, &out.join("stage"), &self.version)?;
        let name = format!("detente-{}-{}", self.version, self.host);
        pack::archive(&staged.archive, &out.join(format!("{name}.tar.gz")), &name, &self.epoch)?;
        pack::archive(&staged.image, &out.join(format!("{name}-image.tar.gz")), "image", &self.epoch)?;
        pack::debian(&staged.debian, &out.join(format!("detente_{}_amd64.deb", self.version)), &self.epoch)?;
        fs::write(out.join(format!("{name}.cdx.json")), sbom::of(&self.version)?)?;
        fs::remove_dir_all(out.join("stage"))?;
        pack::checksums(&out, SUMS)?;
        Ok(out)
    }

    /// The binary: static, and without a trace of where it was built.
    fn build(&self) -> Result<PathBuf> {
        let folder = self.target.join("dist-build");
        let cargo_home = match std::env::var_os("CARGO_HOME") {
            Some(home) => PathBuf::from(home),
            None => PathBuf::from(std::env::var_os("HOME").context("no HOME")?).join(".cargo"),
        };
        // The longest prefix last: where several fit, the last one counts.
        let places = [(&cargo_home, "/cargo"), (&self.root, "/src"), (&folder, "/build")];
        let rust = places.map(|(from, to)| format!("--remap-path-prefix={}={to}", from.display()));
        let c = places.map(|(from, to)| format!("-ffile-prefix-map={}={to}", from.display()));
        let linking =
            "-Ctarget-feature=+crt-static -Clink-arg=-Wl,--build-id=none -Clink-arg=-Wl,-z,relro,-z,now";
        let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.current_dir(&self.root).args([
            "build",
            "--profile",
            "dist",
            "--locked",
            "--package",
            "detente",
        ]);
        // With a target named, the flags do not reach build scripts, which need no static libraries.
        command.args(["--bin", "detente", "--target", &self.host]);
        command
            .env("CARGO_TARGET_DIR", &folder)
            .env("CARGO_INCREMENTAL", "0")
            .env("SOURCE_DATE_EPOCH", &self.epoch)
            .env("RUSTFLAGS", format!("{} {linking}", rust.join(" ")))
            .env("CFLAGS", c.join(" "))
            .env("CXXFLAGS", c.join(" "));
        shell::run(&mut command)?;
        Ok(folder.join(&self.host).join("dist/detente"))
    }
}

/// Builds the last commit in two folders with names of different lengths, and compares every file.
fn check() -> Result<bool> {
    let place = shell::target_dir()?.join("dist-check");
    let _ = fs::remove_dir_all(&place);
    let mut sums = Vec::new();
    for name in ["one", "another-with-a-longer-name"] {
        let root = place.join(name);
        let clone = [
            "clone",
            "--quiet",
            "--no-hardlinks",
            &shell::root()?.display().to_string(),
            &root.display().to_string(),
        ];
        shell::run(&mut shell::program("git", &clone)?)?;
        let made = Release::of(&root, &root.join("target"))?.make()?;
        sums.push(fs::read_to_string(made.join(SUMS))?);
        fs::remove_dir_all(root.join("target/dist-build"))?;
    }
    let [one, two] = sums.as_slice() else { bail!("two builds are compared") };
    ensure!(!one.is_empty(), "nothing was built");
    println!("{one}");
    if one != two {
        println!("the other folder gave:\n{two}");
    }
    println!("dist --check: {}", if one == two { "both folders give the same bytes" } else { "DIFFERENT" });
    Ok(one == two)
}
