//! The tree of a log as its tiles in the database say, and proofs from it.

use std::cell::RefCell;
use std::collections::BTreeMap;

use detente_tlog::{
    EntryIndex, Hash, HashReader, HashTile, KeyName, Node, Rejection, TileKind, TilePath, TreeSize,
    consistency_proof, full_form, inclusion_proof, root_at, root_of_hashes,
};

use super::place::LogNumber;
use super::{Error, Record};

/// The nodes of a log's tree at one size. What the tiles say is believed: [`Record::root_checked`] and a check of
/// the record compare them with the leaves.
pub struct Tree<'r> {
    record: &'r Record,
    number: LogNumber,
    size: TreeSize,
    /// A proof asks for several nodes of one tile.
    tiles: RefCell<BTreeMap<(u8, u64), HashTile>>,
}

impl Record {
    /// The tree of the first `size` leaves.
    ///
    /// # Errors
    /// [`Error::UnknownLog`]; [`Error::Rejected`] beyond the leaves that are here.
    pub fn tree(&self, origin: &KeyName, size: u64) -> Result<Tree<'_>, Error> {
        let state = self.state(origin)?.ok_or_else(|| Error::UnknownLog(origin.clone()))?;
        let number = self.number(origin)?.ok_or_else(|| Error::UnknownLog(origin.clone()))?;
        if size > state.size {
            return Err(Rejection::IndexBeyondTree { index: size, size: state.size }.into());
        }
        Ok(self.tree_of(number, TreeSize::new(size)?))
    }

    /// The root of the first `size` leaves.
    ///
    /// # Errors
    /// As [`Record::tree`].
    pub fn root_at(&self, origin: &KeyName, size: u64) -> Result<Hash, Error> {
        let tree = self.tree(origin, size)?;
        root_at(tree.size, &tree)
    }

    /// That leaf `seq` stands in the tree of the first `size` leaves: the sibling of the leaf first.
    ///
    /// # Errors
    /// As [`Record::tree`]; [`Error::Rejected`] for a leaf beyond the tree.
    pub fn inclusion_proof(&self, origin: &KeyName, seq: u64, size: u64) -> Result<Vec<Hash>, Error> {
        let tree = self.tree(origin, size)?;
        inclusion_proof(EntryIndex::new(seq), tree.size, &tree)
    }

    /// That the tree of `newer` leaves extends that of `older`. Empty where they are equal or `older` is 0.
    ///
    /// # Errors
    /// As [`Record::tree`]; [`Error::Rejected`] if `newer` is smaller.
    pub fn consistency_proof(&self, origin: &KeyName, older: u64, newer: u64) -> Result<Vec<Hash>, Error> {
        let tree = self.tree(origin, newer)?;
        consistency_proof(TreeSize::new(older)?, tree.size, &tree)
    }

    /// The hashes from which both roots follow: what evidence of a fork between two sizes needs.
    ///
    /// # Errors
    /// As [`Record::tree`]; [`Error::Rejected`] unless 0 < older < newer.
    pub fn full_form(&self, origin: &KeyName, older: u64, newer: u64) -> Result<Vec<Hash>, Error> {
        let tree = self.tree(origin, newer)?;
        full_form(TreeSize::new(older)?, tree.size, &tree)
    }

    pub(super) fn tree_of(&self, number: LogNumber, size: TreeSize) -> Tree<'_> {
        Tree { record: self, number, size, tiles: RefCell::default() }
    }
}

impl Tree<'_> {
    fn read_tile(&self, level: u8, index: u64) -> Result<HashTile, Error> {
        let beyond = Rejection::IndexBeyondTree { index, size: self.size.get() };
        let path = TilePath::in_tree(TileKind::Hashes(level), index, self.size).ok_or(beyond)?;
        let stored = self.record.tile(self.number, level, index)?.unwrap_or_default();
        // The tile may have grown since this size.
        let bytes =
            stored.get(..32 * path.width()).ok_or_else(|| self.record.damaged("a tile is too short"))?;
        Ok(HashTile::parse(bytes, path.width())?)
    }
}

impl HashReader for Tree<'_> {
    type Error = Error;

    fn hash(&self, node: Node) -> Result<Hash, Error> {
        let (level, inside) = (node.level() / 8, node.level() % 8);
        // A node of level 8l + i covers 2^i hashes of a tile of level l, and never crosses a tile.
        let first = node.index() << inside;
        let place = (level, first >> 8);
        if !self.tiles.borrow().contains_key(&place) {
            let tile = self.read_tile(place.0, place.1)?;
            self.tiles.borrow_mut().insert(place, tile);
        }
        let tiles = self.tiles.borrow();
        let from = (first % 256) as usize;
        let hashes = tiles.get(&place).and_then(|tile| tile.hashes().get(from..from + (1 << inside)));
        let beyond = Rejection::IndexBeyondTree { index: node.last_leaf(), size: self.size.get() };
        Ok(root_of_hashes(hashes.ok_or(beyond)?.iter().copied()))
    }
}
