//! `cargo xtask tidy`: the invariants of ARCHITECTURE.md as code. One file a rule; each rule has a test with
//! a sample that breaks it.

mod channels;
mod crates;
mod edges;
mod leftovers;
mod lengths;
mod paths;
mod purity;
mod rust;
mod secrets;
mod tree;
mod words;

use std::fmt;

use anyhow::Result;

use self::tree::Tree;
use crate::{metadata, shell};

/// A place where the tree breaks a rule.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Finding {
    rule: &'static str,
    path: String,
    /// Counted from 1; 0 for the file as a whole.
    line: usize,
    detail: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}: {}", self.path, self.line, self.rule, self.detail)
    }
}

type Rule = fn(&Tree) -> Vec<Finding>;

/// The rules over the text of the tree; those over the packages are in [`edges`].
const RULES: [Rule; 8] = [
    channels::check,
    crates::check_roots,
    crates::check_unsafe,
    leftovers::check,
    paths::check,
    purity::check,
    secrets::check,
    words::check,
];

/// Checks all rules and prints what breaks them; gives whether nothing does.
pub(crate) fn run() -> Result<bool> {
    let root = shell::root()?;
    let tree = Tree::read(&root)?;
    let mut findings: Vec<Finding> = RULES.iter().flat_map(|rule| rule(&tree)).collect();
    findings.extend(edges::check(&metadata::members()?));
    findings.extend(crates::check_licences(&tree));
    findings.sort();
    for finding in &findings {
        println!("{finding}");
    }
    lengths::print(&tree);
    println!("tidy: {} files, {} findings", tree.files().len(), findings.len());
    Ok(findings.is_empty())
}

/// The findings of a rule over a tree of these files, as `path:line: detail`.
#[cfg(test)]
fn found(rule: Rule, files: &[(&str, &str)]) -> Vec<String> {
    let shown = |finding: Finding| format!("{}:{}: {}", finding.path, finding.line, finding.detail);
    rule(&Tree::of(files)).into_iter().map(shown).collect()
}
