//! STIX bundles and TAXII envelopes: published ones against the same indicators in other formats, and every
//! rule about versions, markings and observables.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod common;

use common::{all_printed, bytes, options, printed, read_as, shared};
use detente_indicators::read::{Format, ReadError, Reading};
use detente_indicators::{Kind, List, Options, Pap, Reason, Tlp};

fn bundle(objects: &str) -> List {
    bundle_with(objects, options())
}

fn bundle_with(objects: &str, options: Options) -> List {
    let input = format!(r#"{{"type":"bundle","id":"bundle--1","objects":[{objects}]}}"#);
    let (format, list) = read_as(input.as_bytes(), &Reading::default(), options).unwrap();
    assert_eq!(format, Format::Stix);
    list
}

/// An indicator of one name, with more members in front of its pattern.
fn indicator(name: &str, members: &str) -> String {
    format!(
        r#"{{"type":"indicator","spec_version":"2.1","id":"indicator--{name}",{members}"pattern_type":"stix",
        "pattern":"[domain-name:value = '{name}']"}}"#
    )
}

fn domains(list: &List) -> Vec<String> {
    printed(list, Kind::Domain).into_iter().collect()
}

/// The bundle of a week and the rows of its table are the same values (README of the shared data).
#[test]
fn tweetfeed_bundle_and_table() {
    let (Some(input), Some(table)) = (bytes("tweetfeed/stix-week.json"), bytes("tweetfeed/month.csv")) else {
        return;
    };
    let (format, stix) = read_as(&input, &Reading::default(), options()).unwrap();
    assert_eq!((format, stix.counts().read), (Format::Stix, 1_536));
    let table = String::from_utf8(table).unwrap();
    let week: String =
        table.lines().filter(|row| &row[..10] >= "2026-08-16").map(|row| format!("{row}\n")).collect();
    let (format, csv) = read_as(week.as_bytes(), &Reading::default(), options()).unwrap();
    assert_eq!(format, Format::Csv);
    assert_eq!(all_printed(&stix), all_printed(&csv));
}

/// 1,406 names are common as they are written, and every address of the smaller file.
#[test]
fn amnesty_pegasus_and_the_same_as_zeek_intelligence() {
    let stix = bytes("election/amnesty/pegasus.stix2");
    let intel = bytes("election/zeek-intel-gru-aa25/Amnesty_NSO_Domains.intel");
    let (Some(stix), Some(intel)) = (stix, intel) else { return };
    let (_, stix) = read_as(&stix, &Reading::default(), options()).unwrap();
    assert_eq!(printed(&stix, Kind::Domain).len(), 1_438);
    assert_eq!(printed(&stix, Kind::Email).len(), 29);
    assert_eq!(stix.counts().dropped[&Reason::PatternNotCarried], 82, "process names and a file name");
    let (format, intel) = read_as(&intel, &Reading::default(), options()).unwrap();
    assert_eq!((format, intel.counts().read), (Format::ZeekIntel, 1_424));
    let common = |kind| printed(&stix, kind).intersection(&printed(&intel, kind)).count();
    assert_eq!((common(Kind::Domain), common(Kind::Email)), (1_406, 17));
}

#[test]
fn amnesty_cytrox() {
    let Some(input) = bytes("election/amnesty/cytrox.stix2") else { return };
    let (_, list) = read_as(&input, &Reading::default(), options()).unwrap();
    assert_eq!(printed(&list, Kind::Domain).len(), 336);
}

/// What the validator of OASIS calls valid is what we carry or refuse by name; the bundle has no other.
#[test]
fn the_pattern_validator_agrees() {
    let Some(path) = shared("election/amnesty/pegasus.stix2") else { return };
    let Some(verdict) = common::peer("stix_patterns.py", &path) else { return };
    assert_eq!(String::from_utf8(verdict).unwrap().trim(), "1549 0");
}

