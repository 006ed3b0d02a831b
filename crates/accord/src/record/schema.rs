//! Layer 2, first half: whether a statement has the form that its type and act demand. Who signed is judged in
//! [`super::signers`], whether the state allows it above both.

use detente_tlog::KeyName;

use super::keyset::Office;
use super::leaf::{Leaf, Reference, Rel, Target};
use super::names::RecordId;
use super::no_effect::NoEffect;
use super::party::{Role, Roles};
use super::rules::{AUDIENCES, Rules, is_code, is_norm_code};
use super::table::{Act, Addressee, Count, FieldForm, FieldRule, Of, Presence, RefRule, SignerRule};
use crate::jcs::Value;
use crate::limits::{CORRECTIONS_MAX, LEAF_COMMITS_MAX, PUBLIC_LIST_MAX};
use crate::{PartyId, PublicKey, b64};

/// Finds an entry by what a reference names; `None` for one that is not held, or that its log does not hold at
/// that place.
pub type Find<'f, 'a> = dyn Fn(&Target) -> Option<&'a Leaf> + 'f;

/// Checks the form of a statement of this record: type, act, public fields, labels, references, addressee,
/// audience. `rules` are those in force at its place.
///
/// A statement that names another accord was made in an exchange by files; whether that accord is the one of two
/// parties is checked by whoever knows their roots.
///
/// # Errors
/// The reason, by name.
pub fn check_schema(leaf: &Leaf, record: &RecordId, rules: &Rules) -> Result<&'static Act, NoEffect> {
    let act = act_of(leaf, record)?;
    check_fields(act, leaf)?;
    check_exercise(act, leaf)?;
    check_labels(act, leaf)?;
    check_refs(act, leaf)?;
    check_addressee(act, leaf)?;
    check_audience(act, leaf, rules)?;
    Ok(act)
}

/// Checks what the references name: statements of the types and acts that the table says, and that an act on an
/// own entry keeps its addressee.
///
/// # Errors
/// [`NoEffect::RefTarget`], [`NoEffect::RefUnknown`], [`NoEffect::Addressee`].
pub fn check_targets(act: &Act, leaf: &Leaf, find: &Find<'_, '_>) -> Result<(), NoEffect> {
    match_refs(act, leaf, |rule, reference| {
        check_shape(rule, reference, leaf)?;
        if rule.of.is_empty() {
            return Ok(());
        }
        let said = find(&reference.target).ok_or(NoEffect::RefUnknown)?;
        if rule.of.iter().any(|of| of.is(said)) { Ok(()) } else { Err(NoEffect::RefTarget) }
    })?;
    let Some(own) = acted_on(leaf).filter(|target| *target.party() == leaf.said.party) else { return Ok(()) };
    if !matches!(act.to, Addressee::One | Addressee::Choose) {
        return Ok(());
    }
    let original = find(own).ok_or(NoEffect::RefUnknown)?;
    let keeps = original.said.public.get("to") == leaf.said.public.get("to");
    if keeps { Ok(()) } else { Err(NoEffect::Addressee) }
}

/// For an act that is signed as an earlier statement was: that statement and its act. A correction of a
/// withdrawal leads to what was withdrawn. `None` for other acts, and if an entry on the way is not held or has
/// no known act.
pub fn original_of<'a>(
    act: &Act,
    leaf: &Leaf,
    record: &RecordId,
    find: &Find<'_, 'a>,
) -> Option<(&'static Act, &'a Leaf)> {
    original_by_refs(act, &leaf.said.refs, record, find)
}

/// The same for a statement that is about to be said, by its references.
pub fn original_by_refs<'a>(
    act: &Act,
    refs: &[Reference],
    record: &RecordId,
    find: &Find<'_, 'a>,
) -> Option<(&'static Act, &'a Leaf)> {
    if act.signers != SignerRule::AsOriginal {
        return None;
    }
    let mut said = find(acted_on_by(refs)?)?;
    for _ in 0..CORRECTIONS_MAX {
        let act = act_of(said, record).ok()?;
        if act.signers != SignerRule::AsOriginal {
            return Some((act, said));
        }
        said = find(acted_on(said)?)?;
    }
    None
}

