//! `detente report`: pages to print, to hand on, to compute with.

mod clocks;
mod iodef;
mod page;
mod plain;
mod year;

pub(crate) use page::{offices, word};

use clap::{Args, Subcommand};
use detente_accord::record::Position;
use detente_node::Accord;
use detente_store::Access;

use super::Context;
use crate::accords::AccordFlag;
use crate::exit::{Exit, Failure};
use crate::say::entry::{self, Fits};

/// Print one page about an entry, or reports of the record
#[derive(Args)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    after_help = "Examples:
  detente report 5                      one page of any statement
  detente report 5 --plain              five lines for an office of one person
  detente report 5 --iodef              an inquiry as IODEF JSON (RFC 8727)"
)]
pub(crate) struct ReportArgs {
    #[command(subcommand)]
    command: Option<ReportCommand>,
    /// The entry: its number, or party/epoch/number
    #[arg(value_name = "ENTRY", required = true)]
    entry: Option<String>,
    /// Five lines and six words, for an office of one person
    #[arg(long, conflicts_with = "iodef")]
    plain: bool,
    /// An inquiry as IODEF JSON
    #[arg(long)]
    iodef: bool,
    #[command(flatten)]
    accord: AccordFlag,
}

#[derive(Subcommand)]
pub(crate) enum ReportCommand {
    /// Review a year: what was opened in it, and what became of that
    Year(year::YearArgs),
    /// Every clock of every thread
    Clocks(clocks::ClocksArgs),
}

pub(crate) fn run(args: &ReportArgs, context: &Context) -> Result<Exit, Failure> {
    match (&args.command, &args.entry) {
        (Some(ReportCommand::Year(args)), _) => year::run(args, context),
        (Some(ReportCommand::Clocks(args)), _) => clocks::run(args, context),
        (None, entry) => {
            let home = context.open(Access::Read)?;
            let accord = args.accord.open(&home, detente_node::Access::Read)?;
            let text = entry.as_deref().unwrap_or_default();
            let position = entry::entry(&accord, text, Fits::default())?;
            one(args, context, &accord, &position)
        }
    }
}

fn one(
    args: &ReportArgs,
    context: &Context,
    accord: &Accord<'_>,
    position: &Position,
) -> Result<Exit, Failure> {
    match (args.plain, args.iodef) {
        (true, _) => plain::run(context, accord, position),
        (_, true) => iodef::run(accord, position),
        _ => page::run(context, accord, position),
    }
}
