//! Bounds of live matches, one name each.

use std::time::Duration;

/// Runs at once. Each takes up to 300 MiB (TESTING, memory of a run), so that a node of 1 GiB stands two.
pub const RUNS_MAX: usize = 2;

/// Frames between the machine and the link, each way: enough that neither waits for the other's rhythm, and a few
/// megabytes at most.
pub(crate) const FRAMES_AHEAD: usize = 4;

/// The longest frame before the plan of a run is known.
pub(crate) const OPEN_FRAME_BYTES_MAX: usize = 256;

/// How long a stream may stand still: the other side computes for a few seconds at 2^20 items, and longer on a small
/// computer or a larger list.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);

/// How long the first frame of a run may take: the other side marks its seed as used and makes 256 base transfers.
pub(crate) const FIRST_FRAME: Duration = Duration::from_secs(30);

/// Between two tries to reach a peer for a run that both consented to, and between two looks at clocks.
pub(crate) const RETRY: Duration = Duration::from_secs(1);

/// Changes of a record within this are looked at together.
pub(crate) const GATHER: Duration = Duration::from_millis(20);

/// Between two reports of progress.
pub(crate) const PROGRESS: Duration = Duration::from_millis(100);

/// What a link carries at the least, for the time limit of the suite: terms name no rate, and section 6.2 of the
/// matching specification gives 1 MB/s then.
pub(crate) const LINK_BYTES_PER_SECOND: u64 = 1_000_000;

/// Tags in one chunk where both learn (section 11.1 there).
pub(crate) const CHUNK_TAGS: usize = 1 << 14;
