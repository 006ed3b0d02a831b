//! Suricata's `eve.json`: a sample written for this test, with one event of each kind that holds values.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod common;

use common::{list, options, printed, read_as};
use detente_indicators::read::{Format, Reading};
use detente_indicators::{Kind, List, Reason};

const SAMPLE: &[u8] = include_bytes!("samples/eve.json");

fn sorted(list: &List, kind: Kind) -> Vec<String> {
    printed(list, kind).into_iter().collect()
}

#[test]
fn every_kind_of_event() {
    let (format, list) = read_as(SAMPLE, &Reading::default(), options()).unwrap();
    assert_eq!(format, Format::Eve);
    assert_eq!(
        sorted(&list, Kind::Domain),
        [
            "alerted.example.com",
            "alias-two.example.net",
            "proxied.example.org",
            "query-three.example.com",
            "query-two.example.com",
            "quic.example.org",
            "tls.example.org",
            "tunnel.example.org",
            "www.example.org",
        ]
    );
    assert_eq!(
        sorted(&list, Kind::Url),
        [
            "http://mailed.example.org/click",
            "http://proxied.example.org/x",
            "http://www.example.org/a~b?c=d",
            "http://www.example.org:8080/login",
            "https://referrer.example.org/",
        ]
    );
    assert_eq!(
        sorted(&list, Kind::Ipv4),
        [
            "192.0.2.10",
            "192.0.2.11",
            "198.51.100.53",
            "198.51.100.54",
            "198.51.100.7",
            "198.51.100.8",
            "203.0.113.2",
            "203.0.113.3",
            "203.0.113.4",
            "203.0.113.9",
        ]
    );
    assert_eq!(sorted(&list, Kind::Ipv6), ["2001:db8::10", "2001:db8::2", "2001:db8::20"]);
    assert_eq!(
        sorted(&list, Kind::Email),
        [
            "header@example.org",
            "one@example.com",
            "sender@example.org",
            "three@example.com",
            "two@example.com",
        ]
    );
    assert_eq!([Kind::Md5, Kind::Sha1, Kind::Sha256].map(|kind| printed(&list, kind).len()), [1, 1, 2]);
}

#[test]
fn what_is_dropped() {
    let list = list(SAMPLE);
    let dropped = &list.counts().dropped;
    // The fingerprints of the certificate and of both sides of the handshakes.
    assert_eq!(dropped[&Reason::TypeNotCarried], 5);
    // The text of the TXT record, and the last line, which was cut in the middle.
    assert_eq!(dropped[&Reason::NotAnIndicator], 2);
    assert!(!printed(&list, Kind::Ipv4).contains("192.0.2.99"), "an anomaly is no observation");
}

#[test]
fn hostile_lines_are_counted_and_passed_over() {
    let deep = format!("{{\"event_type\":\"dns\",\"dns\":{}", "[".repeat(100_000));
    let long = format!("{{\"event_type\":\"dns\",\"x\":\"{}\"}}", "y".repeat(2 << 20));
    let lines = [
        deep.as_str(),
        "{\"event_type\":\"dns\",\"src_ip\":1e400000,\"dns\":null,\"tls\":[],\"http\":7}",
        "{\"event_type\":\"dns\",\"src_ip\":{\"a\":1},\"dns\":{\"rrname\":[[\"x.example.com\"]]}}",
        "[1,2,3]",
        "\"event_type\"",
        "{\"event_type\":\"dns\"} trailing",
        "",
        long.as_str(),
        "{\"event_type\":\"dns\",\"dns\":{\"rrname\":\"kept.example.com\",\"rrname\":\"also.example.com\"}}",
    ];
    let mut input = lines.join("\n").into_bytes();
    input.extend_from_slice(
        b"\n{\"event_type\":\"dns\",\"dns\":{\"rrname\":\"\xff\xfe.example.com\"}}\n\x00\x01\x02\n",
    );
    let reading = Reading { format: Some(Format::Eve), ..Reading::default() };
    let (_, list) = read_as(&input, &reading, options()).unwrap();
    assert_eq!(sorted(&list, Kind::Domain), ["also.example.com", "kept.example.com"]);
    assert_eq!(list.counts().dropped[&Reason::LineTooLong], 1);
    assert_eq!(list.counts().dropped[&Reason::NotAnIndicator], 5);
}
