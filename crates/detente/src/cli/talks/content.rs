//! The content of a statement: from flags, from a file, or from an editor.

use std::collections::BTreeMap;
use std::io::{IsTerminal, Read};
use std::path::Path;
use std::process::Command;

use clap::ArgMatches;
use clap::parser::ValueSource;
use detente_accord::jcs::{self, Value};
use detente_accord::record::Act;

use super::flags::{self, Label, Shape};
use super::times;
use crate::exit::{Exit, Failure};
use crate::files;
use crate::tui::quoted;

/// What the labels say.
pub(super) type Content = BTreeMap<String, Value>;

/// What was given; with `wants` an editor is opened on a terminal where nothing was.
pub(super) fn given(
    act: &'static Act,
    matches: &ArgMatches,
    wants: bool,
    folder: &Path,
) -> Result<Content, Failure> {
    let mut content = match text(matches, "from") {
        Some(file) => from_file(act, file)?,
        None if wants && !is_given(act, matches) && on_terminal() => from_editor(act, folder)?,
        None => Content::new(),
    };
    for label in flags::labels(act) {
        if let Some(value) = of_flag(label, matches)? {
            put(&mut content, label, value);
        }
    }
    add_meta(&mut content, matches);
    content.retain(|_, value| *value != Value::Null);
    content.values().try_for_each(check_text)?;
    Ok(content)
}

fn put(content: &mut Content, label: &Label, value: Value) {
    let Some(member) = label.member else {
        content.insert(label.name.to_owned(), value);
        return;
    };
    let whole = content.entry(label.name.to_owned()).or_insert_with(|| Value::Object(BTreeMap::new()));
    if !matches!(whole, Value::Object(_)) {
        *whole = Value::Object(BTreeMap::new());
    }
    if let Value::Object(members) = whole {
        members.insert(member.to_owned(), value);
    }
}

/// How it may be handed on, and in which language it is.
fn add_meta(content: &mut Content, matches: &ArgMatches) {
    let given = ["tlp", "pap", "lang"].into_iter().filter_map(|key| Some((key, text(matches, key)?)));
    let given: Vec<(&str, String)> = given
        .map(|(key, value)| (key, if key == "lang" { value.to_owned() } else { value.to_uppercase() }))
        .collect();
    if given.is_empty() {
        return;
    }
    let meta = content.entry("meta".to_owned()).or_insert_with(|| Value::Object(BTreeMap::new()));
    if !matches!(meta, Value::Object(_)) {
        *meta = Value::Object(BTreeMap::new());
    }
    if let Value::Object(members) = meta {
        members.extend(given.into_iter().map(|(key, value)| (key.to_owned(), Value::text(value))));
    }
}

fn is_given(act: &'static Act, matches: &ArgMatches) -> bool {
    flags::labels(act).any(|label| {
        matches.value_source(label.flag).is_some_and(|source| source != ValueSource::DefaultValue)
    })
}

fn of_flag(label: &Label, matches: &ArgMatches) -> Result<Option<Value>, Failure> {
    let id = label.flag;
    let texts: Vec<&String> =
        matches.try_get_many::<String>(id).ok().flatten().map(Iterator::collect).unwrap_or_default();
    match (label.shape, texts.as_slice()) {
        (Shape::Flag, _) => {
            let is_set = matches.try_get_one::<bool>(id).ok().flatten() == Some(&true);
            Ok(is_set.then_some(Value::Bool(true)))
        }
        (_, []) => Ok(None),
        (Shape::List, words) => {
            let words = words.iter().map(|word| Value::text(word.trim())).collect();
            Ok(Some(Value::Array(words)))
        }
        (Shape::When, [text, ..]) => {
            let (at, around) = times::about(text)?;
            let around = around.map(|around| ("pm".to_owned(), Value::Integer(around)));
            let members = [("at".to_owned(), Value::Integer(at.0))].into_iter().chain(around);
            Ok(Some(Value::Object(members.collect())))
        }
        (Shape::Changes, pairs) => pairs
            .iter()
            .map(|pair| change(pair))
            .collect::<Result<_, _>>()
            .map(|pairs| Some(Value::Array(pairs))),
        (Shape::Text, [text, ..]) => Ok(Some(Value::text(text.as_str()))),
    }
}

fn change(pair: &str) -> Result<Value, Failure> {
    let (label, text) = pair.split_once('=').ok_or_else(|| {
        Failure::usage(format!("{} is not a label with its text", quoted(pair)))
            .hint("for example --set origin=AS64501")
    })?;
    Ok(Value::Array(vec![Value::text(label), Value::text(text)]))
}

fn from_file(act: &'static Act, file: &str) -> Result<Content, Failure> {
    let bytes = match file {
        "-" => {
            let mut bytes = Vec::new();
            let read = std::io::stdin().lock().take(FILE_BYTES_MAX).read_to_end(&mut bytes);
            read.map_err(|error| Failure::usage(format!("cannot read standard input: {error}")))?;
            bytes
        }
        path => files::read(Path::new(path))?,
    };
    read(act, &bytes).map_err(|failure| failure.about(file))
}

