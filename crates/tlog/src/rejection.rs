//! Why foreign bytes, a proof or a signature were refused. Numbers and fixed words only: no leaf, no hash and no
//! text of the input stands in a rejection.

use std::fmt;

/// What made an input unacceptable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rejection {
    /// A tree size above [`TREE_SIZE_MAX`](crate::TREE_SIZE_MAX).
    SizeOverLimit {
        /// The size that came.
        size: u64,
    },
    /// An index that the tree does not have.
    IndexBeyondTree {
        /// The index that came, from 0.
        index: u64,
        /// The number of leaves.
        size: u64,
    },
    /// A path with fewer hashes than this index in this tree takes, or than these two sizes take.
    PathTooShort {
        /// How many it takes.
        expected: usize,
        /// How many came.
        found: usize,
    },
    /// A path with more hashes than this index in this tree takes, or than these two sizes take.
    PathTooLong {
        /// How many it takes.
        expected: usize,
        /// How many came.
        found: usize,
    },
    /// The path leads to another root: the leaf is not at this place in this tree, or the newer tree does not
    /// extend the older one.
    RootDiffers,
    /// Two sizes in the wrong order.
    TreeShrank {
        /// The size that should be the smaller one.
        older: u64,
        /// The size that came with it.
        newer: u64,
    },
    /// A frontier whose number of hashes does not fit its size.
    FrontierLength {
        /// How many the size takes.
        expected: usize,
        /// How many came.
        found: usize,
    },
    /// Bytes that are not in the one form of what they should be.
    Malformed {
        /// What they should be.
        form: Form,
        /// What is wrong.
        fault: Fault,
        /// Where, in bytes from the beginning of that form.
        offset: usize,
    },
    /// A public key that is not admitted.
    KeyRefused(KeyFault),
    /// A checkpoint of a log that is not known here.
    UnknownOrigin,
    /// A checkpoint of another log than the one in question.
    OtherOrigin,
    /// No line of the note is by a known key.
    NoKnownSignature,
    /// A line by a known key that does not verify. It makes the whole note void.
    BadSignature {
        /// Which signature line, from 0.
        line: usize,
    },
    /// A second line by the same known key.
    DuplicateSignature {
        /// Which signature line, from 0.
        line: usize,
    },
    /// A checkpoint without a line by its log.
    NoLogSignature,
    /// Valid, but cosigned by too few.
    QuorumNotMet,
    /// A checkpoint of this size was signed with another root: the signer refuses, the mirror keeps both.
    SameSizeOtherRoot,
    /// The files of an evidence do not contradict each other.
    NoContradiction,
}

/// The forms that this crate decodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A signed note.
    Note,
    /// The three lines of a checkpoint.
    Checkpoint,
    /// The name of a key or a log.
    KeyName,
    /// A public key as `name+id+key`.
    VerifierKey,
    /// The path of a tile.
    TilePath,
    /// A hash tile.
    HashTile,
    /// An entry bundle.
    EntryBundle,
    /// A `.tlog-proof` file.
    ProofFile,
    /// A policy.
    Policy,
    /// The body of add-checkpoint.
    AddCheckpoint,
    /// An evidence file.
    Evidence,
}

impl Form {
    /// How it is called in a sentence.
    pub fn name(self) -> &'static str {
        match self {
            Form::Note => "note",
            Form::Checkpoint => "checkpoint",
            Form::KeyName => "key name",
            Form::VerifierKey => "verifier key",
            Form::TilePath => "tile path",
            Form::HashTile => "hash tile",
            Form::EntryBundle => "entry bundle",
            Form::ProofFile => "proof file",
            Form::Policy => "policy",
            Form::AddCheckpoint => "add-checkpoint body",
            Form::Evidence => "evidence file",
        }
    }
}

