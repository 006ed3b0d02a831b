//! Rules of an accord as a file that people edit: the same JSON as on the wire, in lines.

use std::path::Path;

use detente_accord::record::{Rules, RulesFile};

use crate::exit::Failure;
use crate::{files, shown};

/// Reads a rules file, however its JSON is laid out.
pub(crate) fn read(path: &Path) -> Result<RulesFile, Failure> {
    let bytes = files::read(path)?;
    let refused = |error: serde_json::Error| {
        Failure::usage(format!("{} is not JSON: {error}", path.display()))
            .hint("detente accord rules -o rules.json writes one to begin with")
    };
    let value: serde_json::Value = serde_json::from_slice(&bytes).map_err(refused)?;
    let canonical = serde_json::to_vec(&value).map_err(refused)?;
    RulesFile::decode(&canonical).map_err(shown::about(path))
}

/// In lines, for an editor.
pub(crate) fn pretty(title: &str, rules: &Rules) -> Result<Vec<u8>, Failure> {
    let file = RulesFile { rev: 1, title: title.to_owned(), rules: rules.clone() };
    let failed = |error: serde_json::Error| Failure::usage(error.to_string());
    let value: serde_json::Value = serde_json::from_slice(&file.encode()).map_err(failed)?;
    let mut bytes = serde_json::to_vec_pretty(&value).map_err(failed)?;
    bytes.push(b'\n');
    Ok(bytes)
}
