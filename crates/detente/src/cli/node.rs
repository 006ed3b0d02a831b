//! `detente node`: the node that runs on a home.

use std::path::Path;
use std::time::Duration;

use clap::{Args, Subcommand};
use serde_json::json;

use super::{Context, say};
use crate::control::{self, Answer, Request, Status};
use crate::exit::{Exit, Failure};
use crate::{homes, tui};

#[derive(Subcommand)]
pub(crate) enum NodeCommand {
    /// See how it is
    Status(StatusArgs),
    /// Have it read its log level, TLS key and peers again
    Reload(ReloadArgs),
    /// End it; what it acknowledged is on disk
    Stop(StopArgs),
}

/// See how it is
#[derive(Args)]
#[command(after_help = "Examples:
  detente node status
  detente node status --json || detente serve")]
pub(crate) struct StatusArgs {}

/// Have it read its log level, TLS key and peers again
#[derive(Args)]
#[command(after_help = "Example:
  detente node reload")]
pub(crate) struct ReloadArgs {}

/// End it; what it acknowledged is on disk
#[derive(Args)]
#[command(after_help = "Example:
  detente node stop")]
pub(crate) struct StopArgs {}

/// How long a node may take to answer.
const WAIT: Duration = Duration::from_secs(10);

pub(crate) fn run(command: &NodeCommand, context: &Context) -> Result<Exit, Failure> {
    let home = homes::place(context.home.as_deref())?;
    let request = match command {
        NodeCommand::Status(_) => Request::Status {},
        NodeCommand::Reload(_) => Request::Reload {},
        NodeCommand::Stop(_) => Request::Stop {},
    };
    let answer = match control::call(&home, &request, WAIT)? {
        Some(mut call) => call.next()?,
        None => None,
    };
    match answer {
        Some(Answer::Status(status)) => {
            let mut document = json!(status);
            document["schema"] = json!("detente.node-status.v1");
            say(context, &document, &in_words(&status))?;
        }
        Some(_) => say(context, &json!({ "schema": "detente.node-done.v1" }), "Done.")?,
        None => return Err(none(&home)),
    }
    Ok(Exit::Done)
}

fn none(home: &Path) -> Failure {
    let why = format!("no node runs on the home at {}", home.display());
    Failure::new(Exit::Negative, why).hint("start one: detente serve")
}

fn in_words(status: &Status) -> String {
    let held = if status.lent { "a command has it now" } else { "the node has it" };
    tui::table(&[
        ("Node", format!("of {}, process {}, since {}", status.id, status.pid, status.started)),
        ("Pages", status.web.clone()),
        (
            "Peers",
            status.peer.clone().unwrap_or_else(|| "no port: peers are reached, they can't reach us".into()),
        ),
        ("Accords", status.accords.to_string()),
        ("Lines", lines(status)),
        ("Home", held.into()),
        ("Confinement", status.confinement.clone()),
    ])
}

fn lines(status: &Status) -> String {
    let up: Vec<&str> = status.lines.iter().filter(|line| line.up).map(|line| line.peer.as_str()).collect();
    let down = status.lines.iter().filter(|line| !line.up).map(|line| match &line.fault {
        Some(fault) => format!("{} ({fault})", line.peer),
        None => line.peer.clone(),
    });
    let down: Vec<String> = down.collect();
    let named = |names: String| if names.is_empty() { "none".to_owned() } else { names };
    format!("up: {}; down: {}", named(up.join(", ")), named(down.join(", ")))
}
