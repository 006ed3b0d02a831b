//! A text that changes the rules, from one node to the other; a silence under it, and how it ended.

use detente_accord::Time;
use detente_accord::b64;
use detente_accord::jcs::Value;
use detente_accord::record::{Adoption, Draft, Position, Rel, RulesFile};
use detente_accord::talks::room::Outcome;

use crate::world::{World, id};

fn say(world: &mut World, party: &str, mut draft: Draft, refs: &[(Rel, &Position)]) -> Position {
    let (now, mut entropy) = (world.tick(), world.entropy());
    let mut accord = world.open(party);
    draft.public.insert("to".into(), Value::text("*"));
    draft.refs = refs.iter().map(|(rel, at)| accord.reference(*rel, at).unwrap()).collect();
    let said = accord.say_all(vec![draft], now, &mut entropy).unwrap();
    drop(accord);
    world.exchange(2);
    said.positions[0].clone()
}

fn act(kind: &'static str, act: &str) -> Draft {
    Draft::new(kind, [("act", Value::text(act))])
}

fn propose(rev: u64, rules: Option<[u8; 32]>) -> Draft {
    let mut draft = act("draft", "propose");
    draft.public.insert("rev".into(), Value::Integer(rev));
    draft.public.insert("aim".into(), Value::text("text"));
    draft.public.extend(rules.map(|hash| ("rules".to_owned(), Value::text(b64::encode(&hash)))));
    draft
}

#[test]
fn a_rules_file_travels_and_comes_into_force_on_both_sides() {
    let mut world = World::founded(&["a", "b"]);
    world.exchange(3);
    let mut rules = world.open("a").state().rules().clone();
    assert_eq!(rules.adoption, Adoption::Consensus);
    rules.adoption = Adoption::Silence;
    let file = RulesFile { rev: 1, title: "On the restraint of both".into(), rules };
    let hash = world.open("a").keep_rules(&file).unwrap();
    let text = say(&mut world, "a", propose(1, Some(hash)), &[]);
    assert!(world.open("b").held().rules.contains_key(&hash), "it came with the draft");
    say(&mut world, "b", act("draft", "clean"), &[(Rel::To, &text)]);
    for party in ["a", "b"] {
        say(&mut world, party, act("acceptance", "adopt"), &[(Rel::To, &text)]);
    }
    say(&mut world, "a", act("draft", "open"), &[(Rel::To, &text)]);
    for party in ["a", "b"] {
        assert_eq!(world.open(party).state().rules().adoption, Adoption::Consensus);
        say(&mut world, party, act("acceptance", "sign"), &[(Rel::To, &text)]);
    }
    for party in ["a", "b"] {
        assert_eq!(world.open(party).state().rules().adoption, Adoption::Silence, "{party}");
    }
    // Under these rules a text is put under silence, and whichever node looks first says how that ended.
    let next = say(&mut world, "b", propose(2, None), &[(Rel::Replaces, &text)]);
    say(&mut world, "a", act("draft", "clean"), &[(Rel::To, &next)]);
    let until = Time(world.now.0 + 3 * 86_400_000);
    let mut draft = act("silence", "silence");
    draft.public.insert("until".into(), Value::Integer(until.0));
    let silence = say(&mut world, "a", draft, &[(Rel::To, &next)]);
    world.now = until;
    say(&mut world, "b", act("declaration", "declare").pledge(), &[]);
    world.exchange(1);
    for party in ["a", "b"] {
        let accord = world.open(party);
        let room = accord.state().talks().room();
        assert_eq!(room.silences()[&silence].outcome(world.now), Outcome::Adopted);
        let confirmed = &room.silences()[&silence].confirmations;
        assert_eq!(confirmed.len(), 1, "{party}: said once");
        assert_eq!((&confirmed[0].by, confirmed[0].adopted), (&id("a"), true));
    }
}

trait Pledge {
    fn pledge(self) -> Self;
}

impl Pledge for Draft {
    fn pledge(mut self) -> Draft {
        self.public.insert("kind".into(), Value::text("pledge"));
        self.public.insert("open".into(), Value::Bool(true));
        self
    }
}
