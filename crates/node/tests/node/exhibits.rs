//! Exhibits: committed to, opened item by item, each to whom it is opened and to nobody else.

use detente_accord::jcs::Value;
use detente_accord::record::exhibit::{ExhibitItem, OpenedItems};
use detente_accord::record::{Draft, Position, Rel};
use detente_node::{Content, Error, ExhibitFile, KnownItem, What};
use detente_store::record::ItemKeyFor;
use zeroize::Zeroizing;

use crate::reading::{homes_with, say, sealed_in, stands_in, watched};
use crate::world::{World, id};

fn file(name: &str, bytes: Vec<u8>) -> ExhibitFile {
    ExhibitFile {
        kind: "log".into(),
        name: name.into(),
        media: "text/plain".into(),
        bytes: Zeroizing::new(bytes),
    }
}

/// Three files: short, more than one part, short.
fn files() -> Vec<ExhibitFile> {
    vec![
        file("first canary", b"alpha".to_vec()),
        file("second canary", (0..(1 << 20) + 7).map(|n: u32| (n % 251) as u8).collect()),
        file("third canary", b"omega".to_vec()),
    ]
}

fn committed(world: &mut World) -> Position {
    let mut entropy = world.entropy();
    let mut draft = world.open("a").commit_exhibit(files(), &id("b"), &mut entropy).unwrap();
    draft.values.insert("text", Value::text("what we found"));
    assert_eq!(draft.public["classes"], classes(&[1024, (1 << 20) + 1024, 1024]));
    say(world, "a", draft)
}

fn classes(sizes: &[u64]) -> Value {
    Value::Array(sizes.iter().map(|size| Value::Integer(*size)).collect())
}

fn open(world: &mut World, commit: &Position, items: &[u64], reader: &str) -> Position {
    let draft = world.open("a").open_exhibit(commit, items, &id(reader), None).unwrap();
    say(world, "a", draft)
}

/// Key and sealed file of every part, and the name, of each item.
fn secrets(world: &World, commit: &Position) -> Vec<Vec<Vec<u8>>> {
    let accord = world.open("a");
    let leaf = accord.held().leaf(commit).unwrap();
    let secrets = |known: &KnownItem| {
        let mut secrets = vec![known.item.name.as_bytes().to_vec()];
        for part in &leaf.said.sealed[known.item.places()] {
            secrets.push(accord.record().item_key(&part.sha256, ItemKeyFor::Us).unwrap().unwrap().to_vec());
            secrets.push(accord.record().sealed(&part.sha256).unwrap().unwrap()[..64].to_vec());
        }
        secrets
    };
    accord.exhibit_items(commit).unwrap().iter().map(secrets).collect()
}

/// The items that somebody knows of: index, `+` if its bytes are there, to whom it was opened.
fn known(world: &World, name: &str, commit: &Position) -> Vec<String> {
    let shown = |known: &KnownItem| {
        let readers: String = known.opened_to.iter().map(|party| party.as_str()).collect();
        format!("{}{} {readers}", known.item.index, if known.is_here { "+" } else { "-" })
    };
    world.open(name).exhibit_items(commit).unwrap().iter().map(shown).collect()
}

