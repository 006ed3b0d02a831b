//! Bundles and the verdicts on them, through the public face.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod cases;
mod good;
mod interval;
mod refused;
mod world;