macro_rules! faults {
    ($($(#[$documentation:meta])* $fault:ident, $name:literal, $sentence:literal;)*) => {
        /// What is wrong with bytes that are not in form.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Fault {
            $($(#[$documentation])* $fault,)*
        }

        impl Fault {
            /// All of them.
            pub const ALL: &[Fault] = &[$(Fault::$fault,)*];

            /// The stable name, shared with test vectors and other implementations.
            pub fn name(self) -> &'static str {
                match self {
                    $(Fault::$fault => $name,)*
                }
            }

            fn sentence(self) -> &'static str {
                match self {
                    $(Fault::$fault => $sentence,)*
                }
            }
        }
    };
}

faults! {
    /// More bytes than the limit of this form.
    TooLarge, "too-large", "is over its limit";
    /// It ends before it is complete.
    Truncated, "truncated", "ends too early";
    /// Something follows the end.
    Trailing, "trailing", "goes on after its end";
    /// A byte sequence that is not UTF-8.
    NotUtf8, "not-utf8", "is not UTF-8";
    /// A control character that the form does not have.
    ControlCharacter, "control-character", "has a control character";
    /// No blank line between text and signatures.
    NoBlankLine, "no-blank-line", "has no blank line before its signatures";
    /// No signature line at all.
    NoSignatures, "no-signatures", "has no signature";
    /// More lines of a kind than the limit.
    TooManyLines, "too-many-lines", "has too many lines";
    /// A signature line in another form.
    BadSignatureLine, "bad-signature-line", "has a signature line in another form";
    /// An empty name, one with a space or a plus, or one that is too long.
    BadName, "bad-name", "has a name that is empty, too long, or has a space or plus in it";
    /// A name that stands for something else already.
    NameTaken, "name-taken", "uses a name twice";
    /// A name that nothing defined before.
    UnknownName, "unknown-name", "uses a name that is not defined";
    /// A public key that stands there already.
    KeyTaken, "key-taken", "has the same public key twice";
    /// A key of a type that has no place here.
    OtherKeyType, "other-key-type", "has a key of a type that does not belong here";
    /// Not base64, or not in its one form.
    NotBase64, "not-base64", "has base64 that is not in its one form";
    /// Another length than the form asks for.
    BadLength, "bad-length", "has another length than is due";
    /// Not a decimal number in its one form.
    NotDecimal, "not-decimal", "has a number that is not in its one form";
    /// A number over its limit.
    NumberTooLarge, "number-too-large", "has a number over its limit";
    /// Another word or line than is due at this place.
    UnexpectedLine, "unexpected-line", "has another line than is due";
    /// A line of extra data, which nobody signs.
    ExtraLine, "extra-line", "has extra data, which nobody signed";
    /// A checkpoint with more than three lines.
    ExtensionLine, "extension-line", "has an extension line, which cosigners do not check";
    /// Size 0 with a root that is not that of the empty tree.
    EmptyTreeRoot, "empty-tree-root", "gives the empty tree another root";
    /// An old size above the new one.
    OldAboveNew, "old-above-new", "has an old size above the new one";
    /// A policy without, or with a second, quorum.
    NotOneQuorum, "not-one-quorum", "has no quorum, or two";
    /// Parts in another order than the one form asks for.
    OutOfOrder, "out-of-order", "has parts in another order than is due";
}

/// Why a public key is not admitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyFault {
    /// Another number of bytes than its type has.
    BadLength,
    /// A type that is never accepted here.
    UnknownType,
    /// The key id is not that of this name and key.
    OtherId,
    /// Not a point of the curve.
    NotAPoint,
    /// A second encoding of a point.
    NotCanonical,
    /// A point of small order, under which signatures hold for many messages.
    SmallOrder,
}

impl KeyFault {
    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            KeyFault::BadLength => "key-bad-length",
            KeyFault::UnknownType => "key-unknown-type",
            KeyFault::OtherId => "key-other-id",
            KeyFault::NotAPoint => "key-not-a-point",
            KeyFault::NotCanonical => "key-not-canonical",
            KeyFault::SmallOrder => "key-small-order",
        }
    }
}

impl Rejection {
    /// The stable name, shared with test vectors and other implementations.
    pub fn name(&self) -> &'static str {
        match self {
            Rejection::SizeOverLimit { .. } => "size-over-limit",
            Rejection::IndexBeyondTree { .. } => "index-beyond-tree",
            Rejection::PathTooShort { .. } => "path-too-short",
            Rejection::PathTooLong { .. } => "path-too-long",
            Rejection::RootDiffers => "root-differs",
            Rejection::TreeShrank { .. } => "tree-shrank",
            Rejection::FrontierLength { .. } => "frontier-length",
            Rejection::Malformed { fault, .. } => fault.name(),
            Rejection::KeyRefused(fault) => fault.name(),
            Rejection::UnknownOrigin => "unknown-origin",
            Rejection::OtherOrigin => "other-origin",
            Rejection::NoKnownSignature => "no-known-signature",
            Rejection::BadSignature { .. } => "bad-signature",
            Rejection::DuplicateSignature { .. } => "duplicate-signature",
            Rejection::NoLogSignature => "no-log-signature",
            Rejection::QuorumNotMet => "quorum-not-met",
            Rejection::SameSizeOtherRoot => "same-size-other-root",
            Rejection::NoContradiction => "no-contradiction",
        }
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Rejection::SizeOverLimit { size } => {
                write!(f, "a tree of {size} leaves is above the limit of {}", crate::TREE_SIZE_MAX)
            }
            Rejection::IndexBeyondTree { index, size } => {
                write!(f, "index {index} is beyond a tree of {size} leaves")
            }
            Rejection::PathTooShort { expected, found } | Rejection::PathTooLong { expected, found } => {
                write!(f, "the path has {found} hashes where {expected} are due")
            }
            Rejection::RootDiffers => f.write_str("the path does not lead to the root"),
            Rejection::TreeShrank { older, newer } => {
                write!(f, "a tree of {newer} leaves cannot extend one of {older}")
            }
            Rejection::FrontierLength { expected, found } => {
                write!(f, "the frontier has {found} hashes where {expected} are due")
            }
            Rejection::Malformed { form, fault, offset } => {
                write!(f, "the {} {} (byte {offset})", form.name(), fault.sentence())
            }
            Rejection::KeyRefused(fault) => write!(f, "the public key is refused ({})", fault.name()),
            Rejection::UnknownOrigin => f.write_str("the log is not known here"),
            Rejection::OtherOrigin => f.write_str("the checkpoint is of another log"),
            Rejection::NoKnownSignature => f.write_str("no signature is by a known key"),
            Rejection::BadSignature { line } => {
                write!(f, "signature line {line} is by a known key and does not verify")
            }
            Rejection::DuplicateSignature { line } => {
                write!(f, "signature line {line} is by a known key that has signed already")
            }
            Rejection::NoLogSignature => f.write_str("the log has not signed the checkpoint"),
            Rejection::QuorumNotMet => f.write_str("too few have cosigned the checkpoint"),
            Rejection::SameSizeOtherRoot => f.write_str("this size was seen with another root"),
            Rejection::NoContradiction => f.write_str("what the evidence holds is no contradiction"),
        }
    }
}

impl std::error::Error for Rejection {}
