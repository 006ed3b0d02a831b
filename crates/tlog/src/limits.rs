//! The limits of this crate, each with the place its number comes from. What passes a limit is refused by name
//! before anything is allocated for it.

/// The largest tree, 2^53 − 1 leaves: sizes travel in JSON, where larger integers lose digits. A larger size
/// is refused with [`Rejection::SizeOverLimit`](crate::Rejection::SizeOverLimit).
pub const TREE_SIZE_MAX: u64 = (1 << 53) - 1;

/// The longest inclusion path a decoder needs to make room for: one hash for each bit of a 63-bit index, which
/// is what RFC 6962 trees may reach and more than [`TREE_SIZE_MAX`] needs. The check itself refuses every path
/// that is not exactly as long as its index and size imply. C2SP's tlog-witness has the same number for
/// consistency proofs.
pub const PATH_HASHES_MAX: usize = 63;

/// The longest note, 1 MiB: a hundred ML-DSA lines take a third of it.
pub const NOTE_BYTES_MAX: usize = 1 << 20;

/// Signature lines of a note. C2SP demands 16 at least; an accord has 32 parties with two keys each.
pub const SIGNATURE_LINES_MAX: usize = 100;

/// The longest name of a key or an origin: it travels behind one length byte (tlog-cosignature).
pub const NAME_BYTES_MAX: usize = 255;

/// The latest time a cosignature may carry, in seconds (tlog-cosignature).
pub const COSIGN_TIME_MAX: u64 = (1 << 63) - 1;

/// Hashes of a full tile, and entries of a full bundle (tlog-tiles).
pub const TILE_WIDTH: u64 = 256;

/// The largest tile level a path may name (tlog-tiles).
pub const TILE_LEVEL_MAX: u8 = 63;

/// The longest entry. The format allows 65,535 bytes; a leaf of an accord has at most 16 KiB.
pub const ENTRY_BYTES_MAX: usize = 16 << 10;

/// The longest proof file: a note, 63 hashes of 45 bytes and a header.
pub const PROOF_FILE_BYTES_MAX: usize = NOTE_BYTES_MAX + (4 << 10);

/// The longest policy: 96 keys of ML-DSA with long names take 210 KiB.
pub const POLICY_BYTES_MAX: usize = 256 << 10;

/// Logs of a policy, its witnesses and its groups, each. C2SP recommends 32 at least; 32 parties have 62
/// witness keys.
pub const POLICY_LINES_MAX: usize = 128;

/// The longest body of add-checkpoint: a note, 63 hashes and a header.
pub const ADD_CHECKPOINT_BYTES_MAX: usize = NOTE_BYTES_MAX + (4 << 10);

/// The longest evidence file: two proof files and two leaves fit.
pub const EVIDENCE_BYTES_MAX: usize = 4 << 20;

/// Parts of an evidence file: two proofs and two leaves.
pub const EVIDENCE_PARTS_MAX: usize = 4;
