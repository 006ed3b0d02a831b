//! The text of a policy.

use std::collections::{BTreeMap, BTreeSet};

use super::{Group, Member, Policy, Quorum};
use crate::cursor::{Cursor, decimal};
use crate::key::{KeyType, VerifierKey};
use crate::limits::{POLICY_BYTES_MAX, POLICY_LINES_MAX};
use crate::rejection::{Fault, Form, Rejection};

impl Policy {
    /// Reads a policy. Lines may stand in any order as long as a name is defined before it is used; words are
    /// separated by spaces and tabs; a line that begins with `#` is a comment. URLs are passed over.
    ///
    /// A log has a key of type 0x01, a witness one of 0x04 or 0x06. Names are compared byte by byte.
    ///
    /// # Errors
    /// [`Rejection::Malformed`] with [`Fault::TooLarge`], [`Fault::Truncated`], [`Fault::NotUtf8`],
    /// [`Fault::ControlCharacter`], [`Fault::UnexpectedLine`], [`Fault::TooManyLines`], [`Fault::NameTaken`],
    /// [`Fault::UnknownName`], [`Fault::KeyTaken`], [`Fault::OtherKeyType`], [`Fault::NotDecimal`],
    /// [`Fault::NumberTooLarge`] or [`Fault::NotOneQuorum`]; those of [`VerifierKey::parse`].
    pub fn parse(bytes: &[u8]) -> Result<Policy, Rejection> {
        let mut lines = Cursor::new(Form::Policy, bytes, POLICY_BYTES_MAX)?;
        let mut draft = Draft::default();
        while !lines.is_at_end() {
            let line = lines.line()?;
            if line.bytes().any(|byte| byte < 0x20 && byte != b'\t' || byte == 0x7f) {
                return Err(lines.refuse(Fault::ControlCharacter));
            }
            let words: Vec<&str> = line.split([' ', '\t']).filter(|word| !word.is_empty()).collect();
            draft.take(&words).map_err(|refused| match refused {
                Refused::Fault(fault) => lines.refuse(fault),
                Refused::Key(rejection) => rejection,
            })?;
        }
        let quorum = draft.quorum.ok_or_else(|| lines.refuse(Fault::NotOneQuorum))?;
        Ok(Policy { logs: draft.logs, witnesses: draft.witnesses, groups: draft.groups, quorum })
    }
}

/// What the lines so far have said.
#[derive(Default)]
struct Draft<'a> {
    logs: Vec<VerifierKey>,
    witnesses: Vec<VerifierKey>,
    groups: Vec<Group>,
    quorum: Option<Quorum>,
    names: BTreeMap<&'a str, Member>,
    /// Names that are members of a group already: each witness contributes in one way only.
    members: BTreeSet<&'a str>,
}

enum Refused {
    Fault(Fault),
    Key(Rejection),
}

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Refused {
        Refused::Fault(fault)
    }
}

impl<'a> Draft<'a> {
    fn take(&mut self, words: &[&'a str]) -> Result<(), Refused> {
        match *words {
            [] => Ok(()),
            [first, ..] if first.starts_with('#') => Ok(()),
            ["log", key] | ["log", key, _] => self.log(key),
            ["witness", name, key] | ["witness", name, key, _] => self.witness(name, key),
            ["group", name, threshold, ref members @ ..] => Ok(self.group(name, threshold, members)?),
            ["quorum", name] => Ok(self.set_quorum(name)?),
            _ => Err(Fault::UnexpectedLine.into()),
        }
    }

    fn log(&mut self, key: &str) -> Result<(), Refused> {
        let key = VerifierKey::parse(key).map_err(Refused::Key)?;
        admit(&key, &self.logs, &[KeyType::Ed25519])?;
        self.logs.push(key);
        Ok(())
    }

    fn witness(&mut self, name: &'a str, key: &str) -> Result<(), Refused> {
        let key = VerifierKey::parse(key).map_err(Refused::Key)?;
        admit(&key, &self.witnesses, &[KeyType::CosignatureEd25519, KeyType::CosignatureMlDsa44])?;
        self.define(name, Member::Witness(self.witnesses.len()))?;
        self.witnesses.push(key);
        Ok(())
    }

    fn group(&mut self, name: &'a str, threshold: &str, members: &[&'a str]) -> Result<(), Fault> {
        if members.is_empty() {
            return Err(Fault::UnexpectedLine);
        }
        if self.groups.len() == POLICY_LINES_MAX {
            return Err(Fault::TooManyLines);
        }
        let threshold = match threshold {
            "any" => 1,
            "all" => members.len(),
            number => match decimal(number, members.len() as u64)? {
                0 => return Err(Fault::NotDecimal),
                number => number as usize,
            },
        };
        let found = members.iter().map(|member| {
            if !self.members.insert(member) {
                return Err(Fault::NameTaken);
            }
            self.names.get(member).copied().ok_or(Fault::UnknownName)
        });
        let members = found.collect::<Result<_, _>>()?;
        self.define(name, Member::Group(self.groups.len()))?;
        self.groups.push(Group { threshold, members });
        Ok(())
    }

    fn set_quorum(&mut self, name: &str) -> Result<(), Fault> {
        let quorum = match name {
            "none" => Quorum::None,
            name => Quorum::Of(*self.names.get(name).ok_or(Fault::UnknownName)?),
        };
        if self.quorum.replace(quorum).is_some() { Err(Fault::NotOneQuorum) } else { Ok(()) }
    }

    fn define(&mut self, name: &'a str, member: Member) -> Result<(), Fault> {
        if name == "none" || self.names.insert(name, member).is_some() {
            return Err(Fault::NameTaken);
        }
        Ok(())
    }
}

/// Refuses a key of a wrong type, and one that wraps a public key which stands there already, under any name: it
/// would count twice.
fn admit(key: &VerifierKey, others: &[VerifierKey], kinds: &[KeyType]) -> Result<(), Fault> {
    if others.len() == POLICY_LINES_MAX {
        return Err(Fault::TooManyLines);
    }
    if !kinds.contains(&key.kind()) {
        return Err(Fault::OtherKeyType);
    }
    let public = key.public_bytes();
    if others.iter().any(|other| other.public_bytes() == public) {
        return Err(Fault::KeyTaken);
    }
    Ok(())
}
