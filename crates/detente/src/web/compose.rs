//! The form for one act: fields and labels from the table of acts. What comes of it waits as a draft; nothing leaves.

use std::collections::BTreeSet;

use detente_accord::Time;
use detente_accord::record::{Act, Addressee, FieldForm, FieldRule, Position, Presence};
use detente_accord::words::talks;
use detente_node::{Accord, Error};
use maud::{Markup, html};

use super::layout::{Place, checkbox, discloses, errors, form, input, select, textarea};
use super::written::{Written, who};
use crate::cli::thread::name;
use crate::say::Given;
use crate::say::entry::{self, Fits};
use crate::say::fields::{self, Field, Label, PAP, Shape, TLP, Unit};

/// What the page shows.
pub(crate) struct View {
    /// Where we are.
    pub(crate) place: Place,
    /// The act.
    pub(crate) act: &'static Act,
    /// The entries it is about.
    pub(crate) about: Vec<About>,
    /// What it can be addressed to and may cite.
    pub(crate) choices: Choices,
    /// Offices of the officer who drafts.
    pub(crate) offices: Vec<String>,
    /// What was given so far.
    pub(crate) given: Given,
    /// What is wrong with it, by name.
    pub(crate) faults: Vec<(String, String)>,
    /// The mark of forms in this session.
    pub(crate) mark: String,
}

/// An entry that a statement is about.
pub(crate) struct About {
    /// As it is named in the form.
    pub(crate) entry: String,
    /// Its number.
    pub(crate) name: String,
    /// Its author: `we` for us.
    pub(crate) who: String,
    /// What it says.
    pub(crate) written: Written,
}

impl About {
    /// Entries as they are named in a form; those that are not here are left out, and refused when it is drafted.
    ///
    /// # Errors
    /// Those of the disk.
    pub(crate) fn of(accord: &Accord<'_>, named: &[String]) -> Result<Vec<About>, Error> {
        let found = named.iter().filter_map(|text| entry::entry(accord, text, Fits::default()).ok());
        let one = |at: Position| {
            Ok(About {
                entry: at.to_string(),
                name: name(accord, &at),
                who: who(accord, &at.log.party),
                written: Written::of(accord, &at)?,
            })
        };
        found.map(one).collect()
    }
}

/// What forms of an accord offer to choose from.
pub(crate) struct Choices {
    /// Parties that a statement can be addressed to.
    pub(crate) parties: Vec<String>,
    /// Codes of norms that are agreed.
    pub(crate) norms: Vec<String>,
}

impl Choices {
    /// From an accord as it is held here.
    pub(crate) fn of(accord: &Accord<'_>, now: Time) -> Choices {
        let (state, us) = (accord.state(), accord.us().id());
        let room = state.talks().room();
        let agreed = room.norms().values().filter(|norm| room.norm_phase(norm, now).is_agreed());
        let norms: BTreeSet<String> = agreed.map(|norm| norm.code.clone()).collect();
        Choices {
            parties: state.members().keys().filter(|id| *id != us).map(ToString::to_string).collect(),
            norms: norms.into_iter().collect(),
        }
    }
}

/// The page.
pub(crate) fn page(view: &View) -> Markup {
    let act = view.act;
    let body = html! {
        @for one in &view.about { input type="hidden" name="entry" value=(one.entry); }
        (to(view))
        @for (field, rule) in fields::fields(act) { (of_field(view, field, rule)) }
        @for label in fields::labels(act).filter(|label| label.name != "meta") { (of_label(view, label)) }
        (more(view))
        (offices(view))
        (discloses(&html! {
            p { strong { "Nothing leaves yet." } " The next page says who will read it, what does not leave and which clocks it starts. It is said only after a release." }
        }))
        p.acts {
            button type="submit" { "Draft it and see the preview" }
            a.button.plain href=(back(view)) { "Back" }
        }
    };
    html! {
        (errors(&view.faults))
        @for one in &view.about { (about(one)) }
        (form(&view.place.at(&address(act)), &view.mark, &body))
    }
}

