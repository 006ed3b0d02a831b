//! What can go wrong with the disk of a record.

use std::io;
use std::path::{Path, PathBuf};

use detente_tlog::{KeyName, Rejection};

use super::Refusal;
use super::limits::LOGS_MAX;
use crate::error::{DatabaseFault, pid_in_words};
use crate::lock::LockFault;

/// Errors of a record. Texts name path or log; [`Error::hint`] says what to do next.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no record at this path.
    #[error("there is no record at {}", .0.display())]
    Missing(PathBuf),
    /// A record, or something else, is already there.
    #[error("{} already holds something", .0.display())]
    Exists(PathBuf),
    /// Another process holds the lock.
    #[error("another détente process{} is using {}", pid_in_words(.pid), .path.display())]
    Locked {
        /// What is locked.
        path: PathBuf,
        /// Its process id, where it could be read.
        pid: Option<u32>,
    },
    /// It was opened for reading only.
    #[error("the record at {} was opened for reading", .0.display())]
    OpenedForReading(PathBuf),
    /// Others than the owner can reach it.
    #[error("{} can be read by others (mode {mode:o})", .path.display())]
    TooOpen {
        /// The file or folder.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The database was written by a later version.
    #[error("{} was written by a later version of détente (schema {found}, this one knows {known})", .path.display())]
    NewerSchema {
        /// The database.
        path: PathBuf,
        /// The schema found.
        found: i64,
        /// The newest that is known.
        known: i64,
    },
    /// The database was written by an earlier version, and is brought to this one when it is opened for writing.
    #[error("{} was written by an earlier version of détente, and can't be brought to this one now", .0.display())]
    OlderSchema(PathBuf),
    /// A file is not what it should be.
    #[error("{} is damaged: {detail}", .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What was found.
        detail: String,
    },
    /// Two copies of a log differ: nothing may be signed over it.
    #[error("{origin}: {what} at {place} differ from what the leaves say")]
    Differs {
        /// The log.
        origin: KeyName,
        /// Which copy.
        what: &'static str,
        /// Which leaf, or which size of the tree.
        place: u64,
    },
    /// The log is not known here.
    #[error("{0}: there is no such log in this record")]
    UnknownLog(KeyName),
    /// More logs than a record may have.
    #[error("the record has {LOGS_MAX} logs and takes no more")]
    TooManyLogs,
    /// Leaves that do not begin where the log ends.
    #[error("{origin}: leaves from {first} do not follow a log of {size}")]
    Gap {
        /// The log.
        origin: KeyName,
        /// How many leaves it has.
        size: u64,
        /// Where the new ones begin.
        first: u64,
    },
    /// A leaf over the limit of 16 KiB.
    #[error("{origin}: leaf {seq} has {bytes} bytes, more than {}", detente_tlog::ENTRY_BYTES_MAX)]
    LeafTooLarge {
        /// The log.
        origin: KeyName,
        /// Which leaf.
        seq: u64,
        /// Its length.
        bytes: usize,
    },
    /// Leaves that lead to another root than the note says that came with them. Nothing was stored.
    #[error("{origin}: the leaves do not lead to the root of the note at {size}")]
    OtherRoot {
        /// The log.
        origin: KeyName,
        /// The size at which the roots differ.
        size: u64,
    },
    /// A file over its limit.
    #[error("{name} has {bytes} bytes, more than {bytes_max}")]
    TooLarge {
        /// What it is.
        name: &'static str,
        /// Its length.
        bytes: usize,
        /// The limit.
        bytes_max: usize,
    },
    /// A public file whose name stands for other bytes already.
    #[error("{kind} {name} is there already, with other bytes")]
    OtherBytes {
        /// Kind of the file.
        kind: String,
        /// Name of the file.
        name: String,
    },
    /// A note, a proof or a size was unacceptable.
    #[error("{0}")]
    Rejected(#[from] Rejection),
    /// The signer does not sign this.
    #[error("{0}")]
    Refused(Refusal),
    /// Another process reads what was to be erased: it is gone, and traces of it may be left.
    #[error("another process reads {}: traces of what was deleted may be left", .0.display())]
    ReaderInTheWay(PathBuf),
    /// An earlier write failed in a way that leaves open what is on disk. Only a restart finds out.
    #[error("an earlier write to {} failed: nothing more is written before a restart", .0.display())]
    Poisoned(PathBuf),
    /// The disk or quota is full. Nothing of the act was stored.
    #[error("the disk is full: nothing was stored in {}", .0.display())]
    DiskFull(PathBuf),
    /// It cannot be written.
    #[error("{} cannot be written", .0.display())]
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
    #[error("the database {} failed: {source}", .path.display())]
    Database {
        /// The database.
        path: PathBuf,
        /// Why.
        source: rusqlite::Error,
    },
}

