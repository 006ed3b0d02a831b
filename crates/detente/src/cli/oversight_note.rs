//! `detente oversight-note`: what an overseer is told before anything is signed or matched.

use clap::Args;
use detente_accord::Time;
use detente_accord::words::time::{day, moment};
use detente_accord::words::{labelled, nature};
use detente_store::Access;
use serde_json::json;

use super::desk::title;
use super::{Context, say};
use crate::accords::AccordFlag;
use crate::exit::{Exit, Failure};
use crate::files::{self, Target};
use crate::{clock, screen};

/// Milliseconds of a day.
const DAY_MS: u64 = 86_400_000;
/// Where texts behind labels begin.
const AT: usize = 12;

/// Write the note that an overseer gets before anything is signed or matched
#[derive(Args)]
#[command(after_help = "Examples:
  detente oversight-note --purpose \"compare scanners\" --value \"earlier warning\" --concerns \"names of staff\"
  detente oversight-note --purpose … --value … --concerns … --to \"Committee on X\" -o note.json

The text is what you hand to the overseer. The hold starts with the notice: while it runs, nothing is signed and
no first match is made. detente notice issue --kind oversight-hold --hold 30 --from note.json")]
pub(crate) struct OversightNoteArgs {
    /// Why
    #[arg(long, value_name = "TEXT")]
    purpose: String,
    /// What is expected of it
    #[arg(long, value_name = "TEXT")]
    value: String,
    /// What may go wrong, and what is done about it
    #[arg(long, value_name = "TEXT")]
    concerns: String,
    /// To whom the note goes
    #[arg(long, value_name = "NAME", default_value = "the overseer")]
    to: String,
    /// How long to wait for a word of the overseer, in days
    #[arg(long, value_name = "DAYS", default_value_t = 30)]
    hold: u64,
    /// Write the four fields to a file, ready for the notice that starts the hold
    #[arg(long, short, value_name = "FILE")]
    output: Option<std::path::PathBuf>,
    #[command(flatten)]
    accord: AccordFlag,
}

pub(crate) fn run(args: &OversightNoteArgs, context: &Context) -> Result<Exit, Failure> {
    let now = clock::now();
    let home = context.open(Access::Read)?;
    let accord = args.accord.open(&home, detente_node::Access::Read)?;
    let until = Time(now.0.saturating_add(args.hold.saturating_mul(DAY_MS)));
    let nature = nature(&accord.state().rules().matching);
    let columns = screen::columns();
    let mut lines = vec![format!("OVERSIGHT NOTE   ACCORD {}", title(accord.charter()))];
    for (label, text) in [
        ("to", args.to.clone()),
        ("from", accord.us().name().to_owned()),
        ("date", moment(now)),
        ("purpose", args.purpose.clone()),
        ("nature", nature.join(" ")),
        ("value", args.value.clone()),
        ("concerns", args.concerns.clone()),
        (
            "hold",
            format!(
                "{} days, until {}; nothing is signed and no first match made before",
                args.hold,
                day(until)
            ),
        ),
    ] {
        lines.extend(labelled(label, AT, &[text], columns));
    }
    let fields = json!({
        "purpose": args.purpose, "shared": nature.join(" "), "value": args.value, "concerns": args.concerns,
    });
    if let Some(output) = &args.output {
        let labels = json!({ "four_fields": fields }).to_string();
        files::write(&Target::from(output.as_os_str()), labels.into_bytes())?;
        context.tui.note(&format!(
            "next: detente notice issue --kind oversight-hold --hold {} --from {}",
            args.hold,
            output.display()
        ));
    }
    let document = json!({
        "schema": "detente.oversight-note.v1",
        "accord": accord.charter().record_id().to_string(),
        "to": args.to,
        "hold_days": args.hold,
        "until": clock::rfc3339(until),
        "four_fields": fields,
    });
    say(context, &document, &lines.join("\n"))?;
    Ok(Exit::Done)
}
