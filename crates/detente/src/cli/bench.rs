//! `detente bench`: what matching costs on this computer.

use clap::{Args, Subcommand};

use super::{Context, say};
use crate::bench::calibration::calibrate;
use crate::bench::one_process;
use crate::bench::order::Order;
use crate::bench::party::{self, PartyArgs};
use crate::bench::processes::{self, Both};
use crate::bench::report::Report;
use crate::exit::{Exit, Failure};

#[derive(Subcommand)]
pub(crate) enum BenchCommand {
    /// Match two lists made from numbers, and print what each side cost
    Psi(PsiArgs),
    #[command(hide = true)]
    Party(PartyArgs),
}

/// Match two lists made from numbers, and print what each side cost
///
/// Each party runs in a process of its own, and they talk over a socket pair. Counted is what happens once
/// both have their lists: CPU seconds by phase, bytes, the peak of memory of the whole process. Divide CPU by
/// the calibration to compare computers.
#[derive(Args)]
#[command(after_help = "Examples:
  detente bench psi --n 1048576 --threads 2 --runs 3
  detente bench psi --n 1048576 --code qc --reveal both --json
  detente bench psi --n 10000 --suite voprf")]
pub(crate) struct PsiArgs {
    #[command(flatten)]
    order: Order,
    /// Run both parties in this process, in turns: for profilers
    #[arg(long)]
    one_process: bool,
    /// Measure so many times, and print the run that took the least CPU
    #[arg(long, value_name = "R", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1000))]
    runs: u32,
}

pub(crate) fn run(command: &BenchCommand, context: &Context) -> Result<Exit, Failure> {
    match command {
        BenchCommand::Psi(args) => psi(args, context),
        BenchCommand::Party(args) => party::run(args),
    }
}

fn psi(args: &PsiArgs, context: &Context) -> Result<Exit, Failure> {
    // Refused here, before anything is started.
    let suite = args.order.suite()?;
    let bar = context.tui.progress("measuring");
    let best = best_of(args)?;
    let calibration = calibrate(args.order.n);
    bar.finish_and_clear();
    let report = Report::new(&args.order, suite, (args.runs, args.one_process), &best, calibration);
    say(context, &report, &report.in_words())?;
    Ok(Exit::Done)
}

/// The cheapest of the runs: whatever else the computer does only adds.
fn best_of(args: &PsiArgs) -> Result<Both, Failure> {
    let measure = || match args.one_process {
        true => one_process::measure(&args.order),
        false => processes::measure(&args.order),
    };
    let mut best = measure()?;
    for _ in 1..args.runs {
        let next = measure()?;
        if next.cpu_seconds() < best.cpu_seconds() {
            best = next;
        }
    }
    Ok(best)
}
