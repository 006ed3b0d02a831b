//! Running text: every way of defanging, what is a value only to a careless eye, and real reports.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod common;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use common::{options, printed, read_as, shared};
use detente_indicators::read::{self, Format, Reading};
use detente_indicators::{Intake, Kind, List, Note, Options, Reject};

fn prose(text: &str) -> List {
    let reading = Reading { format: Some(Format::Prose), ..Reading::default() };
    read_as(text.as_bytes(), &reading, options()).unwrap().1
}

fn sorted(list: &List, kind: Kind) -> Vec<String> {
    printed(list, kind).into_iter().collect()
}

/// `reason text` of everything dropped.
fn rejects(text: &str) -> Vec<String> {
    let mut dropped = Vec::new();
    let reading = Reading { format: Some(Format::Prose), ..Reading::default() };
    let mut intake = Intake::new(options()).with_rejects(|reject: Reject<'_>| {
        dropped.push(format!("{} {}", reject.reason, String::from_utf8_lossy(reject.text)));
    });
    read::read(text.as_bytes(), &reading, &mut intake).unwrap();
    drop(intake);
    dropped
}

const REPORT: &str = include_str!("samples/report.txt");

#[test]
fn a_report() {
    let (format, list) = read_as(REPORT.as_bytes(), &Reading::default(), options()).unwrap();
    assert_eq!(format, Format::Prose);
    assert_eq!(
        sorted(&list, Kind::Domain),
        [
            "angled.example.org",
            "bold.example.org",
            "curly.example.org",
            "half.example.net",
            "hiddenservice.onion",
            "mixed.example.org",
            "other.example.net",
            "pay.zip",
            "quoted.example.org",
            "spaced.example.net",
            "tabled.example.org",
            "wide.example.net",
        ]
    );
    assert_eq!(
        sorted(&list, Kind::Url),
        [
            "http://192.0.2.7:8080/x",
            "http://blank.example.com/",
            "http://plain.example.org/p",
            "http://stage-two.example.net/a_(b)",
            "https://evil.example.com/gate.php?id=1",
            "https://linked.example.org/q",
        ]
    );
    assert_eq!(sorted(&list, Kind::Email), ["phish@mail.example.com", "second@mail.example.com"]);
    assert_eq!(sorted(&list, Kind::Ipv4), ["198.51.100.7", "203.0.113.9"]);
    assert_eq!(sorted(&list, Kind::Ipv6), ["2001:db8::7", "2001:db8::8"]);
    assert_eq!(sorted(&list, Kind::Cidr), ["198.51.100.0/24"]);
    assert_eq!([Kind::Md5, Kind::Sha1, Kind::Sha256].map(|kind| printed(&list, kind).len()), [1, 1, 1]);
    assert_eq!(list.counts().notes[&Note::Refanged], 12);
}

#[test]
fn what_has_two_readings_is_told_and_not_taken() {
    assert_eq!(
        rejects(REPORT),
        [
            "ambiguous 1.2.3.4",
            "ambiguous John.In",
            "ambiguous setup.sh",
            "ambiguous readme.md",
            "bad-url lost.example.org/path",
            "bad-scheme ftp://files.example.org/x",
        ]
    );
}

#[test]
fn words_are_no_candidates() {
    let list = prose(
        "Nothing here, i.e. no value at all: see chapter 3.4.5, the year 2026, 10:15:20, a::b, x = y.z(),\n\
        std::vec, 3.14, 50 %, and/or, \u{201c}quotes\u{201d}, http:// alone, foo (.) bar, [.], node.js, 1,2;3\n\
        == Heading ==\n|====\n----\n* item\n\u{0}\u{1}\u{2}\n",
    );
    assert_eq!(list.counts().read, 0);
}

#[test]
fn defanging_does_not_reach_over_words() {
    assert_eq!(rejects("foo [.] com (.) net [dot] org"), Vec::<String>::new());
    assert_eq!(sorted(&prose("a [.]b.example.com"), Kind::Domain), ["b.example.com"]);
}

#[test]
fn special_addresses_keep_their_reasons() {
    let text = "10.0.0.1 192.168.1[.]1 999.1.1.1 http://10.0.0.1/ fe80::1";
    let dropped: BTreeSet<String> = rejects(text).into_iter().collect();
    let expected = [
        "bad-address 999.1.1.1",
        "special-use 10.0.0.1",
        "special-use 192.168.1[.]1",
        "special-use fe80::1",
        "special-use http://10.0.0.1/",
    ];
    assert_eq!(dropped, expected.map(str::to_owned).into());
}

/// Read file by file, the folder of ESET holds all ninety names that it shares with Maltrail's lists. Their
/// events are not for detection, so that everything has to be asked for.
#[test]
fn eset_reports_against_maltrail() {
    let (Some(eset), Some(maltrail)) =
        (shared("election/eset-sednit-dukes"), shared("election/maltrail-apt"))
    else {
        return;
    };
    let Some(truth) = common::bytes("truth/election-eset-maltrailapt.intersection.txt") else { return };
    let domains = |folder: std::path::PathBuf| {
        let mut found = BTreeSet::new();
        for entry in std::fs::read_dir(folder).unwrap() {
            let input = std::fs::read(entry.unwrap().path()).unwrap();
            let options = Options { all: true, ..options() };
            let (_, list) = read_as(&input, &Reading::default(), options).unwrap();
            found.extend(printed(&list, Kind::Domain));
        }
        found
    };
    let (eset, maltrail) = (domains(eset), domains(maltrail));
    let both: BTreeSet<String> = eset.intersection(&maltrail).cloned().collect();
    let truth: BTreeSet<String> = String::from_utf8(truth).unwrap().lines().map(str::to_owned).collect();
    assert_eq!((both.len(), truth.len()), (90, 90));
    assert_eq!(both, truth);
    // The truth's 110 names less the 12 that are file names and code words.
    assert_eq!(eset.len(), 98);
}

#[test]
fn hostile_text_takes_linear_time() {
    let mut text = String::new();
    for unit in [
        "[",
        "[.",
        "(dot)",
        "hxxp://",
        "a.",
        "://",
        "[.]",
        "http://a,",
        "{.}",
        "(",
        "@",
        "::",
        "h",
        "hxxp :// ",
        "1.",
    ] {
        let _ = writeln!(text, "{}", unit.repeat(900_000 / unit.len()));
    }
    let list = prose(&text);
    assert!(list.counts().add_up());
}
