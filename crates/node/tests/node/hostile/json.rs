//! `packet.json` out of form.

use detente_accord::b64;
use detente_accord::jcs::Value;

use super::stage::Stage;
use super::table::{Case, refused};

pub(crate) fn cases(stage: &Stage) -> Vec<Case> {
    let parts = stage.forger.grown(13).packet(12);
    let text = String::from_utf8(parts.json()).unwrap();
    let raw = |name: &str, from: &str, to: &str, why| {
        assert!(text.contains(from), "{from} is not in {text}");
        refused(format!("packet.json: {name}"), parts.bytes_with(text.replacen(from, to, 1).as_bytes()), why)
    };
    let field = |name: &str, field: &str, value: Value, why| {
        refused(format!("packet.json: {name}"), parts.set(field, value), why)
    };
    let integer = Value::Integer;
    vec![
        raw("white space", "{\"accord\"", "{ \"accord\"", "not-canonical unexpected-byte"),
        raw("line feed at the end", "\"v\":1}", "\"v\":1}\n", "not-canonical trailing-bytes"),
        raw("a second value", "\"v\":1}", "\"v\":1}{}", "not-canonical trailing-bytes"),
        raw("cut", "\"v\":1}", "\"v\":1", "not-canonical truncated"),
        raw("a key twice", "\"v\":1}", "\"v\":1,\"v\":1}", "not-canonical duplicate-key"),
        raw("keys out of order", "\"v\":1}", "\"v\":1,\"a\":1}", "not-canonical keys-out-of-order"),
        raw("a field more", "\"v\":1}", "\"v\":1,\"w\":1}", "bad-field set of fields (one is unknown)"),
        raw("a key with a capital", "\"v\":1}", "\"v\":1,\"vV\":1}", "not-canonical bad-key"),
        raw("plus sign", "\"v\":1}", "\"v\":+1}", "not-canonical unexpected-byte"),
        raw("minus", "\"v\":1}", "\"v\":-1}", "not-canonical number-not-integer"),
        raw("fraction", "\"v\":1}", "\"v\":1.0}", "not-canonical number-not-integer"),
        raw("exponent", "\"v\":1}", "\"v\":1e0}", "not-canonical number-not-integer"),
        raw("leading zero", "\"v\":1}", "\"v\":01}", "not-canonical number-not-integer"),
        raw("two to the 53", "\"v\":1}", "\"v\":9007199254740992}", "not-canonical number-too-large"),
        raw("two to the 63", "\"v\":1}", "\"v\":9223372036854775808}", "not-canonical number-too-large"),
        raw(
            "forty digits",
            "\"v\":1}",
            &format!("\"v\":{}}}", "9".repeat(40)),
            "not-canonical number-too-large",
        ),
        raw(
            "escape of a letter",
            "\"from\":\"a\"",
            "\"from\":\"\\u0061\"",
            "not-canonical escape-not-shortest",
        ),
        raw("escape of a slash", "detente/packet", "detente\\/packet", "not-canonical escape-not-shortest"),
        raw(
            "raw control character",
            "\"from\":\"a\"",
            "\"from\":\"a\u{1}\"",
            "not-canonical forbidden-character",
        ),
        raw("single quotes", "\"from\":\"a\"", "\"from\":'a'", "not-canonical unexpected-byte"),
        raw("byte order mark", "{\"accord\"", "\u{feff}{\"accord\"", "not-canonical unexpected-byte"),
        raw("null", "\"from\":\"a\"", "\"from\":null", "bad-field from"),
        raw("NaN", "\"v\":1}", "\"v\":NaN}", "not-canonical unexpected-byte"),
        raw("base64 without padding", "=\",\"files\"", "\",\"files\"", "bad-field accord"),
        raw("base64 of the other alphabet", "\"accord\":\"", "\"accord\":\"-", "bad-field accord"),
        field("version 2", "v", integer(2), "bad-field v"),
        field("another kind", "kind", Value::text("detente/bundle"), "bad-field kind"),
        field("a time as text", "made", Value::text("now"), "bad-field made"),
        field("from nobody's form", "from", Value::text("A"), "bad-field from"),
        field("from a look-alike", "from", Value::text("\u{430}"), "bad-field from"),
        field("from nobody", "from", Value::text("z"), "unknown-sender"),
        field("from the receiver", "from", Value::text("b"), "bad-field to"),
        field("to a look-alike", "to", Value::text("\u{ff42}"), "bad-field to"),
        field("to another party", "to", Value::text("c"), "not-for-us"),
        field("to nobody", "to", Value::text("z"), "not-for-us"),
        field("another accord", "accord", Value::text(b64::encode(&[7; 32])), "other-record"),
        field("a short accord", "accord", Value::text("AAAA"), "bad-field accord"),
        field("no files", "files", Value::Array(Vec::new()), "not-listed"),
        field("files as an object", "files", Value::object([]), "bad-field files"),
        refused("packet.json: no fields", parts.bytes_with(b"{}"), "bad-field kind"),
        refused("packet.json: empty", parts.bytes_with(b""), "not-canonical truncated"),
        refused("packet.json: an array", parts.bytes_with(b"[]"), "bad-field object"),
        refused("packet.json: not UTF-8", parts.bytes_with(b"{\"a\":\"\xff\"}"), "not-canonical not-utf8"),
        refused("packet.json: deep", parts.bytes_with(&b"[".repeat(4000)), "not-canonical too-deep"),
        listed(&text, &parts, "a hash differs", "\"sha256\":\"", 10),
        listed(&text, &parts, "a size differs", "\"size\":", 7),
    ]
}

/// One character behind a mark changed.
fn listed(text: &str, parts: &super::forger::Parts, name: &str, mark: &str, skip: usize) -> Case {
    let mut bytes = text.as_bytes().to_vec();
    let at = text.find(mark).unwrap() + skip;
    bytes[at] = if bytes[at] == b'1' { b'2' } else { b'1' };
    refused(format!("packet.json: {name}"), parts.bytes_with(&bytes), "not-listed")
}
