//! What a packet brings, and that it brings it once.

use detente_accord::record::{LogId, Position};

use crate::world::{World, id};

fn place(party: &str, seq: u64) -> Position {
    Position::new(LogId::new(id(party), 0), seq)
}

#[test]
fn two_parties_open_their_accord() {
    let mut world = World::founded(&["a", "b"]);
    let packet = world.packet("a", "b");
    let taken = world.take("b", &packet).unwrap();
    assert_eq!(taken.new.iter().map(|new| new.says.clone().unwrap()).collect::<Vec<_>>(), ["charter"]);
    assert_eq!(taken.cosigned, [(LogId::new(id("a"), 0), 1)]);
    assert!(taken.acknowledged);
    let back = world.packet("b", "a");
    let taken = world.take("a", &back).unwrap();
    assert_eq!(taken.new.len(), 2, "charter and receipt of b: {:?}", taken.new);
    let accord = world.open("a");
    let holders = accord.state().holders();
    assert_eq!(holders.held_by(&place("a", 0)), [&id("b")]);
    assert_eq!(holders.acknowledged_by(&place("a", 0)), [&id("b")]);
    assert!(holders.interval(&place("a", 0)).not_after.is_some());
}

#[test]
fn the_same_packet_again_changes_nothing() {
    let mut world = World::founded(&["a", "b"]);
    let packet = world.packet("a", "b");
    world.take("b", &packet).unwrap();
    let before = world.open("b").state().digest_text();
    let taken = world.take("b", &packet).unwrap();
    assert!(taken.new.is_empty() && taken.cosigned.is_empty() && !taken.acknowledged, "{taken:?}");
    assert_eq!(world.open("b").state().digest_text(), before);
}

#[test]
fn both_sides_come_to_rest_with_one_state() {
    let mut world = World::founded(&["a", "b"]);
    world.exchange(3);
    let sizes = |world: &World| (world.open("a").own_size(), world.open("b").own_size());
    let before = sizes(&world);
    world.exchange(2);
    assert_eq!(sizes(&world), before, "receipts are not receipted");
    assert_eq!(world.open("a").state().digest_text(), world.open("b").state().digest_text());
}

#[test]
fn three_parties_agree() {
    let mut world = World::founded(&["a", "b", "c"]);
    world.exchange(3);
    let digest = world.open("a").state().digest_text();
    assert!(!digest.contains("no effect"), "{digest}");
    assert_eq!(digest, world.open("b").state().digest_text());
    assert_eq!(digest, world.open("c").state().digest_text());
    let accord = world.open("a");
    assert_eq!(accord.state().holders().held_by(&place("a", 0)), [&id("b"), &id("c")]);
}

#[test]
fn content_comes_although_its_entry_came_by_another_way() {
    let mut world = World::founded(&["a", "b", "c"]);
    world.exchange(3);
    let (now, mut entropy) = (world.tick(), world.entropy());
    let left = world.open("a").leave(Some("the mandate ended"), now, &mut entropy).unwrap();
    let said = left.positions[0].clone();
    let content = |world: &World, home: &str| {
        let fields = world.open(home).record().fields("a", 0, said.seq).unwrap();
        fields.iter().any(|field| field.value.windows(7).any(|part| part == b"mandate"))
    };
    // To c, who passes on to b what it has: the entry, never the content.
    let packet = world.packet("a", "c");
    world.take("c", &packet).unwrap();
    let packet = world.packet("c", "b");
    world.take("b", &packet).unwrap();
    assert!(content(&world, "c") && !content(&world, "b"));
    assert!(!world.open("b").state().holders().held_by(&said).is_empty());
    // b has shown to hold it all; the content comes all the same, and once.
    let packet = world.packet("b", "a");
    world.take("a", &packet).unwrap();
    let packet = world.packet("a", "b");
    assert_eq!(world.take("b", &packet).unwrap().opened, 1);
    assert!(content(&world, "b"));
    let packet = world.packet("b", "a");
    world.take("a", &packet).unwrap();
    let packet = world.packet("a", "b");
    assert_eq!(world.take("b", &packet).unwrap().opened, 0);
}
