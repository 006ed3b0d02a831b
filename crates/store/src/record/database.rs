//! One SQLite database: its connection, its transactions, and what happens when the disk fails under it.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::limits::{BUSY, WAL_PAGES};
use super::schema::Schema;
use super::{Access, Error, private};

/// An open database.
pub(super) struct Database {
    path: PathBuf,
    pub(super) connection: Connection,
    access: Access,
    is_poisoned: bool,
    /// Pages written to the write-ahead log since it was last brought into the database, about.
    wal_pages: u32,
}

impl Database {
    /// Makes an empty database, 0600.
    pub(super) fn create(path: &Path, schema: &Schema) -> Result<Database, Error> {
        // By us first, so that SQLite never makes it readable to others.
        drop(private::make_file(path)?);
        Database::open(path, schema, Access::Write)
    }

    /// Opens a database that is there.
    pub(super) fn open(path: &Path, schema: &Schema, access: Access) -> Result<Database, Error> {
        private::refuse_open_mode(path)?;
        let connection = match access {
            Access::Write | Access::Repair => writer(path, schema)?,
            Access::Read => reader(path, schema)?,
        };
        Ok(Database { path: path.to_owned(), connection, access, is_poisoned: false, wal_pages: 0 })
    }

    /// Its file.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn damaged(&self, detail: impl Into<String>) -> Error {
        Error::Damaged { path: self.path.clone(), detail: detail.into() }
    }

    pub(super) fn failed(&self, error: rusqlite::Error) -> Error {
        Error::database(&self.path, error)
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

    /// Runs several pieces as one: all of it is stored and synced, or nothing. `bytes` is about how much is
    /// written.
    pub(super) fn transact<T>(
        &mut self,
        bytes: usize,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, Error> {
        self.check_writable()?;
        let done = run(&mut self.connection, work).map_err(|error| Error::database(&self.path, error));
        match &done {
            Ok(_) => self.bring_in_log(bytes),
            Err(error) => self.poison(error),
        }
        done
    }

    /// Brings everything from the write-ahead log into the database and empties the log. `false` if a reader is
    /// in the way.
    pub(super) fn empty_log(&mut self) -> Result<bool, Error> {
        self.check_writable()?;
        let busy: rusqlite::Result<i64> =
            self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0));
        let busy = busy.map_err(|error| self.failed(error));
        match &busy {
            Ok(_) => self.wal_pages = 0,
            Err(error) => self.poison(error),
        }
        busy.map(|busy| busy == 0)
    }

    /// Writes all that is left into new pages.
    pub(super) fn vacuum(&mut self) -> Result<(), Error> {
        self.check_writable()?;
        let done = self.connection.execute_batch("VACUUM").map_err(|error| self.failed(error));
        if let Err(error) = &done {
            self.poison(error);
        }
        done
    }

    /// Whether a commit whose sync failed is on disk is not known to anybody: the system may have thrown the
    /// pages away and say next time that all is well. So nothing is written after it.
    fn poison(&mut self, error: &Error) {
        self.is_poisoned |= error.is_fatal();
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
            self.poison(&error);
        }
    }
}

fn run<T>(
    connection: &mut Connection,
    work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
) -> rusqlite::Result<T> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let value = work(&transaction)?;
    transaction.commit()?;
    Ok(value)
}

fn writer(path: &Path, schema: &Schema) -> Result<Connection, Error> {
    let failed = |error| Error::database(path, error);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags).map_err(failed)?;
    connection.busy_timeout(BUSY).map_err(failed)?;
    connection.pragma_update(None, "foreign_keys", true).map_err(failed)?;
    // What is deleted is overwritten; nothing that is stored here ever touches a temporary file.
    connection.pragma_update(None, "secure_delete", true).map_err(failed)?;
    connection.pragma_update(None, "temp_store", "MEMORY").map_err(failed)?;
    connection.pragma_update(None, "journal_mode", "WAL").map_err(failed)?;
    connection.pragma_update(None, "synchronous", private::SYNCHRONOUS).map_err(failed)?;
    // Who writes brings the log into the database, and hears of a sync that failed there.
    connection.pragma_update(None, "wal_autocheckpoint", 0).map_err(failed)?;
    schema.migrate(&mut connection, path)?;
    Ok(connection)
}

fn reader(path: &Path, schema: &Schema) -> Result<Connection, Error> {
    let failed = |error| Error::database(path, error);
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(failed)?;
    connection.busy_timeout(BUSY).map_err(failed)?;
    connection.pragma_update(None, "temp_store", "MEMORY").map_err(failed)?;
    schema.check_current(&connection, path)?;
    Ok(connection)
}

/// SQLite's page, and pages that every transaction touches on the way to its rows.
const PAGE_BYTES: usize = 4096;
const PAGES_TOUCHED: usize = 8;

#[cfg(test)]
mod tests {
    use rusqlite::ffi;

    use super::super::schema;
    use super::*;

    /// What comes after a piece of work that ended with this code of SQLite.
    fn check(code: i32, name: &str, next: Option<&str>) {
        let folder = tempfile::tempdir().unwrap();
        let mut database = Database::create(&folder.path().join("a.db"), &schema::CONTENT).unwrap();
        let failure = || rusqlite::Error::SqliteFailure(ffi::Error::new(code), None);
        let failed = database.transact(0, |_| Err::<(), _>(failure()));
        assert_eq!(failed.err().map(|error| error.name()), Some(name));
        let insert = "INSERT INTO sealed VALUES (x'00', x'00')";
        let after = database.transact(0, |db| db.execute(insert, []));
        assert_eq!(after.err().map(|error| error.name()), next);
        let after = database.empty_log();
        assert_eq!(after.err().map(|error| error.name()), next);
    }

    #[test]
    fn nothing_is_written_after_a_sync_that_failed() {
        check(ffi::SQLITE_IOERR_FSYNC, "database", Some("poisoned"));
        check(ffi::SQLITE_IOERR_WRITE, "database", Some("poisoned"));
        check(ffi::SQLITE_CORRUPT, "damaged", Some("poisoned"));
    }

    #[test]
    fn a_full_disk_is_no_doubt_about_what_is_on_it() {
        check(ffi::SQLITE_FULL, "disk-full", None);
    }
}
