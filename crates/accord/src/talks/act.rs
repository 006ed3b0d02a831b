//! Which acts go on in a thread that another one opened.

use super::Event;

/// Types all of whose acts, but those that open a thread, follow one.
const TALKS: [&str; 8] =
    ["inquiry", "reply", "denial", "position", "objection", "suspension", "withdrawal", "correction"];

/// Whether the statement goes on in a thread: in that of the entry it names first.
pub(super) fn is_follow_up(event: &Event) -> bool {
    TALKS.contains(&event.act.kind)
}

/// Whether it can be about any entry, also about one outside the talks.
pub(super) fn is_about_any(event: &Event) -> bool {
    matches!(event.act.kind, "withdrawal" | "correction")
}

/// Types all of whose acts are of the drafting room.
const ROOM: [&str; 7] = ["draft", "bracket", "silence", "acceptance", "norm", "reservation", "declaration"];
/// Types whose acts are of the drafting room if what they name is.
const ALSO_ROOM: [&str; 3] = ["objection", "withdrawal", "correction"];

/// Whether the statement is one of the drafting room; nothing if that depends on what it names.
pub(super) fn is_of_room(event: &Event) -> Option<bool> {
    let kind = event.act.kind;
    if ALSO_ROOM.contains(&kind) { None } else { Some(ROOM.contains(&kind)) }
}
