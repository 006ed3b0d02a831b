//! Old copies, lost memories, two processes: never a second root for one size.

use std::collections::BTreeMap;
use std::path::PathBuf;

use detente_accord::record::{Draft, LogId, Position};
use detente_node::{Access, Accord, Error, What};

use crate::hostile::forger::{Forger, log_of};
use crate::world::{World, copy_folder, id};

/// What a log's key has signed: the root for each origin and size.
#[derive(Default)]
struct Signed(BTreeMap<(String, u64), String>);

impl Signed {
    /// Looks at every note that anybody has.
    fn look(&mut self, world: &World) {
        for name in world.parties.keys() {
            let accord = world.open(name);
            for log in accord.record().logs().unwrap() {
                for note in accord.record().notes(&log.origin, 0, 1 << 20).unwrap() {
                    let root = note.root.to_string();
                    let first = self.0.entry((log.origin.to_string(), note.size)).or_insert(root.clone());
                    assert_eq!(*first, root, "two roots for {} of {}", note.size, log.origin);
                }
            }
        }
    }
}

fn say(world: &mut World, name: &str) -> Result<(), Error> {
    let (now, mut entropy) = (world.tick(), world.entropy());
    world.open(name).say_all(vec![Draft::new("ack", [])], now, &mut entropy).map(drop)
}

fn recover(world: &mut World, packets: &[Vec<u8>], by_hand: bool) -> Result<detente_node::Recovered, Error> {
    let (now, mut entropy) = (world.tick(), world.entropy());
    world.open("a").recover(packets, by_hand, now, &mut entropy)
}

/// Two days: a copy after the first, and what was signed in both.
struct Days {
    world: World,
    backup: PathBuf,
    signed: Signed,
    size: u64,
}

impl Days {
    fn new(names: &[&str]) -> Days {
        let mut world = World::founded(names);
        world.exchange(2);
        let path = world.parties["a"].path.clone();
        let backup = path.with_file_name("backup");
        copy_folder(&path, &backup);
        for _ in 0..3 {
            say(&mut world, "a").unwrap();
            say(&mut world, "b").unwrap();
        }
        world.exchange(1);
        let mut signed = Signed::default();
        signed.look(&world);
        let size = world.open("a").own_size();
        Days { world, backup, signed, size }
    }

    /// Puts yesterday's copy in the place of the record.
    fn restore(&mut self, signer: bool) {
        let path = self.world.parties["a"].path.clone();
        std::fs::remove_dir_all(&path).unwrap();
        std::fs::rename(&self.backup, &path).unwrap();
        if !signer {
            std::fs::remove_file(path.join("signer.json")).unwrap();
        }
        assert!(self.world.open("a").own_size() < self.size);
    }

    /// Recovers with what all peers have, and goes on.
    fn end(mut self) {
        let peers: Vec<String> = self.world.parties.keys().filter(|name| *name != "a").cloned().collect();
        let packets: Vec<Vec<u8>> =
            peers.iter().map(|peer| self.world.packet_of(peer, "a", What::Everything)).collect();
        let recovered = recover(&mut self.world, &packets, false).unwrap();
        assert_eq!(recovered.size, self.size);
        assert!(self.world.open("a").recovering().is_empty());
        say(&mut self.world, "a").unwrap();
        self.world.exchange(3);
        self.signed.look(&self.world);
        let digest = self.world.open("a").state().digest_text();
        for peer in peers {
            assert_eq!(self.world.open(&peer).state().digest_text(), digest);
        }
    }
}

#[test]
fn yesterdays_copy_without_the_signers_memory_signs_nothing() {
    let mut days = Days::new(&["a", "b", "c"]);
    days.restore(false);
    assert!(!days.world.open("a").recovering().is_empty());
    assert_eq!(say(&mut days.world, "a").unwrap_err().name(), "recovering");
    let packet = days.world.packet("b", "a");
    assert_eq!(days.world.take("a", &packet).unwrap_err().name(), "own-log-ahead");
    days.end();
}

#[test]
fn yesterdays_machine_learns_it_from_the_first_packet() {
    for what in [What::Lacking, What::Everything] {
        let mut days = Days::new(&["a", "b"]);
        days.restore(true);
        assert!(days.world.open("a").recovering().is_empty(), "the copy fits itself: only peers can know");
        let packet = days.world.packet_of("b", "a", what);
        assert_eq!(days.world.take("a", &packet).unwrap_err().name(), "own-log-ahead");
        assert!(!days.world.open("a").recovering().is_empty());
        assert_eq!(say(&mut days.world, "a").unwrap_err().name(), "recovering");
        assert_eq!(days.world.take("a", &packet).unwrap_err().name(), "own-log-ahead");
        days.end();
    }
}

