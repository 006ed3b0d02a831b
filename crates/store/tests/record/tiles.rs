//! Logs as static files.

use std::fs;

use detente_tlog::{
    Checkpoint, EntryBundle, HashTile, Note, Rejection, TilePath, TileReader, TreeSize, root_at,
};

use crate::world::{Place, check, files, fill, leaves, note, origin, seeds, sign, tree};
use detente_store::record::{Depth, Record, Signer};

/// The names of the files of a log.
fn names(record: &Record) -> Vec<String> {
    let folder = record.tiles_folder(&origin("a"));
    let name = |path: &std::path::Path| path.strip_prefix(&folder).unwrap().display().to_string();
    files(&folder).iter().map(|(path, _)| name(path)).collect()
}

#[test]
fn an_outsider_reads_the_log_from_its_files() {
    let place = Place::new();
    let (mut record, a) = (place.open(), origin("a"));
    let mut signer = Signer::open(&place.path(), &seeds("a"), &record).unwrap();
    for size in [1, 5, 256, 300, 513, 700] {
        fill(&mut record, &a, size);
        let signed = sign(&mut signer, &mut record, "a").unwrap();
        assert_eq!(record.write_tiles(&a).unwrap(), size);
        record.write_checkpoint(&a, &signed).unwrap();
        // From nothing but the files.
        let folder = record.tiles_folder(&a);
        let bytes = fs::read(folder.join("checkpoint")).unwrap();
        let head = Checkpoint::parse(Note::parse(&bytes).unwrap().text()).unwrap();
        assert_eq!(head.size(), TreeSize::new(size).unwrap());
        let fetch = |path: TilePath| Ok::<_, Rejection>(fs::read(folder.join(path.to_string())).unwrap());
        assert_eq!(root_at(head.size(), &TileReader::new(head.size(), fetch)).unwrap(), *head.root());
        let mut entries = Vec::new();
        for index in 0..size.div_ceil(256) {
            let path = TilePath::in_tree(detente_tlog::TileKind::Entries, index, head.size()).unwrap();
            let bytes = fetch(path).unwrap();
            let bundle = EntryBundle::parse(&bytes, path.width()).unwrap();
            entries.extend(bundle.entries().iter().map(|entry| entry.to_vec()));
        }
        assert_eq!(entries, leaves(0, size));
        assert!(record.fsck(Depth::Full, |_| ()).unwrap().is_clean());
    }
}

#[test]
fn partial_tiles_go_when_the_full_one_is_published() {
    let place = Place::new();
    let (mut record, a) = (place.open(), origin("a"));
    for size in [3, 7] {
        fill(&mut record, &a, size);
        record.write_tiles(&a).unwrap();
    }
    assert_eq!(
        names(&record),
        ["tile/0/000.p/3", "tile/0/000.p/7", "tile/entries/000.p/3", "tile/entries/000.p/7"]
    );
    fill(&mut record, &a, 256);
    record.write_tiles(&a).unwrap();
    assert_eq!(names(&record).len(), 4 + 3);
    let note = note("a", 256, tree(256).root(), 0);
    record.put_note(&note).unwrap();
    record.write_checkpoint(&a, &note).unwrap();
    assert_eq!(names(&record), ["checkpoint", "tile/0/000", "tile/1/000.p/1", "tile/entries/000"]);
    let tile = fs::read(record.tiles_folder(&a).join("tile/0/000")).unwrap();
    assert_eq!(HashTile::parse(&tile, 256).unwrap().hashes().len(), 256);
}

#[test]
fn files_are_the_same_however_they_came_about() {
    let (one, other) = (Place::new(), Place::new());
    let (mut grown, mut rebuilt, a) = (one.open(), other.open(), origin("a"));
    let last = note("a", 600, tree(600).root(), 0);
    for size in [200, 400, 600] {
        fill(&mut grown, &a, size);
        grown.write_checkpoint(&a, &note("a", size, tree(size).root(), 0)).unwrap();
    }
    fill(&mut rebuilt, &a, 600);
    rebuilt.rebuild_tiles(&a).unwrap();
    rebuilt.write_checkpoint(&a, &last).unwrap();
    // Those of sizes in between are left over in the one that grew.
    for name in names(&rebuilt) {
        let [one, other] =
            [&grown, &rebuilt].map(|record| fs::read(record.tiles_folder(&a).join(&name)).unwrap());
        assert!(one == other, "{name}");
    }
}

#[test]
fn a_checkpoint_of_other_leaves_is_never_published() {
    let place = Place::new();
    let (mut record, a) = (place.open(), origin("a"));
    fill(&mut record, &a, 5);
    check(record.write_checkpoint(&a, &note("a", 5, tree(4).root(), 0)), "other-root");
    check(record.write_checkpoint(&a, &note("a", 6, tree(6).root(), 0)), "index-beyond-tree");
    check(record.write_checkpoint(&a, &note("b", 5, tree(5).root(), 0)), "other-origin");
    check(record.write_tiles(&origin("b")), "unknown-log");
    assert!(!record.tiles_folder(&a).join("checkpoint").exists());
}