/// Where the form of an act is.
pub(crate) fn address(act: &Act) -> String {
    if act.name.is_empty() { format!("say/{}", act.kind) } else { format!("say/{}/{}", act.kind, act.name) }
}

fn back(view: &View) -> String {
    match view.about.first() {
        Some(about) => view.place.at(&format!("thread/{}", about.entry)),
        None => view.place.at("desk"),
    }
}

fn about(one: &About) -> Markup {
    html! {
        section.box {
            h2 { "About " (one.name) " of " (one.who.replace("we", "us")) }
            (one.written.block(&one.who))
        }
    }
}

fn fault<'v>(view: &'v View, name: &str) -> Option<&'v str> {
    view.faults.iter().find(|(at, _)| at == name).map(|(_, text)| text.as_str())
}

fn said<'v>(view: &'v View, name: &str) -> &'v str {
    view.given.text(name).unwrap_or_default()
}

fn options<S: AsRef<str>>(words: &[S], none: Option<&str>) -> Vec<(String, String)> {
    let none = none.map(|words| (String::new(), words.to_owned()));
    let word = |word: &S| (word.as_ref().to_owned(), in_words(word.as_ref()));
    none.into_iter().chain(words.iter().map(word)).collect()
}

/// A word of the table of acts, as people say it.
fn in_words(word: &str) -> String {
    match word {
        "ro" => "releasing officer".to_owned(),
        "hod" => "head of delegation".to_owned(),
        word => word.replace('-', " "),
    }
}

/// As it stands: ids, codes and markings are not words.
fn as_is<S: AsRef<str>>(words: &[S], none: Option<&str>) -> Vec<(String, String)> {
    let none = none.map(|words| (String::new(), words.to_owned()));
    let word = |word: &S| (word.as_ref().to_owned(), word.as_ref().to_owned());
    none.into_iter().chain(words.iter().map(word)).collect()
}

fn to(view: &View) -> Markup {
    if !fields::names_addressee(view.act) {
        return html! {};
    }
    let none = matches!(view.act.to, Addressee::Choose).then_some("everybody");
    select("to", "To whom", &as_is(&view.choices.parties, none), said(view, "to"), fault(view, "to"))
}

fn of_field(view: &View, field: &Field, rule: &FieldRule) -> Markup {
    // What stands behind is about flags, or about how times are typed: the form says that itself.
    let help = field.help.split([':', ';']).next().unwrap_or_default();
    let (name, label, wrong) = (field.flag, capital(help), fault(view, field.flag));
    let value = view.given.text(name).or(field.default).unwrap_or_default();
    let is_wanted = rule.presence == Presence::Always;
    let none = (!is_wanted).then_some("not said");
    match (field.unit, rule.form) {
        (Unit::Flag | Unit::Unless, _) => checkbox(name, &label, view.given.is_set(name)),
        (Unit::Word, FieldForm::Word(words)) => select(name, &label, &options(words, none), value, wrong),
        (Unit::Word, FieldForm::NormCode) if field.name == "norm" => {
            select(name, &label, &as_is(&view.choices.norms, Some("none")), value, wrong)
        }
        (Unit::Number, _) => input(name, &label, "number", value, wrong),
        (Unit::Time, _) => {
            input(name, &format!("{label} (2026-10-01 08:30Z, or 72h from now)"), "text", value, wrong)
        }
        (Unit::Seconds, _) => {
            input(name, &format!("{label} (72h, 10d, or a time in UTC)"), "text", value, wrong)
        }
        (Unit::Word, _) => input(name, &label, "text", value, wrong),
    }
}

