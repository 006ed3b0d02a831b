//! Live matches: the seed and the list of each run, kept before anything commits to them; and whether the seed is used.

use detente_accord::exchange::RunSecrets;
use detente_accord::{PartyId, Time};
use rusqlite::{OptionalExtension as _, Row, params};
use zeroize::Zeroizing;

use crate::home::one_row;
use crate::{Error, Home};

/// A live match as our home knows it.
pub struct StoredRun {
    /// The id of its terms statement.
    pub id: [u8; 32],
    /// The record of its accord.
    pub record: [u8; 32],
    /// The other side.
    pub peer: PartyId,
    /// Whether we proposed it.
    pub is_proposer: bool,
    /// When we made or accepted its terms.
    pub made: Time,
    /// Items that the peer is charged with in our ledger: 0 where it learns nothing of our list.
    pub charge_items: u64,
    /// Seed and salts.
    pub secrets: RunSecrets,
    /// Since when the seed is used: a frame may have left.
    pub begun: Option<Time>,
    /// What came of it.
    pub ended: Option<EndedRun>,
}

/// How a run ended here.
pub struct EndedRun {
    /// When.
    pub at: Time,
    /// By name: `done`, `aborted`, `refused`, `lapsed`.
    pub outcome: String,
    /// The common items with their places, if we learned them, in the caller's own form.
    pub common: Option<Zeroizing<Vec<u8>>>,
    /// Milliseconds from the first frame to the last.
    pub wall_ms: u64,
    /// Bytes of the suite's messages, both directions.
    pub bytes: u64,
    /// The hash over all of them, of a run that came to its end.
    pub transcript: Option<[u8; 32]>,
}

impl Home {
    /// Keeps a run with its list, in the caller's own form. After this it is on disk.
    ///
    /// # Errors
    /// As of any write; one of the same id is an error.
    pub fn put_run(&mut self, run: &StoredRun, list: &[u8]) -> Result<(), Error> {
        let secrets = run.secrets.to_bytes();
        let row = params![
            run.id,
            run.record,
            run.peer.as_str(),
            run.is_proposer,
            run.made.0,
            run.charge_items,
            secrets.as_slice(),
            list
        ];
        self.run(|db| {
            db.execute(
                "INSERT INTO live_run (id, record, peer, is_proposer, made_ms, charge_items, secrets, list)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                row,
            )
        })?;
        Ok(())
    }

    /// The run of this id, without its list.
    ///
    /// # Errors
    /// [`Error::Damaged`] if it no longer reads.
    pub fn live_run(&self, id: &[u8; 32]) -> Result<Option<StoredRun>, Error> {
        let row =
            self.run(|db| db.query_row(&format!("{SELECT} WHERE id = ?1"), [id], RunRow::read).optional())?;
        row.map(|row| self.read_run(row)).transpose()
    }

    /// All runs, oldest first, without their lists.
    ///
    /// # Errors
    /// As [`Home::live_run`].
    pub fn live_runs(&self) -> Result<Vec<StoredRun>, Error> {
        let rows = self.run(|db| {
            db.prepare(&format!("{SELECT} ORDER BY made_ms, id"))?
                .query_map([], RunRow::read)?
                .collect::<rusqlite::Result<Vec<_>>>()
        })?;
        rows.into_iter().map(|row| self.read_run(row)).collect()
    }

    /// The list of a run; `None` once the run has ended.
    ///
    /// # Errors
    /// As of any read.
    pub fn run_list(&self, id: &[u8; 32]) -> Result<Option<Zeroizing<Vec<u8>>>, Error> {
        let list = self.run(|db| {
            db.query_row("SELECT list FROM live_run WHERE id = ?1", [id], |row| {
                row.get::<_, Option<Vec<u8>>>(0)
            })
            .optional()
        })?;
        Ok(list.flatten().map(Zeroizing::new))
    }

