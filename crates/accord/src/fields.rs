//! Typed access to the members of a JCS object: every field is taken once, and none may be left over.

use std::collections::BTreeMap;

use crate::jcs::Value;
use crate::{PartyId, Rejection, b64};

/// The members of one object that are still to be read.
pub(crate) struct Fields {
    part: &'static str,
    members: BTreeMap<String, Value>,
}

impl Fields {
    /// The members of `value`, which stands in `part` of a file.
    pub(crate) fn of(value: Value, part: &'static str) -> Result<Fields, Rejection> {
        match value {
            Value::Object(members) => Ok(Fields { part, members }),
            _ => Err(Rejection::BadField { part, field: "object" }),
        }
    }

    /// A rejection about one field of this object.
    pub(crate) fn bad(&self, field: &'static str) -> Rejection {
        Rejection::BadField { part: self.part, field }
    }

    /// Takes a member.
    pub(crate) fn take(&mut self, field: &'static str) -> Result<Value, Rejection> {
        self.members.remove(field).ok_or_else(|| self.bad(field))
    }

    /// Takes a member that may be absent.
    pub(crate) fn take_optional(&mut self, field: &'static str) -> Option<Value> {
        self.members.remove(field)
    }

    pub(crate) fn text(&mut self, field: &'static str) -> Result<String, Rejection> {
        match self.take(field)? {
            Value::Text(text) => Ok(text),
            _ => Err(self.bad(field)),
        }
    }

    /// Takes a string that must be exactly `text`.
    pub(crate) fn constant(&mut self, field: &'static str, text: &str) -> Result<(), Rejection> {
        if self.text(field)? == text { Ok(()) } else { Err(self.bad(field)) }
    }

    pub(crate) fn integer(&mut self, field: &'static str) -> Result<u64, Rejection> {
        match self.take(field)? {
            Value::Integer(n) => Ok(n),
            _ => Err(self.bad(field)),
        }
    }

    pub(crate) fn boolean(&mut self, field: &'static str) -> Result<bool, Rejection> {
        match self.take(field)? {
            Value::Bool(b) => Ok(b),
            _ => Err(self.bad(field)),
        }
    }

    pub(crate) fn bytes<const N: usize>(&mut self, field: &'static str) -> Result<[u8; N], Rejection> {
        b64::decode(&self.text(field)?).ok_or_else(|| self.bad(field))
    }

    pub(crate) fn party(&mut self, field: &'static str) -> Result<PartyId, Rejection> {
        PartyId::parse(&self.text(field)?).ok_or_else(|| self.bad(field))
    }

    /// Takes an array of at most `max` values.
    pub(crate) fn array(&mut self, field: &'static str, max: usize) -> Result<Vec<Value>, Rejection> {
        match self.take(field)? {
            Value::Array(values) if values.len() <= max => Ok(values),
            _ => Err(self.bad(field)),
        }
    }

    /// Takes an object.
    pub(crate) fn object(&mut self, field: &'static str) -> Result<BTreeMap<String, Value>, Rejection> {
        match self.take(field)? {
            Value::Object(members) => Ok(members),
            _ => Err(self.bad(field)),
        }
    }

    /// Refuses members that nobody took.
    pub(crate) fn finish(self) -> Result<(), Rejection> {
        if self.members.is_empty() {
            Ok(())
        } else {
            Err(Rejection::BadField { part: self.part, field: "set of fields (one is unknown)" })
        }
    }
}

/// Decodes one canonical object.
pub(crate) fn decode(bytes: &[u8], part: &'static str) -> Result<Fields, Rejection> {
    let value = Value::decode(bytes).map_err(|fault| Rejection::NotCanonical { part, fault })?;
    Fields::of(value, part)
}
