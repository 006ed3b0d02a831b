//! What can differ.

use std::fmt;
use std::path::PathBuf;

use detente_tlog::{Hash, KeyName};

/// Something that differs from what the leaves of a log say, or from what was stored.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    /// What.
    pub kind: FindingKind,
}

/// What differs, and where.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FindingKind {
    /// SQLite finds its own structure damaged.
    Database {
        /// The database.
        path: PathBuf,
        /// In SQLite's words.
        detail: String,
    },
    /// A leaf and its hash in the tree differ.
    Leaf {
        /// The log.
        origin: KeyName,
        /// Which leaf.
        seq: u64,
    },
    /// A leaf is missing, or one is there that should not be.
    Sequence {
        /// The log.
        origin: KeyName,
        /// Which leaf.
        seq: u64,
    },
    /// A tile in the database is not what follows from the leaves.
    Tile {
        /// The log.
        origin: KeyName,
        /// Its level.
        level: u8,
        /// Its index.
        index: u64,
    },
    /// The root in the row of the log, or the one its tiles lead to, is not that of the leaves.
    Root {
        /// The log.
        origin: KeyName,
        /// The size.
        size: u64,
    },
    /// A file of tiles or entries is missing or other than the database.
    TileFile {
        /// The file.
        path: PathBuf,
    },
    /// The checkpoint file says another root than the leaves, or is no note that was kept.
    Checkpoint {
        /// The file.
        path: PathBuf,
    },
    /// The newest note of a log says another root than the leaves.
    NewestNote {
        /// The log.
        origin: KeyName,
        /// The size it says.
        size: u64,
    },
    /// A note is not what was stored.
    Note {
        /// Its hash.
        hash: [u8; 32],
    },
    /// A signature of a note does not hold, or none is by a known key.
    Signature {
        /// Its hash.
        hash: [u8; 32],
    },
    /// The charter is not the one that the record is named after.
    Charter,
    /// A public file is not what was stored.
    PublicFile {
        /// Its kind.
        kind: String,
        /// Its name.
        name: String,
    },
    /// An evidence file is not what was stored.
    Evidence {
        /// Its hash.
        hash: [u8; 32],
    },
    /// A sealed item is not what was stored.
    Sealed {
        /// Its hash.
        hash: [u8; 32],
    },
}

impl Finding {
    /// The stable name.
    pub fn name(&self) -> &'static str {
        match &self.kind {
            FindingKind::Database { .. } => "database",
            FindingKind::Leaf { .. } => "leaf",
            FindingKind::Sequence { .. } => "sequence",
            FindingKind::Tile { .. } => "tile",
            FindingKind::Root { .. } => "root",
            FindingKind::TileFile { .. } => "tile-file",
            FindingKind::Checkpoint { .. } => "checkpoint",
            FindingKind::NewestNote { .. } => "newest-note",
            FindingKind::Note { .. } => "note",
            FindingKind::Signature { .. } => "signature",
            FindingKind::Charter => "charter",
            FindingKind::PublicFile { .. } => "public-file",
            FindingKind::Evidence { .. } => "evidence",
            FindingKind::Sealed { .. } => "sealed",
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hex = |hash: &[u8; 32]| Hash::from_bytes(*hash);
        match &self.kind {
            FindingKind::Database { path, detail } => write!(f, "{}: {detail}", path.display()),
            FindingKind::Leaf { origin, seq } => write!(f, "{origin}: leaf {seq} and its hash differ"),
            FindingKind::Sequence { origin, seq } => {
                write!(f, "{origin}: the leaves are not in sequence at {seq}")
            }
            FindingKind::Tile { origin, level, index } => {
                write!(f, "{origin}: tile {index} of level {level} differs from the leaves")
            }
            FindingKind::Root { origin, size } => {
                write!(f, "{origin}: the root at {size} differs from the leaves")
            }
            FindingKind::TileFile { path } => {
                write!(f, "{} is missing or differs from the database", path.display())
            }
            FindingKind::Checkpoint { path } => {
                write!(f, "{} says another root than the leaves, or was never kept as a note", path.display())
            }
            FindingKind::NewestNote { origin, size } => {
                write!(f, "{origin}: the newest note, at {size}, says another root than the leaves")
            }
            FindingKind::Note { hash } => write!(f, "note {} is not what was stored", hex(hash)),
            FindingKind::Signature { hash } => {
                write!(f, "note {} has a signature that does not hold, or none that is known", hex(hash))
            }
            FindingKind::Charter => f.write_str("the charter is not the one that the record is named after"),
            FindingKind::PublicFile { kind, name } => write!(f, "{kind} {name} is not what was stored"),
            FindingKind::Evidence { hash } => write!(f, "evidence {} is not what was stored", hex(hash)),
            FindingKind::Sealed { hash } => write!(f, "sealed item {} is not what was stored", hex(hash)),
        }
    }
}
