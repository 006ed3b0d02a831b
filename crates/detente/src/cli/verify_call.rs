//! `detente verify-call`: somebody on the telephone reads six words.

use clap::Args;
use detente_accord::Time;
use detente_accord::code_words;
use detente_accord::record::{Leaf, Position};
use detente_accord::words::time::passed;
use detente_accord::words::{said, talks};
use detente_node::Accord;
use detente_store::Access;
use serde_json::json;

use super::thread::name;
use super::{Context, say};
use crate::accords::AccordFlag;
use crate::clock;
use crate::exit::{Exit, Failure};

/// Milliseconds of a day.
const DAY_MS: u64 = 86_400_000;

/// Find the entry that six words of a caller stand for
#[derive(Args)]
#[command(after_help = "Example:
  detente verify-call ribbon canvas olive seven tuna drum

Words that fit nothing say nothing about the caller: call back by a number you already had.")]
pub(crate) struct VerifyCallArgs {
    /// The six words, as the caller reads them
    #[arg(required = true, num_args = 1..=6, value_name = "WORD")]
    words: Vec<String>,
    /// How many days back
    #[arg(long, default_value_t = 30, value_name = "DAYS")]
    days: u64,
    #[command(flatten)]
    accord: AccordFlag,
}

pub(crate) fn run(args: &VerifyCallArgs, context: &Context) -> Result<Exit, Failure> {
    let said = args.words.join(" ");
    if said.split_whitespace().count() != 6 {
        return Err(
            Failure::usage("a caller reads six words").hint("detente report ENTRY --plain prints them")
        );
    }
    let now = clock::now();
    let home = context.open(Access::Read)?;
    let accord = args.accord.open(&home, detente_node::Access::Read)?;
    let since = Time(now.0.saturating_sub(args.days.saturating_mul(DAY_MS)));
    match found(&accord, &said, since) {
        Some((position, leaf)) => tell(context, &accord, &position, leaf, now),
        None => {
            let words = format!(
                "No entry of the last {} days has these words. Call back by a number you already had.",
                args.days
            );
            let document = json!({ "schema": "detente.verify-call.v1", "found": false, "days": args.days });
            say(context, &document, &words)?;
            Ok(Exit::Negative)
        }
    }
}

fn found<'a>(accord: &'a Accord<'_>, said: &str, since: Time) -> Option<(Position, &'a Leaf)> {
    let entries = accord.held().logs.iter().flat_map(|(log, entries)| {
        let place = move |(seq, entry): (usize, &'a detente_accord::record::HeldEntry)| {
            Some((Position::new(log.clone(), seq as u64), entry.leaf.as_deref()?))
        };
        entries.iter().enumerate().filter_map(place)
    });
    let mut fitting = entries
        .filter(|(_, leaf)| leaf.place.time >= since)
        .filter(|(_, leaf)| code_words::are_said(&code_words::of_entry(&leaf.hash()), said));
    fitting.next()
}

fn tell(
    context: &Context,
    accord: &Accord<'_>,
    position: &Position,
    leaf: &Leaf,
    now: Time,
) -> Result<Exit, Failure> {
    let act = super::report::word(leaf, "act").unwrap_or_default();
    let offices = super::report::offices(leaf);
    let signed = if offices.is_empty() { "its node".to_owned() } else { offices.join(", ") };
    let single =
        if accord.state().is_single(position) { format!("; {}", talks::SINGLE) } else { String::new() };
    let effect = accord.state().effect(position).map(ToString::to_string).unwrap_or_default();
    let counts = if effect == "took" { String::new() } else { format!("\nIt has {effect}.") };
    let words = format!(
        "{} {}: {} {}\nsigned by {signed}{single}; logged {} ago by its author's clock{counts}\n\
         The words show that the entry is on record, not that the caller is who it says.",
        name(accord, position),
        said::code(&leaf.said.kind, act),
        leaf.said.party,
        said::says(&leaf.said.kind, act),
        passed(now.0.saturating_sub(leaf.place.time.0)),
    );
    let document = json!({
        "schema": "detente.verify-call.v1", "found": true, "entry": position.to_string(),
        "number": accord.state().number(position).map(ToString::to_string), "by": leaf.said.party.as_str(),
        "kind": leaf.said.kind, "act": act, "offices": offices, "logged": clock::rfc3339(leaf.place.time),
        "effect": effect,
    });
    say(context, &document, &words)?;
    Ok(Exit::Done)
}
