//! Flow records in both CSV families of nfdump.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod common;

use common::{options, printed, read_as};
use detente_indicators::read::{Format, Reading};
use detente_indicators::{Kind, List, Reason};

fn flows(input: &[u8]) -> List {
    let (format, list) = read_as(input, &Reading::default(), options()).unwrap();
    assert_eq!(format, Format::Nfdump);
    list
}

fn addresses(list: &List) -> [Vec<String>; 2] {
    [Kind::Ipv4, Kind::Ipv6].map(|kind| printed(list, kind).into_iter().collect())
}

#[test]
fn legacy_records_end_at_the_summary() {
    let list = flows(include_bytes!("samples/nfdump-legacy.csv"));
    assert_eq!(addresses(&list), [["192.0.2.10", "198.51.100.20"], ["2001:db8::10", "2001:db8::20"]]);
    // One record is cut; the totals are no records.
    assert_eq!((list.counts().read, list.counts().dropped[&Reason::NotAnIndicator]), (5, 1));
}

#[test]
fn fast_records() {
    let list = flows(include_bytes!("samples/nfdump-fast.csv"));
    assert_eq!(addresses(&list), [["192.0.2.10", "198.51.100.20"], ["2001:db8::10", "2001:db8::20"]]);
    let dropped = &list.counts().dropped;
    assert_eq!((dropped[&Reason::SpecialUse], dropped[&Reason::Duplicate]), (1, 1));
}

#[test]
fn without_a_header_there_is_no_column() {
    let reading = Reading { format: Some(Format::Nfdump), ..Reading::default() };
    assert!(read_as(b"1,2,3\n4,5,6\n", &reading, options()).is_err());
}
