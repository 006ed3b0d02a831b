//! Hash tiles, and the nodes of a tree read from them.

use super::path::{TileKind, TilePath};
use crate::hash::Hash;
use crate::limits::TILE_WIDTH;
use crate::position::TreeSize;
use crate::rejection::{Fault, Form, Rejection};
use crate::tree::{HashReader, Node, root_of_hashes};

/// The hashes of one tile, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HashTile {
    hashes: Vec<Hash>,
}

impl HashTile {
    /// Reads the tile of a path, which says how many hashes are due.
    ///
    /// # Errors
    /// [`Fault::BadLength`] unless there are 32 bytes for each.
    pub fn parse(bytes: &[u8], width: usize) -> Result<HashTile, Rejection> {
        let (hashes, rest) = bytes.as_chunks();
        if hashes.len() != width || !rest.is_empty() || width == 0 || width as u64 > TILE_WIDTH {
            let (form, fault) = (Form::HashTile, Fault::BadLength);
            return Err(Rejection::Malformed { form, fault, offset: bytes.len() });
        }
        Ok(HashTile { hashes: hashes.iter().map(|hash| Hash::from_bytes(*hash)).collect() })
    }

    /// Makes the tile of a path from the nodes of its tree.
    ///
    /// # Errors
    /// Those of the reader; [`Rejection::IndexBeyondTree`] for a level that no tree has.
    pub fn read<R: HashReader>(path: TilePath, reader: &R) -> Result<HashTile, R::Error> {
        let TileKind::Hashes(level) = path.kind() else {
            let (form, fault) = (Form::TilePath, Fault::UnexpectedLine);
            return Err(Rejection::Malformed { form, fault, offset: 0 }.into());
        };
        let first = path.index() * TILE_WIDTH;
        let node = |i| Node::new(level.saturating_mul(8), first + i);
        let hashes = (0..path.width() as u64).map(|i| reader.hash(node(i)?)).collect::<Result<_, _>>()?;
        Ok(HashTile { hashes })
    }

    /// The hashes.
    pub fn hashes(&self) -> &[Hash] {
        &self.hashes
    }

    /// The file.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.hashes.iter().flat_map(|hash| *hash.as_bytes()).collect()
    }
}

/// A tree of `size` leaves whose nodes are computed from tiles. What the tiles say is believed: whoever holds the
/// root compares it with [`root_at`](crate::root_at).
pub struct TileReader<F> {
    size: TreeSize,
    fetch: F,
}

impl<F, E> TileReader<F>
where
    F: Fn(TilePath) -> Result<Vec<u8>, E>,
    E: From<Rejection>,
{
    /// Reads through `fetch`, which gives the bytes of a tile.
    pub fn new(size: TreeSize, fetch: F) -> TileReader<F> {
        TileReader { size, fetch }
    }
}

impl<F, E> HashReader for TileReader<F>
where
    F: Fn(TilePath) -> Result<Vec<u8>, E>,
    E: From<Rejection>,
{
    type Error = E;

    fn hash(&self, node: Node) -> Result<Hash, E> {
        let (kind, inside) = (TileKind::Hashes(node.level() / 8), node.level() % 8);
        // A node of level 8l + i covers 2^i hashes of a tile of level l, and never crosses a tile.
        let first = node.index() << inside;
        let beyond = Rejection::IndexBeyondTree { index: node.last_leaf(), size: self.size.get() };
        let path = TilePath::in_tree(kind, first / TILE_WIDTH, self.size).ok_or(beyond.clone())?;
        let tile = HashTile::parse(&(self.fetch)(path)?, path.width())?;
        let from = (first % TILE_WIDTH) as usize;
        let hashes = tile.hashes.get(from..from + (1 << inside)).ok_or(beyond)?;
        Ok(root_of_hashes(hashes.iter().copied()))
    }
}
