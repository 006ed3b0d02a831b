//! `detente list`: how a list is read, without comparing it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use detente_accord::words::grouped;
use serde::Serialize;

use super::{Context, say};
use crate::exit::{Exit, Failure};
use crate::lists::{ListArgs, RestJson, Side, counts_in_words};
use crate::tui;

#[derive(Subcommand)]
pub(crate) enum ListCommand {
    /// Count what a list holds, and what was dropped and why
    Show(OneList),
    /// Print the canonical values, one a line, sorted
    Canon(OneList),
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
