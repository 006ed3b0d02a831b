//! What time makes a node do by itself.

use detente_accord::Time;
use detente_accord::limits::SIGNS_EVERY_MS;

use crate::world::World;

#[test]
fn a_node_that_says_nothing_signs_something_before_its_timer_counts_as_dead() {
    let mut world = World::founded(&["a", "b"]);
    let mut entropy = world.entropy();
    let mut accord = world.open("a");
    let (size, last) = (accord.own_size(), world.now);
    let mut tend = |at: u64| accord.tend(Time(last.0 + at), &mut entropy).unwrap().signed;
    assert!(!tend(SIGNS_EVERY_MS / 2 - 1));
    assert!(tend(SIGNS_EVERY_MS / 2));
    assert!(!tend(SIGNS_EVERY_MS / 2));
    assert!(!tend(SIGNS_EVERY_MS - 1));
    assert!(tend(SIGNS_EVERY_MS));
    assert_eq!(accord.own_size(), size + 2);
}
