//! Keys that rotate, content that goes, a log that is taken up again.

use detente_accord::record::{LogId, Position};
use detente_node::What;

use crate::world::{World, id};

#[test]
fn a_rotated_log_goes_on_in_a_new_epoch() {
    let mut world = World::founded(&["a", "b"]);
    world.exchange(2);
    let (now, mut entropy) = (world.tick(), world.entropy());
    let next = world.open("a").rotate(now, &mut entropy).unwrap();
    assert_eq!(next, LogId::new(id("a"), 1));
    world.exchange(3);
    let accord = world.open("b");
    assert_eq!(accord.state().ring().current(&id("a")), Some(&next));
    assert_eq!(accord.held().size(&next), 2);
    let heads = &accord.held().leaf(&Position::new(next.clone(), 1)).unwrap().place.heads;
    assert!(heads.iter().any(|head| head.log == LogId::new(id("a"), 0)), "{heads:?}");
    assert_eq!(accord.state().holders().mirrored(&next, &id("b")), 2);
    assert!(!accord.state().digest_text().contains("no effect"), "{}", accord.state().digest_text());
    let (digest, other) = (accord.state().digest_text(), world.open("a"));
    drop(accord);
    assert_eq!(digest, other.state().digest_text());
}

#[test]
fn a_lost_record_is_adopted_from_a_peer() {
    let mut world = World::founded(&["a", "b"]);
    world.exchange(3);
    let size = world.open("a").own_size();
    let path = world.parties["a"].path.clone();
    // Yesterday's copy: the state of the signer is never in a back-up.
    std::fs::remove_file(path.join("signer.json")).unwrap();
    assert!(!world.open("a").recovering().is_empty());
    let (now, mut entropy) = (world.tick(), world.entropy());
    let refused = world.open("a").freeze(&LogId::new(id("b"), 0), now, &mut entropy);
    assert!(refused.is_err(), "nothing is signed before recovery");
    let packet = world.packet_of("b", "a", What::Everything);
    let (now, mut entropy) = (world.tick(), world.entropy());
    let recovered = world.open("a").recover(&[packet], false, now, &mut entropy).unwrap();
    assert_eq!((recovered.before, recovered.size), (size, size));
    assert_eq!(world.open("a").own_size(), size + 1, "an entry says so");
    world.exchange(2);
    assert_eq!(world.open("a").state().digest_text(), world.open("b").state().digest_text());
}
