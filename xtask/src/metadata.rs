//! What `cargo metadata` says about the packages and the edges between them.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::shell;

/// A package as far as the rules look at it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) version: String,
    /// The native library it claims (`links`).
    pub(crate) links: Option<String>,
    /// The names of what its build script depends on.
    pub(crate) build_dependencies: BTreeSet<String>,
    /// The names of what it depends on.
    pub(crate) dependencies: BTreeSet<String>,
    /// The names of what its tests depend on besides.
    pub(crate) test_dependencies: BTreeSet<String>,
    /// The features it is built with; empty where the graph was not asked for.
    pub(crate) features: BTreeSet<String>,
}

/// The packages of the workspace with their declared dependencies. Needs no network.
pub(crate) fn members() -> Result<Vec<Package>> {
    let arguments = ["metadata", "--format-version", "1", "--no-deps", "--offline"];
    let metadata = json(&arguments)?;
    list(&metadata["packages"]).iter().map(package).collect()
}

/// All packages that `roots` are built from on this machine, tests and build scripts left out.
pub(crate) fn graph(roots: &[&str]) -> Result<Vec<Package>> {
    let host = host()?;
    let metadata = json(&["metadata", "--format-version", "1", "--filter-platform", &host])?;
    let mut packages = BTreeMap::new();
    for value in list(&metadata["packages"]) {
        packages.insert(text(value, "id")?, package(value)?);
    }
    let mut edges: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for node in list(&metadata["resolve"]["nodes"]) {
        let id = text(node, "id")?;
        let used = list(&node["deps"]).iter().filter(|dep| is_normal(dep));
        edges.insert(id.clone(), used.map(|dep| text(dep, "pkg")).collect::<Result<_>>()?);
        if let Some(package) = packages.get_mut(&id) {
            package.features = strings(&node["features"]);
        }
    }
    let mut reached: BTreeSet<String> = BTreeSet::new();
    let mut ahead: Vec<String> = packages
        .iter()
        .filter(|(_, package)| roots.contains(&package.name.as_str()))
        .map(|(id, _)| id.clone())
        .collect();
    while let Some(id) = ahead.pop() {
        if reached.insert(id.clone()) {
            ahead.extend(edges.get(&id).into_iter().flatten().cloned());
        }
    }
    Ok(reached.iter().filter_map(|id| packages.get(id).cloned()).collect())
}

/// The triple of this machine.
pub(crate) fn host() -> Result<String> {
    let told = shell::output(&mut shell::program("rustc", &["-vV"])?)?;
    let line = told.lines().find_map(|line| line.strip_prefix("host: "));
    line.map(str::to_owned).context("rustc does not name its host")
}

pub(crate) fn json(arguments: &[&str]) -> Result<Value> {
    let told = shell::output(&mut shell::cargo(arguments)?)?;
    serde_json::from_str(&told).context("cargo metadata is not JSON")
}

fn package(value: &Value) -> Result<Package> {
    let named = |wanted: fn(&str) -> bool| {
        let dependencies = list(&value["dependencies"]).iter();
        let chosen = dependencies.filter(|dep| wanted(dep["kind"].as_str().unwrap_or("normal")));
        chosen.map(|dep| text(dep, "name")).collect::<Result<BTreeSet<String>>>()
    };
    Ok(Package {
        name: text(value, "name")?,
        version: text(value, "version")?,
        links: value["links"].as_str().map(str::to_owned),
        build_dependencies: named(|kind| kind == "build")?,
        dependencies: named(|kind| kind == "normal")?,
        test_dependencies: named(|kind| kind == "dev")?,
        features: BTreeSet::new(),
    })
}

/// Whether an edge of the graph is a normal dependency.
fn is_normal(dep: &Value) -> bool {
    list(&dep["dep_kinds"]).iter().any(|kind| kind["kind"].is_null())
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn strings(value: &Value) -> BTreeSet<String> {
    list(value).iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn text(value: &Value, key: &str) -> Result<String> {
    value[key].as_str().map(str::to_owned).with_context(|| format!("no {key} in cargo metadata"))
}
