//! What one officer prepared and another has to approve; and answers that are given again.

use detente_accord::Time;
use rusqlite::{OptionalExtension as _, Row, params};

use super::{OfficerId, Officers};
use crate::Error;

/// Something that waits for another officer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Proposal {
    /// The accord it is in; zeros for what concerns the home.
    pub record: [u8; 32],
    /// Its name there.
    pub name: String,
    /// What would be done.
    pub action: String,
    /// Who prepared it.
    pub officer: OfficerId,
    /// The hash of the text that is to be approved.
    pub subject: [u8; 32],
    /// What doing it takes.
    pub body: Vec<u8>,
    /// When it was prepared.
    pub made: Time,
}

/// An answer that is given again to the same request under the same key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Remembered {
    /// The hash of the request.
    pub request: [u8; 32],
    /// The status of the answer.
    pub status: u16,
    /// Its body.
    pub body: Vec<u8>,
}

const COLUMNS: &str = "record, name, action, officer, subject, body, made_ms";

impl Officers {
    /// Keeps a proposal, in the place of an earlier one of the same name.
    ///
    /// # Errors
    /// As of any write.
    pub fn put_proposal(&mut self, proposal: &Proposal) -> Result<(), Error> {
        self.run(|db| {
            db.execute(
                "INSERT OR REPLACE INTO proposal VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                params![
                    proposal.record,
                    proposal.name,
                    proposal.action,
                    proposal.officer,
                    proposal.subject,
                    proposal.body,
                    proposal.made.0
                ],
            )
            .map(drop)
        })
    }

    /// The proposal of this name.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn proposal(&self, record: &[u8; 32], name: &str) -> Result<Option<Proposal>, Error> {
        self.run(|db| {
            let asked = format!("SELECT {COLUMNS} FROM proposal WHERE record = ?1 AND name = ?2");
            db.prepare_cached(&asked)?.query_row(params![record, name], read).optional()
        })
    }

    /// The proposals of an accord, oldest first.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn proposals(&self, record: &[u8; 32]) -> Result<Vec<Proposal>, Error> {
        self.run(|db| {
            let asked = format!("SELECT {COLUMNS} FROM proposal WHERE record = ?1 ORDER BY made_ms, name");
            db.prepare_cached(&asked)?.query_map([record], read)?.collect()
        })
    }

    /// Takes a proposal away: it was done, or given up. Gives whether it was there, so that two who approve at the
    /// same moment do it once.
    ///
    /// # Errors
    /// As of any write.
    pub fn take_proposal(&mut self, record: &[u8; 32], name: &str) -> Result<bool, Error> {
        let gone = self.run(|db| {
            db.execute("DELETE FROM proposal WHERE record = ?1 AND name = ?2", params![record, name])
        })?;
        Ok(gone == 1)
    }

    /// What was answered under a key.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn answered(&self, officer: &OfficerId, key: &str) -> Result<Option<Remembered>, Error> {
        self.run(|db| {
            db.prepare_cached("SELECT request, status, body FROM answered WHERE officer = ?1 AND key = ?2")?
                .query_row(params![officer, key], |row| {
                    Ok(Remembered { request: row.get(0)?, status: row.get(1)?, body: row.get(2)? })
                })
                .optional()
        })
    }

    /// Keeps an answer under a key; those before the time given go.
    ///
    /// # Errors
    /// As of any write.
    pub fn put_answered(
        &mut self,
        officer: &OfficerId,
        key: &str,
        answer: &Remembered,
        (now, kept_after): (Time, Time),
    ) -> Result<(), Error> {
        self.transact(|db| {
            db.execute("DELETE FROM answered WHERE at_ms < ?1", [kept_after.0])?;
            db.execute(
                "INSERT OR REPLACE INTO answered VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                params![officer, key, answer.request, answer.status, answer.body, now.0],
            )
            .map(drop)
        })
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<Proposal> {
    Ok(Proposal {
        record: row.get(0)?,
        name: row.get(1)?,
        action: row.get(2)?,
        officer: row.get(3)?,
        subject: row.get(4)?,
        body: row.get(5)?,
        made: Time(row.get(6)?),
    })
}
