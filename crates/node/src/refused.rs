//! Why a packet in form was refused. Nothing of it is kept then, except evidence.

use std::fmt;

use detente_accord::PartyId;
use detente_accord::record::LogId;

/// The reasons, closed; [`Refused::name`] is stable.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Refused {
    /// The packet belongs to another record.
    OtherRecord,
    /// It is for somebody else.
    NotForUs(PartyId),
    /// It says it is by somebody who is not in the accord.
    UnknownSender(PartyId),
    /// It carries a log whose keys nothing here or in it gives.
    UnknownLog(LogId),
    /// Entries come without a checkpoint over them.
    NoCheckpoint(LogId),
    /// The checkpoint, or a note, of this log does not verify.
    Note {
        /// The log.
        log: LogId,
        /// Why.
        why: detente_accord::Rejection,
    },
    /// The checkpoint covers more entries than came.
    EntriesMissing {
        /// The log.
        log: LogId,
        /// How many the checkpoint covers.
        size: u64,
        /// How many are there with those of the packet.
        there: u64,
    },
    /// Entries came beyond the checkpoint: nobody has signed for them.
    EntriesBeyond {
        /// The log.
        log: LogId,
        /// How many the checkpoint covers.
        size: u64,
    },
    /// The entries begin after those that are held.
    Gap {
        /// The log.
        log: LogId,
        /// How many are held.
        held: u64,
        /// Where those of the packet begin.
        first: u64,
    },
    /// The entries do not lead to the signed root, and nothing in the packet shows which side is wrong.
    RootDiffers(LogId),
    /// An entry that is held came with other bytes.
    EntryDiffers {
        /// The log.
        log: LogId,
        /// Which one.
        seq: u64,
    },
    /// Two histories under one key. The evidence was kept.
    Fork {
        /// The log.
        log: LogId,
        /// SHA-256 of the evidence file.
        evidence: [u8; 32],
    },
    /// A sealed file that no entry names.
    SealedUnbound,
    /// An item key that opens nothing for us.
    KeyUnbound,
    /// A public file that no entry binds, or that is bound to other bytes.
    FileUnbound(String),
    /// An evidence file that convicts nobody.
    EvidenceEmpty,
    /// Somebody holds more of our own log than we do: this home is older than what we have said.
    OwnLogAhead {
        /// How much we hold.
        here: u64,
        /// How much the packet shows.
        there: u64,
    },
}

impl Refused {
    /// The kebab-case name.
    pub fn name(&self) -> &'static str {
        match self {
            Refused::OtherRecord => "other-record",
            Refused::NotForUs(_) => "not-for-us",
            Refused::UnknownSender(_) => "unknown-sender",
            Refused::UnknownLog(_) => "unknown-log",
            Refused::NoCheckpoint(_) => "no-checkpoint",
            Refused::Note { .. } => "bad-note",
            Refused::EntriesMissing { .. } => "entries-missing",
            Refused::EntriesBeyond { .. } => "entries-beyond",
            Refused::Gap { .. } => "gap",
            Refused::RootDiffers(_) => "root-differs",
            Refused::EntryDiffers { .. } => "entry-differs",
            Refused::Fork { .. } => "fork",
            Refused::SealedUnbound => "sealed-unbound",
            Refused::KeyUnbound => "key-unbound",
            Refused::FileUnbound(_) => "file-unbound",
            Refused::EvidenceEmpty => "evidence-empty",
            Refused::OwnLogAhead { .. } => "own-log-ahead",
        }
    }

    /// What to do next.
    pub fn hint(&self) -> &'static str {
        match self {
            Refused::OtherRecord => "name the accord that the packet belongs to with --accord",
            Refused::NotForUs(_) => "hand it to the party it is addressed to",
            Refused::Gap { .. } | Refused::EntriesMissing { .. } => {
                "ask the sender for everything: detente sync out --to US --all"
            }
            Refused::Fork { .. } => {
                "two versions of this log exist; the evidence file shows both heads: detente record evidence"
            }
            Refused::OwnLogAhead { .. } => {
                "this home is older than your log: sign nothing, and run detente record recover with packets of your peers"
            }
            _ => "nothing was taken in; ask the sender to make the packet again",
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refused::OtherRecord => f.write_str("the packet belongs to another accord"),
            Refused::NotForUs(to) => write!(f, "the packet is addressed to {to}, not to us"),
            Refused::UnknownSender(from) => {
                write!(f, "the packet says it is from {from}, who is not in this accord")
            }
            Refused::UnknownLog(log) => write!(f, "nothing gives the keys of log {log}"),
            Refused::NoCheckpoint(log) => write!(f, "entries of log {log} came without a checkpoint"),
            Refused::Note { log, why } => write!(f, "a note of log {log} does not verify: {why}"),
            Refused::EntriesMissing { log, size, there } => {
                write!(f, "the checkpoint of log {log} covers {size} entries, {there} are there")
            }
            Refused::EntriesBeyond { log, size } => {
                write!(f, "entries of log {log} came beyond the {size} that its checkpoint covers")
            }
            Refused::Gap { log, held, first } => {
                write!(f, "{held} entries of log {log} are held, those of the packet begin at {first}")
            }
            Refused::RootDiffers(log) => {
                write!(f, "the entries of log {log} do not lead to the root it signed")
            }
            Refused::EntryDiffers { log, seq } => {
                write!(f, "entry {log}/{seq} came with other bytes than are held")
            }
            Refused::Fork { log, .. } => write!(f, "two versions of log {log} exist, both signed by its key"),
            Refused::SealedUnbound => f.write_str("a sealed file came that no entry names"),
            Refused::KeyUnbound => f.write_str("an item key came that opens nothing here"),
            Refused::FileUnbound(name) => write!(f, "no entry binds the file {name}"),
            Refused::EvidenceEmpty => f.write_str("an evidence file came that convicts nobody"),
            Refused::OwnLogAhead { here, there } => {
                write!(f, "a peer holds {there} entries of our own log, we hold {here}")
            }
        }?;
        write!(f, " ({})", self.name())
    }
}

impl std::error::Error for Refused {}
