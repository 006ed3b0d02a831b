//! Tile paths, entry bundles and the tiles that a growing log writes.

#![allow(clippy::unwrap_used, reason = "what a test stands on is there")]

mod common;

use common::{size, tree};
use detente_tlog::{EntryBundle, Fault, HashTile, Rejection, TileKind, TilePath, grown_tiles};

#[test]
fn paths_are_those_of_the_specification() {
    for (kind, index, leaves, due) in [
        (TileKind::Hashes(0), 0, 256, Some("tile/0/000")),
        (TileKind::Hashes(1), 0, 256, Some("tile/1/000.p/1")),
        (TileKind::Hashes(0), 1, 256, None),
        (TileKind::Hashes(0), 273, 70_000, Some("tile/0/273.p/112")),
        (TileKind::Hashes(1), 0, 70_000, Some("tile/1/000")),
        (TileKind::Hashes(1), 1, 70_000, Some("tile/1/001.p/17")),
        (TileKind::Hashes(2), 0, 70_000, Some("tile/2/000.p/1")),
        (TileKind::Hashes(3), 0, 70_000, None),
        (TileKind::Hashes(0), 5, 70_000, Some("tile/0/005")),
        (TileKind::Entries, 273, 70_000, Some("tile/entries/273.p/112")),
        (TileKind::Hashes(0), 1_234_067, 1_234_067 * 256 + 256, Some("tile/0/x001/x234/067")),
        (TileKind::Hashes(63), 0, 70_000, None),
        (TileKind::Hashes(0), u64::MAX, 70_000, None),
    ] {
        let path = TilePath::in_tree(kind, index, size(leaves));
        assert_eq!(path.map(|path| path.to_string()).as_deref(), due);
        if let (Some(path), Some(text)) = (path, due) {
            assert_eq!(TilePath::parse(text), Ok(path));
        }
    }
}

#[test]
fn other_paths_are_refused() {
    for text in [
        "",
        "tile",
        "tile/",
        "tile/0",
        "tile/0/",
        "/tile/0/000",
        "tile/0/000/",
        "tile/0/00",
        "tile/0/0000",
        "tile/00/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/0/x000/001",
        "tile/0/x001",
        "tile/0/001/067",
        "tile/0/X001/067",
        "tile/0/x001/x067",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000.p/",
        "tile/0/000.p",
        "tile/0/000.p/1/",
        "tile/0/000.p/1.p/1",
        "tile/8/0/000",
        "tile/data/000",
        "tile/entries/x999/x999/x999/x999/x999/999",
        "tile/0/../000",
        "tile/0/0٠0",
        "tile/0/000\n",
        "tile/0/x035/x184/x372/x088/832",
        "tile/0/x001/x001/x001/x001/x001/x001/x001/x001/x001/x001/x001/001",
    ] {
        assert!(TilePath::parse(text).is_err(), "{text:?}");
    }
}

#[test]
fn growth_writes_what_is_new_or_wider() {
    let shown = |older, newer| -> Vec<String> {
        grown_tiles(size(older), size(newer)).map(|path| path.to_string()).collect()
    };
    assert_eq!(shown(0, 0), [""; 0]);
    assert_eq!(shown(0, 1), ["tile/entries/000.p/1", "tile/0/000.p/1"]);
    assert_eq!(shown(255, 255), [""; 0]);
    assert_eq!(shown(255, 256), ["tile/entries/000", "tile/0/000", "tile/1/000.p/1"]);
    assert_eq!(shown(256, 257), ["tile/entries/001.p/1", "tile/0/001.p/1"]);
    // Whatever way it grew, the tiles of a size are there.
    for step in [1, 7, 255, 256, 700] {
        let mut written = std::collections::BTreeSet::new();
        for older in (0..1400).step_by(step) {
            written.extend(grown_tiles(size(older), size(older + step as u64)));
        }
        let last = (0..1400).step_by(step).last().unwrap() + step as u64;
        assert!(grown_tiles(size(0), size(last)).all(|path| written.contains(&path)), "steps of {step}");
    }
}

#[test]
fn bundles_read_back_and_other_forms_are_refused() {
    let long = vec![7; 16 << 10];
    for entries in [vec![b"".as_slice()], vec![b"one", b"", b"three"], vec![long.as_slice(); 256]] {
        let bytes = EntryBundle::new(entries.clone()).unwrap().to_bytes();
        assert_eq!(EntryBundle::parse(&bytes, entries.len()).unwrap().entries(), entries);
    }
    let check = |bytes: &[u8], width, fault: Fault, at| {
        let refused = EntryBundle::parse(bytes, width).unwrap_err();
        assert!(
            matches!(refused, Rejection::Malformed { fault: found, offset, .. } if found == fault && offset == at),
            "{refused}"
        );
    };
    let good = EntryBundle::new(vec![b"one", b"two"]).unwrap().to_bytes();
    check(&good, 1, Fault::Trailing, 5);
    check(&good, 3, Fault::Truncated, 10);
    check(&good[..9], 2, Fault::Truncated, 5);
    check(&good[..6], 2, Fault::Truncated, 5);
    check(&good, 0, Fault::BadLength, 0);
    check(&good, 257, Fault::BadLength, 0);
    check(&good, usize::MAX, Fault::BadLength, 0);
    check(&[0x40, 0x01], 1, Fault::TooLarge, 0);
    check(&[0xff, 0xff], 1, Fault::TooLarge, 0);
    let over = vec![7; (16 << 10) + 1];
    for entries in [vec![], vec![over.as_slice()], vec![b"".as_slice(); 257]] {
        assert!(EntryBundle::new(entries).is_err());
    }
}

#[test]
fn hash_tiles_read_back_and_other_lengths_are_refused() {
    let tree = tree(300, 999);
    for path in grown_tiles(size(0), size(300)).filter(|path| path.kind() != TileKind::Entries) {
        let tile = HashTile::read(path, &tree).unwrap();
        assert_eq!(HashTile::parse(&tile.to_bytes(), path.width()), Ok(tile));
    }
    for (length, width) in [(0, 0), (31, 1), (33, 1), (64, 1), (32, 2), (257 * 32, 257)] {
        assert_eq!(HashTile::parse(&vec![0; length], width).unwrap_err().name(), "bad-length");
    }
    let entries = TilePath::in_tree(TileKind::Entries, 0, size(300)).unwrap();
    assert!(HashTile::read(entries, &tree).is_err());
    let far = TilePath::parse("tile/63/000").unwrap();
    assert!(HashTile::read(far, &tree).is_err());
}
