//! What is held adds up to one state, in whatever order, portions and repetitions it came.
//!
//! The receiver here does not sign: it lost its signer's memory, so it reads and stores, and neither cosigns nor
//! acknowledges. Else each order would have it say other things at other times, and those are its own words, not
//! what it was told.

use std::collections::BTreeMap;
use std::path::PathBuf;

use detente_accord::PartyId;
use detente_accord::record::packet::PacketBuilder;
use detente_accord::record::{Draft, LogId, Position};
use detente_node::{Access, Accord};
use proptest::prelude::*;

use crate::hostile::forger::log_of;
use crate::world::{START, World, copy_folder, id};

/// What parties do, one after the other: which act, by whom, about whom.
type Schedule = Vec<(u8, u8, u8)>;

/// A small generator of one seed, so that a failure can be shown again.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % n.max(1)
    }

    fn shuffle<T>(&mut self, things: &mut [T]) {
        for i in (1..things.len()).rev() {
            things.swap(i, self.below(i + 1));
        }
    }
}

/// Runs a schedule among the parties besides the receiver. What may not be said at that time is left out.
fn run(world: &mut World, parties: &[&str], schedule: &Schedule) {
    for (act, by, about) in schedule {
        let by = parties[*by as usize % parties.len()];
        let about = parties[*about as usize % parties.len()];
        let (now, mut entropy) = (world.tick(), world.entropy());
        let mut accord = world.open(by);
        let own = Position::new(accord.own_log().clone(), 0);
        let said = match act % 8 {
            0 | 1 => accord.say_all(vec![Draft::new("ack", [])], now, &mut entropy).map(drop),
            2 => accord.freeze(&log_of(about), now, &mut entropy).map(drop),
            3 => accord.redact(&[own], "gdpr", now, &mut entropy).map(drop),
            4 => accord.rotate(now, &mut entropy).map(drop),
            5 => accord.leave(Some("enough"), now, &mut entropy).map(drop),
            _ => Ok(()),
        };
        drop((said, accord));
        if act % 8 >= 6 && by != about {
            let packet = world.packet(by, about);
            world.take(about, &packet).unwrap();
        }
    }
    world.exchange_among(parties, 1);
}

/// What one party holds, cut into packets at sizes of which it has a note.
fn pieces(accord: &Accord<'_>, to: &PartyId, dice: &mut Dice) -> Vec<Vec<u8>> {
    let record = accord.charter().record_id();
    let builder = || PacketBuilder::new(record, accord.us().id().clone(), to.clone(), START);
    let mut pieces = Vec::new();
    for log in accord.held().logs.keys() {
        pieces.extend(of_log(accord, log, &builder, dice));
    }
    for log in accord.state().ring().logs().filter(|log| log.epoch > 0) {
        let mut piece = builder();
        piece.keyset(log, &accord.state().ring().keyset(log).unwrap().encode());
        pieces.push(piece.finish().unwrap());
    }
    for offer in accord.held().offers.values() {
        let mut piece = builder();
        piece.offer(offer.party().id(), offer.bytes());
        pieces.push(piece.finish().unwrap());
    }
    pieces
}

fn of_log(
    accord: &Accord<'_>,
    log: &LogId,
    builder: &dyn Fn() -> PacketBuilder,
    dice: &mut Dice,
) -> Vec<Vec<u8>> {
    let origin = accord.charter().names().origin(log);
    let size = accord.held().size(log);
    let mut notes: BTreeMap<u64, Vec<Vec<u8>>> = BTreeMap::new();
    for note in accord.record().notes(&origin, 1, 1 << 20).unwrap() {
        if note.size <= size {
            notes.entry(note.size).or_default().push(note.bytes);
        }
    }
    let mut pieces = Vec::new();
    let (mut from, mut aside) = (0, Vec::new());
    let last = notes.keys().next_back().copied();
    for (to, of_size) in &notes {
        aside.extend(of_size.iter().cloned());
        if dice.below(2) == 0 && Some(*to) != last {
            continue;
        }
        let mut piece = builder();
        piece.checkpoint(log, &of_size[dice.below(of_size.len())]);
        let leaves = accord.record().leaves(&origin, from..*to, 1 << 20).unwrap();
        piece.entries(log, from, &leaves.iter().map(Vec::as_slice).collect::<Vec<_>>()).unwrap();
        for note in std::mem::take(&mut aside) {
            piece.note(&note);
        }
        for seq in from..*to {
            let leaf = accord.held().leaf(&Position::new(log.clone(), seq)).unwrap();
            for head in &leaf.place.heads {
                if let Some(note) = accord.record().note(&head.note).unwrap() {
                    piece.note(&note.bytes);
                }
            }
        }
        pieces.push(piece.finish().unwrap());
        from = *to;
    }
    pieces
}

/// Takes all packets in this order, again and again those that must wait, and some twice.
fn take_all(accord: &mut Accord<'_>, mut packets: Vec<Vec<u8>>, dice: &mut Dice) -> String {
    let mut entropy = detente_accord::Entropy::from_random([7; 32]);
    while !packets.is_empty() {
        let before = packets.len();
        let mut waiting = Vec::new();
        for packet in packets {
            match accord.take(&packet, START, &mut entropy) {
                Ok(_) if dice.below(4) == 0 => {
                    let again = accord.take(&packet, START, &mut entropy).unwrap();
                    assert!(again.new.is_empty());
                }
                Ok(_) => {}
                Err(error) => {
                    let may_wait =
                        ["gap", "entries-missing", "unknown-log", "file-unbound", "unknown-sender"];
                    assert!(may_wait.contains(&error.name()), "{error}");
                    waiting.push(packet);
                }
            }
        }
        assert!(waiting.len() < before, "{before} packets wait for ever");
        dice.shuffle(&mut waiting);
        packets = waiting;
    }
    accord.state().digest_text()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, max_shrink_iters: 8, ..ProptestConfig::default() })]
    #[test]
    fn one_state_follows_from_what_is_held(
        count in 2..=4usize,
        schedule in proptest::collection::vec((0..8u8, 0..4u8, 0..4u8), 4..14),
        seed in any::<u64>(),
    ) {
        let parties = &["a", "b", "c", "d"][..count];
        let all: Vec<&str> = parties.iter().copied().chain(["r"]).collect();
        let mut world = World::founded(&all);
        let path = world.parties["r"].path.clone();
        let fresh = |i: usize| -> PathBuf {
            let copy = path.with_file_name(format!("fresh-{i}"));
            copy_folder(&path, &copy);
            std::fs::remove_file(copy.join("signer.json")).unwrap();
            copy
        };
        let copies: Vec<PathBuf> = (0..3).map(fresh).collect();
        run(&mut world, parties, &schedule);
        let mut dice = Dice(seed);
        let mut digests = Vec::new();
        for copy in &copies {
            let mut packets = Vec::new();
            for party in parties {
                packets.extend(pieces(&world.open(party), &id("r"), &mut dice));
            }
            dice.shuffle(&mut packets);
            let mut receiver = Accord::open(&world.parties["r"].home, copy, Access::Write).unwrap();
            digests.push(take_all(&mut receiver, packets, &mut dice));
        }
        prop_assert_eq!(&digests[0], &digests[1]);
        prop_assert_eq!(&digests[0], &digests[2]);
        prop_assert!(digests[0].lines().count() > parties.len());
    }
}
