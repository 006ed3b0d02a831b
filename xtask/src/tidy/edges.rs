//! Invariant A2: which of our crates may depend on which. A new line here is a decision of its own.

use super::Finding;
use crate::metadata::Package;

/// Each package of the workspace with those of ours it may name.
const ALLOWED: [(&str, &[&str]); 10] = [
    ("detente-psi", &[]),
    ("detente-tlog", &[]),
    ("detente-indicators", &[]),
    ("detente-accord", &["detente-indicators", "detente-psi", "detente-tlog"]),
    ("detente-store", &["detente-accord", "detente-psi", "detente-tlog"]),
    ("detente-link", &["detente-accord"]),
    (
        "detente-node",
        &[
            "detente-accord",
            "detente-indicators",
            "detente-link",
            "detente-psi",
            "detente-store",
            "detente-tlog",
        ],
    ),
    (
        "detente",
        &[
            "detente-accord",
            "detente-indicators",
            "detente-link",
            "detente-node",
            "detente-psi",
            "detente-store",
            "detente-tlog",
        ],
    ),
    (
        "detente-bench",
        &["detente-accord", "detente-indicators", "detente-link", "detente-store", "detente-tlog"],
    ),
    ("xtask", &[]),
];

/// What pure crates never depend on, whatever for: clocks, randomness, runtimes.
const IMPURE: [&str; 9] =
    ["getrandom", "rand", "jiff", "chrono", "time", "tokio", "futures", "tempfile", "rusqlite"];

/// Checks the declared dependencies. Tests may reach down through rooms, but never up.
pub(super) fn check(members: &[Package]) -> Vec<Finding> {
    members.iter().flat_map(check_package).collect()
}

fn check_package(package: &Package) -> Vec<Finding> {
    let Some(allowed) = allowed(&package.name) else {
        return vec![finding(package, "is not in the table of allowed edges".into())];
    };
    let used = package.dependencies.union(&package.build_dependencies);
    let refused = used.filter(|name| {
        let impure = is_pure(&package.name) && IMPURE.contains(&name.as_str());
        impure || is_ours(name) && !allowed.contains(&name.as_str())
    });
    let tests = package.test_dependencies.iter();
    let refused_in_tests = tests.filter(|name| is_ours(name) && !below(allowed).contains(&name.as_str()));
    let edge = refused.map(|name| finding(package, format!("must not depend on {name}")));
    edge.chain(refused_in_tests.map(|name| finding(package, format!("tests must not depend on {name}"))))
        .collect()
}

fn allowed(name: &str) -> Option<&'static [&'static str]> {
    ALLOWED.iter().find(|(package, _)| *package == name).map(|(_, allowed)| *allowed)
}

/// These packages and all below them.
fn below(direct: &[&'static str]) -> Vec<&'static str> {
    let further = direct.iter().flat_map(|name| below(allowed(name).unwrap_or_default()));
    direct.iter().copied().chain(further).collect()
}

fn is_ours(name: &str) -> bool {
    name.starts_with("detente")
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

    #[test]
    fn tests_reach_down_but_not_up() {
        for (name, test_dependency, due) in [
            ("detente-store", "detente-indicators", 0),
            ("detente-accord", "detente-store", 1),
            ("detente-psi", "rand", 0),
        ] {
            let test_dependencies = [test_dependency.to_owned()].into();
            let package = Package { name: name.into(), test_dependencies, ..Package::default() };
            assert_eq!(super::check(&[package]).len(), due, "{name} {test_dependency}");
        }
    }
}
