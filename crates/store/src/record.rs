//! The disk of one accord's record: the logs of all its parties, their notes, the content beside them, the state
//! of the signer, and the static files for outsiders.
//!
//! It knows bytes, origins and hashes, and judges no statement: whether a leaf may stand in a log is decided
//! before it comes here. It reads no clock and draws no randomness. What it reports as stored is synced.
//!
//! A record is a folder, for its owner alone (0700, files 0600):
//!
//! | name | what it is |
//! |---|---|
//! | `record.db` | leaves, tree, notes, public files, evidence, what is to be sent |
//! | `content.db` | what the leaves commit to: values, salts, sealed items, item keys; erasable |
//! | `signer.json`, `signer.lock` | what was signed last for each log; best kept on another device ([`Signer`]) |
//! | `keys/` | seeds, where the caller keeps them here |
//! | `tiles/<hex SHA-256 of the origin>/` | each log as static files of C2SP tlog-tiles, derived |
//! | `lock` | held by the process that writes |
//!
//! Content has a database of its own, so that erasing never touches a page of a log, and no salt ever stands in
//! the write-ahead log of one.
//!
//! The order of an append (RECORD, section 8): content, leaves, signer state, signature, tiles, checkpoint.
//! Each is synced before the next begins, so the database is never behind the signer.

mod append;
mod backup;
mod content;
mod database;
mod edge;
mod error;
mod files;
mod fsck;
mod limits;
mod notes;
mod open;
mod outbox;
mod place;
mod private;
mod read;
mod repair;
mod schema;
mod seeds;
mod signer;
mod tiles;
mod tree;
mod waiting;

pub use append::{Beside, Grown};
pub use content::{ContentField, Field, ItemKeyFor};
pub use error::Error;
pub use fsck::{Depth, FINDINGS_MAX, Finding, FindingKind, Progress, Report};
pub use limits::{
    FIELD_VALUE_BYTES_MAX, ITEM_KEY_BYTES_MAX, LOGS_MAX, OUTBOX_BODY_BYTES_MAX, PUBLIC_FILE_BYTES_MAX,
    SEALED_BYTES_MAX,
};
pub use notes::StoredNote;
pub use open::{Access, NewRecord, Record};
pub use outbox::{Outgoing, Queued};
pub use read::LogState;
pub use seeds::{read_seed, write_seed};
pub use signer::{CosignAs, CosignerSeeds, LogSeeds, Recovering, Refusal, SignedHead, Signer, SignerSeeds};
pub use tree::Tree;
pub use waiting::WaitingRow;
