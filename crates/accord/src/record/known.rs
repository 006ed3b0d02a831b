//! Whose signatures count under the notes of a record, and what a note shows once they are checked.

mod open;

pub use open::{Checks, Cosigned, Opened};

use std::collections::BTreeMap;

use detente_tlog::{KeyName, KeyType, VerifierKey};

use super::derived::{KeyPair, agreed_witness_keys, log_keys, mirror_keys, witness_keys};
use super::leaf::{Leaf, Target};
use super::names::LogId;
use super::party::{ObserverOf, Party, Standing};
use super::{Charter, KeySet};
use crate::statement::bare_accord;
use crate::{PartyId, Rejection};

/// The keys of a record: of its charter, of later epochs, and of parties that joined.
pub struct Known<'c> {
    charter: &'c Charter,
    logs: BTreeMap<LogId, KeyPair>,
    cosigners: Vec<Cosigner>,
}

/// Where a time comes from. Whatever keys and names it has, it counts once.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Source {
    /// A party or an observer of the charter.
    Member(PartyId),
    /// An agreed machine witness.
    Witness(KeyName),
}

/// One key that may cosign.
struct Cosigner {
    key: VerifierKey,
    source: Source,
    /// Whether all parties take its times: not those of an observer that one party named.
    gives_time: bool,
    /// The party that holds what it cosigns, under keys of that epoch.
    mirror: Option<LogId>,
}

impl<'c> Known<'c> {
    /// Derives the keys. `keysets` are those of epochs after 0 of members of the charter; `joined` those of parties
    /// that joined later: their logs are known, and nobody counts on their cosignatures.
    ///
    /// # Errors
    /// [`Rejection::BadKey`]: never for keys that passed admission.
    pub fn new<'k>(
        charter: &'c Charter,
        keysets: impl IntoIterator<Item = (&'k LogId, &'k KeySet)>,
        joined: impl IntoIterator<Item = &'k Party>,
    ) -> Result<Known<'c>, Rejection> {
        let mut known = Known { charter, logs: BTreeMap::new(), cosigners: Vec::new() };
        for party in charter.parties() {
            known.add_member(party, &LogId::new(party.id().clone(), 0), party.keys())?;
        }
        for (log, keys) in keysets {
            if let Some(party) = charter.party(&log.party) {
                known.add_member(party, log, keys)?;
            }
        }
        for party in joined {
            let log = LogId::new(party.id().clone(), 0);
            known.logs.insert(log.clone(), log_keys(charter.names(), &log, party.keys())?);
        }
        for witness in &charter.rules().witnesses {
            let source = Source::Witness(witness.name.clone());
            known.add_cosigner(agreed_witness_keys(witness)?, &source, true, None);
        }
        Ok(known)
    }

    /// The charter.
    pub fn charter(&self) -> &'c Charter {
        self.charter
    }

    /// The keys of a log.
    pub fn log(&self, log: &LogId) -> Option<&KeyPair> {
        self.logs.get(log)
    }

    /// The keys that evidence about a log of this author may convict: those of logs, and the Ed25519 keys of
    /// those who cosign it. ML-DSA never counts by itself.
    pub(crate) fn convictable(&self, author: &PartyId) -> Vec<&VerifierKey> {
        let logs = self.logs.values().map(|pair| &pair.ed);
        let cosigners = self.cosigners_of(author).map(|cosigner| &cosigner.key);
        logs.chain(cosigners.filter(|key| key.kind() == KeyType::CosignatureEd25519)).collect()
    }

    /// The log of an origin, if its keys are known.
    pub fn log_of(&self, origin: &KeyName) -> Option<LogId> {
        self.charter.names().log_of(origin).filter(|log| self.logs.contains_key(log))
    }

    /// Whether a leaf is a statement of this record: either in its own form, or in that of an exchange by files
    /// between two members, who then are its author and the other.
    pub fn is_of_record(&self, leaf: &Leaf) -> bool {
        let said = &leaf.said;
        let in_file_form = |target: &Target| matches!(target, Target::Statement { .. });
        if said.accord == *self.charter.record_id().bytes() {
            return !said.refs.iter().any(|reference| in_file_form(&reference.target));
        }
        FILE_TYPES.contains(&said.kind.as_str())
            && said.refs.iter().all(|reference| in_file_form(&reference.target))
            && self.is_of_pair(&said.accord, &said.party)
    }

    /// Whether this is the bare id of `author` and another member.
    fn is_of_pair(&self, accord: &[u8; 32], author: &PartyId) -> bool {
        let Some(author) = self.charter.party(author) else { return false };
        let id = |party: &'c Party| (party.id(), party.root());
        let others = self.charter.parties().iter().filter(|other| other.id() != author.id());
        others.into_iter().any(|other| bare_accord(id(author), id(other)) == *accord)
    }

    fn add_member(&mut self, party: &Party, log: &LogId, keys: &KeySet) -> Result<(), Rejection> {
        let names = self.charter.names();
        self.logs.insert(log.clone(), log_keys(names, log, keys)?);
        let source = Source::Member(party.id().clone());
        match party.standing() {
            Standing::Party => {
                self.add_cosigner(mirror_keys(names, log, keys)?, &source, true, Some(log));
            }
            Standing::Observer(observes) => {
                let gives_time = observes.by == ObserverOf::Joint;
                self.add_cosigner(mirror_keys(names, log, keys)?, &source, gives_time, None);
                self.add_cosigner(witness_keys(names, log, keys)?, &source, gives_time, None);
            }
        }
        Ok(())
    }

    fn add_cosigner(&mut self, keys: KeyPair, source: &Source, gives_time: bool, mirror: Option<&LogId>) {
        for key in keys.iter() {
            let (key, source, mirror) = (key.clone(), source.clone(), mirror.cloned());
            self.cosigners.push(Cosigner { key, source, gives_time, mirror });
        }
    }

    /// Who may cosign the log of this author: everybody but itself.
    fn cosigners_of(&self, author: &PartyId) -> impl Iterator<Item = &Cosigner> {
        let own = Source::Member(author.clone());
        self.cosigners.iter().filter(move |cosigner| cosigner.source != own)
    }
}

/// The types of an exchange by files; see the decision about statements before a log.
const FILE_TYPES: [&str; 4] = ["handover", "list", "receipt", "terms"];
