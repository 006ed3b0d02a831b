//! A running node as a whole program: its sockets, its files, its end.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "helpers of tests fail and report as tests do"
)]

mod api;
mod configured;
mod confined;
mod kept;
mod lend;
mod linked;
mod matches;
mod pages;
mod running;
mod start_stop;
mod tls;
mod unit;
