//! A draft from what was given: the table of acts says what goes where.

use detente_accord::PartyId;
use detente_accord::jcs::Value;
use detente_accord::record::{
    Act, Addressee, Count, Draft, FieldForm, FieldRule, Of, Position, Presence, RefRule, Reference, Rel,
};
use detente_node::{Accord, By};

use super::content::Content;
use super::entry::{self, Fits};
use super::fields::{self, Field, Unit};
use super::{Fault, Given, times};
use crate::accords;
use crate::exit::Failure;
use crate::tui::quoted;

/// The entries that a statement is about, and its act: the first that fits them.
pub(crate) struct About {
    /// The act.
    pub(crate) act: &'static Act,
    entries: Vec<(RefRule, Position)>,
}

/// Acts by type and name; those that the table does not have are left out.
pub(crate) fn acts(names: &[(&str, &str)]) -> Vec<&'static Act> {
    names.iter().filter_map(|(kind, name)| Act::of(kind, name)).collect()
}

/// Finds the entries, given as `entry`, and which of these acts is meant.
///
/// # Errors
/// An entry that is not here, that fits none of the acts, or that was not named.
pub(crate) fn about(accord: &Accord<'_>, acts: &[&'static Act], given: &Given) -> Result<About, Fault> {
    find(accord, acts, given.texts("entry")).map_err(|failure| Fault::at("entry", failure))
}

fn find(accord: &Accord<'_>, acts: &[&'static Act], named: &[String]) -> Result<About, Failure> {
    let act = match (acts, named.first()) {
        ([_, _, ..], Some(first)) => by_entry(accord, acts, first)?,
        (acts, _) => acts.first().copied(),
    };
    let act = act.ok_or_else(|| Failure::usage("that entry is of another type"))?;
    let rules: Vec<&RefRule> = fields::fixed_refs(act).collect();
    let mut entries = Vec::new();
    for (at, text) in named.iter().enumerate() {
        let rule = rules.get(at).or_else(|| rules.last().filter(|rule| rule.count == Count::Some));
        let Some(rule) = rule else { break };
        let position = entry::entry(accord, text, Fits { of: rule.of, own: rule.own })?;
        entries.push((**rule, position));
    }
    if entries.len() < rules.len() {
        return Err(Failure::usage("it is about an entry, and none was named"));
    }
    Ok(About { act, entries })
}

fn by_entry(accord: &Accord<'_>, acts: &[&'static Act], text: &str) -> Result<Option<&'static Act>, Failure> {
    let of = |act: &'static Act| fields::fixed_refs(act).next().map_or(&[][..], |rule| rule.of);
    let any: Vec<Of> = acts.iter().flat_map(|act| of(act)).copied().collect();
    let position = entry::entry(accord, text, Fits { of: &any, own: false })?;
    let leaf = accord.held().leaf(&position);
    let fits = |act: &&&'static Act| leaf.is_some_and(|leaf| entry::is_of(leaf, of(act)));
    Ok(acts.iter().find(fits).copied())
}

/// Puts the draft together.
///
/// # Errors
/// The name of what is not acceptable, or was wanted and not given.
pub(crate) fn draft(
    accord: &Accord<'_>,
    about: &About,
    content: Content,
    given: &Given,
) -> Result<Draft, Fault> {
    let act = about.act;
    let mut draft = Draft::new(act.kind, []);
    if !act.name.is_empty() {
        draft.public.insert("act".to_owned(), Value::text(act.name));
    }
    for (field, rule) in fields::fields(act) {
        if let Some(value) = public_value(accord, about, field, rule, given)? {
            draft.public.insert(field.name.to_owned(), value);
        }
    }
    draft.exercise = given.text("exercise").map(str::to_owned);
    draft.refs = references(accord, about, given)?;
    if let Some(to) = addressee(accord, about, given).map_err(|failure| Fault::at("to", failure))? {
        draft.aud = if to == "*" { "all" } else { "to" }.to_owned();
        draft.public.insert("to".to_owned(), Value::text(to));
    }
    if let Some(class) = given.text("aud") {
        class.clone_into(&mut draft.aud);
    }
    let labels = act.statement_type().labels;
    for (name, value) in content {
        if let Some(label) = labels.iter().find(|label| **label == name) {
            draft.values.insert(label, value);
        }
    }
    Ok(draft)
}

