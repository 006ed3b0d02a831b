//! Proof files (C2SP tlog-proof): an index, an inclusion path and a checkpoint note, as one text.

use crate::b64;
use crate::cursor::Cursor;
use crate::hash::Hash;
use crate::inclusion::check_inclusion;
use crate::limits::{PROOF_FILE_BYTES_MAX, TREE_SIZE_MAX};
use crate::note::Note;
use crate::policy::{Accepted, Policy};
use crate::position::EntryIndex;
use crate::rejection::{Fault, Form, Rejection};

/// A proof file in form, nothing of it verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProofFile<'a> {
    index: EntryIndex,
    path: Vec<Hash>,
    note: &'a [u8],
}

impl<'a> ProofFile<'a> {
    /// Reads one. The line `extra`, which the format allows, is refused: nobody signs it.
    ///
    /// # Errors
    /// [`Rejection::Malformed`] with [`Fault::TooLarge`], [`Fault::Truncated`], [`Fault::NotUtf8`],
    /// [`Fault::UnexpectedLine`], [`Fault::ExtraLine`], [`Fault::NotDecimal`], [`Fault::NumberTooLarge`],
    /// [`Fault::NotBase64`] or [`Fault::TooManyLines`]; those of a note.
    pub fn parse(bytes: &'a [u8]) -> Result<ProofFile<'a>, Rejection> {
        let mut lines = Cursor::new(Form::ProofFile, bytes, PROOF_FILE_BYTES_MAX)?;
        lines.expect(MAGIC)?;
        let line = lines.line()?;
        if line.starts_with("extra ") {
            return Err(lines.refuse(Fault::ExtraLine));
        }
        let index = line.strip_prefix("index ").ok_or(lines.refuse(Fault::UnexpectedLine))?;
        let index = EntryIndex::new(lines.number(index, TREE_SIZE_MAX)?);
        let path = lines.proof()?;
        Note::parse(lines.rest())?;
        Ok(ProofFile { index, path, note: lines.rest() })
    }

    /// Puts one together from a checkpoint note, which goes in byte for byte.
    ///
    /// # Errors
    /// Those of [`ProofFile::parse`]: what is written can be read.
    pub fn write(index: EntryIndex, path: &[Hash], note: &[u8]) -> Result<Vec<u8>, Rejection> {
        let mut text = format!("{MAGIC}\nindex {index}\n");
        for hash in path {
            text += &b64::encode(hash.as_bytes());
            text += "\n";
        }
        text += "\n";
        let bytes = [text.as_bytes(), note].concat();
        ProofFile::parse(&bytes)?;
        Ok(bytes)
    }

    /// Where the leaf stands.
    pub fn index(&self) -> EntryIndex {
        self.index
    }

    /// The inclusion path, the sibling of the leaf first.
    pub fn path(&self) -> &[Hash] {
        &self.path
    }

    /// The checkpoint note, byte for byte.
    pub fn note(&self) -> &'a [u8] {
        self.note
    }

    /// Verifies everything: the log's signature, every cosignature by a known witness, and that the leaf stands at
    /// the index under the signed root. Whether enough have cosigned is on the result.
    ///
    /// # Errors
    /// Those of [`Policy::open`] and [`check_inclusion`].
    pub fn verify(&self, leaf_hash: &Hash, policy: &Policy) -> Result<Accepted, Rejection> {
        let accepted = policy.open(self.note)?;
        let checkpoint = accepted.checkpoint();
        check_inclusion(self.index, checkpoint.size(), leaf_hash, &self.path, checkpoint.root())?;
        Ok(accepted)
    }
}

const MAGIC: &str = "c2sp.org/tlog-proof@v1";
