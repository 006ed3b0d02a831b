//! `detente`: the command line.
//!
//! Arguments in, exit code out. Each command is a file in `cli/`; `tui.rs` alone speaks to the terminal,
//! `clock.rs` alone asks for the time and for random bytes, `files.rs` alone writes files.

#![forbid(unsafe_code)]

mod accords;
mod api;
mod bench;
mod cli;
mod clock;
mod config;
mod content;
mod control;
mod csv;
mod exit;
#[allow(dead_code, reason = "for the pages of matches")]
mod export;
mod files;
mod gate;
mod homes;
mod lists;
mod logged;
mod matching;
mod pool;
mod rules_file;
mod say;
mod screen;
mod serve;
mod shown;
mod tui;
#[allow(dead_code, reason = "what pages could show and do not yet")]
mod web;

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(cli::run().code())
}
