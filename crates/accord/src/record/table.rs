//! The types and acts of statements, as data.

/// Every type of a statement.
pub(super) const TYPES: [&str; 42] = [
    "ack",
    "acceptance",
    "anchor",
    "bracket",
    "charter",
    "claim",
    "comcheck",
    "contact",
    "correction",
    "declaration",
    "denial",
    "disclosure",
    "draft",
    "erased",
    "error",
    "evidence",
    "exercise",
    "exhibit",
    "freeze",
    "handover",
    "inquiry",
    "keys",
    "list",
    "member",
    "norm",
    "notice",
    "objection",
    "observer",
    "officer",
    "position",
    "receipt",
    "recovery",
    "redaction",
    "reply",
    "reservation",
    "silence",
    "suspension",
    "terms",
    "undertaking",
    "verdict",
    "verification",
    "withdrawal",
];

/// Whether a statement can be of this type.
pub(super) fn is_type(name: &str) -> bool {
    TYPES.contains(&name)
}
