//! Checking one log.

use detente_tlog::{Frontier, TILE_WIDTH, TileKind, TilePath, TreeSize, leaf_hash, root_at};

use super::{FindingKind, Progress, Report};
use crate::record::edge::Edge;
use crate::record::files::hash;
use crate::record::notes::ParsedNote;
use crate::record::place::{LogNumber, TILE_BYTES};
use crate::record::{Error, LogState, Record, tiles};

pub(super) struct LogCheck<'a> {
    pub(super) record: &'a Record,
    pub(super) state: &'a LogState,
    pub(super) number: LogNumber,
}

impl LogCheck<'_> {
    /// Everything; gives the frontier over all leaves as they are.
    pub(super) fn all(
        &self,
        report: &mut Report,
        progress: &mut impl FnMut(Progress<'_>),
    ) -> Result<Frontier, Error> {
        let published = self.record.published(&self.state.origin)?.map_or(0, |(size, _)| size);
        let published = TreeSize::new(published.min(self.state.size))?;
        let mut walk =
            Walk { check: self, published, edge: Edge::of_empty_log(self.number), bundle: Vec::new() };
        let mut due = 0;
        // To the end of the log's places: what stands behind its last leaf does not belong to it.
        self.record.each_leaf(self.number, 0, detente_tlog::TREE_SIZE_MAX, |seq, leaf| {
            report.leaves += 1;
            if seq != due || seq >= self.state.size {
                report.find(FindingKind::Sequence { origin: self.state.origin.clone(), seq: due });
            }
            due = seq + 1;
            if due.is_multiple_of(PROGRESS_LEAVES) {
                progress(Progress { origin: &self.state.origin, done: due, total: self.state.size });
            }
            walk.leaf(leaf, report)
        })?;
        if due != self.state.size {
            report.find(FindingKind::Sequence { origin: self.state.origin.clone(), seq: due });
        }
        let frontier = walk.finish(report)?;
        if frontier.size() == self.state.size {
            self.heads(&frontier, report)?;
        }
        progress(Progress { origin: &self.state.origin, done: due, total: self.state.size });
        Ok(frontier)
    }

    /// Leaves since the last check, and what stands at the right edge.
    pub(super) fn since_last(&self, report: &mut Report) -> Result<(), Error> {
        let empty = Edge::of_empty_log(self.number);
        let mut edge = self.record.edges.get(&self.state.origin).cloned().unwrap_or(empty);
        report.leaves += self.state.size.saturating_sub(edge.checked.size());
        match edge.catch_up(self.record, &self.state.origin, self.state.size) {
            Ok(()) => self.heads(&edge.checked, report),
            Err(Error::Differs { origin, place, .. }) => {
                report.find(FindingKind::Leaf { origin, seq: place });
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// The roots of the row, of the tiles, of the newest note and of the checkpoint file.
    fn heads(&self, frontier: &Frontier, report: &mut Report) -> Result<(), Error> {
        let (origin, size) = (&self.state.origin, TreeSize::new(self.state.size)?);
        let tree = self.record.tree_of(self.number, size);
        let of_tiles = root_at(size, &tree).ok();
        if self.state.root != frontier.root() || of_tiles != Some(frontier.root()) {
            report.find(FindingKind::Root { origin: origin.clone(), size: self.state.size });
        }
        let newest = self.record.newest_note_within(origin, self.state.size)?;
        if let Some((size, root)) = newest
            && root_at(TreeSize::new(size)?, &tree).ok() != Some(root)
        {
            report.find(FindingKind::NewestNote { origin: origin.clone(), size });
        }
        let path = self.record.tiles_folder(origin).join("checkpoint");
        if let Some(bytes) = tiles::read(&path)? {
            let is_kept = self.record.note(&hash(&bytes)).is_ok_and(|note| note.is_some());
            let says = ParsedNote::parse(&bytes).ok().filter(|note| note.size <= self.state.size);
            let fits = says.is_some_and(|note| {
                let root = TreeSize::new(note.size).ok().and_then(|size| root_at(size, &tree).ok());
                note.origin == *origin && root == Some(note.root)
            });
            if !fits || !is_kept {
                report.find(FindingKind::Checkpoint { path });
            }
        }
        Ok(())
    }
}

/// The way through all leaves, one bundle of 256 after the other.
struct Walk<'c> {
    check: &'c LogCheck<'c>,
    /// The size up to which there are files.
    published: TreeSize,
    edge: Edge,
    /// The entry bundle so far, as its file has it.
    bundle: Vec<u8>,
}

impl Walk<'_> {
    fn leaf(&mut self, leaf: &[u8], report: &mut Report) -> Result<(), Error> {
        let seq = self.edge.frontier.size();
        // The prefix of a bundle is the file of an earlier size.
        self.bundle.extend(u16::try_from(leaf.len()).unwrap_or(u16::MAX).to_be_bytes());
        self.bundle.extend(leaf);
        for tile in self.edge.grow_one(leaf_hash(leaf))? {
            self.tile(tile.level, tile.index, &tile.hashes, report)?;
        }
        if (seq + 1).is_multiple_of(TILE_WIDTH) || seq + 1 == self.published.get() {
            self.file(TileKind::Entries, seq >> 8, &self.bundle, report)?;
        }
        if (seq + 1).is_multiple_of(TILE_WIDTH) {
            self.bundle.clear();
        }
        Ok(())
    }

    fn finish(self, report: &mut Report) -> Result<Frontier, Error> {
        for tile in self.edge.partial_tiles() {
            self.tile(tile.level, tile.index, &tile.hashes, report)?;
        }
        Ok(self.edge.frontier)
    }

    /// Compares a tile as it follows from the leaves with the database and the file.
    fn tile(&self, level: u8, index: u64, hashes: &[u8], report: &mut Report) -> Result<(), Error> {
        let origin = &self.check.state.origin;
        let stored = self.check.record.tile(self.check.number, level, index)?.unwrap_or_default();
        let is_filled_up =
            stored.len() == TILE_BYTES && stored.iter().skip(hashes.len()).all(|byte| *byte == 0);
        if !stored.starts_with(hashes) || !is_filled_up {
            let differing = hashes.chunks(32).zip(stored.chunks(32)).position(|(due, found)| due != found);
            report.find(match (level, differing) {
                (0, Some(at)) => FindingKind::Leaf { origin: origin.clone(), seq: (index << 8) + at as u64 },
                _ => FindingKind::Tile { origin: origin.clone(), level, index },
            });
        }
        self.file(TileKind::Hashes(level), index, hashes, report)
    }

    /// Compares a file with the bytes it begins with at the size that was published.
    fn file(&self, kind: TileKind, index: u64, bytes: &[u8], report: &mut Report) -> Result<(), Error> {
        let Some(path) = TilePath::in_tree(kind, index, self.published) else { return Ok(()) };
        let due = match kind {
            TileKind::Hashes(_) => bytes.get(..32 * path.width()),
            TileKind::Entries => {
                Some(bytes).filter(|_| path.is_full() || self.edge.frontier.size() == self.published.get())
            }
        };
        let Some(due) = due else { return Ok(()) };
        report.tile_files += 1;
        let file = self.check.record.tile_file(&self.check.state.origin, path);
        if tiles::read(&file)?.as_deref() != Some(due) {
            report.find(FindingKind::TileFile { path: file });
        }
        Ok(())
    }
}

/// Leaves between two words of progress.
const PROGRESS_LEAVES: u64 = 1 << 16;
