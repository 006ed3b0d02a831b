//! `detente match`: the line that starts one, and what is done about those that stand.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use detente_accord::words::grouped;
use detente_node::engine::Moment;
use detente_node::live::{self, Asked, Choice, Decision, RunId, RunView};
use detente_node::{Access as Open, Accord};
use detente_store::{Access, Home};
use serde::Serialize;

use super::live_match::{self, MatchArgs, listed};
use super::{Context, openings, say};
use crate::exit::{Exit, Failure};
use crate::lists::{ListArgs, Side};
use crate::tui::{self, quoted};
use crate::{clock, shown};

/// Match a list with a peer's over a link; see and decide what peers propose; open what is in common
#[derive(Args)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    after_help = "Examples:
  detente match ours.csv --with cert-b --purpose \"phishing wave of 20 November\"
  detente match ours.csv --with cert-b --reveal both --csv result.csv
  detente match asked"
)]
pub(crate) struct MatchLine {
    #[command(subcommand)]
    command: Option<MatchCommand>,
    #[command(flatten)]
    start: MatchArgs,
}

#[derive(Subcommand)]
enum MatchCommand {
    /// See the live matches, and how each stands
    #[command(after_help = "Example:\n  detente match list --json")]
    List,
    /// See what peers ask of us, and what both sides would learn
    #[command(after_help = "Example:\n  detente match asked")]
    Asked,
    /// Let a match run that a peer proposed
    Accept(AcceptArgs),
    /// Refuse a match that a peer proposed
    Refuse(RefuseArgs),
    #[command(flatten)]
    Openings(openings::MatchCommand),
}

#[derive(Args)]
#[command(after_help = "Examples:
  detente match accept 3f9c --list feed
  detente match accept 3f9c --from ours.csv")]
struct AcceptArgs {
    /// The match, or its first digits
    run: String,
    /// With the standing list of this name
    #[arg(long, value_name = "NAME", required_unless_present = "from")]
    list: Option<String>,
    /// With this list: a file, a folder, or -
    #[arg(long, value_name = "LIST", conflicts_with = "list")]
    from: Option<PathBuf>,
    #[command(flatten)]
    lists: ListArgs,
}

#[derive(Args)]
#[command(after_help = "Example:\n  detente match refuse 3f9c --reason not-this-week")]
struct RefuseArgs {
    /// The match, or its first digits
    run: String,
    /// A code that they read: a-z, 0-9, dots and hyphens
    #[arg(long, value_name = "CODE", default_value = "officer")]
    reason: String,
}

#[derive(Serialize)]
struct RunJson {
    run: String,
    peer: String,
    role: &'static str,
    reveal: &'static str,
    code: &'static str,
    purpose: String,
    asked_class_items: u64,
    held_class_items: Option<u64>,
    stage: &'static str,
    outcome: Option<&'static str>,
    reason: Option<String>,
    common_count: Option<u64>,
    charged_items: u64,
    made: String,
    until: String,
    receipt_run: Option<String>,
    receipts: Vec<String>,
    entries: Vec<String>,
}

#[derive(Serialize)]
struct AskedJson {
    #[serde(flatten)]
    run: RunJson,
    learns: String,
    charge_items: u64,
    budget_left_items: u64,
    list: Option<String>,
}

pub(crate) fn run(line: &MatchLine, context: &Context) -> Result<Exit, Failure> {
    match &line.command {
        None => live_match::run(&line.start, context),
        Some(MatchCommand::List) => list(context),
        Some(MatchCommand::Asked) => asked(context),
        Some(MatchCommand::Accept(args)) => accept(args, context),
        Some(MatchCommand::Refuse(args)) => refuse(args, context),
        Some(MatchCommand::Openings(command)) => openings::run(command, context),
    }
}

