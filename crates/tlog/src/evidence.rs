//! Evidence files: proof that one key signed two histories, in one file that anyone can check offline.
//!
//! A file has a head of lines and then binary parts. Which parts a kind has, and in which order, is fixed, so that
//! one evidence has one form. [`Evidence::parse`] knows the form, [`Evidence::judge`] what it proves.

mod build;
mod form;
mod judge;

pub use judge::{Finding, ProvedLeaf};

use crate::hash::Hash;
use crate::name::KeyName;
use crate::position::TreeSize;

/// What a file claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EvidenceKind {
    /// Two notes of one log for one size, with different roots.
    ForkSame,
    /// Two notes of one log for different sizes, and hashes that rebuild the larger root but another smaller one.
    ForkGrow,
    /// Two different leaves at one index, each included under a note of the log.
    ForkLeaf,
    /// A leaf at another index than it says, or of another party, epoch or accord.
    Misplaced,
    /// An included leaf that is not in form.
    BadLeaf,
    /// Two leaves of one log, of which the later names a smaller head of another log.
    Regress,
    /// Two notes under one cosigner's key that contradict each other as in the first two kinds.
    DoubleCosign,
    /// A cosignature that is later than an entry which names the note with it.
    Clock,
}

impl EvidenceKind {
    /// All kinds.
    pub const ALL: [EvidenceKind; 8] = [
        EvidenceKind::ForkSame,
        EvidenceKind::ForkGrow,
        EvidenceKind::ForkLeaf,
        EvidenceKind::Misplaced,
        EvidenceKind::BadLeaf,
        EvidenceKind::Regress,
        EvidenceKind::DoubleCosign,
        EvidenceKind::Clock,
    ];

    /// The name in the file.
    pub fn name(self) -> &'static str {
        match self {
            EvidenceKind::ForkSame => "fork-same",
            EvidenceKind::ForkGrow => "fork-grow",
            EvidenceKind::ForkLeaf => "fork-leaf",
            EvidenceKind::Misplaced => "misplaced",
            EvidenceKind::BadLeaf => "bad-leaf",
            EvidenceKind::Regress => "regress",
            EvidenceKind::DoubleCosign => "double-cosign",
            EvidenceKind::Clock => "clock",
        }
    }

    fn has_cosigner(self) -> bool {
        matches!(self, EvidenceKind::DoubleCosign | EvidenceKind::Clock)
    }
}

/// A part of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PartName {
    /// A note: the smaller one, or the one with the smaller root.
    NoteA,
    /// The other note.
    NoteB,
    /// A proof file, which has its note in it.
    ProofA,
    /// The other proof file.
    ProofB,
    /// The leaf of `proof-a`.
    LeafA,
    /// The leaf of `proof-b`.
    LeafB,
    /// The hash of a leaf that is not in the file.
    HashA,
    /// The hash of the other leaf.
    HashB,
}

impl PartName {
    const ALL: [PartName; 8] = [
        PartName::NoteA,
        PartName::NoteB,
        PartName::ProofA,
        PartName::ProofB,
        PartName::LeafA,
        PartName::LeafB,
        PartName::HashA,
        PartName::HashB,
    ];

    /// The name in the file.
    pub fn name(self) -> &'static str {
        match self {
            PartName::NoteA => "note-a",
            PartName::NoteB => "note-b",
            PartName::ProofA => "proof-a",
            PartName::ProofB => "proof-b",
            PartName::LeafA => "leaf-a",
            PartName::LeafB => "leaf-b",
            PartName::HashA => "hash-a",
            PartName::HashB => "hash-b",
        }
    }
}

/// Hashes from which two roots follow: see [`full_form`](crate::full_form).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FullForm {
    /// The smaller size.
    pub older: TreeSize,
    /// The larger size.
    pub newer: TreeSize,
    /// The hashes.
    pub hashes: Vec<Hash>,
}

/// An evidence file in form, nothing of it verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence<'a> {
    kind: EvidenceKind,
    origin: KeyName,
    cosigner: Option<KeyName>,
    full_form: Option<FullForm>,
    parts: Vec<(PartName, &'a [u8])>,
}

impl<'a> Evidence<'a> {
    /// What it claims.
    pub fn kind(&self) -> EvidenceKind {
        self.kind
    }

    /// The log in question.
    pub fn origin(&self) -> &KeyName {
        &self.origin
    }

    /// The cosigner in question, for the kinds that are about one.
    pub fn cosigner(&self) -> Option<&KeyName> {
        self.cosigner.as_ref()
    }

    /// The hashes between two sizes, for the kinds that have them.
    pub fn full_form(&self) -> Option<&FullForm> {
        self.full_form.as_ref()
    }

    /// The bytes of a part.
    pub fn part(&self, name: PartName) -> Option<&'a [u8]> {
        self.parts.iter().find(|(part, _)| *part == name).map(|(_, bytes)| *bytes)
    }
}
