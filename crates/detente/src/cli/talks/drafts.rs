//! `detente drafts`, `release`, `discard`: statements that wait for a second office.

use clap::{Arg, ArgAction, ArgMatches, Command};
use detente_node::Waiting;
use detente_store::Access;
use serde::Serialize;

use super::content::text;
use super::said::{self, Ask, flag};
use crate::accords;
use crate::cli::{Context, say};
use crate::clock;
use crate::exit::{Exit, Failure};
use crate::tui;

/// Adds the commands.
pub(super) fn augment(command: Command) -> Command {
    let accord = || {
        let help = "The accord: first digits of its id, its title, or the other side";
        Arg::new("accord").long("accord").value_name("ACCORD").help(help)
    };
    let name = || Arg::new("name").value_name("NAME").help("Its name: detente drafts lists them");
    let drafts = Command::new("drafts")
        .about("List statements that wait for a release, or read one")
        .args([name(), accord()])
        .after_help("Examples:\n  detente drafts\n  detente drafts 3f9c21aa");
    let yes = Arg::new("yes").long("yes").short('y').action(ArgAction::SetTrue);
    let release = Command::new("release")
        .about("Release a statement that waits: another office signs it, and it is said")
        .args([
            name().required(true),
            Arg::new("as").long("as").value_name("OFFICE").help("The office that signs"),
            yes.help("Release without being asked"),
            accord(),
        ])
        .after_help("Example:\n  detente release 3f9c21aa --as chief");
    let discard = Command::new("discard")
        .about("Destroy a statement that waits; it was never said")
        .args([name().required(true), accord()])
        .after_help("Example:\n  detente discard 3f9c21aa");
    command.subcommands([drafts, release, discard])
}

/// Runs one of them.
pub(super) fn run(name: &str, matches: &ArgMatches, context: &Context) -> Option<Result<Exit, Failure>> {
    match name {
        "drafts" => Some(drafts(matches, context)),
        "release" => Some(release(matches, context)),
        "discard" => Some(discard(matches, context)),
        _ => None,
    }
}

#[derive(Serialize)]
struct Shown {
    name: String,
    r#type: String,
    act: String,
    to: Option<String>,
    signed_by: Vec<String>,
    made: String,
}

fn shown(waiting: &Waiting) -> Shown {
    Shown {
        name: waiting.name.clone(),
        r#type: waiting.kind.clone(),
        act: waiting.act.clone(),
        to: waiting.to.clone(),
        signed_by: waiting.signed_by.iter().map(ToString::to_string).collect(),
        made: clock::rfc3339(waiting.made),
    }
}

/// What waits for a release, as documents.
///
/// # Errors
/// Those of the disk.
pub(crate) fn documents(
    accord: &detente_node::Accord<'_>,
) -> Result<Vec<serde_json::Value>, detente_node::Error> {
    Ok(accord.waiting()?.iter().map(|one| serde_json::json!(shown(one))).collect())
}

fn in_words(waiting: &Waiting) -> String {
    let to = waiting.to.as_ref().map_or_else(String::new, |to| format!(" to {to}"));
    let signed: Vec<&str> = waiting.signed_by.iter().map(|office| office.as_str()).collect();
    let signed = if signed.is_empty() { "nobody".to_owned() } else { signed.join(", ") };
    format!(
        "{}  {} {}{to}, drafted {}, signed by {signed}",
        waiting.name,
        waiting.kind,
        waiting.act,
        clock::in_words(waiting.made),
    )
}

fn drafts(matches: &ArgMatches, context: &Context) -> Result<Exit, Failure> {
    let home = context.open(Access::Read)?;
    let accord = flag(matches).open(&home, detente_node::Access::Read)?;
    let mut waiting = accord.waiting()?;
    let Some(name) = text(matches, "name") else {
        let lines: Vec<String> = waiting.iter().map(in_words).collect();
        let words =
            if lines.is_empty() { "Nothing waits for a release.".to_owned() } else { lines.join("\n") };
        let drafts: Vec<Shown> = waiting.iter().map(shown).collect();
        say(context, &serde_json::json!({ "schema": "detente.drafts.v1", "drafts": drafts }), &words)?;
        return Ok(Exit::Done);
    };
    let values = accord.waiting_values(name)?;
    waiting.retain(|draft| draft.name.starts_with(name));
    let mut words: String = waiting.iter().map(in_words).collect();
    let mut content = serde_json::Map::new();
    for (label, value) in values {
        let value = serde_json::from_slice(&value.encode()).unwrap_or(serde_json::Value::Null);
        let text = value.as_str().map_or_else(|| value.to_string(), tui::quoted);
        words += &format!("\n{label:<14}{text}");
        content.insert(label, value);
    }
    let drafts: Vec<Shown> = waiting.iter().map(shown).collect();
    let document = serde_json::json!({ "schema": "detente.drafts.v1", "drafts": drafts, "content": content });
    say(context, &document, &words)?;
    Ok(Exit::Done)
}

fn release(matches: &ArgMatches, context: &Context) -> Result<Exit, Failure> {
    let office = text(matches, "as").map(accords::office).transpose()?;
    let home = context.open(Access::Write)?;
    let mut accord = flag(matches).open(&home, detente_node::Access::Write)?;
    let name = text(matches, "name").unwrap_or_default();
    let prepared = accord.prepare_release(name, office.as_ref(), clock::now())?;
    context.tui.disclose(&said::in_lines(&prepared));
    let ask = if matches.get_flag("yes") { Ask::Nobody } else { Ask::Person };
    said::finish(&mut accord, prepared, ask, context)
}

fn discard(matches: &ArgMatches, context: &Context) -> Result<Exit, Failure> {
    let home = context.open(Access::Write)?;
    let mut accord = flag(matches).open(&home, detente_node::Access::Write)?;
    let gone = accord.discard(text(matches, "name").unwrap_or_default())?;
    let document = serde_json::json!({ "schema": "detente.discard.v1", "name": gone.name });
    say(
        context,
        &document,
        &format!("Discarded {}: it was never said, and nothing of it is left here.", gone.name),
    )?;
    Ok(Exit::Done)
}
