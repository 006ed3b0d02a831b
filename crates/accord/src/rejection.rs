//! Why a card, a file or a receipt was not accepted.

use std::fmt;

use crate::jcs::NotCanonical;

/// What a rejection means for the one who holds the file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Class {
    /// Not a file of this kind at all.
    Unreadable,
    /// Well-formed, but our rules or our state forbid it.
    Policy,
    /// A file of ours whose length, hash, signature or proof fails.
    Integrity,
}

/// The reasons, closed; [`Rejection::name`] is the stable name shared with the vectors. None of them
/// carries an item.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Rejection {
    /// The first bytes are not those of a détente file, or of another version.
    BadMagic,
    /// A détente file of another kind than the one that is wanted.
    OtherKind {
        /// What was wanted.
        wanted: &'static str,
        /// What came.
        came: &'static str,
    },
    /// A field of the 16-byte prefix that must be zero is not, or its kind contradicts the header.
    BadPrefix,
    /// The file's length is not the one that its statements imply.
    BadLength {
        /// The implied length in bytes.
        expected: u64,
        /// The length that came.
        came: u64,
    },
    /// The header or a statement is not canonical JSON.
    NotCanonical {
        /// Which part.
        part: &'static str,
        /// The fault.
        fault: NotCanonical,
    },
    /// A field is missing, unknown, of the wrong type or out of its bounds.
    BadField {
        /// The part of the file.
        part: &'static str,
        /// The field, or what was expected there.
        field: &'static str,
    },
    /// The header and the statements of one file contradict each other.
    Contradiction {
        /// The header field.
        field: &'static str,
    },
    /// A signature does not verify under the key it names.
    BadSignature {
        /// What was signed.
        part: &'static str,
    },
    /// A public key that is not canonical, of small order, or used for two purposes.
    BadKey,
    /// The card names a revision that is lower than the one we hold.
    OlderCard {
        /// The revision held.
        held: u64,
        /// The revision that came.
        came: u64,
    },
    /// The card names another identity key for a party we know.
    OtherIdentity,
    /// The words do not belong to the card's identity key.
    WordsDiffer,
    /// Two founders of an accord have the same id.
    SameParty {
        /// The id.
        party: String,
    },
    /// The file is not addressed to us.
    NotAddressedToUs {
        /// The addressee's party id.
        to: String,
    },
    /// We hold no card of the author.
    UnknownPeer {
        /// The author's party id.
        from: String,
    },
    /// The author's identity key was never compared by another channel.
    NotCompared {
        /// The author's party id.
        from: String,
    },
    /// The other side reads indicators under another canon profile.
    OtherProfile,
    /// The terms have run out.
    Expired {
        /// When, in milliseconds since 1970.
        until_ms: u64,
    },
    /// The terms were made later than our clock says, beyond the tolerance.
    NotYet,
    /// A suite or result form that we do not offer in files.
    NotOffered {
        /// Which term.
        term: &'static str,
    },
    /// The asked class is above what may be asked by file.
    AskTooLarge {
        /// The class asked.
        asked: u64,
        /// The largest allowed.
        allowed: u64,
    },
    /// Our list is larger than the terms, or a file, allow.
    ListTooLarge {
        /// The items we hold.
        held: u64,
        /// The largest number allowed.
        allowed: u64,
    },
    /// The peer's budget of asked items is used up.
    OverBudget {
        /// Items the ask would charge.
        asked: u64,
        /// Items left in the window.
        left: u64,
    },
    /// These terms were answered before, to other bytes.
    AskReplayed,
    /// An answer to these terms was begun and not finished; the terms are burnt.
    AskBurnt,
    /// We have no open ask with these terms.
    UnknownAsk,
    /// A second, different answer to one ask: evidence against its author.
    SecondAnswer,
    /// We answered no ask with these terms.
    UnknownAnswer,
    /// A second, different result for one answer.
    SecondResult,
    /// The file names another file before it than the one we hold.
    OtherPredecessor,
    /// The run's key was seen in an earlier run.
    KeyReused,
    /// The receipt names other statements, files or runs than it carries.
    ReceiptMismatch {
        /// What does not fit.
        part: &'static str,
    },
    /// A bundle or packet is not in the one archive form.
    NotArchive(crate::record::tar::NotArchive),
    /// A member of a bundle or packet is missing, not listed, or other than its list says.
    NotListed {
        /// The member.
        name: String,
    },
    /// A member that has no place in a bundle or packet, is not in the form of its name, or has another hash.
    BadMember {
        /// The member.
        name: String,
    },
    /// More bytes than the largest size class of sealed content holds.
    TooLargeToSeal {
        /// How many bytes came.
        bytes: u64,
    },
    /// A sealed file that is not the one its statement names.
    OtherSealedFile,
    /// A sealed file that its key does not open.
    DoesNotOpen,
    /// A wrapped key that is not for us, or not for this sealed file.
    NotWrapped,
    /// Sealed content with a field that does not open its commitment in the statement.
    SealedContradicts {
        /// The field; `*` if the statement has more fields than commitments of their own.
        label: String,
    },
    /// The matching core refused an element, a proof or a tag.
    Matching(detente_psi::Rejection),
    /// A note, a proof or a signature of a log was refused.
    Log(detente_tlog::Rejection),
    /// The file belongs to another record.
    OtherRecord,
}

