//! The tables of both databases, and how a database of an earlier version is brought to this one: forward only.

use std::path::Path;

use rusqlite::Connection;

use super::Error;

/// The tables of one database.
pub(super) struct Schema {
    /// Marks a SQLite file as this database.
    application_id: i64,
    /// One step a schema version, in order; a released step never changes.
    steps: &'static [&'static str],
}

/// `record.db` ("dtnr").
pub(super) const RECORD: Schema = Schema {
    application_id: 0x6474_6e72,
    steps: &["CREATE TABLE record (
         only INTEGER PRIMARY KEY CHECK (only = 1),
         record_id BLOB NOT NULL,
         instance BLOB NOT NULL
     ) STRICT;
     -- `checked_size` leaves were read back and hashed again; `checked` holds the roots of their complete
     -- subtrees, largest first.
     CREATE TABLE log (
         number INTEGER PRIMARY KEY CHECK (number BETWEEN 1 AND 1000),
         origin TEXT NOT NULL UNIQUE,
         size INTEGER NOT NULL,
         root BLOB NOT NULL,
         checked_size INTEGER NOT NULL,
         checked BLOB NOT NULL
     ) STRICT;
     -- place = log << 53 | seq
     CREATE TABLE leaf (
         place INTEGER PRIMARY KEY,
         bytes BLOB NOT NULL
     ) STRICT;
     -- place = log << 53 | level << 46 | index; the tiles of C2SP tlog-tiles, the last of a level
     -- filled up with zeros
     CREATE TABLE tile (
         place INTEGER PRIMARY KEY,
         hashes BLOB NOT NULL
     ) STRICT;
     CREATE VIEW entry AS
         SELECT number AS log, origin, place & 9007199254740991 AS seq, bytes
         FROM leaf JOIN log ON number = place >> 53;
     -- Every head that was ever seen, cosigned or not: small, and each may be named by an entry.
     CREATE TABLE note (
         hash BLOB PRIMARY KEY,
         log INTEGER NOT NULL REFERENCES log (number),
         size INTEGER NOT NULL,
         root BLOB NOT NULL,
         lines INTEGER NOT NULL,
         bytes BLOB NOT NULL
     ) STRICT;
     CREATE INDEX note_by_size ON note (log, size, lines);
     -- A head whose entries have not all come yet.
     CREATE TABLE pending (
         log INTEGER PRIMARY KEY REFERENCES log (number),
         note BLOB NOT NULL REFERENCES note (hash)
     ) STRICT;
     CREATE TABLE outbox (
         number INTEGER PRIMARY KEY AUTOINCREMENT,
         recipient TEXT NOT NULL,
         kind TEXT NOT NULL,
         body BLOB NOT NULL
     ) STRICT;
     CREATE TABLE public_file (
         kind TEXT NOT NULL,
         name TEXT NOT NULL,
         hash BLOB NOT NULL,
         bytes BLOB NOT NULL,
         PRIMARY KEY (kind, name)
     ) STRICT;
     CREATE TABLE evidence (
         hash BLOB PRIMARY KEY,
         bytes BLOB NOT NULL
     ) STRICT;"],
};

/// `content.db` ("dtnc").
pub(super) const CONTENT: Schema = Schema {
    application_id: 0x6474_6e63,
    steps: &[
        "CREATE TABLE field (
         party TEXT NOT NULL,
         epoch INTEGER NOT NULL,
         seq INTEGER NOT NULL,
         label TEXT NOT NULL,
         salt BLOB NOT NULL,
         value BLOB NOT NULL,
         PRIMARY KEY (party, epoch, seq, label)
     ) STRICT;
     CREATE TABLE sealed (
         hash BLOB PRIMARY KEY,
         ciphertext BLOB NOT NULL
     ) STRICT;
     -- The key of a sealed item: ours as it is (recipient empty), or wrapped for a recipient.
     CREATE TABLE item_key (
         hash BLOB NOT NULL,
         recipient TEXT NOT NULL,
         key BLOB NOT NULL,
         PRIMARY KEY (hash, recipient)
     ) STRICT;",
        // Statements that were made and not said yet.
        "CREATE TABLE waiting (
         name TEXT PRIMARY KEY,
         body BLOB NOT NULL
     ) STRICT;",
    ],
};

impl Schema {
    /// Brings a database up to this version; refuses one that is newer or another program's.
    pub(super) fn migrate(&self, connection: &mut Connection, path: &Path) -> Result<(), Error> {
        let failed = |error| Error::database(path, error);
        let (id, version) = versions(connection).map_err(failed)?;
        self.check(path, id, version)?;
        let done = usize::try_from(version).unwrap_or(0);
        for (number, step) in self.steps.iter().enumerate().skip(done) {
            let transaction = connection.transaction().map_err(failed)?;
            transaction.execute_batch(step).map_err(failed)?;
            transaction.pragma_update(None, "application_id", self.application_id).map_err(failed)?;
            transaction.pragma_update(None, "user_version", number + 1).map_err(failed)?;
            transaction.commit().map_err(failed)?;
        }
        Ok(())
    }

    /// Checks, without writing, that a database has exactly this version.
    pub(super) fn check_current(&self, connection: &Connection, path: &Path) -> Result<(), Error> {
        let (id, version) = versions(connection).map_err(|error| Error::database(path, error))?;
        self.check(path, id, version)?;
        match version {
            0 => Err(Error::Damaged { path: path.to_owned(), detail: "it is empty".into() }),
            version if version == self.steps.len() as i64 => Ok(()),
            _ => Err(Error::OlderSchema(path.to_owned())),
        }
    }

    fn check(&self, path: &Path, id: i64, version: i64) -> Result<(), Error> {
        let known = self.steps.len() as i64;
        if version > known && id == self.application_id {
            return Err(Error::NewerSchema { path: path.to_owned(), found: version, known });
        }
        if (id, version) != (0, 0) && id != self.application_id {
            let detail = "it belongs to another program".into();
            return Err(Error::Damaged { path: path.to_owned(), detail });
        }
        Ok(())
    }
}

fn versions(connection: &Connection) -> rusqlite::Result<(i64, i64)> {
    let pragma = |name| connection.pragma_query_value(None, name, |row| row.get(0));
    Ok((pragma("application_id")?, pragma("user_version")?))
}
