//! What becomes of an entry, and why it has no effect.

use std::fmt;

use crate::record::no_effect::NoEffect;
use crate::talks::Refusal;

/// What became of an entry.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Effect {
    /// It counts.
    Took,
    /// It does not count.
    Without(Why),
    /// It can't be read: evidence against its log.
    Unreadable,
}

/// Why an entry has no effect.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Why {
    /// Its form, its references or its signatures are not those of its type.
    Form(NoEffect),
    /// It stands beyond the last head that counts of a frozen log.
    Frozen,
    /// It stands in a log behind the entry with which its party went on in another.
    Closed,
    /// It was said in another record, or between others.
    OtherRecord,
    /// The party has said this before: the same nonce.
    Replayed,
    /// It refers to an entry that is not held here.
    UnknownTarget,
    /// It refers to an entry by another hash than that entry has.
    TargetDiffers,
    /// It refers to an entry that its author had not named in a head.
    TargetUnseen,
    /// Its author is not a party, or no longer.
    NotAParty,
    /// The state does not allow this act.
    WrongState,
    /// The thread that it belongs to does not allow it.
    Refused(Refusal),
}

impl Why {
    /// The stable name.
    pub fn name(&self) -> &'static str {
        match self {
            Why::Form(reason) => reason.name(),
            Why::Frozen => "frozen",
            Why::Closed => "closed",
            Why::OtherRecord => "other-record",
            Why::Replayed => "replayed",
            Why::UnknownTarget => "unknown-target",
            Why::TargetDiffers => "target-differs",
            Why::TargetUnseen => "target-unseen",
            Why::NotAParty => "not-a-party",
            Why::WrongState => "wrong-state",
            Why::Refused(refusal) => refusal.name(),
        }
    }
}

impl From<NoEffect> for Why {
    fn from(reason: NoEffect) -> Why {
        Why::Form(reason)
    }
}

impl From<Refusal> for Why {
    fn from(refusal: Refusal) -> Why {
        Why::Refused(refusal)
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = match self {
            Why::Form(reason) => return reason.fmt(f),
            Why::Refused(refusal) => return refusal.fmt(f),
            Why::Frozen => "it stands beyond the last head that counts of a frozen log",
            Why::Closed => "its party goes on in another log",
            Why::OtherRecord => "it was said in another record, or between others",
            Why::Replayed => "the party has said this before",
            Why::UnknownTarget => "it refers to an entry that is not here",
            Why::TargetDiffers => "it refers to another entry than the one that stands there",
            Why::TargetUnseen => "it refers to an entry that its author had not seen",
            Why::NotAParty => "its author is not a party, or no longer",
            Why::WrongState => "the state does not allow it",
        };
        f.write_str(words)
    }
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Effect::Took => f.write_str("took"),
            Effect::Without(why) => write!(f, "no effect: {}", why.name()),
            Effect::Unreadable => f.write_str("unreadable"),
        }
    }
}
