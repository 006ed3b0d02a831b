//! What goes in and comes out, as JSON Schema: enough to make requests and to read answers by.

use serde_json::{Value, json};

/// A document with its name, and what always stands in it.
pub(super) fn document(schema: &str, members: &[(&str, Value)]) -> Value {
    let mut properties = serde_json::Map::new();
    properties.insert("schema".to_owned(), json!({ "const": schema }));
    for (name, shape) in members {
        properties.insert((*name).to_owned(), shape.clone());
    }
    let required: Vec<&String> = properties.keys().collect();
    json!({ "type": "object", "required": required, "properties": properties })
}

/// Text.
pub(super) fn text() -> Value {
    json!({ "type": "string" })
}

/// Text, or nothing.
pub(super) fn text_or_none() -> Value {
    json!({ "type": ["string", "null"] })
}

/// A time: RFC 3339, UTC.
pub(super) fn time() -> Value {
    json!({ "type": "string", "format": "date-time" })
}

/// A number.
pub(super) fn number() -> Value {
    json!({ "type": "integer", "minimum": 0 })
}

/// A list of these.
pub(super) fn list(of: &Value) -> Value {
    json!({ "type": "array", "items": of })
}

/// Objects whose members are documented with the command that prints the same.
pub(super) fn objects() -> Value {
    list(&json!({ "type": "object" }))
}

/// Names.
pub(super) fn texts() -> Value {
    list(&text())
}

/// The shape of every refusal.
pub(super) fn problem() -> Value {
    json!({
        "type": "object",
        "required": ["type", "title", "status", "instance"],
        "properties": {
            "type": { "type": "string", "pattern": "^urn:detente:problem:[a-z0-9-]+$" },
            "title": text(), "status": number(), "detail": text(), "instance": text(), "wait_s": number(),
        },
    })
}
