//! Where leaves and tiles stand in the database: one integer each, so that a table is one tree with its rows in
//! the order of the log, and needs no second one for its key.
//!
//! A place is `log << 53 | seq` for a leaf, and `log << 53 | level << 46 | index` for a tile: logs have ids below
//! 1024, trees at most 2^53 - 1 leaves, so at most 2^45 tiles on a level, and seven levels.

use detente_tlog::{Hash, TILE_WIDTH, TREE_SIZE_MAX};
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};

/// The number of a log in this database, from 1.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct LogNumber(pub(super) u64);

impl LogNumber {
    /// Where a leaf stands. `seq` is below [`TREE_SIZE_MAX`].
    pub(super) fn leaf(self, seq: u64) -> u64 {
        self.0 << 53 | seq.min(TREE_SIZE_MAX)
    }

    /// Where a tile of hashes stands.
    pub(super) fn tile(self, level: u8, index: u64) -> u64 {
        self.0 << 53 | u64::from(level) << 46 | index
    }
}

impl ToSql for LogNumber {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        self.0.to_sql()
    }
}

impl FromSql for LogNumber {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<LogNumber> {
        u64::column_result(value).map(LogNumber)
    }
}

/// A hash in a column.
pub(super) struct StoredHash(pub(super) Hash);

impl FromSql for StoredHash {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<StoredHash> {
        let bytes = value.as_blob()?.try_into().map_err(|_| FromSqlError::InvalidType)?;
        Ok(StoredHash(Hash::from_bytes(bytes)))
    }
}

/// Levels of tiles of the largest tree.
pub(super) const TILE_LEVELS: usize = 7;

/// Bytes of a full tile.
pub(super) const TILE_BYTES: usize = 32 * TILE_WIDTH as usize;
