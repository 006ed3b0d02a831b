//! Statements that wait for their release: made and signed by one office, said by nobody yet. They hold what the
//! statement will commit to in plain form, so they lie beside the content and go as content goes.

use rusqlite::{OptionalExtension as _, params};
use zeroize::Zeroizing;

use super::content::check;
use super::limits::WAITING_BYTES_MAX;
use super::{Error, Record};

/// A statement that waits. Wiped on drop.
pub struct WaitingRow {
    /// Its name.
    pub name: String,
    /// The statement with signatures, salts and values, as its owner encoded them.
    pub body: Zeroizing<Vec<u8>>,
}

impl Record {
    /// Keeps a statement until its release; the same name again replaces it.
    ///
    /// # Errors
    /// [`Error::TooLarge`]; as of any write.
    pub fn put_waiting(&mut self, name: &str, body: &[u8]) -> Result<(), Error> {
        check("a statement that waits", body, WAITING_BYTES_MAX)?;
        self.content_database.transact(body.len(), |db| {
            db.execute("INSERT OR REPLACE INTO waiting VALUES (?1, ?2)", params![name, body]).map(drop)
        })
    }

    /// Every statement that waits, by name.
    ///
    /// # Errors
    /// [`Error::Damaged`] and the like.
    pub fn waiting(&self) -> Result<Vec<WaitingRow>, Error> {
        self.content_database.ask(|db| {
            db.prepare_cached("SELECT name, body FROM waiting ORDER BY name")?
                .query_map([], |row| {
                    Ok(WaitingRow { name: row.get(0)?, body: row.get(1).map(Zeroizing::new)? })
                })?
                .collect()
        })
    }

    /// The statement of this name.
    ///
    /// # Errors
    /// [`Error::Damaged`] and the like.
    pub fn waiting_named(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, Error> {
        self.content_database.ask(|db| {
            db.prepare_cached("SELECT body FROM waiting WHERE name = ?1")?
                .query_row([name], |row| row.get(0).map(Zeroizing::new))
                .optional()
        })
    }

    /// Takes a statement that was said from those that wait: its content stands beside its entry now. The row is
    /// overwritten.
    ///
    /// # Errors
    /// As of any write.
    pub fn take_waiting(&mut self, name: &str) -> Result<(), Error> {
        self.content_database.transact(0, |db| db.execute("DELETE FROM waiting WHERE name = ?1", [name]))?;
        Ok(())
    }

    /// Destroys a statement that will not be said, with the sealed items it names and their keys, as
    /// [`Record::erase`] does.
    ///
    /// # Errors
    /// [`Error::ReaderInTheWay`] if another process reads: rows are gone, traces may be left; as of any write.
    pub fn erase_waiting(&mut self, name: &str, sealed: &[[u8; 32]]) -> Result<(), Error> {
        self.content_database.transact(0, |db| {
            db.execute("DELETE FROM waiting WHERE name = ?1", [name])?;
            sealed.iter().try_for_each(|hash| {
                db.execute("DELETE FROM item_key WHERE hash = ?1", [hash])?;
                db.execute("DELETE FROM sealed WHERE hash = ?1", [hash]).map(drop)
            })
        })?;
        self.empty_content_traces()
    }
}
