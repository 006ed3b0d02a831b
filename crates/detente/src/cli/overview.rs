//! `detente overview`: what an observer sees at a glance, computed here.

use clap::Args;
use detente_accord::talks::overview::{Overview, days};
use detente_accord::words::overview::{overview, series_name};
use detente_node::Accord;
use detente_store::Access;
use serde_json::{Value, json};

use super::desk::title;
use super::{Context, say};
use crate::accords::AccordFlag;
use crate::clock;
use crate::exit::{Exit, Failure};
use crate::screen;

/// See the record at a glance: what was asked, answered, denied, shared
#[derive(Args)]
#[command(after_help = "Examples:
  detente overview
  detente overview --json --accord hamburg-1")]
pub(crate) struct OverviewArgs {
    /// Let the clocks stand at this time; what was said later counts all the same
    #[arg(long, value_name = "TIME")]
    as_of: Option<String>,
    #[command(flatten)]
    accord: AccordFlag,
}

pub(crate) fn run(args: &OverviewArgs, context: &Context) -> Result<Exit, Failure> {
    let now = clock::as_of(args.as_of.as_deref())?;
    let home = context.open(Access::Read)?;
    let accord = args.accord.open(&home, detente_node::Access::Read)?;
    let seen = Overview::of(accord.state(), accord.held(), now);
    let words = overview(&seen, &title(accord.charter()), screen::columns());
    say(context, &document(&accord, &seen), &words)?;
    Ok(Exit::Done)
}

/// The counts, with stable names.
pub(crate) fn document(accord: &Accord<'_>, seen: &Overview) -> Value {
    let questions = seen.questions.iter().map(|((asker, asked), of)| {
        json!({
            "asker": asker.as_str(), "asked": asked.as_str(), "questions": of.asked, "answered": of.answered,
            "disagreement_recorded": of.disagreement, "open": of.open, "withdrawn": of.withdrawn, "late": of.late,
            "never_answered": of.never_answered, "median_answer_ms": of.median_ms(),
        })
    });
    let denials = seen.denials.iter().map(|(party, of)| {
        json!({ "party": party.as_str(), "denials": of.issued, "contested": of.contested, "withdrawn": of.withdrawn })
    });
    let alone = seen.contacts.one_sided.iter().map(|(party, at, when)| {
        json!({ "reported_by": party.as_str(), "entry": at.to_string(), "at": when.map(clock::rfc3339) })
    });
    let suspended = seen.suspended.iter().map(|((one, other), ms)| {
        json!({ "parties": [one.as_str(), other.as_str()], "days": days(*ms), "ms": ms })
    });
    let logs = seen.logs.iter().map(|log| {
        json!({
            "log": log.log.to_string(), "entries": log.held, "known": log.known, "unreadable": log.unreadable,
        })
    });
    let series = seen.series.iter().map(
        |(series, year, count)| json!({ "series": series_name(series), "year": year, "statements": count }),
    );
    json!({
        "schema": "detente.overview.v1",
        "accord": accord.charter().record_id().to_string(),
        "now": clock::rfc3339(seen.now),
        "gaps": seen.has_gaps(),
        "logs": logs.collect::<Vec<_>>(),
        "witnesses": { "named": seen.witnesses.0, "cosigned": seen.witnesses.1 },
        "series": series.collect::<Vec<_>>(),
        "questions": questions.collect::<Vec<_>>(),
        "denials": denials.collect::<Vec<_>>(),
        "claims": { "put": seen.claims.put, "reply_given": seen.claims.reply_given },
        "silences": {
            "adopted": seen.silences.adopted, "broken": seen.silences.broken, "running": seen.silences.running,
        },
        "contacts": {
            "all": seen.contacts.all(), "both": seen.contacts.both, "differing": seen.contacts.differing,
            "waiting": seen.contacts.waiting, "one_sided": alone.collect::<Vec<_>>(),
        },
        "shared": {
            "matches": seen.shared.matches, "only_counts": seen.shared.only_counts, "aborted": seen.shared.aborted,
            "files": seen.shared.files, "handed_over": seen.shared.handed_over, "sealed": seen.shared.sealed,
            "sealed_opened": seen.shared.sealed_opened,
        },
        "comchecks": { "sent": seen.comchecks.sent, "by_person": seen.comchecks.by_person },
        "exercise_entries": seen.exercise_entries,
        "suspended": suspended.collect::<Vec<_>>(),
    })
}
