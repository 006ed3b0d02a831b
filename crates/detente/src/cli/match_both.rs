//! `detente try`: both sides on this computer, through the real protocol.

use std::path::PathBuf;
use std::time::Instant;

use clap::Args;
use detente_accord::words;
use detente_psi::size::SizeClass;
use detente_psi::{Items, Seed};
use indicatif::ProgressBar;
use serde::Serialize;

use super::result_table::{self, Row};
use super::{Context, say};
use crate::clock;
use crate::exit::{Exit, Failure};
use crate::lists::{CountsJson, ListArgs, ReadList, Side, counts_in_words};
use crate::matching::{Chosen, Machine, Means, Run, Stop, SuiteArgs, Watch, threads};
use crate::pool::Pool;
use crate::tui;

/// Compare two lists of yours, both sides on this computer
#[derive(Args)]
#[command(after_help = "Examples:
  detente try ours.csv theirs.txt
  detente try misp.json dns.log.gz --types domain --format theirs:zeek --json
  detente try ours.csv theirs.txt --suite vole --code qc")]
pub(crate) struct TryArgs {
    /// Our list: a file, a folder, or - for standard input
    ours: PathBuf,
    /// Their list
    theirs: PathBuf,
    #[command(flatten)]
    suite: SuiteArgs,
    #[command(flatten)]
    lists: ListArgs,
}

#[derive(Serialize)]
struct Tried<'a> {
    schema: &'static str,
    suite: &'static str,
    /// The code inside the suite; null where it has none.
    code: Option<&'static str>,
    ours: CountsJson,
    theirs: CountsJson,
    common_count: u64,
    common: Vec<Common<'a>>,
    seconds: f64,
    bytes: u64,
}

#[derive(Serialize)]
struct Common<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    value: &'a str,
}

pub(crate) fn run(args: &TryArgs, context: &Context) -> Result<Exit, Failure> {
    let begun = Instant::now();
    let ours = args.lists.read(&args.ours, Side::Ours, &context.tui)?;
    let theirs = args.lists.read(&args.theirs, Side::Theirs, &context.tui)?;
    let found = compare(&ours, &theirs, &args.suite, context)?;
    let seconds = begun.elapsed().as_secs_f64();

    let document = Tried {
        schema: "detente.try.v1",
        suite: found.suite.name(),
        code: found.suite.code_name(),
        ours: CountsJson::of(&ours),
        theirs: CountsJson::of(&theirs),
        common_count: found.rows.len() as u64,
        common: found.rows.iter().map(|row| Common { kind: &row.kind, value: &row.value }).collect(),
        seconds,
        bytes: found.bytes,
    };
    let learn =
        format!("between two parties: that we asked, and that we hold {}", words::size_in_words(found.class));
    let text = format!(
        "Both sides on this computer: no privacy, just a demonstration.\n{}{}",
        tui::table(&[
            ("Ours", counts_in_words(ours.counts())),
            ("Theirs", counts_in_words(theirs.counts())),
            ("In common", result_table::count_in_words(&found.rows)),
            ("They learn", learn),
            ("Next", "detente init NAME, then detente ask LIST --peer PEER".to_owned()),
        ]),
        result_table::items_in_words(&found.rows),
    );
    say(context, &document, &text)?;
    Ok(if found.rows.is_empty() { Exit::Negative } else { Exit::Done })
}

/// What both sides found.
struct Found {
    suite: Chosen,
    rows: Vec<Row>,
    class: SizeClass,
    bytes: u64,
}

/// Runs both machines, each on a thread of its own.
fn compare(
    ours: &ReadList,
    theirs: &ReadList,
    suite: &SuiteArgs,
    context: &Context,
) -> Result<Found, Failure> {
    let (ours, theirs) = (ours.items(), theirs.items());
    let suite = suite.choose(class(&ours)?, ours.len() as u64, theirs.len() as u64)?;
    let run = Run::fresh(suite, class(&ours)?, class(&theirs)?)?;
    let items = |list: &[&[u8]]| Items::new(list).map_err(Stop::Rejected);
    let (our_items, their_items) = (items(&ours)?, items(&theirs)?);
    let (our_seed, their_seed) = (Seed::from_bytes(clock::random()?), Seed::from_bytes(clock::random()?));

    let bar = context.tui.progress("matching");
    let pool = Pool::with_progress(bar.clone());
    let means = |seed, items| Means { seed, items, par: &pool };
    let mut asker = Machine::asker(&run, means(&our_seed, &our_items)).map_err(Stop::Rejected)?;
    let mut answerer = Machine::answerer(&run, means(&their_seed, &their_items)).map_err(Stop::Rejected)?;
    let (mut our_steps, mut their_steps) = (Steps(bar.clone()), Steps(bar.clone()));
    let ended = threads::run((&mut asker, &mut our_steps), (&mut answerer, &mut their_steps));
    bar.finish_and_clear();

    let ended = ended?;
    let common = ended.common.ok_or_else(silent)?;
    let ranks: Vec<usize> = common.ranks().collect();
    let rows = result_table::rows(&ours, &ranks, None);
    Ok(Found { suite, rows, class: run.asker, bytes: ended.bytes })
}

fn class(items: &[&[u8]]) -> Result<SizeClass, Failure> {
    SizeClass::for_count(items.len() as u64)
        .ok_or_else(|| Failure::refused(format!("{} items are more than one match can take", items.len())))
}

/// Says on the progress bar what is being worked on.
struct Steps(ProgressBar);

impl Watch for Steps {
    fn begins(&mut self, phase: &'static str) {
        self.0.set_message(format!("matching: {}", step_in_words(phase)));
    }

    fn ends(&mut self) {}
}

/// The phases that take long, for whoever waits.
pub(crate) fn step_in_words(phase: &'static str) -> &'static str {
    match phase {
        "start" => "padding the lists",
        "blinding" => "hiding our items",
        "base-ot" => "first transfers",
        "correlation" | "trees" | "check" => "making shared randomness",
        "compression" => "stretching it",
        "encoding" => "packing our list",
        "evaluation" => "their side answers",
        "tags" => "their answer comes in",
        "matching" => "looking for our items",
        other => other,
    }
}

fn silent() -> Failure {
    Failure::new(Exit::Integrity, "the matching core said nothing; please report this")
}
