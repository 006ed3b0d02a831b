//! Live matches between real nodes over links on loopback.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail and report as tests do")]

mod both;
mod broken;
mod pair;
mod policy;
mod runs;
#[path = "../node/world.rs"]
#[allow(dead_code, reason = "helpers for the other tests too")]
mod world;
