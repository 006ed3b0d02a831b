//! What the fuzz targets share: one target for each decoder of foreign bytes, and one check for each kind of
//! decoder. A target turns bytes into a call; what must hold afterwards stands here.
//!
//! A workspace of its own, because it is compiled with instrumentation. See docs/testing.md.

#![forbid(unsafe_code)]

pub mod canon;
pub mod edits;
pub mod files;
pub mod honest;
pub mod log;
pub mod matching;
pub mod planted;
pub mod reader;
pub mod tree;
pub mod vole;
