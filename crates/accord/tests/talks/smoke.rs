//! What the world itself is held to.

use crate::world::{HOUR, SECOND, World, saying};

#[test]
fn an_inquiry_is_asked_and_denied() {
    let mut world = World::trio();
    let asked = world.send(&saying("a", "inquiry", "release").word("kind", "incident"));
    world.wait(HOUR);
    let acknowledged = world.send(&saying("b", "reply", "acknowledge").about(&[&asked]));
    world.wait(4 * SECOND);
    let denied = world.send(&saying("b", "denial", "denial").about(&[&asked]));
    let noted = world.post(&saying("c", "position", "note").about(&[&denied]));
    let state = world.state();
    for at in [&asked, &acknowledged, &denied, &noted] {
        assert_eq!(state.effect(at).unwrap().to_string(), "took", "{at}");
    }
    assert_eq!(world.phase(&asked), "answered");
}

#[test]
fn who_has_not_seen_an_entry_does_not_refer_to_it() {
    let mut world = World::pair();
    world.apart();
    let asked = world.post(&saying("a", "inquiry", "release"));
    assert_eq!(world.try_saying(&saying("b", "reply", "acknowledge").about(&[&asked])), "target-unseen");
    world.see("b", "a", world.size("a"));
    assert_eq!(world.try_saying(&saying("b", "reply", "acknowledge").about(&[&asked])), "took");
}
