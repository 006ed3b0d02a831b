//! What follows from a charter: the verifier keys of logs, mirrors and witnesses, and the policy of each log.
//!
//! Verifier keys contain the record's id, which is the hash of the charter; so a charter can't carry them.

use std::fmt::Write as _;

use detente_tlog::{KeyName, KeyType, VerifierKey};

use super::charter::{Charter, Pq, Quorum};
use super::keyset::{KeySet, MlDsaKey};
use super::names::{LogId, Names};
use super::party::Party;
use super::rules::Witness;
use crate::{PartyId, PublicKey, Rejection};

/// The two keys of one log or cosigner.
#[derive(Clone, Debug)]
pub struct KeyPair {
    /// The one that always counts: 0x01 of a log, 0x04 of a cosigner.
    pub ed: VerifierKey,
    /// 0x06, if there is one.
    pub pq: Option<VerifierKey>,
}

impl KeyPair {
    /// Both, Ed25519 first.
    pub fn iter(&self) -> impl Iterator<Item = &VerifierKey> {
        std::iter::once(&self.ed).chain(&self.pq)
    }

    fn new(
        name: &KeyName,
        kind: KeyType,
        ed: &PublicKey,
        pq: Option<&MlDsaKey>,
    ) -> Result<KeyPair, Rejection> {
        let verifier =
            |kind, key: &[u8]| VerifierKey::new(name.clone(), kind, key).map_err(|_| Rejection::BadKey);
        let pq = pq.map(|key| verifier(KeyType::CosignatureMlDsa44, key.bytes())).transpose()?;
        Ok(KeyPair { ed: verifier(kind, ed.bytes())?, pq })
    }
}

/// The keys that sign the heads of a log; `keys` are its author's of that epoch.
///
/// # Errors
/// [`Rejection::BadKey`]: never for keys that passed admission.
pub fn log_keys(names: &Names, log: &LogId, keys: &KeySet) -> Result<KeyPair, Rejection> {
    KeyPair::new(&names.origin(log), KeyType::Ed25519, keys.log_ed(), keys.log_pq())
}

/// The keys with which a party of that epoch cosigns what it has stored.
///
/// # Errors
/// As [`log_keys`].
pub fn mirror_keys(names: &Names, mirror: &LogId, keys: &KeySet) -> Result<KeyPair, Rejection> {
    cosigner(&names.mirror(mirror), keys.mirror_ed(), keys.mirror_pq())
}

/// The same keys under the name of an observer that stores no leaves: its cosignatures give times alone.
///
/// # Errors
/// As [`log_keys`].
pub fn witness_keys(names: &Names, witness: &LogId, keys: &KeySet) -> Result<KeyPair, Rejection> {
    cosigner(&names.witness(witness), keys.mirror_ed(), keys.mirror_pq())
}

/// The keys of an agreed machine witness.
///
/// # Errors
/// As [`log_keys`].
pub fn agreed_witness_keys(witness: &Witness) -> Result<KeyPair, Rejection> {
    cosigner(&witness.name, &witness.ed, witness.pq.as_ref())
}

fn cosigner(name: &KeyName, ed: &PublicKey, pq: Option<&MlDsaKey>) -> Result<KeyPair, Rejection> {
    KeyPair::new(name, KeyType::CosignatureEd25519, ed, pq)
}

/// The policy of a log in its one byte form: whose heads are accepted, and whose cosignatures hold an entry.
///
/// `keys` are the author's of that epoch; `mirrors` are the parties in byte order of their ids, each with the
/// epoch and the keys under which it cosigns. The author is passed over: nobody is a witness of itself.
///
/// # Errors
/// [`Rejection::BadField`] for a mirror without an ML-DSA key where the quorum requires one.
pub fn policy_text(
    names: &Names,
    quorum: Quorum,
    log: &LogId,
    keys: &KeySet,
    mirrors: &[(LogId, &KeySet)],
) -> Result<String, Rejection> {
    let mirrors: Vec<_> = mirrors.iter().filter(|(mirror, _)| mirror.party != log.party).collect();
    let mut text = format!("log {}\n", log_keys(names, log, keys)?.ed);
    for (mirror, keys) in &mirrors {
        let pair = mirror_keys(names, mirror, keys)?;
        // Writing to a string never fails.
        let _ = writeln!(text, "witness {}-ed {}", mirror.party, pair.ed);
        match &pair.pq {
            Some(pq) => {
                let _ = writeln!(text, "witness {}-pq {pq}", mirror.party);
            }
            None if quorum.pq == Pq::Required => {
                return Err(Rejection::BadField { part: "keyset", field: "mirror_pq" });
            }
            None => {}
        }
    }
    let ids = mirrors.iter().map(|(mirror, _)| mirror.party.as_str());
    let members: Vec<String> = match quorum.pq {
        Pq::Carried => ids.map(|id| format!("{id}-ed")).collect(),
        Pq::Required => ids
            .map(|id| {
                let _ = writeln!(text, "group {id} all {id}-ed {id}-pq");
                id.to_owned()
            })
            .collect(),
    };
    let _ = writeln!(text, "group g {} {}\nquorum g", quorum.k, members.join(" "));
    Ok(text)
}

impl Charter {
    /// The policy of a founder's first log, with the keys of all founders at epoch 0.
    ///
    /// # Errors
    /// [`Rejection::BadField`] if the charter has no such party.
    pub fn policy(&self, party: &PartyId) -> Result<String, Rejection> {
        let author = self.party(party).ok_or(Rejection::BadField { part: "charter", field: "parties" })?;
        let first = |party: &Party| LogId::new(party.id().clone(), 0);
        let mirrors: Vec<_> = self.speakers().map(|party| (first(party), party.keys())).collect();
        policy_text(self.names(), self.quorum(), &first(author), author.keys(), &mirrors)
    }
}
