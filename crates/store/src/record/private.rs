//! Files and folders for their owner alone, and files that are replaced as a whole.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use super::Error;

/// Refuses a file or folder that others than its owner can reach.
pub(super) fn refuse_open_mode(path: &Path) -> Result<(), Error> {
    let mode = fs::metadata(path).map_err(|error| Error::io(path, error))?.permissions().mode() & 0o777;
    if mode & 0o077 == 0 { Ok(()) } else { Err(Error::TooOpen { path: path.to_owned(), mode }) }
}

/// Makes a folder and those above it that are missing, 0700 each.
pub(super) fn make_folders(path: &Path) -> Result<(), Error> {
    let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(path);
    made.map_err(|error| Error::io(path, error))
}

/// Makes an empty file, 0600, where there is none.
pub(super) fn make_file(path: &Path) -> Result<File, Error> {
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    file.map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => Error::Exists(path.to_owned()),
        _ => Error::io(path, error),
    })
}

/// Syncs a folder: what was made, renamed and removed in it.
pub(super) fn sync_folder(path: &Path) -> Result<(), Error> {
    File::open(path).and_then(|folder| sync(&folder)).map_err(|error| Error::io(path, error))
}

/// Waits until a file or folder is on disk.
#[cfg(not(feature = "sabotage"))]
pub(super) fn sync(file: &File) -> io::Result<()> {
    file.sync_all()
}

/// The control of `cargo xtask killpoints` and `powercut`: a record that does not wait for the disk must lose.
#[cfg(feature = "sabotage")]
pub(super) fn sync(_: &File) -> io::Result<()> {
    Ok(())
}

/// How SQLite waits for the disk.
#[cfg(not(feature = "sabotage"))]
pub(super) const SYNCHRONOUS: &str = "FULL";
#[cfg(feature = "sabotage")]
pub(super) const SYNCHRONOUS: &str = "OFF";

/// The folder that a file stands in.
pub(super) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Writes the bytes beside the file, synced, under the name that [`put_in_place`] looks for.
pub(super) fn write_beside(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let beside = beside(path);
    let mut options = OpenOptions::new();
    // One that is there was left by a process that died before it renamed it.
    let file = options.write(true).create(true).truncate(true).mode(0o600).open(&beside);
    file.and_then(|mut file| file.write_all(bytes).and_then(|()| sync(&file)))
        .map_err(|error| Error::io(&beside, error))
}

/// Gives what was written beside the file its name. Durable after [`sync_folder`].
pub(super) fn put_in_place(path: &Path) -> Result<(), Error> {
    fs::rename(beside(path), path).map_err(|error| Error::io(path, error))
}

/// Replaces a file as a whole: after this the new bytes are on disk under its name; before, the old ones.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    write_beside(path, bytes)?;
    put_in_place(path)?;
    sync_folder(folder_of(path))
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    name.into()
}
