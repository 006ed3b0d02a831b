//! `detente list`: how a list is read, without comparing it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use detente_accord::words::grouped;
use detente_store::{Access, KeptList};
use serde::Serialize;

use super::{Context, say};
use crate::exit::{Exit, Failure};
use crate::lists::{ListArgs, RestJson, Side, counts_in_words};
use crate::{clock, tui};

#[derive(Subcommand)]
pub(crate) enum ListCommand {
    /// Count what a list holds, and what was dropped and why
    Show(OneList),
    /// Print the canonical values, one a line, sorted
    Canon(OneList),
    /// Keep a standing list, from which peers may be answered
    Keep(KeepArgs),
    /// See the standing lists
    #[command(after_help = "Example:\n  detente list kept")]
    Kept,
    /// Forget a standing list
    #[command(after_help = "Example:\n  detente list forget feed")]
    Forget(NamedList),
}

#[derive(Args)]
#[command(after_help = "Examples:
  detente list keep feed ours.csv
  detente list keep feed misp-export.json --types domain,sha256     in place of the one kept before")]
pub(crate) struct KeepArgs {
    /// Its name: 1 to 64 of a-z, 0-9, dots and hyphens
    name: String,
    /// The list: a file, a folder, or - for standard input
    list: PathBuf,
    /// Go on without asking about a list that carries no marking
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    lists: ListArgs,
}

#[derive(Args)]
pub(crate) struct NamedList {
    /// Its name
    name: String,
}

#[derive(Args)]
#[command(after_help = "Examples:
  detente list show feed.csv --rejects dropped.csv
  detente list canon eve.json.gz --types domain > domains.txt")]
pub(crate) struct OneList {
    /// The list: a file, a folder, or - for standard input
    list: PathBuf,
    #[command(flatten)]
    lists: ListArgs,
}

#[derive(Serialize)]
struct ListJson<'a> {
    schema: &'static str,
    items: BTreeMap<&'static str, u64>,
    read: u64,
    items_total: u64,
    #[serde(flatten)]
    rest: RestJson,
    warninglists: &'a BTreeMap<String, u64>,
}

#[derive(Serialize)]
struct CanonJson<'a> {
    schema: &'static str,
    items: Vec<CanonItem<'a>>,
}

#[derive(Serialize)]
struct CanonItem<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    value: &'a str,
}

pub(crate) fn run(command: &ListCommand, context: &Context) -> Result<Exit, Failure> {
    match command {
        ListCommand::Show(args) => show(args, context),
        ListCommand::Canon(args) => canon(args, context),
        ListCommand::Keep(args) => keep(args, context),
        ListCommand::Kept => kept(context),
        ListCommand::Forget(args) => forget(args, context),
    }
}

fn show(args: &OneList, context: &Context) -> Result<Exit, Failure> {
    let read = args.lists.read(&args.list, Side::Ours, &context.tui)?;
    let counts = read.counts();
    let document = ListJson {
        schema: "detente.list.v1",
        items: counts.kinds.iter().map(|(kind, n)| (kind.name(), *n)).collect(),
        read: counts.read,
        items_total: counts.items,
        rest: RestJson::of(&read),
        warninglists: &counts.warninglists,
    };
    let mut text = String::new();
    for (name, format) in &read.formats {
        text += &format!("{name}: read as {format}\n");
    }
    text += &format!("{}\n", counts_in_words(counts));
    for (kind, n) in &counts.kinds {
        text += &format!("{kind:<8} {:>12}\n", grouped(*n));
    }
    for (name, n) in &counts.warninglists {
        text += &format!("warninglist {}: {} dropped\n", tui::quoted(name), grouped(*n));
    }
    say(context, &document, &text)?;
    Ok(if read.list.is_empty() { Exit::Negative } else { Exit::Done })
}

fn canon(args: &OneList, context: &Context) -> Result<Exit, Failure> {
    let read = args.lists.read(&args.list, Side::Ours, &context.tui)?;
    let mut values: Vec<(String, &'static str)> =
        read.list.items().filter_map(|item| Some((item.printed(), item.kind()?.name()))).collect();
    values.sort();
    if context.json {
        let items = values.iter().map(|(value, kind)| CanonItem { kind, value }).collect();
        tui::answer_json(&CanonJson { schema: "detente.canon.v1", items })?;
    } else {
        values.dedup_by(|a, b| a.0 == b.0);
        let mut text = String::new();
        for (value, _) in &values {
            text.push_str(value);
            text.push('\n');
        }
        tui::answer(&text)?;
    }
    Ok(if values.is_empty() { Exit::Negative } else { Exit::Done })
}

/// A list that answers peers by itself holds nothing that is for named recipients.
fn keep(args: &KeepArgs, context: &Context) -> Result<Exit, Failure> {
    let is_allowed = |c: char| matches!(c, 'a'..='z' | '0'..='9' | '.' | '-');
    if args.name.is_empty() || args.name.len() > 64 || !args.name.chars().all(is_allowed) {
        let failure = Failure::usage(format!("{} is no name of a list", tui::quoted(&args.name)));
        return Err(failure.hint("1 to 64 of a-z, 0-9, dots and hyphens"));
    }
    let read = args.lists.read(&args.list, Side::Ours, &context.tui)?.for_peer(false);
    super::ask::confirm_unmarked(&read, args.yes, context)?;
    let list = KeptList { name: args.name.clone(), kept: clock::now(), items: read.list.len() as u64 };
    let body = super::live_match::listed(&read).to_bytes();
    context.open(Access::Write)?.keep_list(&list, &body)?;
    let text = format!("Kept {} as {}: {}.", grouped(list.items), list.name, counts_in_words(read.counts()));
    say(context, &KeptJson::of(&list), &text)?;
    Ok(Exit::Done)
}

fn kept(context: &Context) -> Result<Exit, Failure> {
    let lists = context.open(Access::Read)?.kept_lists()?;
    let documents: Vec<KeptJson> = lists.iter().map(KeptJson::of).collect();
    let line = |list: &KeptList| {
        format!("{}  {} items, kept {}", list.name, grouped(list.items), clock::in_words(list.kept))
    };
    let lines: Vec<String> = lists.iter().map(line).collect();
    let text = if lines.is_empty() { "no standing lists".to_owned() } else { lines.join("\n") };
    say(context, &serde_json::json!({"schema": "detente.lists-kept.v1", "lists": documents}), &text)?;
    Ok(Exit::Done)
}

fn forget(args: &NamedList, context: &Context) -> Result<Exit, Failure> {
    if !context.open(Access::Write)?.remove_list(&args.name)? {
        let failure = Failure::new(Exit::Negative, format!("no list {} is kept", tui::quoted(&args.name)));
        return Err(failure.hint("detente list kept names those that are"));
    }
    let document = serde_json::json!({"schema": "detente.list-forgotten.v1", "name": args.name});
    say(
        context,
        &document,
        &format!("Forgot {}. Peers that were answered from it are refused now.", args.name),
    )?;
    Ok(Exit::Done)
}

#[derive(Serialize)]
struct KeptJson {
    schema: &'static str,
    name: String,
    items: u64,
    kept_at: String,
}

impl KeptJson {
    fn of(list: &KeptList) -> KeptJson {
        KeptJson {
            schema: "detente.list-kept.v1",
            name: list.name.clone(),
            items: list.items,
            kept_at: clock::rfc3339(list.kept),
        }
    }
}
