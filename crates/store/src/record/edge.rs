//! The right edge of a log in memory: what appending needs, and the first of the two sources of its root.

use std::collections::BTreeMap;

use detente_tlog::{Frontier, Hash, KeyName, TreeSize, leaf_hash, root_at};

use super::fsck::check_all;
use super::limits::LEAVES_CHECKED_ALL;
use super::place::{LogNumber, StoredHash, TILE_BYTES, TILE_LEVELS};
use super::{Error, LogState, Record};

/// What is carried of a log from one append to the next.
#[derive(Clone)]
pub(super) struct Edge {
    pub(super) number: LogNumber,
    /// Of all leaves, from the bytes as they came.
    pub(super) frontier: Frontier,
    /// Of the leaves that were read back from the database and hashed again.
    pub(super) checked: Frontier,
    /// The hashes of the last tile of each level, as long as it is not full.
    tiles: Vec<Vec<u8>>,
}

/// A tile of hashes that changed.
pub(super) struct GrownTile {
    pub(super) level: u8,
    pub(super) index: u64,
    pub(super) hashes: Vec<u8>,
}

impl Edge {
    /// Of a log without leaves.
    pub(super) fn of_empty_log(number: LogNumber) -> Edge {
        let (frontier, checked) = Default::default();
        Edge { number, frontier, checked, tiles: vec![Vec::new(); TILE_LEVELS] }
    }

    /// Appends leaf hashes and gives the tiles that this fills or changes.
    pub(super) fn grow(&mut self, leaf_hashes: impl Iterator<Item = Hash>) -> Result<Vec<GrownTile>, Error> {
        let before = self.frontier.size();
        let mut grown = Vec::new();
        for leaf in leaf_hashes {
            grown.extend(self.grow_one(leaf)?);
        }
        let after = self.frontier.size();
        let has_changed = |tile: &GrownTile| {
            let level = 8 * u32::from(tile.level);
            before >> level != after >> level
        };
        grown.extend(self.partial_tiles().filter(has_changed));
        Ok(grown)
    }

    /// Appends one leaf hash and gives the tiles that this fills.
    pub(super) fn grow_one(&mut self, leaf: Hash) -> Result<Vec<GrownTile>, Error> {
        let (mut full, tiles) = (Vec::new(), &mut self.tiles);
        self.frontier.append(leaf, |node, hash| {
            let level = usize::from(node.level() / 8);
            let Some(tile) = tiles.get_mut(level).filter(|_| node.level() % 8 == 0) else { return };
            tile.extend(hash.as_bytes());
            if tile.len() == TILE_BYTES {
                let (level, index) = (level as u8, node.index() >> 8);
                full.push(GrownTile { level, index, hashes: std::mem::take(tile) });
            }
        })?;
        Ok(full)
    }

    /// The last tile of each level that is not full.
    pub(super) fn partial_tiles(&self) -> impl Iterator<Item = GrownTile> {
        let size = self.frontier.size();
        let tiles = (0u8..).zip(&self.tiles).filter(|(_, hashes)| !hashes.is_empty());
        tiles.map(move |(level, hashes)| {
            let index = size >> (8 * (u32::from(level) + 1));
            GrownTile { level, index, hashes: hashes.clone() }
        })
    }

    /// The edges of all logs, each checked against what is stored.
    pub(super) fn load_all(record: &Record) -> Result<Loaded, Error> {
        let rows: Vec<(LogNumber, String, u64, StoredHash, u64, Vec<u8>)> = record.ask(|db| {
            db.prepare("SELECT number, origin, size, root, checked_size, checked FROM log")?
                .query_map([], |row| {
                    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?))
                })?
                .collect()
        })?;
        let (mut edges, mut damaged) = (BTreeMap::new(), BTreeMap::new());
        for (number, origin, size, root, checked_size, checked) in rows {
            let origin = KeyName::parse(&origin)?;
            let stored = Stored { number, size, root: root.0, checked_size, checked };
            match Edge::load(record, &origin, stored) {
                Ok(edge) => drop(edges.insert(origin, edge)),
                Err(error @ (Error::Differs { .. } | Error::Damaged { .. } | Error::Rejected(_))) => {
                    drop(damaged.insert(origin, error))
                }
                Err(error) => return Err(error),
            }
        }
        Ok(Loaded { edges, damaged })
    }

    fn load(record: &Record, origin: &KeyName, stored: Stored) -> Result<Edge, Error> {
        let differs = |what, place| Error::Differs { origin: origin.clone(), what, place };
        let size = TreeSize::new(stored.size)?;
        let (hashes, rest) = stored.checked.as_chunks();
        let hashes = hashes.iter().map(|hash| Hash::from_bytes(*hash)).collect();
        let checked = Frontier::from_hashes(TreeSize::new(stored.checked_size)?, hashes);
        let checked = checked.ok().filter(|_| rest.is_empty() && stored.checked_size <= stored.size);
        let mut edge = Edge::of_empty_log(stored.number);
        edge.checked = checked.ok_or_else(|| differs("the hashes of the last check", stored.checked_size))?;
        edge.catch_up(record, origin, stored.size)?;
        edge.frontier = edge.checked.clone();
        if edge.frontier.root() != stored.root {
            return Err(differs("the root", stored.size));
        }
        if stored.size <= LEAVES_CHECKED_ALL {
            let state = LogState { origin: origin.clone(), size: stored.size, root: stored.root };
            check_all(record, &state, stored.number)?;
        }
        if root_at(size, &record.tree_of(edge.number, size))? != stored.root {
            return Err(differs("the tiles", stored.size));
        }
        for (level, tile) in (0u8..).zip(&mut edge.tiles) {
            let count = stored.size >> (8 * u32::from(level));
            if !count.is_multiple_of(256) {
                *tile = record.tile(edge.number, level, count >> 8)?.unwrap_or_default();
                tile.truncate(32 * (count % 256) as usize);
            }
        }
        Ok(edge)
    }

    /// Reads the leaves from the last check up to `size` back, hashes them again, and compares each with its hash
    /// in the tiles.
    pub(super) fn catch_up(&mut self, record: &Record, origin: &KeyName, size: u64) -> Result<(), Error> {
        let differs = |place| Error::Differs { origin: origin.clone(), what: "the tiles", place };
        let (mut tile, mut tile_index) = (Vec::new(), None);
        let mut checked = self.checked.clone();
        record.each_leaf(self.number, checked.size(), size, |seq, bytes| {
            if seq != checked.size() {
                return Err(Error::Differs {
                    origin: origin.clone(),
                    what: "the leaves",
                    place: checked.size(),
                });
            }
            if tile_index != Some(seq >> 8) {
                tile = record.tile(self.number, 0, seq >> 8)?.unwrap_or_default();
                tile_index = Some(seq >> 8);
            }
            let hash = leaf_hash(bytes);
            let at = 32 * (seq % 256) as usize;
            if tile.get(at..at + 32) != Some(hash.as_bytes().as_slice()) {
                return Err(differs(seq));
            }
            Ok(checked.append(hash, |_, _| ())?)
        })?;
        if checked.size() != size {
            return Err(Error::Differs { origin: origin.clone(), what: "the leaves", place: checked.size() });
        }
        self.checked = checked;
        Ok(())
    }
}

/// The edges that were loaded, and what was found wrong with the other logs.
pub(super) struct Loaded {
    pub(super) edges: BTreeMap<KeyName, Edge>,
    pub(super) damaged: BTreeMap<KeyName, Error>,
}

/// The row of a log.
struct Stored {
    number: LogNumber,
    size: u64,
    root: Hash,
    checked_size: u64,
    checked: Vec<u8>,
}
