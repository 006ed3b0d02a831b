//! The public conformance files against our rules. Where canon/1 differs from them, the differences are sorted by
//! reason and counted exactly; docs/conformance.md lists the reasons.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test stops where it fails, and says what it skips"
)]

mod common;

use std::collections::BTreeMap;

use common::{bytes, unzstd};
use detente_indicators::canon::{Declared, canonicalise};
use detente_indicators::{Item, Kind, Reason};
use serde_json::Value;

type Tally = BTreeMap<&'static str, usize>;

fn canonical(kind: Kind, text: &str) -> Result<String, Reason> {
    let mut bytes = Vec::new();
    canonicalise(Declared::Kind(kind), text, false, &mut bytes)?;
    Ok(Item::from_bytes(&bytes).unwrap().printed())
}

/// Asserts every count, and prints one example of each difference.
fn compare(tally: &Tally, examples: &BTreeMap<&'static str, String>, expected: &[(&'static str, usize)]) {
    for (class, example) in examples {
        println!("{class}: {example}");
    }
    assert_eq!(tally.iter().map(|(class, count)| (*class, *count)).collect::<Vec<_>>(), expected);
}

#[test]
fn public_suffixes() {
    for file in ["conformance/test_psl.txt", "conformance/tests.txt"] {
        let Some(text) = bytes(file) else { return };
        let text = String::from_utf8(text).unwrap();
        let mut checked = 0;
        for line in text.lines().filter(|line| !line.starts_with("//") && !line.trim().is_empty()) {
            let cells: Vec<&str> = match line.strip_prefix("checkPublicSuffix(") {
                Some(call) => call
                    .trim_end_matches(");")
                    .split(',')
                    .map(|cell| cell.trim().trim_matches('\''))
                    .collect(),
                None => line.split_whitespace().collect(),
            };
            let (name, expected) = (cells[0], (cells[1] != "null").then_some(cells[1]));
            checked += 1;
            if name == "null" {
                continue;
            }
            // The list is asked only about canonical names; names that are none have no registrable domain.
            // One leading dot is a wildcard to us and an error to the file.
            let ours = canonical(Kind::Domain, name).ok().filter(|_| !name.starts_with('.'));
            let ours = ours.as_deref().and_then(|name| psl::domain_str(name)).map(str::to_owned);
            let expected = expected.map(|name| canonical(Kind::Domain, name).unwrap());
            assert_eq!(ours, expected, "{file}: {line}");
        }
        println!("{file}: {checked}");
        assert!(checked > 70);
    }
}

/// One column of IdnaTestV2, with its escapes.
fn unescaped(cell: &str) -> Option<String> {
    let cell = cell.trim();
    if cell == "\"\"" {
        return Some(String::new());
    }
    let mut units = Vec::new();
    let mut rest = cell;
    while let Some(character) = rest.chars().next() {
        if let Some(escape) = rest.strip_prefix("\\u") {
            units.push(u16::from_str_radix(escape.get(..4)?, 16).ok()?);
            rest = &escape[4..];
        } else if let Some(escape) = rest.strip_prefix("\\x{") {
            let (hex, after) = escape.split_once('}')?;
            let character = char::from_u32(u32::from_str_radix(hex, 16).ok()?)?;
            units.extend_from_slice(character.encode_utf16(&mut [0; 2]));
            rest = after;
        } else {
            units.extend_from_slice(character.encode_utf16(&mut [0; 2]));
            rest = &rest[character.len_utf8()..];
        }
    }
    // A lone surrogate is no text.
    String::from_utf16(&units).ok()
}

/// Why a name that ToASCII takes is refused by canon/1.
fn refused_because(ascii: &str) -> &'static str {
    let labels: Vec<&str> = ascii.trim_end_matches('.').split('.').collect();
    let last = labels[labels.len() - 1];
    if labels.len() < 2 {
        "stricter: one label"
    } else if last.len() < 2 || !last.starts_with(|c: char| c.is_ascii_lowercase()) {
        "stricter: last label begins with no letter or has one character"
    } else {
        "stricter: for another reason"
    }
}

