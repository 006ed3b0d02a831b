use detente_tlog::{Checkpoint, Hash, KeyName, LogKey, TreeSize, root};

use super::*;
use crate::record::sealed::{ItemKey, SealingSecret, WrappedFor};
use crate::record::tar;
use crate::{Entropy, Rejection};

fn party(id: &str) -> PartyId {
    PartyId::parse(id).unwrap()
}

fn log(id: &str) -> LogId {
    LogId::new(party(id), 0)
}

fn record() -> RecordId {
    RecordId::from_bytes([1; 32])
}

fn note(size: u64) -> String {
    let origin = KeyName::parse("accord.example/r/x/a/0").unwrap();
    let leaves = (0..size).map(|i| i.to_be_bytes());
    let checkpoint = Checkpoint::new(origin.clone(), TreeSize::new(size).unwrap(), root(leaves)).unwrap();
    LogKey::from_seed(origin, &[1; 32]).unwrap().sign(&checkpoint).unwrap()
}

fn builder() -> PacketBuilder {
    PacketBuilder::new(record(), party("a"), party("b"), Time(1_790_000_000_000))
}

/// A packet with every kind of member.
fn full() -> PacketBuilder {
    let mut packet = builder();
    let leaves: Vec<Vec<u8>> = (0..600u32).map(|i| i.to_be_bytes().to_vec()).collect();
    let leaves: Vec<&[u8]> = leaves.iter().map(Vec::as_slice).collect();
    packet.entries(&log("a"), 200, &leaves).unwrap();
    packet.checkpoint(&log("a"), note(800).as_bytes());
    let (older, newer) = (TreeSize::new(200).unwrap(), TreeSize::new(800).unwrap());
    packet.growth(&log("a"), &Growth { older, newer, hashes: vec![Hash::of_empty_tree(); 9] });
    packet.note(note(3).as_bytes());
    packet.sealed(b"ciphertext");
    let longest = party(&"z".repeat(32));
    let for_reader =
        WrappedFor { record: &record(), author: &party("a"), reader: &longest, sha256: &[2; 32] };
    let secret = SealingSecret::from_seed(&[3; 32]);
    let key = ItemKey::from_bytes([4; 32]);
    let key =
        WrappedKey::wrap(&key, &secret.public(), for_reader, &mut Entropy::from_random([5; 32])).unwrap();
    packet.key(&[2; 32], &longest, &key);
    packet.offer(&party("c"), b"{}");
    packet.keyset(&LogId::new(party("a"), 1), b"{}");
    packet.rules(b"{}");
    packet.evidence(b"detente/evidence@v1\n");
    packet
}

/// The packet of one further member.
fn with(name: &str, bytes: &[u8]) -> Result<Vec<u8>, Rejection> {
    let mut packet = builder();
    packet.members.insert(name.to_owned(), bytes.to_vec());
    packet.finish()
}

#[test]
fn reads_what_it_wrote() {
    let bytes = full().finish().unwrap();
    let packet = Packet::read(&bytes).unwrap();
    assert_eq!((packet.record, &packet.from, &packet.to), (record(), &party("a"), &party("b")));
    let part = &packet.logs[&log("a")];
    let runs: Vec<(u64, u64)> = part.runs.iter().map(|run| (run.first, run.end())).collect();
    assert_eq!(runs, [(200, 256), (256, 512), (512, 768), (768, 800)]);
    assert!(part.entries().eq((0..600u32).map(|i| u64::from(i) + 200).zip(part.entries().map(|(_, b)| b))));
    assert_eq!(part.entries().nth(100), Some((300, 100u32.to_be_bytes().as_slice())));
    assert_eq!(part.growth.as_ref().map(|growth| growth.hashes.len()), Some(9));
    assert_eq!(part.checkpoint, Some(note(800).as_bytes()));
    let counts = [packet.notes.len(), packet.sealed.len(), packet.keys.len(), packet.offers.len()];
    assert_eq!(counts, [1; 4]);
    assert_eq!([packet.keysets.len(), packet.rules.len(), packet.evidence.len()], [1; 3]);
    assert_eq!(full().finish().unwrap(), bytes, "equal parts give equal bytes");
}

#[test]
fn names_the_member_that_has_no_place() {
    let run = [0, 1, b'x'];
    for (name, bytes) in [
        ("log/a/0/entries/0-2", &run[..]),
        ("log/a/0/entries/0-0", b""),
        ("log/a/0/entries/1-0", b""),
        ("log/a/0/entries/00-1", &run),
        ("log/a/0/entries/9007199254740991-9007199254740992", &run),
        ("log/a/0/entries/0-257", &[0; 2 * 257]),
        ("log/a/0/entries/255-257", &[0; 4]),
        ("log/a/00/entries/0-1", &run),
        ("log/A/0/entries/0-1", &run),
        ("log/a/0/checkpoint", b"no note"),
        ("log/a/0/growth", b"0 5 0\n"),
        ("log/a/0/growth", b"5 5 0\n"),
        ("log/a/0/growth", b"4 5 1\n"),
        ("log/a/0/growth", b"4 5 0\n\n"),
        ("log/a/0/growth", b"4 5 0"),
        ("log/a/0/other", b""),
        ("keys/a/0.json", b"{}"),
        ("k/a/0000000000000000000000000000000000000000000000000000000000000000", b"short"),
        ("rules/0000000000000000000000000000000000000000000000000000000000000000.json", b"{}"),
        ("sealed/x", b""),
        ("charter.json", b"{}"),
        ("README.txt", b""),
    ] {
        assert_eq!(with(name, bytes), Err(Rejection::BadMember { name: name.to_owned() }), "{name}");
    }
}

#[test]
fn refuses_an_entry_twice() {
    let mut packet = builder();
    packet.entries(&log("a"), 0, &[b"x", b"y"]).unwrap();
    packet.entries(&log("a"), 1, &[b"y"]).unwrap();
    assert_eq!(packet.finish(), Err(Rejection::BadMember { name: "log/a/0/entries".to_owned() }));
}

#[test]
fn refuses_a_packet_to_oneself_and_other_archives() {
    let own = PacketBuilder::new(record(), party("a"), party("a"), Time(0));
    assert_eq!(own.finish(), Err(Rejection::BadField { part: PART, field: "to" }));
    let bundle = tar::write(&[tar::Member { name: "bundle.json", bytes: b"{}" }]).unwrap();
    let refused = Packet::read(&bundle).map(drop);
    let fault = tar::Fault::OtherFirstMember;
    assert_eq!(refused, Err(Rejection::NotArchive(tar::NotArchive { fault, offset: 0 })));
}

/// Nothing is signed, but every byte stands under a hash or is compared with its one form.
#[test]
fn no_changed_byte_gives_the_same_packet() {
    let mut small = builder();
    small.entries(&log("a"), 0, &[b"x"]).unwrap();
    small.note(note(3).as_bytes());
    let bytes = small.finish().unwrap();
    let packet = Packet::read(&bytes).unwrap();
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        if let Ok(other) = Packet::read(&changed) {
            assert_ne!(other, packet, "byte {at}");
        }
    }
}
