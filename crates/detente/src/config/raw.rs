//! What was said about each key, and where: flag before environment before file before default.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Wrong;
use super::keys::{KEYS, Key, key, meant};

/// Largest file that is read: a thousand times what every key with its comment takes.
pub(crate) const FILE_BYTES_MAX: u64 = 1 << 20;

/// Where a value was said.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Origin {
    /// Nowhere.
    Default,
    /// In this line of the file, from 1.
    File {
        /// The file.
        path: PathBuf,
        /// The line.
        line: usize,
    },
    /// In this variable of the environment.
    Environment(String),
    /// In this flag.
    Flag(String),
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Origin::Default => f.write_str("default"),
            Origin::File { path, line } => write!(f, "{}:{line}", path.display()),
            Origin::Environment(name) => f.write_str(name),
            Origin::Flag(name) => f.write_str(name),
        }
    }
}

/// A value as text; of a list, its parts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Said {
    pub(crate) parts: Vec<String>,
    pub(crate) origin: Origin,
}

/// What was said about every key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct RawConfig(BTreeMap<&'static str, Said>);

impl RawConfig {
    /// Nothing was said.
    pub(crate) fn defaults() -> RawConfig {
        let said = |key: &Key| Said { parts: parts(key.default, key.is_list), origin: Origin::Default };
        RawConfig(KEYS.iter().map(|key| (key.name, said(key))).collect())
    }

    /// Takes the values of a file.
    ///
    /// # Errors
    /// What is not TOML, a key that there is not, a value of a kind that no key has; with the line.
    pub(crate) fn read(&mut self, path: &Path, text: &str) -> Result<(), Wrong> {
        let line = |at: usize| 1 + text.bytes().take(at).filter(|byte| *byte == b'\n').count();
        let at = |at: usize| Origin::File { path: path.to_owned(), line: line(at) };
        let table = DeTable::parse(text).map_err(|error| {
            let origin = at(error.span().map_or(0, |span| span.start));
            Wrong { origin, why: format!("this is not TOML: {}", error.message()), hint: None }
        })?;
        for (name, value) in table.get_ref() {
            let origin = at(name.span().start);
            let key = known(name.get_ref(), &origin)?;
            let parts = texts(key, value, &origin)?;
            self.0.insert(key.name, Said { parts, origin });
        }
        Ok(())
    }

    /// Takes the values of the environment.
    pub(crate) fn environment(&mut self, variable: impl Fn(&str) -> Option<String>) {
        for key in &KEYS {
            let name = key.variable();
            if let Some(value) = variable(&name) {
                let parts = parts(&value, key.is_list);
                self.0.insert(key.name, Said { parts, origin: Origin::Environment(name) });
            }
        }
    }

    /// Takes the values of a flag, if it was given.
    pub(crate) fn flag(&mut self, name: &'static str, values: impl IntoIterator<Item = String>) {
        let parts: Vec<String> = values.into_iter().collect();
        if !parts.is_empty() {
            self.0.insert(name, Said { parts, origin: Origin::Flag(format!("--{name}")) });
        }
    }

    /// What was said about a key.
    pub(crate) fn said(&self, name: &str) -> Said {
        self.0.get(name).cloned().unwrap_or(Said { parts: Vec::new(), origin: Origin::Default })
    }

    /// All keys, in their order, with what was said.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&'static Key, Said)> + '_ {
        KEYS.iter().map(|key| (key, self.said(key.name)))
    }
}

fn known(name: &str, origin: &Origin) -> Result<&'static Key, Wrong> {
    key(name).ok_or_else(|| Wrong {
        origin: origin.clone(),
        why: format!("there is no key {name:?}"),
        hint: Some(match meant(name) {
            Some(meant) => format!("did you mean {meant}?"),
            None => "detente config show lists the keys".to_owned(),
        }),
    })
}

/// A value of the file as text.
fn texts(key: &Key, value: &Spanned<DeValue<'_>>, origin: &Origin) -> Result<Vec<String>, Wrong> {
    let wrong = |why: String| Wrong { origin: origin.clone(), why, hint: None };
    let one = |value: &DeValue<'_>| match value {
        DeValue::String(text) => Ok(text.to_string()),
        DeValue::Integer(number) => Ok(number.to_string()),
        other => Err(wrong(format!("{} is a text or a number, not a {}", key.name, other.type_str()))),
    };
    match value.get_ref() {
        DeValue::Array(parts) if key.is_list => parts.iter().map(|part| one(part.get_ref())).collect(),
        DeValue::Array(_) => Err(wrong(format!("{} is one value, not a list", key.name))),
        value => Ok(vec![one(value)?].into_iter().filter(|text| !text.is_empty()).collect()),
    }
}

/// A value of the environment, where commas part a list.
fn parts(value: &str, is_list: bool) -> Vec<String> {
    let parts: Vec<&str> = if is_list { value.split(',').collect() } else { vec![value] };
    parts.into_iter().map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
}
