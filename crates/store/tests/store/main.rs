//! The home on disk through its public face: what is kept, what is refused, what is gone.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests fail and report as tests do")]

mod child;
mod claims;
mod disk;
mod erase;
mod exports;
mod homes;
mod ledger;
mod world;