#[test]
fn an_item_is_read_by_whom_it_was_opened_to_and_by_nobody_else() {
    let mut world = watched(&["a", "b"], &["d", "f", "s"]);
    let commit = committed(&mut world);
    world.exchange(2);
    let secrets = secrets(&world, &commit);
    assert_eq!(secrets.iter().map(Vec::len).collect::<Vec<_>>(), [3, 5, 3]);
    for name in ["b", "d", "f", "s"] {
        assert_eq!(known(&world, name, &commit), Vec::<String>::new(), "{name}");
        assert!(matches!(world.open(name).content(&commit).unwrap(), Content::Sealed), "{name}");
    }
    let held = |world: &World| {
        let homes = secrets.iter().map(|item| homes_with(world, item));
        homes
            .map(|mut homes| {
                homes.dedup();
                homes.join("|")
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(held(&world), ["a", "a", "a"]);
    open(&mut world, &commit, &[1], "b");
    for to in ["d", "s"] {
        assert_eq!(sealed_in(&world.packet("a", to)), 0, "{to}");
    }
    world.exchange(2);
    // f reads what was opened to anybody; d will in three days.
    assert_eq!(held(&world), ["a", "abf", "a"]);
    open(&mut world, &commit, &[2, 2], "s");
    world.exchange(2);
    assert_eq!(held(&world), ["a", "abf", "afs"]);
    assert_eq!(known(&world, "a", &commit), ["0+ ", "1+ b", "2+ s"]);
    assert_eq!(known(&world, "b", &commit), ["1+ b"]);
    assert_eq!(known(&world, "s", &commit), ["2+ s"]);
    assert_eq!(known(&world, "f", &commit), ["1+ b", "2+ s"]);
    assert_eq!(known(&world, "d", &commit), Vec::<String>::new());
    let (item, bytes) = world.open("b").exhibit_item(&commit, 1).unwrap();
    assert_eq!((item.name.as_str(), item.size), ("second canary", (1 << 20) + 7));
    assert!(*bytes == *files().remove(1).bytes);
    assert_eq!(*world.open("s").exhibit_item(&commit, 2).unwrap().1, b"omega");
    for (name, index) in [("b", 0), ("b", 2), ("s", 1), ("d", 1), ("f", 0), ("b", 9)] {
        let refused = world.open(name).exhibit_item(&commit, index).err();
        assert!(matches!(refused, Some(Error::Unknown(_))), "{name} {index}: {refused:?}");
    }
}

#[test]
fn no_packet_ever_carries_an_item_to_somebody_else() {
    let mut world = watched(&["a", "b"], &["f", "s"]);
    let commit = committed(&mut world);
    let opened = open(&mut world, &commit, &[0], "b");
    world.exchange(2);
    let secrets = secrets(&world, &commit);
    for (to, due) in [("b", [true, false, false]), ("f", [true, false, false]), ("s", [false; 3])] {
        let packet = world.packet_of("a", to, What::Everything);
        let parts = detente_accord::record::packet::Packet::read(&packet).unwrap();
        assert!(parts.keys.keys().all(|(_, reader)| *reader == id(to)));
        for (item, due) in secrets.iter().zip(due) {
            assert_eq!(item[1..].iter().any(|secret| stands_in(&packet, secret)), due, "{to}");
            assert!(!stands_in(&packet, &item[1]), "no key travels as it is");
        }
    }
    // What was opened is what was committed to, and says how many.
    let accord = world.open("s");
    let leaf = accord.held().leaf(&opened).unwrap();
    assert_eq!(
        (&leaf.said.public["opened"], &leaf.said.public["to"]),
        (&Value::Integer(1), &Value::text("b"))
    );
    assert!(matches!(accord.content(&opened).unwrap(), Content::Sealed));
}

#[test]
fn an_opening_is_acknowledged_once_everything_is_here() {
    let mut world = watched(&["a", "b", "c"], &[]);
    let commit = committed(&mut world);
    world.exchange(2);
    let opened = open(&mut world, &commit, &[1], "b");
    // By c the entry alone comes to b, who does not say then that it has received it.
    let packet = world.packet("a", "c");
    world.take("c", &packet).unwrap();
    let packet = world.packet("c", "b");
    world.take("b", &packet).unwrap();
    let acked =
        |world: &World| world.open("b").state().holders().acknowledged_by(&opened).contains(&&id("b"));
    assert!(!acked(&world));
    let packet = world.packet("a", "b");
    assert_eq!(sealed_in(&packet), 3, "its fields and two parts");
    world.take("b", &packet).unwrap();
    let packet = world.packet("b", "a");
    world.take("a", &packet).unwrap();
    assert_eq!(sealed_in(&world.packet("a", "b")), 0);
}

#[test]
fn nobody_opens_what_is_not_its_own() {
    let mut world = watched(&["a", "b"], &["f"]);
    let commit = committed(&mut world);
    open(&mut world, &commit, &[1], "b");
    world.exchange(2);
    let refused = world.open("b").open_exhibit(&commit, &[1], &id("f"), None).err();
    assert!(matches!(refused, Some(Error::NotAllowed(_))), "{refused:?}");
    // By hand, with all that b knows of it: the state refuses.
    let mut draft = Draft::new(
        "exhibit",
        [("act", Value::text("open")), ("to", Value::text("f")), ("opened", Value::Integer(1))],
    );
    draft.aud = "to".into();
    draft.refs = vec![world.open("b").reference(Rel::To, &commit).unwrap()];
    let (now, mut entropy) = (world.tick(), world.entropy());
    let refused = world.open("b").say_all(vec![draft], now, &mut entropy);
    assert!(matches!(&refused, Err(Error::NoEffect { why, .. }) if *why == "ref-author"), "{refused:?}");
    let refused = world.open("a").open_exhibit(&commit, &[3], &id("f"), None).err();
    assert!(matches!(refused, Some(Error::Unknown(_))), "{refused:?}");
    let refused = world.open("a").open_exhibit(&commit, &[], &id("f"), None).err();
    assert!(matches!(refused, Some(Error::NotAllowed(_))), "{refused:?}");
}

#[test]
fn an_opening_that_contradicts_the_commitment_is_told() {
    let mut world = watched(&["a", "b"], &[]);
    let commit = committed(&mut world);
    let mut draft = world.open("a").open_exhibit(&commit, &[0], &id("b"), None).unwrap();
    let mut opened = OpenedItems::read(&draft.values["items"]).unwrap();
    let item = ExhibitItem::read(&opened.items[0]).unwrap();
    opened.items[0] = ExhibitItem { name: "another name".into(), ..item }.opening(opened.items[0].salt);
    draft.values.insert("items", opened.to_value());
    say(&mut world, "a", draft);
    let packet = world.packet("a", "b");
    assert!(world.take("b", &packet).is_ok());
    let told = world.open("b").exhibit_item(&commit, 0).err();
    assert_eq!(told.map(|error| error.name()), Some("sealed-contradicts"));
}

#[test]
fn too_much_for_one_exhibit_is_refused() {
    let world = World::founded(&["a", "b"]);
    let refused = |files: Vec<ExhibitFile>| {
        let mut entropy = detente_accord::Entropy::from_random([7; 32]);
        match world.open("a").commit_exhibit(files, &id("b"), &mut entropy) {
            Ok(draft) => format!("{} files", draft.attachments.len()),
            Err(error) => error.to_string(),
        }
    };
    let small = |n: usize| (0..n).map(|n| file(&n.to_string(), vec![1])).collect::<Vec<_>>();
    assert_eq!(refused(small(7)), "7 files");
    assert!(refused(small(0)).contains("at least one file"));
    assert!(refused(small(8)).contains("seven sealed parts"));
    assert!(refused(small(33)).contains("at most 32 files"));
    assert!(refused(vec![file("empty", Vec::new())]).contains("none of them is empty"));
    assert!(refused(vec![file("large", vec![0; 7 << 20])]).contains("seven sealed parts"));
}

#[test]
fn what_was_destroyed_is_gone_wherever_it_was_opened() {
    let mut world = watched(&["a", "b"], &["f"]);
    let commit = committed(&mut world);
    open(&mut world, &commit, &[0, 2], "b");
    world.exchange(2);
    let secrets: Vec<Vec<u8>> = secrets(&world, &commit).concat();
    let early = world.packet_of("a", "b", What::Everything);
    let draft = world.open("a").destroy_exhibit(&commit).unwrap();
    say(&mut world, "a", draft);
    let entries = world.open("a").exhibit_entries(&commit).unwrap();
    assert_eq!(entries.len(), 2);
    let (now, mut entropy) = (world.tick(), world.entropy());
    world.open("a").redact(&entries, "destroyed", now, &mut entropy).unwrap();
    world.exchange(1);
    for name in ["b", "f"] {
        let (now, mut entropy) = (world.tick(), world.entropy());
        world.open(name).erase_redacted(now, &mut entropy).unwrap();
    }
    world.exchange(2);
    world.take("b", &early).unwrap();
    assert_eq!(homes_with(&world, &secrets), vec![String::new(); secrets.len()]);
    assert!(matches!(world.open("a").content(&commit).unwrap(), Content::Deleted));
    assert!(world.open("a").open_exhibit(&commit, &[0], &id("b"), None).is_err());
}
