//! What officers sign in with, and who is signed in.

use detente_accord::Time;
use rusqlite::{OptionalExtension as _, params};

use super::{Digest, OfficerId, Officers};
use crate::Error;

/// A kind of secret that lets somebody in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WayIn {
    /// A link from the command line: once.
    Link,
    /// The key of a program.
    Program,
}

impl WayIn {
    fn name(self) -> &'static str {
        match self {
            WayIn::Link => "link",
            WayIn::Program => "program",
        }
    }
}

/// A session as it is kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StoredSession {
    /// Whose it is.
    pub officer: OfficerId,
    /// How it was begun: `link` or `passkey`.
    pub way: String,
    /// When.
    pub began: Time,
    /// When it was last used.
    pub seen: Time,
}

/// A passkey as it is kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StoredPasskey {
    /// The credential's id.
    pub id: Vec<u8>,
    /// Whose it is.
    pub officer: OfficerId,
    /// What its owner calls it.
    pub label: String,
    /// Public key, counter and the rest, as the library that checks it writes them.
    pub body: String,
    /// When it was added.
    pub made: Time,
}

impl Officers {
    /// Keeps the hash of a secret that lets an officer in until then.
    ///
    /// # Errors
    /// As of any write.
    pub fn put_way_in(
        &mut self,
        kind: WayIn,
        digest: &Digest,
        officer: &OfficerId,
        (made, until): (Time, Time),
    ) -> Result<(), Error> {
        self.transact(|db| {
            db.execute("DELETE FROM way_in WHERE until_ms <= ?1", [made.0])?;
            let row = params![digest, kind.name(), officer, made.0, until.0];
            db.execute("INSERT INTO way_in VALUES (?1, ?2, ?3, ?4, ?5)", row).map(drop)
        })
    }

    /// Whom a secret lets in now. It stays.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn way_in(&self, kind: WayIn, digest: &Digest, now: Time) -> Result<Option<OfficerId>, Error> {
        self.run(|db| {
            db.prepare_cached("SELECT officer FROM way_in WHERE digest = ?1 AND kind = ?2 AND until_ms > ?3")?
                .query_row(params![digest, kind.name(), now.0], |row| row.get(0))
                .optional()
        })
    }

    /// Whom a secret lets in now; it is used up.
    ///
    /// # Errors
    /// As of any write.
    pub fn use_way_in(
        &mut self,
        kind: WayIn,
        digest: &Digest,
        now: Time,
    ) -> Result<Option<OfficerId>, Error> {
        self.run(|db| {
            db.prepare_cached(
                "DELETE FROM way_in WHERE digest = ?1 AND kind = ?2 AND until_ms > ?3 RETURNING officer",
            )?
            .query_row(params![digest, kind.name(), now.0], |row| row.get(0))
            .optional()
        })
    }

    /// Ends what lets an officer in of this kind.
    ///
    /// # Errors
    /// As of any write.
    pub fn end_ways_in(&mut self, kind: WayIn, officer: &OfficerId) -> Result<usize, Error> {
        self.run(|db| {
            db.execute("DELETE FROM way_in WHERE kind = ?1 AND officer = ?2", params![kind.name(), officer])
        })
    }

    /// Begins a session. Those that began or were last used before the two times go; of one officer's the newest stay.
    ///
    /// # Errors
    /// As of any write.
    pub fn begin_session(
        &mut self,
        digest: &Digest,
        session: &StoredSession,
        (began_after, seen_after): (Time, Time),
        sessions_max: usize,
    ) -> Result<(), Error> {
        self.transact(|db| {
            let old = params![began_after.0, seen_after.0];
            db.execute("DELETE FROM session WHERE began_ms < ?1 OR seen_ms < ?2", old)?;
            db.execute(
                "INSERT INTO session VALUES (?1, ?2, ?3, ?4, ?5)",
                params![digest, session.officer, session.way, session.began.0, session.seen.0],
            )?;
            db.execute(
                "DELETE FROM session WHERE officer = ?1 AND digest NOT IN (
                     SELECT digest FROM session WHERE officer = ?1 ORDER BY began_ms DESC, rowid DESC LIMIT ?2)",
                params![session.officer, sessions_max],
            )
            .map(drop)
        })
    }

    /// The session of this secret.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn session(&self, digest: &Digest) -> Result<Option<StoredSession>, Error> {
        self.run(|db| {
            db.prepare_cached("SELECT officer, way, began_ms, seen_ms FROM session WHERE digest = ?1")?
                .query_row([digest], |row| {
                    Ok(StoredSession {
                        officer: row.get(0)?,
                        way: row.get(1)?,
                        began: Time(row.get(2)?),
                        seen: Time(row.get(3)?),
                    })
                })
                .optional()
        })
    }

    /// Notes that a session was used.
    ///
    /// # Errors
    /// As of any write.
    pub fn saw_session(&mut self, digest: &Digest, now: Time) -> Result<(), Error> {
        self.run(|db| {
            db.execute("UPDATE session SET seen_ms = ?2 WHERE digest = ?1", params![digest, now.0]).map(drop)
        })
    }

    /// Ends a session.
    ///
    /// # Errors
    /// As of any write.
    pub fn end_session(&mut self, digest: &Digest) -> Result<(), Error> {
        self.run(|db| db.execute("DELETE FROM session WHERE digest = ?1", [digest]).map(drop))
    }

    /// The passkeys of an officer, oldest first.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn passkeys(&self, officer: &OfficerId) -> Result<Vec<StoredPasskey>, Error> {
        self.run(|db| {
            db.prepare_cached(
                "SELECT id, officer, label, body, made_ms FROM passkey WHERE officer = ?1 ORDER BY made_ms, id",
            )?
            .query_map([officer], |row| {
                Ok(StoredPasskey {
                    id: row.get(0)?,
                    officer: row.get(1)?,
                    label: row.get(2)?,
                    body: row.get(3)?,
                    made: Time(row.get(4)?),
                })
            })?
            .collect()
        })
    }

    /// How many passkeys there are in all.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn passkey_count(&self) -> Result<u64, Error> {
        self.run(|db| db.query_row("SELECT count(*) FROM passkey", [], |row| row.get(0)))
    }

    /// Adds a passkey; gives whether its id was new: an authenticator's id belongs to one officer.
    ///
    /// # Errors
    /// As of any write.
    pub fn add_passkey(&mut self, passkey: &StoredPasskey) -> Result<bool, Error> {
        let added = self.run(|db| {
            db.execute(
                "INSERT OR IGNORE INTO passkey VALUES (?1, ?2, ?3, ?4, ?5)",
                params![passkey.id, passkey.officer, passkey.label, passkey.body, passkey.made.0],
            )
        })?;
        Ok(added == 1)
    }

    /// Keeps what using a passkey changed: its counter.
    ///
    /// # Errors
    /// As of any write.
    pub fn update_passkey(&mut self, id: &[u8], body: &str) -> Result<(), Error> {
        self.run(|db| db.execute("UPDATE passkey SET body = ?2 WHERE id = ?1", params![id, body]).map(drop))
    }

    /// Removes a passkey of an officer; gives whether it was there.
    ///
    /// # Errors
    /// As of any write.
    pub fn remove_passkey(&mut self, officer: &OfficerId, id: &[u8]) -> Result<bool, Error> {
        let removed = self.run(|db| {
            db.execute("DELETE FROM passkey WHERE officer = ?1 AND id = ?2", params![officer, id])
        })?;
        Ok(removed == 1)
    }
}
