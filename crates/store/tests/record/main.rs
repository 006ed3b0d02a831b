//! The disk of a record through its public face: what is kept, what is refused, what is found, what is gone.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests fail and report as tests do")]

mod backup;
#[path = "../store/child.rs"]
mod child;
mod content;
mod fsck;
mod logs;
mod notes;
mod opening;
mod signer;
mod tiles;
mod world;