    /// Marks the seed of a run as used, durably, before the first frame leaves. `false` if it was used before or the
    /// run has ended: then no frame may leave. `charge_items` is what the peer is charged with from now on.
    ///
    /// # Errors
    /// As of any write.
    pub fn begin_run(&mut self, id: &[u8; 32], at: Time, charge_items: u64) -> Result<bool, Error> {
        let begun = self.run(|db| {
            db.execute(
                "UPDATE live_run SET begun_ms = ?2, charge_items = ?3
                 WHERE id = ?1 AND begun_ms IS NULL AND ended_ms IS NULL",
                params![id, at.0, charge_items],
            )
        })?;
        Ok(begun == 1)
    }

    /// Keeps what came of a run and lets go of its list. A run ends once.
    ///
    /// # Errors
    /// As of any write.
    pub fn end_run(&mut self, id: &[u8; 32], ended: &EndedRun) -> Result<(), Error> {
        self.transact(|db| {
            let changed = db.execute(
                "UPDATE live_run SET ended_ms = ?2, outcome = ?3, common = ?4, wall_ms = ?5, bytes = ?6,
                     transcript = ?7, list = NULL
                 WHERE id = ?1 AND ended_ms IS NULL",
                params![
                    id,
                    ended.at.0,
                    ended.outcome,
                    ended.common.as_ref().map(|common| common.as_slice()),
                    ended.wall_ms,
                    ended.bytes,
                    ended.transcript,
                ],
            )?;
            one_row(changed)
        })?;
        self.erase_deleted();
        Ok(())
    }

    fn read_run(&self, row: RunRow) -> Result<StoredRun, Error> {
        row.into_run().ok_or_else(|| self.damaged("a live match no longer reads"))
    }
}

const SELECT: &str =
    "SELECT id, record, peer, is_proposer, made_ms, charge_items, secrets, begun_ms, ended_ms,
    outcome, common, wall_ms, bytes, transcript FROM live_run";

struct RunRow {
    id: [u8; 32],
    record: [u8; 32],
    peer: String,
    is_proposer: bool,
    made_ms: u64,
    charge_items: u64,
    secrets: Zeroizing<Vec<u8>>,
    begun_ms: Option<u64>,
    ended_ms: Option<u64>,
    outcome: Option<String>,
    common: Option<Zeroizing<Vec<u8>>>,
    wall_ms: Option<u64>,
    bytes: Option<u64>,
    transcript: Option<[u8; 32]>,
}

impl RunRow {
    fn read(row: &Row<'_>) -> rusqlite::Result<RunRow> {
        Ok(RunRow {
            id: row.get(0)?,
            record: row.get(1)?,
            peer: row.get(2)?,
            is_proposer: row.get(3)?,
            made_ms: row.get(4)?,
            charge_items: row.get(5)?,
            secrets: Zeroizing::new(row.get(6)?),
            begun_ms: row.get(7)?,
            ended_ms: row.get(8)?,
            outcome: row.get(9)?,
            common: row.get::<_, Option<Vec<u8>>>(10)?.map(Zeroizing::new),
            wall_ms: row.get(11)?,
            bytes: row.get(12)?,
            transcript: row.get(13)?,
        })
    }

    /// `None` if anything in it no longer reads.
    fn into_run(self) -> Option<StoredRun> {
        let ended = match self.ended_ms {
            Some(at) => Some(EndedRun {
                at: Time(at),
                outcome: self.outcome?,
                common: self.common,
                wall_ms: self.wall_ms?,
                bytes: self.bytes?,
                transcript: self.transcript,
            }),
            None => None,
        };
        Some(StoredRun {
            id: self.id,
            record: self.record,
            peer: PartyId::parse(&self.peer)?,
            is_proposer: self.is_proposer,
            made: Time(self.made_ms),
            charge_items: self.charge_items,
            secrets: RunSecrets::from_bytes(&self.secrets)?,
            begun: self.begun_ms.map(Time),
            ended,
        })
    }
}
