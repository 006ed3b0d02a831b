//! Saying things: every act of the talks is a command, made from the table of acts. A row of [`table`] names the
//! act; its public fields, labels and references give the flags.

mod content;
pub(crate) mod drafts;
mod evidence;
mod flags;
mod import;
mod said;
mod table;

use clap::{ArgMatches, Command};

use super::Context;
use crate::exit::{Exit, Failure};
use table::{GROUPS, Group, How, Verb};

/// Adds the commands.
pub(super) fn augment(command: Command) -> Command {
    let command = GROUPS.iter().fold(command, |command, group| match group.under {
        Some(under) => command.mut_subcommand(under, |command| with_verbs(command, group)),
        None => command.subcommand(group_command(group)),
    });
    import::augment(evidence::augment(drafts::augment(command)))
}

/// Runs the command, if it is one of these.
pub(super) fn run(matches: &ArgMatches, context: &Context) -> Option<Result<Exit, Failure>> {
    let (name, of_group) = matches.subcommand()?;
    let special = match name {
        "evidence" => evidence::run(of_group, context),
        "norm" => import::run(of_group, context),
        name => drafts::run(name, of_group, context),
    };
    if special.is_some() {
        return special;
    }
    let (verb, of_verb) = GROUPS.iter().filter(|group| group.command() == name).find_map(|group| {
        match of_group.subcommand() {
            Some((verb, matches)) => Some((group.verbs.iter().find(|known| known.name == verb)?, matches)),
            None => Some((group.own?, of_group)),
        }
    })?;
    Some(said::say_verb(verb, of_verb, context))
}

fn group_command(group: &'static Group) -> Command {
    let command = match group.own {
        Some(own) => {
            let command = verb_args(Command::new(group.name), own).after_help(group.examples);
            command.args_conflicts_with_subcommands(!group.verbs.is_empty()).subcommand_negates_reqs(true)
        }
        None => Command::new(group.name).subcommand_required(true).arg_required_else_help(true),
    };
    with_verbs(command.about(group.about), group)
}

fn with_verbs(command: Command, group: &'static Group) -> Command {
    let verb = |verb: &'static Verb| {
        verb_args(Command::new(verb.name), verb).about(verb.about).after_help(verb.examples)
    };
    command.subcommands(group.verbs.iter().map(verb))
}

fn verb_args(command: Command, verb: &'static Verb) -> Command {
    let Some(act) = verb.act() else { return command };
    match verb.how {
        How::Plain => flags::add(command, act),
        How::CommitFiles => evidence::commit_args(command, act),
        How::OpenItems => evidence::open_args(command, act),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_names_acts_and_every_flag_is_clear() {
        for verb in GROUPS.iter().flat_map(|group| group.verbs.iter().chain(group.own)) {
            assert!(!verb.acts.is_empty());
            for (kind, act) in verb.acts {
                assert!(detente_accord::record::Act::of(kind, act).is_some(), "{kind} {act}");
            }
        }
        super::super::definition().debug_assert();
    }
}