impl Error {
    /// The stable name, for tests, logs and exit codes.
    pub fn name(&self) -> &'static str {
        match self {
            Error::Missing(_) => "missing",
            Error::Exists(_) => "exists",
            Error::Locked { .. } => "locked",
            Error::OpenedForReading(_) => "opened-for-reading",
            Error::TooOpen { .. } => "too-open",
            Error::NewerSchema { .. } => "newer-schema",
            Error::OlderSchema(_) => "older-schema",
            Error::Damaged { .. } => "damaged",
            Error::Differs { .. } => "differs",
            Error::UnknownLog(_) => "unknown-log",
            Error::TooManyLogs => "too-many-logs",
            Error::Gap { .. } => "gap",
            Error::LeafTooLarge { .. } => "leaf-too-large",
            Error::OtherRoot { .. } => "other-root",
            Error::TooLarge { .. } => "too-large",
            Error::OtherBytes { .. } => "other-bytes",
            Error::Rejected(rejection) => rejection.name(),
            Error::Refused(refusal) => refusal.name(),
            Error::ReaderInTheWay(_) => "reader-in-the-way",
            Error::Poisoned(_) => "poisoned",
            Error::DiskFull(_) => "disk-full",
            Error::ReadOnly(_) => "read-only",
            Error::Io { .. } => "io",
            Error::Database { .. } => "database",
        }
    }

    /// Whether going on could fork the log: the process writes and signs nothing more.
    pub fn is_fatal(&self) -> bool {
        matches!(
            self,
            Error::Damaged { .. }
                | Error::Differs { .. }
                | Error::Poisoned(_)
                | Error::Io { .. }
                | Error::Database { .. }
        )
    }

    /// What to do next.
    pub fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Error::ReaderInTheWay(_) => "end the other process, then erase again",
            Error::Refused(Refusal::Recovering(_)) => "ask every peer for the largest head that it holds",
            Error::Refused(refusal) if refusal.is_alarm() => "sign nothing more; people have to look at this",
            Error::Locked { .. } => "wait until it has finished, then try again",
            Error::TooOpen { .. } => {
                "chmod 600 the files and 700 the folder, then think about who may have read them"
            }
            Error::NewerSchema { .. } => "use the version that wrote it, or a later one",
            Error::OlderSchema(_) => "end whatever has the home open, then run any command that writes",
            Error::Damaged { .. } | Error::Differs { .. } => {
                "sign nothing; check the whole record, then rebuild the log from a mirror"
            }
            Error::Poisoned(_) | Error::Io { .. } => {
                "end the process and check the disk; it checks the record at its next start"
            }
            Error::DiskFull(_) => "make room, then do the same again",
            Error::ReadOnly(_) => {
                "check the permissions of the folder and whether its disk is mounted read-only"
            }
            _ => return None,
        })
    }

    /// An I/O error at a path, by its kind.
    pub(super) fn io(path: &Path, source: io::Error) -> Error {
        let path = path.to_owned();
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Error::DiskFull(path),
            io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => Error::ReadOnly(path),
            _ => Error::Io { path, source },
        }
    }

    /// A lock at a path that was not taken.
    pub(super) fn lock(path: &Path, fault: LockFault) -> Error {
        match fault {
            LockFault::Held(pid) => Error::Locked { path: path.to_owned(), pid },
            LockFault::Io(error) => Error::io(path, error),
        }
    }

    /// An error of the database at a path, by its kind.
    pub(super) fn database(path: &Path, source: rusqlite::Error) -> Error {
        let path = path.to_owned();
        match DatabaseFault::of(&source) {
            DatabaseFault::Full => Error::DiskFull(path),
            DatabaseFault::ReadOnly => Error::ReadOnly(path),
            DatabaseFault::Busy => Error::Locked { path, pid: None },
            DatabaseFault::Damaged => Error::Damaged { path, detail: source.to_string() },
            DatabaseFault::Other => Error::Database { path, source },
        }
    }
}
