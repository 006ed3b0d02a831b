//! Taking a damaged log out of a record, so that it can be stored again from a mirror.

use detente_tlog::{Hash, KeyName, TREE_SIZE_MAX};
use rusqlite::params;

use super::edge::Edge;
use super::place::TILE_LEVELS;
use super::{Error, Record};

impl Record {
    /// The logs whose copies differ, with what was found: none unless the record was opened with
    /// [`Access::Repair`](super::Access::Repair). Nothing is appended to them.
    pub fn damaged_logs(&self) -> impl Iterator<Item = (&KeyName, &Error)> {
        self.damaged_logs.iter()
    }

    /// Forgets all leaves of a log, so that they can be stored again from what a mirror holds. Notes, content and
    /// files stay. The signer refuses until the log has come back to what was signed.
    ///
    /// # Errors
    /// [`Error::UnknownLog`]; as of any write.
    pub fn reset_log(&mut self, origin: &KeyName) -> Result<(), Error> {
        let number = self.number(origin)?.ok_or_else(|| Error::UnknownLog(origin.clone()))?;
        let last_tile = number.tile(TILE_LEVELS as u8, 0);
        self.transact(0, |db| {
            let leaves = params![number.leaf(0), number.leaf(TREE_SIZE_MAX)];
            db.execute("DELETE FROM leaf WHERE place BETWEEN ?1 AND ?2", leaves)?;
            let tiles = params![number.tile(0, 0), last_tile];
            db.execute("DELETE FROM tile WHERE place BETWEEN ?1 AND ?2", tiles)?;
            db.execute(
                "UPDATE log SET size = 0, root = ?2, checked_size = 0, checked = x'' WHERE number = ?1",
                params![number, Hash::of_empty_tree().as_bytes()],
            )
        })?;
        self.damaged_logs.remove(origin);
        self.tiles_sizes.insert(origin.clone(), 0);
        self.edges.insert(origin.clone(), Edge::of_empty_log(number));
        Ok(())
    }
}
