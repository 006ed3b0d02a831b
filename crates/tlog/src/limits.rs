//! The limits of this crate, each with the place its number comes from.

/// The largest tree, 2^53 − 1 leaves: sizes travel in JSON, where larger integers lose digits. A larger size
/// is refused with [`Rejection::SizeOverLimit`](crate::Rejection::SizeOverLimit).
pub const TREE_SIZE_MAX: u64 = (1 << 53) - 1;

/// The longest inclusion path a decoder needs to make room for: one hash for each bit of a 63-bit index, which
/// is what RFC 6962 trees may reach and more than [`TREE_SIZE_MAX`] needs. The check itself refuses every path
/// that is not exactly as long as its index and size imply.
pub const PATH_HASHES_MAX: usize = 63;
