//! What officers did here: a chain of lines, each over the one before. Approvals sign its newest head, so that a
//! line cannot go without a trace once another officer has approved something after it.

use detente_accord::Time;
use rusqlite::{Connection, OptionalExtension as _, params};
use sha2::{Digest as _, Sha256};

use super::Officers;
use crate::Error;

/// A line to be added.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AuditLine {
    /// When.
    pub at: Time,
    /// The officer's name, or `command line`.
    pub officer: String,
    /// What was done or tried.
    pub what: String,
    /// To what: an entry, a name, an officer. Never content.
    pub about: String,
    /// `done`, or the name of the refusal.
    pub outcome: String,
    /// What shows it: the statement that a passkey signed; empty elsewhere.
    pub proof: Vec<u8>,
}

/// A line as it stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AuditRow {
    /// Counted from 1 without gaps.
    pub seq: u64,
    /// The line.
    pub line: AuditLine,
    /// The hash over the chain before it and the line.
    pub chain: [u8; 32],
}

impl AuditLine {
    /// The hash over a chain and this line after it: each field with its length before it.
    fn chained(&self, before: &[u8; 32]) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(b"detente/audit/v1\0");
        hash.update(before);
        hash.update(self.at.0.to_be_bytes());
        let fields = [&self.officer, &self.what, &self.about, &self.outcome].map(|text| text.as_bytes());
        for field in fields.into_iter().chain([self.proof.as_slice()]) {
            hash.update((field.len() as u64).to_be_bytes());
            hash.update(field);
        }
        hash.finalize().into()
    }
}

impl Officers {
    /// Adds a line; gives the new head of the chain.
    ///
    /// # Errors
    /// As of any write.
    pub fn audit(&mut self, line: &AuditLine) -> Result<[u8; 32], Error> {
        self.transact(|db| {
            let chain = line.chained(&head(db)?);
            db.execute(
                "INSERT INTO audit (at_ms, officer, what, about, outcome, proof, chain)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                params![line.at.0, line.officer, line.what, line.about, line.outcome, line.proof, chain],
            )?;
            Ok(chain)
        })
    }

    /// The newest head of the chain; zeros before the first line.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn audit_head(&self) -> Result<[u8; 32], Error> {
        self.run(head)
    }

    /// Lines before `before`, newest first, at most so many.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn audit_lines(&self, before: Option<u64>, count_max: usize) -> Result<Vec<AuditRow>, Error> {
        let before = before.unwrap_or(i64::MAX as u64);
        self.run(|db| {
            db.prepare_cached(
                "SELECT seq, at_ms, officer, what, about, outcome, proof, chain FROM audit
                 WHERE seq < ?1 ORDER BY seq DESC LIMIT ?2",
            )?
            .query_map(params![before, count_max], read)?
            .collect()
        })
    }

    /// The number of the first line that does not follow from those before it.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn audit_fault(&self) -> Result<Option<u64>, Error> {
        self.run(|db| {
            let mut chain = [0; 32];
            let mut statement = db.prepare(
                "SELECT seq, at_ms, officer, what, about, outcome, proof, chain FROM audit ORDER BY seq",
            )?;
            for (row, due) in statement.query_map([], read)?.zip(1..) {
                let row = row?;
                chain = row.line.chained(&chain);
                if row.seq != due || chain != row.chain {
                    return Ok(Some(due));
                }
            }
            Ok(None)
        })
    }
}

fn head(db: &Connection) -> rusqlite::Result<[u8; 32]> {
    let mut last = db.prepare_cached("SELECT chain FROM audit ORDER BY seq DESC LIMIT 1")?;
    Ok(last.query_row([], |row| row.get(0)).optional()?.unwrap_or([0; 32]))
}

fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<AuditRow> {
    Ok(AuditRow {
        seq: row.get(0)?,
        line: AuditLine {
            at: Time(row.get(1)?),
            officer: row.get(2)?,
            what: row.get(3)?,
            about: row.get(4)?,
            outcome: row.get(5)?,
            proof: row.get(6)?,
        },
        chain: row.get(7)?,
    })
}
