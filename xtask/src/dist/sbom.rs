//! The bill of materials, CycloneDX 1.5: every package that the binary is built from, with its version, licence and
//! checksum as the lock file has it.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use crate::{metadata, shell};

/// The document.
pub(super) fn of(version: &str) -> Result<String> {
    let checksums = checksums(&fs::read_to_string(shell::root()?.join("Cargo.lock"))?);
    let licences = licences()?;
    let mut packages = metadata::graph(&["detente"])?;
    packages.sort_by(|a, b| (&a.name, &a.version).cmp(&(&b.name, &b.version)));
    let components: Vec<Value> = packages
        .iter()
        .filter(|package| package.name != "detente")
        .map(|package| {
            let key = (package.name.clone(), package.version.clone());
            component(&package.name, &package.version, licences.get(&key), checksums.get(&key))
        })
        .collect();
    let document = json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": { "component": {
            "type": "application", "name": "detente", "version": version, "bom-ref": purl("detente", version),
        } },
        "components": components,
    });
    Ok(serde_json::to_string_pretty(&document)? + "\n")
}

fn component(name: &str, version: &str, licence: Option<&String>, checksum: Option<&String>) -> Value {
    let mut component = json!({
        "type": "library",
        "name": name,
        "version": version,
        "purl": purl(name, version),
        "bom-ref": purl(name, version),
    });
    if let Some(licence) = licence {
        component["licenses"] = json!([{ "expression": licence }]);
    }
    // Our own crates have none: they come from this tree.
    if let Some(checksum) = checksum {
        component["hashes"] = json!([{ "alg": "SHA-256", "content": checksum }]);
    }
    component
}

fn purl(name: &str, version: &str) -> String {
    format!("pkg:cargo/{name}@{version}")
}

/// Licence expressions by name and version.
fn licences() -> Result<BTreeMap<(String, String), String>> {
    let metadata = metadata::json(&["metadata", "--format-version", "1"])?;
    let packages = metadata["packages"].as_array().context("cargo metadata names no packages")?;
    let text = |package: &Value, field: &str| package[field].as_str().map(str::to_owned);
    Ok(packages
        .iter()
        .filter_map(|package| {
            let licence = text(package, "license")?.replace('/', " OR ");
            Some(((text(package, "name")?, text(package, "version")?), licence))
        })
        .collect())
}

/// Checksums of the lock file by name and version.
fn checksums(lock: &str) -> BTreeMap<(String, String), String> {
    let field = |block: &str, name: &str| {
        let line = block.lines().find_map(|line| line.strip_prefix(&format!("{name} = \"")))?;
        line.strip_suffix('"').map(str::to_owned)
    };
    let blocks = lock.split("[[package]]").skip(1);
    blocks
        .filter_map(|block| {
            Some(((field(block, "name")?, field(block, "version")?), field(block, "checksum")?))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lock_file_gives_checksums_of_what_has_one() {
        let lock = "version = 4\n\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nchecksum = \"ab12\"\n\n\
                    [[package]]\nname = \"ours\"\nversion = \"0.1.0\"\ndependencies = [\n \"a\",\n]\n";
        let due = BTreeMap::from([(("a".to_owned(), "1.0.0".to_owned()), "ab12".to_owned())]);
        assert_eq!(checksums(lock), due);
    }
}