#[test]
fn a_copy_of_an_earlier_epoch_is_taken_up_in_the_later_one() {
    let mut days = Days::new(&["a", "b"]);
    let (now, mut entropy) = (days.world.tick(), days.world.entropy());
    let next = days.world.open("a").rotate(now, &mut entropy).unwrap();
    days.world.exchange(2);
    days.signed.look(&days.world);
    let old = days.world.open("a").held().size(&log_of("a"));
    days.size = days.world.open("a").own_size();
    let size = days.size;
    days.size = old;
    days.restore(false);
    days.size = size;
    let world = &days.world;
    assert_eq!(*world.open("a").own_log(), log_of("a"), "the copy knows of one epoch");
    let packet = days.world.packet("b", "a");
    assert_eq!(days.world.take("a", &packet).unwrap_err().name(), "own-log-ahead");
    let packet = days.world.packet_of("b", "a", What::Everything);
    recover(&mut days.world, &[packet], false).unwrap();
    assert_eq!(*days.world.open("a").own_log(), next);
    assert_eq!(days.world.open("a").own_size(), size + 1);
    days.world.exchange(3);
    days.signed.look(&days.world);
    assert_eq!(days.world.open("a").state().digest_text(), days.world.open("b").state().digest_text());
}

#[test]
fn a_second_process_is_refused() {
    let world = World::founded(&["a", "b"]);
    let first = world.open("a");
    let party = &world.parties["a"];
    let second = Accord::open(&party.home, &party.path, Access::Write).map(drop);
    assert_eq!(second.unwrap_err().name(), "locked");
    drop(first);
    drop(world.open("a"));
}

#[test]
fn the_memory_of_another_signer_is_none() {
    let mut world = World::founded(&["a", "b"]);
    world.exchange(2);
    let [a, b] = ["a", "b"].map(|name| world.parties[name].path.join("signer.json"));
    std::fs::copy(b, a).unwrap();
    let recovering = world.open("a").recovering();
    assert!(recovering.iter().any(|reason| reason.ends_with("(other-instance)")), "{recovering:?}");
    assert_eq!(say(&mut world, "a").unwrap_err().name(), "recovering");
}

#[test]
fn too_few_answers_set_nothing_right() {
    let mut days = Days::new(&["a", "b", "c"]);
    days.restore(false);
    let one = days.world.packet_of("b", "a", What::Everything);
    let unknown = |result: Result<detente_node::Recovered, Error>| result.unwrap_err().name();
    assert_eq!(unknown(recover(&mut days.world, &[], false)), "unknown");
    assert_eq!(unknown(recover(&mut days.world, std::slice::from_ref(&one), false)), "unknown");
    assert_eq!(unknown(recover(&mut days.world, &[one.clone(), one.clone()], false)), "unknown");
    // In the name of the other peer, without its cosignature: an old head with the signer's own line.
    let forger = Forger::of(&days.world, "a");
    let mut stale = Forger::of(&days.world, "c").empty("a");
    stale.checkpoint(&log_of("a"), &forger.note(forger.size())).entries(&log_of("a"), 0, &forger.leaves);
    assert_eq!(unknown(recover(&mut days.world, &[one, stale.bytes()], false)), "unknown");
    assert!(!days.world.open("a").recovering().is_empty());
    days.end();
}

#[test]
fn peers_that_contradict_each_other_stop_everything() {
    let mut days = Days::new(&["a", "b", "c"]);
    let whole = Forger::of(&days.world, "a");
    days.restore(false);
    let other = whole.other(days.size as usize - 1, days.size as usize + 2);
    let held = |peer: &str, log: &Forger| {
        let peer = Forger::of(&days.world, peer);
        let head = log.head(log.size());
        let note = [log.signed(&head), peer.mirror_line(&head).into_bytes()].concat();
        let mut parts = peer.empty("a");
        parts.checkpoint(&log_of("a"), &note).entries(&log_of("a"), 0, &log.leaves);
        parts.bytes()
    };
    let packets = [held("b", &whole), held("c", &other)];
    for packets in [packets.clone(), [packets[1].clone(), packets[0].clone()]] {
        assert_eq!(recover(&mut days.world, &packets, false).unwrap_err().name(), "root-differs");
    }
    assert!(!days.world.open("a").recovering().is_empty());
    assert_eq!(say(&mut days.world, "a").unwrap_err().name(), "recovering");
    days.signed.look(&days.world);
}

