//! Steps 6 to 8, as far as they are about entries: leaves in their places, proofs, and signatures of offices.

use std::collections::{BTreeMap, BTreeSet};

use detente_tlog::{Checkpoint, Note, ProofFile, check_inclusion};

use super::keyring::Keyring;
use super::{Failure, Reason};
use crate::Rejection;
use crate::jcs::Value;
use crate::record::bundle::Bundle;
use crate::record::held::Position;
use crate::record::known::Known;
use crate::record::leaf::{Leaf, RoleSignature};
use crate::record::names::LogId;

/// The leaves of a bundle, decoded once.
pub(super) struct Entries {
    leaves: BTreeMap<Position, Result<Leaf, Rejection>>,
    proved: BTreeSet<Position>,
}

impl Entries {
    /// Decodes every leaf. One that is not in form is refused in its step, and binds nothing before.
    pub(super) fn decode(bundle: &Bundle<'_>) -> Entries {
        let leaf = |(id, bytes): (&Position, &[u8])| (id.clone(), Leaf::decode(bytes));
        let leaves = bundle.entries.iter().filter_map(|(id, files)| Some((id, files.leaf?)));
        let proved = bundle.entries.iter().filter(|(_, files)| files.is_proved());
        Entries { leaves: leaves.map(leaf).collect(), proved: proved.map(|(id, _)| id.clone()).collect() }
    }

    /// A leaf that is here.
    pub(super) fn leaf(&self, entry: &Position) -> Option<&Leaf> {
        self.leaves.get(entry)?.as_ref().ok()
    }

    /// A leaf that is here with a proof.
    pub(super) fn proved(&self, entry: &Position) -> Option<&Leaf> {
        self.leaf(entry).filter(|_| self.proved.contains(entry))
    }

    /// All leaves, by log and index.
    pub(super) fn all(&self) -> impl Iterator<Item = (&Position, &Leaf)> {
        self.leaves.iter().filter_map(|(entry, leaf)| Some((entry, leaf.as_ref().ok()?)))
    }

    /// The leaves of a log before an index.
    pub(super) fn of_log(&self, log: &LogId, before: u64) -> impl Iterator<Item = (&Position, &Leaf)> {
        let end = |seq| Position::new(log.clone(), seq);
        let leaves = self.leaves.range(end(0)..end(before));
        leaves.filter_map(|(entry, leaf)| Some((entry, leaf.as_ref().ok()?)))
    }

    /// All leaves with a proof.
    pub(super) fn all_proved(&self) -> impl Iterator<Item = (&Position, &Leaf)> {
        self.all().filter(|(entry, _)| self.proved.contains(entry))
    }

    /// The proved acts of a type. An exercise binds nothing.
    pub(super) fn acts(&self, kind: &str, act: &str) -> impl Iterator<Item = (&Position, &Leaf)> {
        self.all_proved().filter(move |(_, leaf)| {
            let said = &leaf.said;
            let is_act = matches!(said.public.get("act"), Some(Value::Text(found)) if found == act);
            said.kind == kind && is_act && !said.exercise
        })
    }

    /// Step 6: every leaf is in form, where it says it is, and of this record.
    pub(super) fn check_leaves(&self, bundle: &Bundle<'_>, known: &Known<'_>) -> Result<(), Failure> {
        for id in bundle.entries.iter().filter(|(_, files)| files.leaf.is_some()).map(|(id, _)| id) {
            let place = || format!("entry/{id}.json");
            match self.leaves.get(id) {
                Some(Ok(leaf)) if is_at(leaf, id) && known.is_of_record(leaf) => {}
                Some(Err(rejection)) => {
                    return Err(Failure::new(Reason::BadLeaf, place(), rejection.clone()));
                }
                _ => return Err(Failure::misfit(Reason::BadLeaf, place())),
            }
        }
        Ok(())
    }

    /// Step 7: every proof shows its entry at its index under the root of a note of its log. Whose signatures the
    /// note carries is the next step.
    pub(super) fn check_proofs(&self, bundle: &Bundle<'_>, known: &Known<'_>) -> Result<(), Failure> {
        for (id, files) in &bundle.entries {
            for (size, bytes) in &files.proofs {
                let failure = |rejection| {
                    Failure::new(Reason::BadProof, format!("entry/{id}.{size}.tlog-proof"), rejection)
                };
                self.check_proof(id, *size, bytes, known).map_err(failure)?;
            }
        }
        Ok(())
    }

    fn check_proof(
        &self,
        id: &Position,
        size: u64,
        bytes: &[u8],
        known: &Known<'_>,
    ) -> Result<(), Rejection> {
        let leaf = self.leaf(id).ok_or_else(|| Rejection::BadMember { name: format!("entry/{id}.json") })?;
        let proof = ProofFile::parse(bytes).map_err(Rejection::Log)?;
        let note = Note::parse(proof.note()).map_err(Rejection::Log)?;
        let checkpoint = Checkpoint::parse(note.text()).map_err(Rejection::Log)?;
        let is_in_place = *checkpoint.origin() == known.charter().names().origin(&id.log)
            && checkpoint.size().get() == size
            && proof.index().get() == id.seq;
        if !is_in_place {
            return Err(Rejection::Log(detente_tlog::Rejection::OtherOrigin));
        }
        check_inclusion(proof.index(), checkpoint.size(), &leaf.hash(), proof.path(), checkpoint.root())
            .map_err(Rejection::Log)
    }

    /// Step 8: signatures of offices of the key set in force hold. Gives the entries with a signature by another
    /// key, of which nothing can be said here.
    pub(super) fn check_offices(&self, keyring: &Keyring<'_>) -> Result<BTreeSet<Position>, Failure> {
        let mut unknown = BTreeSet::new();
        for (id, leaf) in self.all() {
            for signature in &leaf.sigs {
                match is_by_office(id, leaf, signature, keyring) {
                    Some(true) => {}
                    Some(false) => {
                        let part = "statement";
                        let rejection = Rejection::BadSignature { part };
                        return Err(Failure::new(
                            Reason::BadSignature,
                            format!("entry/{id}.json"),
                            rejection,
                        ));
                    }
                    None => {
                        unknown.insert(id.clone());
                    }
                }
            }
        }
        Ok(unknown)
    }
}

/// Whether a leaf says that it stands there.
pub(crate) fn is_at(leaf: &Leaf, id: &Position) -> bool {
    leaf.log() == id.log && leaf.place.seq == id.seq
}

/// Whether the signature holds under the key of the author's office of that epoch; none if no office has that key.
fn is_by_office(
    id: &Position,
    leaf: &Leaf,
    signature: &RoleSignature,
    keyring: &Keyring<'_>,
) -> Option<bool> {
    let mut offices = keyring.keys(&id.log)?.roles().iter();
    let key = offices.find(|(office, key)| office.key_name(&id.log.party, key) == signature.key);
    key.map(|(_, key)| leaf.is_signed_by(signature, key))
}