impl Rejection {
    /// The stable kebab-case name.
    pub fn name(&self) -> &'static str {
        match self {
            Rejection::BadMagic => "bad-magic",
            Rejection::OtherKind { .. } => "other-kind",
            Rejection::BadPrefix => "bad-prefix",
            Rejection::BadLength { .. } => "bad-length",
            Rejection::NotCanonical { .. } => "not-canonical",
            Rejection::BadField { .. } => "bad-field",
            Rejection::Contradiction { .. } => "contradiction",
            Rejection::BadSignature { .. } => "bad-signature",
            Rejection::BadKey => "bad-key",
            Rejection::OlderCard { .. } => "older-card",
            Rejection::OtherIdentity => "other-identity",
            Rejection::WordsDiffer => "words-differ",
            Rejection::SameParty { .. } => "same-party",
            Rejection::NotAddressedToUs { .. } => "not-addressed-to-us",
            Rejection::UnknownPeer { .. } => "unknown-peer",
            Rejection::NotCompared { .. } => "not-compared",
            Rejection::OtherProfile => "other-profile",
            Rejection::Expired { .. } => "expired",
            Rejection::NotYet => "not-yet",
            Rejection::NotOffered { .. } => "not-offered",
            Rejection::AskTooLarge { .. } => "ask-too-large",
            Rejection::ListTooLarge { .. } => "list-too-large",
            Rejection::OverBudget { .. } => "over-budget",
            Rejection::AskReplayed => "ask-replayed",
            Rejection::AskBurnt => "ask-burnt",
            Rejection::UnknownAsk => "unknown-ask",
            Rejection::SecondAnswer => "second-answer",
            Rejection::UnknownAnswer => "unknown-answer",
            Rejection::SecondResult => "second-result",
            Rejection::OtherPredecessor => "other-predecessor",
            Rejection::KeyReused => "key-reused",
            Rejection::ReceiptMismatch { .. } => "receipt-mismatch",
            Rejection::NotArchive(refused) => refused.fault.name(),
            Rejection::NotListed { .. } => "not-listed",
            Rejection::BadMember { .. } => "bad-member",
            Rejection::TooLargeToSeal { .. } => "too-large-to-seal",
            Rejection::OtherSealedFile => "other-sealed-file",
            Rejection::DoesNotOpen => "does-not-open",
            Rejection::NotWrapped => "not-wrapped",
            Rejection::SealedContradicts { .. } => "sealed-contradicts",
            Rejection::Matching(rejection) => rejection.name(),
            Rejection::Log(rejection) => rejection.name(),
            Rejection::OtherRecord => "other-record",
        }
    }

    /// What it means for the holder of the file.
    pub fn class(&self) -> Class {
        match self {
            Rejection::BadMagic | Rejection::OtherKind { .. } | Rejection::NotArchive(_) => Class::Unreadable,
            Rejection::BadPrefix
            | Rejection::BadLength { .. }
            | Rejection::NotCanonical { .. }
            | Rejection::BadField { .. }
            | Rejection::Contradiction { .. }
            | Rejection::BadSignature { .. }
            | Rejection::BadKey
            | Rejection::KeyReused
            | Rejection::Log(_)
            | Rejection::ReceiptMismatch { .. }
            | Rejection::NotListed { .. }
            | Rejection::BadMember { .. }
            | Rejection::OtherSealedFile
            | Rejection::DoesNotOpen
            | Rejection::NotWrapped
            | Rejection::SealedContradicts { .. } => Class::Integrity,
            // Terms may name it; we do not take part.
            Rejection::Matching(detente_psi::Rejection::CodeNotOffered { .. }) => Class::Policy,
            Rejection::Matching(_) => Class::Integrity,
            _ => Class::Policy,
        }
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Rejection::BadMagic => f.write_str("not a détente file of this version")?,
            Rejection::OtherKind { wanted, came } => write!(f, "this is {came}, not {wanted}")?,
            Rejection::BadPrefix => f.write_str("the first 16 bytes of the file contradict the rest")?,
            Rejection::BadLength { expected, came } => {
                write!(f, "the file has {came} bytes where its statements imply {expected}")?
            }
            Rejection::NotCanonical { part, fault } => {
                write!(f, "the {part} is not in canonical form ({fault})")?
            }
            Rejection::BadField { part, field } => write!(f, "the {part} has no acceptable {field}")?,
            Rejection::Contradiction { field } => {
                write!(f, "header and statements of the file disagree about {field}")?
            }
            Rejection::BadSignature { part } => write!(f, "the signature of the {part} does not verify")?,
            Rejection::BadKey => f.write_str("a public key is malformed or stands for two purposes")?,
            Rejection::OlderCard { held, came } => {
                write!(f, "the card has revision {came}, we hold revision {held}")?
            }
            Rejection::OtherIdentity => {
                f.write_str("the card names another identity key for a party we know")?
            }
            Rejection::WordsDiffer => f.write_str("the words do not belong to this card")?,
            Rejection::SameParty { party } => {
                write!(f, "two founders have the id {party}: one of them has to take another")?
            }
            Rejection::NotAddressedToUs { to } => write!(f, "the file is addressed to {to}, not to us")?,
            Rejection::UnknownPeer { from } => write!(f, "we hold no card of {from}")?,
            Rejection::NotCompared { from } => write!(f, "the key of {from} was never compared with them")?,
            Rejection::OtherProfile => {
                f.write_str("the other side reads indicators under another canon profile")?
            }
            Rejection::Expired { .. } => f.write_str("the terms have run out")?,
            Rejection::NotYet => f.write_str("the terms are dated later than our clock says")?,
            Rejection::NotOffered { term } => {
                write!(f, "the terms ask for a {term} that files do not offer")?
            }
            Rejection::AskTooLarge { asked, allowed } => {
                write!(f, "the ask has size class {asked}, at most {allowed} may be asked by file")?
            }
            Rejection::ListTooLarge { held, allowed } => {
                write!(f, "the list has {held} items, at most {allowed} may be held against an ask")?
            }
            Rejection::OverBudget { asked, left } => {
                write!(f, "the ask would charge {asked} items, {left} are left of the peer's budget")?
            }
            Rejection::AskReplayed => f.write_str("these terms were answered before, with other bytes")?,
            Rejection::AskBurnt => f.write_str("an answer to this ask was begun and never finished")?,
            Rejection::UnknownAsk => f.write_str("we have no open ask with these terms")?,
            Rejection::SecondAnswer => f.write_str("a second, different answer to one ask")?,
            Rejection::UnknownAnswer => f.write_str("we answered no ask with these terms")?,
            Rejection::SecondResult => f.write_str("a second, different result for one answer")?,
            Rejection::OtherPredecessor => f.write_str("the file names another file before it than ours")?,
            Rejection::KeyReused => f.write_str("the key of this run was seen in an earlier run")?,
            Rejection::ReceiptMismatch { part } => write!(f, "the receipt does not fit its {part}")?,
            Rejection::NotArchive(refused) => write!(f, "{refused}")?,
            Rejection::NotListed { name } => write!(f, "the member {name} is not as listed")?,
            Rejection::BadMember { name } => write!(f, "the member {name} is out of form")?,
            Rejection::TooLargeToSeal { bytes } => {
                write!(f, "{bytes} bytes do not fit into one sealed file; attach them in parts")?
            }
            Rejection::OtherSealedFile => {
                f.write_str("this is not the sealed file that the statement names")?
            }
            Rejection::DoesNotOpen => {
                f.write_str("the key does not open the sealed file; ask its author for the key again")?
            }
            Rejection::NotWrapped => {
                f.write_str("the key is wrapped for another reader or another sealed file")?
            }
            Rejection::SealedContradicts { label } => write!(
                f,
                "the sealed field {label} does not open its commitment: log an objection to the statement and \
                 keep the item key, which proves it to others"
            )?,
            Rejection::Matching(rejection) => write!(f, "{rejection}")?,
            Rejection::Log(rejection) => write!(f, "{rejection}")?,
            Rejection::OtherRecord => f.write_str("the file belongs to another record")?,
        }
        write!(f, " ({})", self.name())
    }
}

impl std::error::Error for Rejection {}

impl From<detente_psi::Rejection> for Rejection {
    fn from(rejection: detente_psi::Rejection) -> Rejection {
        Rejection::Matching(rejection)
    }
}

impl From<detente_tlog::Rejection> for Rejection {
    fn from(rejection: detente_tlog::Rejection) -> Rejection {
        Rejection::Log(rejection)
    }
}
