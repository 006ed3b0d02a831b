//! Making and opening a record: the folder, the lock, the databases, the right edge of every log.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use detente_tlog::KeyName;
use rusqlite::{Connection, OptionalExtension as _, params};
use sha2::{Digest as _, Sha256};

use super::database::Database;
use super::edge::Edge;
use super::{Error, files, private, schema};
use crate::lock::Lock;

pub(super) const RECORD_DATABASE: &str = "record.db";
pub(super) const CONTENT_DATABASE: &str = "content.db";
const LOCK: &str = "lock";
/// Kind and name of the charter among the public files.
const CHARTER: (&str, &str) = ("charter", "charter.json");

/// What a process will do with a record.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Access {
    /// Look only; works beside a writer.
    Read,
    /// Change; one process at a time.
    Write,
    /// As for writing, but logs whose copies differ are set aside instead of refusing the whole record.
    Repair,
}

/// What a record is made from.
pub struct NewRecord<'a> {
    /// SHA-256 of the charter.
    pub record_id: [u8; 32],
    /// The charter's bytes.
    pub charter: &'a [u8],
    /// Random; the signer's state carries the same, so that neither is used with another copy.
    pub instance: [u8; 16],
}

/// An open record.
pub struct Record {
    path: PathBuf,
    pub(super) log_database: Database,
    pub(super) content_database: Database,
    record_id: [u8; 32],
    instance: [u8; 16],
    /// Of each log; a writer alone has them.
    pub(super) edges: BTreeMap<KeyName, Edge>,
    pub(super) damaged_logs: BTreeMap<KeyName, Error>,
    /// Up to where the files of each log were written by this process.
    pub(super) tiles_sizes: BTreeMap<KeyName, u64>,
    _lock: Option<Lock>,
}

impl Record {
    /// Makes a record without logs. Nothing is left behind on failure.
    ///
    /// # Errors
    /// [`Error::Exists`] if anything is at `path`, an empty folder excepted; [`Error::OtherBytes`] if the charter
    /// has another hash than the record id.
    pub fn create(path: &Path, new: &NewRecord<'_>) -> Result<Record, Error> {
        if <[u8; 32]>::from(Sha256::digest(new.charter)) != new.record_id {
            let (kind, name) = CHARTER;
            return Err(Error::OtherBytes { kind: kind.into(), name: name.into() });
        }
        let building = Building::begin(path)?;
        let folder = building.folder();
        drop(Database::create(&folder.join(CONTENT_DATABASE), &schema::CONTENT)?);
        let mut database = Database::create(&folder.join(RECORD_DATABASE), &schema::RECORD)?;
        database.transact(0, |db| {
            db.execute("INSERT INTO record VALUES (1, ?1, ?2)", params![new.record_id, new.instance])
        })?;
        drop(database);
        Record::open(folder, Access::Write)?.put_public_file(CHARTER.0, CHARTER.1, new.charter)?;
        building.finish()?;
        Record::open(path, Access::Write)
    }

    /// Opens a record. A writer reads back and hashes what was appended since the last check of each log, and
    /// compares tree and root with it.
    ///
    /// # Errors
    /// [`Error::Missing`], [`Error::Locked`] (for [`Access::Write`]), [`Error::TooOpen`], [`Error::NewerSchema`],
    /// [`Error::Damaged`], [`Error::Differs`], [`Error::ReadOnly`]; [`Error::OlderSchema`] for reading what an
    /// earlier version wrote while it can't be written.
    pub fn open(path: &Path, access: Access) -> Result<Record, Error> {
        match Record::open_as_it_is(path, access) {
            // Of an earlier version: a writer brings it to this one, if nobody has it.
            Err(older @ Error::OlderSchema(_)) if access == Access::Read => {
                drop(Record::open_as_it_is(path, Access::Write).map_err(|_| older)?);
                Record::open_as_it_is(path, access)
            }
            opened => opened,
        }
    }

