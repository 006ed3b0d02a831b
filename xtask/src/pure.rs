//! Invariant A1, the part that only a build can show: the pure crates need no C compiler.

use anyhow::{Result, bail};

use crate::metadata::{self, Package};
use crate::shell;

/// The crates without I/O.
pub(crate) const PURE: [&str; 4] = ["detente-psi", "detente-tlog", "detente-indicators", "detente-accord"];

/// Build dependencies by which a build script compiles C, or writes bindings to it.
const C_BUILDERS: [&str; 4] = ["cc", "cmake", "bindgen", "pkg-config"];

/// What looks as if it needed C and does not; each with its reason, and a feature that must be on.
const EXCEPTIONS: [Exception; 2] = [
    Exception {
        package: "blake3",
        feature: Some("pure"),
        reason: "lists cc, and does not call it with the feature `pure`",
    },
    Exception {
        package: "rayon-core",
        feature: None,
        reason: "claims `links` so that there is one thread pool; links nothing",
    },
];

struct Exception {
    package: &'static str,
    feature: Option<&'static str>,
    reason: &'static str,
}

/// Checks the pure crates where every C compiler fails, in a folder of its own: build scripts run all the same, and
/// those are what would call one.
pub(crate) fn build() -> Result<()> {
    let mut arguments = vec!["check"];
    arguments.extend(PURE.iter().flat_map(|name| ["--package", name]));
    let mut command = shell::cargo(&arguments)?;
    command.env("CARGO_TARGET_DIR", shell::target_dir()?.join("pure"));
    for name in ["CC", "CXX", "HOST_CC", "HOST_CXX", "TARGET_CC", "TARGET_CXX", "CMAKE"] {
        command.env(name, "false");
    }
    shell::run(&mut command)
}

/// Checks that nothing they are built from could call a C compiler.
pub(crate) fn check_graph() -> Result<()> {
    let packages = metadata::graph(&PURE)?;
    let faults: Vec<String> = packages.iter().filter_map(fault).collect();
    if !faults.is_empty() {
        bail!("{}", faults.join("; "));
    }
    println!("{} packages under the pure crates, none of which compiles C", packages.len());
    for Exception { package, reason, .. } in EXCEPTIONS {
        println!("  {package}: {reason}");
    }
    Ok(())
}

/// Why this package may not stand under a pure crate.
fn fault(package: &Package) -> Option<String> {
    let builder = C_BUILDERS.iter().find(|builder| package.build_dependencies.contains(**builder));
    let sign = match (builder, &package.links) {
        (Some(builder), _) => format!("its build script uses {builder}"),
        (None, Some(library)) => format!("it links {library}"),
        (None, None) => return None,
    };
    let exception = EXCEPTIONS.iter().find(|exception| exception.package == package.name);
    let excused = exception
        .is_some_and(|exception| exception.feature.is_none_or(|feature| package.features.contains(feature)));
    if excused { None } else { Some(format!("{} {}: {sign}", package.name, package.version)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, links: Option<&str>, build: &[&str], features: &[&str]) -> Package {
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Package {
            name: name.into(),
            version: "1.0.0".into(),
            links: links.map(str::to_owned),
            build_dependencies: set(build),
            features: set(features),
            ..Package::default()
        }
    }

    #[test]
    fn names_what_could_compile_c() {
        for (package, due) in [
            (package("ring", None, &["cc"], &[]), Some("ring 1.0.0: its build script uses cc")),
            (package("zstd-sys", Some("zstd"), &[], &[]), Some("zstd-sys 1.0.0: it links zstd")),
            (package("blake3", None, &["cc"], &[]), Some("blake3 1.0.0: its build script uses cc")),
            (package("blake3", None, &["cc"], &["pure"]), None),
            (package("rayon-core", Some("rayon-core"), &[], &[]), None),
            (package("sha2", None, &["version_check"], &[]), None),
        ] {
            assert_eq!(fault(&package).as_deref(), due);
        }
    }
}
