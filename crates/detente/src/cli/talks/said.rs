//! From a draft to the record: tell what it does, ask, say it or leave it waiting.

use std::path::Path;

use clap::ArgMatches;
use detente_accord::b64;
use detente_accord::jcs::Value;
use detente_accord::words::preview::Preview;
use detente_node::{Accord, Done, Prepared};
use detente_store::Access;
use serde::Serialize;

use super::content::text;
use super::table::{How, Verb};
use super::{content, evidence};
use crate::accords::AccordFlag;
use crate::cli::{Context, say};
use crate::clock;
use crate::exit::{Exit, Failure};
use crate::say::{draft, preview};
use crate::tui::{self, quoted};

#[derive(Serialize)]
struct Said {
    schema: &'static str,
    entry: Option<String>,
    number: Option<String>,
    r#type: String,
    act: String,
    to: Option<String>,
    readers: Vec<preview::ShownReader>,
    clocks: Vec<preview::ShownClock>,
    offices: Vec<String>,
    single: bool,
    waiting: Option<String>,
}

/// Whether to ask before it is released.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Ask {
    /// On a terminal; elsewhere nothing is said.
    Person,
    /// It was decided already.
    Nobody,
}

/// Runs a command that says something.
pub(super) fn say_verb(verb: &Verb, matches: &ArgMatches, context: &Context) -> Result<Exit, Failure> {
    let typed = content::typed(matches);
    let by = draft::by(&typed)?;
    let home = context.open(Access::Write)?;
    let mut accord = flag(matches).open(&home, detente_node::Access::Write)?;
    let about = draft::about(&accord, &draft::acts(verb.acts), &typed)?;
    let given = content::given(about.act, matches, verb.wants_content, home.path())?;
    let mut made = match verb.how {
        How::Plain => draft::draft(&accord, &about, given, &typed)?,
        How::CommitFiles => evidence::commit(&accord, matches, given, &mut clock::entropy()?)?,
        How::OpenItems => evidence::open(&accord, matches, given)?,
    };
    if let Some(file) = text(matches, "rules") {
        let hash = accord.keep_rules(&crate::rules_file::read(Path::new(file))?)?;
        made.public.insert("rules".to_owned(), Value::text(b64::encode(&hash)));
    }
    let waits = matches.get_flag("draft");
    let prepared = accord.prepare_to_say(made, &by, waits, clock::now(), &mut clock::entropy()?)?;
    let ask = if waits || matches.get_flag("yes") { Ask::Nobody } else { Ask::Person };
    finish(&mut accord, prepared, ask, context)
}

/// Which accord was meant.
pub(super) fn flag(matches: &ArgMatches) -> AccordFlag {
    AccordFlag { accord: text(matches, "accord").map(str::to_owned) }
}

/// Tells what it does, asks, and does it.
pub(super) fn finish(
    accord: &mut Accord<'_>,
    prepared: Prepared,
    ask: Ask,
    context: &Context,
) -> Result<Exit, Failure> {
    let told = preview::of(accord, &prepared);
    context.tui.disclose(&format!("{} {}", told.paragraph(clock::in_words), signed(&prepared)));
    if ask == Ask::Person {
        confirm(context)?;
    }
    let mut document = document(&prepared, &told);
    let done = accord.say_prepared(prepared, clock::now())?;
    let words = match &done {
        Done::Said(position) => {
            let number = accord.state().number(position).map(ToString::to_string);
            document.entry = Some(position.to_string());
            document.number.clone_from(&number);
            let numbered = number.map_or_else(String::new, |number| format!("{number}, "));
            format!("Said      {numbered}entry {position}: {}", what(&document))
        }
        Done::Waits(name) => {
            document.waiting = Some(name.clone());
            format!(
                "Waiting   {name}: {}, signed by {}. It is not said before another office releases it:\n          detente release {name}",
                what(&document),
                or_nobody(&document.offices),
            )
        }
    };
    say(context, &document, &words)?;
    Ok(Exit::Done)
}

/// Asks whether to release; without a terminal nothing is said.
pub(super) fn confirm(context: &Context) -> Result<(), Failure> {
    match context.tui.confirm("Release it?") {
        Some(true) => Ok(()),
        Some(false) => Err(Failure::refused("it was not released; nothing was said")
            .hint("--draft leaves it waiting for somebody else's release")),
        None => Err(Failure::usage("there is no terminal to ask on; nothing was said")
            .hint("--yes releases it without being asked, --draft leaves it waiting")),
    }
}

fn document(prepared: &Prepared, told: &Preview) -> Said {
    let act = prepared.act();
    Said {
        schema: "detente.said.v1",
        entry: None,
        number: None,
        r#type: act.kind.to_owned(),
        act: act.name.to_owned(),
        to: draft::to_of(prepared.draft()).map(|to| to.to_string()),
        readers: preview::shown_readers(told),
        clocks: preview::shown_clocks(told),
        offices: prepared.offices().iter().map(ToString::to_string).collect(),
        single: prepared.is_single(),
        waiting: None,
    }
}

/// Who signs.
pub(super) fn signed(prepared: &Prepared) -> String {
    let offices: Vec<String> = prepared.offices().iter().map(ToString::to_string).collect();
    let offices = or_nobody(&offices);
    match (prepared.waits(), prepared.is_single()) {
        (true, _) => format!("Signed by: {offices}; it waits for another office."),
        (false, true) => format!("Signed by: {offices}; released by one person."),
        (false, false) => format!("Signed by: {offices}."),
    }
}

fn or_nobody(offices: &[String]) -> String {
    if offices.is_empty() { "no office".to_owned() } else { offices.join(", ") }
}

fn what(document: &Said) -> String {
    let act = if document.act == document.r#type || document.act.is_empty() {
        document.r#type.clone()
    } else {
        format!("{} {}", document.r#type, document.act)
    };
    match &document.to {
        Some(to) => format!("{act} to {to}"),
        None => act,
    }
}

/// A prepared statement in lines, for whoever is to release it.
pub(super) fn in_lines(prepared: &Prepared) -> String {
    let said = prepared.draft();
    let mut rows = vec![("Says", format!("{} {}", prepared.act().kind, prepared.act().name))];
    let public = said.public.iter().filter(|(name, _)| !matches!(name.as_str(), "act" | "to" | "single"));
    let public: Vec<String> = public.map(|(name, value)| format!("{name}={}", shown(value))).collect();
    if let Some(to) = draft::to_of(said) {
        rows.push(("To", to.to_string()));
    }
    if !public.is_empty() {
        rows.push(("Public", public.join(" ")));
    }
    let mut text = tui::table(&rows);
    for (label, value) in prepared.values() {
        text += &format!("{:<14}{}\n", label, shown(value));
    }
    text
}

fn shown(value: &Value) -> String {
    match value {
        Value::Text(text) => quoted(text),
        value => String::from_utf8_lossy(&value.encode()).into_owned(),
    }
}
