//! Who may use the pages and the API: officers, what they sign in with, what they proposed, and what they did. A
//! database of its own beside the home's, so that signing in waits for nobody, and no back-up of the record has it.
//!
//! Secrets never stand in it: of links, sessions and keys of programs it holds a hash. It is open to several
//! processes at a time: a running node, and the command that adds an officer.

mod audit;
mod people;
mod proposals;
mod schema;
mod ways_in;

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

pub use audit::{AuditLine, AuditRow};
pub use people::{OfficerId, StoredOfficer};
pub use proposals::{Proposal, Remembered};
pub use ways_in::{StoredPasskey, StoredSession, WayIn};

use crate::Error;
use crate::keys::refuse_open_mode;

const DATABASE: &str = "officers.db";
/// How long one process waits for the other's commit.
const BUSY: Duration = Duration::from_secs(5);

/// A hash that stands for a secret.
pub type Digest = [u8; 32];

/// The officers of a home.
pub struct Officers {
    path: PathBuf,
    connection: Connection,
}

impl Officers {
    /// Opens the officers of the home in this folder; makes an empty list where there is none.
    ///
    /// # Errors
    /// [`Error::Missing`] without a folder; [`Error::TooOpen`], [`Error::NewerSchema`], [`Error::Damaged`],
    /// [`Error::ReadOnly`].
    pub fn open(home: &Path) -> Result<Officers, Error> {
        if !home.is_dir() {
            return Err(Error::Missing(home.to_owned()));
        }
        refuse_open_mode(home)?;
        let path = home.join(DATABASE);
        // Made by us first, so that SQLite never creates it readable to others.
        let made = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&path);
        made.map_err(|error| Error::io(&path, error))?;
        refuse_open_mode(&path)?;
        let failed = |error| Error::database(&path, error);
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut connection = Connection::open_with_flags(&path, flags).map_err(failed)?;
        connection.busy_timeout(BUSY).map_err(failed)?;
        connection.pragma_update(None, "secure_delete", true).map_err(failed)?;
        connection.pragma_update(None, "journal_mode", "WAL").map_err(failed)?;
        connection.pragma_update(None, "synchronous", "FULL").map_err(failed)?;
        schema::migrate(&mut connection, &path)?;
        Ok(Officers { path, connection })
    }

    fn run<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, Error> {
        work(&self.connection).map_err(|error| Error::database(&self.path, error))
    }

    /// All of it, or nothing. The lock is taken at once, so that what is read is still so when it is written.
    fn transact<T>(&mut self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, Error> {
        let failed = |error| Error::database(&self.path, error);
        let behavior = rusqlite::TransactionBehavior::Immediate;
        let transaction = self.connection.transaction_with_behavior(behavior).map_err(failed)?;
        let value = work(&transaction).map_err(failed)?;
        transaction.commit().map_err(failed)?;
        Ok(value)
    }
}

#[cfg(test)]
mod tests;
