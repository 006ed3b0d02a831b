//! What every crate has: documentation at its root, `unsafe` forbidden, and the licences beside it.

use super::Finding;
use super::rust::find_word;
use super::tree::{File, Tree, line_at};

const FORBID: &str = "#![forbid(unsafe_code)]";

/// A lint that is forbidden cannot be excepted, and `psi` has the one exception.
const DENY_IN_PSI: (&str, &str) = ("crates/psi/src/lib.rs", "#![deny(unsafe_code)]");

/// The only place where `unsafe` may stand: multiplication in GF(2^128) by the processor's instructions.
const UNSAFE_ALLOWED: &str = "crates/psi/src/field/kernels/";

const LICENCES: [&str; 2] = ["LICENSE-APACHE", "LICENSE-MIT"];

/// Each crate's root begins with its documentation and forbids `unsafe`.
pub(super) fn check_roots(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.files().iter().filter(|file| is_root(&file.path)) {
        if !file.text.starts_with("//! ") {
            findings.push(finding(file, 1, "a crate begins with what it does, and what it does not"));
        }
        let guard = if file.path == DENY_IN_PSI.0 { DENY_IN_PSI.1 } else { FORBID };
        if !file.text.lines().any(|line| line == guard) {
            findings.push(finding(file, 1, &format!("a crate's root says {guard}")));
        }
    }
    findings
}

/// `unsafe` stands nowhere but in the kernels of `psi`.
pub(super) fn check_unsafe(tree: &Tree) -> Vec<Finding> {
    let elsewhere = tree.rust().filter(|(file, _)| !file.path.starts_with(UNSAFE_ALLOWED));
    elsewhere
        .flat_map(|(file, scanned)| {
            let places = find_word(&scanned.code, "unsafe");
            places.map(move |at| {
                finding(file, line_at(&file.text, at), "unsafe code outside the kernels of psi")
            })
        })
        .collect()
}

/// Both licences stand at the root.
pub(super) fn check_licences(tree: &Tree) -> Vec<Finding> {
    let missing = LICENCES.iter().filter(|name| tree.file(name).is_none_or(|file| file.text.len() < 500));
    missing
        .map(|name| Finding { rule: "crates", path: (*name).into(), line: 0, detail: "is not there".into() })
        .collect()
}

fn is_root(path: &str) -> bool {
    let inside = path.starts_with("crates/") && path.matches('/').count() == 3;
    let ours = inside || path.matches('/').count() == 2 && !path.starts_with("crates/");
    ours && (path.ends_with("/src/lib.rs") || path.ends_with("/src/main.rs"))
}

fn finding(file: &File, line: usize, detail: &str) -> Finding {
    Finding { rule: "crates", path: file.path.clone(), line, detail: detail.into() }
}

#[cfg(test)]
mod tests {
    use super::super::found;
    use super::DENY_IN_PSI;

    #[test]
    fn refuses_a_root_without_documentation_or_guard() {
        let good = ("crates/a/src/lib.rs", "//! Does this.\n\n#![forbid(unsafe_code)]\n");
        assert!(found(super::check_roots, &[good]).is_empty());
        let bare = ("crates/a/src/main.rs", "fn main() {}\n");
        assert_eq!(found(super::check_roots, &[bare]).len(), 2);
        let commented = ("xtask/src/main.rs", "//! Does this.\n// #![forbid(unsafe_code)]\n");
        assert_eq!(found(super::check_roots, &[commented]).len(), 1);
        assert!(found(super::check_roots, &[("crates/a/src/b.rs", "")]).is_empty());
        let psi = |guard| format!("//! Does this.\n\n{guard}\n");
        assert!(found(super::check_roots, &[(DENY_IN_PSI.0, &psi(DENY_IN_PSI.1))]).is_empty());
        assert_eq!(found(super::check_roots, &[("crates/a/src/lib.rs", &psi(DENY_IN_PSI.1))]).len(), 1);
    }

    #[test]
    fn refuses_unsafe_outside_the_kernels() {
        let text = "/// unsafe in words\nfn a() { unsafe { b() } }\n";
        let due = ["crates/store/src/a.rs:2: unsafe code outside the kernels of psi"];
        assert_eq!(found(super::check_unsafe, &[("crates/store/src/a.rs", text)]), due);
        assert!(found(super::check_unsafe, &[("crates/psi/src/field/kernels/x86.rs", text)]).is_empty());
        assert!(found(super::check_unsafe, &[("crates/a/src/lib.rs", "#![forbid(unsafe_code)]")]).is_empty());
    }

    #[test]
    fn refuses_a_tree_without_licences() {
        let text = "text ".repeat(200);
        assert_eq!(
            found(super::check_licences, &[("LICENSE-MIT", &text)]),
            ["LICENSE-APACHE:0: is not there"]
        );
        assert!(
            found(super::check_licences, &[("LICENSE-MIT", &text), ("LICENSE-APACHE", &text)]).is_empty()
        );
    }
}
