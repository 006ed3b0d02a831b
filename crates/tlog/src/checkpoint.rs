//! Checkpoints (C2SP tlog-checkpoint): origin, size and root, one line each, as the text of a note.

use std::fmt;

use crate::b64;
use crate::cursor::Cursor;
use crate::hash::Hash;
use crate::limits::{NOTE_BYTES_MAX, TREE_SIZE_MAX};
use crate::name::KeyName;
use crate::position::TreeSize;
use crate::rejection::{Fault, Form, Rejection};

/// What a log says about itself: that its first `size` leaves have this root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    origin: KeyName,
    size: TreeSize,
    root: Hash,
}

impl Checkpoint {
    /// Puts one together.
    ///
    /// # Errors
    /// [`Fault::EmptyTreeRoot`] for size 0 with another root than that of the empty tree.
    pub fn new(origin: KeyName, size: TreeSize, root: Hash) -> Result<Checkpoint, Rejection> {
        if size.get() == 0 && root != Hash::of_empty_tree() {
            let fault = Fault::EmptyTreeRoot;
            return Err(Rejection::Malformed { form: Form::Checkpoint, fault, offset: 0 });
        }
        Ok(Checkpoint { origin, size, root })
    }

    /// Reads the text of a note.
    ///
    /// The specification allows extension lines after the third. They are refused here: no cosigner checks them
    /// and ML-DSA cosignatures do not cover them, so whatever they say is said by nobody.
    ///
    /// # Errors
    /// [`Rejection::Malformed`] with [`Fault::Truncated`], [`Fault::BadName`], [`Fault::NotDecimal`],
    /// [`Fault::NumberTooLarge`], [`Fault::NotBase64`], [`Fault::ExtensionLine`] or [`Fault::EmptyTreeRoot`].
    pub fn parse(text: &str) -> Result<Checkpoint, Rejection> {
        let Checkpoint { origin, size, root } = Checkpoint::parse_any_root(text)?;
        Checkpoint::new(origin, size, root)
    }

    /// The same without a look at the root of the empty tree.
    pub(crate) fn parse_any_root(text: &str) -> Result<Checkpoint, Rejection> {
        let mut lines = Cursor::new(Form::Checkpoint, text.as_bytes(), NOTE_BYTES_MAX)?;
        let origin = lines.line()?;
        let origin = KeyName::parse(origin).map_err(|_| lines.refuse(Fault::BadName))?;
        let size = lines.line()?;
        let size = TreeSize::new(lines.number(size, TREE_SIZE_MAX)?)?;
        let root = lines.line()?;
        let root = lines.hash(root)?;
        if !lines.is_at_end() {
            return Err(lines.refuse(Fault::ExtensionLine));
        }
        Ok(Checkpoint { origin, size, root })
    }

    /// The log.
    pub fn origin(&self) -> &KeyName {
        &self.origin
    }

    /// How many leaves it has.
    pub fn size(&self) -> TreeSize {
        self.size
    }

    /// The root over them.
    pub fn root(&self) -> &Hash {
        &self.root
    }
}

impl fmt::Display for Checkpoint {
    /// The three lines, which [`Checkpoint::parse`] reads.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}\n{}\n", self.origin, self.size, b64::encode(self.root.as_bytes()))
    }
}
