//! Disclosure: the fields of a statement that are shown, each with the salt that opens its commitment.

use super::leaf::Leaf;
use super::names::LogId;
use crate::Rejection;
use crate::commitment::Opening;
use crate::fields::{self, Fields};
use crate::jcs::Value;
use crate::limits::{DISCLOSURE_BYTES_MAX, LEAF_COMMITS_MAX};

const PART: &str = "disclosure";

/// The disclosed fields of one entry. Fields that are not in it stay hidden.
#[derive(Clone, PartialEq, Eq)]
pub struct Disclosure {
    /// The log of the entry.
    pub log: LogId,
    /// Its index.
    pub seq: u64,
    /// The opened fields, ascending by label.
    pub fields: Vec<Opening>,
}

impl Disclosure {
    /// The file: `{"entry":{"epoch","party","seq"},"fields":[[salt,label,value]…],"v":1}`.
    pub fn to_bytes(&self) -> Vec<u8> {
        let entry = Value::object([
            ("epoch", Value::Integer(self.log.epoch)),
            ("party", Value::text(self.log.party.as_str())),
            ("seq", Value::Integer(self.seq)),
        ]);
        let fields = self.fields.iter().map(Opening::to_value).collect();
        Value::object([("entry", entry), ("fields", Value::Array(fields)), ("v", Value::Integer(1))]).encode()
    }

    /// Reads a disclosure file.
    ///
    /// # Errors
    /// [`Rejection::NotCanonical`], [`Rejection::BadField`].
    pub fn decode(bytes: &[u8]) -> Result<Disclosure, Rejection> {
        if bytes.len() > DISCLOSURE_BYTES_MAX {
            return Err(Rejection::BadField { part: PART, field: "size" });
        }
        let mut all = fields::decode(bytes, PART)?;
        if all.integer("v")? != 1 {
            return Err(all.bad("v"));
        }
        let mut entry = Fields::of(all.take("entry")?, PART)?;
        let log = LogId::new(entry.party("party")?, entry.integer("epoch")?);
        let seq = entry.integer("seq")?;
        entry.finish()?;
        let opened = all.array("fields", LEAF_COMMITS_MAX)?;
        let opened = opened
            .into_iter()
            .map(|value| Opening::from_value(value, PART))
            .collect::<Result<Vec<_>, _>>()?;
        let ascending = opened.windows(2).all(|pair| matches!(pair, [a, b] if a.label < b.label));
        if !ascending {
            return Err(all.bad("fields"));
        }
        all.finish()?;
        Ok(Disclosure { log, seq, fields: opened })
    }

    /// Checks every field against the commitments of the entry.
    ///
    /// # Errors
    /// [`Rejection::BadField`]: another entry, or a field that opens nothing in it.
    pub fn check(&self, leaf: &Leaf) -> Result<(), Rejection> {
        let said = &leaf.said;
        if self.log != leaf.log() || self.seq != leaf.place.seq {
            return Err(Rejection::BadField { part: PART, field: "entry" });
        }
        let opens = |field: &Opening| {
            said.commits.get(&field.label) == Some(&field.commitment(&said.accord, &said.party))
        };
        if self.fields.iter().all(opens) {
            Ok(())
        } else {
            Err(Rejection::BadField { part: PART, field: "opened field" })
        }
    }
}
