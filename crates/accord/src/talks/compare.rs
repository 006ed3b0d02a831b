//! Two reports of one contact side by side: what both say alike, and what differs. Which of them is right is not
//! for a program to say.

use detente_psi::Time;

use crate::jcs::Value;

/// What one side reports of a contact: public fields, and labels as far as they are readable.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reported<'a> {
    /// When it was.
    pub at: Time,
    /// Whether it was planned.
    pub planned: bool,
    /// Through which channel.
    pub channel: &'a str,
    /// Whether there are notes: `yes`, `no`, `whose`.
    pub notes: &'a str,
    /// Where it was.
    pub place: Option<&'a Value>,
    /// What it was about.
    pub topics: Option<&'a Value>,
}

/// What differs between two reports, in the order of the fields of a report. None: they are consistent.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Differences(Vec<&'static str>);

impl Differences {
    /// The fields that differ: `at`, `planned`, `channel`, `notes`, `where`, `topics`.
    pub fn fields(&self) -> &[&'static str] {
        &self.0
    }

    /// The word for the state: `consistent` or `differing`.
    pub fn name(&self) -> &'static str {
        if self.0.is_empty() { "consistent" } else { "differing" }
    }
}

/// Compares two reports. What only one of them says does not differ: the other leaves it open. Times that lie within
/// [`SAME_TIME_MS`] of each other are the same; words are compared without regard to case and blanks, lists without
/// regard to order.
pub fn compare(one: &Reported<'_>, other: &Reported<'_>) -> Differences {
    let both = |one: Option<&Value>, other: Option<&Value>| match (one, other) {
        (Some(one), Some(other)) => plain(one) == plain(other),
        _ => true,
    };
    let same = [
        ("at", one.at.0.abs_diff(other.at.0) <= SAME_TIME_MS),
        ("planned", one.planned == other.planned),
        ("channel", one.channel == other.channel),
        ("notes", one.notes == other.notes),
        ("where", both(one.place, other.place)),
        ("topics", both(one.topics, other.topics)),
    ];
    Differences(same.into_iter().filter(|(_, same)| !same).map(|(field, _)| field).collect())
}

/// The words of a value, in order where it is a list.
fn plain(value: &Value) -> Vec<String> {
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    match value {
        Value::Array(values) => {
            let mut all: Vec<String> = values.iter().flat_map(plain).collect();
            all.sort();
            all.dedup();
            all
        }
        Value::Text(text) => vec![words(text)],
        other => vec![String::from_utf8_lossy(&other.encode()).into_owned()],
    }
}

/// Two watches and two memories of when a meeting began: an hour.
pub const SAME_TIME_MS: u64 = 3_600_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_both_say_differently_differs() {
        let text = |text: &str| Value::text(text);
        let list = |words: [&str; 2]| Value::Array(words.map(Value::text).to_vec());
        let (here, there) = (text("Geneva,  Hotel"), text("geneva, hotel"));
        let (elsewhere, topics) = (text("Vienna"), list(["elections", "ports"]));
        let (turned, fewer) = (list(["Ports", "Elections"]), text("ports"));
        let one = Reported {
            at: Time(10_000_000),
            planned: true,
            channel: "in-person",
            notes: "yes",
            place: Some(&here),
            topics: Some(&topics),
        };
        for (other, due) in [
            (one.clone(), vec![]),
            (Reported { place: Some(&there), topics: Some(&turned), ..one.clone() }, vec![]),
            (Reported { place: None, topics: None, ..one.clone() }, vec![]),
            (Reported { at: Time(10_000_000 + SAME_TIME_MS), ..one.clone() }, vec![]),
            (Reported { at: Time(10_000_001 + SAME_TIME_MS), ..one.clone() }, vec!["at"]),
            (Reported { planned: false, ..one.clone() }, vec!["planned"]),
            (Reported { channel: "call", ..one.clone() }, vec!["channel"]),
            (Reported { notes: "no", ..one.clone() }, vec!["notes"]),
            (Reported { place: Some(&elsewhere), ..one.clone() }, vec!["where"]),
            (Reported { topics: Some(&fewer), ..one.clone() }, vec!["topics"]),
            (Reported { notes: "no", place: Some(&elsewhere), ..one.clone() }, vec!["notes", "where"]),
        ] {
            let found = compare(&one, &other);
            assert_eq!(found.fields(), due);
            assert_eq!(compare(&other, &one), found, "either way");
            assert_eq!(found.name(), if due.is_empty() { "consistent" } else { "differing" });
        }
    }
}
