//! Who reads what: the table of section 5.8 of the record's specification, as one function.

use super::party::{ObserverOf, Scope, Standing};
use super::rules::{Accept, Rules};
use crate::PartyId;

/// What somebody gets of a statement.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sees {
    /// That its log grew: heads, hashes and counts.
    Growth,
    /// Type, act, references, sizes and times.
    Leaf,
    /// Its content too, this many days after it was said.
    Content {
        /// Days.
        after_d: u64,
    },
}

/// Of a statement, what decides who reads it.
#[derive(Clone, Copy, Debug)]
pub struct Spoken<'a> {
    /// Its author.
    pub by: &'a PartyId,
    /// Its type.
    pub kind: &'a str,
    /// Its audience.
    pub aud: &'a str,
    /// To whom it is addressed, if to one.
    pub to: Option<&'a PartyId>,
}

/// What a reader who stands there gets of a statement. Its author reads it all.
pub fn sees(rules: &Rules, said: Spoken<'_>, reader: &PartyId, standing: &Standing) -> Sees {
    if said.by == reader {
        return Sees::Content { after_d: 0 };
    }
    let is_to = said.to == Some(reader);
    let observes = match standing {
        Standing::Party => {
            let reads = match said.aud {
                "all" => true,
                "own" => false,
                "to" | "pair" => is_to,
                class => rules.audiences.get(class).is_some_and(|readers| readers.contains(reader)),
            };
            return if reads { Sees::Content { after_d: 0 } } else { Sees::Leaf };
        }
        Standing::Observer(observes) => observes,
    };
    if observes.scope == Scope::ExistenceOnly {
        return Sees::Growth;
    }
    // What is addressed to it was meant for it, whatever else it may read.
    if is_to && said.aud != "own" {
        return Sees::Content { after_d: 0 };
    }
    let is_of_sort = match (said.kind, said.aud) {
        (_, "own" | "pair") => false,
        // The word of a comcheck is for whoever is checked.
        ("comcheck", _) => false,
        // What opens an exhibit to somebody else.
        ("exhibit", _) => observes.scope == Scope::Full,
        _ => matches!(observes.scope, Scope::Full | Scope::FullExceptSealed),
    };
    // Whoever accepted an observer alone binds itself alone.
    let is_bound = match (&observes.by, rules.observers.accept) {
        (ObserverOf::Party(party), Accept::Own) => said.by == party || said.to == Some(party),
        _ => true,
    };
    if is_of_sort && is_bound { Sees::Content { after_d: observes.delay_d } } else { Sees::Leaf }
}

impl Sees {
    /// Whether content is among it, sooner or later.
    pub fn reads_content(self) -> bool {
        matches!(self, Sees::Content { .. })
    }
}

#[cfg(test)]
mod tests;
