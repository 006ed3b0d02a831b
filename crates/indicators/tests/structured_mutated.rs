//! Every structured reader on damaged input: bytes flipped, cut out, doubled and cut off. Whatever comes, there
//! is a list whose counts add up or an error with a name, and never a panic.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod common;

use common::options;
use detente_indicators::read::{self, Format, Reading};
use detente_indicators::{Intake, Options};
use proptest::prelude::*;

/// A document of each format that has one of everything.
fn documents() -> Vec<(Format, Vec<u8>)> {
    let misp = br#"{"response":[{"Event":{"Tag":[{"name":"tlp:amber"}],"Attribute":[{"type":"domain|ip","value":"a.example.com|192.0.2.1","to_ids":"1"},{"type":"stix2-pattern","value":"[file:hashes.'SHA-256' = 'ab' OR (url:value IN ('a','b'))]","to_ids":true}],"Object":[{"deleted":false,"Attribute":[{"type":"url","value":"http:\/\/a.example.com\/\u00e9\ud83d\ude00"}]}]}}]}"#;
    let stix = br#"{"type":"bundle","objects":[{"type":"indicator","id":"indicator--1","modified":"2026-01-01T00:00:00.5Z","labels":["PAP:RED"],"object_marking_refs":["marking-definition--1"],"pattern":"[network-traffic:dst_ref.type = 'ipv4-addr' AND network-traffic:dst_ref.value = '192.0.2.1']"},{"type":"marking-definition","id":"marking-definition--1","definition_type":"tlp","definition":{"tlp":"red"}},{"type":"file","hashes":{"MD5":"ab"}}]}"#;
    let intel = b"#fields\tindicator\tindicator_type\nhttp://a.example.com/\\x2c\tIntel::URL\n192.0.2.1\tIntel::ADDR\n";
    let zeek_json = br#"{"_path":"http","host":"a.example.com","uri":"/x","id.resp_p":81}
{"ts":1,"uid":"C","query":"b.example.com","answers":["192.0.2.1","TXT"]}"#;
    let samples: [(Format, &[u8]); 9] = [
        (Format::Misp, misp),
        (Format::Stix, stix),
        (Format::OpenIoc, include_bytes!("samples/openioc-11.ioc")),
        (Format::Zeek, include_bytes!("samples/zeek-http.log")),
        (Format::ZeekJson, zeek_json),
        (Format::ZeekIntel, intel),
        (Format::Eve, include_bytes!("samples/eve.json")),
        (Format::Nfdump, include_bytes!("samples/nfdump-legacy.csv")),
        (Format::Prose, include_bytes!("samples/report.txt")),
    ];
    samples.into_iter().map(|(format, bytes)| (format, bytes.to_vec())).collect()
}

/// One act of damage; the numbers are taken modulo what they index.
#[derive(Clone, Debug)]
enum Damage {
    Flip(usize, u8),
    Remove(usize, usize),
    Repeat(usize, usize, usize),
    Insert(usize, Vec<u8>),
    Truncate(usize),
}

fn damage() -> impl Strategy<Value = Damage> {
    let syntax = prop::sample::select(b"\"'[]{}(),:\\<>&;#\t\n\r .@-|\x00\xff\xc3\xe2".to_vec());
    prop_oneof![
        (any::<usize>(), any::<u8>()).prop_map(|(at, byte)| Damage::Flip(at, byte)),
        (any::<usize>(), 1..40_usize).prop_map(|(at, length)| Damage::Remove(at, length)),
        (any::<usize>(), 1..40_usize, 1..20_usize)
            .prop_map(|(at, length, times)| Damage::Repeat(at, length, times)),
        (any::<usize>(), prop::collection::vec(syntax, 1..8))
            .prop_map(|(at, bytes)| Damage::Insert(at, bytes)),
        any::<usize>().prop_map(Damage::Truncate),
    ]
}

fn damaged(mut bytes: Vec<u8>, acts: &[Damage]) -> Vec<u8> {
    for act in acts {
        if bytes.is_empty() {
            break;
        }
        let length = bytes.len();
        match act {
            Damage::Flip(at, byte) => bytes[at % length] = *byte,
            Damage::Remove(at, count) => {
                let at = at % length;
                bytes.drain(at..length.min(at + count));
            }
            Damage::Repeat(at, count, times) => {
                let at = at % length;
                let part = bytes[at..length.min(at + count)].repeat(*times);
                bytes.splice(at..at, part);
            }
            Damage::Insert(at, part) => {
                let at = at % length;
                bytes.splice(at..at, part.iter().copied());
            }
            Damage::Truncate(at) => bytes.truncate(at % length),
        }
    }
    bytes
}

fn check(format: Format, input: &[u8]) {
    for all in [false, true] {
        let mut intake = Intake::new(Options { all, observables: all, ..options() });
        intake.begin_source("damaged");
        let reading = Reading { format: Some(format), ..Reading::default() };
        if let Err(error) = read::read(input, &reading, &mut intake) {
            assert!(!error.to_string().is_empty());
        }
        assert!(intake.finish().counts().add_up());
    }
    // Nor does telling the format break down.
    let _ = read::read(input, &Reading::default(), &mut Intake::new(options()));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damaged_documents(which in 0..9_usize, acts in prop::collection::vec(damage(), 1..6)) {
        let (format, bytes) = documents().swap_remove(which);
        check(format, &damaged(bytes, &acts));
    }

    #[test]
    fn any_bytes(which in 0..9_usize, bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        check(documents().swap_remove(which).0, &bytes);
    }
}

#[test]
fn whole_documents_are_read() {
    for (format, bytes) in documents() {
        let (read_as, list) = common::read_as(&bytes, &Reading::default(), options()).unwrap();
        assert_eq!(read_as, format);
        assert!(!list.is_empty() || list.counts().held_back > 0, "{format}");
    }
}
