//! No path of one machine stands in the tree: what works only at the author's desk does not work.

use super::Finding;
use super::tree::Tree;

/// Folders of one machine. Written in halves, so that this file is not its own finding.
const FOLDERS: [&str; 5] = [
    concat!("/ho", "me/"),
    concat!("/ro", "ot/"),
    concat!("/wo", "rk/"),
    concat!("/Us", "ers/"),
    concat!("/tm", "p/"),
];

/// Folders whose files are data, in which a path is what somebody else wrote.
const DATA: [&str; 2] = ["testdata/", "fuzz/corpus/"];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.files() {
        if DATA.iter().any(|folder| file.path.starts_with(folder)) || file.path.contains("/tests/") {
            continue;
        }
        for (number, line) in file.text.lines().enumerate() {
            for folder in FOLDERS.iter().filter(|folder| names_path(line, folder)) {
                let detail = format!("{folder} is a folder of one machine");
                let (path, line) = (file.path.clone(), number + 1);
                findings.push(Finding { rule: "paths", path, line, detail });
            }
        }
    }
    findings
}

/// Whether a path begins with `folder` here; `https://site.example` may well have such a folder.
fn names_path(line: &str, folder: &str) -> bool {
    let begins = |at: usize| !line[..at].ends_with(|c: char| c.is_alphanumeric() || "._-~*/>}$".contains(c));
    line.match_indices(folder).any(|(at, _)| begins(at))
}

#[cfg(test)]
mod tests {
    use super::super::found;

    fn check(path: &str, text: &str, due: usize) {
        assert_eq!(found(super::check, &[(path, text)]).len(), due, "{text}");
    }

    #[test]
    fn refuses_paths_of_one_machine() {
        check("docs/a.md", concat!("see `/ho", "me/me/notes`\n"), 1);
        check("crates/a/src/lib.rs", concat!("const A: &str = \"/wo", "rk/a\";"), 1);
        check(".ci/run", concat!("cp a /tm", "p/b"), 1);
        check("docs/a.md", concat!("https://site.example/ho", "me/ and ~/ho", "me/"), 0);
        check("crates/a/tests/b.rs", concat!("\"/tm", "p/b\""), 0);
        check("testdata/a.txt", concat!("/ro", "ot/kit"), 0);
    }
}
