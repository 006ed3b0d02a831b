//! The content of entries: who may read it, and what of it is here.

use std::collections::BTreeMap;

use detente_accord::jcs::Value;
use detente_accord::limits::DAY_MS;
use detente_accord::record::{Draft, Leaf, Membership, Position, Scope, Sees, Spoken, Standing, sees};
use detente_accord::{PartyId, Rejection, Time};

use crate::new::addressee;
use crate::{Accord, Error};

/// What is here of an entry's content.
#[derive(Clone, PartialEq, Eq)]
pub enum Content {
    /// The labels that say something, with their values.
    Readable(BTreeMap<String, Value>),
    /// It was not said to us.
    Sealed,
    /// It was deleted; the entry commits to it still.
    Deleted,
    /// It is for us and has not come.
    Missing,
    /// The entry has none.
    None,
}

/// Who can read a statement once it is said.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Readers {
    /// Parties that read its content, without us.
    pub parties: Vec<PartyId>,
    /// Every observer with what it sees of this statement: `full` and `full-except-sealed` read the content, when
    /// their delay is over; `metadata` sees that it was said, `existence-only` that our log grew.
    pub observers: Vec<(PartyId, Scope)>,
}

impl Accord<'_> {
    /// The content of an entry, as far as it is for us and here.
    ///
    /// # Errors
    /// [`Error::Unknown`] for an entry that is not here; those of the disk.
    pub fn content(&self, position: &Position) -> Result<Content, Error> {
        let entry = self.held.entry(position);
        let entry = entry.ok_or_else(|| Error::Unknown(format!("there is no entry {position} here")))?;
        let Some(leaf) = entry.leaf.as_deref() else { return Ok(Content::None) };
        if leaf.said.commits.is_empty() && leaf.said.tree.is_none() {
            return Ok(Content::None);
        }
        let values = self.values(position, leaf)?;
        if !values.is_empty() {
            let says = |(_, value): &(String, Value)| *value != Value::Null;
            return Ok(Content::Readable(values.into_iter().filter(says).collect()));
        }
        let sees = self.sees(self.us.id(), spoken(leaf, addressee(leaf).as_ref()));
        Ok(match sees.is_some_and(Sees::reads_content) {
            _ if self.is_redacted(position) => Content::Deleted,
            false => Content::Sealed,
            true if leaf.said.sealed.is_empty() && position.log.party != *self.us.id() => Content::None,
            true => Content::Missing,
        })
    }

    /// The values of an entry's labels that are here.
    fn values(&self, position: &Position, leaf: &Leaf) -> Result<Vec<(String, Value)>, Error> {
        let (party, epoch) = (position.log.party.as_str(), position.log.epoch);
        let fields = self.record.fields(party, epoch, position.seq)?;
        // What describes attachments is kept there too, under labels that are none of the statement's.
        let is_label = |label: &str| leaf.said.tree.is_some() || leaf.said.commits.contains_key(label);
        let fields = fields.into_iter().filter(|field| is_label(&field.label));
        fields.map(|field| Ok((field.label, read(&field.value)?))).collect()
    }

    /// Who besides us can read a draft once it is said.
    pub fn readers(&self, draft: &Draft) -> Readers {
        let mut readers = Readers { parties: Vec::new(), observers: Vec::new() };
        for (reader, sees) in self.reading(draft) {
            match self.observing(&reader) {
                None if sees.reads_content() => readers.parties.push(reader),
                None => {}
                Some(scope) => readers.observers.push((reader, seen_as(sees, scope))),
            }
        }
        readers
    }

    /// What everybody else gets of a draft once it is said.
    pub fn reading(&self, draft: &Draft) -> Vec<(PartyId, Sees)> {
        let to = match draft.public.get("to") {
            Some(Value::Text(to)) => PartyId::parse(to),
            _ => None,
        };
        let said = Spoken { by: self.us.id(), kind: draft.kind, aud: &draft.aud, to: to.as_ref() };
        let others = self.state.members().keys().filter(|reader| *reader != self.us.id());
        others.filter_map(|reader| Some((reader.clone(), self.sees(reader, said)?))).collect()
    }

    /// What somebody gets of a statement; nothing if it is not in the accord, or left it.
    pub(crate) fn sees(&self, reader: &PartyId, said: Spoken<'_>) -> Option<Sees> {
        let standing = match self.state.members().get(reader)?.standing {
            Membership::Party => &Standing::Party,
            Membership::Observer => self.charter.party(reader)?.standing(),
            Membership::Invited | Membership::Withdrawn | Membership::Expelled => return None,
        };
        Some(sees(self.state.rules(), said, reader, standing))
    }

    /// From when on somebody may read the content of an entry, by its author's clock; nothing if never.
    pub(crate) fn readable_from(&self, reader: &PartyId, leaf: &Leaf) -> Option<Time> {
        match self.sees(reader, spoken(leaf, addressee(leaf).as_ref()))? {
            Sees::Content { after_d } => {
                Some(Time(leaf.place.time.0.saturating_add(after_d.saturating_mul(DAY_MS))))
            }
            Sees::Growth | Sees::Leaf => None,
        }
    }

    /// Whether the content of an entry is to go.
    pub(crate) fn is_redacted(&self, position: &Position) -> bool {
        self.state.redactions().contains_key(position)
    }

    /// The scope of an observer.
    fn observing(&self, party: &PartyId) -> Option<Scope> {
        match self.charter.party(party)?.standing() {
            Standing::Observer(observes) => Some(observes.scope),
            Standing::Party => None,
        }
    }
}

/// What decides who reads an entry.
pub(crate) fn spoken<'a>(leaf: &'a Leaf, to: Option<&'a PartyId>) -> Spoken<'a> {
    Spoken { by: &leaf.said.party, kind: &leaf.said.kind, aud: &leaf.said.aud, to }
}

/// The scope that an observer has towards one statement.
fn seen_as(sees: Sees, scope: Scope) -> Scope {
    match sees {
        Sees::Growth => Scope::ExistenceOnly,
        Sees::Leaf => Scope::Metadata,
        // What is addressed to it, it reads in full.
        Sees::Content { .. } if scope == Scope::Metadata => Scope::FullExceptSealed,
        Sees::Content { .. } => scope,
    }
}

/// A value as it was kept.
pub(crate) fn read(bytes: &[u8]) -> Result<Value, Rejection> {
    Value::decode(bytes).map_err(|fault| Rejection::NotCanonical { part: "a field that was kept", fault })
}
