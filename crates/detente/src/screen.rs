//! How wide a page is laid out.

/// Without a terminal that says otherwise.
const COLUMNS: usize = 100;
/// No page is laid out wider: lines longer than this are hard to read.
const COLUMNS_MAX: usize = 160;
/// Nor narrower.
const COLUMNS_MIN: usize = 80;

/// The columns of the terminal, by `COLUMNS`.
pub(crate) fn columns() -> usize {
    let said = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    said.unwrap_or(COLUMNS).clamp(COLUMNS_MIN, COLUMNS_MAX)
}