/// What a public field says: what was given, else what the entry says, else what is usual.
fn public_value(
    accord: &Accord<'_>,
    about: &About,
    field: &Field,
    rule: &FieldRule,
    given: &Given,
) -> Result<Option<Value>, Fault> {
    let is_given = given.text(field.flag).is_some();
    if !is_given && let Some(value) = inherited(accord, about, field) {
        return Ok(Some(value));
    }
    let usual = field.default.filter(|_| !fields::is_inherited(about.act, field.name));
    let text = given.text(field.flag).or(usual);
    let value = of_field(field, rule, text, given).map_err(|failure| Fault::at(field.flag, failure))?;
    if value.is_none() && fields::is_wanted(about.act, field, rule) {
        return Err(Fault::at(field.flag, Failure::usage(format!("{} is wanted", field.flag))));
    }
    Ok(value)
}

/// What the entry that the act goes on with says.
fn inherited(accord: &Accord<'_>, about: &About, field: &Field) -> Option<Value> {
    let (_, position) = about.entries.first()?;
    let leaf = accord.held().leaf(position)?;
    let says = leaf.said.public.get(field.name).cloned();
    says.filter(|_| fields::is_inherited(about.act, field.name))
}

fn references(accord: &Accord<'_>, about: &About, given: &Given) -> Result<Vec<Reference>, Fault> {
    let mut refs = Vec::new();
    for (rule, position) in &about.entries {
        refs.push(accord.reference(rule.rel, position)?);
    }
    for cited in given.texts("cites") {
        let position = entry::entry(accord, cited, Fits::default());
        let position = position.map_err(|failure| Fault::at("cites", failure))?;
        refs.push(accord.reference(Rel::Cites, &position)?);
    }
    Ok(refs)
}

/// To whom: as said, else as the entry it is about has it.
fn addressee(accord: &Accord<'_>, about: &About, given: &Given) -> Result<Option<String>, Failure> {
    let everybody = || Some("*".to_owned());
    if let Some(to) = given.text("to") {
        let party = accords::party(to)?;
        if !accord.state().members().contains_key(&party) || party == *accord.us().id() {
            return Err(Failure::usage(format!("{} is nobody else in this accord", quoted(to)))
                .hint("detente accord show lists who is in it"));
        }
        return Ok(Some(party.to_string()));
    }
    let of_entry = || {
        let (_, position) = about.entries.first()?;
        let leaf = accord.held().leaf(position)?;
        let theirs = leaf.said.party != *accord.us().id();
        match (theirs, leaf.said.public.get("to")) {
            (true, _) => Some(leaf.said.party.to_string()),
            (false, Some(Value::Text(to))) => Some(to.clone()),
            (false, _) => None,
        }
    };
    Ok(match about.act.to {
        Addressee::Nobody => None,
        Addressee::All => everybody(),
        Addressee::One | Addressee::Reader => of_entry(),
        Addressee::Choose if fields::names_addressee(about.act) => everybody(),
        Addressee::Choose => of_entry().or_else(everybody),
    })
}

fn of_field(
    field: &Field,
    rule: &FieldRule,
    text: Option<&str>,
    given: &Given,
) -> Result<Option<Value>, Failure> {
    let is_set = given.is_set(field.flag);
    Ok(match field.unit {
        Unit::Flag if rule.presence == Presence::Always => Some(Value::Bool(is_set)),
        Unit::Flag => is_set.then_some(Value::Bool(true)),
        Unit::Unless => Some(Value::Bool(!is_set)),
        Unit::Number => text.map(number).transpose()?,
        Unit::Time => text.map(times::time).transpose()?.map(|time| Value::Integer(time.0)),
        Unit::Seconds => text.map(times::length).transpose()?.map(Value::Integer),
        Unit::Word => text.map(|text| word(rule.form, text)).transpose()?,
    })
}

fn number(text: &str) -> Result<Value, Failure> {
    let number = text.parse().map_err(|_| Failure::usage(format!("{} is no number", quoted(text))))?;
    Ok(Value::Integer(number))
}

fn word(form: FieldForm, text: &str) -> Result<Value, Failure> {
    match (form, text.parse()) {
        (FieldForm::Integer, Ok(number)) => Ok(Value::Integer(number)),
        (FieldForm::Word(words), _) if !words.contains(&text) => {
            Err(Failure::usage(format!("{} is none of: {}", quoted(text), words.join(", "))))
        }
        _ => Ok(Value::text(text)),
    }
}

/// Which offices were asked to sign, as `as`.
///
/// # Errors
/// What is no name of an office.
pub(crate) fn by(given: &Given) -> Result<By, Fault> {
    let named = given.texts("as");
    if named.is_empty() {
        return Ok(By::Roles);
    }
    let offices = named.iter().map(|name| accords::office(name)).collect::<Result<_, _>>();
    offices.map(By::Named).map_err(|failure| Fault::at("as", failure))
}

/// To whom a draft is addressed, if to one party.
pub(crate) fn to_of(draft: &Draft) -> Option<PartyId> {
    match draft.public.get("to") {
        Some(Value::Text(to)) => PartyId::parse(to),
        _ => None,
    }
}