/// The name of the act; empty in a type that has none.
pub(crate) fn act_name(leaf: &Leaf) -> &str {
    match leaf.said.public.get("act") {
        Some(Value::Text(name)) => name,
        _ => "",
    }
}

/// A public field that is a word.
pub(crate) fn word<'a>(leaf: &'a Leaf, field: &str) -> Option<&'a str> {
    match leaf.said.public.get(field) {
        Some(Value::Text(word)) => Some(word),
        _ => None,
    }
}

fn act_of(leaf: &Leaf, record: &RecordId) -> Result<&'static Act, NoEffect> {
    let kind = leaf.said.kind.as_str();
    if !super::table::is_type(kind) {
        return Err(NoEffect::UnknownType);
    }
    let find = if leaf.said.accord == *record.bytes() { Act::of } else { Act::of_files };
    if let Some(act) = find(kind, "") {
        return Ok(act);
    }
    find(kind, act_name(leaf)).ok_or(NoEffect::UnknownAct)
}

impl Of {
    fn is(&self, leaf: &Leaf) -> bool {
        leaf.said.kind == self.kind && (self.acts.is_empty() || self.acts.contains(&act_name(leaf)))
    }
}

/// The fields that every act of its kind has beside its own.
fn common(act: &Act) -> impl Iterator<Item = &'static str> {
    let names = [
        ("act", !act.name.is_empty()),
        ("to", act.to != Addressee::Nobody),
        ("single", act.statement_type().numbered),
        ("ex", act.statement_type().numbered),
    ];
    names.into_iter().filter_map(|(name, is_there)| is_there.then_some(name))
}

fn check_fields(act: &Act, leaf: &Leaf) -> Result<(), NoEffect> {
    let public = &leaf.said.public;
    for rule in act.public {
        match (rule.is_due(leaf), public.get(rule.name)) {
            (Some(true), None) => return Err(NoEffect::FieldMissing { field: rule.name }),
            (Some(false), Some(_)) => return Err(NoEffect::FieldUnknown { field: rule.name.to_owned() }),
            (_, None) => {}
            (_, Some(value)) if rule.form.holds(value, leaf.said.refs.len()) => {}
            (_, Some(_)) => return Err(NoEffect::FieldForm { field: rule.name }),
        }
    }
    let is_known = |name: &str| {
        common(act).any(|known| known == name) || act.public.iter().any(|rule| rule.name == name)
    };
    if let Some(field) = public.keys().find(|name| !is_known(name)) {
        return Err(NoEffect::FieldUnknown { field: field.clone() });
    }
    if act.to != Addressee::Nobody && !public.contains_key("to") {
        return Err(NoEffect::FieldMissing { field: "to" });
    }
    if public.get("single").is_some_and(|single| !matches!(single, Value::Bool(_))) {
        return Err(NoEffect::FieldForm { field: "single" });
    }
    if public.get("ex").is_some_and(|ex| !FieldForm::Code.holds(ex, 0)) {
        return Err(NoEffect::FieldForm { field: "ex" });
    }
    Ok(())
}

impl FieldRule {
    /// Whether the field must be there, must not, or may.
    fn is_due(&self, leaf: &Leaf) -> Option<bool> {
        match self.presence {
            Presence::Always => Some(true),
            Presence::Optional => None,
            Presence::If(field, words) => Some(word(leaf, field).is_some_and(|word| words.contains(&word))),
            Presence::WithRefs => Some(!leaf.said.refs.is_empty()),
        }
    }
}

impl FieldForm {
    /// Whether a value has this form, in a statement with that many references.
    fn holds(self, value: &Value, refs: usize) -> bool {
        match (self, value) {
            (FieldForm::Integer, Value::Integer(_)) | (FieldForm::Bool, Value::Bool(_)) => true,
            (FieldForm::Roles, value) => Roles::from_value(value).is_some(),
            (form, Value::Text(text)) => form.holds_text(text),
            (form, Value::Array(values)) => form.holds_list(values, refs),
            _ => false,
        }
    }