fn of_label(view: &View, label: &Label) -> Markup {
    let (name, wrong) = (label.flag, fault(view, label.flag));
    let words = capital(label.help);
    match label.shape {
        Shape::Flag => checkbox(name, &words, view.given.is_set(name)),
        Shape::List if ["levels", "not_addressed"].contains(&label.name) => levels(view, label),
        Shape::List if label.name == "alternatives" => {
            textarea(name, "Alternatives: one a line", &view.given.texts(name).join("\n"), wrong)
        }
        Shape::List => input(
            name,
            &format!("{words} (commas between)"),
            "text",
            &view.given.texts(name).join(", "),
            wrong,
        ),
        Shape::When => input(name, &format!("{words} (UTC)"), "text", said(view, name), wrong),
        Shape::Text if LONG.contains(&label.name) => textarea(name, &words, said(view, name), wrong),
        Shape::Text | Shape::Changes => input(name, &words, "text", said(view, name), wrong),
    }
}

/// The ten steps of responsibility, to tick.
fn levels(view: &View, label: &Label) -> Markup {
    let is_set = |level: &str| view.given.texts(label.flag).iter().any(|given| given == level);
    html! {
        fieldset #{ "f-" (label.flag) } {
            legend { (capital(label.help)) }
            div.ticks {
                @for level in talks::LEVELS {
                    p.field.tick {
                        input #{ "f-" (label.flag) "-" (level) } name=(label.flag) type="checkbox" value=(level)
                            checked[is_set(level)];
                        " " label for={ "f-" (label.flag) "-" (level) } { (level.replace('-', " ")) }
                    }
                }
            }
        }
    }
}

/// Marking, readers, references: what most statements leave as it is.
fn more(view: &View) -> Markup {
    let has_meta = view.act.statement_type().labels.contains(&"meta");
    let given = ["tlp", "pap", "lang", "aud", "cites", "exercise"];
    let is_open = given.iter().any(|name| view.given.text(name).is_some() || fault(view, name).is_some());
    html! {
        details open[is_open] {
            summary { "Marking, readers, references" }
            @if has_meta {
                (select("tlp", "TLP 2.0", &as_is(&TLP, Some("no marking")), said(view, "tlp"), fault(view, "tlp")))
                (select("pap", "PAP: what may be done with it", &as_is(&PAP, Some("no marking")), said(view, "pap"), fault(view, "pap")))
                (input("lang", "Language of the text: en, de, en-GB", "text", said(view, "lang"), fault(view, "lang")))
                (select("aud", "Who may read the content", &readers(), said(view, "aud"), fault(view, "aud")))
            }
            (input("cites", "Another entry that it cites, by its number", "text", said(view, "cites"), fault(view, "cites")))
            @if view.act.statement_type().numbered && !view.place.exercises.is_empty() {
                (select("exercise", "Part of an exercise", &as_is(&view.place.exercises, Some("no: it is real")), said(view, "exercise"), fault(view, "exercise")))
            }
        }
    }
}

fn readers() -> Vec<(String, String)> {
    let words = [
        ("", "as the accord says"),
        ("to", "the addressee, and observers as far as they may"),
        ("pair", "the addressee and nobody else"),
        ("all", "all parties, and observers as far as they may"),
    ];
    words.map(|(value, words)| (value.to_owned(), words.to_owned())).to_vec()
}

fn offices(view: &View) -> Markup {
    let one = view.offices.first().map(String::as_str).unwrap_or_default();
    match view.offices.len() {
        0 | 1 => html! { input type="hidden" name="as" value=(one); },
        _ => select(
            "as",
            "The office that drafts",
            &as_is(&view.offices, None),
            said(view, "as"),
            fault(view, "as"),
        ),
    }
}

/// What the heading of the page is.
pub(crate) fn title(act: &Act) -> String {
    let words = super::thread::ours(detente_accord::words::said::says(act.kind, act.name));
    format!("We {words}: draft")
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// Labels of several lines.
const LONG: [&str; 6] = ["text", "do_this", "readout", "quote", "words", "reason"];

#[cfg(test)]
mod tests;
