//! Which tile: its path, and which tiles a tree of a size has.

use std::fmt;

use crate::cursor::decimal;
use crate::limits::{TILE_LEVEL_MAX, TILE_WIDTH, TREE_SIZE_MAX};
use crate::position::TreeSize;
use crate::rejection::{Fault, Form, Rejection};

/// What a tile holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TileKind {
    /// Hashes of this tile level, 0 for those of leaves.
    Hashes(u8),
    /// The entries themselves.
    Entries,
}

impl TileKind {
    fn level(self) -> u8 {
        match self {
            TileKind::Hashes(level) => level,
            TileKind::Entries => 0,
        }
    }
}

/// A tile of 1 to 256 hashes or entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TilePath {
    kind: TileKind,
    index: u64,
    width: u64,
}

impl TilePath {
    /// The tile at `index`, as a tree of `size` leaves has it; `None` if that tree has nothing in it.
    pub fn in_tree(kind: TileKind, index: u64, size: TreeSize) -> Option<TilePath> {
        let count = hashes_at(kind.level(), size);
        let width = count.checked_sub(index.checked_mul(TILE_WIDTH)?)?.min(TILE_WIDTH);
        (width > 0 && kind.level() <= TILE_LEVEL_MAX).then_some(TilePath { kind, index, width })
    }

    /// Reads `tile/<level>/<index>[.p/<width>]` or `tile/entries/<index>[.p/<width>]`.
    ///
    /// # Errors
    /// [`Rejection::Malformed`] with [`Fault::UnexpectedLine`], [`Fault::NotDecimal`] or
    /// [`Fault::NumberTooLarge`]: level over 63, width over 255, index beyond every tree.
    pub fn parse(text: &str) -> Result<TilePath, Rejection> {
        let refuse = |fault| Rejection::Malformed { form: Form::TilePath, fault, offset: 0 };
        if text.len() > PATH_TEXT_MAX {
            return Err(refuse(Fault::TooLarge));
        }
        let parts = text.strip_prefix("tile/").and_then(|rest| rest.split_once('/'));
        let (kind, rest) = parts.ok_or(refuse(Fault::UnexpectedLine))?;
        let kind = match kind {
            "entries" => TileKind::Entries,
            level => TileKind::Hashes(decimal(level, TILE_LEVEL_MAX.into()).map_err(refuse)? as u8),
        };
        let (groups, width) = match rest.split_once(".p/") {
            Some((groups, width)) => (groups, decimal(width, TILE_WIDTH - 1).map_err(refuse)?),
            None => (rest, TILE_WIDTH),
        };
        let path = TilePath { kind, index: index(groups).map_err(refuse)?, width };
        // One path per tile: whatever is not written as we would write it is refused. A width of 0 is none.
        if width == 0 || path.to_string() != text {
            return Err(refuse(Fault::UnexpectedLine));
        }
        Ok(path)
    }

    /// What it holds.
    pub fn kind(self) -> TileKind {
        self.kind
    }

    /// Its place on its level, from 0.
    pub fn index(self) -> u64 {
        self.index
    }

    /// How many hashes or entries it has, 1 to 256.
    pub fn width(self) -> usize {
        self.width as usize
    }

    /// Whether it has all 256, and so never changes again.
    pub fn is_full(self) -> bool {
        self.width == TILE_WIDTH
    }
}

impl fmt::Display for TilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            TileKind::Hashes(level) => write!(f, "tile/{level}/")?,
            TileKind::Entries => f.write_str("tile/entries/")?,
        }
        write_groups(f, self.index / 1000)?;
        write!(f, "{:03}", self.index % 1000)?;
        if self.is_full() { Ok(()) } else { write!(f, ".p/{}", self.width) }
    }
}

/// The leading groups of three digits, each with an `x` before it and a slash behind it.
fn write_groups(f: &mut fmt::Formatter<'_>, number: u64) -> fmt::Result {
    if number == 0 {
        return Ok(());
    }
    write_groups(f, number / 1000)?;
    write!(f, "x{:03}/", number % 1000)
}

fn index(groups: &str) -> Result<u64, Fault> {
    let (mut index, mut groups) = (0u64, groups.split('/').peekable());
    while let Some(group) = groups.next() {
        let digits = if groups.peek().is_some() { group.strip_prefix('x') } else { Some(group) };
        let digits =
            digits.filter(|digits| digits.len() == 3 && digits.bytes().all(|byte| byte.is_ascii_digit()));
        let group: u64 = digits.and_then(|digits| digits.parse().ok()).ok_or(Fault::UnexpectedLine)?;
        index = index
            .checked_mul(1000)
            .and_then(|index| index.checked_add(group))
            .ok_or(Fault::NumberTooLarge)?;
    }
    if index > TREE_SIZE_MAX / TILE_WIDTH { Err(Fault::NumberTooLarge) } else { Ok(index) }
}

/// The tiles of hashes and entries that a tree has after it grew from `older` to `newer` leaves and had not, or had
/// narrower, before: what is to be written. From the lowest level up, entries first.
pub fn grown_tiles(older: TreeSize, newer: TreeSize) -> impl Iterator<Item = TilePath> {
    let kinds = std::iter::once(TileKind::Entries).chain((0..TREE_LEVELS).map(TileKind::Hashes));
    kinds.flat_map(move |kind| {
        let (from, to) = (hashes_at(kind.level(), older), hashes_at(kind.level(), newer));
        let tiles = if from < to { from / TILE_WIDTH..to.div_ceil(TILE_WIDTH) } else { 0..0 };
        tiles.filter_map(move |index| TilePath::in_tree(kind, index, newer))
    })
}

/// How many hashes a level has: one for each 256^level leaves that are all there.
fn hashes_at(level: u8, size: TreeSize) -> u64 {
    size.get().checked_shr(8 * u32::from(level)).unwrap_or(0)
}

/// Tile levels of the largest tree: 256^7 leaves are more than it has.
const TREE_LEVELS: u8 = 7;

/// Longer than every path of a tile.
const PATH_TEXT_MAX: usize = 64;
