//! What the fuzz targets share: one target for each decoder of foreign bytes, and one check for each kind of
//! decoder. A target turns bytes into a call; what must hold afterwards stands here.
//!
//! A workspace of its own, because it is compiled with instrumentation. See docs/testing.md.

#![forbid(unsafe_code)]

pub mod canon;
pub mod charter;
pub mod edits;
pub mod files;
pub mod honest;
pub mod link;
pub mod log;
pub mod matching;
pub mod planted;
pub mod reader;
pub mod record;
pub mod tree;
pub mod vole;

/// The world of the tests: parties with fixed keys that write logs and cosign.
#[allow(dead_code, clippy::unwrap_used, reason = "shared with the tests of bundles")]
#[path = "../../crates/accord/tests/bundle/world.rs"]
mod world;
