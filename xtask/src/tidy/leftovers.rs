//! Nothing is left for later in the text: a note is an issue, a test that does not run says why.

use super::Finding;
use super::rust::find_word;
use super::tree::{Tree, line_at};

/// Words of unfinished work. Written in halves, so that this file is not its own finding.
const WORDS: [&str; 4] =
    [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X:"), concat!("HA", "CK:")];

/// The same in code.
const CODE: [&str; 3] = ["todo!", "unimplemented!", "#[ignore]"];

/// Endings of the files that people write.
const WRITTEN: [&str; 7] = [".rs", ".md", ".toml", ".sh", ".py", ".yml", "run"];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut add = |path: &str, text: &str, at: usize, word: &str| {
        let (path, line, detail) = (path.to_owned(), line_at(text, at), format!("{word} is left"));
        findings.push(Finding { rule: "leftovers", path, line, detail });
    };
    for file in tree.files().iter().filter(|file| is_written(&file.path)) {
        for word in WORDS {
            find_word(&file.text, word).for_each(|at| add(&file.path, &file.text, at, word));
        }
    }
    for (file, scanned) in tree.rust() {
        for word in CODE {
            find_word(&scanned.code, word).for_each(|at| add(&file.path, &file.text, at, word));
        }
    }
    findings
}

fn is_written(path: &str) -> bool {
    WRITTEN.iter().any(|ending| path.ends_with(ending)) && !path.starts_with("testdata/")
}

#[cfg(test)]
mod tests {
    use super::super::found;

    fn check(path: &str, text: &str, due: usize) {
        assert_eq!(found(super::check, &[(path, text)]).len(), due, "{text}");
    }

    #[test]
    fn refuses_what_is_left_for_later() {
        check("crates/a/src/lib.rs", concat!("// TO", "DO: later\n"), 1);
        check("docs/a.md", concat!("FIX", "ME\n"), 1);
        check("crates/a/src/lib.rs", "fn a() { todo!() }", 1);
        check("crates/a/tests/b.rs", "#[test]\n#[ignore]\nfn a() {}", 1);
        check("crates/a/tests/b.rs", "#[test]\n#[ignore = \"takes minutes\"]\nfn a() {}", 0);
        check("crates/a/src/lib.rs", "// nothing is left; \"#[ignore]\" and todo! in words\n", 0);
        check("testdata/a.md", concat!("TO", "DO"), 0);
    }
}
