//! Content beside the logs: values with their salts, sealed items, item keys. What leaves commit to, and what can
//! be erased without touching a log.
//!
//! Content is stored before the entry that commits to it: an orphan here is harmless, an entry that nobody can
//! open is not.

use rusqlite::{OptionalExtension as _, params};
use zeroize::Zeroizing;

use super::files::hash;
use super::limits::{FIELD_VALUE_BYTES_MAX, ITEM_KEY_BYTES_MAX, SEALED_BYTES_MAX};
use super::{Error, Record};

/// A field of an entry, to be stored.
pub struct Field<'a> {
    /// Party of the entry.
    pub party: &'a str,
    /// Epoch of its log.
    pub epoch: u64,
    /// Place in its log.
    pub seq: u64,
    /// Which field.
    pub label: &'a str,
    /// Its own random salt.
    pub salt: &'a [u8; 32],
    /// The bytes that were committed to.
    pub value: &'a [u8],
}

/// A field of an entry, as it is kept. Wiped on drop.
pub struct ContentField {
    /// Which field.
    pub label: String,
    /// Its salt.
    pub salt: Zeroizing<[u8; 32]>,
    /// The bytes that were committed to.
    pub value: Zeroizing<Vec<u8>>,
}

/// Whom the key of a sealed item is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ItemKeyFor<'a> {
    /// For us, as it is.
    Us,
    /// For a recipient, wrapped.
    Recipient(&'a str),
}

impl Record {
    /// Stores a field of an entry; the same one twice replaces it.
    ///
    /// # Errors
    /// As [`Record::put_fields`].
    pub fn put_field(&mut self, field: &Field<'_>) -> Result<(), Error> {
        self.put_fields(std::slice::from_ref(field))
    }

