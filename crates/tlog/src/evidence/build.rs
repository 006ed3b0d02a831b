//! Making evidence files. What is made is judged before it is given out: a file that does not convict is none.
//!
//! Of a note only the line by the convicted key goes in. Other lines prove nothing here, and a line that nobody
//! checks could be changed without the verdict changing.

use super::{Evidence, EvidenceKind, FullForm, PartName};
use crate::checkpoint::Checkpoint;
use crate::hash::Hash;
use crate::key::{KeyType, VerifierKey};
use crate::note::Note;
use crate::proof_file::ProofFile;
use crate::rejection::Rejection;

impl Evidence<'_> {
    /// The file that shows that `key` signed two notes which contradict each other: `fork-same` or `fork-grow`
    /// for the key of a log, `double-cosign` for that of a cosigner. The notes may come in any order.
    ///
    /// `full_form` is needed for different sizes: the hashes of [`full_form`](crate::full_form) from the smaller
    /// size to the larger, in the tree with the larger root.
    ///
    /// # Errors
    /// Those of [`Evidence::judge`].
    pub fn of_notes(
        key: &VerifierKey,
        notes: [&[u8]; 2],
        full_form: Option<Vec<Hash>>,
    ) -> Result<Vec<u8>, Rejection> {
        let [first, second] = [signed_by(key, notes[0])?, signed_by(key, notes[1])?];
        let ((older, a), (newer, b)) =
            if place(&first.0) <= place(&second.0) { (first, second) } else { (second, first) };
        let is_cosigner = key.kind() != KeyType::Ed25519;
        let kind = match (is_cosigner, older.size() == newer.size()) {
            (true, _) => EvidenceKind::DoubleCosign,
            (false, true) => EvidenceKind::ForkSame,
            (false, false) => EvidenceKind::ForkGrow,
        };
        let full_form = full_form.map(|hashes| FullForm { older: older.size(), newer: newer.size(), hashes });
        let parts = vec![(PartName::NoteA, a.as_bytes()), (PartName::NoteB, b.as_bytes())];
        let cosigner = is_cosigner.then(|| key.name().clone());
        Evidence { kind, origin: older.origin().clone(), cosigner, full_form, parts }.convicting(key)
    }

    /// The file of kind `fork-leaf`: two leaves, by their hashes, at one index of one log. `key` is the log's; the
    /// proofs may come in any order, each with the hash of its leaf.
    ///
    /// # Errors
    /// Those of [`Evidence::judge`].
    pub fn of_leaves(key: &VerifierKey, proofs: [(&[u8], &Hash); 2]) -> Result<Vec<u8>, Rejection> {
        let mut sides = Vec::new();
        for (bytes, leaf_hash) in proofs {
            let proof = ProofFile::parse(bytes)?;
            let (checkpoint, note) = signed_by(key, proof.note())?;
            let file = ProofFile::write(proof.index(), proof.path(), note.as_bytes())?;
            sides.push((checkpoint, file, leaf_hash));
        }
        sides.sort_by_key(|(checkpoint, _, _)| place(checkpoint));
        let parts = vec![
            (PartName::ProofA, sides[0].1.as_slice()),
            (PartName::ProofB, sides[1].1.as_slice()),
            (PartName::HashA, sides[0].2.as_bytes().as_slice()),
            (PartName::HashB, sides[1].2.as_bytes().as_slice()),
        ];
        let (kind, origin) = (EvidenceKind::ForkLeaf, key.name().clone());
        Evidence { kind, origin, cosigner: None, full_form: None, parts }.convicting(key)
    }

    /// The file of a kind about what leaves say: `misplaced`, `bad-leaf` (one proof and leaf) or `regress` (two,
    /// by ascending index). The proofs and leaves go in as they are.
    ///
    /// # Errors
    /// [`Fault::OutOfOrder`](crate::Fault::OutOfOrder) for another kind or number; those of [`Evidence::judge`].
    pub fn about_leaves(
        kind: EvidenceKind,
        key: &VerifierKey,
        leaves: &[(&[u8], &[u8])],
    ) -> Result<Vec<u8>, Rejection> {
        let proofs =
            [PartName::ProofA, PartName::ProofB].into_iter().zip(leaves.iter().map(|(proof, _)| *proof));
        let bytes = [PartName::LeafA, PartName::LeafB].into_iter().zip(leaves.iter().map(|(_, leaf)| *leaf));
        let (parts, origin) = (proofs.chain(bytes).collect(), key.name().clone());
        Evidence { kind, origin, cosigner: None, full_form: None, parts }.convicting(key)
    }

    /// The bytes, if they are in form and hold against `key`.
    fn convicting(&self, key: &VerifierKey) -> Result<Vec<u8>, Rejection> {
        let bytes = self.to_bytes();
        Evidence::parse(&bytes)?.judge(&[key])?;
        Ok(bytes)
    }
}

/// The checkpoint of a note, and the note with the line of this key alone.
fn signed_by(key: &VerifierKey, note: &[u8]) -> Result<(Checkpoint, String), Rejection> {
    let note = Note::parse(note)?;
    let checkpoint = Checkpoint::parse(note.text())?;
    let verified = note.verify(&[key])?;
    let line = verified.first().and_then(|line| note.with_only(line.line));
    Ok((checkpoint, line.ok_or(Rejection::NoKnownSignature)?))
}

/// What comes first in a file: the smaller size, then the smaller root.
fn place(checkpoint: &Checkpoint) -> (crate::TreeSize, Hash) {
    (checkpoint.size(), *checkpoint.root())
}
