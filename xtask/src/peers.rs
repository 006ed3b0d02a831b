//! The Python environments that we are compared with, one for each purpose, because their packages do not
//! always agree on what they need.

use std::path::PathBuf;

use anyhow::Result;

use crate::shell;

/// An environment in `target/peers`, and what stands in it, pinned.
pub(crate) struct Environment {
    pub(crate) name: &'static str,
    packages: &'static [&'static str],
}

/// For tests of the readers: PyMISP and the STIX pattern grammar.
pub(crate) const READING: Environment =
    Environment { name: "reading", packages: &["pymisp==2.5.34.4", "stix2-patterns==2.1.2"] };

/// For the independent verifier of bundles.
pub(crate) const VERIFYING: Environment =
    Environment { name: "verifying", packages: &["cryptography==48.0.0"] };

/// For `web --api`: requests made from a description.
pub(crate) const API: Environment = Environment { name: "schemathesis", packages: &["schemathesis==4.32.5"] };

/// For `bench peers`: other people's private matching. The names are those of the scripts in `benches/peers`.
pub(crate) const MATCHING: [Environment; 2] = [
    Environment { name: "secretflow", packages: &["spu==0.9.5"] },
    Environment { name: "openmined", packages: &["openmined-psi==2.0.6"] },
];

impl Environment {
    /// Makes it once and gives its folder; `Err` with the reason if this machine cannot.
    pub(crate) fn prepare(&self) -> Result<PathBuf> {
        let folder = shell::target_dir()?.join("peers").join(self.name);
        let stamp = folder.join("installed");
        let wanted = self.packages.join(" ");
        if std::fs::read_to_string(&stamp).is_ok_and(|found| found == wanted) {
            eprintln!("{wanted}: there already");
            return Ok(folder);
        }
        let path = folder.to_string_lossy();
        shell::run(&mut shell::program("python3", &["-m", "venv", "--clear", &path])?)?;
        let mut pip =
            shell::program(folder.join("bin/pip"), &["install", "--quiet", "--disable-pip-version-check"])?;
        shell::run(pip.args(self.packages))?;
        std::fs::write(stamp, wanted)?;
        Ok(folder)
    }
}
