//! What a face orders: a match of ours, or a decision about one of theirs. No defaults: it decides what is disclosed.

use detente_accord::record::RecordId;
use detente_accord::{PartyId, Time};
use detente_indicators::Kind;
use detente_psi::vole::Code;

use super::list::Listed;

/// Who learns which items are in common.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reveal {
    /// The party that proposed the match alone.
    Ours,
    /// Both, in alternating chunks.
    Both,
}

impl Reveal {
    /// Its name in flags and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Reveal::Ours => "ours",
            Reveal::Both => "both",
        }
    }

    /// The reveal of this name.
    pub fn from_name(name: &str) -> Option<Reveal> {
        [Reveal::Ours, Reveal::Both].into_iter().find(|reveal| reveal.name() == name)
    }
}

/// A match that we propose.
pub struct Order {
    /// In which accord.
    pub record: RecordId,
    /// To whom.
    pub peer: PartyId,
    /// With which list, narrowed to `kinds`.
    pub list: Listed,
    /// The kinds that are compared, in table order.
    pub kinds: Vec<Kind>,
    /// The canon profile of the list.
    pub profile: [u8; 32],
    /// SHA-256 of each warninglist applied, ascending.
    pub warninglists: Vec<[u8; 32]>,
    /// Who learns.
    pub reveal: Reveal,
    /// The code; `None`: `qc`, which is the older assumption.
    pub code: Option<Code>,
    /// Why; shown to the peer.
    pub purpose: String,
    /// Matches above which a person is asked before the result is shown; `None`: no such number.
    pub cap: Option<u64>,
    /// When the terms run out.
    pub until: Time,
}

/// What an officer decides about a match that a peer proposed.
pub enum Decision {
    /// It may run, with this list.
    Accept(Choice),
    /// It may not; the reason is a code that stands on the record.
    Refuse(String),
}

/// With which list we answer. It is narrowed to the kinds of the terms.
pub enum Choice {
    /// The standing list of this name.
    Kept(String),
    /// This one.
    Given(Listed),
}
