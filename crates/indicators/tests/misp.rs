//! MISP JSON: published events, every root and shape that FORMATS names, and what PyMISP writes.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod common;

use common::{bytes, options, printed, read_as, shared};
use detente_indicators::read::{Format, ReadError, Reading};
use detente_indicators::{Kind, List, Options, Reason, Tlp};

fn event(input: &str) -> List {
    event_with(input, options())
}

fn event_with(input: &str, options: Options) -> List {
    let (format, list) = read_as(input.as_bytes(), &Reading::default(), options).unwrap();
    assert_eq!(format, Format::Misp);
    list
}

fn everything() -> Options {
    Options { all: true, ..options() }
}

fn domains(list: &List) -> Vec<String> {
    printed(list, Kind::Domain).into_iter().collect()
}

fn dropped(list: &List, reason: Reason) -> u64 {
    list.counts().dropped.get(&reason).copied().unwrap_or_default()
}

fn domain(name: &str) -> String {
    format!(r#"{{"type":"domain","value":"{name}","to_ids":true}}"#)
}

#[test]
fn tweetfeed_events() {
    let Some(folder) = shared("tweetfeed/misp") else { return };
    let (mut events, mut read) = (0, 0);
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let is_event = path.extension().is_some_and(|extension| extension == "json")
            && path.file_stem().is_some_and(|stem| stem.len() == 36);
        if is_event {
            let list = event(&std::fs::read_to_string(path).unwrap());
            events += 1;
            read += list.counts().read;
            assert_eq!(list.counts().unmarked, 0, "every event is tagged tlp:clear");
        }
    }
    assert_eq!((events, read), (6, 443));
}

/// The events of ESET have no attribute that is for detection; how many there are was counted with another
/// JSON reader.
#[test]
fn eset_events_are_not_for_detection() {
    for (file, attributes, not_for_detection) in [
        ("2017-05-09_Trump_Attack_on_Syria_IoCs.json", 23, 15),
        ("2018-11-20_Zebrocy.json", 32, 28),
        ("2019-05-23_Zebrocy.json", 12, 12),
        ("misp-dukes-operation-ghost-event.json", 101, 88),
    ] {
        let Some(input) = bytes(&format!("election/eset-sednit-dukes/{file}")) else { return };
        let (_, list) = read_as(&input, &Reading::default(), options()).unwrap();
        assert_eq!(list.counts().read, attributes, "{file}");
        assert_eq!(dropped(&list, Reason::NotForDetection), not_for_detection, "{file}");
        assert_eq!(dropped(&list, Reason::TypeNotCarried), attributes - not_for_detection, "{file}");
        let (_, all) = read_as(&input, &Reading::default(), everything()).unwrap();
        assert_eq!(dropped(&all, Reason::NotForDetection), 0, "{file}");
        assert_eq!(all.counts().items + dropped(&all, Reason::Duplicate), not_for_detection, "{file}");
    }
}

