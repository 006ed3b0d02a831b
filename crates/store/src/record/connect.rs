//! Connections to the databases of a record.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use super::limits::BUSY;
use super::schema::Schema;
use super::{Access, Error, private};

/// Makes an empty database, 0600: made by us first, so that SQLite never creates it readable to others.
pub(super) fn create(path: &Path, schema: &Schema) -> Result<(), Error> {
    drop(private::make_file(path)?);
    writer(path, schema).map(drop)
}

/// Opens a database that is there.
pub(super) fn open(path: &Path, schema: &Schema, access: Access) -> Result<Connection, Error> {
    private::refuse_open_mode(path)?;
    match access {
        Access::Write => writer(path, schema),
        Access::Read => reader(path, schema),
    }
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
    connection.pragma_update(None, "synchronous", "FULL").map_err(failed)?;
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
