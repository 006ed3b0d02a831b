//! Cards, statements, terms, the three files and receipts through the public face.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod canary;
mod cards;
mod container;
mod json;
mod judge;
mod receipts;
mod round_trip;
mod rules;
mod sizes;
mod statements;
mod suites;
mod tamper;
mod terms;
mod world;
