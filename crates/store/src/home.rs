//! Opening and making a home: the folder, the lock, the database.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use detente_accord::{Card, Us};
use rusqlite::{Connection, OpenFlags, OptionalExtension as _};

use crate::keys::{refuse_open_mode, sync_folder};
use crate::lock::{Lock, LockFault};
use crate::{Error, KeySeeds, Keys, schema};

const DATABASE: &str = "home.db";
/// The write-ahead log that SQLite keeps beside the database while it is open.
const LOG: &str = "home.db-wal";
const LOCK: &str = "lock";
/// How long a reader waits for a writer's commit.
const BUSY: Duration = Duration::from_secs(5);

/// What a command will do with a home.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Access {
    /// Look only; works beside a writer.
    Read,
    /// Change; one process at a time.
    Write,
}

/// An open home.
pub struct Home {
    path: PathBuf,
    connection: Connection,
    keys: Keys,
    card: Card,
    /// Shared by the handles of one process; let go of with the last one.
    lock: Option<Arc<Lock>>,
}

impl Home {
    /// Makes a home: folder (0700), key files (0600), database, own card. Nothing is left behind on failure.
    ///
    /// # Errors
    /// [`Error::Exists`] if anything is at `path`, an empty folder excepted.
    pub fn create(path: &Path, seeds: &KeySeeds, card: &Card) -> Result<Home, Error> {
        let home = Building::begin(path)?;
        seeds.write(path)?;
        drop(create_database(path)?);
        let opened = Home::open_with(path, Access::Write, Some(card))?;
        sync_folder(path)?;
        home.finish();
        Ok(opened)
    }

    /// Opens a home.
    ///
    /// # Errors
    /// [`Error::Missing`], [`Error::Locked`] (for [`Access::Write`]), [`Error::TooOpen`],
    /// [`Error::NewerSchema`], [`Error::Damaged`], [`Error::ReadOnly`].
    pub fn open(path: &Path, access: Access) -> Result<Home, Error> {
        if !path.join(DATABASE).is_file() {
            return Err(Error::Missing(path.to_owned()));
        }
        match Home::open_with(path, access, None) {
            // Of an earlier version: a writer brings it to this one, if nobody has it.
            Err(older @ Error::OlderSchema(_)) if access == Access::Read => {
                drop(Home::open_with(path, Access::Write, None).map_err(|_| older)?);
                Home::open_with(path, access, None)
            }
            opened => opened,
        }
    }

    fn open_with(path: &Path, access: Access, new_card: Option<&Card>) -> Result<Home, Error> {
        refuse_open_mode(path)?;
        let lock = match access {
            Access::Write => Some(Arc::new(lock(path)?)),
            Access::Read => None,
        };
        Home::open_under(path, access, lock, new_card)
    }

    /// A second handle on the same home under the same lock, with a connection of its own: for what is changed while
    /// accords are open on the first.
    ///
    /// # Errors
    /// As [`Home::open`].
    pub fn second(&self) -> Result<Home, Error> {
        let access = if self.lock.is_some() { Access::Write } else { Access::Read };
        Home::open_under(&self.path, access, self.lock.clone(), None)
    }

    fn open_under(
        path: &Path,
        access: Access,
        lock: Option<Arc<Lock>>,
        new_card: Option<&Card>,
    ) -> Result<Home, Error> {
        let keys = KeySeeds::read(path)?.keys();
        let connection = connect(path, access)?;
        let failed = |error| Error::database(path, error);
        if let Some(card) = new_card {
            connection.execute("INSERT INTO own_card VALUES (1, ?1)", [card.bytes()]).map_err(failed)?;
        }
        let damaged = |detail: String| Error::Damaged { path: path.to_owned(), detail };
        let bytes: Option<Vec<u8>> = connection
            .query_row("SELECT card FROM own_card", [], |row| row.get(0))
            .optional()
            .map_err(failed)?;
        let bytes = bytes.ok_or_else(|| damaged("its database holds no card of its own".into()))?;
        let card = Card::read(&bytes).map_err(|error| damaged(error.to_string()))?;
        let fits = card.identity() == &keys.identity.public()
            && card.desk() == &keys.desk.public()
            && card.node() == &keys.node.public();
        if !fits {
            return Err(damaged("its keys are not those of its card".into()));
        }
        Ok(Home { path: path.to_owned(), connection, keys, card, lock })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Our own card.
    pub fn card(&self) -> &Card {
        &self.card
    }

    /// Card and signing keys.
    pub fn us(&self) -> Us<'_> {
        Us { card: &self.card, desk: &self.keys.desk, node: &self.keys.node }
    }

    /// The keys, for signing a new revision of the card.
    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    /// The keys, read from their files again: for a link, which keeps its own.
    ///
    /// # Errors
    /// As [`Home::open`].
    pub fn read_keys(&self) -> Result<Keys, Error> {
        Ok(KeySeeds::read(&self.path)?.keys())
    }

    /// Keeps a new revision of our own card.
    ///
    /// # Errors
    /// [`Error::ReadOnly`], [`Error::DiskFull`] and the like.
    pub fn set_card(&mut self, card: Card) -> Result<(), Error> {
        self.run(|db| db.execute("UPDATE own_card SET card = ?1", [card.bytes()]))?;
        self.card = card;
        Ok(())
    }

