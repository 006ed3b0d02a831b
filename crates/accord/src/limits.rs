//! Every bound of this crate in one place: what a hostile file can make us spend.

/// Deepest nesting of a JCS document of ours (a receipt document is the deepest: 8).
pub const JCS_DEPTH_MAX: usize = 12;

/// Largest card.
pub const CARD_BYTES_MAX: usize = 16 << 10;

/// Largest single statement; what a leaf of the record can hold.
pub const STATEMENT_BYTES_MAX: usize = 16 << 10;

/// Largest statement part of an ask or answer file: two statements and what they disclose.
pub const STATEMENTS_BYTES_MAX: usize = 32 << 10;

/// Largest header of a file, padding included.
pub const HEADER_BYTES_MAX: usize = 16 << 10;

/// Headers are padded to a multiple of this, so that their size tells nothing.
pub const HEADER_STEP_BYTES: usize = 1 << 10;

/// Largest receipt document: terms, acceptance, receipt, and their brackets.
pub const RECEIPT_BYTES_MAX: usize = 128 << 10;

/// Largest class that may be asked by file. One ask costs the answerer 52 µs an element; this bounds it
/// to seconds.
pub const ASKED_CLASS_MAX: u64 = 49_152;

/// Largest class that may be held against an ask by file: 2^20.
pub const HELD_CLASS_MAX: u64 = 1 << 20;

/// Longest purpose, in bytes.
pub const PURPOSE_BYTES_MAX: usize = 1 << 10;

/// Longest display name and contact of a party, in bytes.
pub const NAME_BYTES_MAX: usize = 200;

/// Items one peer may ask in [`BUDGET_WINDOW_MS`] unless its owner sets another number.
pub const BUDGET_ITEMS_DEFAULT: u64 = 200_000;

/// Highest budget that may be set: 0.1 % of the routable IPv4 addresses. A larger one would let a peer
/// sweep a small space by guessing.
pub const BUDGET_ITEMS_CEILING: u64 = 3_700_000;

/// The window of the budget: 30 days.
pub const BUDGET_WINDOW_MS: u64 = 30 * DAY_MS;

/// How far two clocks may differ before a time counts as wrong.
pub const CLOCK_TOLERANCE_MS: u64 = DAY_MS;

/// One day.
pub const DAY_MS: u64 = 24 * 60 * 60 * 1000;

/// How long an ask stands unless its author says otherwise.
pub const ASK_DAYS_DEFAULT: u64 = 14;

/// How long an ask may stand at most.
pub const ASK_DAYS_MAX: u64 = 90;

/// Largest leaf of a log.
pub const LEAF_BYTES_MAX: usize = 16 << 10;

/// Deepest nesting of a leaf, the leaf itself counted.
pub const LEAF_DEPTH_MAX: usize = 8;

/// Most heads that an entry names.
pub const HEADS_MAX: usize = 32;

/// Most references of a statement.
pub const LEAF_REFS_MAX: usize = 32;

/// Most commitments of a statement; more fields stand in a tree.
pub const LEAF_COMMITS_MAX: usize = 32;

/// Most sealed files of a statement.
pub const LEAF_SEALED_MAX: usize = 8;

/// Most offices that sign a statement.
pub const LEAF_SIGS_MAX: usize = 4;

/// Largest public part of a statement.
pub const PUBLIC_BYTES_MAX: usize = 2 << 10;

/// Largest disclosure file: one field may have 1 MiB, several of them seldom do.
pub const DISCLOSURE_BYTES_MAX: usize = 4 << 20;

/// Largest charter, in bytes (RECORD 4.4): 32 parties with two ML-DSA keys each take 150 KiB.
pub const CHARTER_BYTES_MAX: usize = 256 << 10;

/// Parties and observers of a charter (RECORD 4.4). Only its bytes bound the lists of its rules.
pub const PARTIES_MAX: usize = 32;

/// Longest name of an office, in bytes.
pub const OFFICE_BYTES_MAX: usize = 32;

/// Longest title of a charter or of a later text, in bytes.
pub const TITLE_BYTES_MAX: usize = 200;

