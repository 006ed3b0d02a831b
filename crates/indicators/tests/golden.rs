//! The golden file: what a second implementation of canon/1 gives, input by input.

#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

use detente_indicators::canon::{Declared, canonicalise};
use detente_indicators::{Item, Kind, Reason};
use serde::Deserialize;

#[derive(Deserialize)]
struct Row {
    declared: String,
    text: String,
    special_use: bool,
    bytes: Option<String>,
    #[serde(default)]
    notes: Vec<String>,
    reason: Option<String>,
}

fn rows() -> Vec<Row> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/canon/golden.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn declared(name: &str) -> Declared {
    match name {
        "unknown" => Declared::Unknown,
        "address" => Declared::Address,
        "host" => Declared::Host,
        "hash" => Declared::Hash,
        "not-carried" => Declared::NotCarried,
        kind => Declared::Kind(Kind::from_name(kind).unwrap()),
    }
}

fn shown(declared: Declared, text: &str, special_use: bool) -> String {
    let mut bytes = Vec::new();
    match canonicalise(declared, text, special_use, &mut bytes) {
        Ok((_, notes)) => {
            let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            let mut notes: Vec<&str> = notes.iter().map(detente_indicators::Note::name).collect();
            notes.sort_unstable();
            format!("{hex} {notes:?}")
        }
        Err(reason) => reason.to_string(),
    }
}

#[test]
fn two_implementations_agree() {
    let rows = rows();
    assert!(rows.len() >= 200);
    let mut differing = Vec::new();
    for row in &rows {
        let expected = match &row.bytes {
            Some(bytes) => format!("{bytes} {:?}", row.notes),
            None => row.reason.clone().unwrap(),
        };
        let ours = shown(declared(&row.declared), &row.text, row.special_use);
        if ours != expected {
            differing
                .push(format!("{} {:?}:\n    theirs {expected}\n    ours   {ours}", row.declared, row.text));
        }
    }
    assert!(differing.is_empty(), "{} of {} differ:\n{}", differing.len(), rows.len(), differing.join("\n"));
}

#[test]
fn every_reason_of_the_rules_occurs() {
    let rows = rows();
    let seen = |reason: &Reason| rows.iter().any(|row| row.reason.as_deref() == Some(reason.name()));
    let of_the_rules = [
        Reason::NotAnIndicator,
        Reason::Ambiguous,
        Reason::BadAddress,
        Reason::SpecialUse,
        Reason::ZoneId,
        Reason::BadName,
        Reason::BadLastLabel,
        Reason::BadUrl,
        Reason::BadScheme,
        Reason::BadEmail,
        Reason::BadHash,
        Reason::TypeNotCarried,
    ];
    assert_eq!(of_the_rules.iter().filter(|reason| !seen(reason)).count(), 0);
}

#[test]
fn the_printed_form_gives_the_same_item() {
    for row in rows() {
        let mut first = Vec::new();
        let Ok((kind, _)) = canonicalise(declared(&row.declared), &row.text, row.special_use, &mut first)
        else {
            continue;
        };
        let printed = Item::from_bytes(&first).unwrap().printed();
        for declared in [Declared::Kind(kind), Declared::Unknown] {
            if kind == Kind::Imphash && declared == Declared::Unknown {
                continue;
            }
            let mut second = Vec::new();
            let again = canonicalise(declared, &printed, row.special_use, &mut second);
            assert_eq!(
                again.map(|(kind, notes)| (kind, notes.iter().count())),
                Ok((kind, 0)),
                "{}",
                row.text
            );
            assert_eq!(first, second, "{}", row.text);
        }
    }
}
