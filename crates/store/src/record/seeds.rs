//! Seeds of signing keys as files: one line each, 0600, in a folder of 0700.

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use detente_accord::b64;
use zeroize::Zeroizing;

use super::{Error, private};

/// Keeps a seed in `folder`, which is made where it is missing, under a name such as `log-0`. Synced.
///
/// # Errors
/// [`Error::Exists`]: a key is never replaced; [`Error::TooOpen`]; as of any write.
pub fn write_seed(folder: &Path, name: &str, seed: &[u8; 32]) -> Result<(), Error> {
    private::make_folders(folder)?;
    private::refuse_open_mode(folder)?;
    let path = file(folder, name);
    let line = Zeroizing::new(format!("{TAG} {name} {}\n", b64::encode(seed)));
    let mut file = private::make_file(&path)?;
    let written = file.write_all(line.as_bytes()).and_then(|()| private::sync(&file));
    if let Err(error) = written {
        // Half a key would be taken for a key that is there.
        let _ = fs::remove_file(&path);
        return Err(Error::io(&path, error));
    }
    private::sync_folder(folder)
}

/// Reads a seed; `None` if there is no such file.
///
/// # Errors
/// [`Error::TooOpen`]; [`Error::Damaged`] if it does not hold a key of this name.
pub fn read_seed(folder: &Path, name: &str) -> Result<Option<Zeroizing<[u8; 32]>>, Error> {
    let path = file(folder, name);
    if !path.exists() {
        return Ok(None);
    }
    private::refuse_open_mode(folder)?;
    private::refuse_open_mode(&path)?;
    let mut line = Zeroizing::new(String::new());
    File::open(&path)
        .and_then(|file| file.take(FILE_BYTES_MAX).read_to_string(&mut line))
        .map_err(|error| Error::io(&path, error))?;
    let seed = line.strip_suffix('\n').and_then(|line| line.strip_prefix(&format!("{TAG} {name} ")));
    let damaged =
        || Error::Damaged { path: path.clone(), detail: "it does not hold a key of this name".into() };
    seed.and_then(b64::decode).map(|seed| Some(Zeroizing::new(seed))).ok_or_else(damaged)
}

fn file(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}.key"))
}

const TAG: &str = "detente-key-v1";
/// A key file is a short line; more is not a key file.
const FILE_BYTES_MAX: u64 = 256;
