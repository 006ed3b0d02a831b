//! `cargo xtask`: what CI runs and people run. It depends on none of our crates, so that it builds in
//! seconds and can judge a tree that does not compile.

#![forbid(unsafe_code)]
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a tool for the terminal, with nothing to hide"
)]

mod api;
mod bench;
mod crash;
mod ct;
mod dist;
mod fuzz;
mod metadata;
mod net;
mod peers;
mod pure;
mod shell;
mod sim;
mod steps;
mod test;
mod tidy;
mod verifiers;

use std::process::ExitCode;

use anyhow::{Result, bail};

const USAGE: &str = "\
usage: cargo xtask COMMAND

  test [--quick]                 all that CI runs, stopping at the first red; --quick leaves out what takes long
  slow                           the tests that are left out of `test` because they take minutes
  tidy                           the invariants of the tree
  bench indicators|filemode|build|tlog|record|talks|peers [--json]
  ct [--short] [--control] [--seconds N] [--json] [KERNEL]
                                 whether work on secrets takes the same time for all of them
  dist [--check]                 the files of a release; --check builds them in two folders and compares
  killpoints [--short] [--steps N]   the record killed, and its disk failing, at every system call
  powercut [--short] [--steps N]     the record on a disk that loses what was not synced
  net [--nodes 2|5] [--seconds N] [--seed S] [--short] [--program FILE]
                                 nodes in network namespaces, with loss, cuts and kills between them; needs root
  sim [--seeds N] [--seconds N] [--nodes N] [--mode safety|live] [--seed 0x..] [--trace] [--debug]
                                 nodes in simulated time, with all that can go wrong between them, from seeds
  sim --sabotage NAME|all        the same without a defence, which must be noticed
  verifiers [--n N]              the independent verifiers in Python and Go beside ours, over N mutated bundles
  web --api                      the API of a running node beside its description, by schemathesis
  fuzz [--tier change|night|release] [--target NAME] [--seconds N]
  fuzz --planted                 every group of targets must find the fault that is built into it
  fuzz --target NAME --input FILE   one input again
  fuzz --list                    the targets
  fuzz --seeds                   write the corpus files that only our own code can make";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// Whether what was run is green.
fn run(arguments: &[String]) -> Result<bool> {
    let Some((command, rest)) = arguments.split_first() else { bail!("no command\n{USAGE}") };
    match command.as_str() {
        "test" => test::run(rest),
        "sim" => sim::run(rest),
        "slow" => test::slow(),
        "tidy" => tidy::run(),
        "bench" => bench::run(rest),
        "ct" => ct::run(rest),
        "dist" => dist::run(rest),
        "killpoints" => crash::killpoints(rest),
        "powercut" => crash::powercut(rest),
        "web" if rest == ["--api"] => api::run(),
        "net" => net::run(rest),
        "fuzz" => fuzz::run(rest),
        "verifiers" => verifiers::command(rest),
        "help" | "--help" | "-h" => {
            println!("{USAGE}");
            Ok(true)
        }
        other => bail!("no command {other}\n{USAGE}"),
    }
}
