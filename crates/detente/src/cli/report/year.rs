//! The review of a year: what was opened in it, and what has become of that.

use clap::Args;
use detente_accord::Time;
use detente_accord::talks::overview::Overview;
use detente_accord::talks::{Now, Span};
use detente_accord::words::overview::overview;
use detente_accord::words::{said, talks};
use detente_store::Access;
use serde_json::json;

use crate::accords::AccordFlag;
use crate::cli::desk::title;
use crate::cli::thread::name;
use crate::cli::{Context, overview as face, say};
use crate::exit::{Exit, Failure};
use crate::{clock, screen};

/// Review a year: what was opened in it, and what became of that
#[derive(Args)]
#[command(after_help = "Examples:
  detente report year
  detente report year 2026 --json")]
pub(crate) struct YearArgs {
    /// The year; else the one that runs
    year: Option<u16>,
    #[command(flatten)]
    accord: AccordFlag,
}

pub(super) fn run(args: &YearArgs, context: &Context) -> Result<Exit, Failure> {
    let now = clock::now();
    let (year, span) = clock::year(args.year, now)?;
    let home = context.open(Access::Read)?;
    let accord = args.accord.open(&home, detente_node::Access::Read)?;
    let (state, charter) = (accord.state(), accord.charter());
    let seen = Overview::within(state, accord.held(), now, span);
    let at = Now { time: now, rules: state.rules(), talks: state.talks() };
    let threads = state.talks().threads().iter().filter_map(|(root, thread)| {
        let opening = thread.opening().filter(|event| is_in(span, event.said()))?;
        let phase = talks::phase(opening.act.kind, thread.phase(&at), opening.by());
        Some((name(&accord, root), said::code(opening.act.kind, opening.act.name), phase))
    });
    let threads: Vec<(String, &str, String)> = threads.collect();
    let list: Vec<String> =
        threads.iter().map(|(name, code, phase)| format!("  {name} {code}  {phase}")).collect();
    let none = if list.is_empty() { "  none" } else { "" };
    let words = format!(
        "REVIEW OF {year}\n{}\nTHREADS OPENED IN {year}\n{}{none}",
        overview(&seen, &title(charter), screen::columns()),
        list.join("\n"),
    );
    let mut document = face::document(&accord, &seen);
    document["schema"] = "detente.report-year.v1".into();
    document["year"] = year.into();
    document["threads"] = threads
        .iter()
        .map(|(name, code, phase)| json!({ "number": name, "code": code, "phase": phase }))
        .collect::<Vec<_>>()
        .into();
    say(context, &document, &words)?;
    Ok(Exit::Done)
}

fn is_in(span: Span, time: Time) -> bool {
    span.from <= time && span.until.is_none_or(|until| time < until)
}
