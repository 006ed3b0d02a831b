//! Files in and out. A file is written beside its place, synced and then moved there: it is whole or absent.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::csv;
use crate::exit::{Exit, Failure};
use crate::tui;

/// Largest file of ours that is read into memory: an answer of the largest classes has 18.4 MB.
const FILE_BYTES_MAX: u64 = 32 << 20;

/// Where an answer goes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Target {
    /// Standard output.
    Stdout,
    /// A file.
    File(PathBuf),
}

impl From<&OsStr> for Target {
    fn from(path: &OsStr) -> Target {
        if path == "-" { Target::Stdout } else { Target::File(path.into()) }
    }
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Target::Stdout => f.write_str("standard output"),
            Target::File(path) => path.display().fmt(f),
        }
    }
}

/// A file whose bytes are on disk but not yet in place. Dropping it leaves nothing behind.
pub(crate) struct Prepared {
    target: Target,
    bytes: Vec<u8>,
    file: Option<NamedTempFile>,
}

/// Writes and syncs bytes beside their place.
pub(crate) fn prepare(target: &Target, bytes: Vec<u8>) -> Result<Prepared, Failure> {
    let file = match target {
        Target::Stdout => {
            if io::IsTerminal::is_terminal(&io::stdout()) && bytes.contains(&0) {
                return Err(
                    Failure::usage("this is a binary file, not for a terminal").hint("name a file with -o")
                );
            }
            None
        }
        Target::File(path) => Some(write_beside(path, &bytes)?),
    };
    Ok(Prepared { target: target.clone(), bytes, file })
}

impl Prepared {
    /// Puts it in place.
    pub(crate) fn release(self) -> Result<(), Failure> {
        match (self.file, &self.target) {
            (Some(file), Target::File(path)) => {
                file.persist(path).map_err(|error| cannot_write(path, &error.error))?;
                sync_folder(folder_of(path));
                Ok(())
            }
            _ => tui::answer_bytes(&self.bytes),
        }
    }
}

/// Writes bytes to their place.
pub(crate) fn write(target: &Target, bytes: Vec<u8>) -> Result<(), Failure> {
    prepare(target, bytes)?.release()
}

/// Rows of a CSV file that is too large to hold: written beside its place as they come.
pub(crate) struct Rows {
    path: PathBuf,
    file: BufWriter<NamedTempFile>,
    row: String,
    failed: Option<io::Error>,
}

/// Begins a CSV file.
pub(crate) fn stream(path: &Path) -> Result<Rows, Failure> {
    Ok(Rows {
        path: path.to_owned(),
        file: BufWriter::new(write_beside(path, b"")?),
        row: String::new(),
        failed: None,
    })
}

impl Rows {
    /// Adds a row. A failure is kept for [`Rows::release`]: it must not stop the reading of a list half-way.
    pub(crate) fn row(&mut self, cells: &[&str]) {
        self.row.clear();
        csv::row(&mut self.row, cells);
        if self.failed.is_none() {
            self.failed = self.file.write_all(self.row.as_bytes()).err();
        }
    }

    /// Puts the file in place.
    pub(crate) fn release(self) -> Result<(), Failure> {
        let Rows { path, file, failed, .. } = self;
        let failure = |error: &io::Error| cannot_write(&path, error);
        if let Some(error) = failed {
            return Err(failure(&error));
        }
        let file = file.into_inner().map_err(|error| failure(error.error()))?;
        file.as_file().sync_all().map_err(|error| failure(&error))?;
        file.persist(&path).map_err(|error| failure(&error.error))?;
        Ok(())
    }
}

fn write_beside(path: &Path, bytes: &[u8]) -> Result<NamedTempFile, Failure> {
    let failed = |error: io::Error| cannot_write(path, &error);
    if path.is_dir() {
        return Err(Failure::usage(format!("{} is a folder", path.display())));
    }
    let mut file = tempfile::Builder::new()
        .prefix(".detente-")
        .suffix(".tmp")
        .tempfile_in(folder_of(path))
        .map_err(failed)?;
    file.write_all(bytes).and_then(|()| file.as_file().sync_all()).map_err(failed)?;
    Ok(file)
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

fn sync_folder(folder: &Path) {
    // The file is in place already; a folder that cannot be synced is no reason to say it is not.
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
}

fn cannot_write(path: &Path, error: &io::Error) -> Failure {
    let exit = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Exit::Temporary,
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => Exit::Permission,
        _ => Exit::Usage,
    };
    let failure = Failure::new(exit, format!("cannot write {}: {error}", path.display()));
    match exit {
        Exit::Temporary => failure.hint("make room, then run the same command again"),
        _ => failure,
    }
}

/// Reads a whole file of ours; `-` is standard input.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    read_up_to(path, FILE_BYTES_MAX)
}

/// Reads a packet or a bundle, which may be larger than the files of a match; `-` is standard input.
pub(crate) fn read_large(path: &Path) -> Result<Vec<u8>, Failure> {
    read_up_to(path, detente_accord::limits::ARCHIVE_BYTES_MAX as u64)
}

fn read_up_to(path: &Path, bytes_max: u64) -> Result<Vec<u8>, Failure> {
    let failed = |error: io::Error| Failure::usage(format!("cannot read {}: {error}", path.display()));
    let mut bytes = Vec::new();
    let taken = if path == Path::new("-") {
        io::stdin().lock().take(bytes_max + 1).read_to_end(&mut bytes)
    } else {
        File::open(path).and_then(|file| file.take(bytes_max + 1).read_to_end(&mut bytes))
    };
    if taken.map_err(failed)? as u64 > bytes_max {
        return Err(Failure::usage(format!("{} is larger than any détente file", path.display())));
    }
    Ok(bytes)
}
