//! Public files of a record (charter, offers, keysets, rules) and evidence.

use rusqlite::{OptionalExtension as _, params};
use sha2::{Digest as _, Sha256};

use super::limits::PUBLIC_FILE_BYTES_MAX;
use super::{Error, Record};

/// SHA-256.
pub(super) fn hash(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

impl Record {
    /// Keeps a public file for ever. The same one twice is kept once.
    ///
    /// # Errors
    /// [`Error::OtherBytes`] if the name stands for something else; [`Error::TooLarge`]; as of any write.
    pub fn put_public_file(&mut self, kind: &str, name: &str, bytes: &[u8]) -> Result<(), Error> {
        check_length("a public file", bytes)?;
        if let Some(held) = self.public_file(kind, name)? {
            let other = || Error::OtherBytes { kind: kind.to_owned(), name: name.to_owned() };
            return if held == bytes { Ok(()) } else { Err(other()) };
        }
        self.transact(bytes.len(), |db| {
            db.execute(
                "INSERT INTO public_file VALUES (?1, ?2, ?3, ?4)",
                params![kind, name, hash(bytes), bytes],
            )
        })?;
        Ok(())
    }

    /// The public file of this kind and name.
    ///
    /// # Errors
    /// [`Error::Damaged`] if it changed on disk.
    pub fn public_file(&self, kind: &str, name: &str) -> Result<Option<Vec<u8>>, Error> {
        let row: Option<([u8; 32], Vec<u8>)> = self.ask(|db| {
            db.prepare_cached("SELECT hash, bytes FROM public_file WHERE kind = ?1 AND name = ?2")?
                .query_row([kind, name], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()
        })?;
        row.map(|(held, bytes)| self.unchanged(held, bytes)).transpose()
    }

    /// The names of the public files of a kind, sorted.
    ///
    /// # Errors
    /// [`Error::Damaged`] and the like.
    pub fn public_files(&self, kind: &str) -> Result<Vec<String>, Error> {
        self.ask(|db| {
            db.prepare_cached("SELECT name FROM public_file WHERE kind = ?1 ORDER BY name")?
                .query_map([kind], |row| row.get(0))?
                .collect()
        })
    }

    /// Keeps an evidence file for ever and gives its hash. The same one twice is kept once.
    ///
    /// # Errors
    /// [`Error::TooLarge`]; as of any write.
    pub fn put_evidence(&mut self, bytes: &[u8]) -> Result<[u8; 32], Error> {
        check_length("an evidence file", bytes)?;
        let hash = hash(bytes);
        self.transact(bytes.len(), |db| {
            db.execute("INSERT INTO evidence VALUES (?1, ?2) ON CONFLICT DO NOTHING", params![hash, bytes])
        })?;
        Ok(hash)
    }

    /// The evidence file with this hash.
    ///
    /// # Errors
    /// [`Error::Damaged`] if it changed on disk.
    pub fn evidence(&self, hash: &[u8; 32]) -> Result<Option<Vec<u8>>, Error> {
        let bytes: Option<Vec<u8>> = self.ask(|db| {
            db.prepare_cached("SELECT bytes FROM evidence WHERE hash = ?1")?
                .query_row([hash], |row| row.get(0))
                .optional()
        })?;
        bytes.map(|bytes| self.unchanged(*hash, bytes)).transpose()
    }

    /// The hashes of all evidence files, sorted.
    ///
    /// # Errors
    /// [`Error::Damaged`] and the like.
    pub fn evidence_hashes(&self) -> Result<Vec<[u8; 32]>, Error> {
        self.ask(|db| {
            db.prepare_cached("SELECT hash FROM evidence ORDER BY hash")?
                .query_map([], |row| row.get(0))?
                .collect()
        })
    }

    fn unchanged(&self, held: [u8; 32], bytes: Vec<u8>) -> Result<Vec<u8>, Error> {
        if hash(&bytes) == held { Ok(bytes) } else { Err(self.damaged("a file is not what was stored")) }
    }
}

fn check_length(name: &'static str, bytes: &[u8]) -> Result<(), Error> {
    if bytes.len() > PUBLIC_FILE_BYTES_MAX {
        return Err(Error::TooLarge { name, bytes: bytes.len(), bytes_max: PUBLIC_FILE_BYTES_MAX });
    }
    Ok(())
}
