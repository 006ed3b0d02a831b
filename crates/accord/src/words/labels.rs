//! Headings of fields and values of content, as people read them.

use detente_psi::Time;

use super::time::{moment, roughly};
use crate::jcs::Value;

/// Names on the wire that need words of their own; all others are shown as they stand, with spaces.
const HEADINGS: [(&str, &str); 34] = [
    ("affected", "what is affected"),
    ("alternatives", "alternatives considered"),
    ("asked", "what is asked"),
    ("attribution", "attribution here"),
    ("behind", "who stands behind it"),
    ("call_back", "how to check this by telephone"),
    ("changes", "what changes"),
    ("clock", "answer wished for within (s)"),
    ("ack_clock", "acknowledgement wished for within (s)"),
    ("do_this", "do this now"),
    ("extra", "more time (s)"),
    ("four_fields", "purpose, nature, value, concerns"),
    ("ground", "ground"),
    ("hold_d", "hold (days)"),
    ("known_since", "known since"),
    ("learned", "what was learned"),
    ("learns", "what each side learns"),
    ("levels", "what is denied"),
    ("meta", "marking"),
    ("norm", "norm cited"),
    ("not_addressed", "not addressed"),
    ("offered", "evidence offered"),
    ("opened", "how many are opened"),
    ("organs", "whom it covers"),
    ("origin", "appears to originate from or transit"),
    ("period", "which time it covers"),
    ("prec", "precedence"),
    ("publishable", "may be published"),
    ("quote", "what it answers, word for word"),
    ("referred_to", "ask instead"),
    ("rsit", "what was seen (RSIT)"),
    ("search", "search made"),
    ("times", "when: started, detected"),
    ("without_prejudice", "without prejudice"),
];

/// The heading of a field or label.
pub fn heading(name: &str) -> String {
    let known = HEADINGS.iter().find(|(wire, _)| *wire == name);
    known.map_or_else(|| name.replace(['_', '-'], " "), |(_, words)| (*words).to_owned())
}

/// A value as lines of text. Times stand as `{"at": …, "pm": …}`.
pub fn lines(value: &Value) -> Vec<String> {
    match value {
        Value::Null => vec!["unknown".to_owned()],
        Value::Bool(true) => vec!["yes".to_owned()],
        Value::Bool(false) => vec!["no".to_owned()],
        Value::Integer(number) => vec![number.to_string()],
        Value::Text(text) => text.lines().map(str::to_owned).collect(),
        Value::Array(values) if values.iter().all(is_short) => {
            vec![values.iter().flat_map(lines).collect::<Vec<_>>().join(", ")]
        }
        Value::Array(values) => values.iter().flat_map(lines).collect(),
        Value::Object(members) => match (members.get("at"), members.get("pm")) {
            (Some(Value::Integer(at)), around) => vec![time(*at, around)],
            _ => members
                .iter()
                .map(|(name, value)| format!("{}: {}", heading(name), lines(value).join(" / ")))
                .collect(),
        },
    }
}

fn is_short(value: &Value) -> bool {
    match value {
        Value::Text(text) => !text.contains('\n'),
        Value::Integer(_) | Value::Bool(_) => true,
        _ => false,
    }
}

/// `1 Oct 2026 08:30Z ± 1 h`.
fn time(at: u64, around: Option<&Value>) -> String {
    let at = moment(Time(at));
    match around {
        Some(Value::Integer(0)) | None => at,
        Some(Value::Integer(seconds)) => format!("{at} ± {}", roughly(seconds.saturating_mul(1000))),
        Some(_) => format!("{at}, precision unknown"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_text() {
        let value = Value::object([
            (
                "started",
                Value::object([("at", Value::Integer(1_795_322_190_000)), ("pm", Value::Integer(3600))]),
            ),
            ("detected", Value::Null),
        ]);
        assert_eq!(lines(&value), ["detected: unknown", "started: 22 Nov 2026 04:36Z ± 1 h"]);
        let asked = Value::Array(vec![Value::text("investigate"), Value::text("preserve")]);
        assert_eq!(
            (lines(&asked), heading("asked")),
            (vec!["investigate, preserve".to_owned()], "what is asked".into())
        );
        assert_eq!(heading("not-sure_of"), "not sure of");
    }
}
