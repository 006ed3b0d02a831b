//! Where the configuration is looked for.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::{FILE_BYTES_MAX, RawConfig};
use crate::exit::{Exit, Failure};

/// The file: the flag or `DETENTE_CONFIG`; else that of the service manager's folder, else of the user's, where it is.
pub(crate) fn place(flag: Option<&Path>) -> Option<PathBuf> {
    if let Some(path) = flag {
        return Some(path.to_owned());
    }
    let variable = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let service = variable("CONFIGURATION_DIRECTORY").map(|folder| folder.join("detente.toml"));
    let folder = variable("XDG_CONFIG_HOME").or_else(|| variable("HOME").map(|home| home.join(".config")));
    let user = folder.map(|folder| folder.join("detente/detente.toml"));
    [service, user].into_iter().flatten().find(|path| path.is_file())
}

/// File and environment, in this order.
///
/// # Errors
/// A file that cannot be read; what is wrong in it.
pub(crate) fn sources(file: Option<&Path>) -> Result<RawConfig, Failure> {
    let mut raw = RawConfig::defaults();
    if let Some(path) = file {
        let text = read(path).map_err(|error| {
            Failure::new(Exit::Configuration, format!("cannot read {}: {error}", path.display()))
        })?;
        raw.read(path, &text)?;
    }
    raw.environment(|name| std::env::var(name).ok());
    Ok(raw)
}

fn read(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    File::open(path)?.take(FILE_BYTES_MAX + 1).read_to_string(&mut text)?;
    match text.len() as u64 > FILE_BYTES_MAX {
        true => Err(io::Error::new(io::ErrorKind::FileTooLarge, "it is larger than any configuration")),
        false => Ok(text),
    }
}