#[test]
fn every_root() {
    let attribute = domain("a.example.com");
    for root in [
        format!(r#"{{"Event":{{"uuid":"x","Attribute":[{attribute}]}}}}"#),
        format!(r#"{{"response":[{{"Event":{{"Attribute":[{attribute}]}}}}]}}"#),
        format!(r#"[{{"Event":{{"Attribute":[{attribute}]}}}}]"#),
        format!(r#"{{"response":{{"Attribute":[{attribute}]}}}}"#),
        format!(r#"{{"Attribute":[{attribute}]}}"#),
        format!(r#"{{"Event":{{"Object":[{{"name":"o","Attribute":[{attribute}]}}]}}}}"#),
    ] {
        assert_eq!(domains(&event(&root)), ["a.example.com"], "{root}");
    }
    let two = format!(
        r#"{{"response":[{{"Event":{{"Attribute":[{attribute}]}}}},{{"Event":{{"Attribute":[{}]}}}}]}}"#,
        domain("b.example.com")
    );
    assert_eq!(domains(&event(&two)), ["a.example.com", "b.example.com"]);
}

#[test]
fn what_is_not_walked() {
    let list = event(&format!(
        r#"{{"Event":{{"ShadowAttribute":[{0}],"RelatedEvent":[{{"Event":{{"Attribute":[{0}]}}}}],
        "Galaxy":[{{"GalaxyCluster":[{{"meta":{{"refs":["http://a.example.com"]}}}}]}}],
        "Attribute":[{{"type":"domain","value":"gone.example.com","to_ids":true,"deleted":true}},
                     {{"type":"domain","value":"gone.example.com","to_ids":true,"deleted":"1"}}],
        "Object":[{{"Attribute":[{0}],"deleted":true}}]}}}}"#,
        domain("a.example.com")
    ));
    assert_eq!(list.counts().read, 0);
}

#[test]
fn booleans_and_numbers_in_every_dress() {
    let list = event(
        r#"{"Event":{"Attribute":[
        {"type":"domain","value":"a.example.com","to_ids":"1","deleted":"0"},
        {"type":"domain","value":"b.example.com","to_ids":1,"deleted":null},
        {"type":"domain","value":"c.example.com","to_ids":"0"},
        {"type":"domain","value":"d.example.com","to_ids":0},
        {"type":"AS","value":64500,"to_ids":true},
        {"value":"e.example.com","to_ids":"true","type":"domain"}]}}"#,
    );
    assert_eq!(domains(&list), ["a.example.com", "b.example.com", "e.example.com"]);
    assert_eq!(dropped(&list, Reason::NotForDetection), 2);
    assert_eq!(dropped(&list, Reason::TypeNotCarried), 1);
}

#[test]
fn composites_and_patterns() {
    let hash = "d41d8cd98f00b204e9800998ecf8427e";
    let list = event(&format!(
        r#"{{"Event":{{"Attribute":[
        {{"type":"domain|ip","value":"a.example.com|192.0.2.1","to_ids":true}},
        {{"type":"filename|md5","value":"x.exe|{hash}","to_ids":true}},
        {{"type":"malware-sample","value":"x.exe|{hash}","to_ids":true,"data":"{0}"}},
        {{"type":"ip-dst|port","value":"192.0.2.2|443","to_ids":true}},
        {{"type":"link","value":"https://example.org/report","to_ids":true}},
        {{"type":"stix2-pattern","value":"[domain-name:value = 'b.example.com' OR url:value LIKE 'x']","to_ids":true}},
        {{"type":"stix2-pattern","value":"[domain-name:value = 'c.example.com']","to_ids":true}},
        {{"type":"stix2-pattern","value":"[domain-name:value = 'd.example.com']","to_ids":false}},
        {{"type":"mutex","value":"m","to_ids":true}}]}}}}"#,
        "A".repeat(1 << 20)
    ));
    assert_eq!(domains(&list), ["a.example.com", "c.example.com"]);
    assert_eq!(printed(&list, Kind::Ipv4).len(), 2);
    assert_eq!(printed(&list, Kind::Md5).len(), 1);
    assert_eq!(list.counts().read, 10);
    assert_eq!(dropped(&list, Reason::NotForDetection), 2);
    assert_eq!(dropped(&list, Reason::PatternNotCarried), 1);
    assert_eq!(dropped(&list, Reason::TypeNotCarried), 1);
}

/// Tags stand behind the attributes in one event, and the strictest of event, object and attribute counts.
#[test]
fn tags_apply_wherever_they_stand() {
    let list = event(
        r#"{"Event":{"Attribute":[
            {"type":"domain","value":"a.example.com","to_ids":true,"Tag":[{"name":"tlp:red"}]},
            {"type":"domain","value":"b.example.com","to_ids":true,"Tag":[{"colour":"x","name":"PAP:RED"}]}],
        "Object":[{"Attribute":[{"type":"domain","value":"c.example.com","to_ids":true}],"Tag":[{"name":"tlp:amber+strict"}]}],
        "Tag":[{"name":"type:OSINT"},{"name":"TLP:GREEN"}]}}"#,
    );
    assert_eq!(domains(&list), ["a.example.com", "c.example.com"]);
    assert_eq!((list.counts().held_back, list.counts().unmarked), (1, 0));
    assert_eq!([0, 1].map(|rank| list.marking(rank).tlp), [Some(Tlp::Red), Some(Tlp::AmberStrict)]);
    // A tag of one event says nothing about the next.
    let list = event(&format!(
        r#"[{{"Event":{{"Attribute":[{}],"Tag":[{{"name":"pap:amber"}}]}}}},{{"Event":{{"Attribute":[{}]}}}}]"#,
        domain("a.example.com"),
        domain("b.example.com")
    ));
    assert_eq!((domains(&list), list.counts().held_back), (vec!["b.example.com".to_owned()], 1));
}

