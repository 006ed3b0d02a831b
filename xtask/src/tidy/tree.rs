//! The text files of the tree, as git knows them.

use std::path::Path;

use anyhow::Result;

use super::rust::{self, Scanned};
use crate::shell;

/// One text file.
pub(super) struct File {
    /// From the root, with forward slashes.
    pub(super) path: String,
    pub(super) text: String,
    /// For Rust: the text by what it is.
    scanned: Option<Scanned>,
}

/// All text files that are tracked, or new and not set aside by `.gitignore`.
pub(super) struct Tree {
    files: Vec<File>,
}

impl Tree {
    pub(super) fn read(root: &Path) -> Result<Tree> {
        let arguments = ["ls-files", "--cached", "--others", "--exclude-standard", "-z"];
        let listed = shell::output(&mut shell::program("git", &arguments)?)?;
        let mut paths: Vec<&str> = listed.split_terminator('\0').collect();
        paths.sort_unstable();
        paths.dedup();
        // What is deleted but not yet committed, and what is no text, has nothing to say here.
        let read = |path: &&str| Some((path.to_string(), std::fs::read_to_string(root.join(path)).ok()?));
        Ok(Tree::new(paths.iter().filter_map(read)))
    }

    #[cfg(test)]
    pub(super) fn of(files: &[(&str, &str)]) -> Tree {
        Tree::new(files.iter().map(|(path, text)| (path.to_string(), text.to_string())))
    }

    fn new(files: impl Iterator<Item = (String, String)>) -> Tree {
        let mut files: Vec<File> = files.map(|(path, text)| File::new(path, text)).collect();
        let test_modules: Vec<String> = files.iter().flat_map(File::test_modules).collect();
        for file in &mut files {
            if test_modules.contains(&file.path) {
                file.scanned = file.scanned.take().map(Scanned::into_test);
            }
        }
        Tree { files }
    }

    pub(super) fn files(&self) -> &[File] {
        &self.files
    }

    pub(super) fn file(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }

    /// The Rust files of `crates/`, `xtask/` and `benches/`.
    pub(super) fn rust(&self) -> impl Iterator<Item = (&File, &Scanned)> {
        self.files.iter().filter_map(|file| file.scanned.as_ref().map(|scanned| (file, scanned)))
    }

    /// The Rust files below `folder` that are part of the product: no tests beside it, no test modules.
    pub(super) fn product<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = (&'a File, &'a Scanned)> {
        self.rust().filter(move |(file, _)| {
            file.path.strip_prefix(folder).is_some_and(|rest| rest.starts_with("/src/"))
        })
    }
}

impl File {
    fn new(path: String, text: String) -> File {
        let scanned = path.ends_with(".rs").then(|| rust::scan(&text));
        File { path, text, scanned }
    }

    /// The files of modules that exist in tests only: `#[cfg(test)] mod vectors;`.
    fn test_modules(&self) -> Vec<String> {
        let Some(scanned) = &self.scanned else { return Vec::new() };
        let folder = self.path.strip_suffix(".rs").unwrap_or(&self.path);
        let folder =
            ["/lib", "/main", "/mod"].iter().find_map(|root| folder.strip_suffix(root)).unwrap_or(folder);
        let paths = |name: &String| [format!("{folder}/{name}.rs"), format!("{folder}/{name}/mod.rs")];
        scanned.test_modules.iter().flat_map(paths).collect()
    }
}

/// The number, from 1, of the line that the byte at `offset` stands in.
pub(super) fn line_at(text: &str, offset: usize) -> usize {
    text.as_bytes()[..offset.min(text.len())].iter().filter(|byte| **byte == b'\n').count() + 1
}
