//! Completions, man pages, version and help topics: all from the definitions of the parser.

use std::path::PathBuf;

use clap::Args;
use detente_accord::words;
use detente_indicators::expand::Expansions;
use detente_indicators::profile;

use super::{Context, definition, say};
use crate::exit::{Exit, Failure};
use crate::shown;
use crate::{lists, tui};

/// Print shell completions
#[derive(Args)]
#[command(after_help = "Example:
  detente completions bash > ~/.local/share/bash-completion/completions/detente")]
pub(crate) struct CompletionsArgs {
    /// The shell
    shell: clap_complete::Shell,
}

/// Write man pages into a folder
#[derive(Args)]
pub(crate) struct ManArgs {
    /// The folder
    folder: PathBuf,
}

/// Help on a command or a topic
#[derive(Args)]
#[command(after_help = "Examples:
  detente help exit-codes
  detente help peer add")]
pub(crate) struct TopicArgs {
    /// A command, or one of: exit-codes, limits
    topic: Vec<String>,
}

pub(crate) fn run(args: &CompletionsArgs) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut definition(), "detente", &mut script);
    tui::answer_bytes(&script)?;
    Ok(Exit::Done)
}

pub(crate) fn man(args: &ManArgs) -> Result<Exit, Failure> {
    clap_mangen::generate_to(definition(), &args.folder).map_err(|error| {
        Failure::usage(format!("cannot write man pages into {}: {error}", args.folder.display()))
    })?;
    Ok(Exit::Done)
}

pub(crate) fn topic(args: &TopicArgs) -> Result<Exit, Failure> {
    match args.topic.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => tui::answer(&definition().render_help().to_string())?,
        ["exit-codes"] => tui::answer(&Exit::table())?,
        ["limits"] => tui::answer(&limits())?,
        path => tui::answer(&help_of(path)?)?,
    }
    Ok(Exit::Done)
}

fn help_of(path: &[&str]) -> Result<String, Failure> {
    let mut command = definition();
    command.build();
    let mut found = &mut command;
    for name in path {
        found = found.find_subcommand_mut(name).ok_or_else(|| {
            Failure::usage(format!("there is no command or topic {}", tui::quoted(name)))
                .hint("topics are exit-codes, limits; commands are in detente --help")
        })?;
    }
    Ok(found.render_long_help().to_string())
}

fn limits() -> String {
    use detente_accord::limits as bounds;
    let g = words::grouped;
    format!(
        "{}\n\nItems asked by file, at most      {}\nItems held against it, at most    {}\nBudget of a peer in 30 days       {} unless set; at most {}\n\
         An ask stands for                 {} days unless said; at most {}\n",
        words::LIMITS,
        g(bounds::ASKED_CLASS_MAX),
        g(bounds::HELD_CLASS_MAX),
        g(bounds::BUDGET_ITEMS_DEFAULT),
        g(bounds::BUDGET_ITEMS_CEILING),
        bounds::ASK_DAYS_DEFAULT,
        bounds::ASK_DAYS_MAX,
    )
}

pub(crate) fn version(context: &Context) -> Result<Exit, Failure> {
    let number = env!("CARGO_PKG_VERSION");
    let profile_hash = shown::hex(&lists::canon_profile());
    let document = serde_json::json!({
        "schema": "detente.version.v1", "version": number, "file_format": 1, "suites": detente_accord::SUITES,
        "canon_profile": profile_hash, "canon": profile::profile_json(Expansions::NONE),
    });
    let text = format!(
        "detente {number}\nfile format 1, suite {}\nsuites {}\ncanon profile {profile_hash}\n{}",
        detente_accord::SUITE,
        detente_accord::SUITES.join(", "),
        profile::profile_json(Expansions::NONE),
    );
    say(context, &document, &text)?;
    Ok(Exit::Done)
}
