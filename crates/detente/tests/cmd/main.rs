//! The whole program: commands, files, both streams and the exit code.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests fail and report as tests do")]

mod bad_input;
mod bench;
mod canary;
mod crash;
mod demo;
mod disks;
mod documents;
mod file_mode;
mod hamburg;
mod help;
mod known_answers;
mod manual;
mod policy;
mod receipts;
mod record;
mod talks;
mod tamper;
mod terminal;
mod trying;
mod tutorial;
mod upgrade;
mod views;
mod words;
mod world;
