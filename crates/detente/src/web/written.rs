//! What an entry says under its labels, or why that does not stand here.

use detente_accord::PartyId;
use detente_accord::jcs::Value;
use detente_accord::record::Position;
use detente_accord::words::{labels, talks};
use detente_node::{Accord, Content, Error};
use maud::{Markup, html};

use super::layout::said_by;
use crate::say::fields::LABELS;

/// The content of an entry, for a page.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Written {
    /// Headings, each with its lines; all of them its author's.
    Readable(Vec<(String, Vec<String>)>),
    /// Why there is none to read, in our words.
    Not(&'static str),
    /// It has no content.
    Nothing,
}

impl Written {
    /// That of an entry here.
    ///
    /// # Errors
    /// Those of the disk.
    pub(crate) fn of(accord: &Accord<'_>, position: &Position) -> Result<Written, Error> {
        Ok(match accord.content(position)? {
            Content::Readable(values) => {
                let mut values: Vec<(&String, &Value)> = values.iter().collect();
                values.sort_by_key(|(label, _)| rank(label));
                let part = |(label, value): (&String, &Value)| (labels::heading(label), labels::lines(value));
                Written::Readable(values.into_iter().map(part).collect())
            }
            Content::Sealed => Written::Not(talks::SEALED),
            Content::Deleted => Written::Not(talks::DELETED),
            Content::Missing => Written::Not(talks::CONTENT_NOT_HERE),
            Content::None => Written::Nothing,
        })
    }

    /// As a block under its author's name.
    pub(crate) fn block(&self, who: &str) -> Markup {
        html! {
            @match self {
                Written::Readable(parts) => {
                    @for (heading, lines) in parts { (said_by(&format!("{who} wrote, {heading}"), lines)) }
                }
                Written::Not(why) => p.muted { (why) },
                Written::Nothing => {}
            }
        }
    }
}

/// What people read first stands first; the marking last; the rest as forms ask for it.
pub(crate) fn rank(label: &str) -> usize {
    match label {
        "title" => 0,
        "text" => 1,
        "meta" => usize::MAX,
        label => LABELS.iter().position(|known| known.name == label).map_or(usize::MAX - 1, |at| at + 2),
    }
}

/// `we`, or the author.
pub(crate) fn who(accord: &Accord<'_>, author: &PartyId) -> String {
    if author == accord.us().id() { "we".to_owned() } else { author.to_string() }
}