/// Why canon/1 takes a name that ToASCII refuses, by the status of the file.
fn taken_because(source: &str, status: &str) -> &'static str {
    let codes: Vec<&str> = status.trim_matches(['[', ']']).split(',').map(str::trim).collect();
    let dots = ['.', '\u{3002}', '\u{ff0e}', '\u{ff61}'];
    if codes == ["A4_2"] && source.ends_with(dots) {
        "looser: one dot at the end is taken off"
    } else if codes.iter().all(|code| ["X4_2", "A4_2"].contains(code)) && source.starts_with('.') {
        "looser: one dot in front is taken off"
    } else if codes.iter().all(|code| ["V2", "V3"].contains(code)) {
        "looser: hyphens in the third and fourth place"
    } else if codes == ["V2", "V4"] && source.to_lowercase().contains("xn--xn--") {
        "looser: a label that decodes to another `xn--`"
    } else if codes == ["V7"] && holds_seal_script(source) {
        "looser: letters of Unicode 18.0, the file is of 17.0"
    } else if codes == ["U1"] {
        "looser: underscore"
    } else {
        "looser: for another reason"
    }
}

/// The small seal script, a block that Unicode 18.0 has new.
fn holds_seal_script(name: &str) -> bool {
    let decoded = idna::domain_to_unicode(name).0;
    decoded.chars().any(|character| ('\u{3d000}'..='\u{3fc3f}').contains(&character))
}

#[test]
fn idna_test_v2() {
    let Some(file) = unzstd("conformance/IdnaTestV2.txt.zst") else { return };
    let file = String::from_utf8(file).unwrap();
    let mut tally = Tally::new();
    let mut examples = BTreeMap::new();
    for line in file.lines() {
        let line = line.split('#').next().unwrap();
        let cells: Vec<&str> = line.split(';').map(str::trim).collect();
        if cells.len() < 7 {
            continue;
        }
        let Some(source) = unescaped(cells[0]) else {
            *tally.entry("skipped: not text").or_default() += 1;
            continue;
        };
        let or = |cell: usize, other: String| match cells[cell] {
            "" => other,
            cell => unescaped(cell).unwrap_or_default(),
        };
        let to_ascii = or(3, or(1, source.clone()));
        let status = match (cells[4], cells[2]) {
            ("", status) | (status, _) => status,
        };
        let ours = canonical(Kind::Domain, &source);
        let is_valid = status.is_empty() || status == "[]";
        let class = match (&ours, is_valid) {
            (Ok(ours), true) if *ours == to_ascii.trim_end_matches('.') => "same: taken",
            (Err(_), false) => "same: refused",
            (Ok(_), true) => "different result",
            (Err(_), true) => refused_because(&to_ascii),
            (Ok(_), false) => taken_because(&source, status),
        };
        *tally.entry(class).or_default() += 1;
        examples.entry(class).or_insert_with(|| format!("{source:?} {status} {ours:?} {to_ascii:?}"));
    }
    let expected = [
        ("looser: a label that decodes to another `xn--`", 1),
        ("looser: letters of Unicode 18.0, the file is of 17.0", 4),
        ("looser: one dot at the end is taken off", 7),
        ("looser: one dot in front is taken off", 2),
        ("same: refused", 5_826),
        ("same: taken", 400),
        ("skipped: not text", 2),
        ("stricter: last label begins with no letter or has one character", 9),
        ("stricter: one label", 140),
    ];
    compare(&tally, &examples, &expected);
}

