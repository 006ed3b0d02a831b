//! Warninglists: every type, the traps of FORMATS section 4, and the real lists.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test stops where it fails, and says what it skips"
)]

mod common;

use common::{bytes, options, shared, tar_members, unzstd};
use detente_indicators::canon::{Declared, canonicalise};
use detente_indicators::read::{self, Reading};
use detente_indicators::warninglist::{Warninglist, WarninglistError};
use detente_indicators::{Intake, Item, Reason};

fn check(list: &str, hit: &[&str], missed: &[&str]) {
    let list = Warninglist::parse(list.as_bytes()).unwrap();
    let hits = |value: &&&str| {
        let mut item = Vec::new();
        canonicalise(Declared::Unknown, value, true, &mut item).unwrap();
        list.hits(Item::from_bytes(&item).unwrap())
    };
    assert_eq!(hit.iter().filter(|value| !hits(value)).collect::<Vec<_>>(), Vec::<&&str>::new(), "not hit");
    assert_eq!(missed.iter().filter(hits).collect::<Vec<_>>(), Vec::<&&str>::new(), "hit");
}

#[test]
fn string_is_the_whole_value_without_case() {
    check(
        r#"{"name":"s","list":["Example.COM","8.8.8.8","HTTP://Example.org","A@B.example"]}"#,
        &["example.com", "8.8.8.8", "http://example.org/", "a@b.example"],
        &["www.example.com", "8.8.8.9", "http://example.org/x", "example.org"],
    );
}

#[test]
fn hostname_is_the_name_and_all_below() {
    check(
        r#"{"name":"h","type":"hostname","list":[".dyn.example.","Example.com","co.uk","com","bücher.example"]}"#,
        &[
            "dyn.example",
            "a.b.dyn.example",
            "http://x.example.com:8080/y?z",
            "u@mail.example.com",
            "xn--bcher-kva.example",
        ],
        &["notexample.com", "other.co.uk", "example.net", "8.8.8.8"],
    );
}

#[test]
fn cidr_holds_addresses_and_narrower_networks() {
    check(
        r#"{"name":"c","type":"cidr","list":["192.0.2.0/24","8.8.8.8","2001:db8::/32","2001:4860:4860::8888"]}"#,
        &[
            "192.0.2.77",
            "192.0.2.0/25",
            "192.0.2.0/24",
            "8.8.8.8",
            "2001:db8:1::1",
            "2001:db8:1::/48",
            "2001:4860:4860::8888",
        ],
        &["192.0.0.0/16", "192.0.3.1", "8.8.8.9", "2001:db9::1", "2001:db8::/31", "example.com"],
    );
}

#[test]
fn substring_is_anywhere() {
    check(
        r#"{"name":"p","type":"substring","list":["Mailinator.com","@x."]}"#,
        &["a@mailinator.com", "sub.mailinator.com.example.net", "a@x.example.org"],
        &["mailinator.org"],
    );
}

#[test]
fn regex_in_the_form_of_php() {
    check(
        r#"{"name":"r","type":"regex","list":["/^WWW\\./i","~\\.local/~g"]}"#,
        &["www.example.com", "http://a.local/"],
        &["example.com"],
    );
}

#[test]
fn only_the_kinds_it_is_about() {
    check(
        r#"{"name":"k","type":"substring","list":["example"],"matching_attributes":["domain","email-src","unknown"]}"#,
        &["example.com", "a@example.com"],
        &["http://example.com/"],
    );
}