fn list(context: &Context) -> Result<Exit, Failure> {
    let home = context.open(Access::Read)?;
    let mut views = Vec::new();
    for place in detente_node::list(&home)? {
        let accord = Accord::open(&home, &place.path, Open::Read)?;
        views.extend(live::views(&home, &accord, clock::now())?);
    }
    views.sort_by_key(|view| (view.made, view.id));
    let documents: Vec<RunJson> = views.iter().map(RunJson::of).collect();
    let lines: Vec<String> = views.iter().map(in_words).collect();
    let text = if lines.is_empty() { "no live matches yet".to_owned() } else { lines.join("\n") };
    say(context, &serde_json::json!({"schema": "detente.matches.v1", "matches": documents}), &text)?;
    Ok(Exit::Done)
}

fn asked(context: &Context) -> Result<Exit, Failure> {
    let home = context.open(Access::Read)?;
    let mut waiting = Vec::new();
    for place in detente_node::list(&home)? {
        let accord = Accord::open(&home, &place.path, Open::Read)?;
        waiting.extend(live::waiting(&home, &accord, clock::now())?);
    }
    let documents: Vec<AskedJson> = waiting.iter().map(AskedJson::of).collect();
    let text: Vec<String> = waiting.iter().map(asked_in_words).collect();
    let text = if text.is_empty() { "nothing waits for a decision".to_owned() } else { text.join("\n") };
    say(context, &serde_json::json!({"schema": "detente.matches-asked.v1", "asked": documents}), &text)?;
    Ok(if waiting.is_empty() { Exit::Negative } else { Exit::Done })
}

fn accept(args: &AcceptArgs, context: &Context) -> Result<Exit, Failure> {
    let given = match &args.from {
        Some(path) => Some(listed(&args.lists.read(path, Side::Ours, &context.tui)?.for_peer(false))),
        None => None,
    };
    let choice = match (given, &args.list) {
        (Some(list), _) => Choice::Given(list),
        (None, Some(name)) => Choice::Kept(name.clone()),
        (None, None) => return Err(Failure::usage("name a list to answer with")),
    };
    decide(&args.run, Decision::Accept(choice), "accepted", context)
}

fn refuse(args: &RefuseArgs, context: &Context) -> Result<Exit, Failure> {
    let is_code = |c: char| matches!(c, 'a'..='z' | '0'..='9' | '.' | '-');
    if args.reason.is_empty() || args.reason.len() > 64 || !args.reason.chars().all(is_code) {
        return Err(Failure::usage(format!("{} is no code", quoted(&args.reason)))
            .hint("1 to 64 of a-z, 0-9, dots and hyphens"));
    }
    decide(&args.run, Decision::Refuse(args.reason.clone()), "refused", context)
}

fn decide(digits: &str, decision: Decision, done: &'static str, context: &Context) -> Result<Exit, Failure> {
    let home = context.open(Access::Write)?;
    let (path, asked) = find(&home, digits)?;
    if matches!(decision, Decision::Accept(_)) {
        context.tui.disclose(&asked_in_words(&asked));
    }
    let mut accord = Accord::open(&home, &path, Open::Write)?;
    let moment = Moment { now: clock::now(), entropy: clock::entropy()? };
    let mut desk = home.second()?;
    live::decide(&mut desk, &mut accord, asked.view.id, decision, moment)?;
    let run = asked.view.id.to_string();
    let document = serde_json::json!({"schema": "detente.match-decided.v1", "run": run, "decided": done});
    let text = match done {
        "accepted" => format!("The match {} may run; the node goes on with it.", short(&asked.view.id)),
        _ => format!("The match {} was refused; they read it with the next packet.", short(&asked.view.id)),
    };
    say(context, &document, &text)?;
    Ok(Exit::Done)
}