#[test]
fn envelopes_and_version_2_0() {
    let object = indicator("a.example.com", "");
    let envelope = format!(r#"{{"more":true,"next":"5","objects":[{object}]}}"#);
    // Two pages that were saved into one file.
    let pages = format!("{envelope}\n{}", envelope.replace("a.example.com", "b.example.com"));
    let (format, list) = read_as(pages.as_bytes(), &Reading::default(), options()).unwrap();
    assert_eq!((format, domains(&list).len()), (Format::Stix, 2));
    let version_2_0 = bundle(
        r#"{"type":"indicator","id":"indicator--1","labels":["malicious-activity"],"pattern":"[domain-name:value = 'a.example.com']"}"#,
    );
    assert_eq!(domains(&version_2_0), ["a.example.com"]);
}

#[test]
fn the_newest_version_counts() {
    let version = |modified: &str, name: &str, more: &str| {
        format!(
            r#"{{"pattern":"[domain-name:value = '{name}']","type":"indicator","id":"indicator--1",
            "pattern_type":"stix",{more}"modified":"{modified}"}}"#
        )
    };
    let list = bundle(
        &[
            version("2026-01-01T00:00:00.5Z", "second.example.com", ""),
            version("2026-01-01T00:00:00.50001Z", "third.example.com", ""),
            version("2026-01-01T00:00:00Z", "first.example.com", ""),
        ]
        .join(","),
    );
    assert_eq!((domains(&list), list.counts().read), (vec!["third.example.com".to_owned()], 1));
    let list = bundle(
        &[
            version("2026-01-01T00:00:00Z", "a.example.com", ""),
            version("2026-01-02T00:00:00Z", "a.example.com", r#""revoked":true,"#),
        ]
        .join(","),
    );
    assert_eq!((list.len(), list.counts().dropped[&Reason::Revoked]), (0, 1));
}

#[test]
fn other_languages_and_missing_patterns() {
    let list = bundle(
        r#"{"type":"indicator","id":"indicator--1","pattern_type":"yara","pattern":"rule x {}"},
        {"type":"indicator","id":"indicator--2","pattern_type":"stix"},
        {"type":"malware","id":"malware--1","name":"x"},
        {"type":"indicator","id":"indicator--3","pattern_type":"stix","pattern":"[url:value = 'a'] FOLLOWEDBY [url:value = 'b']"}"#,
    );
    assert_eq!((list.counts().read, list.counts().dropped[&Reason::PatternNotCarried]), (3, 3));
}

