//! Every bound of this crate in one place: what a hostile file can make us spend.

/// Longest line a line-based reader takes (Suricata writes very long ones; FORMATS section 9). A longer
/// one is counted as `line-too-long` and skipped.
pub const LINE_BYTES_MAX: usize = 1 << 20;

/// Bytes of an overlong line that are shown as the rejected text.
pub const REJECT_BYTES_MAX: usize = 256;

/// Longest text that can still become an item: an item's body length is a `u16`.
pub const VALUE_BYTES_MAX: usize = 65_499;

/// Longest text that is looked at for defanging: restored, `[dot]` for every dot would fit [`VALUE_BYTES_MAX`].
pub const DEFANGED_BYTES_MAX: usize = 5 * VALUE_BYTES_MAX;

/// Unpacked bytes after which the ratio of a compressed file is looked at (SECURITY T25).
pub const UNPACK_FREE_BYTES: u64 = 64 << 20;

/// Highest ratio of unpacked to packed bytes past [`UNPACK_FREE_BYTES`]; above it the file is a bomb.
pub const UNPACK_RATIO_MAX: u64 = 200;

/// Unpacked bytes a compressed file may give in all (SECURITY section 5); the caller may raise it.
pub const UNPACKED_BYTES_MAX: u64 = 4 << 30;

/// Largest zstd window: what a frame's header can make the unpacker hold. `zstd -19` uses 8 MiB and
/// `--long=26` 64; a frame that asks for more is refused as too large.
pub const ZSTD_WINDOW_BYTES_MAX: u64 = 64 << 20;

/// Bytes read at a time.
pub const BLOCK_BYTES: usize = 256 << 10;

/// Bytes at the head of a file by which its family is told.
pub const HEAD_BYTES: usize = 64 << 10;

/// Significant lines at the head of a file by which its family is told (FORMATS section 11).
pub const HEAD_LINES: usize = 200;

/// Largest warninglist, unpacked. The largest published one has 1.4 MiB.
pub const WARNINGLIST_BYTES_MAX: u64 = 64 << 20;

/// Keys that one network may become in the expansion `cidr`: the widest step between two agreed lengths that
/// are useful, from /33 to /40 and from /57 to /64 of IPv6. With the lengths of IPv4 it is 16 at most.
pub const EXPANSION_KEYS_MAX: u128 = 128;

/// Places kept for one item beyond the first: further ones are only counted, so that memory grows with
/// distinct items and not with the size of a log.
pub const PLACES_PER_ITEM_MAX: usize = 16;

/// Highest line number of a place that is kept apart from higher ones: a place takes eight bytes.
pub const PLACE_LINE_MAX: u64 = (1 << 40) - 1;

/// Highest number of a source that is kept apart from higher ones, for the same reason.
pub const PLACE_SOURCE_MAX: u32 = (1 << 24) - 1;

/// Bytes kept of one MISP event or STIX bundle, whose markings may stand behind its values. Some four million
/// values; a larger one is refused and can be given in parts.
pub const HELD_BYTES_MAX: usize = 512 << 20;

/// Columns that a Zeek header can name; the logs of Zeek itself have fewer than fifty.
pub const ZEEK_FIELDS_MAX: usize = 1024;

/// Largest OpenIOC document; the largest published ones are a few mebibytes.
pub const XML_BYTES_MAX: u64 = 32 << 20;

/// Longest STIX pattern (FORMATS section 5).
pub const PATTERN_BYTES_MAX: usize = 16 << 10;

/// Deepest nesting of a STIX pattern (FORMATS section 5).
pub const PATTERN_DEPTH_MAX: usize = 16;

/// Deepest nesting of a JSON document (SECURITY section 5, "JSON depth: imports").
pub const JSON_DEPTH_MAX: usize = 16;

/// Deepest nesting of an OpenIOC document (FORMATS section 7).
pub const XML_DEPTH_MAX: usize = 64;