/// The match that waits under these first digits, and the folder of its accord.
fn find(home: &Home, digits: &str) -> Result<(PathBuf, Asked), Failure> {
    let mut found = Vec::new();
    for place in detente_node::list(home)? {
        let accord = Accord::open(home, &place.path, Open::Read)?;
        let waiting = live::waiting(home, &accord, clock::now())?;
        let fits = |asked: &Asked| !digits.is_empty() && asked.view.id.to_string().starts_with(digits);
        found.extend(waiting.into_iter().filter(fits).map(|asked| (place.path.clone(), asked)));
    }
    let mut found = found.into_iter();
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one),
        (None, _) => Err(Failure::new(Exit::Negative, format!("no match {} waits", quoted(digits)))
            .hint("detente match asked lists those that do")),
        (Some(_), Some(_)) => Err(Failure::usage(format!("several matches begin with {digits}"))),
    }
}

fn short(run: &RunId) -> String {
    shown::short(&run.0)
}

fn in_words(view: &RunView) -> String {
    let state = match &view.outcome {
        Some(outcome) => outcome_in_words(outcome),
        None => view.stage.name().to_owned(),
    };
    let side = if view.role == live::Role::Proposer { "we asked" } else { "asked us" };
    format!("{}  {} {side}, {}: {state}", short(&view.id), view.peer, clock::in_words(view.made))
}

fn outcome_in_words(outcome: &live::Outcome) -> String {
    match outcome {
        live::Outcome::Done(Some(common)) => format!("{} in common", grouped(*common)),
        live::Outcome::Done(None) => "done".to_owned(),
        live::Outcome::Refused(reason) => format!("refused: {reason}"),
        live::Outcome::Aborted { reason, step } => format!("broken off in step {step}: {reason}"),
        live::Outcome::Lapsed => "no answer by the end of its terms".to_owned(),
    }
}

fn asked_in_words(asked: &Asked) -> String {
    let view = &asked.view;
    let purpose = if view.purpose.is_empty() { "none stated".to_owned() } else { quoted(&view.purpose) };
    tui::table(&[
        ("Match", short(&view.id)),
        ("Asker", view.peer.to_string()),
        ("Purpose", purpose),
        ("Types", shown::kinds(&view.kinds)),
        ("Both learn", asked.learns.clone()),
        (
            "Budget",
            format!(
                "this charges {} of {} items left",
                grouped(asked.charge_items),
                grouped(asked.budget_left_items)
            ),
        ),
        ("Open until", clock::in_words(view.until)),
    ])
    .trim_end()
    .to_owned()
}

impl RunJson {
    fn of(view: &RunView) -> RunJson {
        let reason = match &view.outcome {
            Some(live::Outcome::Refused(reason) | live::Outcome::Aborted { reason, .. }) => {
                Some(reason.clone())
            }
            _ => None,
        };
        let common_count = match &view.outcome {
            Some(live::Outcome::Done(common)) => *common,
            _ => None,
        };
        RunJson {
            run: view.id.to_string(),
            peer: view.peer.to_string(),
            role: if view.role == live::Role::Proposer { "proposer" } else { "answerer" },
            reveal: view.reveal.name(),
            code: view.code,
            purpose: view.purpose.clone(),
            asked_class_items: view.asked.get(),
            held_class_items: view.held.map(|class| class.get()),
            stage: view.stage.name(),
            outcome: view.outcome.as_ref().map(live::Outcome::name),
            reason,
            common_count,
            charged_items: view.charged_items,
            made: clock::rfc3339(view.made),
            until: clock::rfc3339(view.until),
            receipt_run: view.run.map(|run| shown::hex(&run)),
            receipts: view.receipts.iter().map(ToString::to_string).collect(),
            entries: view.entries.iter().map(ToString::to_string).collect(),
        }
    }
}

impl AskedJson {
    fn of(asked: &Asked) -> AskedJson {
        AskedJson {
            run: RunJson::of(&asked.view),
            learns: asked.learns.clone(),
            charge_items: asked.charge_items,
            budget_left_items: asked.budget_left_items,
            list: asked.list.clone(),
        }
    }
}
