//! Reading logs: states, leaves, tiles.

use std::ops::Range;

use detente_tlog::{Hash, KeyName};
use rusqlite::{OptionalExtension as _, params};

use super::place::{LogNumber, StoredHash};
use super::{Error, Record};

/// How far a log has come here.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LogState {
    /// Which log.
    pub origin: KeyName,
    /// How many leaves are stored.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
}

impl LogState {
    pub(super) fn of_empty_log(origin: KeyName) -> LogState {
        LogState { origin, size: 0, root: Hash::of_empty_tree() }
    }
}

impl Record {
    /// All logs, by origin. One of which only notes have come has size 0.
    ///
    /// # Errors
    /// [`Error::Damaged`] and the like.
    pub fn logs(&self) -> Result<Vec<LogState>, Error> {
        let rows: Vec<(String, u64, StoredHash)> = self.ask(|db| {
            db.prepare_cached("SELECT origin, size, root FROM log ORDER BY origin")?
                .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
                .collect()
        })?;
        rows.into_iter()
            .map(|(origin, size, root)| Ok(LogState { origin: KeyName::parse(&origin)?, size, root: root.0 }))
            .collect()
    }

    /// One log; `None` if nothing of it is known here.
    ///
    /// # Errors
    /// [`Error::Damaged`] and the like.
    pub fn state(&self, origin: &KeyName) -> Result<Option<LogState>, Error> {
        let row: Option<(u64, StoredHash)> = self.ask(|db| {
            db.prepare_cached("SELECT size, root FROM log WHERE origin = ?1")?
                .query_row([origin.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()
        })?;
        Ok(row.map(|(size, root)| LogState { origin: origin.clone(), size, root: root.0 }))
    }

    /// The bytes of a leaf; `None` if the log has no such leaf here.
    ///
    /// # Errors
    /// [`Error::Damaged`] and the like.
    pub fn leaf(&self, origin: &KeyName, seq: u64) -> Result<Option<Vec<u8>>, Error> {
        let Some(number) = self.number(origin)? else { return Ok(None) };
        self.ask(|db| {
            db.prepare_cached("SELECT bytes FROM leaf WHERE place = ?1")?
                .query_row([number.leaf(seq)], |row| row.get(0))
                .optional()
        })
    }

    /// The leaves of a range, at most `limit` of them, in order. Those that the log does not have are left out.
    ///
    /// # Errors
    /// [`Error::Damaged`] and the like.
    pub fn leaves(&self, origin: &KeyName, range: Range<u64>, limit: usize) -> Result<Vec<Vec<u8>>, Error> {
        let Some(number) = self.number(origin)? else { return Ok(Vec::new()) };
        let end = range.end.min(range.start.saturating_add(limit as u64));
        let mut leaves = Vec::new();
        self.each_leaf(number, range.start, end, |_, bytes| {
            leaves.push(bytes.to_vec());
            Ok(())
        })?;
        Ok(leaves)
    }

    pub(super) fn number(&self, origin: &KeyName) -> Result<Option<LogNumber>, Error> {
        if let Some(edge) = self.edges.get(origin) {
            return Ok(Some(edge.number));
        }
        self.ask(|db| {
            db.prepare_cached("SELECT number FROM log WHERE origin = ?1")?
                .query_row([origin.as_str()], |row| row.get(0))
                .optional()
        })
    }

    /// Shows the leaves from `from` up to `to` in order, each with its place in the log.
    pub(super) fn each_leaf(
        &self,
        number: LogNumber,
        from: u64,
        to: u64,
        mut show: impl FnMut(u64, &[u8]) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let failed = |error| self.failed(error);
        let mut select = self
            .log_database
            .connection
            .prepare_cached("SELECT place, bytes FROM leaf WHERE place >= ?1 AND place < ?2 ORDER BY place")
            .map_err(failed)?;
        let mut rows = select.query(params![number.leaf(from), number.leaf(to)]).map_err(failed)?;
        while let Some(row) = rows.next().map_err(failed)? {
            let place: u64 = row.get(0).map_err(failed)?;
            let bytes = row.get_ref(1).map_err(failed)?;
            let bytes = bytes.as_blob().map_err(|error| failed(error.into()))?;
            // A damaged tree of pages may give a row that was not asked for.
            let seq = place.checked_sub(number.leaf(0)).filter(|seq| (from..to).contains(seq));
            show(seq.ok_or_else(|| self.damaged("leaves are out of order"))?, bytes)?;
        }
        Ok(())
    }

    /// The hashes of a tile as far as the log has them.
    pub(super) fn tile(&self, number: LogNumber, level: u8, index: u64) -> Result<Option<Vec<u8>>, Error> {
        self.ask(|db| {
            db.prepare_cached("SELECT hashes FROM tile WHERE place = ?1")?
                .query_row([number.tile(level, index)], |row| row.get(0))
                .optional()
        })
    }
}
