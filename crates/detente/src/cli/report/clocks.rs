//! Every clock of every thread, for a spreadsheet.

use clap::Args;
use detente_accord::talks::{Due, DueState, Now, Proof};
use detente_accord::words::{said, talks};
use detente_node::Accord;
use detente_store::Access;
use serde_json::json;

use crate::accords::AccordFlag;
use crate::cli::thread::{clock_document, name, optional};
use crate::cli::{Context, say};
use crate::exit::{Exit, Failure};
use crate::{clock, csv, tui};

/// Every clock of every thread
#[derive(Args)]
#[command(after_help = "Examples:
  detente report clocks --csv > clocks.csv
  detente report clocks --as-of 2026-12-31T23:59:59Z --json")]
pub(crate) struct ClocksArgs {
    /// As CSV
    #[arg(long)]
    csv: bool,
    /// Let the clocks stand at this time; what was said later counts all the same
    #[arg(long, value_name = "TIME")]
    as_of: Option<String>,
    #[command(flatten)]
    accord: AccordFlag,
}

const COLUMNS: [&str; 13] = [
    "thread", "code", "exercise", "owed", "by", "to", "start", "length_s", "due", "state", "met", "proof",
    "late_s",
];

pub(super) fn run(args: &ClocksArgs, context: &Context) -> Result<Exit, Failure> {
    let time = clock::as_of(args.as_of.as_deref())?;
    let home = context.open(Access::Read)?;
    let accord = args.accord.open(&home, detente_node::Access::Read)?;
    let now = Now { time, rules: accord.state().rules(), talks: accord.state().talks() };
    let mut table = String::new();
    csv::row(&mut table, &COLUMNS);
    let mut words = Vec::new();
    let mut documents = Vec::new();
    for (thread, code, exercise, due) in clocks(&accord, &now) {
        let state = due.state(time, &now.pauses(&due.by, &due.to));
        let cells = cells(&thread, code, &exercise, &due, &now);
        csv::row(&mut table, &cells.iter().map(String::as_str).collect::<Vec<_>>());
        words.push(format!("{thread} {code}  {} owes {}: {}", due.by, due.to, talks::due(&due, state, time)));
        let mut document = clock_document(&due, &now);
        document["thread"] = thread.into();
        documents.push(document);
    }
    if args.csv && !context.json {
        tui::answer_bytes(table.as_bytes())?;
        return Ok(Exit::Done);
    }
    let document = json!({
        "schema": "detente.report-clocks.v1", "accord": accord.charter().record_id().to_string(),
        "now": clock::rfc3339(time), "clocks": documents,
    });
    let words = if words.is_empty() { "No clocks yet.".to_owned() } else { words.join("\n") };
    say(context, &document, &words)?;
    Ok(Exit::Done)
}

fn clocks(accord: &Accord<'_>, now: &Now<'_>) -> Vec<(String, &'static str, String, Due)> {
    let mut all = Vec::new();
    for (root, thread) in accord.state().talks().threads() {
        let code = thread.opening().map_or("–", |event| said::code(event.act.kind, event.act.name));
        let exercise = thread.exercise().unwrap_or_default();
        all.extend(
            thread.dues(now).into_iter().map(|due| (name(accord, root), code, exercise.to_owned(), due)),
        );
    }
    all
}

fn cells(thread: &str, code: &str, exercise: &str, due: &Due, now: &Now<'_>) -> Vec<String> {
    let pauses = now.pauses(&due.by, &due.to);
    let state = due.state(now.time, &pauses);
    let (word, met, proof, late) = match state {
        DueState::NotStarted => ("not-started", None, "", None),
        DueState::Running { .. } => ("running", None, "", None),
        DueState::Paused { .. } => ("paused", None, "", None),
        DueState::Overdue { .. } => ("overdue", None, "", None),
        DueState::Over => ("over", None, "", None),
        DueState::Met { when, late_ms } => ("met", Some(when.time), proof_word(when.proof), late_ms),
    };
    vec![
        thread.to_owned(),
        code.to_owned(),
        exercise.to_owned(),
        talks::owed(due.what).to_owned(),
        due.by.to_string(),
        due.to.to_string(),
        optional(due.start),
        (due.length_ms / 1000).to_string(),
        optional(due.at(&pauses)),
        word.to_owned(),
        optional(met),
        proof.to_owned(),
        late.map_or_else(String::new, |ms| (ms / 1000).to_string()),
    ]
}

fn proof_word(proof: Proof) -> &'static str {
    match proof {
        Proof::Receipt => "receipt",
        Proof::Cosigned => "cosigned",
        Proof::Claimed => talks::NOT_PROVED,
    }
}
