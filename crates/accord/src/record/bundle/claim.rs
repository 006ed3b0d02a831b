//! What a bundle claims.

use std::fmt;

use super::PART;
use crate::fields::Fields;
use crate::jcs::Value;
use crate::record::held::Position;
use crate::record::names::LogId;
use crate::record::path;
use crate::{PartyId, Rejection};

/// A claim.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Claim {
    /// The party of this log said this.
    Said(Position),
    /// Another party names a head that has the entry in it.
    Acknowledged {
        /// What was acknowledged.
        entry: Position,
        /// The entry that names the head.
        by: Position,
    },
    /// These are all entries of the log from `from` to before `to`.
    Complete {
        /// The log.
        log: LogId,
        /// The first index.
        from: u64,
        /// The index behind the last.
        to: u64,
        /// The size of the log at which that is shown.
        size: u64,
    },
    /// A key signed what cannot both be true: the evidence file of this number shows it.
    Fork(u64),
}

impl fmt::Display for Claim {
    /// The canonical text that verdicts name a claim by.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Claim::Said(entry) => write!(f, "said {entry}"),
            Claim::Acknowledged { entry, by } => write!(f, "acknowledged {entry} by {by}"),
            Claim::Complete { log, from, to, size } => write!(f, "complete {log} {from}..{to} of {size}"),
            Claim::Fork(number) => write!(f, "fork evidence/{number}.evidence"),
        }
    }
}

impl Claim {
    pub(crate) fn to_value(&self) -> Value {
        let mut members = match self {
            Claim::Said(entry) => entry_members(entry),
            Claim::Acknowledged { entry, by } => {
                let by = Value::Object(entry_members(by));
                entry_members(entry).into_iter().chain([("by".to_owned(), by)]).collect()
            }
            Claim::Complete { log, from, to, size } => object([
                ("epoch", Value::Integer(log.epoch)),
                ("from", Value::Integer(*from)),
                ("party", Value::text(log.party.as_str())),
                ("size", Value::Integer(*size)),
                ("to", Value::Integer(*to)),
            ]),
            Claim::Fork(number) => object([("file", Value::text(format!("evidence/{number}.evidence")))]),
        };
        members.insert("claim".to_owned(), Value::text(self.word()));
        Value::Object(members)
    }

    pub(crate) fn from_value(value: Value) -> Result<Claim, Rejection> {
        let mut fields = Fields::of(value, PART)?;
        let claim = match fields.text("claim")?.as_str() {
            "said" => Claim::Said(take_entry(&mut fields)?),
            "acknowledged" => {
                let mut by = Fields::of(fields.take("by")?, PART)?;
                let claim = Claim::Acknowledged { entry: take_entry(&mut fields)?, by: take_entry(&mut by)? };
                by.finish()?;
                claim
            }
            "complete" => take_complete(&mut fields)?,
            "fork" => {
                let number = evidence_number(&fields.text("file")?);
                Claim::Fork(number.ok_or_else(|| fields.bad("file"))?)
            }
            _ => return Err(fields.bad("claim")),
        };
        fields.finish()?;
        Ok(claim)
    }

    fn word(&self) -> &'static str {
        match self {
            Claim::Said(_) => "said",
            Claim::Acknowledged { .. } => "acknowledged",
            Claim::Complete { .. } => "complete",
            Claim::Fork(_) => "fork",
        }
    }
}

/// The number of `evidence/<n>.evidence`.
pub(super) fn evidence_number(name: &str) -> Option<u64> {
    path::number(name.strip_prefix("evidence/")?.strip_suffix(".evidence")?)
}

fn take_log(fields: &mut Fields) -> Result<LogId, Rejection> {
    let party: PartyId = fields.party("party")?;
    Ok(LogId::new(party, fields.integer("epoch")?))
}

fn take_entry(fields: &mut Fields) -> Result<Position, Rejection> {
    Ok(Position::new(take_log(fields)?, fields.integer("seq")?))
}

fn take_complete(fields: &mut Fields) -> Result<Claim, Rejection> {
    let log = take_log(fields)?;
    let (from, to, size) = (fields.integer("from")?, fields.integer("to")?, fields.integer("size")?);
    if from >= to || to > size {
        return Err(fields.bad("to"));
    }
    Ok(Claim::Complete { log, from, to, size })
}

type Members = std::collections::BTreeMap<String, Value>;

fn entry_members(entry: &Position) -> Members {
    object([
        ("epoch", Value::Integer(entry.log.epoch)),
        ("party", Value::text(entry.log.party.as_str())),
        ("seq", Value::Integer(entry.seq)),
    ])
}

fn object<const N: usize>(members: [(&str, Value); N]) -> Members {
    members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}