#[test]
fn refuses_by_name() {
    let refused = |list: &str| Warninglist::parse(list.as_bytes()).err().unwrap();
    assert!(matches!(refused("{}"), WarninglistError::Malformed { .. }));
    assert!(
        matches!(refused(r#"{"name":"x","type":"fuzzy","list":[]}"#), WarninglistError::UnknownType { name, kind } if name == "x" && kind == "fuzzy")
    );
    for (kind, entry) in [
        ("cidr", "8.8.8.8/33"),
        ("cidr", "x"),
        ("regex", "/(?=x)/"),
        ("regex", "/x/e"),
        ("regex", "x"),
        ("regex", "/x"),
        ("substring", ""),
    ] {
        let list = format!(r#"{{"name":"x","type":"{kind}","list":["/a/","{entry}"]}}"#)
            .replace("/a/", if kind == "cidr" { "8.8.8.8" } else { "/a/" });
        assert!(matches!(refused(&list), WarninglistError::BadEntry { entry: 2, .. }), "{kind} {entry}");
    }
    let shown = refused(r#"{"name":"x","type":"regex","list":["/x/e"]}"#).to_string();
    assert_eq!(shown, "entry 1 of warninglist \"x\": the flag e is not supported");
}

#[test]
fn hits_are_counted_by_list_and_by_the_first_that_hits() {
    let one = Warninglist::parse(br#"{"name":"one","list":["a.example"]}"#).unwrap();
    let two =
        Warninglist::parse(br#"{"name":"two","type":"hostname","list":["a.example","b.example"]}"#).unwrap();
    let none = Warninglist::parse(br#"{"name":"none","list":["z.example"]}"#).unwrap();
    let mut intake = Intake::new(options()).with_warninglists(vec![one, two, none]);
    read::read(&b"a.example\na.example\nb.example\nc.example\n"[..], &Reading::default(), &mut intake)
        .unwrap();
    let list = intake.finish();
    let hits: Vec<(&str, u64)> =
        list.warninglist_hits().iter().map(|(name, &hits)| (name.as_str(), hits)).collect();
    assert_eq!(hits, [("none", 0), ("one", 2), ("two", 1)]);
    assert_eq!(list.counts().dropped[&Reason::Warninglist], 3);
    assert!(list.counts().add_up());
    assert_eq!(list.len(), 1);
}

#[test]
fn vpn_addresses_among_grizzly_steppe() {
    let (Some(list), Some(csv)) = (
        bytes("misp-warninglists/vpn-ipv4.json.zst"),
        bytes("election/cisa-jar-16-20296a/JAR-16-20296A.csv"),
    ) else {
        return;
    };
    let list = Warninglist::read(list.as_slice()).unwrap();
    let mut intake = Intake::new(options()).with_warninglists(vec![list]);
    read::read(csv.as_slice(), &Reading::default(), &mut intake).unwrap();
    let list = intake.finish();
    assert_eq!(list.warninglist_hits().values().copied().collect::<Vec<_>>(), [400]);
    assert_eq!(list.counts().kinds[&detente_indicators::Kind::Ipv4], 476);
}

#[test]
fn maltrail_names_among_the_tranco_list() {
    let (Some(tranco), Some(tar)) =
        (unzstd("misp-warninglists/tranco10k.json.zst"), unzstd("maltrail/trails-static.tar.zst"))
    else {
        return;
    };
    // As whole names, as FORMATS counts them; by the list's own type every name below one is hit as well.
    let whole = String::from_utf8(tranco)
        .unwrap()
        .replace("\"hostname\",\n  \"version\"", "\"string\",\n  \"version\"");
    let tranco = Warninglist::parse(whole.as_bytes()).unwrap();
    let mut intake = Intake::new(options());
    for (name, text) in tar_members(&tar, |name| name.ends_with(".txt")) {
        intake.begin_source(&name);
        let format = read::read(text.as_slice(), &Reading::default(), &mut intake).unwrap();
        assert_eq!(format, read::Format::Text, "{name}");
    }
    let list = intake.finish();
    assert_eq!(list.sources().len(), 3_113);
    assert!(list.counts().add_up());
    assert_eq!(list.items().filter(|item| tranco.hits(*item)).count(), 78);
}

#[test]
fn every_real_list_is_accepted() {
    let Some(folder) = shared("misp-warninglists") else { return };
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let list = Warninglist::read(std::fs::File::open(&path).unwrap());
        assert!(list.is_ok(), "{}: {}", path.display(), list.err().unwrap());
        count += 1;
    }
    assert_eq!(count, 16);
}
