//! Making a statement from named fields: the same for the command line, the pages and the API.
//!
//! Nothing here asks a person, reads a file or knows of a request. [`Given`] holds what somebody gave by the names of
//! [`fields`]; [`draft`] makes the statement from it by the table of acts; [`preview`] says what it would do.

pub(crate) mod content;
pub(crate) mod draft;
pub(crate) mod entry;
pub(crate) mod fields;
pub(crate) mod preview;
pub(crate) mod times;

use std::collections::BTreeMap;

use crate::exit::Failure;

/// What was given, by name: texts as they were typed, several where a name was given several times.
#[derive(Clone, Default)]
pub(crate) struct Given(BTreeMap<String, Vec<String>>);

impl Given {
    /// Adds a text; one that is empty was not given.
    pub(crate) fn add(&mut self, name: &str, text: impl Into<String>) {
        let text = text.into();
        if !text.is_empty() {
            self.0.entry(name.to_owned()).or_default().push(text);
        }
    }

    /// What a form of a page sent: browsers end lines with two characters, statements with one; alternatives stand
    /// one a line.
    pub(crate) fn from_form(fields: impl IntoIterator<Item = (String, String)>) -> Given {
        let mut given = Given::default();
        for (name, text) in fields {
            let text = text.replace("\r\n", "\n");
            match name.as_str() {
                "alternatives" => text.lines().for_each(|line| given.add(&name, line.trim())),
                _ => given.add(&name, text),
            }
        }
        given
    }

    /// The first text of a name.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.texts(name).first().map(String::as_str)
    }

    /// All texts of a name.
    pub(crate) fn texts(&self, name: &str) -> &[String] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }

    /// Whether a yes or no was given as yes.
    pub(crate) fn is_set(&self, name: &str) -> bool {
        matches!(self.text(name), Some("true" | "yes" | "on"))
    }
}

/// Why no statement can be made of what was given, and which name it is about, where it is about one.
#[derive(Debug)]
pub(crate) struct Fault {
    /// The name in [`Given`]; empty: the whole.
    pub(crate) name: String,
    /// Why.
    pub(crate) failure: Failure,
}

impl Fault {
    /// About one name.
    pub(crate) fn at(name: &str, failure: Failure) -> Fault {
        Fault { name: name.to_owned(), failure }
    }
}

impl From<Failure> for Fault {
    fn from(failure: Failure) -> Fault {
        Fault { name: String::new(), failure }
    }
}

impl From<detente_node::Error> for Fault {
    fn from(error: detente_node::Error) -> Fault {
        Failure::from(error).into()
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Failure {
        fault.failure
    }
}
