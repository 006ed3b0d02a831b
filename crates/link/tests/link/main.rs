//! The link over real sockets.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod hostile;
mod pairs;
mod peers;
mod streams;
