//! Whether the signer's memory fits the record beside it.

use std::fmt;

use detente_tlog::KeyName;

use super::state::{ReadState, State};
use super::{Cosigner, SignedHead, Signer};
use crate::record::{Error, Record, private};

/// Why the signer does not sign: its memory was lost, or does not fit the record. What was signed must be learned
/// from the peers then, and set with [`Signer::adopt`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Recovering {
    /// There is no state, and the record has entries or signatures of ours.
    NoState,
    /// The state is not in its form.
    Unreadable,
    /// The state belongs to another copy of the record.
    OtherInstance,
    /// More was signed than the record has: the record is an older copy.
    RecordBehind {
        /// The log.
        origin: KeyName,
        /// Leaves that were signed.
        signed: u64,
        /// Leaves that the record has.
        stored: u64,
    },
    /// The record has a note that our key signed, of a larger size than the signer knows: its state is an older
    /// copy.
    StateBehind {
        /// The log.
        origin: KeyName,
        /// Leaves that the state says were signed.
        signed: u64,
        /// Leaves of the note.
        noted: u64,
    },
    /// The record has another root at the size that was signed.
    OtherRoot {
        /// The log.
        origin: KeyName,
        /// The size.
        size: u64,
    },
}

impl Recovering {
    /// The stable name.
    pub fn name(&self) -> &'static str {
        match self {
            Recovering::NoState => "no-state",
            Recovering::Unreadable => "unreadable-state",
            Recovering::OtherInstance => "other-instance",
            Recovering::RecordBehind { .. } => "record-behind",
            Recovering::StateBehind { .. } => "state-behind",
            Recovering::OtherRoot { .. } => "other-root",
        }
    }

    /// The log it is about; `None`: all of them.
    pub fn origin(&self) -> Option<&KeyName> {
        match self {
            Recovering::NoState | Recovering::Unreadable | Recovering::OtherInstance => None,
            Recovering::RecordBehind { origin, .. }
            | Recovering::StateBehind { origin, .. }
            | Recovering::OtherRoot { origin, .. } => Some(origin),
        }
    }
}

impl fmt::Display for Recovering {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Recovering::NoState => f.write_str("what was signed before is not known here"),
            Recovering::Unreadable => f.write_str("the state of the signer is damaged"),
            Recovering::OtherInstance => {
                f.write_str("the state of the signer belongs to another copy of the record")
            }
            Recovering::RecordBehind { origin, signed, stored } => {
                write!(f, "{origin}: {signed} leaves were signed, and the record has {stored}")
            }
            Recovering::StateBehind { origin, signed, noted } => {
                write!(f, "{origin}: our key signed {noted} leaves, and the signer knows of {signed}")
            }
            Recovering::OtherRoot { origin, size } => {
                write!(f, "{origin}: the record has another root than the one signed for {size} leaves")
            }
        }
    }
}

impl Signer {
    /// Takes the state as it was read, or begins one where nothing was ever signed.
    pub(super) fn take_up(&mut self, read: ReadState, record: &Record) -> Result<(), Error> {
        match read {
            ReadState::Read(state) => {
                if state.instance != *record.instance() {
                    self.recovering.push(Recovering::OtherInstance);
                }
                self.state = State { instance: *record.instance(), origins: state.origins };
            }
            ReadState::Unreadable => self.recovering.push(Recovering::Unreadable),
            ReadState::Missing if self.has_history(record)? => self.recovering.push(Recovering::NoState),
            ReadState::Missing => private::replace(&self.path, &self.state.encode())?,
        }
        Ok(())
    }

    /// Compares with the record again, after a recovery or whenever there is doubt, and gives what does not fit.
    /// What was found wrong with the state as a whole stays until each log was adopted.
    ///
    /// # Errors
    /// As of any read.
    pub fn check(&mut self, record: &Record) -> Result<&[Recovering], Error> {
        self.recovering.retain(|reason| reason.origin().is_none());
        for origin in self.origins(record)? {
            if let Some(reason) = self.check_log(&origin, record)? {
                self.recovering.push(reason);
            }
        }
        Ok(&self.recovering)
    }

    /// What stands against a signature for this log.
    pub(super) fn reason_against(&self, origin: &KeyName) -> Option<&Recovering> {
        let is_adopted = self.adopted.contains(origin);
        self.recovering.iter().find(|reason| match reason.origin() {
            None => !is_adopted,
            Some(other) => other == origin,
        })
    }

    fn check_log(&self, origin: &KeyName, record: &Record) -> Result<Option<Recovering>, Error> {
        let signed = self.signed(origin);
        let size = signed.map_or(0, |head| head.size);
        if let Some(noted) = self.largest_signed_note(origin, record)? {
            if noted.size > size {
                let origin = origin.clone();
                return Ok(Some(Recovering::StateBehind { origin, signed: size, noted: noted.size }));
            }
            if Some(noted.size) == signed.map(|head| head.size) && Some(noted) != signed {
                return Ok(Some(Recovering::OtherRoot { origin: origin.clone(), size }));
            }
        }
        let Some(signed) = signed else { return Ok(None) };
        let stored = record.state(origin)?.map_or(0, |state| state.size);
        if stored < signed.size {
            // A witness cosigns what it has seen, and need not store it.
            let reason = Recovering::RecordBehind { origin: origin.clone(), signed: signed.size, stored };
            return Ok(Some(reason).filter(|_| self.is_own(origin) || self.witness.is_none()));
        }
        let is_other = signed.size > 0 && record.root_at(origin, signed.size)? != signed.root;
        Ok(is_other.then(|| Recovering::OtherRoot { origin: origin.clone(), size }))
    }

    /// Whether anything of ours stands in the record: entries, or a note that a key of ours signed.
    fn has_history(&self, record: &Record) -> Result<bool, Error> {
        for origin in self.origins(record)? {
            let has_leaves = record.state(&origin)?.is_some_and(|state| state.size > 0);
            if self.is_own(&origin) && has_leaves || self.largest_signed_note(&origin, record)?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn is_own(&self, origin: &KeyName) -> bool {
        self.logs.iter().any(|own| own.log.verifier().name() == origin)
    }

    /// All logs that state or record know.
    fn origins(&self, record: &Record) -> Result<Vec<KeyName>, Error> {
        let mut origins: Vec<KeyName> = record.logs()?.into_iter().map(|log| log.origin).collect();
        origins.extend(self.state.origins.keys().cloned());
        origins.sort();
        origins.dedup();
        Ok(origins)
    }

    /// The largest head of this log in the record's notes that a key of ours signed.
    fn largest_signed_note(&self, origin: &KeyName, record: &Record) -> Result<Option<SignedHead>, Error> {
        let cosigners = self.mirror.iter().chain(&self.witness).flat_map(Cosigner::keys);
        let names: Vec<&KeyName> = if self.is_own(origin) {
            vec![origin]
        } else {
            cosigners.map(|key| key.verifier().name()).collect()
        };
        record.largest_note_of(origin, &names, |note| self.has_signed(note))
    }
}
