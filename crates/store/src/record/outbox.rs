//! What is to be sent: stored with the leaves it is about, taken out when it was delivered.

use rusqlite::{Connection, params};

use super::limits::OUTBOX_BODY_BYTES_MAX;
use super::{Error, Record};

/// Something to be sent.
#[derive(Clone, Copy)]
pub struct Outgoing<'a> {
    /// To whom.
    pub recipient: &'a str,
    /// What it is, in the sender's own words.
    pub kind: &'a str,
    /// What is sent, or what names it.
    pub body: &'a [u8],
}

/// Something that waits to be sent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Queued {
    /// Its number, rising in the order in which it came; never used twice.
    pub number: u64,
    /// To whom.
    pub recipient: String,
    /// What it is.
    pub kind: String,
    /// What is sent.
    pub body: Vec<u8>,
}

impl Record {
    /// Puts something into the outbox that belongs to no append.
    ///
    /// # Errors
    /// [`Error::TooLarge`]; as of any write.
    pub fn put_outgoing(&mut self, outgoing: &Outgoing<'_>) -> Result<(), Error> {
        check_lengths(std::slice::from_ref(outgoing))?;
        self.transact(outgoing.body.len(), |db| outgoing.insert(db))
    }

    /// What waits behind `after`, in order, at most `limit`; begin with 0.
    ///
    /// # Errors
    /// [`Error::Damaged`] and the like.
    pub fn outbox(&self, after: u64, limit: usize) -> Result<Vec<Queued>, Error> {
        self.ask(|db| {
            db.prepare_cached("SELECT * FROM outbox WHERE number > ?1 ORDER BY number LIMIT ?2")?
                .query_map(params![after, limit], |row| {
                    let (number, recipient) = (row.get(0)?, row.get(1)?);
                    Ok(Queued { number, recipient, kind: row.get(2)?, body: row.get(3)? })
                })?
                .collect()
        })
    }

    /// Takes out what was delivered.
    ///
    /// # Errors
    /// As of any write.
    pub fn delivered(&mut self, numbers: &[u64]) -> Result<(), Error> {
        self.transact(0, |db| {
            let mut delete = db.prepare_cached("DELETE FROM outbox WHERE number = ?1")?;
            numbers.iter().try_for_each(|number| delete.execute([number]).map(drop))
        })
    }
}

impl Outgoing<'_> {
    pub(super) fn insert(&self, db: &Connection) -> rusqlite::Result<()> {
        let mut insert =
            db.prepare_cached("INSERT INTO outbox (recipient, kind, body) VALUES (?1, ?2, ?3)")?;
        insert.execute(params![self.recipient, self.kind, self.body])?;
        Ok(())
    }
}

pub(super) fn check_lengths(outbox: &[Outgoing<'_>]) -> Result<(), Error> {
    match outbox.iter().find(|outgoing| outgoing.body.len() > OUTBOX_BODY_BYTES_MAX) {
        Some(outgoing) => Err(Error::TooLarge {
            name: "a body to be sent",
            bytes: outgoing.body.len(),
            bytes_max: OUTBOX_BODY_BYTES_MAX,
        }),
        None => Ok(()),
    }
}