/// Longest purpose in the rules of a charter, in bytes.
pub const CHARTER_PURPOSE_BYTES_MAX: usize = 4096;

/// Shortest clock of a charter, in seconds (RECORD 4.4).
pub const CLOCK_SECONDS_MIN: u64 = 60;

/// Longest clock of a charter, in seconds: two years (RECORD 4.4).
pub const CLOCK_SECONDS_MAX: u64 = 63_072_000;

/// Shortest silence procedure, in seconds (RECORD 4.4).
pub const SILENCE_SECONDS_MIN: u64 = 3600;

/// Longest rules file: what a charter may have.
pub const RULES_BYTES_MAX: usize = CHARTER_BYTES_MAX;

/// Largest offer: what a charter may have, which takes in the party it describes.
pub const OFFER_BYTES_MAX: usize = CHARTER_BYTES_MAX;

/// The longest archive.
pub const ARCHIVE_BYTES_MAX: usize = 256 << 20;

/// Members of an archive, the first one included.
pub const MEMBERS_MAX: usize = 65_536;

/// The longest member.
pub const MEMBER_BYTES_MAX: usize = 64 << 20;

/// The longest name of a member: a ustar name field without prefix, and its NUL.
pub const MEMBER_NAME_BYTES_MAX: usize = 99;

/// Claims of a bundle.
pub const CLAIMS_MAX: usize = 10_000;

/// Smallest size class of sealed content: what a short text takes, so that short texts look alike.
pub const SEALED_CLASS_BYTES_MIN: usize = 1 << 10;

/// Largest size class; larger attachments go in parts.
pub const SEALED_CLASS_BYTES_MAX: usize = 1 << 20;

/// Fields of sealed content; each takes 60 bytes and more of [`SEALED_CLASS_BYTES_MAX`].
pub const SEALED_FIELDS_MAX: usize = 16 << 10;

/// Largest part of an attachment: with its length it fills the largest size class.
pub const ATTACHED_PART_BYTES_MAX: usize = SEALED_CLASS_BYTES_MAX - 4;

/// Most items of one exhibit: as many as fields stand in a statement without a tree.
pub const EXHIBIT_ITEMS_MAX: usize = 32;

/// Longest sealed file: the largest class, its nonce and its tag.
pub const SEALED_FILE_BYTES_MAX: usize = SEALED_CLASS_BYTES_MAX + 40;

/// Longest public file beside the logs: key set, offer or rules, none of which is longer than a charter.
pub const PUBLIC_FILE_BYTES_MAX: usize = 256 << 10;

/// Longest `bundle.json`: 65,536 lines of 200 bytes, and the claims.
pub const BUNDLE_JSON_BYTES_MAX: usize = 16 << 20;

/// Longest value of a disclosed field, in its one form.
pub const DISCLOSED_VALUE_BYTES_MAX: usize = 1 << 20;

/// Values of one list in the public part of a statement (RECORD 5.5).
pub const PUBLIC_LIST_MAX: usize = 32;

/// How often a correction or a withdrawal may itself be corrected: deeper ones have no effect.
pub const CORRECTIONS_MAX: usize = 8;

/// Most items that one file opens.
pub const OPENINGS_MAX: usize = 4096;

/// Longest canonical item.
pub const OPENING_ITEM_BYTES_MAX: usize = (1 << 16) + 4;

/// Largest file of opened items: their paths are what takes room.
pub const OPENINGS_BYTES_MAX: usize = 16 << 20;

/// A node signs its log at least this often, in milliseconds; one that does not has a dead timer.
pub const SIGNS_EVERY_MS: u64 = DAY_MS;

/// Largest file of contacts that is read: a security.txt or an RFC 2350 text.
pub const CONTACT_FILE_BYTES_MAX: usize = 64 << 10;

/// Most contacts that are taken from one file.
pub const CONTACTS_MAX: usize = 16;

/// Largest norm pack.
pub const NORM_PACK_BYTES_MAX: usize = 256 << 10;

/// Longest time after which a norm of a pack is looked at again, and longest clock in one: a hundred years of days.
pub const NORM_PACK_DAYS_MAX: u64 = 36_525;
