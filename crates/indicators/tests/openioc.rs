//! OpenIOC: the five published files of APT28, a sample of version 1.1 with one of everything, and documents
//! that mean harm.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod common;

use std::collections::BTreeSet;

use common::{all_printed, list, options, printed, read_as, shared};
use detente_indicators::read::{Format, ReadError, Reading};
use detente_indicators::{Kind, Reason};

#[test]
fn published_files() {
    let Some(folder) = shared("election/mandiant-openioc-apt28") else { return };
    let mut domains = BTreeSet::new();
    let mut hashes = BTreeSet::new();
    let mut addresses = BTreeSet::new();
    let mut items_in_xml = 0;
    let mut read = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "ioc") {
            continue;
        }
        let document = std::fs::read(path).unwrap();
        let (format, list) = read_as(&document, &Reading::default(), options()).unwrap();
        assert_eq!(format, Format::OpenIoc);
        items_in_xml += String::from_utf8(document).unwrap().matches("<IndicatorItem ").count() as u64;
        read += list.counts().read;
        domains.extend(printed(&list, Kind::Domain));
        hashes.extend(printed(&list, Kind::Md5));
        addresses.extend(printed(&list, Kind::Ipv4));
    }
    assert_eq!((read, items_in_xml), (63, 63));
    assert_eq!((domains.len(), hashes.len(), addresses.len()), (18, 11, 1));
    assert!(domains.contains("kavkazcentr.info"));
}

#[test]
fn version_1_1() {
    let list = list(include_bytes!("samples/openioc-11.ioc"));
    let expected = [
        "198.51.100.3",
        "whole.example.com",
        "http://www.example.org/?a=1&b=2&c=%3C3%3E",
        "d41d8cd98f00b204e9800998ecf8427e",
    ];
    assert_eq!(all_printed(&list), expected);
    let counts = list.counts();
    assert_eq!(counts.dropped[&Reason::PatternNotCarried], 8);
    assert_eq!((counts.read, counts.unmarked), (12, 0));
}

fn refused(document: &str) -> String {
    match read_as(document.as_bytes(), &as_openioc(), options()) {
        Err(ReadError::MalformedDocument { format: Format::OpenIoc, detail }) => detail,
        Err(other) => other.to_string(),
        Ok(_) => panic!("read as if nothing were wrong"),
    }
}

fn as_openioc() -> Reading {
    Reading { format: Some(Format::OpenIoc), ..Reading::default() }
}

#[test]
fn documents_that_mean_harm() {
    let entities = "<!DOCTYPE ioc [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]><ioc>&b;</ioc>";
    assert_eq!(refused(entities), "a document type definition");
    let external = "<ioc><definition><Indicator operator='OR'><IndicatorItem condition='is'><Content>&xxe;";
    assert_eq!(refused(external), "a reference to an entity that XML does not define");
    assert_eq!(refused(&"<ioc>".repeat(100_000)), "nested deeper than 64");
    assert_eq!(refused("<ioc><definition>"), "the document ends inside an element");
    assert_eq!(refused("<html></html>"), "no ioc or OpenIOC element");
    assert!(refused("<ioc></definition>").starts_with("no XML at byte"));
    assert!(refused("<ioc").starts_with("no XML at byte"));
    assert_eq!(refused("  "), "the file is empty");
}

#[test]
fn many_attributes_take_linear_time() {
    let attributes: String = (0..200_000).map(|number| format!(" a{number}=''")).collect();
    let document = format!("<ioc><IndicatorItem{attributes}/></ioc>");
    let (_, list) = read_as(document.as_bytes(), &as_openioc(), options()).unwrap();
    assert_eq!(list.counts().read, 1);
}

#[test]
fn broken_utf_8_is_replaced() {
    let mut document = include_bytes!("samples/openioc-11.ioc").to_vec();
    let at = document.windows(4).position(|window| window == b"part").unwrap();
    document[at] = 0xff;
    let (_, list) = read_as(&document, &as_openioc(), options()).unwrap();
    assert_eq!(list.len(), 4);
}

#[test]
fn too_large_a_document_is_refused() {
    let document = vec![b' '; (32 << 20) + 1];
    let refused = read_as(&document, &as_openioc(), options());
    assert!(matches!(refused, Err(ReadError::TooLarge { .. })));
}
