//! Which acts go on in a thread that another one opened.

use super::Event;

/// Types all of whose acts, but those that open a thread, follow one.
const TALKS: &[&str] = &[
    "inquiry",
    "reply",
    "denial",
    "position",
    "objection",
    "suspension",
    "withdrawal",
    "correction",
    "notice",
    "undertaking",
    "claim",
    "exhibit",
    "comcheck",
    "verification",
    "observer",
    "contact",
    "disclosure",
    "exercise",
];

/// Of the talks, what an observer may say: it sees and asks, and neither alters, delays nor answers.
const OBSERVERS_MAY: &[(&str, &[&str])] = &[
    ("observer", &["note", "gap", "ask"]),
    ("position", &["corroborate"]),
    ("verification", &["open", "report"]),
    ("withdrawal", &[]),
    ("correction", &[]),
];

/// What was only said, so that its author may take it back alone. What moved a state stays where it moved it.
const ONLY_SAID: &[(&str, &[&str])] = &[
    ("reply", &["answer"]),
    ("denial", &[]),
    ("position", &[]),
    ("objection", &[]),
    ("claim", &["answer"]),
    ("notice", &["update"]),
    ("contact", &[]),
    ("disclosure", &["consult-answer"]),
    ("verification", &["report"]),
];

fn stands_in(list: &[(&str, &[&str])], event: &Event) -> bool {
    let (kind, name) = (event.act.kind, event.act.name);
    list.iter().any(|(known, acts)| *known == kind && (acts.is_empty() || acts.contains(&name)))
}

/// Whether an observer may say it.
pub(super) fn may_be_an_observers(event: &Event) -> bool {
    !is_follow_up(event) || stands_in(OBSERVERS_MAY, event)
}

/// Whether its author may take it back.
pub(super) fn is_only_said(event: &Event) -> bool {
    stands_in(ONLY_SAID, event)
}

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