    fn open_as_it_is(path: &Path, access: Access) -> Result<Record, Error> {
        let database = path.join(RECORD_DATABASE);
        if !database.is_file() {
            return Err(Error::Missing(path.to_owned()));
        }
        private::refuse_open_mode(path)?;
        let lock = match access {
            Access::Write | Access::Repair => {
                let file = path.join(LOCK);
                Some(Lock::take(&file).map_err(|fault| Error::lock(path, fault))?)
            }
            Access::Read => None,
        };
        let log_database = Database::open(&database, &schema::RECORD, access)?;
        let content_database = Database::open(&path.join(CONTENT_DATABASE), &schema::CONTENT, access)?;
        let (record_id, instance) = identity(&log_database)?;
        let mut record = Record {
            path: path.to_owned(),
            log_database,
            content_database,
            record_id,
            instance,
            edges: BTreeMap::new(),
            damaged_logs: BTreeMap::new(),
            tiles_sizes: BTreeMap::new(),
            _lock: lock,
        };
        if access != Access::Read {
            let mut loaded = Edge::load_all(&record)?;
            if access == Access::Write
                && let Some((_, error)) = loaded.damaged.pop_first()
            {
                return Err(error);
            }
            (record.edges, record.damaged_logs) = (loaded.edges, loaded.damaged);
        }
        Ok(record)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// SHA-256 of the charter.
    pub fn record_id(&self) -> &[u8; 32] {
        &self.record_id
    }

    /// What signer state belongs to this database.
    pub fn instance(&self) -> &[u8; 16] {
        &self.instance
    }

    /// The charter's bytes.
    ///
    /// # Errors
    /// [`Error::Damaged`] if they are gone or have another hash.
    pub fn charter(&self) -> Result<Vec<u8>, Error> {
        let charter = self.public_file(CHARTER.0, CHARTER.1)?;
        let charter = charter.filter(|charter| files::hash(charter) == self.record_id);
        charter.ok_or_else(|| self.damaged("it does not hold the charter that it is named after"))
    }

    pub(super) fn damaged(&self, detail: impl Into<String>) -> Error {
        self.log_database.damaged(detail)
    }

    pub(super) fn failed(&self, error: rusqlite::Error) -> Error {
        self.log_database.failed(error)
    }

    /// Asks the database of the logs.
    pub(super) fn ask<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, Error> {
        self.log_database.ask(work)
    }

    /// That this process may write.
    pub(super) fn check_writable(&self) -> Result<(), Error> {
        self.log_database.check_writable()
    }

    /// Changes the database of the logs: all of it is stored and synced, or nothing.
    pub(super) fn transact<T>(
        &mut self,
        bytes: usize,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, Error> {
        self.log_database.transact(bytes, work)
    }
}

type Identity = ([u8; 32], [u8; 16]);

fn identity(database: &Database) -> Result<Identity, Error> {
    let row = database.ask(|db| {
        db.query_row("SELECT record_id, instance FROM record", [], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()
    })?;
    row.ok_or_else(|| database.damaged("it does not say which record it is"))
}

/// A record that is being made, in a folder beside its own: one that was cut off is never taken for a record. Taken
/// away again unless it is finished.
pub(super) struct Building {
    path: PathBuf,
    beside: PathBuf,
}

impl Building {
    pub(super) fn begin(path: &Path) -> Result<Building, Error> {
        match fs::read_dir(path).map(Iterator::count) {
            Ok(0) => {}
            Ok(_) => return Err(Error::Exists(path.to_owned())),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) if error.kind() == ErrorKind::NotADirectory => {
                return Err(Error::Exists(path.to_owned()));
            }
            Err(error) => return Err(Error::io(path, error)),
        }
        let mut beside = path.as_os_str().to_owned();
        beside.push(".new");
        let beside = PathBuf::from(beside);
        if beside.exists() {
            fs::remove_dir_all(&beside).map_err(|error| Error::io(&beside, error))?;
        }
        private::make_folders(&beside)?;
        Ok(Building { path: path.to_owned(), beside })
    }

    /// Where it is being made.
    pub(super) fn folder(&self) -> &Path {
        &self.beside
    }

    /// Gives it its name, synced.
    pub(super) fn finish(self) -> Result<(), Error> {
        private::sync_folder(&self.beside)?;
        fs::rename(&self.beside, &self.path).map_err(|error| Error::io(&self.path, error))?;
        private::sync_folder(private::folder_of(&self.path))
    }
}

impl Drop for Building {
    fn drop(&mut self) {
        // Best effort, and nothing is there once it is finished: the error that led here is the one to report.
        let _ = fs::remove_dir_all(&self.beside);
    }
}