/// A JSON object of labels, as people lay it out.
fn read(act: &'static Act, bytes: &[u8]) -> Result<Content, Failure> {
    let hint = || format!("the labels of a {} are {}", act.kind, act.statement_type().labels.join(", "));
    let json: serde_json::Value = serde_json::from_slice(bytes)
        .map_err(|error| Failure::usage(format!("not JSON: {error}")).hint(hint()))?;
    let serde_json::Value::Object(members) = json else {
        return Err(Failure::usage("not a JSON object of labels").hint(hint()));
    };
    let mut content = Content::new();
    for (label, value) in members {
        if !act.statement_type().labels.contains(&label.as_str()) {
            return Err(
                Failure::usage(format!("a {} has no label {}", act.kind, quoted(&label))).hint(hint())
            );
        }
        let value = value_of(value).ok_or_else(|| {
            Failure::usage(format!("the label {label} has a number that is not a whole one from 0 on"))
        })?;
        content.insert(label, value);
    }
    check_marking(&content)?;
    Ok(content)
}

/// Markings of other versions of TLP have other meanings.
fn check_marking(content: &Content) -> Result<(), Failure> {
    let Some(Value::Object(meta)) = content.get("meta") else { return Ok(()) };
    for (key, words) in [("tlp", &flags::TLP[..]), ("pap", &flags::PAP[..])] {
        if let Some(value) = meta.get(key)
            && !matches!(value, Value::Text(word) if words.contains(&word.as_str()))
        {
            return Err(Failure::usage(format!("meta has no acceptable {key}")).hint(words.join(", ")));
        }
    }
    Ok(())
}

fn value_of(json: serde_json::Value) -> Option<Value> {
    Some(match json {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(is) => Value::Bool(is),
        serde_json::Value::Number(number) => {
            Value::Integer(number.as_u64().filter(|number| *number <= jcs::INTEGER_MAX)?)
        }
        serde_json::Value::String(text) => Value::Text(text),
        serde_json::Value::Array(values) => {
            Value::Array(values.into_iter().map(value_of).collect::<Option<_>>()?)
        }
        serde_json::Value::Object(members) => {
            let read = |(key, value)| Some((key, value_of(value)?));
            Value::Object(members.into_iter().map(read).collect::<Option<_>>()?)
        }
    })
}

/// What could not be signed is refused before anything is.
fn check_text(value: &Value) -> Result<(), Failure> {
    match value {
        Value::Text(text) if !jcs::is_allowed_text(text) => {
            Err(Failure::usage("the content has control characters other than line feed and tab")
                .hint("lines end with a line feed alone"))
        }
        Value::Array(values) => values.iter().try_for_each(check_text),
        Value::Object(members) => members.values().try_for_each(check_text),
        _ => Ok(()),
    }
}

fn on_terminal() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Opens an editor on a template of the labels. The file lies in the home, for its owner alone, and goes with it.
fn from_editor(act: &'static Act, folder: &Path) -> Result<Content, Failure> {
    let Some(editor) = ["VISUAL", "EDITOR"].iter().find_map(|name| std::env::var(name).ok()) else {
        return Ok(Content::new());
    };
    let failed = |what: &str| Failure::new(Exit::Temporary, format!("the editor {editor}: {what}"));
    let labels = act.statement_type().labels.iter();
    let template: serde_json::Map<String, serde_json::Value> =
        labels.map(|label| ((*label).to_owned(), serde_json::Value::Null)).collect();
    let template = serde_json::to_vec_pretty(&template).map_err(|error| failed(&error.to_string()))?;
    let file = tempfile::Builder::new().prefix("editing-").suffix(".json").tempfile_in(folder);
    let file = file.map_err(|error| failed(&error.to_string()))?;
    std::fs::write(file.path(), &template).map_err(|error| failed(&error.to_string()))?;
    let mut words = editor.split_whitespace();
    let program = words.next().unwrap_or_default();
    let ended = Command::new(program).args(words).arg(file.path()).status();
    if !ended.map_err(|error| failed(&error.to_string()))?.success() {
        return Err(failed("it did not end well; nothing was said"));
    }
    let edited = files::read(file.path())?;
    if edited == template {
        return Err(Failure::refused("nothing was written; nothing was said"));
    }
    read(act, &edited)
}

/// An argument that is text, where the command has it.
pub(super) fn text<'m>(matches: &'m ArgMatches, id: &str) -> Option<&'m str> {
    matches.try_get_one::<String>(id).ok().flatten().map(String::as_str)
}

/// The same, given several times.
pub(super) fn texts<'m>(matches: &'m ArgMatches, id: &str) -> Vec<&'m str> {
    let texts = matches.try_get_many::<String>(id).ok().flatten();
    texts.into_iter().flatten().map(String::as_str).collect()
}

/// The longest content from standard input: what can be sealed, with room for its layout.
const FILE_BYTES_MAX: u64 = 4 << 20;
