//! The tables, and how a database of an earlier version is brought to this one: forward only.

use std::path::Path;

use rusqlite::Connection;

use crate::Error;

/// Marks a SQLite file as a détente home ("dtnt").
const APPLICATION_ID: i64 = 0x6474_6e74;

/// One step a schema version, in order; a released step never changes.
const STEPS: [&str; 2] = ["CREATE TABLE own_card (
         only INTEGER PRIMARY KEY CHECK (only = 1),
         card BLOB NOT NULL
     ) STRICT;
     CREATE TABLE peer (
         id TEXT PRIMARY KEY,
         card BLOB NOT NULL,
         added_ms INTEGER NOT NULL,
         compared TEXT,
         compared_ms INTEGER,
         budget_items INTEGER
     ) STRICT;
     -- One row an ask of ours. `items` and `places` go when the answer is opened.
     CREATE TABLE ask (
         terms_id BLOB PRIMARY KEY,
         peer TEXT NOT NULL,
         made_ms INTEGER NOT NULL,
         until_ms INTEGER NOT NULL,
         proposal BLOB NOT NULL,
         secrets BLOB NOT NULL,
         file BLOB NOT NULL,
         file_hash BLOB NOT NULL,
         items BLOB,
         places BLOB,
         acceptance BLOB,
         pk BLOB,
         answer BLOB,
         answer_hash BLOB,
         result BLOB,
         common BLOB,
         opened_ms INTEGER
     ) STRICT;
     -- One row an ask that we began to answer: the claim comes first, the answer after it.
     CREATE TABLE answer (
         terms_id BLOB PRIMARY KEY,
         asker_nonce BLOB NOT NULL UNIQUE,
         peer TEXT NOT NULL,
         claimed_ms INTEGER NOT NULL,
         charge_items INTEGER NOT NULL,
         proposal BLOB NOT NULL,
         ask BLOB NOT NULL,
         ask_hash BLOB NOT NULL,
         acceptance BLOB,
         secrets BLOB,
         pk BLOB UNIQUE,
         file BLOB,
         file_hash BLOB,
         answered_ms INTEGER,
         result BLOB,
         result_hash BLOB,
         closed_ms INTEGER
     ) STRICT;
     CREATE INDEX answer_by_peer ON answer (peer, claimed_ms);
     CREATE TABLE receipt (
         run BLOB NOT NULL,
         author TEXT NOT NULL,
         peer TEXT NOT NULL,
         document BLOB NOT NULL,
         private BLOB NOT NULL,
         kept_ms INTEGER NOT NULL,
         PRIMARY KEY (run, author)
     ) STRICT;
     -- Signed files that contradict each other: kept, never acted on.
     CREATE TABLE evidence (
         found_ms INTEGER NOT NULL,
         peer TEXT NOT NULL,
         kind TEXT NOT NULL,
         terms_id BLOB NOT NULL,
         file BLOB NOT NULL,
         UNIQUE (kind, terms_id, file)
     ) STRICT;",
    "-- One row a live match of ours: kept before a statement commits to its seed and its list. `list` goes when it
     -- ends; a seed with `begun_ms` never answers again.
     CREATE TABLE live_run (
         id BLOB PRIMARY KEY,
         record BLOB NOT NULL,
         peer TEXT NOT NULL,
         is_proposer INTEGER NOT NULL,
         made_ms INTEGER NOT NULL,
         charge_items INTEGER NOT NULL,
         secrets BLOB NOT NULL,
         list BLOB,
         begun_ms INTEGER,
         ended_ms INTEGER,
         outcome TEXT,
         common BLOB,
         wall_ms INTEGER,
         bytes INTEGER,
         transcript BLOB
     ) STRICT;
     CREATE INDEX live_run_by_peer ON live_run (peer, made_ms);
     CREATE TABLE kept_list (
         name TEXT PRIMARY KEY,
         kept_ms INTEGER NOT NULL,
         items INTEGER NOT NULL,
         body BLOB NOT NULL
     ) STRICT;
     CREATE TABLE match_policy (
         peer TEXT PRIMARY KEY,
         policy TEXT NOT NULL,
         list TEXT
     ) STRICT;"];

/// Brings a database up to this version's schema; refuses one that is newer or another program's.
pub(crate) fn migrate(connection: &mut Connection, path: &Path) -> Result<(), Error> {
    let failed = |error| Error::database(path, error);
    let (id, version) = versions(connection).map_err(failed)?;
    check(path, id, version)?;
    let done = usize::try_from(version).unwrap_or(0);
    for (number, step) in STEPS.iter().enumerate().skip(done) {
        let transaction = connection.transaction().map_err(failed)?;
        transaction.execute_batch(step).map_err(failed)?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID).map_err(failed)?;
        transaction.pragma_update(None, "user_version", number + 1).map_err(failed)?;
        transaction.commit().map_err(failed)?;
    }
    Ok(())
}

/// Checks, without writing, that a database has exactly this version's schema.
pub(crate) fn check_current(connection: &Connection, path: &Path) -> Result<(), Error> {
    let (id, version) = versions(connection).map_err(|error| Error::database(path, error))?;
    check(path, id, version)?;
    match version {
        0 => Err(Error::Damaged { path: path.to_owned(), detail: "its database is empty".into() }),
        version if version == STEPS.len() as i64 => Ok(()),
        _ => Err(Error::OlderSchema(path.to_owned())),
    }
}

fn versions(connection: &Connection) -> rusqlite::Result<(i64, i64)> {
    let pragma = |name| connection.pragma_query_value(None, name, |row| row.get(0));
    Ok((pragma("application_id")?, pragma("user_version")?))
}

fn check(path: &Path, id: i64, version: i64) -> Result<(), Error> {
    let known = STEPS.len() as i64;
    if version > known && id == APPLICATION_ID {
        return Err(Error::NewerSchema { found: version, known });
    }
    if (id, version) != (0, 0) && id != APPLICATION_ID {
        return Err(Error::Damaged {
            path: path.to_owned(),
            detail: "its database belongs to another program".into(),
        });
    }
    Ok(())
}