/// What canon/1 makes of the parts that the WHATWG parser gives.
fn expected_url(test: &Value) -> String {
    let part = |name: &str| test[name].as_str().unwrap();
    let (path, mut decoded) = (part("pathname"), String::new());
    let mut rest = path;
    while let Some(at) = rest.find('%') {
        decoded.push_str(&rest[..at]);
        rest = &rest[at..];
        match rest.get(1..3).and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) => {
                decoded.push(char::from(byte));
                rest = &rest[3..];
            }
            Some(_) => {
                decoded.push_str(&rest[..3].to_uppercase());
                rest = &rest[3..];
            }
            None => {
                decoded.push('%');
                rest = &rest[1..];
            }
        }
    }
    decoded.push_str(rest);
    let host = part("host").trim_end_matches('.');
    // `search` is empty for `?` alone; the query stands verbatim in `href`.
    let href = part("href").split('#').next().unwrap();
    let query = href.split_once('?').map(|(_, query)| format!("?{query}")).unwrap_or_default();
    format!("{}//{host}{decoded}{query}", part("protocol"))
}

fn host_class(hostname: &str, reason: Reason) -> &'static str {
    let name = hostname.trim_end_matches('.');
    if reason == Reason::SpecialUse {
        "stricter: special-use address"
    } else if reason == Reason::BadScheme {
        "stricter: scheme"
    } else if hostname.starts_with('[') {
        "stricter: IPv6"
    } else if !name.contains('.') {
        "stricter: host of one label"
    } else if name.starts_with('*')
        || name.contains(|c: char| !c.is_ascii_alphanumeric() && !".-_".contains(c))
    {
        "stricter: character that no name has"
    } else if hostname.ends_with("..") || name.split('.').any(str::is_empty) {
        "stricter: empty label"
    } else if name.split('.').any(|label| label.len() > 63) || name.len() > 253 {
        "stricter: length"
    } else if name.split('.').any(|label| label.starts_with("xn--")) {
        "stricter: A-label that UTS-46 refuses"
    } else if name
        .rsplit('.')
        .next()
        .is_some_and(|last| last.len() < 2 || !last.starts_with(|c: char| c.is_ascii_alphabetic()))
    {
        "stricter: last label begins with no letter or has one character"
    } else {
        "stricter: for another reason"
    }
}

#[test]
fn url_test_data() {
    let Some(file) = unzstd("conformance/urltestdata.json.zst") else { return };
    let tests: Vec<Value> = serde_json::from_slice(&file).unwrap();
    let mut tally = Tally::new();
    let mut examples = BTreeMap::new();
    for test in tests.iter().filter(|test| test.is_object()) {
        let Some(input) = test["input"].as_str() else { continue };
        let start: String = input.chars().filter(|c| !"\t\n\r".contains(*c)).collect();
        let start = start.trim_start_matches(|c| c <= ' ').to_ascii_lowercase();
        let is_http = start.starts_with("http:") || start.starts_with("https:");
        let needs_base = test["base"].is_string()
            && !start.starts_with("http://")
            && !start.starts_with("https://")
            && test["base"].as_str().is_some_and(|base| start.starts_with(base.split(':').next().unwrap()));
        let ours = canonical(Kind::Url, input);
        let failure = test["failure"].as_bool() == Some(true);
        let class = if !is_http {
            // Anything else is no URL to us, whatever a base would make of it.
            if ours.is_err() { "not http: refused" } else { "not http: taken" }
        } else if needs_base {
            "skipped: relative to a base"
        } else {
            match (&ours, failure) {
                (Err(_), true) => "same: refused",
                (Ok(_), true) => "looser",
                (Ok(ours), false) if *ours == expected_url(test) => "same: taken",
                (Ok(_), false) => "different result",
                (Err(reason), false) => host_class(test["hostname"].as_str().unwrap(), *reason),
            }
        };
        *tally.entry(class).or_default() += 1;
        examples.entry(class).or_insert_with(|| format!("{input:?} {ours:?} {:?}", test["href"]));
    }
    let expected = [
        ("not http: refused", 492),
        ("same: refused", 203),
        ("same: taken", 104),
        ("skipped: relative to a base", 10),
        ("stricter: character that no name has", 1),
        ("stricter: empty label", 1),
        ("stricter: host of one label", 45),
        ("stricter: last label begins with no letter or has one character", 2),
        ("stricter: special-use address", 11),
    ];
    compare(&tally, &examples, &expected);
}
