//! What an entry of the room is about.

use crate::record::Position;
use crate::talks::Event;

/// One thing on the table, by the entry that put it there.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Subject {
    /// The charter.
    Charter,
    /// A draft text.
    Text(Position),
    /// A norm.
    Norm(Position),
    /// A bracket.
    Bracket(Position),
    /// A silence.
    Silence(Position),
    /// A reservation.
    Reservation(Position),
    /// A declaration.
    Declaration(Position),
}

impl Subject {
    /// What an entry puts on the table by itself.
    pub(super) fn opened_by(event: &Event) -> Option<Subject> {
        let at = event.position.clone();
        match (event.act.kind, event.act.name) {
            ("draft", "propose") => Some(Subject::Text(at)),
            ("norm", "propose" | "amend") => Some(Subject::Norm(at)),
            ("bracket", "bracket") => Some(Subject::Bracket(at)),
            ("silence", "silence") => Some(Subject::Silence(at)),
            ("reservation", "formulate") => Some(Subject::Reservation(at)),
            ("declaration", "declare") => Some(Subject::Declaration(at)),
            _ => None,
        }
    }
}
