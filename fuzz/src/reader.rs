//! Readers of lists: whatever the bytes are, the counts add up and the items are in order and in form.

use std::sync::LazyLock;

use detente_indicators::read::{self, Format, Reading};
use detente_indicators::warninglist::Warninglist;
use detente_indicators::{Intake, Item, List, Marking, Options};

use crate::{canon, planted};

/// Unpacked bytes allowed, so that a bomb costs a run no more than its share.
const UNPACKED_BYTES_MAX: u64 = 1 << 20;

/// Reads `data` as `format`, or as what it looks like.
pub fn check(format: Option<Format>, data: &[u8]) {
    // The length decides on the options, so that a sample is a plain file.
    let everything = data.len().is_multiple_of(2);
    let mut rejects = 0;
    let mut intake = Intake::new(options(everything)).with_rejects(|_| rejects += 1);
    intake.begin_source("fuzz");
    let reading = Reading { format, column: None, unpacked_bytes_max: Some(UNPACKED_BYTES_MAX) };
    // An error says why the whole file is unreadable; what was counted before it still adds up.
    let _ = read::read(data, &reading, &mut intake);
    let list = intake.finish();
    let dropped: u64 = list.counts().dropped.values().sum();
    assert_eq!(
        list.counts().items + list.counts().held_back + dropped,
        list.counts().read,
        "the counting law"
    );
    assert_eq!(dropped, rejects, "each dropped value is told");
    check_items(&list);
    planted::in_list(&list);
}

/// As [`check`], behind the first bytes of a packed file.
pub fn check_packed(data: &[u8]) {
    const GZIP: &[u8] = b"\x1f\x8b\x08";
    const ZSTD: &[u8] = b"\x28\xb5\x2f\xfd";
    if data.starts_with(GZIP) || data.starts_with(ZSTD) {
        return check(Some(Format::Text), data);
    }
    let magic = if data.len().is_multiple_of(3) { GZIP } else { ZSTD };
    check(Some(Format::Text), &[magic, data].concat());
}

fn check_items(list: &List) {
    let mut last: Option<Item<'_>> = None;
    for (rank, item) in list.items().enumerate() {
        assert!(last.is_none_or(|last| last < item), "items ascend");
        assert!(Item::from_bytes(item.bytes()).is_some(), "an item reads back");
        assert_eq!(list.rank(item), Some(rank), "an item is found");
        assert!(!list.places(rank).is_empty(), "an item stood somewhere");
        canon::check_again(item);
        last = Some(item);
    }
}

fn options(everything: bool) -> Options {
    Options {
        types: None,
        all: everything,
        observables: everything,
        special_use: false,
        marking: Marking::default(),
    }
}

/// A warninglist reads or is refused, and judges every item without fail.
pub fn check_warninglist(data: &[u8]) {
    let Ok(list) = Warninglist::read(data) else { return };
    for item in JUDGED.items() {
        let _ = list.hits(item);
    }
    planted::in_warninglist(&list);
}

/// One item of each shape that warninglists speak of.
static JUDGED: LazyLock<List> = LazyLock::new(|| {
    let text = "198.51.100.7\n198.51.100.0/25\n2001:db8::7\n2001:db8::/48\nwww.example.com\nexample.org\n\
                https://www.example.net/a?b\nuser@mail.example.com\n44d88612fea8a8f36de82e1278abb02f\n";
    let mut intake = Intake::new(Options { special_use: true, ..options(true) });
    let reading = Reading { format: Some(Format::Text), ..Reading::default() };
    read::read(text.as_bytes(), &reading, &mut intake).expect("a list in form");
    intake.finish()
});