    fn holds_text(self, text: &str) -> bool {
        match self {
            FieldForm::Id => PartyId::parse(text).is_some(),
            FieldForm::Office => Office::parse(text).is_some(),
            FieldForm::Role => Role::parse(text).is_some(),
            FieldForm::Code => is_code(text),
            FieldForm::NormCode => is_norm_code(text),
            FieldForm::Word(words) => words.contains(&text),
            FieldForm::Hash => b64::decode::<32>(text).is_some(),
            FieldForm::Run => b64::decode::<16>(text).is_some(),
            FieldForm::Key => b64::decode(text).is_some_and(|key| PublicKey::admit(&key).is_ok()),
            FieldForm::Origin => KeyName::parse(text).is_ok(),
            _ => false,
        }
    }

    fn holds_list(self, values: &[Value], refs: usize) -> bool {
        let texts = |holds: fn(&str) -> bool| {
            values.iter().all(|value| matches!(value, Value::Text(text) if holds(text)))
        };
        let is_integer = |value: &Value| matches!(value, Value::Integer(_));
        let holds = match self {
            FieldForm::Ids => texts(|id| PartyId::parse(id).is_some()),
            FieldForm::Codes => texts(is_code),
            FieldForm::Hashes => texts(|hash| b64::decode::<32>(hash).is_some()),
            FieldForm::Classes => values.iter().all(|class| match class {
                Value::Text(code) => is_code(code),
                class => is_integer(class),
            }),
            FieldForm::IntegerPerRef => values.len() == refs && values.iter().all(is_integer),
            FieldForm::WordPerRef(words) => {
                let known =
                    |value: &Value| matches!(value, Value::Text(word) if words.contains(&word.as_str()));
                values.len() == refs && values.iter().all(known)
            }
            _ => false,
        };
        holds && values.len() <= PUBLIC_LIST_MAX
    }
}

/// The acts of an exercise are real; what is said within one names it.
fn check_exercise(act: &Act, leaf: &Leaf) -> Result<(), NoEffect> {
    let names_one = leaf.said.public.contains_key("ex");
    let fits = match act.statement_type() {
        kind if kind.name == "exercise" => !leaf.said.exercise && !names_one,
        kind if kind.numbered => leaf.said.exercise == names_one,
        _ => true,
    };
    if fits { Ok(()) } else { Err(NoEffect::Exercise) }
}

fn check_labels(act: &Act, leaf: &Leaf) -> Result<(), NoEffect> {
    let labels = act.statement_type().labels;
    if let Some(tree) = &leaf.said.tree {
        // Only a list of exhibits has more fields than a leaf can commit to one by one.
        let fits = act.kind == "exhibit" && tree.count > LEAF_COMMITS_MAX as u64;
        return if fits { Ok(()) } else { Err(NoEffect::LabelTree) };
    }
    if let Some(label) = labels.iter().find(|label| !leaf.said.commits.contains_key(**label)) {
        return Err(NoEffect::LabelMissing { label });
    }
    match leaf.said.commits.keys().find(|label| !labels.contains(&label.as_str())) {
        Some(label) => Err(NoEffect::LabelUnknown { label: label.clone() }),
        None => Ok(()),
    }
}

fn check_refs(act: &Act, leaf: &Leaf) -> Result<(), NoEffect> {
    let by_id = |reference: &Reference| matches!(reference.target, Target::Statement { .. });
    if !leaf.said.refs.iter().all(|reference| by_id(reference) == act.in_files) {
        return Err(NoEffect::RefForm);
    }
    match_refs(act, leaf, |rule, reference| check_shape(rule, reference, leaf))
}

fn check_shape(rule: &RefRule, reference: &Reference, leaf: &Leaf) -> Result<(), NoEffect> {
    if reference.rel != rule.rel {
        return Err(NoEffect::RefRelation { rel: rule.rel.name() });
    }
    if rule.own && *reference.target.party() != leaf.said.party {
        return Err(NoEffect::RefAuthor);
    }
    Ok(())
}

