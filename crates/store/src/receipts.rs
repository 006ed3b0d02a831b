//! Receipts: the documents that were signed at the end of a run, ours and the other side's.

use detente_accord::receipt::Receipt;
use detente_accord::{PartyId, Time};
use rusqlite::{Connection, Row, params};

use crate::{Error, Home};

/// A receipt as it is kept.
#[derive(Clone)]
pub struct StoredReceipt {
    /// The run number.
    pub run: [u8; 16],
    /// Who signed it.
    pub author: PartyId,
    /// The other side of the run.
    pub peer: PartyId,
    /// The document that may be shown.
    pub document: Vec<u8>,
    /// The author's own closing statement with all its openings; empty for another's receipt.
    pub private: Vec<u8>,
    /// When it was kept.
    pub kept: Time,
}

impl StoredReceipt {
    /// Takes the place of an earlier receipt of the same run by the same author: a run that was answered
    /// gets its closing part when the result comes.
    pub(crate) fn insert(&self, db: &Connection) -> rusqlite::Result<()> {
        db.execute(
            "INSERT OR REPLACE INTO receipt VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![
                self.run,
                self.author.as_str(),
                self.peer.as_str(),
                self.document,
                self.private,
                self.kept.0
            ],
        )?;
        Ok(())
    }

    /// The document, read.
    ///
    /// # Errors
    /// The rejection by name: the home is damaged.
    pub fn read(&self) -> Result<Receipt, detente_accord::Rejection> {
        Receipt::read(&self.document)
    }
}

impl Home {
    /// Keeps a receipt that the other side gave us.
    ///
    /// # Errors
    /// As of any write.
    pub fn put_receipt(&mut self, receipt: &StoredReceipt) -> Result<(), Error> {
        self.run(|db| receipt.insert(db))
    }

    /// All receipts, oldest first.
    ///
    /// # Errors
    /// [`Error::Damaged`] if one no longer reads.
    pub fn receipts(&self) -> Result<Vec<StoredReceipt>, Error> {
        let rows = self.run(|db| {
            db.prepare("SELECT run, author, peer, document, private, kept_ms FROM receipt ORDER BY kept_ms, run, author")?
                .query_map([], read_row)?
                .collect::<rusqlite::Result<Vec<_>>>()
        })?;
        let read = |(run, author, peer, document, private, kept): ReceiptRow| {
            let (author, peer) = (PartyId::parse(&author)?, PartyId::parse(&peer)?);
            Some(StoredReceipt { run, author, peer, document, private, kept: Time(kept) })
        };
        rows.into_iter()
            .map(|row| read(row).ok_or_else(|| self.damaged("a receipt no longer reads")))
            .collect()
    }
}

type ReceiptRow = ([u8; 16], String, String, Vec<u8>, Vec<u8>, u64);

fn read_row(row: &Row<'_>) -> rusqlite::Result<ReceiptRow> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?))
}
