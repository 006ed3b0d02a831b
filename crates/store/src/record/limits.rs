//! The limits of a record's disk, each with the place its number comes from.

use std::time::Duration;

/// Logs of one record. An accord has 32 parties, and each epoch of a party is a log of its own; ten bits of a
/// place in the database name the log. One more is refused.
pub const LOGS_MAX: u64 = 1000;

/// The longest public file or evidence: that of an evidence file (RECORD, section 10). A longer one is refused.
pub const PUBLIC_FILE_BYTES_MAX: usize = 4 << 20;

/// The longest body to be sent. A packet that carries more is built when it is sent.
pub const OUTBOX_BODY_BYTES_MAX: usize = 4 << 20;

/// The longest value of a field (RECORD, section 6.1).
pub const FIELD_VALUE_BYTES_MAX: usize = 1 << 20;

/// The longest sealed item: a part of an attachment, 1 MiB, with nonce, tag and length (RECORD, section 6.3).
pub const SEALED_BYTES_MAX: usize = (1 << 20) + 64;

/// The longest item key, wrapped for a recipient: an ML-KEM-768 ciphertext with X25519, a key and a tag.
pub const ITEM_KEY_BYTES_MAX: usize = 4 << 10;

/// The longest statement that waits for its release: the fields that can be sealed with it, their salts, and the
/// statement itself.
pub(crate) const WAITING_BYTES_MAX: usize = 2 << 20;

/// How long a reader waits for a writer's commit, and a writer for a reader that holds back an erasure.
pub(crate) const BUSY: Duration = Duration::from_secs(5);

/// Pages of the write-ahead log after which they are brought into the database: 16 MiB. Larger than SQLite's own
/// 1,000, because each time costs two syncs; small enough to be read at every start.
pub(crate) const WAL_PAGES: u32 = 4096;

/// Logs up to this size are hashed again as a whole at every start, larger ones since their last check: 0.1 s.
pub(crate) const LEAVES_CHECKED_ALL: u64 = 1 << 15;
