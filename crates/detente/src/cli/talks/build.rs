//! A draft from what was typed: the table of acts says what goes where.

use clap::ArgMatches;
use clap::parser::ValueSource;
use detente_accord::PartyId;
use detente_accord::jcs::Value;
use detente_accord::record::{
    Act, Addressee, Count, Draft, FieldForm, FieldRule, Of, Position, Presence, RefRule, Reference, Rel,
};
use detente_node::{Accord, By};

use super::content::{Content, text, texts};
use super::flags::{self, Field, Unit};
use super::named::{self, Fits};
use super::table::Verb;
use super::times;
use crate::accords;
use crate::exit::Failure;
use crate::tui::quoted;

/// The entries that a command is about, and its act: the first of the row that fits them.
pub(super) struct About {
    pub(super) act: &'static Act,
    entries: Vec<(RefRule, Position)>,
}

/// Finds the entries and the act.
pub(super) fn about(accord: &Accord<'_>, verb: &Verb, matches: &ArgMatches) -> Result<About, Failure> {
    let typed = texts(matches, "entry");
    let acts: Vec<&'static Act> = verb.acts.iter().filter_map(|(kind, name)| Act::of(kind, name)).collect();
    let act = match (acts.as_slice(), typed.first()) {
        ([_, _, ..], Some(first)) => by_entry(accord, &acts, first)?,
        (acts, _) => acts.first().copied(),
    };
    let act = act.ok_or_else(|| Failure::usage("that entry is of another type"))?;
    let rules: Vec<&RefRule> = flags::fixed_refs(act).collect();
    let mut entries = Vec::new();
    for (at, text) in typed.iter().enumerate() {
        let rule = rules.get(at).or_else(|| rules.last().filter(|rule| rule.count == Count::Some));
        let Some(rule) = rule else { break };
        let position = named::entry(accord, text, Fits { of: rule.of, own: rule.own })?;
        entries.push((**rule, position));
    }
    Ok(About { act, entries })
}

fn by_entry(accord: &Accord<'_>, acts: &[&'static Act], text: &str) -> Result<Option<&'static Act>, Failure> {
    let of = |act: &'static Act| flags::fixed_refs(act).next().map_or(&[][..], |rule| rule.of);
    let any: Vec<Of> = acts.iter().flat_map(|act| of(act)).copied().collect();
    let position = named::entry(accord, text, Fits { of: &any, own: false })?;
    let leaf = accord.held().leaf(&position);
    let fits = |act: &&&'static Act| leaf.is_some_and(|leaf| named::is_of(leaf, of(act)));
    Ok(acts.iter().find(fits).copied())
}

/// Puts the draft together.
pub(super) fn draft(
    accord: &Accord<'_>,
    about: &About,
    content: Content,
    matches: &ArgMatches,
) -> Result<Draft, Failure> {
    let act = about.act;
    let mut draft = Draft::new(act.kind, []);
    if !act.name.is_empty() {
        draft.public.insert("act".to_owned(), Value::text(act.name));
    }
    for (field, rule) in flags::fields(act) {
        let inherited = || inherited(accord, about, field, matches);
        if let Some(value) = inherited().or(of_field(field, rule, matches)?) {
            draft.public.insert(field.name.to_owned(), value);
        }
    }
    draft.exercise = text(matches, "exercise").map(str::to_owned);
    draft.refs = references(accord, about, matches)?;
    if let Some(to) = addressee(accord, about, matches)? {
        draft.aud = if to == "*" { "all" } else { "to" }.to_owned();
        draft.public.insert("to".to_owned(), Value::text(to));
    }
    if let Some(class) = text(matches, "aud") {
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

/// What the entry that the act goes on with says, where nothing else is given.
fn inherited(accord: &Accord<'_>, about: &About, field: &Field, matches: &ArgMatches) -> Option<Value> {
    let is_given = matches.value_source(field.flag).is_some_and(|source| source != ValueSource::DefaultValue);
    let (_, position) = about.entries.first()?;
    let leaf = accord.held().leaf(position)?;
    let says = leaf.said.public.get(field.name).cloned();
    says.filter(|_| !is_given && flags::is_inherited(about.act, field.name))
}

fn references(accord: &Accord<'_>, about: &About, matches: &ArgMatches) -> Result<Vec<Reference>, Failure> {
    let mut refs = Vec::new();
    for (rule, position) in &about.entries {
        refs.push(accord.reference(rule.rel, position)?);
    }
    for cited in texts(matches, "cites") {
        let position = named::entry(accord, cited, Fits::default())?;
        refs.push(accord.reference(Rel::Cites, &position)?);
    }
    Ok(refs)
}

/// To whom: as said, else as the entry it is about has it.
fn addressee(accord: &Accord<'_>, about: &About, matches: &ArgMatches) -> Result<Option<String>, Failure> {
    let everybody = || Some("*".to_owned());
    if let Some(to) = text(matches, "to") {
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
        Addressee::Choose if flags::names_addressee(about.act) => everybody(),
        Addressee::Choose => of_entry().or_else(everybody),
    })
}

fn of_field(field: &Field, rule: &FieldRule, matches: &ArgMatches) -> Result<Option<Value>, Failure> {
    let is_set = || matches.try_get_one::<bool>(field.flag).ok().flatten() == Some(&true);
    let number = || matches.try_get_one::<u64>(field.flag).ok().flatten().copied().map(Value::Integer);
    let typed = || text(matches, field.flag);
    Ok(match field.unit {
        Unit::Flag if rule.presence == Presence::Always => Some(Value::Bool(is_set())),
        Unit::Flag => is_set().then_some(Value::Bool(true)),
        Unit::Unless => Some(Value::Bool(!is_set())),
        Unit::Number => number(),
        Unit::Time => typed().map(times::time).transpose()?.map(|time| Value::Integer(time.0)),
        Unit::Seconds => typed().map(times::length).transpose()?.map(Value::Integer),
        Unit::Word => typed().map(|text| word(rule.form, text)),
    })
}

fn word(form: FieldForm, text: &str) -> Value {
    match (form, text.parse()) {
        (FieldForm::Integer, Ok(number)) => Value::Integer(number),
        _ => Value::text(text),
    }
}

/// Which offices were asked to sign.
pub(super) fn by(matches: &ArgMatches) -> Result<By, Failure> {
    let named = texts(matches, "as");
    if named.is_empty() {
        return Ok(By::Roles);
    }
    named.into_iter().map(accords::office).collect::<Result<_, _>>().map(By::Named)
}

/// To whom a draft is addressed, if to one party.
pub(super) fn to_of(draft: &Draft) -> Option<PartyId> {
    match draft.public.get("to") {
        Some(Value::Text(to)) => PartyId::parse(to),
        _ => None,
    }
}