#[test]
fn by_hand_it_goes_on_and_says_so() {
    let mut world = World::founded(&["a", "b"]);
    world.exchange(2);
    std::fs::remove_file(world.parties["a"].path.join("signer.json")).unwrap();
    let recovered = recover(&mut world, &[], true).unwrap();
    assert!(recovered.from.is_empty());
    let accord = world.open("a");
    let last = Position::new(LogId::new(id("a"), 0), accord.own_size() - 1);
    let said = &accord.held().leaf(&last).unwrap().said;
    assert_eq!(said.kind, "recovery");
    assert_eq!(said.public["override"], detente_accord::jcs::Value::Bool(true));
}

#[test]
fn a_second_version_of_our_own_log_stops_us() {
    let mut world = World::founded(&["a", "b"]);
    world.exchange(2);
    let ours = Forger::of(&world, "a");
    let size = ours.size();
    let other = ours.other(size as usize - 1, size as usize);
    let packet = Forger::of(&world, "b").empty("a").note(&other.note(size)).bytes();
    assert_eq!(world.take("a", &packet).unwrap_err().name(), "fork");
    let accord = world.open("a");
    assert_eq!(accord.own_size(), size, "nothing is said in a log that has forked");
    assert!(accord.recovering().iter().any(|reason| reason.ends_with("(own-fork)")));
    assert_eq!(accord.record().evidence_hashes().unwrap().len(), 1);
    drop(accord);
    assert_eq!(say(&mut world, "a").unwrap_err().name(), "recovering");
    let back = world.packet("a", "b");
    let taken = world.take("b", &back).unwrap();
    assert_eq!(taken.evidence.len(), 1, "the other hears of it");
    assert!(world.open("b").state().freezes().by(&log_of("a")).any(|(party, _)| *party == id("b")));
}

/// What we cosigned of others is as easily forgotten as what we signed ourselves.
#[test]
fn a_cosignature_of_before_is_not_given_again_to_another_history() {
    let mut days = Days::new(&["a", "b", "c"]);
    let hostile = Forger::of(&days.world, "b");
    days.restore(true);
    let here = days.world.open("a").held().size(&log_of("b"));
    assert!(here < hostile.size(), "the copy has less of b's log than was cosigned");
    let other = hostile.other(here as usize, hostile.size() as usize);
    let a = Forger::of(&days.world, "a");
    let whole = {
        let accord = days.world.open("c");
        let origin = a.names.origin(&log_of("a"));
        let note = accord.record().latest_note(&origin).unwrap().unwrap().bytes;
        let leaves = accord.record().leaves(&origin, 0..u64::MAX, 1 << 20).unwrap();
        let mut parts = other.packet(0);
        parts.checkpoint(&log_of("a"), &note).entries(&log_of("a"), 0, &leaves);
        parts
    };
    let mut to_a = other.empty("a");
    to_a.members = whole.members;
    let honest = days.world.packet_of("c", "a", What::Everything);
    recover(&mut days.world, &[to_a.bytes(), honest], false).unwrap();
    let accord = days.world.open("a");
    let origin = accord.charter().names().origin(&log_of("b"));
    let mirror = accord.charter().names().mirror(&log_of("a"));
    let notes = accord.record().notes(&origin, 0, 1 << 20).unwrap();
    let by_us: Vec<_> = notes
        .iter()
        .filter(|note| String::from_utf8_lossy(&note.bytes).contains(mirror.as_str()))
        .map(|note| (note.size, note.root))
        .collect();
    let sizes: std::collections::BTreeSet<u64> = by_us.iter().map(|(size, _)| *size).collect();
    let heads: std::collections::BTreeSet<(u64, String)> =
        by_us.iter().map(|(size, root)| (*size, root.to_string())).collect();
    assert_eq!(sizes.len(), heads.len(), "two roots cosigned for one size: {heads:?}");
    assert!(!accord.record().evidence_hashes().unwrap().is_empty(), "the other history is evidence");
}

/// What else is wrong with the packet comes second, whatever the logs are called: entries of the other's log begin
/// after those of the old copy.
#[test]
fn that_this_home_is_old_is_seen_before_anything_else() {
    let mut world = World::founded(&["a", "b"]);
    world.exchange(2);
    let path = world.parties["b"].path.clone();
    let backup = path.with_file_name("backup");
    copy_folder(&path, &backup);
    for name in ["a", "b", "a", "b"] {
        say(&mut world, name).unwrap();
        world.exchange(1);
    }
    say(&mut world, "a").unwrap();
    std::fs::remove_dir_all(&path).unwrap();
    std::fs::rename(&backup, &path).unwrap();
    let packet = world.packet("a", "b");
    assert_eq!(world.take("b", &packet).unwrap_err().name(), "own-log-ahead");
    assert_eq!(say(&mut world, "b").unwrap_err().name(), "recovering");
}
