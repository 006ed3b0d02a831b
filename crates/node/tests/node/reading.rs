//! Who reads what of whom: by audience, by scope, by time; and that nobody holds what it may not read.

use std::path::Path;

use detente_accord::jcs::Value;
use detente_accord::record::packet::Packet;
use detente_accord::record::{Draft, ObserverOf, Observes, Position, Scope};
use detente_accord::{PartyId, Time};
use detente_node::{Accord, Content};
use detente_store::record::ItemKeyFor;

use crate::world::{World, id};

const DAY_MS: u64 = 86_400_000;

/// Of the observers m reads metadata, s all but what is sealed, f all, d all after three days.
pub(crate) fn watched(parties: &[&str], observers: &[&'static str]) -> World {
    let scope = |name: &str| match name {
        "m" => Scope::Metadata,
        "s" => Scope::FullExceptSealed,
        _ => Scope::Full,
    };
    let delay_d = |name: &str| if name == "d" { 3 } else { 0 };
    let observes =
        |name: &str| Observes { scope: scope(name), by: ObserverOf::Joint, delay_d: delay_d(name) };
    let observers: Vec<(&str, Observes)> = observers.iter().map(|name| (*name, observes(name))).collect();
    let mut world = World::observed(parties, &observers, |rules| {
        rules.audiences.insert("tech".into(), vec![id("c")]);
        rules.audiences.retain(|_, readers| readers.iter().all(|reader| parties.contains(&reader.as_str())));
    });
    world.exchange(2);
    world
}

/// A notice of a, which says the word.
fn notice(aud: &str, to: &str, word: &str) -> Draft {
    let mut draft = Draft::new(
        "notice",
        [
            ("act", Value::text("issue")),
            ("to", Value::text(to)),
            ("kind", Value::text("change")),
            ("prec", Value::text("routine")),
        ],
    );
    draft.aud = aud.into();
    draft.values.insert("text", Value::text(word));
    draft
}

pub(crate) fn say(world: &mut World, by: &str, draft: Draft) -> Position {
    let (now, mut entropy) = (world.tick(), world.entropy());
    world.open(by).say_all(vec![draft], now, &mut entropy).unwrap().positions.remove(0)
}

/// `+` readable, `?` has not come, `-` not for it, `x` deleted, `0` none.
fn shown(accord: &Accord<'_>, entry: &Position) -> char {
    match accord.content(entry).unwrap() {
        Content::Readable(values) => {
            assert_eq!(values.keys().collect::<Vec<_>>(), ["text"], "labels that say nothing are left out");
            '+'
        }
        Content::Missing => '?',
        Content::Sealed => '-',
        Content::Deleted => 'x',
        Content::None => '0',
    }
}

fn seen(world: &World, entry: &Position) -> String {
    world.parties.keys().map(|name| shown(&world.open(name), entry)).collect()
}

/// Word, key and sealed file of the first sealed file of an entry of a.
fn secrets(world: &World, entry: &Position, word: &str) -> Vec<Vec<u8>> {
    let accord = world.open("a");
    let leaf = accord.held().leaf(entry).unwrap();
    let mut secrets = vec![word.as_bytes().to_vec()];
    for item in &leaf.said.sealed {
        secrets.push(accord.record().item_key(&item.sha256, ItemKeyFor::Us).unwrap().unwrap().to_vec());
        secrets.push(accord.record().sealed(&item.sha256).unwrap().unwrap()[..64].to_vec());
    }
    secrets
}

/// For each of these, the names of those in whose homes it stands.
pub(crate) fn homes_with(world: &World, needles: &[Vec<u8>]) -> Vec<String> {
    let mut homes = vec![String::new(); needles.len()];
    for (name, party) in &world.parties {
        let mut files = Vec::new();
        read_all(&party.path, &mut files);
        for (at, homes) in homes.iter_mut().enumerate() {
            if stands_in(&files, &needles[at]) {
                homes.push_str(name);
            }
        }
    }
    homes
}

fn read_all(folder: &Path, files: &mut Vec<u8>) {
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        match entry.path() {
            path if path.is_dir() => read_all(&path, files),
            path => files.extend(std::fs::read(path).unwrap()),
        }
    }
}

