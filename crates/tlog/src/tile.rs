//! Tiles and entry bundles (C2SP tlog-tiles): a log as static files.
//!
//! Hash i of the tile at `index` of level l is the root of the 256^l leaves that begin at (256 · index + i) · 256^l.
//! Only full tiles are hashed into the level above, so a full tile never changes.

mod bundle;
mod path;
mod reader;

pub use bundle::EntryBundle;
pub use path::{TileKind, TilePath, grown_tiles};
pub use reader::{HashTile, TileReader};
