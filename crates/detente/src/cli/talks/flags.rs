//! Flags from the table of acts: one for each public field and label, with the words that people know them by.

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, Command};
use detente_accord::record::{Act, Addressee, Count, FieldForm, FieldRule, Presence, RefRule};

use crate::say::fields::{
    Field, Label, PAP, Shape, TLP, Unit, fields, fixed_refs, is_inherited, labels, names_addressee,
};

/// Adds everything an act takes. An argument's id is the name of its flag.
pub(super) fn add(command: Command, act: &'static Act) -> Command {
    let command = if fixed_refs(act).next().is_some() { command.arg(entries(act)) } else { command };
    let command = fields(act).fold(command, |command, (field, rule)| {
        command.arg(of_field(field, rule, is_inherited(act, rule.name)))
    });
    add_computed(command, act)
}

/// The same where references and public fields are computed.
pub(super) fn add_computed(command: Command, act: &'static Act) -> Command {
    let command = labels(act).fold(command, |command, label| command.arg(of_label(label)));
    let to = Arg::new("to").long("to").value_name("PARTY").help("To whom");
    let command = match (names_addressee(act), act.to) {
        (true, Addressee::Choose) => command.arg(to.help("To whom; everybody if not given")),
        (true, _) => command.arg(to.required(true)),
        (false, _) => command,
    };
    common(command, act)
}

/// The entries that an act is about.
pub(super) fn entries(act: &'static Act) -> Arg {
    let rules: Vec<&RefRule> = fixed_refs(act).collect();
    let open = rules.iter().any(|rule| rule.count == Count::Some);
    let arg = Arg::new("entry").required(true).value_name("ENTRY");
    match (open, rules.len()) {
        (true, least) => {
            arg.num_args(least..).help("Entries it is about: party/epoch/number, or their numbers")
        }
        (false, 1) => arg.help("The entry it is about: party/epoch/number, or its number"),
        (false, many) => arg.num_args(many).help("The entries it is about, in this order"),
    }
}

fn of_field(field: &'static Field, rule: &FieldRule, is_inherited: bool) -> Arg {
    let arg = Arg::new(field.flag).help(field.help);
    let arg = match field.name {
        // The types of an answer are what the command is about.
        "answer" => arg.value_name("TYPE"),
        _ => arg.long(field.flag),
    };
    if matches!(field.unit, Unit::Flag | Unit::Unless) {
        return arg.action(ArgAction::SetTrue);
    }
    let arg = match (field.unit, rule.form) {
        (Unit::Word, FieldForm::Word(words)) => arg.value_parser(PossibleValuesParser::new(words)),
        (Unit::Number, _) => arg.value_parser(clap::value_parser!(u64)).value_name("N"),
        (Unit::Time, _) => arg.value_name("TIME"),
        (Unit::Seconds, _) => arg.value_name("LENGTH"),
        _ => arg.value_name("CODE"),
    };
    match field.default {
        _ if is_inherited => arg,
        Some(default) => arg.default_value(default),
        None => arg.required(rule.presence == Presence::Always),
    }
}

fn of_label(label: &'static Label) -> Arg {
    let arg = Arg::new(label.flag).long(label.flag).help(label.help);
    match label.shape {
        Shape::Flag => arg.action(ArgAction::SetTrue),
        Shape::List => {
            let arg = arg.value_name("WORDS").action(ArgAction::Append);
            // Sentences may have commas.
            if label.name == "alternatives" { arg } else { arg.value_delimiter(',') }
        }
        Shape::When => arg.value_name("TIME"),
        Shape::Text => arg.value_name("TEXT"),
        Shape::Changes => arg.value_name("LABEL=TEXT").action(ArgAction::Append),
    }
}

/// What every statement takes.
fn common(command: Command, act: &'static Act) -> Command {
    let text = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).help(help)
    };
    let words = |name: &'static str, words: &'static [&'static str], help: &'static str| {
        let parser = PossibleValuesParser::new(words);
        Arg::new(name).long(name).value_parser(parser).ignore_case(true).help(help)
    };
    let has = |label: &str| act.statement_type().labels.contains(&label);
    let mut args = vec![
        text("cites", "ENTRY", "Another entry that it cites")
            .action(ArgAction::Append)
            .visible_alias("about"),
    ];
    if has("meta") {
        args.extend([
            words("tlp", &TLP, "The marking of TLP 2.0"),
            words("pap", &PAP, "What may be done with it"),
            text("lang", "LANG", "The language of the text: de, en-GB"),
            text("aud", "CLASS", "Who may read the content: all, to, pair (no observer), or a class"),
        ]);
    }
    if act.public.iter().any(|rule| rule.name == "rules") {
        args.push(text("rules", "FILE", "Rules to be: detente accord rules writes them"));
    }
    if act.statement_type().numbered && act.kind != "exercise" {
        args.push(text("exercise", "ID", "Part of a running exercise"));
    }
    if !act.statement_type().labels.is_empty() {
        args.push(text("from", "FILE", "Take the content from a JSON object of labels; - is standard input"));
    }
    args.extend([
        text("as", "OFFICE", "The office that signs; again for a second one").action(ArgAction::Append),
        Arg::new("draft").long("draft").action(ArgAction::SetTrue).help("Leave it waiting for a release"),
        Arg::new("yes").long("yes").short('y').action(ArgAction::SetTrue).help("Release without being asked"),
        text("accord", "ACCORD", "The accord: first digits of its id, its title, or the other side"),
    ]);
    command.args(args)
}
