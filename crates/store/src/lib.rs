//! The home of a party on disk: SQLite for what was said and kept, one file a key beside it.
//!
//! This crate judges nothing: it stores what `accord` accepted, and answers what was stored before. It draws
//! no randomness and reads no clock. What it reports as stored is on disk, synced.
//!
//! [`officers`] says who may use the pages. [`record`] is the disk of one accord's record: logs, notes, content, the state of the signer, tiles.

#![forbid(unsafe_code)]

pub mod officers;
pub mod record;

mod answers;
mod asks;
mod error;
mod export;
mod home;
mod kept;
mod keys;
mod lock;
mod peers;
mod receipts;
mod runs;
mod schema;
mod snapshot;

pub use answers::{Answered, Claim, StoredAnswer};
pub use asks::{Opened, Places, StoredAsk};
pub use error::Error;
pub use export::{SEAL_RANDOM_BYTES, looks_like_export};
pub use home::{Access, Home};
pub use kept::{KeptList, MatchPolicy};
pub use keys::{KeySeeds, Keys, LinkSeeds};
pub use peers::{Compared, Peer};
pub use receipts::StoredReceipt;
pub use runs::{EndedRun, StoredRun};
pub use snapshot::{SNAPSHOT_BYTES_MAX, Snapshot};
