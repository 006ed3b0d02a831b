use std::collections::BTreeSet;

use detente_indicators::read::{Format, Reading, read};
use detente_indicators::{Intake, Kind, Marking, Options, Tlp};

use super::*;

fn row(kind: &str, value: &str) -> Row {
    Row { kind: kind.to_owned(), value: value.to_owned(), places: Vec::new() }
}

/// One of each kind, with what quoting has to carry.
fn rows() -> Vec<Row> {
    vec![
        row("ipv4", "192.0.2.7"),
        row("ipv6", "2001:db8::7"),
        row("cidr", "198.51.100.0/24"),
        row("cidr", "2001:db8:7::/48"),
        row("domain", "mail.example.com"),
        row("url", "http://example.com/it's?a=%5C&b=\"1\""),
        row("email", "o'neil@example.com"),
        row("md5", &"0a".repeat(16)),
        row("sha1", &"0b".repeat(20)),
        row("sha256", &"0c".repeat(32)),
        row("sha512", &"0d".repeat(64)),
        row("imphash", &"0e".repeat(16)),
    ]
}

fn common<'a>(by: &'a PartyId, rows: &'a [Row], tlp: Tlp) -> Common<'a> {
    Common { run: &[7; 32], by, at: Time(1_795_322_190_123), tlp, rows }
}

/// As lists are read where nobody says otherwise.
fn options() -> Options {
    let marking = Marking { tlp: None, pap: None };
    Options { types: None, all: false, observables: false, special_use: false, marking }
}

/// Reads a file with our own reader: what it is, and every value by its kind.
fn read_back(bytes: &[u8]) -> (Format, BTreeSet<(String, String)>, u64) {
    let mut intake = Intake::new(options());
    intake.begin_source("export");
    let format = read(bytes, &Reading::default(), &mut intake).unwrap();
    let list = intake.finish();
    let items = list.items().filter_map(|item| Some((item.kind()?.name().to_owned(), item.printed())));
    let dropped = list.counts().read - list.counts().items;
    (format, items.collect(), dropped)
}

fn wanted(rows: &[Row]) -> BTreeSet<(String, String)> {
    rows.iter().map(|row| (row.kind.clone(), row.value.clone())).collect()
}

/// What our canonical form makes of the rows: a quote in a URL is percent-encoded there already.
fn canonical(rows: &[Row]) -> Vec<Row> {
    let lines: Vec<&str> =
        rows.iter().map(|row| row.value.as_str()).filter(|value| value.starts_with("http")).collect();
    let mut intake = Intake::new(options());
    intake.begin_source("list");
    read(lines.join("\n").as_bytes(), &Reading::default(), &mut intake).unwrap();
    let urls: Vec<String> = intake.finish().items().map(|item| item.printed()).collect();
    let others = rows.iter().filter(|row| row.kind != "url").cloned();
    others.chain(urls.iter().map(|url| row("url", url))).collect()
}

#[test]
fn every_kind_has_its_row() {
    let kinds: BTreeSet<String> = rows().into_iter().map(|row| row.kind).collect();
    assert_eq!(kinds, Kind::ALL.iter().map(|kind| kind.name().to_owned()).collect());
}

#[test]
fn our_own_readers_read_back_what_was_written() {
    let (by, rows) = (PartyId::parse("cert-a").unwrap(), canonical(&rows()));
    let common = common(&by, &rows, Tlp::AmberStrict);
    assert_eq!(read_back(&stix::bundle(&common)), (Format::Stix, wanted(&rows), 0));
    assert_eq!(read_back(&misp::event(&common)), (Format::Misp, wanted(&rows), 0));
}

#[test]
fn the_marking_is_read_back_and_nothing_in_it_is_held_back() {
    let (by, rows) = (PartyId::parse("cert-a").unwrap(), rows());
    for tlp in [Tlp::Clear, Tlp::Green, Tlp::Amber, Tlp::AmberStrict, Tlp::Red] {
        let common = common(&by, &rows, tlp);
        for bytes in [stix::bundle(&common), misp::event(&common)] {
            let mut intake = Intake::new(options());
            intake.begin_source("export");
            read(bytes.as_slice(), &Reading::default(), &mut intake).unwrap();
            let mut list = intake.finish();
            assert_eq!(list.counts().held_back, 0, "{tlp:?}");
            let all = list.len();
            list.hold_back_tlp_red();
            assert_eq!(list.len(), if tlp == Tlp::Red { 0 } else { all }, "{tlp:?}");
        }
    }
}

#[test]
fn the_same_run_has_the_same_bytes_and_another_run_other_ids() {
    let (by, rows) = (PartyId::parse("cert-a").unwrap(), rows());
    let one = common(&by, &rows, Tlp::Amber);
    let other = Common { run: &[8; 32], ..common(&by, &rows, Tlp::Amber) };
    assert_eq!(stix::bundle(&one), stix::bundle(&one));
    assert_eq!(misp::event(&one), misp::event(&one));
    let ids = |bytes: Vec<u8>| -> BTreeSet<String> {
        let text = String::from_utf8(bytes).unwrap();
        let quoted = text.split('"').map(str::to_owned);
        quoted.filter(|part| part.rsplit("--").next().is_some_and(is_uuid_of_ours)).collect()
    };
    assert!(ids(stix::bundle(&one)).is_disjoint(&ids(stix::bundle(&other))));
    // An indicator and a sighting for each item, the bundle and who made it.
    assert_eq!(ids(stix::bundle(&one)).len(), 2 * rows.len() + 2);
}

fn is_uuid_of_ours(text: &str) -> bool {
    text.len() == 36 && text.as_bytes().get(14) == Some(&b'5')
}

#[test]
fn ids_are_uuids_of_version_five() {
    let id = super::uuid::of(&["identity", "cert-a"]);
    assert_eq!((id.len(), id.as_bytes()[14]), (36, b'5'));
    assert!(matches!(id.as_bytes()[19], b'8' | b'9' | b'a' | b'b'));
    assert_ne!(id, super::uuid::of(&["identity", "cert-b"]));
}

#[test]
fn no_file_names_the_other_party() {
    let (by, rows) = (PartyId::parse("cert-a").unwrap(), rows());
    let common = common(&by, &rows, Tlp::Amber);
    for bytes in [stix::bundle(&common), misp::event(&common)] {
        assert!(!String::from_utf8(bytes).unwrap().contains("cert-b"));
    }
}
