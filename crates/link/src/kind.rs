//! What a stream is for.

/// What a stream is for. Each kind has its own window and quota.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Kind {
    /// Packets of a record, both ways.
    Exchange,
    /// A live match.
    Match,
    /// Whether the other side answers.
    Ping,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Kind; 3] = [Kind::Exchange, Kind::Match, Kind::Ping];

    /// Its number on the wire.
    pub fn number(self) -> u8 {
        match self {
            Kind::Exchange => 1,
            Kind::Match => 2,
            Kind::Ping => 3,
        }
    }

    /// What this number stands for, where it stands for something.
    pub fn of(number: u8) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.number() == number)
    }
}
