//! `detente config`: what a node would be told, and who says so.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::{Map, json};

use super::{Context, say};
use crate::config::{Config, RawConfig, Said, place, sources};
use crate::exit::{Exit, Failure};
use crate::homes;

#[derive(Subcommand)]
pub(crate) enum ConfigCommand {
    /// See every key, its value, and where it was said
    Show(ShowArgs),
    /// Check a configuration: 0 if a node can start with it, 2 if not
    Check(CheckArgs),
}

/// See every key, its value, and where it was said
#[derive(Args)]
#[command(after_help = "Examples:
  detente config show
  detente config show --origin
  DETENTE_PEER=[::]:7470 detente config show --origin --json")]
pub(crate) struct ShowArgs {
    #[command(flatten)]
    file: FileFlag,
    /// Say where each value comes from: a line of the file, a variable, or the default
    #[arg(long)]
    origin: bool,
}

/// Check a configuration: 0 if a node can start with it, 2 if not
#[derive(Args)]
#[command(after_help = "Examples:
  detente config check
  detente config check --config ./detente.toml")]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    file: FileFlag,
}

/// Which file.
#[derive(Args)]
pub(crate) struct FileFlag {
    /// The file of the configuration
    #[arg(long = "config", value_name = "FILE", env = "DETENTE_CONFIG", hide_env_values = true)]
    pub(crate) path: Option<PathBuf>,
}

impl FileFlag {
    /// What file and environment say, and which file it was.
    ///
    /// # Errors
    /// As [`sources`].
    pub(crate) fn sources(&self) -> Result<(RawConfig, Option<PathBuf>), Failure> {
        let file = place(self.path.as_deref());
        Ok((sources(file.as_deref())?, file))
    }
}

pub(crate) fn run(command: &ConfigCommand, context: &Context) -> Result<Exit, Failure> {
    match command {
        ConfigCommand::Show(args) => show(args, context),
        ConfigCommand::Check(args) => check(args, context),
    }
}

fn show(args: &ShowArgs, context: &Context) -> Result<Exit, Failure> {
    let (raw, file) = args.file.sources()?;
    let mut values = Map::new();
    let mut words = String::new();
    for (key, said) in raw.all() {
        let value = value(&said, key.is_list);
        let origin = if args.origin { format!("    # {}", said.origin) } else { String::new() };
        words += &format!("# {}\n{} = {value}{origin}\n", key.about, key.name);
        values.insert(
            key.name.to_owned(),
            json!({ "value": value, "origin": said.origin.to_string(), "variable": key.variable() }),
        );
    }
    say(context, &json!({ "schema": "detente.config.v1", "file": file, "values": values }), &words)?;
    Ok(Exit::Done)
}

/// As it would stand in the file.
fn value(said: &Said, is_list: bool) -> serde_json::Value {
    match is_list {
        true => json!(said.parts),
        false => json!(said.parts.first().map_or("", String::as_str)),
    }
}

fn check(args: &CheckArgs, context: &Context) -> Result<Exit, Failure> {
    let usage = |failure: Failure| Failure { exit: Exit::Usage, ..failure };
    let (raw, file) = args.file.sources().map_err(usage)?;
    let home = homes::place(context.home.as_deref())?;
    Config::check(&raw, &home, file.as_deref()).map_err(|wrong| usage(wrong.into()))?;
    let words = match &file {
        Some(path) => format!("A node can start with {}.", path.display()),
        None => "There is no file; a node can start without one.".to_owned(),
    };
    say(context, &json!({ "schema": "detente.config-check.v1", "file": file, "fits": true }), &words)?;
    Ok(Exit::Done)
}
