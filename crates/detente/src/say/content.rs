//! The content of a statement from what was given: labels by the names that people know, or a JSON object of them.

use std::collections::BTreeMap;

use detente_accord::jcs::{self, Value};
use detente_accord::record::Act;

use super::fields::{self, Label, PAP, Shape, TLP};
use super::{Fault, Given, times};
use crate::exit::Failure;
use crate::tui::quoted;

/// What the labels say.
pub(crate) type Content = BTreeMap<String, Value>;

/// What was given, on top of what stands there already.
///
/// # Errors
/// What could not be signed is refused before anything is; a time that is none.
pub(crate) fn of(act: &'static Act, mut content: Content, given: &Given) -> Result<Content, Fault> {
    for label in fields::labels(act) {
        if let Some(value) = of_label(label, given).map_err(|failure| Fault::at(label.flag, failure))? {
            check_text(&value).map_err(|failure| Fault::at(label.flag, failure))?;
            put(&mut content, label, value);
        }
    }
    add_meta(&mut content, given)?;
    content.retain(|_, value| *value != Value::Null);
    content.values().try_for_each(check_text)?;
    Ok(content)
}

/// Whether any label was given.
pub(crate) fn is_given(act: &'static Act, given: &Given) -> bool {
    fields::labels(act).any(|label| given.text(label.flag).is_some())
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
fn add_meta(content: &mut Content, given: &Given) -> Result<(), Fault> {
    let keys = ["tlp", "pap", "lang"].into_iter().filter_map(|key| Some((key, given.text(key)?)));
    let said: Vec<(&str, String)> = keys
        .map(|(key, value)| (key, if key == "lang" { value.to_owned() } else { value.to_uppercase() }))
        .collect();
    if said.is_empty() {
        return Ok(());
    }
    let meta = content.entry("meta".to_owned()).or_insert_with(|| Value::Object(BTreeMap::new()));
    if !matches!(meta, Value::Object(_)) {
        *meta = Value::Object(BTreeMap::new());
    }
    if let Value::Object(members) = meta {
        members.extend(said.into_iter().map(|(key, value)| (key.to_owned(), Value::text(value))));
    }
    check_marking(content).map_err(|failure| Fault::at("tlp", failure))
}

fn of_label(label: &Label, given: &Given) -> Result<Option<Value>, Failure> {
    let texts = given.texts(label.flag);
    match (label.shape, texts) {
        (Shape::Flag, _) => Ok(given.is_set(label.flag).then_some(Value::Bool(true))),
        (_, []) => Ok(None),
        (Shape::List, words) => Ok(Some(Value::Array(list(label, words)))),
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

/// Words between commas; of alternatives each text is one, for sentences may have commas.
fn list(label: &Label, texts: &[String]) -> Vec<Value> {
    if label.name == "alternatives" {
        return texts.iter().map(|text| Value::text(text.trim())).collect();
    }
    let words = texts.iter().flat_map(|text| text.split(',')).map(str::trim);
    words.filter(|word| !word.is_empty()).map(Value::text).collect()
}

fn change(pair: &str) -> Result<Value, Failure> {
    let (label, text) = pair.split_once('=').ok_or_else(|| {
        Failure::usage(format!("{} is not a label with its text", quoted(pair)))
            .hint("for example --set origin=AS64501")
    })?;
    Ok(Value::Array(vec![Value::text(label), Value::text(text)]))
}

/// A JSON object of labels, as people lay it out.
///
/// # Errors
/// What is no such object; a label that the type does not have; a number that is not a whole one.
pub(crate) fn read(act: &'static Act, bytes: &[u8]) -> Result<Content, Failure> {
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
    for (key, words) in [("tlp", &TLP[..]), ("pap", &PAP[..])] {
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