/// Matches the references against each sequence that the act allows; the fault is that of the first.
fn match_refs(
    act: &Act,
    leaf: &Leaf,
    fits: impl Fn(&RefRule, &Reference) -> Result<(), NoEffect>,
) -> Result<(), NoEffect> {
    let free_cites = act.statement_type().numbered && !act.in_files;
    let mut first = None;
    for sequence in act.refs {
        match match_sequence(sequence, &leaf.said.refs, free_cites, &fits) {
            Ok(()) => return Ok(()),
            Err(fault) => first = first.or(Some(fault)),
        }
    }
    Err(first.unwrap_or(NoEffect::RefExtra))
}

fn match_sequence(
    sequence: &[RefRule],
    refs: &[Reference],
    free_cites: bool,
    fits: &impl Fn(&RefRule, &Reference) -> Result<(), NoEffect>,
) -> Result<(), NoEffect> {
    let mut rest = refs;
    for rule in sequence {
        let mut left = match rule.count {
            Count::One | Count::Optional => 1,
            Count::Some | Count::Many => refs.len(),
        };
        if matches!(rule.count, Count::One | Count::Some) {
            let (reference, others) =
                rest.split_first().ok_or(NoEffect::RefMissing { rel: rule.rel.name() })?;
            fits(rule, reference)?;
            (rest, left) = (others, left.saturating_sub(1));
        }
        while let Some((reference, others)) = rest.split_first()
            && left > 0
        {
            match fits(rule, reference) {
                Ok(()) => (rest, left) = (others, left - 1),
                // It belongs to the next place, or to the citations that every numbered act may add.
                Err(NoEffect::RefRelation { .. }) => break,
                Err(_) if rule.rel == Rel::Cites && free_cites => break,
                Err(fault) => return Err(fault),
            }
        }
    }
    let is_free = |reference: &Reference| free_cites && reference.rel == Rel::Cites;
    if rest.iter().all(is_free) { Ok(()) } else { Err(NoEffect::RefExtra) }
}

/// The entry that an act acts on: its first reference, unless that only cites.
fn acted_on(leaf: &Leaf) -> Option<&Target> {
    acted_on_by(&leaf.said.refs)
}

fn acted_on_by(refs: &[Reference]) -> Option<&Target> {
    let first = refs.first()?;
    matches!(first.rel, Rel::To | Rel::Replaces | Rel::Withdraws).then_some(&first.target)
}

fn check_addressee(act: &Act, leaf: &Leaf) -> Result<(), NoEffect> {
    if act.to == Addressee::Nobody {
        return Ok(());
    }
    let to = word(leaf, "to").ok_or(NoEffect::FieldForm { field: "to" })?;
    let one = PartyId::parse(to);
    if one.is_none() && to != "*" {
        return Err(NoEffect::FieldForm { field: "to" });
    }
    let author = &leaf.said.party;
    let is_other = one.as_ref().is_some_and(|id| id != author);
    let fits = match (act.to, acted_on(leaf).map(Target::party)) {
        (Addressee::Nobody, _) => true,
        (Addressee::All, _) => one.is_none(),
        (Addressee::Reader, _) | (Addressee::One, None) => is_other,
        (Addressee::Choose, None) => is_other || one.is_none(),
        (Addressee::One | Addressee::Choose, Some(theirs)) if theirs != author => {
            one.as_ref() == Some(theirs)
        }
        // An own entry: its addressee is kept, which is compared where that entry is at hand.
        (Addressee::One, Some(_)) => is_other,
        (Addressee::Choose, Some(_)) => is_other || one.is_none(),
    };
    if fits { Ok(()) } else { Err(NoEffect::Addressee) }
}

fn check_audience(act: &Act, leaf: &Leaf, rules: &Rules) -> Result<(), NoEffect> {
    let aud = leaf.said.aud.as_str();
    let exists = AUDIENCES.contains(&aud) || rules.audiences.contains_key(aud);
    // Nobody stands beside the author where everybody is addressed.
    let names_nobody = matches!(aud, "to" | "pair") && word(leaf, "to") == Some("*");
    let is_own_only = act.kind == "exhibit" && act.name == "commit";
    if !exists || names_nobody || (is_own_only && aud != "own") { Err(NoEffect::Audience) } else { Ok(()) }
}
