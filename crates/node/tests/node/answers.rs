//! What a node answers by itself: that an entry has no effect, and that a comcheck has arrived.

use detente_accord::jcs::Value;
use detente_accord::record::packet::PacketBuilder;
use detente_accord::record::{Draft, Position};
use detente_node::Content;

use crate::hostile::forger::{Forger, log_of};
use crate::reading::say;
use crate::world::{START, World, id};

/// Codes and targets of the errors that a party has told.
fn errors(world: &World, by: &str) -> Vec<String> {
    let accord = world.open(by);
    let leaves = accord.held().logs[&log_of(by)].iter().filter_map(|entry| entry.leaf.clone());
    let errors = leaves.filter(|leaf| leaf.said.kind == "error");
    errors.map(|leaf| format!("{:?} {:?}", leaf.said.public["code"], leaf.said.refs[0].target)).collect()
}

/// The next entry of a forger, with another type or another public part.
fn push(forger: &mut Forger, kind: &str, public: Value) {
    let mut leaf = forger.leaf();
    if let Value::Object(leaf) = &mut leaf
        && let Some(Value::Object(statement)) = leaf.get_mut("statement")
    {
        statement.insert("type".into(), Value::text(kind));
        statement.insert("pub".into(), public);
    }
    forger.leaves.push(leaf.encode());
}

#[test]
fn an_entry_without_effect_is_told_once() {
    let mut world = World::founded(&["a", "b"]);
    world.exchange(2);
    let mut forger = Forger::of(&world, "a");
    let first = forger.size();
    push(&mut forger, "ack", Value::object([("x", Value::Integer(1))]));
    push(&mut forger, "weather", Value::object([]));
    push(&mut forger, "error", Value::object([]));
    let mut packet = PacketBuilder::new(forger.record, id("a"), id("b"), START);
    packet.checkpoint(&forger.log, &forger.note(forger.size()));
    let leaves: Vec<&[u8]> = forger.leaves[first as usize..].iter().map(Vec::as_slice).collect();
    packet.entries(&forger.log, first, &leaves).unwrap();
    let packet = packet.finish().unwrap();
    let taken = world.take("b", &packet).unwrap();
    let effects: Vec<String> = taken.new.iter().map(|new| new.effect.to_string()).collect();
    assert_eq!(effects, ["no effect: field-unknown", "no effect: unknown-type", "no effect: field-missing"]);
    assert!(taken.answered);
    let told = errors(&world, "b");
    assert_eq!(told.len(), 1, "neither a type that nobody knows nor an error is answered: {told:?}");
    assert!(told[0].contains("field-unknown") && told[0].contains(&format!("seq: {first},")), "{told:?}");
    let size = world.open("b").own_size();
    assert!(!world.take("b", &packet).unwrap().answered);
    let after = world.open("b").own_size();
    assert_eq!((after, errors(&world, "b").len()), (size, 1));
    assert!(!world.open("b").state().digest_text().contains(&format!("b/0/{} no effect", size - 1)));
}

#[test]
fn a_comcheck_is_answered_by_the_node_once_and_its_word_read_by_whom_it_is_for() {
    let mut world = World::founded(&["a", "b", "c"]);
    world.exchange(2);
    let mut draft = Draft::new(
        "comcheck",
        [
            ("act", Value::text("send")),
            ("to", Value::text("b")),
            ("path", Value::text("node")),
            ("by", Value::Integer(START.0 + 86_400_000)),
        ],
    );
    draft.aud = "to".into();
    draft.values.insert("word", Value::text("lantern"));
    let sent: Position = say(&mut world, "a", draft);
    world.exchange(3);
    let accord = world.open("b");
    let leaves = accord.held().logs[&log_of("b")].iter().filter_map(|entry| entry.leaf.clone());
    let answers = leaves.filter(|leaf| leaf.said.kind == "comcheck").count();
    assert_eq!(answers, 1);
    let effects = accord.state().digest_text();
    assert!(!effects.contains("no effect"), "{effects}");
    let word = |name: &str| match world.open(name).content(&sent).unwrap() {
        Content::Readable(values) => format!("{:?}", values["word"]),
        Content::Sealed => "sealed".to_owned(),
        _ => "otherwise".to_owned(),
    };
    drop(accord);
    assert!(word("b").contains("lantern"));
    assert_eq!(word("c"), "sealed");
}