/// Looks at every place where the first byte stands: homes are large, and tests are not optimised.
pub(crate) fn stands_in(bytes: &[u8], needle: &[u8]) -> bool {
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| *byte == needle[0]) {
        if rest[at..].starts_with(needle) {
            return true;
        }
        rest = &rest[at + 1..];
    }
    false
}

#[test]
fn each_reads_what_is_for_it_and_holds_nothing_else() {
    let mut world = watched(&["a", "b", "c"], &["d", "f", "m", "s"]);
    assert_eq!(world.parties.keys().cloned().collect::<String>(), "abcdfms");
    let cases = [
        // Readers in that order, at once; the same after three days.
        ("all", "*", "+++?+-+", "+++++-+"),
        ("to", "b", "++-?+-+", "++-++-+"),
        ("pair", "b", "++-----", "++-----"),
        ("own", "b", "+------", "+------"),
        ("tech", "b", "+-+?+-+", "+-+++-+"),
        ("to", "m", "+--?+++", "+--++++"),
        ("to", "d", "+--++-+", "+--++-+"),
    ];
    let mut entries = Vec::new();
    for (aud, to, _, _) in &cases {
        let word = format!("the canary of {aud} for {to} sings at dawn");
        entries.push((say(&mut world, "a", notice(aud, to, &word)), word));
    }
    let check = |world: &World, later: bool| {
        for ((entry, word), (aud, to, at_once, after)) in entries.iter().zip(&cases) {
            let due = if later { after } else { at_once };
            assert_eq!(seen(world, entry), *due, "{aud} {to}");
            let readers: String = "abcdfms"
                .chars()
                .zip(due.chars())
                .filter(|(_, seen)| *seen == '+')
                .map(|(name, _)| name)
                .collect();
            let secrets = secrets(world, entry, word);
            assert_eq!(secrets.len(), if *aud == "own" { 1 } else { 3 }, "{aud} {to}");
            assert_eq!(homes_with(world, &secrets), vec![readers; secrets.len()], "{aud} {to}");
        }
    };
    world.exchange(2);
    check(&world, false);
    world.now = Time(world.now.0 + 3 * DAY_MS);
    world.exchange(1);
    check(&world, true);
}

#[test]
fn what_comes_days_later_comes_once() {
    let mut world = watched(&["a", "b"], &["d"]);
    let entry = say(&mut world, "a", notice("all", "*", "something changed"));
    world.exchange(2);
    let packet = world.packet("a", "d");
    assert_eq!((world.take("d", &packet).unwrap().opened, sealed_in(&packet)), (0, 0));
    world.now = Time(world.now.0 + 3 * DAY_MS);
    let packet = world.packet("a", "d");
    assert_eq!((world.take("d", &packet).unwrap().opened, sealed_in(&packet)), (1, 1));
    assert_eq!(world.take("d", &packet).unwrap().opened, 0);
    assert_eq!(shown(&world.open("d"), &entry), '+');
    // It says so, and then it is not sent again.
    world.exchange(1);
    let packet = world.packet("a", "d");
    assert_eq!(sealed_in(&packet), 0);
    assert_eq!(packet_entries(&packet), 0, "nor are entries that it cosigned");
}

