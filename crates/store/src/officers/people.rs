//! The officers themselves.

use detente_accord::Time;
use rusqlite::{OptionalExtension as _, Row, params};

use super::Officers;
use crate::Error;

/// Sixteen random bytes that name an officer for good; a passkey carries them too.
pub type OfficerId = [u8; 16];

/// An officer as it is kept. What role and offices mean is judged elsewhere.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StoredOfficer {
    /// For good.
    pub id: OfficerId,
    /// A pseudonym is enough; one officer a name.
    pub name: String,
    /// `officer`, `observer` or `admin`.
    pub role: String,
    /// Names of offices, in order.
    pub offices: Vec<String>,
    /// When it was added.
    pub made: Time,
}

const COLUMNS: &str = "id, name, role, offices, made_ms";

impl Officers {
    /// Adds an officer; gives whether the name was free.
    ///
    /// # Errors
    /// As of any write.
    pub fn add(&mut self, officer: &StoredOfficer) -> Result<bool, Error> {
        let added = self.run(|db| {
            db.execute(
                "INSERT OR IGNORE INTO officer VALUES (?1, ?2, ?3, ?4, ?5, NULL)",
                params![officer.id, officer.name, officer.role, officer.offices.join(" "), officer.made.0],
            )
        })?;
        Ok(added == 1)
    }

    /// All officers that were not removed, by name.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn all(&self) -> Result<Vec<StoredOfficer>, Error> {
        self.run(|db| {
            let asked = format!("SELECT {COLUMNS} FROM officer WHERE removed_ms IS NULL ORDER BY name");
            db.prepare_cached(&asked)?.query_map([], read)?.collect()
        })
    }

    /// The officer with this id.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn officer(&self, id: &OfficerId) -> Result<Option<StoredOfficer>, Error> {
        self.run(|db| {
            let asked = format!("SELECT {COLUMNS} FROM officer WHERE id = ?1 AND removed_ms IS NULL");
            db.prepare_cached(&asked)?.query_row([id], read).optional()
        })
    }

    /// The officer of this name.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn named(&self, name: &str) -> Result<Option<StoredOfficer>, Error> {
        self.run(|db| {
            let asked = format!("SELECT {COLUMNS} FROM officer WHERE name = ?1 AND removed_ms IS NULL");
            db.prepare_cached(&asked)?.query_row([name], read).optional()
        })
    }

    /// Removes an officer, and every way in it had. Its proposals and audit lines stay.
    ///
    /// # Errors
    /// As of any write.
    pub fn remove(&mut self, id: &OfficerId, now: Time) -> Result<(), Error> {
        self.transact(|db| {
            db.execute("UPDATE officer SET removed_ms = ?2 WHERE id = ?1", params![id, now.0])?;
            db.execute("DELETE FROM way_in WHERE officer = ?1", [id])?;
            db.execute("DELETE FROM session WHERE officer = ?1", [id])?;
            db.execute("DELETE FROM passkey WHERE officer = ?1", [id]).map(drop)
        })
    }

    /// A setting that a running node leaves for commands.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn setting(&self, name: &str) -> Result<Option<String>, Error> {
        self.run(|db| {
            db.prepare_cached("SELECT value FROM setting WHERE name = ?1")?
                .query_row([name], |row| row.get(0))
                .optional()
        })
    }

    /// Keeps a setting.
    ///
    /// # Errors
    /// As of any write.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), Error> {
        self.run(|db| db.execute("INSERT OR REPLACE INTO setting VALUES (?1, ?2)", [name, value]).map(drop))
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<StoredOfficer> {
    let offices: String = row.get(3)?;
    Ok(StoredOfficer {
        id: row.get(0)?,
        name: row.get(1)?,
        role: row.get(2)?,
        offices: offices.split_whitespace().map(str::to_owned).collect(),
        made: Time(row.get(4)?),
    })
}
