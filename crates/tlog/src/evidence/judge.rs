//! What an evidence file proves. It convicts one key, and says nothing about why that key was used so.

use super::{Evidence, EvidenceKind, FullForm, PartName};
use crate::checkpoint::Checkpoint;
use crate::consistency::roots_of_full_form;
use crate::cosign::CosignTime;
use crate::hash::{Hash, leaf_hash};
use crate::inclusion::check_inclusion;
use crate::key::{KeyType, VerifierKey};
use crate::name::KeyName;
use crate::note::{Note, Verified};
use crate::position::EntryIndex;
use crate::proof_file::ProofFile;
use crate::rejection::{Fault, Form, Rejection};

/// What holds, after every signature and every hash was checked.
#[derive(Clone, Debug)]
pub enum Finding<'k, 'a> {
    /// This key signed two histories.
    TwoHistories(&'k VerifierKey),
    /// The log of this key has these leaves. Whether what they say convicts it is judged by whoever can read
    /// leaves: kinds `misplaced`, `bad-leaf` and `regress`.
    Leaves(&'k VerifierKey, Vec<ProvedLeaf<'a>>),
    /// This cosigner gave this time to the note, and a log has this leaf. Whether the leaf names the note, and
    /// was there before, is judged by whoever can read leaves: kind `clock`.
    Time {
        /// The cosigner.
        cosigner: &'k VerifierKey,
        /// When it says it signed.
        time: CosignTime,
        /// The note it signed.
        note: &'a [u8],
        /// The log of the leaf.
        log: &'k VerifierKey,
        /// The leaf.
        leaf: ProvedLeaf<'a>,
    },
}

/// A leaf that stands at this index under a checkpoint that its log signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProvedLeaf<'a> {
    /// Where.
    pub index: EntryIndex,
    /// Its bytes.
    pub bytes: &'a [u8],
}

impl<'a> Evidence<'a> {
    /// Checks the file with the keys that the charter gives; those of other names are left aside. Only the
    /// Ed25519 key convicts a log, since it is the one that must sign every checkpoint.
    ///
    /// # Errors
    /// Those of notes, checkpoints and proof files; [`Rejection::OtherOrigin`] for a note of another log;
    /// [`Rejection::NoKnownSignature`] and [`Rejection::BadSignature`]; [`Rejection::RootDiffers`] if the hashes
    /// do not rebuild the larger root; [`Fault::OutOfOrder`] if a and b are swapped;
    /// [`Rejection::NoContradiction`] if both can be true.
    pub fn judge<'k>(&self, keys: &[&'k VerifierKey]) -> Result<Finding<'k, 'a>, Rejection> {
        match self.kind {
            EvidenceKind::ForkSame | EvidenceKind::ForkGrow => {
                self.two_notes(&keys_of_log(keys, &self.origin)).map(Finding::TwoHistories)
            }
            EvidenceKind::DoubleCosign => {
                self.two_notes(&self.keys_of_cosigner(keys)).map(Finding::TwoHistories)
            }
            EvidenceKind::ForkLeaf => self.two_leaves(keys).map(Finding::TwoHistories),
            EvidenceKind::Misplaced | EvidenceKind::BadLeaf | EvidenceKind::Regress => self.leaves(keys),
            EvidenceKind::Clock => self.time(keys),
        }
    }

    /// That one of these keys signed both notes, and that they contradict each other.
    fn two_notes<'k>(&self, keys: &[&'k VerifierKey]) -> Result<&'k VerifierKey, Rejection> {
        let (a, b) =
            (Note::parse(self.needed(PartName::NoteA)?)?, Note::parse(self.needed(PartName::NoteB)?)?);
        let (older, newer) = (Checkpoint::parse(a.text())?, Checkpoint::parse(b.text())?);
        self.is_of_origin(&older)?;
        self.is_of_origin(&newer)?;
        let key = signer_of_all(keys, &[&a, &b])?;
        self.contradict(&older, &newer)?;
        Ok(key)
    }

    fn contradict(&self, a: &Checkpoint, b: &Checkpoint) -> Result<(), Rejection> {
        if (a.size(), a.root()) >= (b.size(), b.root()) {
            return Err(if a == b { Rejection::NoContradiction } else { out_of_order() });
        }
        match &self.full_form {
            None if a.size() == b.size() => Ok(()),
            Some(full_form) if a.size() < b.size() => rebuilds_another(full_form, a, b),
            _ => Err(Rejection::NoContradiction),
        }
    }

    fn two_leaves<'k>(&self, keys: &[&'k VerifierKey]) -> Result<&'k VerifierKey, Rejection> {
        let a = self.proved(PartName::ProofA, &self.hash_of(PartName::LeafA, PartName::HashA)?)?;
        let b = self.proved(PartName::ProofB, &self.hash_of(PartName::LeafB, PartName::HashB)?)?;
        let key = signer_of_all(&keys_of_log(keys, &self.origin), &[&a.note, &b.note])?;
        if a.index != b.index || a.leaf_hash == b.leaf_hash {
            return Err(Rejection::NoContradiction);
        }
        let place = |proved: &Proved<'_>| (proved.checkpoint.size(), *proved.checkpoint.root());
        if place(&a) > place(&b) { Err(out_of_order()) } else { Ok(key) }
    }

    fn leaves<'k>(&self, keys: &[&'k VerifierKey]) -> Result<Finding<'k, 'a>, Rejection> {
        let pairs = [(PartName::ProofA, PartName::LeafA), (PartName::ProofB, PartName::LeafB)];
        let (mut notes, mut leaves) = (Vec::new(), Vec::new());
        for (proof, leaf) in pairs {
            let Some(bytes) = self.part(leaf) else { continue };
            let proved = self.proved(proof, &leaf_hash(bytes))?;
            leaves.push(ProvedLeaf { index: proved.index, bytes });
            notes.push(proved.note);
        }
        let key = signer_of_all(&keys_of_log(keys, &self.origin), &notes.iter().collect::<Vec<_>>())?;
        if let [first, second] = leaves[..]
            && first.index >= second.index
        {
            return Err(out_of_order());
        }
        Ok(Finding::Leaves(key, leaves))
    }

    fn time<'k>(&self, keys: &[&'k VerifierKey]) -> Result<Finding<'k, 'a>, Rejection> {
        let note = self.needed(PartName::NoteA)?;
        let cosigned = Note::parse(note)?;
        self.is_of_origin(&Checkpoint::parse(cosigned.text())?)?;
        let cosigners = self.keys_of_cosigner(keys);
        let lines = cosigned.verify(&cosigners)?;
        let latest = lines.iter().filter_map(|line: &Verified| Some((line.time?, line.key))).max();
        let (time, cosigner) = latest.ok_or(Rejection::NoKnownSignature)?;
        let bytes = self.needed(PartName::LeafA)?;
        let proved = proved(self.needed(PartName::ProofA)?, &leaf_hash(bytes))?;
        let log = signer_of_all(&keys_of_log(keys, proved.checkpoint.origin()), &[&proved.note])?;
        let leaf = ProvedLeaf { index: proved.index, bytes };
        Ok(Finding::Time { cosigner: cosigners[cosigner], time, note, log, leaf })
    }

    /// A proof of this log whose path leads to the root of its own note.
    fn proved(&self, proof: PartName, leaf_hash: &Hash) -> Result<Proved<'a>, Rejection> {
        let proved = proved(self.needed(proof)?, leaf_hash)?;
        self.is_of_origin(&proved.checkpoint)?;
        Ok(proved)
    }

    fn hash_of(&self, leaf: PartName, hash: PartName) -> Result<Hash, Rejection> {
        match self.part(leaf) {
            Some(bytes) => Ok(leaf_hash(bytes)),
            None => {
                let bytes: [u8; 32] = self.needed(hash)?.try_into().map_err(|_| out_of_order())?;
                Ok(Hash::from_bytes(bytes))
            }
        }
    }

    fn is_of_origin(&self, checkpoint: &Checkpoint) -> Result<(), Rejection> {
        if *checkpoint.origin() == self.origin { Ok(()) } else { Err(Rejection::OtherOrigin) }
    }

    fn needed(&self, name: PartName) -> Result<&'a [u8], Rejection> {
        self.part(name).ok_or_else(out_of_order)
    }

    fn keys_of_cosigner<'k>(&self, keys: &[&'k VerifierKey]) -> Vec<&'k VerifierKey> {
        let is_its = |key: &&&VerifierKey| {
            key.kind() != KeyType::Ed25519 && Some(key.name()) == self.cosigner.as_ref()
        };
        keys.iter().filter(is_its).copied().collect()
    }
}