#[test]
fn markings_of_every_form() {
    let tlp = |members: &str, more: &str| {
        let members = format!("{members},");
        let list = bundle(&format!("{}{more}", indicator("a.example.com", &members)));
        (list.marking(0).tlp, list.marking(0).pap, list.counts().held_back)
    };
    let refs = |id: &str| format!(r#""object_marking_refs":["marking-definition--{id}"]"#);
    for (id, level) in [
        ("613f2e26-407d-48c7-9eca-b8e91df99dc9", Tlp::Clear),
        ("34098fce-860f-48ae-8e50-ebd3cc5e41da", Tlp::Green),
        ("f88d31f6-486f-44da-b317-01333bde0b82", Tlp::Amber),
        ("5e57c739-391a-4eb3-b6be-7d15ca92d5ed", Tlp::Red),
        ("94868c89-83c2-464b-929b-a1a8aa3c8487", Tlp::Clear),
        ("bab4a63c-aed9-4cf5-a766-dfca5abac2bb", Tlp::Green),
        ("55d920b0-5e8b-4f79-9ee9-91f868d9b421", Tlp::Amber),
        ("939a9414-2ddd-4d32-a0cd-375ea402b003", Tlp::AmberStrict),
        ("e828b379-4e03-4974-9ac4-e53a884c97c1", Tlp::Red),
    ] {
        assert_eq!(tlp(&refs(id), ""), (Some(level), None, 0), "{id}");
    }
    assert_eq!(tlp(&refs("nobody-defined-this"), ""), (Some(Tlp::Red), None, 0));
    // Definitions may stand behind what they mark.
    for (definition, expected) in [
        (r#""definition_type":"tlp","definition":{"tlp":"amber"}"#, (Some(Tlp::Amber), None, 0)),
        (
            r#""definition_type":"TLP","name":"TLP:AMBER+STRICT","definition":{"TLP":"TLP:AMBER+STRICT"}"#,
            (Some(Tlp::AmberStrict), None, 0),
        ),
        (
            r#""extensions":{"extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d":{"extension_type":"property-extension","tlp_2_0":"green"}}"#,
            (Some(Tlp::Green), None, 0),
        ),
        (
            r#""definition_type":"PAP","name":"PAP:GREEN","definition":{"PAP":"PAP:GREEN"}"#,
            (None, Some(Pap::Green), 0),
        ),
        (
            r#""definition_type":"statement","definition":{"statement":"PAP:CLEAR"}"#,
            (None, Some(Pap::Clear), 0),
        ),
        (
            r#""definition_type":"statement","definition":{"statement":"Copyright 2026, Example"}"#,
            (None, None, 0),
        ),
        (r#""definition_type":"tlp","definition":{}"#, (Some(Tlp::Red), None, 0)),
    ] {
        let definition =
            format!(r#",{{"type":"marking-definition","id":"marking-definition--d",{definition}}}"#);
        assert_eq!(tlp(&refs("d"), &definition), expected, "{definition}");
    }
    assert_eq!(tlp(r#""labels":["tlp:green","PAP:CLEAR"]"#, ""), (Some(Tlp::Green), Some(Pap::Clear), 0));
    let held = bundle(&indicator("a.example.com", r#""labels":["PAP:AMBER"],"#));
    assert_eq!((held.len(), held.counts().held_back), (0, 1));
}

#[test]
fn granular_markings_over_the_pattern() {
    let granular = |selector: &str| {
        let members = format!(
            r#""object_marking_refs":["marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487"],
            "granular_markings":[{{"selectors":["{selector}"],
            "marking_ref":"marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"}},{{"lang":"en","selectors":["name"]}}],"#
        );
        bundle(&indicator("a.example.com", &members)).marking(0).tlp
    };
    assert_eq!(granular("pattern"), Some(Tlp::Red));
    assert_eq!(granular("description"), Some(Tlp::Clear));
}

#[test]
fn observables_only_when_asked_for() {
    let objects = r#"{"type":"domain-name","id":"domain-name--1","value":"a.example.com"},
        {"type":"ipv4-addr","value":"192.0.2.1","id":"ipv4-addr--1"},
        {"hashes":{"SHA-256":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","SSDEEP":"3::"},"type":"file"},
        {"type":"observed-data","objects":{"0":{"type":"url","value":"http://a.example.com/"},"1":{"type":"process","pid":1}}},
        {"type":"identity","name":"x"}"#;
    assert_eq!(bundle(objects).counts().read, 0);
    let list = bundle_with(objects, Options { observables: true, ..options() });
    assert_eq!((list.len(), list.counts().dropped[&Reason::TypeNotCarried]), (4, 1));
}

#[test]
fn documents_that_mean_harm() {
    let reading = Reading { format: Some(Format::Stix), ..Reading::default() };
    let refused = |input: &[u8]| match read_as(input, &reading, options()) {
        Err(ReadError::MalformedDocument { detail, .. }) => detail,
        Err(other) => other.to_string(),
        Ok(_) => "read".to_owned(),
    };
    let deep = format!(r#"{{"objects":[{{"x":{}"#, "{\"a\":".repeat(1_000_000));
    assert_eq!(refused(deep.as_bytes()), "nested deeper than 16");
    assert_eq!(refused(br#"{"objects":[{"type":"indicator"#), "the document ends inside a value");
    assert_eq!(refused(b"[]"), "neither a bundle nor an envelope");
    assert_eq!(refused(br#"{"objects":[{]}"#), "no JSON at byte 13");
    // Half a million indicators with one id are one indicator, found again in logarithmic time.
    let same = vec![indicator("a.example.com", ""); 50_000].join(",");
    assert_eq!(bundle(&same).counts().read, 1);
    let long = format!("({}", "(".repeat(100_000));
    let list = bundle(&format!(r#"{{"type":"indicator","id":"i","pattern":"[{long}"}}"#));
    assert_eq!(list.counts().dropped[&Reason::PatternNotCarried], 1);
}
