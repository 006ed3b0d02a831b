//! The limits of this crate, each with the place its number comes from. Limits on classes, budgets and times
//! are agreed in terms and stand elsewhere.

/// Longest item that enters a run, in bytes, its four-byte header included.
///
/// RFC 9497 inputs end at 65,535 bytes and a run puts the 32 bytes of its terms in front of every item. A
/// longer item is refused with [`Rejection::ItemTooLong`](crate::Rejection::ItemTooLong).
pub const ITEM_BYTES_MAX: usize = 65_535 - 32;

/// Elements under one proof. RFC 9497 counts a batch in 16 bits; a smaller chunk bounds the memory of a check
/// and names the damaged part more closely. Part of the protocol: both sides must split alike.
pub(crate) const CHUNK_ELEMENTS: usize = 8192;

/// Elements one job works on. Large enough that the inversion a batched encoding shares costs next to nothing
/// (about 4 µs against 45 µs for each element), small enough to spread even a small class over processors.
pub(crate) const BLOCK_ELEMENTS: usize = 128;

/// Points one multiscalar multiplication takes. Measured: larger sums gain nothing and leave processors idle
/// within a chunk, sums of half the size cost a tenth more.
pub(crate) const SUM_POINTS: usize = 2048;