/// A proof file that holds, but for its signatures.
struct Proved<'a> {
    index: EntryIndex,
    leaf_hash: Hash,
    note: Note<'a>,
    checkpoint: Checkpoint,
}

fn proved<'a>(bytes: &'a [u8], leaf_hash: &Hash) -> Result<Proved<'a>, Rejection> {
    let proof = ProofFile::parse(bytes)?;
    let note = Note::parse(proof.note())?;
    let checkpoint = Checkpoint::parse(note.text())?;
    check_inclusion(proof.index(), checkpoint.size(), leaf_hash, proof.path(), checkpoint.root())?;
    Ok(Proved { index: proof.index(), leaf_hash: *leaf_hash, note, checkpoint })
}

/// That the hashes yield the larger root, and another smaller one than was signed.
fn rebuilds_another(full_form: &FullForm, a: &Checkpoint, b: &Checkpoint) -> Result<(), Rejection> {
    if (full_form.older, full_form.newer) != (a.size(), b.size()) {
        return Err(Rejection::NoContradiction);
    }
    let (older, newer) = roots_of_full_form(full_form.older, full_form.newer, &full_form.hashes)?;
    if newer != *b.root() {
        return Err(Rejection::RootDiffers);
    }
    if older == *a.root() { Err(Rejection::NoContradiction) } else { Ok(()) }
}

fn keys_of_log<'k>(keys: &[&'k VerifierKey], origin: &KeyName) -> Vec<&'k VerifierKey> {
    let is_its = |key: &&&VerifierKey| key.kind() == KeyType::Ed25519 && key.name() == origin;
    keys.iter().filter(is_its).copied().collect()
}

/// The first key whose signature stands under every note. One that stands there and does not hold voids all.
fn signer_of_all<'k>(keys: &[&'k VerifierKey], notes: &[&Note<'_>]) -> Result<&'k VerifierKey, Rejection> {
    for key in keys {
        match notes.iter().try_for_each(|note| note.verify(&[key]).map(drop)) {
            Ok(()) => return Ok(key),
            Err(Rejection::NoKnownSignature) => {}
            Err(rejection) => return Err(rejection),
        }
    }
    Err(Rejection::NoKnownSignature)
}

fn out_of_order() -> Rejection {
    Rejection::Malformed { form: Form::Evidence, fault: Fault::OutOfOrder, offset: 0 }
}
