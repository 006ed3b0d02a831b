//! Making and opening a record: the folder, the lock, the databases, the right edge of every log.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use detente_tlog::KeyName;
use rusqlite::{Connection, OptionalExtension as _, params};
use sha2::{Digest as _, Sha256};

use super::edge::Edge;
use super::limits::WAL_PAGES;
use super::{Error, connect, files, private, schema};
use crate::lock::Lock;

const RECORD_DATABASE: &str = "record.db";
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
    database: PathBuf,
    pub(super) connection: Connection,
    record_id: [u8; 32],
    instance: [u8; 16],
    /// Of each log; a writer alone has them.
    pub(super) edges: BTreeMap<KeyName, Edge>,
    access: Access,
    is_poisoned: bool,
    /// Pages written to the write-ahead log since it was last brought into the database, about.
    wal_pages: u32,
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
        let database = path.join(RECORD_DATABASE);
        connect::create(&database, &schema::RECORD)?;
        let connection = connect::open(&database, &schema::RECORD, Access::Write)?;
        connection
            .execute("INSERT INTO record VALUES (1, ?1, ?2)", params![new.record_id, new.instance])
            .map_err(|error| Error::database(&database, error))?;
        drop(connection);
        let mut record = Record::open(path, Access::Write)?;
        record.put_public_file(CHARTER.0, CHARTER.1, new.charter)?;
        private::sync_folder(path)?;
        private::sync_folder(private::folder_of(path))?;
        building.finish();
        Ok(record)
    }

    /// Opens a record. A writer reads back and hashes what was appended since the last check of each log, and
    /// compares tree and root with it.
    ///
    /// # Errors
    /// [`Error::Missing`], [`Error::Locked`] (for [`Access::Write`]), [`Error::TooOpen`], [`Error::NewerSchema`],
    /// [`Error::Damaged`], [`Error::Differs`], [`Error::ReadOnly`].
    pub fn open(path: &Path, access: Access) -> Result<Record, Error> {
        let database = path.join(RECORD_DATABASE);
        if !database.is_file() {
            return Err(Error::Missing(path.to_owned()));
        }
        private::refuse_open_mode(path)?;
        let lock = match access {
            Access::Write => {
                let file = path.join(LOCK);
                Some(Lock::take(&file).map_err(|fault| Error::lock(path, fault))?)
            }
            Access::Read => None,
        };
        let connection = connect::open(&database, &schema::RECORD, access)?;
        let (record_id, instance) = identity(&connection, &database)?;
        let mut record = Record {
            path: path.to_owned(),
            database,
            connection,
            record_id,
            instance,
            edges: BTreeMap::new(),
            access,
            is_poisoned: false,
            wal_pages: 0,
            _lock: lock,
        };
        if access == Access::Write {
            record.edges = Edge::load_all(&record)?;
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
        Error::Damaged { path: self.database.clone(), detail: detail.into() }
    }

    pub(super) fn failed(&self, error: rusqlite::Error) -> Error {
        Error::database(&self.database, error)
    }

    /// Runs one question.
    pub(super) fn ask<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, Error> {
        work(&self.connection).map_err(|error| self.failed(error))
    }

    /// That this process may write.
    pub(super) fn check_writable(&self) -> Result<(), Error> {
        if self.access == Access::Read {
            return Err(Error::OpenedForReading(self.path.clone()));
        }
        if self.is_poisoned {
            return Err(Error::Poisoned(self.path.clone()));
        }
        Ok(())
    }

    /// Runs several pieces as one: all of it is stored and synced, or nothing.
    pub(super) fn transact<T>(
        &mut self,
        bytes: usize,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, Error> {
        self.check_writable()?;
        let done = run(&mut self.connection, work).map_err(|error| Error::database(&self.database, error));
        match &done {
            Ok(_) => self.bring_in_log(bytes),
            // Whether a commit whose sync failed is on disk is not known to anybody: the system may have thrown
            // the pages away and say next time that all is well.
            Err(error) => self.is_poisoned = error.is_fatal(),
        }
        done
    }

    /// Brings the write-ahead log into the database when it has grown. We do it and not SQLite, which would not
    /// tell us of a sync that failed there. What was committed before is durable whatever happens here.
    fn bring_in_log(&mut self, bytes: usize) {
        let pages = bytes / PAGE_BYTES + PAGES_TOUCHED;
        self.wal_pages = self.wal_pages.saturating_add(u32::try_from(pages).unwrap_or(WAL_PAGES));
        if self.wal_pages < WAL_PAGES {
            return;
        }
        self.wal_pages = 0;
        let done = self.connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
        if let Err(error) = done.map_err(|error| self.failed(error)) {
            self.is_poisoned = error.is_fatal();
        }
    }
}

fn run<T>(
    connection: &mut Connection,
    work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
) -> rusqlite::Result<T> {
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let value = work(&transaction)?;
    transaction.commit()?;
    Ok(value)
}

type Identity = ([u8; 32], [u8; 16]);

fn identity(connection: &Connection, database: &Path) -> Result<Identity, Error> {
    let row = connection
        .query_row("SELECT record_id, instance FROM record", [], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()
        .map_err(|error| Error::database(database, error))?;
    let detail = "it does not say which record it is";
    row.ok_or_else(|| Error::Damaged { path: database.to_owned(), detail: detail.into() })
}

/// A record that is being made; taken away again unless it is finished.
pub(super) struct Building {
    path: PathBuf,
    is_finished: bool,
}

impl Building {
    pub(super) fn begin(path: &Path) -> Result<Building, Error> {
        match fs::read_dir(path).map(Iterator::count) {
            Ok(0) => fs::remove_dir(path).map_err(|error| Error::io(path, error))?,
            Ok(_) => return Err(Error::Exists(path.to_owned())),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) if error.kind() == ErrorKind::NotADirectory => {
                return Err(Error::Exists(path.to_owned()));
            }
            Err(error) => return Err(Error::io(path, error)),
        }
        private::make_folders(path)?;
        Ok(Building { path: path.to_owned(), is_finished: false })
    }

    pub(super) fn finish(mut self) {
        self.is_finished = true;
    }
}

impl Drop for Building {
    fn drop(&mut self) {
        if !self.is_finished {
            // Best effort: the error that led here is the one to report.
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}

/// SQLite's page, and pages that every transaction touches on the way to its rows.
const PAGE_BYTES: usize = 4096;
const PAGES_TOUCHED: usize = 8;
