//! Norm packs: plain norms in a file, to begin a text from. Nothing in one binds anybody until parties adopt it in an
//! accord.
//!
//! A pack is UTF-8 JSON of strings, integers and booleans, written by hand; what is unknown in it is refused. From a
//! norm of a pack come proposals, whose author is the party that imports it, and brackets for what it leaves open.

mod check;
mod drafts;
mod fault;
mod template;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use sha2::{Digest, Sha256};

use crate::limits::NORM_PACK_BYTES_MAX;
use crate::record::Role;
use crate::talks::room::{NormKind, ReservationEffect, ReservationKind};

pub use drafts::{Dates, Proposal};
pub use fault::PackFault;
pub use template::{Choices, Rendered};

/// The pack that is shipped: eleven voluntary norms in short, and eight for an accord around elections.
pub const STARTER: &[u8] = include_bytes!("../norms/starter.json");

/// A pack whose rules were checked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NormPack {
    file: PackFile,
    sha256: [u8; 32],
}

/// What a pack says.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PackFile {
    format: String,
    format_version: u64,
    /// Its id.
    pub pack: String,
    /// Its revision, from 1.
    pub revision: u64,
    /// The language of its texts, as a BCP 47 tag.
    pub lang: String,
    /// Its title.
    pub title: String,
    /// What it is.
    pub about: String,
    /// Its sets.
    pub sets: Vec<NormSet>,
}

/// Norms that belong together.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NormSet {
    /// Its id in the pack.
    pub set: String,
    /// Its title.
    pub title: String,
    /// Where its norms come from, in words.
    pub source: String,
    /// Its norms.
    pub norms: Vec<PackNorm>,
}

/// A norm as a template.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PackNorm {
    /// Its code, once in the pack.
    pub code: String,
    /// Its title.
    pub title: String,
    /// What it is.
    #[serde(rename = "type")]
    pub kind: NormKind,
    /// Who is bound.
    pub subject: String,
    /// The role that answers for an expectation.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "owner")]
    pub owner_role: Option<Role>,
    /// Its text: `{id}` stands for a bracket, `{p:id}` for a parameter.
    pub text: String,
    /// By what it can be seen.
    pub observable: String,
    /// Numbers in its texts.
    pub parameters: Vec<Parameter>,
    /// What it leaves open.
    pub brackets: Vec<PackBracket>,
    /// Reservations that a party may take over.
    pub reservations: Vec<ModelReservation>,
    /// How long after it is in force it is looked at again.
    pub review_after_days: u64,
}

/// A number in the texts of a norm.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    /// Its id in the norm.
    pub id: String,
    /// What it counts.
    pub unit: Unit,
    /// What it is unless somebody says otherwise.
    pub default: u64,
    /// The least.
    pub min: u64,
    /// The most.
    pub max: u64,
}

/// What a parameter counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// Hours.
    Hour,
    /// Days.
    Day,
}

/// What a norm leaves open.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PackBracket {
    /// Its id in the norm.
    pub id: String,
    /// What is open, as a question.
    pub question: String,
    /// What may stand there: two at least.
    pub alternatives: Vec<Alternative>,
}

/// What may stand in a bracket.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alternative {
    /// Its id in the bracket.
    pub id: String,
    /// The words.
    pub text: String,
}

/// A reservation that a party may take over, by an act of its own.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelReservation {
    /// Its id in the norm.
    pub id: String,
    /// What it is.
    pub kind: ReservationKind,
    /// What it does.
    pub effect: ReservationEffect,
    /// Whether it works both ways.
    pub reciprocal: bool,
    /// Its title.
    pub title: String,
    /// Its words.
    pub text: String,
}

impl NormPack {
    /// Reads a pack.
    ///
    /// # Errors
    /// [`PackFault`]: the first thing in it that is not as it must be.
    pub fn decode(bytes: &[u8]) -> Result<NormPack, PackFault> {
        if bytes.len() > NORM_PACK_BYTES_MAX {
            return Err(PackFault::TooLarge);
        }
        let file: PackFile = serde_json::from_slice(bytes)
            .map_err(|fault| PackFault::NotReadable { line: fault.line(), column: fault.column() })?;
        check::check(&file)?;
        Ok(NormPack { file, sha256: Sha256::digest(bytes).into() })
    }

    /// The pack that is shipped.
    ///
    /// # Errors
    /// None: a test reads it.
    pub fn starter() -> Result<NormPack, PackFault> {
        NormPack::decode(STARTER)
    }

    /// What it says.
    pub fn file(&self) -> &PackFile {
        &self.file
    }

    /// SHA-256 of its bytes: what a proposal names as its source.
    pub fn sha256(&self) -> &[u8; 32] {
        &self.sha256
    }

    /// Every norm, in the order of the file.
    pub fn norms(&self) -> impl Iterator<Item = &PackNorm> {
        self.file.sets.iter().flat_map(|set| &set.norms)
    }

    /// A set by its id: one can be imported alone.
    pub fn set(&self, id: &str) -> Option<&NormSet> {
        self.file.sets.iter().find(|set| set.set == id)
    }

    /// A norm by its code.
    pub fn norm(&self, code: &str) -> Option<&PackNorm> {
        self.norms().find(|norm| norm.code == code)
    }

    /// The pack as a file, indented.
    pub fn encode(&self) -> Vec<u8> {
        // Strings, integers and booleans always have a JSON form.
        let mut bytes = serde_json::to_vec_pretty(&self.file).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }
}

/// Words of closed lists, as the file has them.
macro_rules! by_word {
    ($($kind:ty),*) => {$(
        impl Serialize for $kind {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str(self.name())
            }
        }

        impl<'de> Deserialize<'de> for $kind {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<$kind, D::Error> {
                let word = String::deserialize(from)?;
                <$kind>::parse(&word).ok_or_else(|| D::Error::custom("no word of the list"))
            }
        }
    )*};
}

by_word!(NormKind, ReservationKind, ReservationEffect);

/// A role as the handbook writes it: `RO`.
mod owner {
    use super::{Deserialize, Deserializer, Role, Serializer};
    use serde::de::Error as _;

    pub(super) fn serialize<S: Serializer>(role: &Option<Role>, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&role.map(Role::name).unwrap_or_default().to_ascii_uppercase())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Role>, D::Error> {
        let word = String::deserialize(from)?;
        let is_upper = word.bytes().all(|b| b.is_ascii_uppercase());
        let role = Role::parse(&word.to_ascii_lowercase()).filter(|_| is_upper);
        role.map(Some).ok_or_else(|| D::Error::custom("no role"))
    }
}

#[cfg(test)]
mod tests;
