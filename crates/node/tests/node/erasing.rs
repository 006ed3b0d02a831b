//! What was erased is in no file any more.

use std::path::Path;

use detente_accord::record::Position;
use detente_store::record::ItemKeyFor;

use crate::hostile::forger::log_of;
use crate::world::{START, World};

const WORDS: &str = "the canary of the erasure sings at dawn";

/// All files below a folder in which one of these stands.
fn files_with(folder: &Path, needles: &[Vec<u8>]) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files_with(&path, needles));
        } else {
            let bytes = std::fs::read(&path).unwrap();
            let has = |needle: &Vec<u8>| bytes.windows(needle.len()).any(|part| part == needle);
            found.extend(needles.iter().any(has).then(|| path.display().to_string()));
        }
    }
    found
}

/// What must go: the words, every salt, the key and the sealed file.
fn secrets(world: &World, at: &str, entry: &Position) -> Vec<Vec<u8>> {
    let accord = world.open(at);
    let fields = accord.record().fields("a", 0, entry.seq).unwrap();
    let mut secrets = vec![WORDS.as_bytes().to_vec()];
    secrets.extend(fields.iter().map(|field| field.salt.to_vec()));
    for item in &accord.held().leaf(entry).unwrap().said.sealed {
        secrets
            .extend(accord.record().item_key(&item.sha256, ItemKeyFor::Us).unwrap().map(|key| key.to_vec()));
        secrets.extend(accord.record().sealed(&item.sha256).unwrap().map(|file| file[..64].to_vec()));
    }
    secrets
}

#[test]
fn what_was_redacted_is_gone_everywhere_and_does_not_come_back() {
    let mut world = World::founded(&["a", "b"]);
    world.exchange(2);
    let offer = world.newcomer("n");
    let (now, mut entropy) = (world.tick(), world.entropy());
    let said = world.open("a").invite(&offer, Some(WORDS), now, &mut entropy).unwrap();
    let entry = said.positions[0].clone();
    let with_content = world.packet("a", "b");
    assert_eq!(world.take("b", &with_content).unwrap().opened, 1);
    world.exchange(1);
    let folders = ["a", "b"].map(|name| world.parties[name].path.clone());
    let needles: Vec<Vec<Vec<u8>>> = ["a", "b"].map(|name| secrets(&world, name, &entry)).into();
    for (folder, needles) in folders.iter().zip(&needles) {
        assert!(needles.len() >= 1 + 4 + 2, "{}", needles.len());
        for needle in needles {
            assert!(!files_with(folder, std::slice::from_ref(needle)).is_empty(), "the search finds nothing");
        }
    }
    let (now, mut entropy) = (world.tick(), world.entropy());
    assert_eq!(
        world.open("a").redact(std::slice::from_ref(&entry), "gdpr", now, &mut entropy).unwrap(),
        std::slice::from_ref(&entry)
    );
    let packet = world.packet("a", "b");
    world.take("b", &packet).unwrap();
    let (now, mut entropy) = (world.tick(), world.entropy());
    assert_eq!(world.open("b").erase_redacted(now, &mut entropy).unwrap(), std::slice::from_ref(&entry));
    let gone = |when: &str| {
        for (folder, needles) in folders.iter().zip(&needles) {
            assert_eq!(files_with(folder, needles), Vec::<String>::new(), "{when}");
        }
    };
    gone("after both have erased");
    let again = world.take("b", &with_content).unwrap();
    assert_eq!((again.opened, again.new.len()), (0, 0));
    gone("after the packet with the content came again");
    world.exchange(2);
    gone("after more exchange");
    for name in ["a", "b"] {
        let mut accord = world.open(name);
        for log in [log_of("a"), log_of("b")] {
            let origin = accord.charter().names().origin(&log);
            let (size, root) = accord.record_mut().root_checked(&origin).unwrap();
            assert_eq!(accord.record().root_at(&origin, size).unwrap(), root);
        }
        let redaction = &accord.state().redactions()[&entry];
        assert_eq!(redaction.erased_by.len(), 2);
        assert_eq!(accord.state().effect(&entry).unwrap().to_string(), "took", "the entry stays");
        assert!(accord.held().leaf(&entry).unwrap().place.time >= START);
    }
}
