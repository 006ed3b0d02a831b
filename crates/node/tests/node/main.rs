//! The engine with real disks: founding, saying, exchanging, forking, recovering.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests fail and report as tests do")]

mod answers;
mod any_order;
mod engine;
mod erasing;
mod exchange;
mod exhibits;
mod freezing;
mod govern;
mod hostile;
mod leave;
mod links;
mod nodes;
mod reading;
mod recovery;
mod stream;
mod tending;
mod texts;
mod world;