    /// The whole database as bytes.
    pub(crate) fn database_bytes(&mut self) -> Result<Vec<u8>, Error> {
        let bytes = self.connection.serialize("main").map(|data| data.to_vec());
        bytes.map_err(|error| Error::database(&self.path, error))
    }

    /// Runs one piece of database work.
    pub(crate) fn run<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, Error> {
        work(&self.connection).map_err(|error| Error::database(&self.path, error))
    }

    /// Runs several pieces as one: all of it is stored, or nothing.
    pub(crate) fn transact<T>(
        &mut self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, Error> {
        let failed = |error| Error::database(&self.path, error);
        let transaction = self.connection.transaction().map_err(failed)?;
        let value = work(&transaction).map_err(failed)?;
        transaction.commit().map_err(failed)?;
        Ok(value)
    }

    /// Takes what was deleted out of the write-ahead log too: the log still holds the pages as they were
    /// before. Best effort: a reader in the middle of something puts it off until the home is closed.
    pub(crate) fn erase_deleted(&self) {
        let _ = self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
    }
}

/// Checks that a change met its row: what is finished once is never finished again.
pub(crate) fn one_row(changed: usize) -> rusqlite::Result<()> {
    if changed == 1 { Ok(()) } else { Err(rusqlite::Error::StatementChangedRows(changed)) }
}

/// A home that is being made; taken away again unless it is finished.
pub(crate) struct Building {
    path: PathBuf,
    finished: bool,
}

impl Building {
    /// Begins one: the folder is there and empty, 0700.
    pub(crate) fn begin(path: &Path) -> Result<Building, Error> {
        let failed = |error| Error::io(path, error);
        match fs::read_dir(path).map(Iterator::count) {
            Ok(0) => fs::remove_dir(path).map_err(failed)?,
            Ok(_) => return Err(Error::Exists(path.to_owned())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotADirectory => {
                return Err(Error::Exists(path.to_owned()));
            }
            Err(error) => return Err(failed(error)),
        }
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(|error| Error::io(parent, error))?;
        }
        fs::DirBuilder::new().mode(0o700).create(path).map_err(failed)?;
        Ok(Building { path: path.to_owned(), finished: false })
    }

    pub(crate) fn finish(mut self) {
        self.finished = true;
    }
}

impl Drop for Building {
    fn drop(&mut self) {
        if !self.finished {
            // Best effort: the error that led here is the one to report.
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}

fn create_database(path: &Path) -> Result<Connection, Error> {
    let file = path.join(DATABASE);
    // Made by us first, so that SQLite never creates it readable to others.
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&file)
        .map_err(|e| Error::io(&file, e))?;
    connect(path, Access::Write)
}

/// Writes a database that came out of an export into a home that is being made.
pub(crate) fn restore_database(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let file = path.join(DATABASE);
    let failed = |error| Error::io(&file, error);
    let mut out = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&file).map_err(failed)?;
    out.write_all(bytes).and_then(|()| out.sync_all()).map_err(failed)
}

fn connect(path: &Path, access: Access) -> Result<Connection, Error> {
    match access {
        Access::Write => connect_writer(path),
        Access::Read => connect_reader(path),
    }
}

fn connect_writer(path: &Path) -> Result<Connection, Error> {
    let failed = |error| Error::database(path, error);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path.join(DATABASE), flags).map_err(failed)?;
    connection.busy_timeout(BUSY).map_err(failed)?;
    connection.pragma_update(None, "foreign_keys", true).map_err(failed)?;
    // Deleted rows held items and secrets: their bytes are overwritten.
    connection.pragma_update(None, "secure_delete", true).map_err(failed)?;
    // A confined node may write nowhere but in its home.
    connection.pragma_update(None, "temp_store", "MEMORY").map_err(failed)?;
    connection.pragma_update(None, "journal_mode", "WAL").map_err(failed)?;
    connection.pragma_update(None, "synchronous", "FULL").map_err(failed)?;
    schema::migrate(&mut connection, path)?;
    Ok(connection)
}

fn connect_reader(path: &Path) -> Result<Connection, Error> {
    let failed = |error| Error::database(path, error);
    let file = path.join(DATABASE);
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(&file, flags).map_err(failed)?;
    connection.busy_timeout(BUSY).map_err(failed)?;
    match schema::check_current(&connection, path) {
        // A disk that takes no files: SQLite cannot make its log there, and nothing is in it.
        Err(Error::ReadOnly(_)) if fs::metadata(path.join(LOG)).map_or(true, |log| log.len() == 0) => {
            let connection =
                Connection::open_with_flags(immutable(&file), flags | OpenFlags::SQLITE_OPEN_URI)
                    .map_err(failed)?;
            schema::check_current(&connection, path)?;
            Ok(connection)
        }
        checked => checked.map(|()| connection),
    }
}

/// The name under which SQLite opens a file that nobody can change.
fn immutable(file: &Path) -> String {
    let mut uri = "file:".to_owned();
    for byte in file.as_os_str().as_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' => {
                uri.push(char::from(*byte))
            }
            _ => uri += &format!("%{byte:02X}"),
        }
    }
    uri + "?immutable=1"
}

fn lock(path: &Path) -> Result<Lock, Error> {
    let file = path.join(LOCK);
    Lock::take(&file).map_err(|fault| match fault {
        LockFault::Held(pid) => Error::Locked { path: path.to_owned(), pid },
        LockFault::Io(error) => Error::io(&file, error),
    })
}
