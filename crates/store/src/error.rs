//! What can go wrong with a home: the world failed, not a peer.

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::{ErrorCode, ffi};

/// Errors of a home. Texts name the path; [`Error::hint`] says what to do next.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no home at this path.
    #[error("there is no home at {}", .0.display())]
    Missing(PathBuf),
    /// A home, or something else, is already there.
    #[error("{} already holds something", .0.display())]
    Exists(PathBuf),
    /// Another process writes to this home.
    #[error("another détente process{} is using the home at {}", pid_in_words(.pid), .path.display())]
    Locked {
        /// The home.
        path: PathBuf,
        /// Its process id, where it could be read.
        pid: Option<u32>,
    },
    /// Others than the owner can read a key.
    #[error("{} can be read by others (mode {mode:o})", .path.display())]
    TooOpen {
        /// The file or folder.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The database was written by a later version.
    #[error("the home was written by a later version of détente (schema {found}, this one knows {known})")]
    NewerSchema {
        /// The schema found.
        found: i64,
        /// The newest that is known.
        known: i64,
    },
    /// The database was written by an earlier version, and is brought to this one when it is opened for writing.
    #[error("the home at {} was written by an earlier version of détente, and can't be brought to this one now", .0.display())]
    OlderSchema(PathBuf),
    /// The folder is not a home, or its database is damaged.
    #[error("the home at {} is damaged: {detail}", .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What was found.
        detail: String,
    },
    /// The disk or quota is full. Nothing of the act was stored.
    #[error("the disk is full: nothing was stored in {}", .0.display())]
    DiskFull(PathBuf),
    /// The home cannot be written.
    #[error("the home at {} cannot be written", .0.display())]
    ReadOnly(PathBuf),
    /// A file failed.
    #[error("{}: {source}", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// SQLite failed in another way.
    #[error("the database of the home failed: {0}")]
    Database(rusqlite::Error),
    /// A key file does not hold a key.
    #[error("{} does not hold a key of this home", .0.display())]
    BadKeyFile(PathBuf),
    /// The bytes are not an exported home.
    #[error("this is not an exported home")]
    NotAnExport,
    /// The home is larger than a snapshot may be.
    #[error("the home is larger than a snapshot may be ({} MiB)", crate::SNAPSHOT_BYTES_MAX >> 20)]
    TooLarge,
    /// Wrong passphrase, or the export was changed.
    #[error("the passphrase does not open this export, or the export was changed")]
    NotOpened,
}

impl Error {
    /// What to do next.
    pub fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Error::Missing(_) => "make one with `detente init NAME`, or name it with --home or DETENTE_HOME",
            Error::Exists(_) => "choose another place with --home; an existing home is never overwritten",
            Error::Locked { .. } => "wait until it has finished, then try again",
            Error::TooOpen { .. } => {
                "chmod 600 the key files and 700 the folder, then think about who may have read them"
            }
            Error::NewerSchema { .. } => "use the version that wrote it, or a later one",
            Error::OlderSchema(_) => "end whatever has the home open, then run any command that writes",
            Error::Damaged { .. } | Error::BadKeyFile(_) => {
                "restore the home from an export: detente home import FILE"
            }
            Error::DiskFull(_) => "make room, then run the same command again",
            Error::ReadOnly(_) => {
                "check the permissions of the folder and whether its disk is mounted read-only"
            }
            Error::NotAnExport => "an export is made by `detente home export --to FILE`",
            Error::TooLarge => "copy each record by itself: detente record backup FOLDER",
            _ => return None,
        })
    }

    /// An I/O error at a path, by its kind.
    pub(crate) fn io(path: &Path, source: io::Error) -> Error {
        let path = path.to_owned();
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Error::DiskFull(path),
            io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => Error::ReadOnly(path),
            _ => Error::Io { path, source },
        }
    }

    /// A database error in the home at a path, by its kind.
    pub(crate) fn database(path: &Path, error: rusqlite::Error) -> Error {
        let path = path.to_owned();
        match DatabaseFault::of(&error) {
            DatabaseFault::Full => Error::DiskFull(path),
            DatabaseFault::ReadOnly => Error::ReadOnly(path),
            DatabaseFault::Busy => Error::Locked { path, pid: None },
            DatabaseFault::Damaged => Error::Damaged { path, detail: error.to_string() },
            DatabaseFault::Other => Error::Database(error),
        }
    }
}

/// What an error of SQLite means for whoever holds the file.
pub(crate) enum DatabaseFault {
    Full,
    ReadOnly,
    Busy,
    Damaged,
    Other,
}

impl DatabaseFault {
    pub(crate) fn of(error: &rusqlite::Error) -> DatabaseFault {
        // SQLite says so where its shared index cannot grow: the disk is full.
        let no_room = error.sqlite_error().is_some_and(|e| e.extended_code == ffi::SQLITE_IOERR_SHMSIZE);
        match error.sqlite_error_code() {
            _ if no_room => DatabaseFault::Full,
            Some(ErrorCode::DiskFull) => DatabaseFault::Full,
            Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
                DatabaseFault::ReadOnly
            }
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => DatabaseFault::Busy,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => DatabaseFault::Damaged,
            _ => DatabaseFault::Other,
        }
    }
}

pub(crate) fn pid_in_words(pid: &Option<u32>) -> String {
    pid.map_or_else(String::new, |pid| format!(" (pid {pid})"))
}