#[test]
fn documents_that_mean_harm() {
    let reading = Reading { format: Some(Format::Misp), ..Reading::default() };
    let refused = |input: &[u8]| match read_as(input, &reading, options()) {
        Err(ReadError::MalformedDocument { detail, .. }) => detail,
        Err(other) => other.to_string(),
        Ok(_) => "read".to_owned(),
    };
    let deep = format!(r#"{{"Event":{{"x":{}"#, "[".repeat(1_000_000));
    assert_eq!(refused(deep.as_bytes()), "nested deeper than 16");
    assert_eq!(refused(br#"{"Event":{"Attribute":[{"type":"dom"#), "the document ends inside a value");
    assert_eq!(refused(br#"{"Event":{"Attribute":[}]}}"#), "no JSON at byte 23");
    assert_eq!(refused(b"\x00\x01\x02"), "no JSON at byte 0");
    assert_eq!(refused(b" \n "), "the file is empty");
    let no_root = "neither an event nor a list of attributes";
    assert_eq!(refused(br#"{"87f4964e-72fc-5ddb-89da-b5e285270272":{"info":"x","Orgc":{}}}"#), no_root);
    assert_eq!(refused(b"7"), no_root);
    assert_eq!([&b"[]"[..], br#"{"response":[]}"#].map(refused), ["read", "read"]);
    // Repeated keys: the later scalar counts, lists add up.
    let twice = r#"{"Event":{"Attribute":[{"type":"mutex","type":"domain","value":"x","value":"a.example.com"}],
        "Attribute":[{"type":"domain","value":"b.example.com"}]}}"#;
    assert_eq!(domains(&event(twice)), ["a.example.com", "b.example.com"]);
    let strange = r#"{"Event":{"Tag":7,"Object":"x","Attribute":[7,"x",null,[1],
        {"type":["domain"],"value":{"a":"b"}},{"type":"domain","value":1e400000},
        {"type":"domain","value":"\ud800.example.com"},{"type":"domain","value":"@.example.com"}]}}"#;
    let strange: Vec<u8> = strange.bytes().map(|byte| if byte == b'@' { 0xff } else { byte }).collect();
    let (_, list) = read_as(&strange, &reading, options()).unwrap();
    assert_eq!((list.counts().read, list.len()), (4, 0));
}

/// A gigabyte could stand in one string; only what can be an item of it is kept.
#[test]
fn long_strings_are_read_past() {
    let long = "x".repeat(8 << 20);
    let list = event(&format!(
        r#"{{"Event":{{"info":"{long}","Attribute":[{{"type":"domain","value":"{long}.com"}},{}]}}}}"#,
        domain("a.example.com")
    ));
    assert_eq!((domains(&list), list.counts().read), (vec!["a.example.com".to_owned()], 2));
}

/// PyMISP loads a published event and writes it its own way: the same items must come out.
#[test]
fn an_event_written_by_pymisp() {
    let Some(path) = shared("tweetfeed/misp/1522db3d-7a67-5148-8343-1cea299d62c9.json") else { return };
    let Some(written) = common::peer("misp_event.py", &path) else { return };
    let original = std::fs::read(path).unwrap();
    let (_, ours) = read_as(&original, &Reading::default(), options()).unwrap();
    let (format, theirs) = read_as(&written, &Reading::default(), options()).unwrap();
    assert_eq!(format, Format::Misp);
    assert!(ours.items().map(|item| item.bytes()).eq(theirs.items().map(|item| item.bytes())));
    assert_eq!(ours.counts(), theirs.counts());
}