    /// Stores fields in one synced transaction, before the entries that commit to them.
    ///
    /// # Errors
    /// [`Error::TooLarge`]; as of any write. Nothing was stored then.
    pub fn put_fields(&mut self, fields: &[Field<'_>]) -> Result<(), Error> {
        fields.iter().try_for_each(|field| check("a value", field.value, FIELD_VALUE_BYTES_MAX))?;
        let bytes = fields.iter().map(|field| field.value.len()).sum();
        self.content_database.transact(bytes, |db| {
            let mut insert =
                db.prepare_cached("INSERT OR REPLACE INTO field VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?;
            fields.iter().try_for_each(|field| {
                let Field { party, epoch, seq, label, salt, value } = field;
                insert.execute(params![party, epoch, seq, label, salt, value]).map(drop)
            })
        })
    }

    /// The fields of an entry by label; none if it has none, or they were erased.
    ///
    /// # Errors
    /// [`Error::Damaged`] and the like.
    pub fn fields(&self, party: &str, epoch: u64, seq: u64) -> Result<Vec<ContentField>, Error> {
        self.content_database.ask(|db| {
            db.prepare_cached(
                "SELECT label, salt, value FROM field WHERE (party, epoch, seq) = (?1, ?2, ?3) ORDER BY label",
            )?
            .query_map(params![party, epoch, seq], |row| {
                let (salt, value) = (Zeroizing::new(row.get(1)?), Zeroizing::new(row.get(2)?));
                Ok(ContentField { label: row.get(0)?, salt, value })
            })?
            .collect()
        })
    }

    /// Stores a sealed item and gives its SHA-256, under which it stands.
    ///
    /// # Errors
    /// [`Error::TooLarge`]; as of any write.
    pub fn put_sealed(&mut self, ciphertext: &[u8]) -> Result<[u8; 32], Error> {
        check("a sealed item", ciphertext, SEALED_BYTES_MAX)?;
        let hash = hash(ciphertext);
        self.content_database.transact(ciphertext.len(), |db| {
            db.execute("INSERT INTO sealed VALUES (?1, ?2) ON CONFLICT DO NOTHING", params![hash, ciphertext])
        })?;
        Ok(hash)
    }

    /// The sealed item with this SHA-256.
    ///
    /// # Errors
    /// [`Error::Damaged`] if it changed on disk.
    pub fn sealed(&self, sha256: &[u8; 32]) -> Result<Option<Vec<u8>>, Error> {
        let ciphertext: Option<Vec<u8>> = self.content_database.ask(|db| {
            db.prepare_cached("SELECT ciphertext FROM sealed WHERE hash = ?1")?
                .query_row([sha256], |row| row.get(0))
                .optional()
        })?;
        match ciphertext {
            Some(ciphertext) if hash(&ciphertext) != *sha256 => {
                Err(self.content_database.damaged("a sealed item is not what was stored"))
            }
            ciphertext => Ok(ciphertext),
        }
    }

    /// Stores the key of a sealed item; one for the same reader is replaced.
    ///
    /// # Errors
    /// [`Error::TooLarge`]; as of any write.
    pub fn put_item_key(
        &mut self,
        sha256: &[u8; 32],
        reader: ItemKeyFor<'_>,
        key: &[u8],
    ) -> Result<(), Error> {
        check("an item key", key, ITEM_KEY_BYTES_MAX)?;
        let row = params![sha256, reader.name(), key];
        self.content_database.transact(key.len(), |db| {
            db.execute("INSERT OR REPLACE INTO item_key VALUES (?1, ?2, ?3)", row).map(drop)
        })
    }

    /// The key of a sealed item for this reader.
    ///
    /// # Errors
    /// [`Error::Damaged`] and the like.
    pub fn item_key(
        &self,
        sha256: &[u8; 32],
        reader: ItemKeyFor<'_>,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, Error> {
        self.content_database.ask(|db| {
            db.prepare_cached("SELECT key FROM item_key WHERE (hash, recipient) = (?1, ?2)")?
                .query_row(params![sha256, reader.name()], |row| row.get(0).map(Zeroizing::new))
                .optional()
        })
    }

    /// Destroys the fields of an entry with their salts, and these sealed items with all their keys. When it
    /// returns, no file of the record holds any of them: rows are overwritten, the database is written anew, and
    /// its write-ahead log is emptied. Copies of earlier back-ups are the caller's to destroy. What is not there
    /// is passed over, so that an erasure that was cut off is simply done again.
    ///
    /// # Errors
    /// [`Error::ReaderInTheWay`] if another process reads: rows are gone, traces may be left; as of any write.
    pub fn erase(&mut self, party: &str, epoch: u64, seq: u64, sealed: &[[u8; 32]]) -> Result<(), Error> {
        self.content_database.transact(0, |db| {
            db.execute(
                "DELETE FROM field WHERE (party, epoch, seq) = (?1, ?2, ?3)",
                params![party, epoch, seq],
            )?;
            sealed.iter().try_for_each(|hash| {
                db.execute("DELETE FROM item_key WHERE hash = ?1", [hash])?;
                db.execute("DELETE FROM sealed WHERE hash = ?1", [hash]).map(drop)
            })
        })?;
        self.empty_content_traces()
    }

    /// Writes the database anew and empties its write-ahead log: what was deleted leaves no trace in either.
    pub(super) fn empty_content_traces(&mut self) -> Result<(), Error> {
        self.content_database.vacuum()?;
        if self.content_database.empty_log()? {
            Ok(())
        } else {
            Err(Error::ReaderInTheWay(self.content_database.path().to_owned()))
        }
    }
}

impl ItemKeyFor<'_> {
    /// No party has an empty id.
    fn name(&self) -> &str {
        match self {
            ItemKeyFor::Us => "",
            ItemKeyFor::Recipient(name) => name,
        }
    }
}

pub(super) fn check(name: &'static str, bytes: &[u8], bytes_max: usize) -> Result<(), Error> {
    if bytes.len() > bytes_max {
        return Err(Error::TooLarge { name, bytes: bytes.len(), bytes_max });
    }
    Ok(())
}