#[test]
fn what_was_erased_before_its_time_never_comes() {
    let mut world = watched(&["a", "b"], &["d", "f"]);
    let word = "the canary of what was erased";
    let entry = say(&mut world, "a", notice("all", "*", word));
    world.exchange(2);
    let secrets = secrets(&world, &entry, word);
    let early = world.packet_of("a", "f", detente_node::What::Everything);
    assert_eq!(homes_with(&world, &secrets), ["abf"; 3]);
    let (now, mut entropy) = (world.tick(), world.entropy());
    world.open("a").redact(std::slice::from_ref(&entry), "gdpr", now, &mut entropy).unwrap();
    world.exchange(1);
    for name in ["b", "d", "f"] {
        let (now, mut entropy) = (world.tick(), world.entropy());
        world.open(name).erase_redacted(now, &mut entropy).unwrap();
    }
    world.now = Time(world.now.0 + 3 * DAY_MS);
    world.exchange(2);
    world.take("f", &early).unwrap();
    assert_eq!(homes_with(&world, &secrets), [""; 3]);
    assert_eq!(seen(&world, &entry), "xxxx");
    assert_eq!(world.open("a").state().redactions()[&entry].erased_by.len(), 4);
}

#[test]
fn a_party_that_joins_reads_what_is_for_all_and_nothing_else() {
    let mut world = World::founded(&["a", "b"]);
    world.exchange(2);
    let words = ["the canary for all", "the canary for b", "the canary of a"];
    let audiences = [("all", "*"), ("to", "b"), ("own", "b")];
    let mut entries = Vec::new();
    for (word, (aud, to)) in words.iter().zip(audiences) {
        entries.push(say(&mut world, "a", notice(aud, to, word)));
    }
    let offer = world.newcomer("n");
    let (now, mut entropy) = (world.tick(), world.entropy());
    world.open("a").invite(&offer, None, now, &mut entropy).unwrap();
    world.exchange(2);
    let (now, mut entropy) = (world.tick(), world.entropy());
    world.open("b").consent(&id("n"), now, &mut entropy).unwrap();
    world.exchange(2);
    world.join("n");
    for from in ["a", "b"] {
        let packet = world.packet_of(from, "n", detente_node::What::Everything);
        world.take("n", &packet).unwrap();
    }
    let (now, mut entropy) = (world.tick(), world.entropy());
    world.open("n").sign_on(now, &mut entropy).unwrap();
    world.exchange(3);
    let seen: String = entries.iter().map(|entry| shown(&world.open("n"), entry)).collect();
    assert_eq!(seen, "+--");
    let needles: Vec<Vec<u8>> = words.iter().map(|word| word.as_bytes().to_vec()).collect();
    assert_eq!(homes_with(&world, &needles), ["abn", "ab", "a"]);
}

#[test]
fn a_draft_says_who_will_read_it() {
    let world = watched(&["a", "b", "c"], &["d", "f", "m", "s"]);
    let accord = world.open("a");
    let readers = |aud: &str, to: &str| {
        let readers = accord.readers(&notice(aud, to, "word"));
        let observers: Vec<String> =
            readers.observers.iter().map(|(party, scope)| format!("{party}={}", scope.name())).collect();
        let names: String = readers.parties.iter().map(PartyId::as_str).collect();
        format!("{names} {}", observers.join(" "))
    };
    assert_eq!(readers("all", "*"), "bc d=full f=full m=metadata s=full-except-sealed");
    assert_eq!(readers("to", "b"), "b d=full f=full m=metadata s=full-except-sealed");
    assert_eq!(readers("pair", "b"), "b d=metadata f=metadata m=metadata s=metadata");
    assert_eq!(readers("own", "b"), " d=metadata f=metadata m=metadata s=metadata");
    assert_eq!(readers("tech", "b"), "c d=full f=full m=metadata s=full-except-sealed");
    assert_eq!(readers("to", "m"), " d=full f=full m=full-except-sealed s=full-except-sealed");
}

fn packet_entries(packet: &[u8]) -> usize {
    Packet::read(packet).unwrap().logs.values().map(|part| part.entries().count()).sum()
}

/// How many sealed files a packet carries.
pub(crate) fn sealed_in(packet: &[u8]) -> usize {
    Packet::read(packet).unwrap().sealed.len()
}
