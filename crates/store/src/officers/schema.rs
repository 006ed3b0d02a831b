//! The tables of the officers: forward only, as those of the home.

use std::path::Path;

use rusqlite::Connection;

use crate::Error;

/// Marks a SQLite file as the officers of a home ("dtof").
const APPLICATION_ID: i64 = 0x6474_6f66;

/// One step a schema version, in order; a released step never changes.
const STEPS: [&str; 1] = ["CREATE TABLE officer (
         id BLOB PRIMARY KEY CHECK (length(id) = 16),
         name TEXT NOT NULL,
         role TEXT NOT NULL,
         offices TEXT NOT NULL,
         made_ms INTEGER NOT NULL,
         removed_ms INTEGER
     ) STRICT;
     -- A name is free again once its officer was removed; the audit log tells them apart by time.
     CREATE UNIQUE INDEX officer_name ON officer (name) WHERE removed_ms IS NULL;
     -- Hashes of secrets that let somebody in: a link (once), a session, the key of a program.
     CREATE TABLE way_in (
         digest BLOB PRIMARY KEY CHECK (length(digest) = 32),
         kind TEXT NOT NULL,
         officer BLOB NOT NULL REFERENCES officer (id),
         made_ms INTEGER NOT NULL,
         until_ms INTEGER NOT NULL
     ) STRICT;
     CREATE TABLE session (
         digest BLOB PRIMARY KEY CHECK (length(digest) = 32),
         officer BLOB NOT NULL REFERENCES officer (id),
         way TEXT NOT NULL,
         began_ms INTEGER NOT NULL,
         seen_ms INTEGER NOT NULL
     ) STRICT;
     CREATE TABLE passkey (
         id BLOB PRIMARY KEY,
         officer BLOB NOT NULL REFERENCES officer (id),
         label TEXT NOT NULL,
         body TEXT NOT NULL,
         made_ms INTEGER NOT NULL
     ) STRICT;
     -- What one officer prepared and another one has to approve. `subject` is the hash of the text to approve.
     CREATE TABLE proposal (
         record BLOB NOT NULL,
         name TEXT NOT NULL,
         action TEXT NOT NULL,
         officer BLOB NOT NULL,
         subject BLOB NOT NULL,
         body BLOB NOT NULL,
         made_ms INTEGER NOT NULL,
         PRIMARY KEY (record, name)
     ) STRICT;
     -- Answers to requests that may come again under the same key.
     CREATE TABLE answered (
         officer BLOB NOT NULL,
         key TEXT NOT NULL,
         request BLOB NOT NULL,
         status INTEGER NOT NULL,
         body BLOB NOT NULL,
         at_ms INTEGER NOT NULL,
         PRIMARY KEY (officer, key)
     ) STRICT;
     -- Each row's `chain` is a hash over the row before and this one.
     CREATE TABLE audit (
         seq INTEGER PRIMARY KEY,
         at_ms INTEGER NOT NULL,
         officer TEXT NOT NULL,
         what TEXT NOT NULL,
         about TEXT NOT NULL,
         outcome TEXT NOT NULL,
         proof BLOB NOT NULL,
         chain BLOB NOT NULL
     ) STRICT;
     CREATE TABLE setting (
         name TEXT PRIMARY KEY,
         value TEXT NOT NULL
     ) STRICT;"];

/// Brings the database up to this version's schema; refuses one that is newer or another program's.
pub(super) fn migrate(connection: &mut Connection, path: &Path) -> Result<(), Error> {
    let failed = |error| Error::database(path, error);
    let behavior = rusqlite::TransactionBehavior::Immediate;
    let transaction = connection.transaction_with_behavior(behavior).map_err(failed)?;
    let pragma = |name| transaction.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let (id, version) = (pragma("application_id").map_err(failed)?, pragma("user_version").map_err(failed)?);
    check(path, id, version)?;
    for step in STEPS.iter().skip(usize::try_from(version).unwrap_or(0)) {
        transaction.execute_batch(step).map_err(failed)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID).map_err(failed)?;
    transaction.pragma_update(None, "user_version", STEPS.len()).map_err(failed)?;
    transaction.commit().map_err(failed)
}

fn check(path: &Path, id: i64, version: i64) -> Result<(), Error> {
    let known = STEPS.len() as i64;
    if version > known && id == APPLICATION_ID {
        return Err(Error::NewerSchema { found: version, known });
    }
    if (id, version) != (0, 0) && id != APPLICATION_ID {
        let detail = "its officers' database belongs to another program".into();
        return Err(Error::Damaged { path: path.to_owned(), detail });
    }
    Ok(())
}
