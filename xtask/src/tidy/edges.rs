//! Invariant A2: which of our crates may depend on which. A new line here is a decision of its own.

use super::Finding;
use crate::metadata::Package;

/// Each package of the workspace with those of ours it may name.
const ALLOWED: [(&str, &[&str]); 8] = [
    ("detente-psi", &[]),
    ("detente-tlog", &[]),
    ("detente-indicators", &[]),
    ("detente-accord", &["detente-indicators", "detente-psi", "detente-tlog"]),
    ("detente-store", &["detente-accord", "detente-psi"]),
    ("detente", &["detente-accord", "detente-indicators", "detente-psi", "detente-store", "detente-tlog"]),
    ("detente-bench", &["detente-indicators"]),
    ("xtask", &[]),
];

/// What pure crates never depend on, whatever for: clocks, randomness, runtimes.
const IMPURE: [&str; 9] =
    ["getrandom", "rand", "jiff", "chrono", "time", "tokio", "futures", "tempfile", "rusqlite"];

/// Checks the declared dependencies, those of tests included.
pub(super) fn check(members: &[Package]) -> Vec<Finding> {
    members.iter().flat_map(check_package).collect()
}

fn check_package(package: &Package) -> Vec<Finding> {
    let Some((_, allowed)) = ALLOWED.iter().find(|(name, _)| *name == package.name) else {
        return vec![finding(package, "is not in the table of allowed edges".into())];
    };
    let used = package.dependencies.union(&package.build_dependencies);
    let refused = |name: &str| {
        let foreign_room = name.starts_with("detente") && !allowed.contains(&name);
        let impure = is_pure(&package.name) && IMPURE.contains(&name);
        foreign_room || impure
    };
    let names = used.filter(|name| refused(name));
    names.map(|name| finding(package, format!("must not depend on {name}"))).collect()
}

fn is_pure(name: &str) -> bool {
    crate::pure::PURE.contains(&name)
}

fn finding(package: &Package, detail: String) -> Finding {
    Finding { rule: "edges", path: package.name.clone(), line: 0, detail }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, dependencies: &[&str], due: &[&str]) {
        let dependencies = dependencies.iter().map(|name| (*name).to_owned()).collect();
        let package = Package { name: name.into(), dependencies, ..Package::default() };
        let found: Vec<String> = super::check(&[package]).into_iter().map(|finding| finding.detail).collect();
        assert_eq!(found, due);
    }

    #[test]
    fn names_each_edge_that_is_not_allowed() {
        check("detente-psi", &["sha2", "rayon"], &[]);
        check("detente-psi", &["detente-tlog"], &["must not depend on detente-tlog"]);
        check("detente-accord", &["detente-psi", "detente-store"], &["must not depend on detente-store"]);
        check("detente-accord", &["getrandom"], &["must not depend on getrandom"]);
        check("detente-store", &["getrandom"], &[]);
        check("detente-web", &[], &["is not in the table of allowed edges"]);
    }
}
