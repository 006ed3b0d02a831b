//! The pairs of real lists whose common items are known (FORMATS, section 16): read by our readers, under
//! canon/1, the sizes and the SHA-256 of the sorted sets must come out.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test stops where it fails, and says what it skips"
)]

mod common;

use std::collections::BTreeSet;

use common::{bytes, list, printed, shared, tar_members, unzstd};
use detente_indicators::Kind;
use detente_indicators::read::{Format, Reading};
use sha2::{Digest, Sha256};

struct Truth {
    sizes: [usize; 3],
    digests: [String; 3],
}

fn truth(pair: &str) -> Option<Truth> {
    let table = String::from_utf8(bytes("truth/TRUTH.psv")?).unwrap();
    let row: Vec<&str> =
        table.lines().map(|line| line.split('|').collect()).find(|row: &Vec<&str>| row[0] == pair).unwrap();
    Some(Truth {
        sizes: [4, 5, 6].map(|at| row[at].replace(',', "").parse().unwrap()),
        digests: [7, 8, 9].map(|at| row[at].to_owned()),
    })
}

fn digest(set: &BTreeSet<String>) -> String {
    let mut hasher = Sha256::new();
    for line in set {
        hasher.update(line.as_bytes());
        hasher.update(b"\n");
    }
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn check(pair: &str, a: BTreeSet<String>, b: BTreeSet<String>) {
    let Some(truth) = truth(pair) else { return };
    let both: BTreeSet<String> = a.intersection(&b).cloned().collect();
    assert_eq!([a.len(), b.len(), both.len()], truth.sizes, "{pair}");
    assert_eq!([digest(&a), digest(&b), digest(&both)], truth.digests, "{pair}");
}

fn set_of(path: &str, kind: Kind) -> Option<BTreeSet<String>> {
    Some(printed(&list(&bytes(path)?), kind))
}

#[test]
fn disposable_mail_domains() {
    let a = set_of("disposable/disposable_email_blocklist.conf", Kind::Domain);
    let b = set_of("wesbos-burner/emails.txt", Kind::Domain);
    if let (Some(a), Some(b)) = (a, b) {
        check("small-disposable", a, b);
    }
}

#[test]
fn ipsum_and_tor_nodes() {
    let a = set_of("ipsum/level2.txt", Kind::Ipv4);
    let b = set_of("election/tor/tor-nodes.lst", Kind::Ipv4);
    if let (Some(a), Some(b)) = (a, b) {
        check("small-ipsum2-tor", a, b);
    }
}

#[test]
fn tweetfeed_and_ipsum() {
    let a = set_of("tweetfeed/month.csv", Kind::Ipv4);
    let b = set_of("ipsum/level2.txt", Kind::Ipv4);
    if let (Some(a), Some(b)) = (a, b) {
        check("small-tweetfeed-ipsum2", a, b);
    }
}

#[test]
fn grizzly_steppe_and_tor_nodes() {
    let a = set_of("election/cisa-jar-16-20296a/JAR-16-20296A.csv", Kind::Ipv4);
    let b = set_of("election/tor/tor-nodes.lst", Kind::Ipv4);
    if let (Some(a), Some(b)) = (a, b) {
        check("election-grizzly-tor", a, b);
    }
}

#[test]
fn ipsum_and_bitwire() {
    let (Some(ipsum), Some(tar)) = (bytes("ipsum/ipsum.txt.zst"), unzstd("bitwire/tables.tar.zst")) else {
        return;
    };
    // The reader unpacks zstd by itself.
    let a = printed(&list(&ipsum), Kind::Ipv4);
    let members = tar_members(&tar, |name| name.ends_with("outbound/single_ips.txt"));
    let b = printed(&list(&members[0].1), Kind::Ipv4);
    let both: BTreeSet<String> = a.intersection(&b).cloned().collect();
    // canon/1 drops 100.120.165.51, which the older rules behind the table kept (FORMATS, section 16).
    assert_eq!([a.len(), b.len(), both.len()], [120_430, 162_495, 9_490]);
    let Some(truth) = truth("mid-ipsum-bitwire") else { return };
    let mut older = b;
    older.insert("100.120.165.51".to_owned());
    assert_eq!([digest(&a), digest(&older), digest(&both)], truth.digests);
}

#[test]
fn maltrail_apt_files_one_by_one() {
    let Some(folder) = shared("election/maltrail-apt") else { return };
    let mut domains = BTreeSet::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|end| end == "txt") {
            let (format, list) =
                common::read_as(&std::fs::read(&path).unwrap(), &Reading::default(), common::options())
                    .unwrap();
            assert_eq!(format, Format::Text, "{}", path.display());
            domains.extend(printed(&list, Kind::Domain));
        }
    }
    let expected = String::from_utf8(bytes("truth/sets/maltrail-apt.domain.txt").unwrap()).unwrap();
    let expected: BTreeSet<String> = expected.lines().map(str::to_owned).collect();
    let missing: Vec<&str> = expected.difference(&domains).map(String::as_str).collect();
    // These two stand in comments, which the older rules behind the set took for text.
    assert_eq!(missing, ["dcleaks.com", "temp.noble"]);
    let extra: Vec<&str> = domains.difference(&expected).map(String::as_str).collect();
    // And these six end like file names, which the older rules threw away.
    let file_like =
        ["mail.q0v.pl", "moldstream.md", "poczta.mon-gov.pl", "poczta.mon.q0v.pl", "q0v.pl", "satkas.waw.pl"];
    assert_eq!(extra, file_like);
}

#[test]
fn tweetfeed_rows_of_the_bundle() {
    let Some(csv) = bytes("tweetfeed/month.csv") else { return };
    let csv = String::from_utf8(csv).unwrap();
    let recent: Vec<&str> = csv.lines().filter(|line| *line >= "2026-08-16").collect();
    let raw: BTreeSet<&str> = recent.iter().map(|line| line.split(',').nth(3).unwrap()).collect();
    assert_eq!(raw.len(), 1_536);
    let (format, list) =
        common::read_as(recent.join("\n").as_bytes(), &Reading::default(), common::options()).unwrap();
    assert_eq!(format, Format::Csv);
    assert_eq!(list.counts().read, recent.len() as u64);
    println!("{:?}", list.counts());
}

#[test]
fn cisa_table_counts() {
    let Some(csv) = bytes("election/cisa-jar-16-20296a/JAR-16-20296A.csv") else { return };
    let list = list(&csv);
    println!("{:?}", list.counts());
    assert_eq!(list.counts().kinds[&Kind::Ipv4], 876);
    assert_eq!(list.counts().kinds[&Kind::Domain], 10);
    // Of 24 rows of type MD5, 19 have no value.
    assert_eq!(list.counts().kinds[&Kind::Md5], 5);
    assert_eq!(list.counts().unmarked, 0);
}
