//! Logs that were ended: what stays, what is void, and how their party goes on.

use detente_accord::jcs::Value;
use detente_accord::record::{Draft, Effect, LogId, Position};
use detente_accord::{PartyId, b64};

use crate::hostile::forger::log_of;
use crate::world::{World, id};

fn freeze(world: &mut World, by: &str, log: &LogId) {
    let (now, mut entropy) = (world.tick(), world.entropy());
    world.open(by).freeze(log, now, &mut entropy).unwrap();
}

fn say(world: &mut World, name: &str) {
    let (now, mut entropy) = (world.tick(), world.entropy());
    world.open(name).say_all(vec![Draft::new("ack", [])], now, &mut entropy).unwrap();
}

fn effect(world: &World, at: &str, party: &str, seq: u64) -> String {
    let accord = world.open(at);
    accord.state().effect(&Position::new(log_of(party), seq)).map_or("none".to_owned(), Effect::to_string)
}

#[test]
fn entries_beyond_the_last_valid_head_are_void_in_whatever_order_it_is_heard() {
    let mut world = World::founded(&["a", "b", "c"]);
    world.exchange(2);
    let log = log_of("c");
    let valid = world.open("c").own_size();
    freeze(&mut world, "a", &log);
    assert_eq!(world.open("a").state().freezes().last_valid(&log), None, "one of three is no quorum");
    // c has not heard of it, and goes on; b hears c before it hears a, a after.
    say(&mut world, "c");
    let from_c = world.packet("c", "a");
    let taken = world.take("a", &from_c).unwrap();
    assert!(taken.cosigned.is_empty(), "what was ended is not cosigned");
    assert_eq!(taken.new.len(), 1);
    freeze(&mut world, "b", &log);
    world.exchange(2);
    for at in ["a", "b", "c"] {
        assert_eq!(world.open(at).state().freezes().last_valid(&log), Some(valid), "{at}");
        assert_eq!(effect(&world, at, "c", valid - 1), "took", "{at}");
        assert_eq!(effect(&world, at, "c", valid), "no effect: frozen", "{at}");
    }
    let (now, mut entropy) = (world.tick(), world.entropy());
    let refused = world.open("c").say_all(vec![Draft::new("ack", [])], now, &mut entropy);
    assert_eq!(refused.unwrap_err().name(), "may-not-sign");
    // Its keys of the next epoch were committed to before.
    let next = world.open("c").rotate(now, &mut entropy).unwrap();
    world.exchange(2);
    for at in ["a", "b", "c"] {
        assert_eq!(world.open(at).state().ring().current(&id("c")), Some(&next), "{at}");
    }
    say(&mut world, "c");
}

#[test]
fn nobody_voids_by_a_freeze_what_it_has_cosigned() {
    let mut world = World::founded(&["a", "b"]);
    world.exchange(3);
    let held = world.open("a").own_size();
    let origin = world.open("a").charter().names().origin(&log_of("a"));
    let draft = Draft::new(
        "freeze",
        [
            ("origin", Value::text(origin.as_str())),
            ("root", Value::text(b64::encode(&[0; 32]))),
            ("size", Value::Integer(0)),
        ],
    );
    let (now, mut entropy) = (world.tick(), world.entropy());
    world.open("b").say_all(vec![draft], now, &mut entropy).unwrap();
    let packet = world.packet("b", "a");
    world.take("a", &packet).unwrap();
    assert!(world.open("a").state().freezes().last_valid(&log_of("a")).is_some_and(|size| size >= held));
    assert_eq!(effect(&world, "a", "a", 0), "took");
    assert_eq!(effect(&world, "a", "a", held - 1), "took");
    let (now, mut entropy) = (world.tick(), world.entropy());
    let next = world.open("a").rotate(now, &mut entropy).unwrap();
    world.exchange(2);
    assert_eq!(world.open("b").state().ring().current(&id("a")), Some(&next));
    let digest = world.open("b").state().digest_text();
    assert_eq!(world.open("a").state().digest_text(), digest);
}

#[test]
fn a_party_joins_speaks_and_leaves() {
    let mut world = World::founded(&["a", "b"]);
    world.exchange(2);
    let offer = world.newcomer("n");
    let (now, mut entropy) = (world.tick(), world.entropy());
    world.open("a").invite(&offer, Some("more eyes"), now, &mut entropy).unwrap();
    world.exchange(2);
    world.join("n");
    // Before all have consented it may not sign on: an entry that says so has no effect.
    let (now, mut entropy) = (world.tick(), world.entropy());
    world.open("b").consent(&id("n"), now, &mut entropy).unwrap();
    world.exchange_among(&["a", "b"], 2);
    for from in ["a", "b"] {
        let packet = world.packet(from, "n");
        let taken = world.take("n", &packet).unwrap();
        assert!(!taken.acknowledged, "its second entry is to be the one by which it joins");
    }
    let (now, mut entropy) = (world.tick(), world.entropy());
    world.open("n").sign_on(now, &mut entropy).unwrap();
    world.exchange(3);
    let parties = |world: &World, at: &str| -> Vec<PartyId> {
        world.open(at).state().parties().into_iter().cloned().collect()
    };
    for at in ["n", "a", "b"] {
        assert_eq!(effect(&world, at, "n", 1), "took", "{at}");
        assert_eq!(parties(&world, at), [id("a"), id("b"), id("n")], "{at}");
    }
    let accord = world.open("a");
    assert_eq!(accord.state().holders().held_by(&Position::new(log_of("n"), 1)), [&id("a"), &id("b")]);
    let digest = accord.state().digest_text();
    drop(accord);
    assert_eq!(world.open("b").state().digest_text(), digest);
    assert_eq!(world.open("n").state().digest_text(), digest);
    let (now, mut entropy) = (world.tick(), world.entropy());
    world.open("n").leave(Some("done"), now, &mut entropy).unwrap();
    world.exchange(3);
    for at in ["a", "b", "n"] {
        assert_eq!(parties(&world, at), [id("a"), id("b")], "{at}");
    }
    assert_eq!(effect(&world, "a", "n", 1), "took", "what it said stays");
}
