//! The talks of an accord through its public face: real leaves, real signatures, no disk.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]
#![allow(dead_code, reason = "a world has more than each test needs")]

mod exhaustive;
mod expected;
mod extend;
mod hamburg;
mod histories;
mod refused;
mod room;
mod screens;
mod smoke;
mod times;
mod world;
