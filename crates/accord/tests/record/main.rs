//! The record of an accord, through its public face.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod charter;
mod derived;
mod founders;
mod numbers;
mod offer;
mod quorum;
mod statements;
mod table;
