//! The engine with real disks: founding, saying, exchanging, forking, recovering.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests fail and report as tests do")]

mod exchange;
mod govern;
mod hostile;
mod leave;
mod recovery;
mod world;
