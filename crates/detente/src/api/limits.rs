//! What the API bounds.

/// Things on one page, unless fewer are asked for.
pub(crate) const PAGE_DEFAULT: usize = 50;
/// Things on one page at most: a page of entries with their content stays within some megabytes.
pub(crate) const PAGE_MAX: usize = 200;

/// A key under which an answer is given again, in bytes.
pub(crate) const KEY_BYTES_MAX: usize = 64;
/// How long it is (a day, as approvals).
pub(crate) const KEY_MS: u64 = 24 * 60 * 60 * 1000;

/// A bundle that is verified for a program: as a file through the pages (SECURITY.md, section 5).
pub(crate) const BUNDLE_BYTES_MAX: usize = 64 * 1024 * 1024;
